"""What holds for Hebei's 特色产品 plan, the departments' interpretations, single plans and 中小企业融资, whatever the inputs."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.calculators import run

DAY = date(2018, 12, 1)
amounts = st.decimals(0, 300_000, places=4)
years = st.decimals(0, 20, places=2)
percents = st.decimals(0, 100, places=2)
two_amounts = st.tuples(amounts, amounts).map(sorted)


def out(rule_id: str, **inputs: Any) -> dict[str, Any]:
    result = run(rule_id, {k: v.isoformat() if isinstance(v, date) else v for k, v in inputs.items()}, as_of=DAY)
    assert result.error is None, result.error
    return dict(result.outputs)


# --- shares, costs and their limits ------------------------------------------------------------------------------

CEILINGS: list[tuple[str, dict[str, Any], int, int | None]] = [
    ("hebei-featured-tech-upgrade-subsidy", {"is_selected_project": True}, 30, 2000),
    ("hebei-featured-testing-platform-subsidy", {"meets_conditions": True}, 30, None),
    ("hebei-tech-upgrade-subsidy", {"project_type": "industrial_development"}, 20, 1000),
    ("hebei-tech-upgrade-subsidy", {"project_type": "public_service_platform"}, 30, 1000),
]


@pytest.mark.parametrize(("rule_id", "more", "rate", "limit"), CEILINGS)
@given(two_amounts)
def test_up_to_a_share_promises_nothing_and_never_passes_share_or_limit(
    rule_id: str, more: dict[str, Any], rate: int, limit: int | None, invested: list[Decimal]
) -> None:
    small, large = (out(rule_id, recognized_investment_wan=i, **more) for i in invested)
    assert small["amount_min_wan"] == large["amount_min_wan"] == 0
    assert small["amount_max_wan"] <= large["amount_max_wan"]
    for i, got in zip(invested, (small, large), strict=True):
        assert got["amount_max_wan"] == (i * rate / 100 if limit is None else min(i * rate / 100, limit))


COSTS: list[tuple[str, str, dict[str, Any], int]] = [
    ("hebei-featured-public-consulting-subsidy", "actual_expense_wan", {"has_held_service": True}, 30),
    (
        "hebei-featured-brand-store-subsidy",
        "rent_and_fitout_wan",
        {"is_brand_apparel_enterprise": True, "store_count": 6, "operating_years": 2, "assessment_rank": 3},
        50,
    ),
    (
        "hebei-featured-exhibition-booth-subsidy",
        "booth_cost_wan",
        {"exhibition_type": "domestic", "assessment_rank": 6, "has_local_subsidy": True},
        50,
    ),
    (
        "hebei-featured-exhibition-booth-subsidy",
        "booth_cost_wan",
        {"exhibition_type": "overseas", "assessment_rank": 6, "has_local_subsidy": True},
        300,
    ),
]


@pytest.mark.parametrize(("rule_id", "cost", "more", "limit"), COSTS)
@given(amounts)
def test_no_more_than_was_spent_is_paid_nor_more_than_the_limit(
    rule_id: str, cost: str, more: dict[str, Any], limit: int, spent: Decimal
) -> None:
    assert out(rule_id, **{cost: spent}, **more) == {"eligible": True, "amount_max_wan": min(spent, limit)}


@given(st.integers(0, 40), years, st.integers(1, 20), amounts)
def test_stores_ask_for_more_than_five_two_years_and_the_first_three(
    count: int, run_for: Decimal, rank: int, spent: Decimal
) -> None:
    got = out(
        "hebei-featured-brand-store-subsidy",
        is_brand_apparel_enterprise=True,
        store_count=count,
        operating_years=run_for,
        assessment_rank=rank,
        rent_and_fitout_wan=spent,
    )
    assert got["eligible"] is (count >= 6 and run_for >= 2 and rank <= 3)


@given(two_amounts, years)
def test_half_a_design_contract_is_paid_and_three_years_together_raise_only_the_limit(
    contracts: list[Decimal], together: Decimal
) -> None:
    small, large = (
        out(
            "hebei-featured-design-service-award",
            contract_actual_wan=contract,
            cooperation_years=together,
            is_featured_product_manufacturer=True,
        )["amount_wan"]
        for contract in contracts
    )
    limit = 50 if together >= 3 else 20
    assert small <= large <= limit
    assert small == min(contracts[0] / 2, limit)


@given(two_amounts)
def test_a_high_technology_project_gets_15_percent_up_to_10_million(invested: list[Decimal]) -> None:
    for i in invested:
        got = out("hebei-hightech-industrialization-subsidy", is_in_provincial_plan=True, total_investment_wan=i)
        assert got["amount_wan"] == min(i * 15 / 100, 1000)


# --- awards ------------------------------------------------------------------------------------------------------


@given(st.integers(0, 10), st.integers(0, 3))
def test_products_and_forums_are_counted_one_by_one(products: int, forums: int) -> None:
    product = out("hebei-featured-premium-product-award", certified_product_count=products)
    assert product == {"eligible": products > 0, "amount_wan": 20 * products}
    forum = out("hebei-featured-forum-funding", session_count=forums)
    assert forum == {"eligible": forums > 0, "amount_max_wan": 30 * forums}


@pytest.mark.parametrize("rule_id", ["hebei-featured-quality-benchmark-award", "hebei-featured-single-champion-award"])
def test_the_nation_pays_more_than_the_province_and_others_get_nothing(rule_id: str) -> None:
    paid = {
        (level, featured): out(rule_id, level=level, is_featured_product_enterprise=featured)["amount_wan"]
        for level in ("national", "provincial", "none")
        for featured in (True, False)
    }
    assert paid[("national", True)] == 2 * paid[("provincial", True)] == 100
    assert not any(v for (level, featured), v in paid.items() if not featured or level == "none")


@given(st.integers(0, 50), st.integers(0, 50))
def test_design_awards_add_up_without_a_limit(international: int, gold: int) -> None:
    got = out(
        "hebei-design-competition-award",
        is_hebei_design_entity=True,
        international_award_count=international,
        national_gold_count=gold,
    )
    assert got == {"eligible": international + gold > 0, "amount_wan": 50 * international + 20 * gold}


@given(years, st.decimals(0, 200, places=2), st.sampled_from(["provincial", "national"]))
def test_both_documents_pay_a_design_centre_the_same_once_it_is_two_years_old(
    age: Decimal, received: Decimal, level: str
) -> None:
    one = out(
        "hebei-2018-interpretation-design-center-award",
        established_years=age,
        has_significant_benefit=True,
        is_hebei_legal_entity=True,
        level_reached=level,
        received_wan=received,
    )
    other = out("hebei-private-economy-design-center-reward", level_reached=level, received_wan=received)
    assert one["eligible"] is (age >= 2)
    assert one["amount_wan"] == (other["amount_wan"] if age >= 2 else 0)
    assert other["amount_wan"] == max(Decimal(200 if level == "national" else 100) - received, Decimal(0))


# --- taxes, shares of income, land --------------------------------------------------------------------------------


@given(amounts, amounts, percents)
def test_no_tax_is_lost_between_the_place_left_and_the_place_gone_to(
    base: Decimal, now: Decimal, part: Decimal
) -> None:
    got = out("hebei-feidi-tax-sharing", base_tax_wan=base, current_tax_wan=now, origin_share_pct=part)
    assert got["increment_wan"] == max(now - base, Decimal(0))
    assert abs(got["origin_amount_wan"] + got["destination_amount_wan"] - now) <= Decimal("0.000001")
    assert got["origin_amount_wan"] >= min(base, now) and got["destination_amount_wan"] <= got["increment_wan"]


@given(amounts)
def test_the_main_contributors_get_half_of_what_the_team_gets(income: Decimal) -> None:
    got = out("hebei-iiot-tech-transfer-reward-share", income_wan=income, is_completed_service_achievement=True)
    assert got["amount_min_wan"] == income * 70 / 100
    assert got["main_contributor_min_wan"] == income * 35 / 100


@given(st.decimals(0, 5000, places=2))
def test_both_land_rules_give_seven_tenths_where_costs_are_lower(standard: Decimal) -> None:
    one = out("hebei-strategic-industry-land-floor-price", national_min_price_yuan=standard, is_intensive_land_use=True)
    other = out(
        "hebei-wqzx-land-floor-price",
        national_min_price_yuan=standard,
        cost_yuan=0,
        is_priority_industry=True,
        is_intensive_land_use=True,
    )
    assert one["floor_price_yuan"] == other["floor_price_yuan"] == standard * 7 / 10


# --- thresholds and time limits ------------------------------------------------------------------------------------


@given(
    st.sampled_from(["industrial_development", "software_or_integration", "public_service_platform"]),
    st.booleans(),
    st.one_of(amounts, st.sampled_from([Decimal(n) for n in (199, 200, 299, 300, 999, 1000, 1999, 2000)])),
)
def test_poverty_counties_never_ask_for_more_and_the_threshold_itself_is_enough(
    sort: str, is_poor: bool, invested: Decimal
) -> None:
    here, elsewhere = (
        out(
            "hebei-2019-tech-upgrade-eligibility",
            is_qualified_entity=True,
            is_in_hebei=True,
            meets_industry_policy=True,
            project_type=sort,
            investment_wan=invested,
            is_in_poverty_county=poor,
            project_stage="preliminary",
            is_in_feasibility=True,
        )
        for poor in (is_poor, False)
    )
    assert here["threshold_wan"] <= elsewhere["threshold_wan"]
    assert here["eligible"] is (invested >= here["threshold_wan"])


@given(st.sampled_from(["approval", "verification", "filing"]), st.integers(0, 200))
def test_the_last_working_day_is_in_time_and_each_further_one_counts(mode: str, used: int) -> None:
    got = out("hebei-project-approval-time-limit", project_mode=mode, elapsed_work_days=used)
    assert got["is_within_limit"] is (used <= got["limit_work_days"])
    assert got["overdue_work_days"] == max(used - got["limit_work_days"], 0)


@given(st.sampled_from([("converter", 100), ("blast_furnace", 1000)]), st.decimals(0, 3000, places=1), st.booleans())
def test_equipment_is_replaced_below_the_limit_open_on_it_and_never_where_exempt(
    kind: tuple[str, int], size: Decimal, is_exempt: bool
) -> None:
    name, limit = kind
    for value in (size, Decimal(limit)):
        status = out(
            "hebei-steel-small-equipment-replacement",
            equipment_type=name,
            equipment_size=value,
            is_exempt_type=is_exempt,
        )["status"]
        below = "required" if value < limit else "needs_confirmation" if value == limit else "not_required"
        assert status == ("not_required" if is_exempt else below)


@given(st.integers(-400, 400), st.integers(0, 10), st.integers(0, 10))
def test_pilot_counties_hand_in_by_the_day_three_copies_and_two_discs(offset: int, paper: int, discs: int) -> None:
    got = out(
        "hebei-demo-county-application",
        area_type="county_or_city",
        submit_date=date(2018, 9, 7) + timedelta(days=offset),
        paper_count=paper,
        disc_count=discs,
    )
    assert got["meets_deadline"] is (offset <= 0)
    assert got["meets_materials"] is (paper >= 3 and discs >= 2)
    assert got["eligible"] is (got["meets_deadline"] and got["meets_materials"])


@given(st.integers(2000, 2100))
def test_targets_last_three_whole_years_after_the_application(year: int) -> None:
    got = out("hebei-demo-county-target-period", application_year=year)
    assert (got["start_year"], got["end_year"]) == (year + 1, year + 3)


@given(
    st.sampled_from(["composite_portland", "other"]), st.one_of(st.decimals(0, 70, places=1), st.just(Decimal("32.5")))
)
def test_only_one_grade_of_one_cement_is_stopped(kind: str, grade: Decimal) -> None:
    status = out("hebei-cement-grade-production-ban", cement_type=kind, strength_grade=grade)["status"]
    assert (status == "banned") is (kind == "composite_portland" and grade == Decimal("32.5"))
    assert (status == "encouraged") is (grade >= Decimal("42.5"))


@given(percents)
def test_glass_furnaces_are_asked_for_more_than_cement(efficiency: Decimal) -> None:
    cement, glass = (
        out("hebei-building-materials-denox-efficiency", facility_type=kind, denox_efficiency_pct=efficiency)
        for kind in ("cement", "glass_furnace")
    )
    assert (cement["eligible"], glass["eligible"]) == (efficiency >= 70, efficiency >= 75)


# --- financing of small enterprises --------------------------------------------------------------------------------


@given(two_amounts, st.decimals(0, 24, places=1))
def test_a_fund_gets_up_to_one_percent_from_30_million_held_over_half_a_year(
    invested: list[Decimal], months: Decimal
) -> None:
    for i in invested:
        got = out("hebei-sme-fin-equity-fund-reward", investment_wan=i, holding_months=months, is_hebei_sme=True)
        assert got["eligible"] is (i >= 3000 and months > 6)
        assert got["amount_max_wan"] == (min(i / 100, 1000) if got["eligible"] else 0)


@given(
    st.sampled_from([("credit_or_patent_pledge", 70, 4), ("other", 50, 3)]),
    two_amounts,
    amounts,
)
def test_losses_are_made_up_for_in_part_and_never_past_a_share_of_all_loans(
    sort: tuple[str, int, int], losses: list[Decimal], loans: Decimal
) -> None:
    name, share, limit = sort
    small, large = (
        out(
            "hebei-sme-fin-tech-sme-loan-risk-compensation",
            loan_type=name,
            loss_wan=loss,
            annual_loan_total_wan=loans,
            is_partner_bank=True,
        )["amount_wan"]
        for loss in losses
    )
    assert small <= large <= loans * limit / 100
    assert small == min(losses[0] * share / 100, loans * limit / 100)


@given(st.decimals(0, 500, places=2), amounts)
def test_exporters_between_both_ends_get_the_whole_premium(export: Decimal, premium: Decimal) -> None:
    got = out(
        "hebei-sme-fin-export-insurance-premium-support",
        annual_export_wan_usd=export,
        premium_wan=premium,
        is_sme_exporter=True,
    )
    assert got["eligible"] is (20 <= export <= 300)
    assert got["amount_wan"] == (premium if got["eligible"] else 0)


@given(amounts, percents)
def test_the_dearest_fee_is_told_even_where_the_fee_is_too_dear(guaranteed: Decimal, rate: Decimal) -> None:
    got = out(
        "hebei-sme-fin-guarantee-fee-cap", guarantee_amount_wan=guaranteed, fee_rate_pct=rate, is_sme_guarantee=True
    )
    assert got == {"eligible": rate <= 3, "fee_max_wan": guaranteed * 3 / 100}


@given(amounts)
def test_both_documents_reward_new_loan_products_alike(balance: Decimal) -> None:
    one = out(
        "hebei-sme-fin-innovative-credit-reward",
        quarter_avg_loan_balance_wan=balance,
        is_sme_borrower=True,
        is_innovative_product=True,
    )
    other = out(
        "hebei-private-economy-bank-innovative-loan-reward",
        quarter_avg_loan_balance_wan=balance,
        is_recognized_product=True,
    )
    assert one["amount_max_wan"] == other["amount_max_wan"]
    assert abs(one["amount_max_wan"] - balance * 3 / 1000) <= Decimal("0.0000005")
