"""What a rule says of an enterprise of which not everything is known.

The unknown inputs are filled in, one way after another: every choice, yes and no, and numbers and dates on both sides of
every limit the rule has. What comes out the same every time does not hang on them; what never comes out is out of reach.
Nothing unknown is ever taken as met.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, localcontext
from functools import cache
from itertools import combinations, product
from typing import Any

from qa.calculators import CalcError, Input, Rule, get
from qa.calculators.case import Case
from qa.calculators.inputs import Value, typed
from qa.calculators.registry import PRECISION, function

MET, FAILED = "：符合", "：不符合"  # how `Case.test` ends a step
ALL = 96  # so many ways are all tried; beyond, one input is varied at a time
GRID = tuple(Decimal(n) for n in (2, 3, 4, 5, 6, 7, 12, 24, 50, 100, 500, 1_000, 5_000, 10_000, 100_000, 1_000_000))
ANCHORS = 2  # best cases about which pairs are varied
POINTS = 9  # values tried of one number
MANY = 24  # unknown inputs beyond which (score sheets) nothing is tried: they are to be filled in first


@dataclass(frozen=True, slots=True)
class Tested:
    """A condition in words, whether it is met, and the parameters or evidence that it rests on."""

    text: str
    met: bool
    cites: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One way of filling in: outputs, whether it holds, and the conditions in order."""

    filled: Mapping[str, Value]
    outputs: Mapping[str, Value]
    holds: bool
    conditions: tuple[Tested, ...]


@dataclass(frozen=True, slots=True)
class Trial:
    """All ways that were tried. `open`: required inputs not known; `silent`: optional ones not known."""

    rule: Rule
    known: Mapping[str, Any]
    open: tuple[Input, ...]
    silent: tuple[Input, ...]
    usual: Outcome | None  # with defaults for what is silent; None while required inputs are open
    outcomes: tuple[Outcome, ...]
    complete: bool  # every way was tried of what is required and open: no number or date among it, few enough choices
    error: str = ""  # why the known inputs cannot stand together

    @property
    def can_hold(self) -> bool:
        """Whether some way of filling in meets the conditions."""
        return any(o.holds for o in self.outcomes)

    def settled(self, met: bool) -> list[Tested]:
        """The conditions that are met (or failed) however the rest is filled in."""
        runs = [[c for c in o.conditions if c.met is met] for o in self.outcomes]
        common = set(runs[0]).intersection(*runs[1:]) if runs else set()
        return [c for c in dict.fromkeys(runs[0] if runs else []) if c in common]

    def deciding(self) -> tuple[Input, ...]:
        """Optional inputs on which it hangs whether the rule holds: their defaults must not pass for knowledge."""
        return tuple(i for i in self.silent if self._varies(i, lambda o: o.holds))

    def shaping(self) -> tuple[Input, ...]:
        """Optional inputs on which the figures hang."""
        return tuple(i for i in self.silent if self._varies(i, lambda o: o.outputs))

    def farther(self) -> Iterator[Outcome]:
        """From each kind of best case, what is open varied over a wide grid, then two at a time (ratios, products)."""
        anchors = {tuple(sorted((n, str(v)) for n, v in o.outputs.items())): o for o in self.outcomes if o.holds}
        for anchor in list(anchors.values())[:ANCHORS]:
            for spec in (i for i in self.open if i.type in ("number", "integer")):
                for value in GRID:
                    if (outcome := _fill(self.rule, self.known, {**anchor.filled, spec.name: value})) is not None:
                        yield outcome
            for one, other in combinations(self.open, 2):
                if {one.type, other.type} <= {"boolean", "choice"}:
                    continue
                for way in product(_values(self.rule.id, one.name), _values(self.rule.id, other.name)):
                    filled = {**anchor.filled, one.name: way[0], other.name: way[1]}
                    if (outcome := _fill(self.rule, self.known, filled)) is not None:
                        yield outcome

    def _varies(self, spec: Input, what: Callable[[Outcome], object]) -> bool:
        """Whether this input alone changes it: from what is usual, or from the best case while inputs are open."""
        anchor = self.usual or next((o for o in self.outcomes if o.holds), None)
        if anchor is None:
            return False
        rest = {n: v for n, v in anchor.filled.items() if n != spec.name}
        alike = (o for o in self.outcomes if {n: v for n, v in o.filled.items() if n != spec.name} == rest)
        return any(what(o) != what(anchor) for o in alike)


def attempt(rule_id: str, known: Mapping[str, Any]) -> Trial:
    """Work the rule out for what is known, filling in the rest. `known` must be of the right types (see `typed`)."""
    rule = get(rule_id)
    unknown = [i for i in rule.inputs if i.name not in known]
    open_ = tuple(i for i in unknown if i.required)
    silent = tuple(i for i in unknown if not i.required)
    values = {i.name: _values(rule_id, i.name) for i in unknown}
    finite = all(i.type in ("boolean", "choice") for i in open_)
    ways = 1
    for v in values.values():
        ways *= len(v)
    usual = None
    if not open_:
        usual, problem = _run(rule, dict(known))
        if problem:
            return Trial(rule, known, open_, silent, None, (), False, problem)
    if len(unknown) > MANY:
        return Trial(rule, known, open_, silent, usual, (), False)
    if ways <= ALL:
        tried = [
            o for way in product(*values.values()) if (o := _fill(rule, known, dict(zip(values, way, strict=True))))
        ]
    else:
        tried = list(_climb(rule, known, unknown, values, usual))
    outcomes = tuple([*([usual] if usual else []), *tried])
    problem = "" if outcomes else _run(rule, dict(known) | {n: v[0] for n, v in values.items()})[1]
    return Trial(rule, known, open_, silent, usual, outcomes, finite and ways <= ALL, problem)


def _climb(
    rule: Rule,
    known: Mapping[str, Any],
    unknown: Sequence[Input],
    values: Mapping[str, Sequence[Value]],
    usual: Outcome | None,
) -> Iterator[Outcome]:
    """Vary one unknown input at a time: first from what is usual, then always keeping the value that meets most."""
    usually = {i.name: i.default for i in unknown if not i.required}
    starts: list[dict[str, Value]] = [usually] if usual else []
    starts.append({n: v[0] for n, v in values.items()})
    at, best = starts[0], (False, -1000)
    for number, start in enumerate(starts):
        at, best = dict(start), (False, -1000)
        climbing = not usual or number > 0
        for _ in range(2 if climbing else 1):
            for name, options in values.items():
                for option in options:
                    outcome = _fill(rule, known, at | {name: option} if climbing else start | {name: option})
                    if outcome is None:
                        continue
                    yield outcome
                    met = sum(1 if c.met else -1 for c in outcome.conditions)
                    if climbing and (outcome.holds, met) > best:
                        best, at = (outcome.holds, met), at | {name: option}
            if best[0]:
                break
    if best[0]:  # all around the best case, so that it is known what it hangs on
        for name, options in values.items():
            yield from (o for v in options if (o := _fill(rule, known, at | {name: v})))


def _fill(rule: Rule, known: Mapping[str, Any], filling: Mapping[str, Value]) -> Outcome | None:
    return _run(rule, {**known, **{n: v for n, v in filling.items() if v is not None}}, filling)[0]


def _run(
    rule: Rule, inputs: Mapping[str, Any], filling: Mapping[str, Value] | None = None
) -> tuple[Outcome | None, str]:
    worker = function(rule.id)
    if worker is None:
        return None, "尚未实现"
    with localcontext() as context:
        context.prec = PRECISION
        try:
            case = Case(rule, typed(rule, inputs))
            worker(case)
        except CalcError as error:
            return None, error.message
        outputs = case.finished()
    conditions = []
    for step in case.steps:
        if step.text.endswith(FAILED):
            conditions.append(Tested(step.text.removesuffix(FAILED), False, step.cites))
        elif step.text.endswith(MET):
            conditions.append(Tested(step.text.removesuffix(MET), True, step.cites))
    filled = dict(filling) if filling is not None else {i.name: i.default for i in rule.inputs if i.name not in inputs}
    return Outcome(filled, outputs, _holds(rule, outputs), tuple(conditions)), ""


def _holds(rule: Rule, outputs: Mapping[str, Value]) -> bool:
    """Whether the rule applies: its own verdict, or, where it gives none, that it says yes or gives a figure at all."""
    if "eligible" in outputs:
        return outputs["eligible"] is True
    return any(bool(v) for v in outputs.values())


@cache
def _values(rule_id: str, name: str) -> tuple[Value, ...]:
    """What an unknown input may be: every choice; for numbers and dates both sides of the rule's limits."""
    rule = get(rule_id)
    spec = rule.input(name)
    left_out: tuple[Value, ...] = () if spec.required or spec.default is not None else (None,)
    match spec.type:
        case "boolean":
            return (*left_out, True, False)
        case "choice":
            return (*left_out, *spec.choices)
        case "date":
            return (*left_out, *_dates(rule, spec))
        case "number" | "integer":
            return (*left_out, *_numbers(rule, spec))


def _dates(rule: Rule, spec: Input) -> tuple[Value, ...]:
    limits = [p.value for p in rule.parameters.values() if isinstance(p.value, date)]
    near = [d + timedelta(n) for d in limits for n in (0, -1, 1)]
    years = [
        date(int(p.value), 7, 1)
        for p in rule.parameters.values()
        if isinstance(p.value, Decimal) and p.value == p.value.to_integral_value() and 1990 < p.value < 2100
    ]
    found = [*near, *years, date(2018, 7, 1), date(2000, 1, 1), date(2099, 12, 31)]
    return tuple(dict.fromkeys(d for d in [spec.default, *found] if isinstance(d, date)))


def _years(rule: Rule) -> list[Decimal]:
    """Calendar years at and about the rule's dates."""
    days = [p.value for p in rule.parameters.values() if isinstance(p.value, date)]
    return [Decimal(d.year + n) for d in days for n in (0, 1, -1)] + [Decimal(2018), Decimal(2019)]


def _numbers(rule: Rule, spec: Input) -> tuple[Value, ...]:
    alike: list[Decimal] = []
    others: list[Decimal] = []
    for p in rule.parameters.values():
        given = p.value.values() if isinstance(p.value, dict) else p.value if isinstance(p.value, list) else [p.value]
        numbers = [v for v in given if isinstance(v, Decimal)]
        (alike if p.unit == spec.unit else others).extend(numbers)
        if p.unit == "年" and spec.unit == "月":
            alike.extend(v * 12 for v in numbers)
    if spec.name.endswith("year") and not spec.name.endswith("_per_year"):
        alike = [v for v in alike if v > 1900] + _years(rule)
    limits = sorted(dict.fromkeys(alike or others), reverse=True)
    near = Decimal(1) if spec.type == "integer" else Decimal("0.01")
    top = max([*limits, Decimal(1)])
    low = spec.min if spec.min is not None else Decimal(0)
    high = spec.max if spec.max is not None else top * 10
    ends = [high, low, low + 1]
    points = [x for limit in limits for x in (limit, limit - near)]
    found = [spec.default, *ends[:1], *points[: POINTS - 3], *ends[1:]]
    kept = [v for v in found if isinstance(v, Decimal)]
    if spec.type == "integer":
        kept = [v.to_integral_value() for v in kept]
    inside = [v for v in kept if (spec.min is None or v >= spec.min) and (spec.max is None or v <= spec.max)]
    return tuple(dict.fromkeys(inside)) or (low,)
