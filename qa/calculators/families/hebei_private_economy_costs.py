"""河北省 大力促进民营经济高质量发展的若干意见: taxes, fees, credit and other costs."""

from __future__ import annotations

from decimal import Decimal

from qa.calculators.case import HUNDRED, Case, rule


@rule("hebei-private-economy-disabled-employment-fund-wage-cap")
def disabled_employment_fund(c: Case) -> None:
    """The wage that the levy is worked out from: at most twice the local average."""
    most = c.product("征收标准上限", "social_average_wage_yuan", "cap_multiple", unit="元")
    wage = c.num("average_wage_yuan")
    capped = wage > most
    base = min(wage, most)
    outcome = "超过上限，按上限" if capped else "未超过上限，按实际平均工资"
    c.step(f"年平均工资{c.show('average_wage_yuan')}{outcome}，计征基数{c.fmt(base, '元')}", "cap_multiple")
    c.out(is_capped=capped, base_yuan=base)


@rule("hebei-private-economy-env-tax-tier")
def env_tax_tier(c: Case) -> None:
    """Which of two classes of relief; how much relief is not in the text."""
    higher = c.at_least("below_standard_pct", "tier_50", "较高一档：低于标准的幅度")
    lower = c.at_least("below_standard_pct", "tier_30", "较低一档：低于标准的幅度")
    tier = "tier_50" if higher else "tier_30" if lower else "none"
    c.step(f"减征档次：{c.spec.output('tier').choices[tier]}；各档减征幅度原文未列", "by_tier")
    c.out(tier=tier, eligible=tier != "none")


@rule("hebei-private-economy-full-power-market-trading")
def full_power_trading(c: Case) -> None:
    """Four industries, 10 kV and more, from 2019, of one's own will."""
    c.eligible(
        c.is_one_of("industry", ["coal", "steel", "nonferrous", "building_materials"], "industries"),
        c.at_least("voltage_kv", "voltage"),
        c.at_least("trade_year", "from"),
        c.require("is_voluntary", "voltage"),
        c.require("meets_other_conditions", "voltage"),
    )


@rule("hebei-private-economy-housing-fund-ratio")
def housing_fund_ratio(c: Case) -> None:
    """5 % to 12 %, both included, until 30 April 2020."""
    c.eligible(
        c.at_least("contribution_ratio_pct", "min"),
        c.at_most("contribution_ratio_pct", "max"),
        c.on_or_before("period_date", "end"),
    )


@rule("hebei-private-economy-project-3free-3half")
def three_free_three_half(c: Case) -> None:
    """Three years free, three years halved, counted from the year that the relief starts in."""
    listed = c.is_one_of("project_type", ["public_infrastructure", "env_energy_water"], "projects")
    year, free, half = c.num("income_year_index"), c.param("free_years"), c.param("half_years")
    percent = Decimal(0)
    if listed and year <= free:
        percent = HUNDRED
        c.step(f"第{c.fmt(year)}年，在前{c.show('free_years')}之内：免征，减免比例{c.fmt(percent, '%')}", "free_years")
    elif listed and year <= free + half:
        percent = c.param("half")
        c.step(f"第{c.fmt(year)}年，在随后{c.show('half_years')}之内：减半，减免比例{c.show('half')}", "half_years")
    elif listed:
        c.step(f"第{c.fmt(year)}年，已过优惠期，不减免", "half_years")
    deduction = c.num("project_income_wan") * percent / HUNDRED
    c.step(
        f"减免的所得额：{c.show('project_income_wan')} × {c.fmt(percent, '%')} = {c.fmt(deduction, '万元')}", "projects"
    )
    c.out(eligible=percent > 0, reduction_pct=percent, deduction_wan=deduction)


LIMITS = {
    "abs_base_asset": "abs_cap",
    "mlf_collateral": "mlf_cap",
    "self_payment": "self_payment_cap",
    "relending": "relending_cap",
    "small_micro_bill_rediscount": "bill_cap",
}


@rule("hebei-private-economy-small-loan-thresholds")
def small_loan_thresholds(c: Case) -> None:
    """How large a loan, credit or bill may be for each purpose."""
    limit = LIMITS[c.choice("purpose")]
    c.out(limit_wan=c.param(limit))
    if limit == "relending_cap" and c.num("credit_wan") == c.param(limit):
        c.warn(f"“{c.show(limit)}以下”是否含本数原文未写明，按含本数计算，请核实。")
    c.eligible(c.at_most("credit_wan", limit, f"{c.label('purpose')}：额度"))


@rule("hebei-private-economy-tax-payment-deferral")
def tax_deferral(c: Case) -> None:
    """Up to three months, on approval."""
    if not c.eligible(c.require("has_special_difficulty", "difficulty"), c.require("is_approved", "max_months")):
        return c.nothing()
    most, asked = c.param("max_months"), c.num("requested_months")
    outcome = f"超过最长期限，按{c.fmt(most)}个月" if asked > most else "未超过"
    c.step(f"最长不超过{c.fmt(most)}个月：申请{c.fmt(asked)}个月{outcome}", "max_months")
    c.out(allowed_months=min(asked, most))


@rule("hebei-private-economy-technology-transfer-relief")
def technology_transfer(c: Case) -> None:
    """Income up to 500 万元 free of enterprise income tax, what is above halved."""
    if not c.eligible(c.require("is_private_enterprise", "exempt_cap")):
        return c.nothing()
    income = c.num("transfer_income_wan")
    exempt = min(income, c.param("exempt_cap"))
    above = income - exempt
    c.step(f"不超过{c.show('exempt_cap')}的部分免征：{c.fmt(exempt, '万元')}", "exempt_cap")
    c.step(f"超过{c.show('exempt_cap')}的部分减半征收：{c.fmt(above, '万元')}", "half")
    deduction = exempt + above * c.param("half") / HUNDRED
    c.step(
        f"减免的所得额：{c.fmt(exempt)} ＋ {c.fmt(above)} × {c.show('half')} = {c.fmt(deduction, '万元')}",
        "exempt_cap",
        "half",
    )
    c.out(exempt_wan=exempt, half_taxed_wan=above, deduction_wan=deduction)


@rule("hebei-private-economy-unemployment-insurance-rate")
def unemployment_insurance(c: Case) -> None:
    """1 % until 30 April 2019; what holds afterwards is not in the text."""
    if not c.eligible(c.on_or_before("period_date", "end")):
        c.warn("期限以后的费率不在本文件中：不适用本条不等于不缴费。")
        return c.nothing()
    c.out(rate_pct=c.param("rate"), contribution_wan=c.product("失业保险费", "contribution_base_wan", "rate"))
