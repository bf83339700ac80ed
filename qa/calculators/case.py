"""What a rule function works with: its inputs, its parameters, a trace of conditions and steps, and its outputs.

    @rule("jizhou-clean-production-award")
    def clean_production(c: Case) -> None:
        if not c.eligible(c.require("has_passed_audit", cite="award")):
            return c.nothing()
        amount = c.param("award") * c.num("enterprise_count")
        c.step(f"{c.show('enterprise_count')} × {c.show('award')} = {c.fmt(amount, '万元')}", "award")
        c.out(amount_wan=amount)

Every helper that compares or caps writes its own step, so that a result explains itself by being worked out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import TypeVar

from .inputs import CalcError, Value, plain
from .spec import Output, Parameter, Rule

STEP = Decimal("0.000001")  # six decimals: the fen, where the unit is 万元
HUNDRED = Decimal(100)
YUAN_PER_WAN = Decimal(10_000)
WAN_PER_YI = Decimal(10_000)

T = TypeVar("T")
RuleFunction = Callable[["Case"], None]
FUNCTIONS: dict[str, RuleFunction] = {}


def rule(rule_id: str) -> Callable[[RuleFunction], RuleFunction]:
    """Register a function as the working-out of the rule with this id. Errors: ValueError where there is one already."""

    def register(function: RuleFunction) -> RuleFunction:
        if rule_id in FUNCTIONS:
            raise ValueError(f"two functions work out {rule_id}")
        FUNCTIONS[rule_id] = function
        return function

    return register


class RuleFault(Exception):
    """A fault of a rule function itself (an output not set, a wrong type): ours, never the user's."""


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the working, with the names of the parameters or evidence that it rests on."""

    text: str
    cites: tuple[str, ...]


class Case:
    """One run of one rule. All numbers are Decimal; `date` for dates; choices by their value."""

    def __init__(self, spec: Rule, inputs: Mapping[str, Value]) -> None:
        self.spec = spec
        self.inputs = inputs
        self.outputs: dict[str, Value] = {}
        self.steps: list[Step] = []
        self.warnings: list[str] = []

    # --- inputs -------------------------------------------------------------------------------------------------

    def num(self, name: str) -> Decimal:
        """A number or integer input that is given or has a default."""
        return _as(Decimal, self._input(name), name)

    def optional(self, name: str) -> Decimal | None:
        """A number input that may be left out (None)."""
        return None if self._input(name) is None else self.num(name)

    def flag(self, name: str) -> bool:
        """A boolean input."""
        return _as(bool, self._input(name), name)

    def choice(self, name: str) -> str:
        """A choice input's value."""
        return _as(str, self._input(name), name)

    def day(self, name: str) -> date:
        """A date input."""
        return _as(date, self._input(name), name)

    def _input(self, name: str) -> Value:
        if name not in self.inputs:
            raise RuleFault(f"{self.spec.id} has no input {name!r}")
        return self.inputs[name]

    def error(self, name: str, message: str) -> CalcError:
        """For inputs that contradict each other: `raise c.error("quarter_months", "不能多于12个月")`."""
        return CalcError(name, message)

    # --- parameters ---------------------------------------------------------------------------------------------

    def param(self, name: str) -> Decimal:
        """A parameter's number, in its unit."""
        return _as(Decimal, self._parameter(name).value, name)

    def params(self, name: str) -> list[Decimal]:
        """A parameter that is a list: both ends of a range, the scores of a row."""
        return _as(list, self._parameter(name).value, name)

    def table(self, name: str) -> dict[str, Decimal]:
        """A parameter that is a table: name → number."""
        return _as(dict, self._parameter(name).value, name)

    def day_param(self, name: str) -> date:
        """A parameter that is a date."""
        return _as(date, self._parameter(name).value, name)

    def _parameter(self, name: str) -> Parameter:
        if name not in self.spec.parameters:
            raise RuleFault(f"{self.spec.id} has no parameter {name!r}")
        return self.spec.parameters[name]

    # --- words --------------------------------------------------------------------------------------------------

    def label(self, name: str) -> str:
        """The label of an input; for a choice input, of what was chosen: `获评荣誉称号“中国质量奖”`."""
        spec = self.spec.input(name)
        return f"{spec.label}“{spec.choices[self.choice(name)]}”" if spec.type == "choice" else spec.label

    def show(self, name: str) -> str:
        """An input's or a parameter's value in words with its unit: 5000吨标准煤, 240元/吨标准煤, 是."""
        if name in self.spec.parameters:
            parameter = self.spec.parameters[name]
            value = parameter.value
            return fmt(value, parameter.unit) if isinstance(value, Decimal) else show_value(value)
        spec, given = self.spec.input(name), self._input(name)
        if spec.type == "choice":
            return spec.choices[self.choice(name)]
        return fmt(given, spec.unit) if isinstance(given, Decimal) else show_value(given)

    @staticmethod
    def fmt(value: Decimal, unit: str = "") -> str:
        """A number with its unit, at most six decimals: 34.285714万元."""
        return fmt(value, unit)

    @staticmethod
    def fmt_range(ends: tuple[Decimal, Decimal], unit: str = "") -> str:
        """Both ends with the unit, 30—50万元; one figure where they are equal."""
        low, high = ends
        return fmt(low, unit) if low == high else f"{fmt(low)}—{fmt(high, unit)}"

    def step(self, text: str, *cites: str) -> None:
        """One line of the working, resting on the named parameters or evidence (at least one, unless it is common sense)."""
        for cite in cites:
            self.spec.quote_of(cite)
        self.steps.append(Step(text, cites))

    def warn(self, text: str) -> None:
        """Something the user should know beside the figures. What always holds belongs into the rule's notes instead."""
        if text not in self.warnings:
            self.warnings.append(text)

    # --- conditions: each writes a step and returns whether it is met -----------------------------------------------

    def test(self, text: str, met: bool, *cites: str) -> bool:
        """A condition in words, for what the helpers below cannot say: `c.test("属于列名荣誉", tier is not None, "tier1")`."""
        self.step(f"{text}：{'符合' if met else '不符合'}", *cites)
        return met

    def require(self, name: str, *cites: str, wanted: bool = True) -> bool:
        """A boolean input that must be true (or, with `wanted=False`, false)."""
        given = self.flag(name)
        return self.test(f"{self.label(name)}——{'是' if given else '否'}", given is wanted, *cites)

    def is_one_of(self, name: str, values: Sequence[str], *cites: str) -> bool:
        """A choice input that must be one of these values."""
        for value in values:
            if value not in self.spec.input(name).choices:
                raise RuleFault(f"{self.spec.id}: {value!r} is no choice of {name!r}")
        return self.test(self.label(name), self.choice(name) in values, *cites)

    def at_least(self, value: str | Decimal, limit: str, text: str = "") -> bool:
        """以上, 不低于, 不少于, 达到: includes the figure. `value` an input's name or a number; `limit` a parameter."""
        number = self._number(value)
        return self._compare(value, limit, text, number >= self.param(limit), "不低于")

    def more_than(self, value: str | Decimal, limit: str, text: str = "") -> bool:
        """超过, 高于, 大于: does not include the figure."""
        return self._compare(value, limit, text, self._number(value) > self.param(limit), "超过")

    def at_most(self, value: str | Decimal, limit: str, text: str = "") -> bool:
        """以下, 以内, 不超过: includes the figure."""
        return self._compare(value, limit, text, self._number(value) <= self.param(limit), "不超过")

    def less_than(self, value: str | Decimal, limit: str, text: str = "") -> bool:
        """低于, 不足, 少于: does not include the figure."""
        return self._compare(value, limit, text, self._number(value) < self.param(limit), "低于")

    def _number(self, value: str | Decimal) -> Decimal:
        return self.num(value) if isinstance(value, str) else value

    def _compare(self, value: str | Decimal, limit: str, text: str, met: bool, word: str) -> bool:
        unit = self._parameter(limit).unit
        if isinstance(value, str):
            text, shown = text or self.label(value), self.show(value)
        else:
            shown = fmt(value, unit)
        return self.test(f"{text} {shown}，须{word} {self.show(limit)}", met, limit)

    def on_or_before(self, name: str, limit: str) -> bool:
        """A date input not later than a date parameter (该日前, 截止): includes the day."""
        return self._dates(name, limit, self.day(name) <= self.day_param(limit), "不晚于")

    def on_or_after(self, name: str, limit: str) -> bool:
        """A date input not earlier than a date parameter (自该日起): includes the day."""
        return self._dates(name, limit, self.day(name) >= self.day_param(limit), "不早于")

    def after(self, name: str, limit: str) -> bool:
        """A date input later than a date parameter: does not include the day."""
        return self._dates(name, limit, self.day(name) > self.day_param(limit), "晚于")

    def before(self, name: str, limit: str) -> bool:
        """A date input earlier than a date parameter: does not include the day."""
        return self._dates(name, limit, self.day(name) < self.day_param(limit), "早于")

    def _dates(self, name: str, limit: str, met: bool, word: str) -> bool:
        return self.test(f"{self.label(name)} {self.show(name)}，须{word} {self.show(limit)}", met, limit)

    def eligible(self, *met: bool, output: str = "eligible") -> bool:
        """All conditions together, written to the output `eligible`. Arguments are all tried, so all are explained."""
        self.outputs[output] = all(met)
        return all(met)

    # --- figures ------------------------------------------------------------------------------------------------

    def cap(self, amount: Decimal, limit: str | Decimal, *cites: str, label: str = "上限") -> Decimal:
        """The smaller of amount and limit (a parameter, or a number with what it rests on), both shown."""
        most = self.param(limit) if isinstance(limit, str) else limit
        unit = self._parameter(limit).unit if isinstance(limit, str) else "万元"
        cites = (limit, *cites) if isinstance(limit, str) else cites
        most = max(most, Decimal(0))
        outcome = f"超过{label}，按{fmt(most, unit)}" if amount > most else "未超过"
        self.step(f"{label}{fmt(most, unit)}：{fmt(amount, unit)}{outcome}", *cites)
        return min(amount, most)

    def share(self, amount: Decimal, percent: str, label: str, unit: str = "万元") -> Decimal:
        """The part of an amount that a % parameter gives, shown: `区财政负担：100万元 × 50% = 50万元`."""
        part = amount * self.param(percent) / HUNDRED
        self.step(f"{label}：{fmt(amount, unit)} × {self.show(percent)} = {fmt(part, unit)}", percent)
        return part

    def share_range(
        self, amounts: tuple[Decimal, Decimal], percent: str, label: str, unit: str = "万元"
    ) -> tuple[Decimal, Decimal]:
        """`share` of both ends of a range; written as one figure where the ends are equal."""
        rate = self.param(percent) / HUNDRED
        low, high = amounts[0] * rate, amounts[1] * rate
        whole, part = self.fmt_range(amounts, unit), self.fmt_range((low, high), unit)
        self.step(f"{label}：{whole} × {self.show(percent)} = {part}", percent)
        return low, high

    def product(self, label: str, *factors: str | Decimal, unit: str = "万元") -> Decimal:
        """Inputs and parameters multiplied and shown; % counts as hundredths, 元 as 0.0001 of 万元 where `unit` is 万元."""
        total = Decimal(1)
        shown: list[str] = []
        cites: list[str] = []
        for factor in factors:
            if isinstance(factor, Decimal):
                total, shown = total * factor, [*shown, fmt(factor)]
                continue
            is_parameter = factor in self.spec.parameters
            value = self.param(factor) if is_parameter else self.num(factor)
            of = self.spec.parameters[factor].unit if is_parameter else self.spec.input(factor).unit
            total *= value * _scale(of, unit)
            shown.append(self.show(factor))
            cites += [factor] if is_parameter else []
        self.step(f"{label}：{' × '.join(shown)} = {fmt(total, unit)}", *cites)
        return total

    def band(self, value: Decimal, bands: Sequence[tuple[str, str]], *, inclusive: bool = True) -> str | None:
        """The result parameter of the first band whose threshold parameter is reached (`inclusive`) or exceeded.

        Bands go from the highest threshold down; None below the lowest. `c.band(rate, [("p20", "score20"), …])`.
        """
        thresholds = [self.param(threshold) for threshold, _ in bands]
        if thresholds != sorted(thresholds, reverse=True):
            raise RuleFault(f"{self.spec.id}: bands must go from the highest threshold down")
        return next(
            (result for t, result in bands if value > self.param(t) or (inclusive and value == self.param(t))), None
        )

    # --- outputs ------------------------------------------------------------------------------------------------

    def out(self, **values: Value | int) -> None:
        """Set outputs by name. Numbers are rounded to six decimals, half up; None only where the text gives no figure."""
        for name, value in values.items():
            self.outputs[name] = Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value

    def nothing(self) -> None:
        """The conditions are not met: every figure not set yet is 0, every yes/no is no. Dates and choices set yourself."""
        for output in self.spec.outputs:
            if output.name not in self.outputs and output.type in ("number", "integer", "boolean"):
                self.outputs[output.name] = False if output.type == "boolean" else Decimal(0)

    def finished(self) -> dict[str, Value]:
        """The outputs in the rule's order, checked and rounded. Errors: RuleFault for one that is unset or ill-typed."""
        if unknown := set(self.outputs) - {o.name for o in self.spec.outputs}:
            raise RuleFault(f"{self.spec.id}: no such outputs: {sorted(unknown)}")
        return {o.name: self._checked(o) for o in self.spec.outputs}

    def _checked(self, output: Output) -> Value:
        where = f"{self.spec.id}.{output.name}"
        if output.name not in self.outputs:
            raise RuleFault(f"{where} is not set")
        value = self.outputs[output.name]
        if value is None:
            return None
        wanted = {"boolean": bool, "choice": str, "date": date, "number": Decimal, "integer": Decimal}[output.type]
        if not isinstance(value, wanted):
            raise RuleFault(f"{where} is {value!r}, not a {output.type}")
        if isinstance(value, Decimal):
            value = value.quantize(STEP, ROUND_HALF_UP)
            if output.type == "integer" and value != value.to_integral_value():
                raise RuleFault(f"{where} is {value}, not an integer")
        if output.type == "choice" and value not in output.choices:
            raise RuleFault(f"{where}: {value!r} is no choice")
        return value


def fmt(value: Decimal, unit: str = "") -> str:
    """A number with its unit, rounded half up to six decimals."""
    return plain(value.quantize(STEP, ROUND_HALF_UP)) + unit


def show_value(value: object) -> str:
    """Any other value in words."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if value is None:
        return "未填"
    if isinstance(value, date):
        return f"{value.year}年{value.month}月{value.day}日"
    if isinstance(value, list):
        return "、".join(fmt(v) for v in value)
    return str(value)


def _scale(unit: str, target: str) -> Decimal:
    if unit == "%":
        return 1 / HUNDRED
    if unit == "‰":
        return Decimal("0.001")
    head = unit.split("/")[0]
    if target == "万元":
        return {"元": 1 / YUAN_PER_WAN, "亿元": WAN_PER_YI}.get(head, Decimal(1))
    if target == "元":
        return {"万元": YUAN_PER_WAN, "亿元": YUAN_PER_WAN * WAN_PER_YI}.get(head, Decimal(1))
    return Decimal(1)


def _as(wanted: type[T], value: object, name: str) -> T:
    if not isinstance(value, wanted):
        raise RuleFault(f"{name} is {value!r}, not a {wanted.__name__}")
    return value
