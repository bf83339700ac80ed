"""A verdict is given only where one figure meets one bound, and boundaries are read as the law reads them."""

from decimal import Decimal

import pytest

from ingest.amounts import read_amounts
from qa.applicability import meets, verdict
from qa.question import understand


@pytest.mark.parametrize(
    ("limit", "below", "at", "above"),
    [
        ("投资额达到3000万元以上", False, True, True),
        ("投资额超过3000万元", False, False, True),
        ("单价不超过3000万元", True, True, False),
        ("销售额低于3000万元", True, False, False),
    ],
)
def test_boundaries_are_read_as_the_law_reads_them(limit: str, below: bool, at: bool, above: bool) -> None:
    (amount,) = read_amounts(limit)
    one = Decimal(1)
    assert [meets(amount.value + step, amount) for step in (-one, 0 * one, one)] == [below, at, above]


def test_the_figures_are_compared_and_both_are_said() -> None:
    asked = understand("我们投了2800万元，能申请这个奖励吗？")
    held = verdict(asked, "直接投资额达到3000万元（含）以上的，给予奖励")
    assert held is not None and not held.met
    assert "2800万元" in held.comparison and "3000万元" in held.comparison


def test_no_verdict_where_it_is_unclear_which_bound_is_meant() -> None:
    asked = understand("从业90人，能享受吗？")
    assert verdict(asked, "工业企业从业人数不超过100人；其他企业从业人数不超过80人") is None


def test_no_verdict_where_nothing_is_comparable() -> None:
    assert verdict(understand("成立一年能申请吗？"), "投资额达到3000万元以上") is None


def test_a_bound_that_shuts_out_is_no_requirement_to_be_met() -> None:
    asked = understand("我们被处罚已经一年半了，能申请吗？")
    assert verdict(asked, "因违法行为受到行政处罚未满两年的", "有下列情形之一的不予奖励") is None
