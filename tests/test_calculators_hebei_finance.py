"""What holds for Hebei's finance awards, first-set insurance and 政银保, whatever the inputs."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.calculators import get, run

DAY = date(2018, 12, 1)
FEN = Decimal("0.000001")
amounts = st.decimals(0, 300_000, places=4)
two_amounts = st.tuples(amounts, amounts).map(sorted)
percents = st.decimals(0, 100, places=2)


def out(rule_id: str, **inputs: Any) -> dict[str, Any]:
    result = run(rule_id, {k: v.isoformat() if isinstance(v, date) else v for k, v in inputs.items()}, as_of=DAY)
    assert result.error is None, result.error
    return dict(result.outputs)


# --- first sets -------------------------------------------------------------------------------------------------


def insured(**inputs: Any) -> dict[str, Any]:
    return out(
        "hebei-first-set-equipment-insurance-subsidy",
        **{"is_in_catalogue": True, "is_insurance_filed": True, "policy_year_index": 1, **inputs},
    )


@given(two_amounts, st.decimals(Decimal("0.01"), 20, places=2), st.decimals(0, 300, places=2))
def test_a_year_of_premiums_brings_more_up_to_what_is_left_of_2_million(
    premiums: list[Decimal], rate: Decimal, received: Decimal
) -> None:
    small, large = (
        insured(annual_premium_wan=p, premium_rate_pct=rate, received_wan=received)["amount_wan"] for p in premiums
    )
    assert small <= large <= max(200 - received, 0)
    assert small <= premiums[0] * 80 / 100
    if rate <= 3:
        assert small == min(premiums[0] * 80 / 100, max(200 - received, 0))


@given(amounts, st.decimals(Decimal("3.01"), 50, places=2))
def test_a_dearer_rate_is_recognised_as_if_it_were_3_percent(premium: Decimal, rate: Decimal) -> None:
    dear = insured(annual_premium_wan=premium, premium_rate_pct=rate)["amount_wan"]
    as_if = insured(annual_premium_wan=(premium * 3 / rate).quantize(Decimal("1e-9")), premium_rate_pct=3)["amount_wan"]
    assert abs(dear - as_if) <= FEN


@given(st.integers(1, 9))
def test_premiums_are_subsidised_in_the_first_three_years_only(year: int) -> None:
    got = insured(policy_year_index=year, annual_premium_wan=100, premium_rate_pct=3)
    assert got == {"eligible": year <= 3, "amount_wan": 80 if year <= 3 else 0}


def test_the_order_of_2015_pays_no_more_a_year_than_the_later_documents_that_have_no_limit() -> None:
    for premium in (100, 250, 400):
        later = out(
            "hebei-wqzx-first-set-premium-subsidy",
            meets_first_set_conditions=True,
            has_comprehensive_insurance=True,
            annual_premium_wan=premium,
            premium_rate_pct=3,
            insured_years=1,
        )["amount_wan"]
        assert insured(annual_premium_wan=premium, premium_rate_pct=3)["amount_wan"] == min(later, 200)


@given(st.decimals(0, 400, places=2), st.decimals(100, 200, places=2))
def test_a_pool_needs_four_times_the_capital_and_the_same_solvency(capital: Decimal, solvency: Decimal) -> None:
    common = {"min_solvency_pct": solvency, "has_experience": True, "meets_regulator_conditions": True}
    rule = "hebei-first-set-insurer-eligibility"
    solo = out(rule, underwriting_mode="solo", registered_capital_yi=capital, **common)
    pool = out(rule, underwriting_mode="pool", registered_capital_yi=capital, **common)
    assert solo == {"eligible": capital >= 50 and solvency >= 150, "required_capital_yi": 50}
    assert pool == {"eligible": capital >= 200 and solvency >= 150, "required_capital_yi": 200}


@given(st.integers(1, 10), st.decimals(0, 6, places=2), st.booleans())
def test_sets_are_counted_and_batches_are_not(unit: int, years: Decimal, same: bool) -> None:
    common = {
        "unit_no": unit,
        "years_since_first_use": years,
        "is_same_batch": same,
        "has_ip_and_breakthrough": True,
        "has_market_record": False,
    }
    rule = "hebei-first-set-product-definition"
    assert out(rule, product_type="first_unit", **common)["eligible"] is (unit <= 3 and years <= 3)
    assert out(rule, product_type="first_batch", **common)["eligible"] is (same and years <= 3)


# --- 政银保 -------------------------------------------------------------------------------------------------------


@given(amounts, amounts)
def test_the_province_bears_three_tenths_of_what_cities_and_counties_spend_for_loans(
    one: Decimal, two: Decimal
) -> None:
    spent = out("hebei-zhengyinbao-provincial-award", prior_year_spend_wan=one)["amount_wan"]
    interest = out("hebei-zhengyinbao-interest-subsidy", expenditure_wan=two, has_risk_fund=True)["amount_wan"]
    assert spent + interest == (one + two) * 30 / 100


@given(st.decimals(0, 20, places=4), amounts)
def test_a_borrower_pays_at_most_13_tenths_of_the_benchmark_and_3_percent_of_the_loan(
    rate: Decimal, loan: Decimal
) -> None:
    got = out("hebei-zhengyinbao-loan-cost-caps", benchmark_rate_pct=rate, loan_wan=loan)
    assert got == {"rate_max_pct": rate * 13 / 10, "premium_max_wan": loan * 3 / 100}


# --- awards -----------------------------------------------------------------------------------------------------


@given(st.dates(date(2000, 1, 1), date(2050, 12, 31)), st.integers(-400, 800))
def test_an_issue_is_applied_for_by_30_july_after_its_reward_year(issued: date, later: int) -> None:
    applied = issued + timedelta(days=later)
    got = out("hebei-abs-reward-application-window", issue_date=issued, apply_date=applied)
    end = date.fromisoformat(str(got["deadline_date"]))
    assert (end.month, end.day) == (7, 30)
    assert date(end.year - 1, 7, 1) <= issued <= date(end.year, 6, 30)
    assert got["eligible"] is (max(issued, date(end.year, 1, 1)) <= applied <= end)


@pytest.mark.parametrize(("applied", "warned"), [("2018-07-29", False), ("2018-07-30", True)])
def test_who_applies_on_the_last_day_is_told_that_the_text_leaves_it_open(applied: str, warned: bool) -> None:
    inputs = {"issue_date": "2018-03-01", "apply_date": applied}
    told = run("hebei-abs-reward-application-window", inputs, as_of=DAY).warnings
    assert any("正是截止日" in w for w in told) is warned


@given(two_amounts)
def test_an_issuer_gets_up_to_a_thousandth_and_its_underwriter_half_of_that(issued: list[Decimal]) -> None:
    rewards = [
        out(
            "hebei-abs-issuer-reward",
            issuer_type="hebei_registered_enterprise",
            product_type="asset_backed_note",
            issue_amount_wan=i,
            is_issued=True,
        )["amount_max_wan"]
        for i in issued
    ]
    assert rewards[0] <= rewards[1]
    for i, reward in zip(issued, rewards, strict=True):
        assert abs(reward - i / 1000) <= FEN
        underwriter = out(
            "hebei-abs-underwriter-reward", is_underwriter=True, annual_rank=5, largest_deal_issuer_reward_wan=reward
        )
        assert abs(underwriter["amount_wan"] - reward / 2) <= FEN


def fund(**inputs: Any) -> dict[str, Any]:
    common = {"holding_months": 12, "is_real_estate_fund": False, "has_disqualification": False}
    return out("hebei-equity-fund-investment-reward", **{**common, **inputs})


@given(two_amounts, st.tuples(percents, percents).map(sorted))
def test_a_fund_gets_more_for_more_invested_and_less_for_more_state_capital(
    invested: list[Decimal], shares: list[Decimal]
) -> None:
    by_amount = [fund(direct_investment_wan=i, state_capital_share_pct=shares[0])["amount_max_wan"] for i in invested]
    by_share = [fund(direct_investment_wan=invested[1], state_capital_share_pct=s)["amount_max_wan"] for s in shares]
    assert 0 <= by_amount[0] <= by_amount[1] <= 1000
    assert by_share[0] >= by_share[1]


def test_where_the_order_of_limit_and_state_share_matters_both_figures_are_told() -> None:
    inputs = {
        "direct_investment_wan": 150_000,
        "state_capital_share_pct": 50,
        "holding_months": 7,
        "is_real_estate_fund": False,
        "has_disqualification": False,
    }
    told = run("hebei-equity-fund-investment-reward", inputs, as_of=DAY).warnings
    assert any("750万元" in w and "500万元" in w for w in told)
    told = run("hebei-equity-fund-investment-reward", {**inputs, "direct_investment_wan": 9000}, as_of=DAY).warnings
    assert not any("先后" in w and "万元" in w for w in told)


@pytest.mark.parametrize(("invested", "told"), [(100_000, False), (100_001, True)])
def test_above_the_limit_the_departments_other_figure_is_cited(invested: int, told: bool) -> None:
    result = run(
        "hebei-equity-fund-investment-reward",
        {
            "direct_investment_wan": invested,
            "holding_months": 7,
            "is_real_estate_fund": False,
            "has_disqualification": False,
        },
        as_of=DAY,
    )
    assert any("最高限额2000万元" in citation.quote for citation in result.citations) is told


@given(st.decimals(0, 300_000, places=2), st.decimals(0, 24, places=1))
def test_without_state_capital_the_order_of_2016_and_the_measures_for_smes_reward_alike(
    invested: Decimal, months: Decimal
) -> None:
    measures = out(
        "hebei-sme-fin-equity-fund-reward", investment_wan=invested, holding_months=months, is_hebei_sme=True
    )
    assert fund(direct_investment_wan=invested, holding_months=months) == measures


PRODUCTS: list[tuple[str, str, dict[str, Any], Decimal]] = [
    (
        "hebei-bank-innovative-credit-product-reward",
        "quarter_avg_loan_balance_wan",
        {"is_head_office_recognized": True, "is_real_estate_project": False},
        Decimal("0.003"),
    ),
    (
        "hebei-insurer-innovative-product-reward",
        "annual_premium_income_wan",
        {"is_filed_with_regulator": True},
        Decimal("0.08"),
    ),
]


@pytest.mark.parametrize(("rule_id", "volume", "more", "rate"), PRODUCTS)
@given(amounts, st.integers(1, 6))
def test_a_new_product_is_rewarded_in_proportion_without_a_limit_for_three_years(
    rule_id: str, volume: str, more: dict[str, Any], rate: Decimal, amount: Decimal, year: int
) -> None:
    got = out(rule_id, product_year_index=year, **{volume: amount}, **more)
    assert got["eligible"] is (year <= 3) and got["amount_min_wan"] == 0
    assert abs(got["amount_max_wan"] - (amount * rate if year <= 3 else 0)) <= FEN


@given(amounts, st.decimals(-100_000, 300_000, places=4), st.decimals(0, 60, places=1))
def test_what_is_not_deducted_this_year_is_carried_forward(invested: Decimal, income: Decimal, months: Decimal) -> None:
    got = out(
        "hebei-venture-capital-income-deduction",
        investment_wan=invested,
        holding_months=months,
        taxable_income_wan=income,
        is_registered_venture_capital=True,
        is_equity_investment=True,
        is_unlisted_sme_hightech=True,
    )
    assert got["eligible"] is (months >= 24)
    assert got["deduction_total_wan"] == (invested * 70 / 100 if months >= 24 else 0)
    assert got["deduction_wan"] + got["carryforward_wan"] == got["deduction_total_wan"]
    assert 0 <= got["deduction_wan"] <= max(income, 0)


def test_one_support_told_in_several_documents_is_had_once() -> None:
    groups = [
        [
            "hebei-first-set-equipment-insurance-subsidy",
            "hebei-wqzx-first-set-premium-subsidy",
            "hebei-private-economy-first-set-insurance-subsidy",
        ],
        [
            "hebei-bank-innovative-credit-product-reward",
            "hebei-sme-fin-innovative-credit-reward",
            "hebei-private-economy-bank-innovative-loan-reward",
        ],
        [
            "hebei-equity-fund-investment-reward",
            "hebei-sme-fin-equity-fund-reward",
            "hebei-private-economy-fund-investment-reward",
            "hebei-wqzx-fund-reward",
        ],
    ]
    for group in groups:
        for one in group:
            for other in group:
                assert one == other or other in get(one).excludes or one in get(other).excludes
