"""关于促进中小企业健康发展的指导意见：再贴现、中期借贷便利的额度."""

from __future__ import annotations

from qa.calculators.case import Case, rule


@rule("national-2019-mlf-collateral-limit")
def mlf_collateral(c: Case) -> None:
    """Loans to small and micro enterprises with credit up to and including 1000 万元."""
    c.eligible(c.require("is_small_micro", "limit"), c.at_most("credit_wan", "limit"))


@rule("national-2019-sme-rediscount-limit")
def rediscount(c: Case) -> None:
    """Bills of small and micro enterprises up to and including 500 万元."""
    c.eligible(c.require("is_small_micro", "limit"), c.at_most("bill_amount_wan", "limit"))
