"""河北省首台（套）重大技术装备保险补贴（冀财金〔2015〕29号） and “政银保” (冀财金〔2015〕30号, 冀办发〔2016〕54号附件6)."""

from __future__ import annotations

from decimal import Decimal

from qa.calculators.case import HUNDRED, Case, rule

from .hebei_restated import recognised_premium


@rule("hebei-first-set-discredit-ban")
def discredit_ban(c: Case) -> None:
    """Two years without any provincial special fund; three to five where the case is especially serious."""
    severity = c.choice("severity")
    if severity == "none":
        c.step(f"{c.label('severity')}：不取消申报资格", "found")
        return c.out(is_banned=False, ban_min_years=0, ban_max_years=0)
    if severity == "discredited":
        least = most = c.param("ban")
        cite = "ban"
    else:
        least, most = c.params("ban_serious")
        cite = "ban_serious"
    c.step(f"{c.label('severity')}：{c.fmt_range((least, most), '年')}内取消省级所有专项资金申报资格", cite, "found")
    c.out(is_banned=True, ban_min_years=least, ban_max_years=most)


@rule("hebei-first-set-equipment-insurance-subsidy")
def equipment_insurance(c: Case) -> None:
    """80 % of the year's premium, recognised up to a rate of 3 %; 200 万元 an enterprise and year, in the first three years."""
    if not c.eligible(
        c.require("is_in_catalogue", "catalogue"),
        c.require("is_insurance_filed", "insured"),
        c.at_most("policy_year_index", "max_years"),
    ):
        return c.nothing()
    subsidy = c.share(recognised_premium(c), "share", "补贴")
    left = c.param("annual_cap")
    if c.num("received_wan"):
        left = max(left - c.num("received_wan"), Decimal(0))
        c.step(
            f"企业当年余额：{c.show('annual_cap')} − 已得{c.show('received_wan')}，还剩{c.fmt(left, '万元')}",
            "annual_cap",
        )
    amount = c.cap(
        subsidy, left, "annual_cap", label="单个企业年度上限余额" if c.num("received_wan") else "单个企业年度上限"
    )
    c.step(f"补贴项目和数额由省财政厅审核确定，公示{c.show('publicity')}", "publicity")
    c.out(amount_wan=amount)


@rule("hebei-first-set-insurer-eligibility")
def insurer(c: Case) -> None:
    """A single insurer with 50 亿元 of capital, or a pool with 200 亿元 together; 150 % solvency in each of three years."""
    mode = c.choice("underwriting_mode")
    c.step(f"{c.label('underwriting_mode')}：注册资本金要求{c.show(f'{mode}_capital')}", f"{mode}_capital")
    who = "各成员" if mode == "pool" else ""
    c.eligible(
        c.at_least("registered_capital_yi", f"{mode}_capital"),
        c.at_least("min_solvency_pct", f"{mode}_solvency", f"{who}近{c.show(f'{mode}_years')}偿付能力最低值"),
        c.require("has_experience", f"{mode}_experience"),
        c.require("meets_regulator_conditions", "regulator"),
    )
    c.out(required_capital_yi=c.param(f"{mode}_capital"))


@rule("hebei-first-set-manufacturer-eligibility")
def manufacturer(c: Case) -> None:
    """All four conditions at once."""
    c.eligible(
        c.require("is_registered_in_hebei", "all_of", "registered"),
        c.require("is_independent_legal_person", "all_of", "registered"),
        c.at_least("violation_free_years", "clean_years"),
        c.require("has_good_finance", "finance"),
        c.require("has_filed_reports", "reports"),
    )


@rule("hebei-first-set-product-definition")
def product_definition(c: Case) -> None:
    """First used within three years: the first three sets, or one batch contracted and made together."""
    new = (
        c.require("has_ip_and_breakthrough", "breakthrough"),
        c.require("has_market_record", "breakthrough", wanted=False),
    )
    if c.choice("product_type") == "first_unit":
        first = c.at_most("years_since_first_use", "unit_years"), c.at_most("unit_no", "first_units")
    else:
        first = c.at_most("years_since_first_use", "batch_years"), c.require("is_same_batch", "batch_years")
    if c.eligible(*new, *first):
        c.step("符合定义；是否认定以省工业和信息化厅发布的公告目录为准", "catalogue")


@rule("hebei-zhengyinbao-interest-subsidy")
def interest_subsidy(c: Case) -> None:
    """30 % of what a city or county with a risk fund spends on interest and the like."""
    if not c.eligible(c.require("has_risk_fund", "rate")):
        return c.nothing()
    c.out(amount_wan=c.product("省级财政每年补贴", "expenditure_wan", "rate"))


@rule("hebei-zhengyinbao-loan-cost-caps")
def loan_cost_caps(c: Case) -> None:
    """Interest up to 30 % above the benchmark rate; a premium up to 3 % of the loan."""
    rate = c.num("benchmark_rate_pct") * (1 + c.param("rate_uplift") / HUNDRED)
    c.step(
        f"贷款利率上限：{c.show('benchmark_rate_pct')} × (1 + {c.show('rate_uplift')}) = {c.fmt(rate, '%')}",
        "rate_uplift",
    )
    premium = c.product("保费上限", "loan_wan", "premium")
    c.step("财政可给予借款户一定比例的保费补贴，比例由市县方案规定", "subsidy")
    c.out(rate_max_pct=rate, premium_max_wan=premium)


@rule("hebei-zhengyinbao-provincial-award")
def provincial_award(c: Case) -> None:
    """30 % of what a city's or county's compensation fund spent in the year before."""
    amount = c.product("省级奖补", "prior_year_spend_wan", "rate")
    c.step("财政补偿资金专项用于保险投保补贴和风险补偿，其他支出不计入基数", "use")
    c.step(f"由同级财政部门于年度结束后{c.show('apply_within')}内向省财政厅申请", "apply_within")
    c.out(amount_wan=amount)


@rule("hebei-zhengyinbao-setup-reward")
def setup_reward(c: Case) -> None:
    """Once 300 万元 to a city's, 150 万元 to a county's treasury that set up a risk fund and filed it."""
    if not c.eligible(c.require("has_risk_fund", "conditions"), c.require("is_filed", "conditions")):
        return c.nothing()
    level = c.choice("finance_level")
    c.step(f"{c.label('finance_level')}，一次性奖励{c.show(level)}", level)
    c.out(amount_wan=c.param(level))
