"""Whether a figure of the question may stand for an input: its unit, its bound, and whose figure it is.

Pure: figure and input in, value or None out.
"""

from __future__ import annotations

import re
from decimal import Decimal

from ingest.amounts import convert
from qa.calculators.spec import Input
from qa.told import COUNTERS, Figure, Told

_COUNTED = (frozenset("人名位个"), frozenset("项件个种款条份台套批支只场次期张"), frozenset("家户个"))
_DAYS = frozenset(("天", "工作日"))


def in_unit_of(figure: Figure, spec: Input) -> Decimal | None:
    """The figure's value in the input's unit; None where it cannot stand for that input."""
    unit = spec.unit.split("/")[0]
    if spec.name.endswith(("_index", "_rank", "_no")):
        if figure.unit.startswith("第"):
            return figure.value
        return figure.value if spec.name.endswith("_rank") and figure.unit in ("名", "位") else None
    if figure.unit.startswith("第"):  # 认定第4年: past the third, not past the fourth
        return figure.value if figure.unit == "第年" and spec.name.startswith("years_since") else None
    if figure.unit == unit:
        return figure.value
    if unit == "":
        if figure.unit == "元":  # sums without a unit of their own are in 万元
            return figure.value / 10_000
        return figure.value if figure.unit in ("", *"人名位个元") else None
    if figure.unit == "" and not figure.value:  # 完税凭证0: nothing is nothing in every unit
        return figure.value
    if figure.unit == "":
        return figure.value if unit == "元" and figure.value >= 100 else None
    if (
        unit in ("个", *"人名位项件种款条份台套批场次期家户")
        and figure.unit in "人名位个项件种款条份台套批支只场次家户张"
    ):
        return figure.value if any(unit in s and figure.unit in s for s in _COUNTED) else None
    if unit == "期":
        return figure.value if figure.unit in ("个月", "季") else None
    if unit in ("%", "个百分点"):
        points = "百分点" in spec.label
        return figure.value if figure.unit == "%" or (points and figure.unit == "个百分点") else None
    if unit == "年" and figure.unit == "个月":
        return figure.value / 12
    if unit in ("月", "个月") and figure.unit == "年":
        return figure.value * 12
    if unit in _DAYS and figure.unit in _DAYS:
        return figure.value
    if unit == "吨或立方米":
        return figure.value if figure.unit in ("吨", "立方米") else None
    return convert(figure.value, figure.unit, unit)


def fits(figure: Figure, spec: Input) -> Decimal | None:
    """The figure's value for the input, or None."""
    value = in_unit_of(figure, spec)
    if value is None:
        return None
    least = Decimal(1) if spec.type == "integer" else Decimal("0.01")
    value += {"over": least, "under": -least}.get(figure.bound, Decimal(0))  # 超过半年, 不到两年: on that side of it
    if spec.type == "integer" and value != value.to_integral_value():
        return None
    if figure.falls and re.search("增量|增幅|增长|提高", spec.label) and (spec.min is None or spec.min < 0):
        value = -value
    beyond = (spec.min is not None and value < spec.min) or (spec.max is not None and value > spec.max)
    if beyond and spec.unit not in COUNTERS:  # a count out of range is still that count, and the rule says so
        return None
    return value


_IS_LIMIT = re.compile(r"[(]?含?[)]?及?以[上下内]|的?(基本减除|起征点|门槛|(?:上限|封顶)(?!是?(?:多少|几|到)))")
_IS_PRIZE = re.compile(r"的?(块钱?|奖|补|资助|支持)")  # 能拿那150万奖励吗
_OF_LIMIT = re.compile(r"(上限|封顶|门槛|起征点|要求|听说|还是|标准[是为])[^,。;?:]{0,8}$")


def is_limit(told: Told, figure: Figure) -> bool:
    """500万元以下, 60000元的基本减除: a limit by what follows it."""
    return bool(_IS_LIMIT.match(told.text, figure.end))


def quoted_limit(told: Told, figure: Figure) -> bool:
    """封顶1000万还是2000万, 500万元以下: the limit of a rule, not the asker's own figure."""
    if figure.unit in ("元", "美元") and is_limit(told, figure):
        return True
    return _named_prize(told, figure) or bool(_OF_LIMIT.search(told.text[max(0, figure.start - 14) : figure.start]))


_OF_POLICY = re.compile(r"(上限|封顶|不超过|最高|至多|要求|门槛|规定|起步|标准是|听说)[^,。;?:]{0,10}$")


_RATE_OF_POLICY = re.compile(r"的?(奖励|奖补|补贴|补助|资助|标准|政策|返还)")


def policy_figure(told: Told, figure: Figure) -> bool:
    """Whether the figure quotes a rule (要求2000万以上, 上限3%, 15%的奖励) rather than the asker's own case."""
    if figure.unit == "%" and _RATE_OF_POLICY.match(told.text, figure.end):
        return True
    return _named_prize(told, figure) or bool(_OF_POLICY.search(told.text[max(0, figure.start - 16) : figure.start]))


def _named_prize(told: Told, figure: Figure) -> bool:
    """能拿那150万奖励吗: what the rule gives, not what the asker has."""
    pointed = re.search(r"[那这]笔?$", told.text[max(0, figure.start - 2) : figure.start])
    return bool(pointed and _IS_PRIZE.match(told.text, figure.end))
