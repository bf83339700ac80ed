"""From a raw mapping (parsed JSON, a form, a CSV row already typed) to typed values: Decimal, bool, date, choice."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from .spec import Input, Rule

LIMIT = Decimal(10) ** 15  # beyond any sum these policies speak of; larger is a slip of the keyboard

Value = bool | Decimal | date | str | None


class CalcError(Exception):
    """A wrong input: which field and what is wrong with it, in Chinese, shown to users as it is."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}：{message}" if field else message)
        self.field = field
        self.message = message


def loads(text: str) -> Any:
    """JSON with decimals as Decimal, so that no figure passes through a binary float. Errors: CalcError."""
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=Decimal)
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise CalcError("", "输入不是有效的 JSON，请检查引号、逗号和括号") from error


def typed(rule: Rule, raw: object) -> dict[str, Value]:
    """All inputs of `rule` as typed values, defaults filled in. Errors: CalcError for the first wrong field."""
    if not isinstance(raw, Mapping):
        raise CalcError("", "输入应为“名称: 值”的 JSON 对象")
    known = {i.name for i in rule.inputs}
    for name in raw:
        if name not in known:
            raise CalcError(str(name)[:60], f"没有这个输入项，可用的有：{'、'.join(i.name for i in rule.inputs)}")
    return {i.name: _value(i, raw.get(i.name)) for i in rule.inputs}


def missing(rule: Rule, raw: Mapping[str, Any]) -> list[Input]:
    """The required inputs that `raw` does not give, in the rule's order."""
    return [i for i in rule.inputs if i.required and raw.get(i.name) is None]


def _value(spec: Input, raw: object) -> Value:
    if raw is None:
        if spec.required:
            raise CalcError(spec.name, f"缺少必填项“{spec.label}”")
        return spec.default
    match spec.type:
        case "boolean":
            if not isinstance(raw, bool):
                raise CalcError(spec.name, f"“{spec.label}”应为是（true）或否（false）")
            return raw
        case "choice":
            if not isinstance(raw, str) or raw not in spec.choices:
                options = "、".join(f"{value}（{label}）" for value, label in spec.choices.items())
                raise CalcError(spec.name, f"“{spec.label}”只能是：{options}")
            return raw
        case "date":
            return _date(spec, raw)
        case "number" | "integer":
            return _number(spec, raw)


def _date(spec: Input, raw: object) -> date:
    if isinstance(raw, date):
        return raw
    try:
        if not isinstance(raw, str) or len(raw) != 10:
            raise ValueError
        return date.fromisoformat(raw)
    except ValueError:
        raise CalcError(spec.name, f"“{spec.label}”应为实际存在的日期，写作 2018-07-01") from None


def _number(spec: Input, raw: object) -> Decimal:
    if isinstance(raw, bool) or not isinstance(raw, int | float | Decimal):
        raise CalcError(spec.name, f"“{spec.label}”应为数字{f'（单位：{spec.unit}）' if spec.unit else ''}")
    value = Decimal(repr(raw)) if isinstance(raw, float) else Decimal(raw)  # repr: the shortest decimal that was meant
    if not value.is_finite():
        raise CalcError(spec.name, f"“{spec.label}”应为有限的数字")
    if abs(value) > LIMIT:
        raise CalcError(spec.name, f"“{spec.label}”过大，请核对单位{f'（{spec.unit}）' if spec.unit else ''}")
    if value and value.adjusted() < -12:
        raise CalcError(spec.name, f"“{spec.label}”小数位过多")
    if spec.type == "integer" and value != value.to_integral_value():
        raise CalcError(spec.name, f"“{spec.label}”应为整数")
    if spec.min is not None and value < spec.min:
        raise CalcError(spec.name, f"“{spec.label}”不能小于{plain(spec.min)}{spec.unit}")
    if spec.max is not None and value > spec.max:
        raise CalcError(spec.name, f"“{spec.label}”不能大于{plain(spec.max)}{spec.unit}")
    return value


def plain(value: Decimal) -> str:
    """A number as people write it: no exponent, no trailing zeros (120, 34.285714, 0.5)."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
