"""河北省财政支持金融创新的奖励办法（冀财金〔2016〕27号、44号，冀办发〔2016〕54号）和创业投资抵扣（冀政发〔2017〕2号）."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from qa.calculators.case import HUNDRED, Case, rule

from .hebei_restated import up_to

ENTERPRISE_PRODUCTS = ["special_plan", "asset_backed_note", "private_quotation_abs"]  # named by a parameter each


@rule("hebei-abs-issuer-reward")
def abs_issuer(c: Case) -> None:
    """Up to 1‰ of what was issued: any securitised product of a local bank, three sorts of products of an enterprise."""
    issued = c.require("is_issued", "bank_rate", *ENTERPRISE_PRODUCTS)
    issuer, product = c.choice("issuer_type"), c.choice("product_type")
    if issuer == "local_financial_institution":
        met, rate = (
            c.test(f"{c.label('product_type')}，须为资产证券化产品", product != "other", "bank_rate"),
            "bank_rate",
        )
    elif issuer == "hebei_registered_enterprise":
        met, rate = c.is_one_of("product_type", ENTERPRISE_PRODUCTS, *ENTERPRISE_PRODUCTS), product
    else:
        met, rate = c.test(c.label("issuer_type"), False, "bank_rate", *ENTERPRISE_PRODUCTS), ""
    if not c.eligible(issued, met):
        return c.nothing()
    up_to(c, c.product("按最高比例计算", "issue_amount_wan", rate), "奖励", rate, "adjusted", by="省财政厅")


@rule("hebei-abs-reward-application-window")
def abs_window(c: Case) -> None:
    """Issued in a reward year (1 July to 30 June), applied for by 30 July of the year in which it ends."""
    issued, applied = c.day("issue_date"), c.day("apply_date")
    months, due = c.table("reward_year"), c.table("deadline")
    year = issued.year + (issued.month >= months["first_month"])
    if year > date.max.year:
        raise c.error("issue_date", "日期过于遥远，请核对年份")
    deadline = date(year, int(due["month"]), int(due["day"]))
    c.step(
        f"发行日期{c.show('issue_date')}，属{year - 1}年{c.fmt(months['first_month'])}月至"
        f"{year}年{c.fmt(months['last_month'])}月的奖励年度",
        "reward_year",
    )
    shown = c.show("apply_date")
    c.eligible(
        c.test(f"申报日期{shown}，须在{year}年", applied.year == year, "deadline"),
        c.test(f"申报日期{shown}，须不早于发行日期", issued <= applied, "deadline"),
        c.test(f"申报日期{shown}，须不晚于{_words(deadline)}", applied <= deadline, "deadline"),
    )
    if applied == deadline:
        c.warn("申报日期正是截止日，截止日“前”是否含当天原文未写明，按包含当天计算。")
    c.out(deadline_date=deadline)


def _words(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


@rule("hebei-abs-underwriter-reward")
def abs_underwriter(c: Case) -> None:
    """The five largest underwriters of the year get half of what the issuer of their largest deal was rewarded."""
    if not c.eligible(c.require("is_underwriter", "underwriters"), c.at_most("annual_rank", "top_n")):
        return c.nothing()
    c.out(amount_wan=c.product("按单笔最大发行企业所获奖励的比例", "largest_deal_issuer_reward_wan", "share"))


def _innovative_product(c: Case, amount: str, what: str, *met: bool) -> None:
    """A share of a year's volume for a new product, in its first three reward years."""
    if not c.eligible(*met, c.at_most("product_year_index", "term")):
        return c.nothing()
    most = c.product(what, amount, "rate")
    c.step(
        f"{c.show('apply_by')}申请上一奖励年度的奖励资金；评审结果公示{c.show('publicity')}", "apply_by", "publicity"
    )
    up_to(c, most, "奖励", "rate", by="省财政厅")


@rule("hebei-bank-innovative-credit-product-reward")
def bank_product(c: Case) -> None:
    """Up to 3‰ of the quarterly average balance, for three years; no real estate."""
    c.step(f"自{c.show('start')}起以“后补助”方式奖励", "start")
    _innovative_product(
        c,
        "quarter_avg_loan_balance_wan",
        "季度平均贷款余额按最高比例计算",
        c.require("is_head_office_recognized", "recognised"),
        c.require("is_real_estate_project", "scope", wanted=False),
    )


@rule("hebei-insurer-innovative-product-reward")
def insurer_product(c: Case) -> None:
    """Up to 8 % of the year's premiums, for three years."""
    _innovative_product(
        c, "annual_premium_income_wan", "年度保费收入按最高比例计算", c.require("is_filed_with_regulator", "filed")
    )


@rule("hebei-equity-fund-investment-reward")
def equity_fund(c: Case) -> None:
    """Up to 1 % of 3000 万元 or more held for over six months, less the state's share, at most 1000 万元."""
    private = 1 - c.num("state_capital_share_pct") / HUNDRED
    if not c.eligible(
        c.require("is_real_estate_fund", "real_estate", wanted=False),
        c.require("has_disqualification", "investigated", "penalty_window", "blacklist", wanted=False),
        c.more_than("holding_months", "holding"),
        c.at_least("direct_investment_wan", "threshold"),
        c.test(
            f"{c.label('state_capital_share_pct')} {c.show('state_capital_share_pct')}，须有非国有份额",
            private > 0,
            "state_capital",
        ),
    ):
        if c.num("direct_investment_wan") < c.param("threshold"):
            c.step("单只基金不满门槛的，可与同一发起人的其他基金累加后再填", "together")
        return c.nothing()
    whole = c.product("实际投资额按最高比例计算", "direct_investment_wan", "rate")
    reward = whole * private
    if private < 1:
        c.step(
            f"扣除国有份额：{c.fmt(whole, '万元')} × (1 − {c.show('state_capital_share_pct')}) = {c.fmt(reward, '万元')}",
            "state_capital",
        )
    most = c.cap(reward, "cap", label="最高奖励")
    other = min(whole, c.param("cap")) * private
    if other != most:
        c.step(
            f"如先封顶{c.show('cap')}再扣国有份额（原文未写先后），上限为{c.fmt(other, '万元')}", "cap", "state_capital"
        )
        c.warn(
            f"封顶与扣除国有份额的先后原文未写：先扣后封顶为{c.fmt(most, '万元')}，先封顶后扣为{c.fmt(other, '万元')}。"
        )
    if reward > c.param("cap"):
        c.step("省财政厅政策解读所写的最高限额高于办法原文，两者不一致，按办法原文计算", "interpretation")
    c.step(f"{c.show('apply_by')}向省财政厅申请；公示{c.show('publicity')}", "apply_by", "publicity")
    up_to(c, most, "奖励", "rate", "cap", by="省财政厅")


@rule("hebei-venture-capital-income-deduction")
def venture_capital(c: Case) -> None:
    """70 % of what was invested for 24 months or more is deducted from the year's income, the rest carried forward."""
    if not c.eligible(
        c.require("is_registered_venture_capital", "registered"),
        c.require("is_equity_investment", "registered"),
        c.require("is_unlisted_sme_hightech", "registered"),
        c.at_least("holding_months", "min_holding"),
    ):
        return c.nothing()
    total = c.product("可抵扣总额", "investment_wan", "deduction_rate")
    income = max(c.num("taxable_income_wan"), Decimal(0))
    c.step(f"在股权持有满{c.show('full_years')}的当年抵扣", "full_years")
    used = c.cap(total, income, "full_years", label="当年应纳税所得额")
    c.step(f"结转以后年度：{c.fmt(total, '万元')} − {c.fmt(used, '万元')} = {c.fmt(total - used, '万元')}", "carried")
    c.out(deduction_total_wan=total, deduction_wan=used, carryforward_wan=total - used)
