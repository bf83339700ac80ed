"""河北省支持中小企业融资若干措施."""

from __future__ import annotations

from qa.calculators.case import Case, rule

from .hebei_restated import up_to


@rule("hebei-sme-fin-equity-fund-reward")
def equity_fund(c: Case) -> None:
    """Up to 1 % of 3000 万元 or more held in SMEs of the province for over six months, at most 1000 万元."""
    if not c.eligible(
        c.require("is_hebei_sme", "min_holding"),
        c.require("is_real_estate_fund", "min_investment", wanted=False),
        c.at_least("investment_wan", "min_investment"),
        c.more_than("holding_months", "min_holding"),
    ):
        return c.nothing()
    most = c.cap(c.product("实际投资额按最高比例计算", "investment_wan", "rate"), "cap", label="最高奖励")
    up_to(c, most, "奖励", "rate", "cap", by="省级财政")


@rule("hebei-sme-fin-export-insurance-premium-support")
def export_insurance(c: Case) -> None:
    """The whole premium of an SME that exports 20 to 300 万美元 a year."""
    if not c.eligible(
        c.require("is_sme_exporter", "share"),
        c.at_least("annual_export_wan_usd", "min_export"),
        c.at_most("annual_export_wan_usd", "max_export"),
    ):
        return c.nothing()
    amount = c.product("保费扶持", "premium_wan", "share")
    c.step("原文未写明险种，上下文为短期出口信用保险", "short_term")
    c.out(amount_wan=amount)


@rule("hebei-sme-fin-guarantee-fee-cap")
def guarantee_fee(c: Case) -> None:
    """A guarantee for an SME may cost 3 % in all."""
    for_sme = c.require("is_sme_guarantee", "max_rate")
    c.eligible(for_sme, c.at_most("fee_rate_pct", "max_rate"))
    if not for_sme:
        return c.nothing()
    c.out(fee_max_wan=c.product("担保费上限（按年费率）", "guarantee_amount_wan", "max_rate"))


@rule("hebei-sme-fin-innovative-credit-reward")
def innovative_credit(c: Case) -> None:
    """Up to 3‰ of the quarterly average balance lent to SMEs."""
    if not c.eligible(c.require("is_sme_borrower", "rate"), c.require("is_innovative_product", "rate")):
        return c.nothing()
    most = c.product("季度平均贷款余额按最高比例计算", "quarter_avg_loan_balance_wan", "rate")
    up_to(c, most, "奖励", "rate", by="省级财政")


@rule("hebei-sme-fin-micro-loan-credit-limit")
def micro_loan(c: Case) -> None:
    """Small loans up to 500 万元 a borrower: for securities, as collateral, for relending."""
    c.eligible(
        c.require("is_micro_enterprise_loan", "limit_abs"),
        c.at_most("credit_wan", "limit_abs", "资产支持证券基础资产：单户授信额"),
        c.at_most("credit_wan", "limit_mlf", "中期借贷便利合格抵押品：单户授信额"),
        c.at_most("credit_wan", "limit_relending", "台账管理与再贷款：单户授信额"),
    )
    c.step(f"资产支持证券基础资产的门槛由{c.show('limit_abs_old')}放宽至{c.show('limit_abs')}", "limit_abs_old")


@rule("hebei-sme-fin-small-bill-center-subsidy")
def small_bill_center(c: Case) -> None:
    """0.02 % of the small bills discounted, to the centre that discounts them."""
    if not c.eligible(c.require("is_small_bill_center", "rate")):
        return c.nothing()
    c.out(amount_wan=c.product("补助", "discount_amount_wan", "rate"))


@rule("hebei-sme-fin-targeted-rrr-cut")
def rrr_cut(c: Case) -> None:
    """0.5 to 1.5 percentage points for city banks and rural banks outside counties that pass the assessment."""
    if not c.eligible(
        c.is_one_of("bank_type", ["city_commercial", "noncounty_rural_commercial"], "cut"),
        c.require("meets_assessment", "cut"),
    ):
        return c.nothing()
    low, high = c.params("cut")
    c.step(f"存款准备金率下调{c.fmt_range((low, high), '个百分点')}，档位由人民银行确定", "cut")
    c.out(rate_cut_min_pct=low, rate_cut_max_pct=high)


@rule("hebei-sme-fin-tech-sme-loan-risk-compensation")
def risk_compensation(c: Case) -> None:
    """70 % of the loss up to 4 % of such loans; 50 % up to 3 % of all loans to technology SMEs for other forms."""
    if not c.eligible(c.require("is_partner_bank", "selected")):
        return c.nothing()
    sort, base = (
        ("credit", "当年实际发放的信用贷款和专利权质押贷款总额")
        if c.choice("loan_type") == "credit_or_patent_pledge"
        else ("other", "当年实际发放的科技型中小企业贷款总额")
    )
    share = c.product(f"{c.show('loan_type')}按损失计算", "loss_wan", f"share_{sort}")
    most = c.product(f"封顶（{base}）", "annual_loan_total_wan", f"cap_{sort}")
    c.out(amount_wan=c.cap(share, most, f"cap_{sort}", label="补助上限"))
