"""Hebei's recognition standards and score tables, Shanxi's notices of 2019: what holds whatever the inputs."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.calculators import get, run
from qa.calculators.spec import Input

DAY = date(2019, 5, 1)
VETOES = [
    "has_false_information",
    "has_accident_within_5y",
    "has_environmental_violation",
    "has_tax_evasion",
    "has_labour_violation",
    "has_other_violation",
]


def out(rule: str, **inputs: Any) -> dict[str, Any]:
    result = run(rule, inputs, as_of=DAY)
    assert result.error is None, result.error
    return result.outputs


def values(spec: Input) -> st.SearchStrategy[Any]:
    """Anything that the input takes, around the figures of the score tables."""
    if spec.type == "boolean":
        return st.booleans()
    if spec.type == "choice":
        return st.sampled_from(list(spec.choices))
    if spec.type == "integer":
        return st.integers(0, 12)
    return st.decimals(0, 100, places=2) if spec.unit == "%" else st.decimals(0, 3000, places=2)


def answers(rule: str) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional={i.name: values(i) for i in get(rule).inputs})


SECTIONS = {"hebei-zjtx-score": 50, "hebei-intl-score": 80}


@pytest.mark.parametrize("rule", SECTIONS)
def test_a_score_is_the_sum_of_sections_that_never_pass_their_full_marks(rule: str) -> None:
    @settings(max_examples=60, deadline=None)
    @given(answers(rule))
    def holds(given_answers: dict[str, Any]) -> None:
        found = out(rule, **given_answers)
        parts = {name: value for name, value in found.items() if name.endswith("_score")}
        assert found["score"] == sum(parts.values())
        assert all(0 <= value <= SECTIONS[rule] for value in parts.values())
        assert parts["base_score"] <= 50 and parts.get("bonus_score", 0) <= 20
        assert found["eligible"] is not any(given_answers.get(v, False) for v in VETOES)

    holds()


@pytest.mark.parametrize("rule", SECTIONS)
def test_a_further_merit_never_costs_points(rule: str) -> None:
    merits = [i.name for i in get(rule).inputs if i.type == "boolean" and i.name not in VETOES]

    @settings(max_examples=40, deadline=None)
    @given(answers(rule), st.sampled_from(merits))
    def holds(given_answers: dict[str, Any], merit: str) -> None:
        without, with_it = (out(rule, **{**given_answers, merit: has})["score"] for has in (False, True))
        assert without <= with_it <= without + 20

    holds()


@pytest.mark.parametrize("veto", VETOES)
@pytest.mark.parametrize("rule", SECTIONS)
def test_any_one_veto_bars_recognition_and_leaves_the_points(rule: str, veto: str) -> None:
    found = out(rule, **{veto: True}, meets_industry_policy=True)
    assert found["eligible"] is False and found["score"] == 5


@given(st.decimals(0, 100, places=2), st.decimals(0, 100, places=2))
def test_more_debt_never_scores_better_and_more_return_never_worse(a: Decimal, b: Decimal) -> None:
    low, high = sorted((a, b))
    debts = [out("hebei-zjtx-score", debt_ratio_pct=d)["score"] for d in (low, high)]
    returns = [out("hebei-zjtx-score", asset_return_pct=r)["score"] for r in (low, high)]
    assert debts[0] >= debts[1] and returns[0] <= returns[1]


@pytest.mark.parametrize("value", ["0.95", "4.95"])
def test_a_return_between_two_bands_of_the_table_is_scored_low_and_said(value: str) -> None:
    result = run("hebei-zjtx-score", {"asset_return_pct": Decimal(value)}, as_of=DAY)
    assert result.outputs["score"] == (3 if value == "4.95" else 0)
    assert any("较低一档" in w for w in result.warnings)


@settings(deadline=None)
@given(st.lists(st.booleans(), min_size=9, max_size=9))
def test_management_needs_the_first_three_aims_and_one_more(aims: list[bool]) -> None:
    rule = "hebei-mgmt-upgrade-recognition"
    found = out(rule, **{i.name: met for i, met in zip(get(rule).inputs, aims, strict=True)})
    assert found == {
        "required_met_count": sum(aims[:3]),
        "optional_met_count": sum(aims[3:]),
        "eligible": all(aims[:3]) and any(aims[3:]),
    }


def test_four_directions_are_counted_and_a_part_of_them_is_said_to_be_our_reading() -> None:
    inputs: dict[str, Any] = {
        "registered_years": 5,
        "is_legal_person": True,
        "is_industrial_sme": True,
        "revenue_wan": 3000,
        "revenue_growth_pct": 20,
        "has_sound_management": True,
        "main_product_share_pct": 10,
        "has_specialization_capability": True,
        "has_quality_certification": True,
        "provincial_brand_count": 1,
        "applied_ip_count": 0,
        "rd_ratio_pct": 5,
        "has_innovation": False,
        "has_restriction": False,
    }
    result = run("hebei-zjtx-eligibility", inputs, as_of=DAY)
    assert result.outputs["special_met_count"] == 1 and result.eligible
    assert any("只符合1项" in w for w in result.warnings)


@given(sales=st.decimals(0, 40_000, places=2), total=st.decimals("0.01", 100_000, places=2))
def test_research_required_falls_from_5_to_3_percent_as_sales_grow(sales: Decimal, total: Decimal) -> None:
    inputs: dict[str, Any] = {
        "registered_years": 3,
        "has_core_ip": True,
        "is_in_key_field": True,
        "tech_staff_count": 1,
        "total_staff_count": 10,
        "last_year_sales_wan": sales,
        "three_year_sales_wan": total,
        "hightech_income_wan": 6,
        "total_income_wan": 10,
        "meets_innovation_evaluation": True,
        "has_serious_violation": False,
    }
    required = 5 if sales <= 5000 else 4 if sales <= 20_000 else 3
    least = total * required / 100
    for spent, enough in ((least, True), (least - Decimal("0.0001"), False)):
        found = out(
            "shanxi-2019-hntech-eligibility", **inputs, three_year_rd_wan=max(spent, 0), domestic_rd_wan=max(spent, 0)
        )
        assert found["rd_required_pct"] == required and found["min_rd_wan"] == least
        assert found["meets_rd_ratio"] is enough
        assert found["eligible"] is (enough and spent > 0)


@given(st.dates(date(2019, 1, 1), date(2019, 12, 31)))
def test_each_day_of_2019_belongs_to_one_batch(day: date) -> None:
    found = out("shanxi-2019-hntech-batch", submit_date=day.isoformat())
    closings = [date(2019, 5, 31), date(2019, 7, 31), date(2019, 9, 30)]
    open_ones = [n for n, closing in enumerate(closings, start=1) if date(2019, 4, 3) <= day <= closing]
    assert found == {"eligible": bool(open_ones), "batch_number": min(open_ones, default=0)}
