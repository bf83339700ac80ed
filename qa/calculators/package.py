"""Several calculators for one enterprise, and one calculator over many values of one input."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from .calculation import Calculation
from .clauses import ClauseFinder
from .inputs import CalcError, missing
from .registry import all_rules, function, get, run
from .spec import Input, Rule


@dataclass(frozen=True, slots=True)
class Candidate:
    """A calculator that an enterprise may ask: worked out, or what is still missing to work it out."""

    rule: Rule
    calculation: Calculation | None
    missing: tuple[Input, ...] = ()


@dataclass(frozen=True, slots=True)
class Package:
    """`granted` holds groups: one calculator that stands alone, or several of which only one can be had."""

    granted: tuple[tuple[Candidate, ...], ...]
    refused: tuple[Candidate, ...]
    open: tuple[Candidate, ...]  # at least one input is known, not all


def package(
    regions: Iterable[str], known: Mapping[str, Any], *, as_of: date, clauses: ClauseFinder | None = None
) -> Package:
    """What the calculators of these regions give, from inputs known by name.

    A name shared by several calculators (`is_sme`) serves them all. `known` may also name a calculator's own inputs as
    `"<calculator id>.<input>"`, which goes before the bare name. Rules of which nothing is known are left out.
    """
    wanted = set(regions)
    granted: list[Candidate] = []
    refused: list[Candidate] = []
    still_open: list[Candidate] = []
    for rule in all_rules():
        if rule.region not in wanted or function(rule.id) is None:
            continue
        inputs = _inputs_of(rule, known)
        lacking = tuple(missing(rule, inputs))
        if lacking:
            if inputs:
                still_open.append(Candidate(rule, None, lacking))
            continue
        candidate = Candidate(rule, run(rule.id, inputs, as_of=as_of, clauses=clauses))
        result = candidate.calculation
        (refused if result is None or result.error or result.eligible is False else granted).append(candidate)
    return Package(tuple(_alternatives(granted)), tuple(refused), tuple(still_open))


def _inputs_of(rule: Rule, known: Mapping[str, Any]) -> dict[str, Any]:
    found = {i.name: known.get(f"{rule.id}.{i.name}", known.get(i.name)) for i in rule.inputs}
    return {name: value for name, value in found.items() if value is not None}


def _alternatives(granted: list[Candidate]) -> list[tuple[Candidate, ...]]:
    """Candidates grouped so that those which exclude each other, directly or through a third, stand together."""
    groups: list[list[Candidate]] = []
    for candidate in granted:
        mine = [g for g in groups if any(_exclude(candidate.rule, other.rule) for other in g)]
        groups = [g for g in groups if g not in mine]
        groups.append([*(c for g in mine for c in g), candidate])
    return [tuple(sorted(g, key=lambda c: c.rule.id)) for g in sorted(groups, key=lambda g: min(c.rule.id for c in g))]


def _exclude(a: Rule, b: Rule) -> bool:
    return b.id in a.excludes or a.id in b.excludes


def sweep(
    rule_id: str, inputs: Mapping[str, Any], name: str, values: Sequence[Decimal], *, as_of: date
) -> list[tuple[Decimal, Calculation]]:
    """What if: the calculation at each value of one number input, all others as given. Errors: CalcError."""
    if not any(i.name == name and i.type in ("number", "integer") for i in get(rule_id).inputs):
        raise CalcError(name, "只能对数字类输入项做试算")
    return [(value, run(rule_id, {**inputs, name: value}, as_of=as_of)) for value in values]


def telling_points(rule: Rule, name: str, steps: int = 20) -> list[Decimal]:
    """Values at which a sweep shows every cliff: an even grid, and each threshold of the input's unit with its neighbours."""
    spec = rule.input(name)
    near = Decimal(1) if spec.type == "integer" else Decimal("0.01")
    limits = [
        p.value
        for p in rule.parameters.values()
        if isinstance(p.value, Decimal) and p.unit == spec.unit and (spec.max is None or p.value <= spec.max)
    ]
    low, high = spec.min or Decimal(0), spec.max or 2 * max(limits, default=Decimal(100))
    grid = [low + (high - low) * n / steps for n in range(steps + 1)]
    if spec.type == "integer":
        grid = [g.to_integral_value() for g in grid]
    points = {*grid, *(limit + d for limit in limits for d in (-near, Decimal(0), near))}
    return sorted(p for p in points if p >= low and (spec.max is None or p <= spec.max))
