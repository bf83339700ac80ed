"""What holds for the province's rules (万企转型, 民营经济, 县域十条, 特色产品, plans) and the Beijing and Ningbo notices, whatever the inputs."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import ROUND_FLOOR, Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.pipeline import ingest
from ingest.store import Store
from ingest.workspace import bundled_corpus
from qa.calculators import NodeClauses, Rule, all_rules, get, ids, run
from qa.calculators.check import check
from qa.calculators.clauses import squeeze
from qa.calculators.registry import function

DAY = date(2018, 12, 1)
FEN = Decimal("0.000001")
FAMILIES = {
    "hebei_wqzx",
    "hebei_private_economy",
    "hebei_private_economy_costs",
    "hebei_county",
    "hebei_featured",
    "hebei_interpretations",
    "hebei_plans",
    "hebei_sme_finance",
    "hebei_finance_awards",
    "hebei_first_set_zhengyinbao",
    "beijing_2019",
    "ningbo_2019",
}
RULES = [rule for rule in all_rules() if rule.family in FAMILIES]
amounts = st.decimals(0, 300_000, places=4)
percents = st.decimals(0, 100, places=3)
days = st.dates(date(1990, 1, 1), date(2100, 12, 31))


def out(rule_id: str, **inputs: Any) -> dict[str, Any]:
    raw = {k: v.isoformat() if isinstance(v, date) else v for k, v in inputs.items()}
    result = run(rule_id, raw, as_of=DAY)
    assert result.error is None, result.error
    return dict(result.outputs)


# --- any inputs at all ------------------------------------------------------------------------------------------


def inputs_of(rule: Rule) -> st.SearchStrategy[dict[str, Any]]:
    """Well-formed inputs, with figures on and around the rule's own thresholds."""
    marks = [p.value for p in rule.parameters.values() if isinstance(p.value, Decimal)]
    steps = [Decimal(0), Decimal("0.01"), Decimal("-0.01"), Decimal(1), Decimal(-1)]
    near = [mark + step for mark in marks for step in steps]

    def one(spec: Any) -> st.SearchStrategy[Any]:
        low = spec.min if spec.min is not None else Decimal(-100_000)
        high = spec.max if spec.max is not None else Decimal(500_000)
        if spec.type == "number":
            inside = [n for n in near if low <= n <= high]
            return st.one_of(st.decimals(low, high, places=4), *([st.sampled_from(inside)] if inside else []))
        if spec.type == "integer":
            inside = [n for n in near if low <= n <= high and n == int(n)]
            numbers = st.integers(int(low), int(high))
            return st.one_of(numbers, *([st.sampled_from([int(n) for n in inside])] if inside else []))
        if spec.type == "choice":
            return st.sampled_from(list(spec.choices))
        return days.map(date.isoformat) if spec.type == "date" else st.booleans()

    return st.fixed_dictionaries({i.name: one(i) for i in rule.inputs})


# what is asked of the applicant, said in any case
NOT_MONEY_RECEIVED = {"min_rd_wan", "limit_wan", "threshold_wan", "fee_max_wan"}


@pytest.mark.parametrize("rule_id", [rule.id for rule in RULES])
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_every_well_formed_case_is_answered_and_its_figures_stand_in_the_working(
    rule_id: str, data: st.DataObject
) -> None:
    rule = get(rule_id)
    result = run(rule_id, data.draw(inputs_of(rule)), as_of=DAY)
    assert result.error is None and result.steps and result.citations
    working = {Decimal(n) for step in result.steps for n in re.findall(r"-?\d+(?:\.\d+)?", step.text)}
    for output in rule.outputs:
        value = result.outputs[output.name]
        assert not isinstance(value, float)
        if output.type in ("number", "integer") and result.eligible is not False:
            assert value == 0 or value in working, f"{output.name} = {value} stands in no step"
        if result.eligible is False and output.unit == "万元" and output.name not in NOT_MONEY_RECEIVED:
            assert value == 0, f"not eligible, and yet {output.name} = {value}"
        if isinstance(value, Decimal) and output.name.endswith("_wan"):
            assert value >= 0
    for name, value in result.outputs.items():
        if name == "amount_max_wan" and "amount_min_wan" in result.outputs:
            assert result.outputs["amount_min_wan"] <= value  # type: ignore[operator]


def test_alternatives_named_by_these_rules_exist_and_are_of_the_same_region_or_the_state() -> None:
    for rule in RULES:
        for other in (*rule.excludes, *rule.combines):
            assert other in ids() and other != rule.id
            assert get(other).region in (rule.region, "全国", "国家", "中国"), f"{rule.id} → {other}"


def test_every_figure_of_these_rules_is_proved_by_a_clause_of_its_own_document(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "store.sqlite")
    ingest([bundled_corpus()], store)
    clauses = NodeClauses(store.clauses(), store.documents())
    report = check(clauses, RULES)
    assert report.clean, "\n".join(map(str, report.findings))
    assert report.used >= 110
    for rule in RULES:
        for name in rule.parameters:
            node = clauses.find_quote(*rule.quote_of(name), rule.document)
            document = node and clauses.document(node.document_id)
            named, found = squeeze(rule.document), squeeze(document.title) if document else ""
            assert found and (named in found or found in named), f"{rule.id}.{name}: {document}"


def test_all_of_these_rules_are_written() -> None:
    assert len(RULES) == 110
    assert not [rule.id for rule in RULES if function(rule.id) is None]


# --- rewards and subsidies --------------------------------------------------------------------------------------

FUNDS: list[tuple[str, dict[str, Any]]] = [
    ("hebei-wqzx-fund-reward", {"is_hebei_industrial_enterprise": True}),
    ("hebei-private-economy-fund-investment-reward", {}),
]


@pytest.mark.parametrize(("rule_id", "more"), FUNDS)
@given(st.tuples(amounts, amounts), amounts)
def test_a_fund_gets_more_for_more_invested_up_to_20_million_and_nothing_below_the_net_threshold(
    rule_id: str, more: dict[str, Any], pair: tuple[Decimal, Decimal], guide: Decimal
) -> None:
    small, large = (out(rule_id, investment_wan=i, guide_fund_wan=guide, holding_years=2, **more) for i in sorted(pair))
    assert 0 <= small["amount_max_wan"] <= large["amount_max_wan"] <= 2000
    assert small["eligible"] is (min(pair) - guide >= 3000)
    assert small["amount_min_wan"] == large["amount_min_wan"] == 0


@given(amounts, amounts)
def test_the_base_project_award_grows_with_the_investment_and_stops_at_10_million(a: Decimal, b: Decimal) -> None:
    low, high = (
        out("hebei-wqzx-industrial-base-reward", investment_wan=i, is_provincial_key_project=True)["amount_wan"]
        for i in sorted((a, b))
    )
    assert low <= high <= 1000


NEEQ = [
    ("hebei-wqzx-neeq-reward", "has_moved_to_main_board"),
    ("hebei-private-economy-neeq-listing-reward", "has_moved_to_higher_board"),
]


@pytest.mark.parametrize(("rule_id", "moved"), NEEQ)
@given(st.decimals(0, 300_000, places=3))
def test_the_two_readings_of_the_listing_cap_part_above_one_billion_only(
    rule_id: str, moved: str, financing: Decimal
) -> None:
    got = out(rule_id, is_listed_on_neeq=True, first_year_financing_wan=financing)
    low, high = got["amount_min_wan"], got["amount_max_wan"]
    assert 50 <= low <= 150 and low <= high <= 200
    assert (low == high) is (financing <= 100_000)


@pytest.mark.parametrize(("rule_id", "moved"), NEEQ)
@given(st.decimals(0, 400, places=3))
def test_after_a_move_up_old_and_new_reward_together_make_the_main_boards(
    rule_id: str, moved: str, received: Decimal
) -> None:
    got = out(rule_id, is_listed_on_neeq=True, received_wan=received, **{moved: True})
    assert got["amount_min_wan"] == got["amount_max_wan"] == max(300 - received, 0)


@given(amounts, st.decimals(Decimal("0.01"), 100, places=2), st.decimals(0, 10, places=1))
def test_both_documents_subsidise_the_first_set_premium_alike_and_never_above_80_percent(
    premium: Decimal, rate: Decimal, years: Decimal
) -> None:
    common = {"annual_premium_wan": premium, "premium_rate_pct": rate, "insured_years": years}
    one = out(
        "hebei-wqzx-first-set-premium-subsidy",
        meets_first_set_conditions=True,
        has_comprehensive_insurance=True,
        **common,
    )
    other = out(
        "hebei-private-economy-first-set-insurance-subsidy",
        meets_first_set_conditions=True,
        is_insurance_filed=True,
        **common,
    )
    assert one == other
    assert one["amount_per_year_wan"] <= premium * Decimal("0.8") + FEN
    assert one["amount_wan"] <= premium * Decimal("0.8") * min(years, 3) + FEN
    if rate <= 3:
        assert one["amount_per_year_wan"] == premium * Decimal("0.8")


@given(st.tuples(*[st.integers(0, 50)] * 3))
def test_each_standard_led_adds_its_own_sum_in_both_documents(counts: tuple[int, int, int]) -> None:
    names = ("international_count", "national_count", "industry_count")
    given_counts = dict(zip(names, counts, strict=True))
    one = out("hebei-wqzx-standard-subsidy", is_hebei_industrial_enterprise=True, **given_counts)
    assert one == out("hebei-private-economy-standards-subsidy", **given_counts)
    assert one["amount_wan"] == 30 * counts[0] + 20 * counts[1] + 10 * counts[2]


@given(st.integers(1, 200), st.sampled_from(["world_prize_or_academician", "national_talent_or_leading"]))
def test_talent_money_is_paid_a_head_and_only_for_full_time(heads: int, sort: str) -> None:
    rule_id = "hebei-private-economy-talent-recruitment-subsidy"
    many = out(rule_id, talent_category=sort, talent_count=heads, is_full_time=True)
    one = out(rule_id, talent_category=sort, talent_count=1, is_full_time=True)
    assert many["amount_max_wan"] == heads * one["amount_max_wan"]
    assert many["amount_min_wan"] == heads * one["amount_min_wan"]
    assert not out(rule_id, talent_category=sort, talent_count=heads, is_full_time=False)["eligible"]


@given(st.decimals(0, 6, places=2), amounts)
def test_start_ups_get_half_for_three_years_and_not_a_day_longer(years: Decimal, contribution: Decimal) -> None:
    got = out(
        "hebei-private-economy-startup-tech-sme-reward",
        is_founded_by_hebei_tech_staff=True,
        is_startup_stage_tech_sme=True,
        years_since_recognition=years,
        new_fiscal_contribution_wan=contribution,
    )
    assert got["amount_wan"] == (contribution / 2 if years <= 3 else 0)


# --- land, taxes, limits ----------------------------------------------------------------------------------------


@given(st.decimals(0, 5000, places=2), st.decimals(0, 5000, places=2))
def test_the_floor_price_is_never_below_the_costs_nor_below_seven_tenths(standard: Decimal, cost: Decimal) -> None:
    floor = out(
        "hebei-wqzx-land-floor-price",
        national_min_price_yuan=standard,
        cost_yuan=cost,
        is_priority_industry=True,
        is_intensive_land_use=True,
    )["floor_price_yuan"]
    assert floor >= cost and floor >= standard * Decimal("0.7")
    assert floor in (cost, standard * Decimal("0.7"))


@given(days, st.integers(-800, 2600))
def test_old_use_of_land_ends_with_the_day_five_years_on(start: date, offset: int) -> None:
    asked = start + timedelta(days=offset)
    got = out(
        "hebei-wqzx-land-transition-5y",
        start_date=start,
        query_date=asked,
        is_approved_by_city_or_county=True,
        is_supported_new_industry=True,
    )
    end = date.fromisoformat(str(got["end_date"]))
    assert (end.year, end.month) == (start.year + 5, start.month)
    assert end.day == start.day or (start.day, end.day) == (29, 28)
    assert got["eligible"] is (start <= asked <= end)


@given(amounts, amounts, st.integers(2000, 2100))
def test_research_is_deducted_once_and_three_quarters_more_in_three_years(
    expensed: Decimal, intangible: Decimal, year: int
) -> None:
    got = out("hebei-wqzx-rd-super-deduction", tax_year=year, expensed_rd_wan=expensed, intangible_cost_wan=intangible)
    if 2017 <= year <= 2019:
        assert got["total_deduction_wan"] == expensed + got["deduction_wan"]
        assert got["amortization_base_wan"] * 100 == intangible * 175
    else:
        assert not got["eligible"]


@given(amounts)
def test_three_years_free_and_three_halved_make_four_and_a_half_years_of_income(income: Decimal) -> None:
    freed = sum(
        out(
            "hebei-private-economy-project-3free-3half",
            project_type="env_energy_water",
            income_year_index=year,
            project_income_wan=income,
        )["deduction_wan"]
        for year in range(1, 10)
    )
    assert freed == income * Decimal("4.5")


@given(amounts, amounts)
def test_transferred_technology_is_free_up_to_5_million_and_halved_above(a: Decimal, b: Decimal) -> None:
    small, large = (
        out("hebei-private-economy-technology-transfer-relief", is_private_enterprise=True, transfer_income_wan=x)
        for x in sorted((a, b))
    )
    for income, got in ((min(a, b), small), (max(a, b), large)):
        assert got["exempt_wan"] + got["half_taxed_wan"] == income
        assert got["exempt_wan"] <= 500 and got["deduction_wan"] <= income
    assert small["deduction_wan"] <= large["deduction_wan"]


@given(amounts, amounts)
def test_the_levy_for_the_disabled_counts_wages_up_to_twice_the_average(wage: Decimal, average: Decimal) -> None:
    got = out(
        "hebei-private-economy-disabled-employment-fund-wage-cap",
        average_wage_yuan=wage,
        social_average_wage_yuan=average,
    )
    assert got == {"is_capped": wage > 2 * average, "base_yuan": min(wage, 2 * average)}


@given(percents, days)
def test_the_housing_fund_may_be_chosen_within_both_ends_until_the_last_day(ratio: Decimal, day: date) -> None:
    got = out("hebei-private-economy-housing-fund-ratio", contribution_ratio_pct=ratio, period_date=day)
    assert got["eligible"] is (5 <= ratio <= 12 and day <= date(2020, 4, 30))


@given(percents)
def test_both_documents_agree_from_which_cut_on_the_environment_tax_is_reduced(cut: Decimal) -> None:
    one = out("hebei-wqzx-env-tax-threshold", below_standard_pct=cut, is_air_or_water_pollutant=True)
    other = out("hebei-private-economy-env-tax-tier", below_standard_pct=cut)
    assert one["eligible"] is other["eligible"] is (cut >= 30)
    assert (other["tier"] == "tier_50") is (cut >= 50)


@given(st.decimals(0, 20_000, places=2))
def test_a_higher_level_of_support_includes_the_lower_ones(investment: Decimal) -> None:
    got = out("hebei-wqzx-techup-threshold", project_investment_wan=investment)
    assert got["is_provincial_key"] <= got["is_municipal_key"] <= got["is_county_key"] is got["eligible"]


# --- counties ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("rule_id", "rate"), [("economy", 20), ("tech", 25)])
@given(amounts, amounts)
def test_a_citys_support_is_rewarded_between_the_rate_and_five_points_more(
    rule_id: str, rate: int, now: Decimal, before: Decimal
) -> None:
    got = out(
        f"hebei-city-county-{rule_id}-support-reward",
        is_own_funds=True,
        current_support_wan=now,
        previous_support_wan=before,
    )["amount_wan"]
    assert now * rate / 100 <= got <= now * (rate + 5) / 100
    assert (got == now * rate / 100) is (now <= before)


@given(st.decimals(1000, 300_000, places=2), amounts, st.dates(date(2018, 1, 1), date(2020, 12, 31)))
def test_headquarters_bring_225_percent_of_a_years_taxes_in_all(local: Decimal, part: Decimal, settled: date) -> None:
    paid = [
        out(
            "hebei-county-headquarters-reward",
            fits_hebei_industry=True,
            settled_date=settled,
            year_index=year,
            local_retained_wan=local,
            provincial_retained_wan=part,
        )["amount_wan"]
        for year in range(1, 6)
    ]
    assert paid == sorted(paid, reverse=True) and paid[3] == paid[4] == 0
    assert sum(paid) == part * 225 / 100


@given(st.tuples(*[st.one_of(st.just(Decimal(0)), amounts)] * 4))
def test_rewards_of_articles_two_to_five_are_never_added_up(offered: tuple[Decimal, ...]) -> None:
    names = ("hightech_amount_wan", "military_civil_amount_wan", "jingjin_amount_wan", "headquarters_amount_wan")
    got = out("hebei-county-reward-no-stacking", **dict(zip(names, offered, strict=True)))
    assert got["amount_min_wan"] in offered and got["amount_max_wan"] in offered
    if offered[3]:
        assert got["amount_max_wan"] == offered[3]


@given(st.booleans(), st.decimals(-1000, 1000, places=2), st.tuples(*[st.decimals(-20, 20, places=2)] * 2))
def test_a_better_tax_structure_never_lowers_a_countys_rate_and_adds_ten_points_at_most(
    poor: bool, increment: Decimal, rises: tuple[Decimal, Decimal]
) -> None:
    less, more = (
        out(
            "hebei-county-tax-growth-reward",
            is_growth_above_county_average=True,
            is_poverty_county=poor,
            provincial_share_increment_wan=increment,
            tax_ratio_increase_pct=rise,
        )
        for rise in sorted(rises)
    )
    for got, rise in ((less, min(rises)), (more, max(rises))):
        lift = min(max(rise, Decimal(0)), Decimal(10))
        assert got["rate_min_pct"] == (Decimal("16.5") if poor else 15) + lift.to_integral_value(ROUND_FLOOR)
        assert got["rate_max_pct"] == (25 if poor else 15) + lift
        assert 0 <= got["amount_min_wan"] <= got["amount_max_wan"]
    assert less["amount_min_wan"] <= more["amount_min_wan"] and less["amount_max_wan"] <= more["amount_max_wan"]


@given(st.decimals(-5000, 5000, places=2), st.decimals(-5000, 5000, places=2))
def test_a_falling_tax_brings_a_county_nothing_and_takes_nothing(vat: Decimal, cit: Decimal) -> None:
    both = out(
        "hebei-county-military-civil-reward",
        is_recognized_military_civil=True,
        is_registered_and_taxed_in_county=True,
        provincial_vat_increment_wan=vat,
        provincial_cit_increment_wan=cit,
    )["amount_wan"]
    assert both == max(vat + cit, Decimal(0)) / 4


# --- Ningbo -----------------------------------------------------------------------------------------------------

HNTECH: dict[str, Any] = {
    "is_ningbo_resident_enterprise": True,
    "established_date": "2015-01-01",
    "application_date": "2019-06-01",
    "has_core_ip": True,
    "is_in_key_field": True,
    "meets_innovation_evaluation": True,
    "has_serious_violation": False,
}
FIGURES = {
    "tech_staff_count": 10,
    "total_staff_count": 100,
    "last_year_sales_wan": 5000,
    "three_year_sales_wan": 12000,
    "three_year_rd_wan": 600,
    "domestic_rd_wan": 360,
    "hightech_income_wan": 6000,
    "total_income_wan": 10000,
    "main_product_income_wan": 3001,
}


@given(st.sampled_from(sorted(FIGURES)), st.integers(1, 3000))
def test_ningbo_asks_for_exact_ratios_on_every_figure(name: str, change: int) -> None:
    """All ratios sit on their limits, so less of any part fails, and less of any whole does not (but its own share)."""
    figures = {**FIGURES, name: max(FIGURES[name] - change, 1)}
    got = out("ningbo-2019-hntech-eligibility", **HNTECH, **figures)
    f = {k: Decimal(v) for k, v in figures.items()}
    assert got["meets_staff_ratio"] is (f["tech_staff_count"] / f["total_staff_count"] >= Decimal("0.1"))
    assert got["meets_rd_ratio"] is (f["three_year_rd_wan"] >= f["three_year_sales_wan"] * Decimal("0.05"))
    assert got["meets_domestic_ratio"] is (f["domestic_rd_wan"] >= f["three_year_rd_wan"] * Decimal("0.6"))
    assert got["meets_income_ratio"] is (f["hightech_income_wan"] >= f["total_income_wan"] * Decimal("0.6"))
    assert got["meets_main_product_ratio"] is (f["main_product_income_wan"] * 2 > f["hightech_income_wan"])
    assert got["eligible"] is all(v for k, v in got.items() if k.startswith("meets_"))


@given(days, days)
def test_ningbo_counts_days_from_the_day_after_registration(established: date, applied: date) -> None:
    dates = {"established_date": established.isoformat(), "application_date": applied.isoformat()}
    got = out("ningbo-2019-hntech-eligibility", **{**HNTECH, **dates}, **FIGURES)
    assert got["registered_days"] == (applied - established).days
    assert got["eligible"] is (applied >= established + timedelta(days=365))


@given(st.lists(amounts, min_size=2, max_size=2).map(sorted))
def test_ningbo_asks_larger_sellers_for_a_smaller_share_of_research(sales: list[Decimal]) -> None:
    less, more = (
        out("ningbo-2019-hntech-eligibility", **{**HNTECH, **FIGURES, "last_year_sales_wan": s})["rd_required_pct"]
        for s in sales
    )
    assert 5 >= less >= more >= 3
