"""National tax and finance rules: what holds of every figure, not only of the worked examples."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.calculators import run

DAY = date(2018, 12, 1)
FEN = Decimal("0.000001")
money = st.decimals(0, 100_000, places=4)
days = st.dates(date(2016, 1, 1), date(2022, 12, 31))


def out(rule: str, **inputs: Any) -> dict[str, Any]:
    result = run(rule, inputs, as_of=DAY)
    assert result.error is None, result.error
    return result.outputs


# --- 增值税 -----------------------------------------------------------------------------------------------------


@given(months=st.integers(1, 40), each=st.decimals(0, 5000, places=4))
def test_a_year_of_equal_months_is_annualised_without_a_rounding_slip(months: int, each: Decimal) -> None:
    earned = each * min(months, 12)
    found = out("national-small-enterprise-revenue-annualisation", actual_months=months, actual_revenue_wan=earned)
    assert found["annual_revenue_wan"] == each * 12


@given(unit=st.sampled_from(["month", "quarter"]), count=st.integers(1, 12), each=st.decimals(0, 200, places=4))
def test_the_change_to_small_scale_turns_on_500_wan_estimated_exactly(unit: str, count: int, each: Decimal) -> None:
    full = 12 if unit == "month" else 4
    found = out(
        "national-vat-convert-to-small-scale",
        is_registered_under_rule_28=True,
        period_unit=unit,
        period_count=min(count, full),
        total_sales_wan=each * min(count, full),
        application_date="2018-06-01",
        has_reregistered=False,
    )
    assert found["assessed_sales_wan"] == each * full
    assert found["eligible"] is (each * full <= 500)


@given(declared=money, adjusted=money, pending=money, current=money)
def test_nothing_is_lost_when_tax_of_the_conversion_period_changes(
    declared: Decimal, adjusted: Decimal, pending: Decimal, current: Decimal
) -> None:
    found = out(
        "national-vat-conversion-period-tax-adjustment",
        declared_tax_wan=declared,
        adjusted_tax_wan=adjusted,
        pending_input_tax_wan=pending,
        current_tax_wan=current,
    )
    assert all(value >= 0 for value in found.values())
    used = pending - found["pending_input_left_wan"]
    # what is paid now and set off now is what was due now, corrected by what was wrong then
    assert found["payable_wan"] - found["carryforward_wan"] + used == current + adjusted - declared


@given(
    prior=money,
    proved=st.tuples(money, money, money),
    total=st.decimals(0, 400_000, places=4),
    cap=money,
    rating=st.sampled_from("abmcd"),
)
def test_a_refund_never_exceeds_either_credit(
    prior: Decimal, proved: tuple[Decimal, Decimal, Decimal], total: Decimal, cap: Decimal, rating: str
) -> None:
    found = out(
        "national-vat-credit-refund-2018-amount",
        credit_rating=rating,
        is_in_scope_industry=True,
        prior_period_credit_wan=prior,
        special_invoice_tax_wan=proved[0],
        customs_tax_wan=proved[1],
        tax_certificate_tax_wan=proved[2],
        total_deducted_input_tax_wan=total,
        end_2017_credit_wan=cap,
    )
    assert 0 <= found["amount_wan"] <= min(found["refundable_wan"], cap) <= prior
    assert found["eligible"] is (rating in "ab")
    assert found["eligible"] or found["refundable_wan"] == 0


@given(rate=st.sampled_from([17, 16, 13, 11, 10, 6, 5, 3, 0]), day=days, sales=money)
def test_an_invoice_for_a_sale_bears_the_rate_at_which_the_sale_was_taxed(rate: int, day: date, sales: Decimal) -> None:
    taxed = out(
        "national-vat-rate-adjustment-2018", original_rate_pct=rate, tax_point_date=day.isoformat(), sales_wan=sales
    )
    invoiced = out(
        "national-vat-invoice-rate-for-pre-adjustment-sales", sale_date=day.isoformat(), original_rate_pct=rate
    )
    assert invoiced["rate_pct"] == taxed["rate_pct"]
    assert rate - 1 <= taxed["rate_pct"] <= rate
    assert (taxed["rate_pct"] < rate) is (rate in (17, 11) and day >= date(2018, 5, 1))
    assert taxed["tax_wan"] == sales * taxed["rate_pct"] / 100


@given(loan=st.decimals("0.01", 30, places=3), benchmark=st.decimals("0.01", 10, places=3), interest=money)
def test_both_ways_of_freeing_interest_agree_up_to_150_percent_and_part_above(
    loan: Decimal, benchmark: Decimal, interest: Decimal
) -> None:
    one, two = (
        out(
            "national-vat-small-loan-interest-exemption",
            is_qualified_institution=True,
            is_separately_accounted=True,
            borrower_type="small",
            credit_wan=1000,
            period_date="2018-09-01",
            exemption_method=method,
            loan_rate_pct=loan,
            benchmark_rate_pct=benchmark,
            interest_income_wan=interest,
        )
        for method in ("method_1", "method_2")
    )
    assert 0 <= one["exempt_wan"] <= two["exempt_wan"] <= interest
    if loan <= benchmark * Decimal("1.5"):
        assert one["exempt_wan"] == two["exempt_wan"] == interest
    else:
        assert not one["eligible"] and two["eligible"]


@given(period=st.sampled_from(["monthly", "quarterly"]), goods=st.decimals(0, 12), services=st.decimals(0, 12))
def test_goods_and_services_are_freed_apart(period: str, goods: Decimal, services: Decimal) -> None:
    goods, services = goods.quantize(FEN), services.quantize(FEN)
    found = out(
        "national-vat-small-taxpayer-exemption-2018",
        is_small_scale=True,
        filing_period=period,
        goods_sales_wan=goods,
        service_sales_wan=services,
        period_date="2019-06-30",
    )
    limit = 3 if period == "monthly" else 9
    assert found["is_goods_exempt"] is (goods <= limit) and found["is_service_exempt"] is (services <= limit)
    assert found["exempt_sales_wan"] == goods * (goods <= limit) + services * (services <= limit)


# --- 所得税 -----------------------------------------------------------------------------------------------------


@given(wages=money, spent=money, carried=money, year=st.integers(2015, 2025))
def test_training_is_deducted_or_carried_on_and_never_lost(
    wages: Decimal, spent: Decimal, carried: Decimal, year: int
) -> None:
    found = out(
        "national-cit-employee-education-8pct",
        tax_year=year,
        wages_wan=wages,
        training_expense_wan=spent,
        carried_in_wan=carried,
    )
    if year < 2018:
        assert found == {"eligible": False, "deduction_wan": 0, "carryforward_wan": 0}
    else:
        assert found["deduction_wan"] + found["carryforward_wan"] == spent + carried
        assert found["deduction_wan"] <= wages * 8 / 100


@given(price=st.decimals(0, 1000, places=4), count=st.integers(1, 50))
def test_equipment_is_measured_by_the_unit_and_deducted_whole(price: Decimal, count: int) -> None:
    found = out(
        "national-cit-equipment-one-off-deduction",
        unit_price_wan=price,
        quantity_count=count,
        is_new_purchase=True,
        is_building=False,
        purchase_date="2019-01-01",
    )
    assert found["deduction_wan"] == (price * count if price <= 500 else 0)


@given(end=st.dates(date(1990, 1, 1), date(2100, 12, 31)))
def test_records_are_kept_ten_years_from_the_next_day(end: date) -> None:
    found = out("national-cit-incentive-records-10y", settlement_end_date=end.isoformat())
    assert found["retention_start_date"] - end == timedelta(days=1)
    assert 3651 <= (found["retention_end_date"] - end).days <= 3653


def test_six_years_of_relief_are_three_free_and_three_halved() -> None:
    reductions = [
        out(
            "national-cit-infrastructure-3free-3half",
            is_approved_after_2008=True,
            is_in_catalogue=True,
            is_contract_or_self_use=False,
            has_separate_accounting=True,
            first_revenue_year=2016,
            tax_year=year,
            project_income_wan=100,
        )["reduction_pct"]
        for year in range(2015, 2023)
    ]
    assert reductions == [0, 100, 100, 100, 50, 50, 50, 0]


@given(qualified=st.integers(2010, 2030), lost=st.integers(2000, 2030))
def test_a_longer_carry_needs_a_loss_of_the_five_years_before(qualified: int, lost: int) -> None:
    found = out("national-cit-loss-carryforward-10y", qualification_year=qualified, loss_year=lost)
    assert found["eligible"] is (qualified >= 2018 and lost in range(qualified - 5, qualified))
    assert found["last_carry_year"] == lost + found["carryforward_years"]


@given(income=st.decimals(0, 200, places=4), people=st.decimals(0, 200, places=2), assets=st.decimals(0, 5000))
def test_a_small_enterprise_pays_a_tenth_or_is_out_whole(income: Decimal, people: Decimal, assets: Decimal) -> None:
    assets = assets.quantize(Decimal("0.01"))
    common = {"taxable_income_wan": income, "employee_count": people, "total_assets_wan": assets}
    found = {
        sort: out(
            "national-cit-small-low-profit-2018",
            enterprise_type=sort,
            is_restricted_industry=False,
            tax_year=2018,
            **common,
        )
        for sort in ("industrial", "other")
    }
    assert found["industrial"]["eligible"] or not found["other"]["eligible"]  # 工业企业的上限都不低于其他企业
    for each in found.values():
        assert each["tax_wan"] == (income / 10 if each["eligible"] else 0)


@given(day=days, income=st.decimals(0, 100_000, places=2), special=st.decimals(0, 10_000, places=2))
def test_income_after_deduction_is_never_negative(day: date, income: Decimal, special: Decimal) -> None:
    found = out(
        "national-iit-basic-deduction-5000",
        income_date=day.isoformat(),
        monthly_income_yuan=income,
        special_additional_yuan=special,
    )
    counted = special if day >= date(2019, 1, 1) else 0
    assert found["deduction_yuan"] == (5000 + counted if day >= date(2018, 10, 1) else 0)
    assert found["taxable_income_yuan"] == (max(income - 5000 - counted, 0) if found["eligible"] else 0)


@given(ends=st.lists(st.decimals(0, 1000, places=2), min_size=8, max_size=8), count=st.integers(1, 4))
def test_a_mean_lies_between_the_least_and_the_most(ends: list[Decimal], count: int) -> None:
    names = [f"q{n}_{side}" for n in range(1, 5) for side in ("begin", "end")]
    found = out(
        "national-small-low-profit-quarterly-average",
        operating_quarter_count=count,
        **dict(zip(names, ends, strict=True)),
    )
    used = ends[: 2 * count]
    assert min(used) - FEN <= found["average_value"] <= max(used) + FEN


# --- 出口退税 ---------------------------------------------------------------------------------------------------


@settings(max_examples=60)
@given(
    day=days,
    sort=st.sampled_from(["trading", "manufacturer"]),
    tax=st.sampled_from([17, 11, 6]),
    refund=st.sampled_from([17, 15, 13, 11, 9, 5]),
    new=st.booleans(),
)
def test_a_refund_rate_changes_only_where_it_equalled_the_tax_rate(
    day: date, sort: str, tax: int, refund: int, new: bool
) -> None:
    found = out(
        "national-export-refund-rate-transition-2018",
        exporter_type=sort,
        original_tax_rate_pct=tax,
        original_refund_rate_pct=refund,
        export_date=day.isoformat(),
        is_purchased_at_new_rate=new,
    )
    assert found["eligible"] is (tax == refund)
    changed = tax == refund and (day > date(2018, 7, 31) or (day >= date(2018, 5, 1) and sort == "trading" and new))
    assert found["rate_pct"] == refund - changed


@pytest.mark.parametrize("day", ["2018-10-31", "2018-11-01"])
@pytest.mark.parametrize("old", [0, 5, 6, 9, 10, 13, 15, 16])
def test_other_products_are_raised_by_three_steps_only_from_november(day: str, old: int) -> None:
    found = out("national-export-refund-123-2018", product="other", export_date=day, original_refund_rate_pct=old)
    raised = day >= "2018-11-01" and old in (5, 9, 15)
    assert found == {"is_adjusted": raised, "rate_pct": old + raised}


def test_what_november_raised_again_is_said_and_no_longer_given_without_a_word() -> None:
    result = run("national-export-refund-93-2018", {"product": "safety_pin", "export_date": "2018-11-01"}, as_of=DAY)
    assert any("123号" in w for w in result.warnings)
