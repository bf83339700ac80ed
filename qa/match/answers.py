"""From a profile to the inputs of one calculator: what it answers, and case by case where it tells several things."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from ingest.regions import ancestors
from qa.calculators import Input, Rule

from .profile import Answers, Honour, Profile, Told, fault, knowledge


@dataclass(frozen=True, slots=True)
class Asked:
    """Known inputs of a rule for one honour, listing, standard or project (`what`), or for the enterprise as such ("").

    `planned`: it is only intended, so nothing that rests on it is certain. `derived`: how an input was worked out.
    """

    known: Mapping[str, Any]
    what: str = ""
    planned: bool = False
    derived: tuple[str, ...] = ()


@dataclass(slots=True)
class _Extra:
    what: str
    values: dict[str, Any]
    planned: bool = False
    notes: list[str] = field(default_factory=list)


def ask(rule: Rule, profile: Profile, as_of: date) -> list[Asked]:
    """The cases in which the rule meets this profile; always at least one, with nothing known where it answers nothing."""
    specs = {i.name: i for i in rule.inputs}
    plain, derived = _plain(rule, specs, profile, as_of)
    given = {
        name: value
        for name in specs
        if (value := profile.inputs.get(f"{rule.id}.{name}", profile.inputs.get(name))) is not None
        and not fault(rule.id, name, value)
    }
    extras = [e for e in _extras(rule, specs, profile) if e.values]
    held = [e for e in extras if not e.planned]
    merged: dict[str, Any] = {}
    agree = all(merged.setdefault(n, v) == v for e in held for n, v in e.values.items())
    cases: list[_Extra] = held
    if agree:
        together = "、".join(dict.fromkeys(e.what for e in held))
        cases = [_Extra(together, merged)] if held else []
    cases = [*cases, *(e for e in extras if e.planned)] or [_Extra("", {})]

    def notes(known: Mapping[str, Any]) -> tuple[str, ...]:
        return tuple(text for name, text in derived.items() if known.get(name) == plain.get(name))

    asked = []
    for case in cases:
        known = {**plain, **case.values, **given}
        asked.append(Asked(known, case.what, case.planned, notes({n: v for n, v in known.items() if n not in given})))
    return asked


def _plain(
    rule: Rule, specs: Mapping[str, Input], profile: Profile, as_of: date
) -> tuple[dict[str, Any], dict[str, str]]:
    """Inputs that plain fields answer, and for those that were worked out from a field, how."""
    known: dict[str, Any] = {}
    derived: dict[str, str] = {}
    values = {"region": profile.region, **profile.values}
    if "rd_ratio_pct" not in values and values.get("revenue_wan") and "rd_spending_wan" in values:
        ratio = values["rd_spending_wan"] / values["revenue_wan"] * 100
        values["rd_ratio_pct"] = ratio.quantize(Decimal("0.000001"))
    for one in knowledge().fields:
        if one.name not in values:
            continue
        for answer in one.inputs:
            spec = specs.get(answer.name)
            if spec is None or answer.label not in spec.label or answer.name in known:
                continue
            value = _value(answer, spec, values[one.name], profile, as_of)
            if value is not None and not fault(rule.id, spec.name, value):
                known[spec.name] = value
                if answer.note:
                    derived[spec.name] = f"“{spec.label}”{answer.note}"
                if answer.by:
                    derived[spec.name] = f"“{spec.label}”按成立日期推算到{as_of.isoformat()}，为{value}年"
    for kind, count in (profile.values.get("standards") or {}).items():
        name = knowledge().standards[kind].count
        if name in specs:
            known[name] = count
    return known, derived


def _value(answer: Answers, spec: Input, told: Any, profile: Profile, as_of: date) -> Any:
    """What a field says to an input; None where it says nothing."""
    if answer.within:
        inside = [told] if isinstance(told, str) else [profile.region] if told is True else []
        inside += [profile.region] if answer.and_region else []
        return True if inside and all(_inside(r, answer.within) for r in inside) else None
    if answer.value:
        return next((v for v in answer.value.get(told, []) if v in spec.choices), None)
    if spec.type == "choice" and isinstance(told, str):
        return told if told in spec.choices else _labelled(spec, told)
    if answer.by == "years":
        return years_between(told, as_of)
    return told * answer.times if isinstance(told, Decimal) else told


def _inside(region: str, outer: str) -> bool:
    return region == outer or outer in ancestors(region)


def _labelled(spec: Input, told: str) -> str | None:
    """The one choice whose label is what was told, or stands in it (羊绒 for 羊绒制品); no guess among several."""
    named = [v for v, label in spec.choices.items() if label == told or (len(label) > 1 and label in told)]
    return named[0] if len(named) == 1 else None


def years_between(start: date, end: date) -> Decimal:
    """Years from one day to another, whole months counted, cut off at two decimals: 2.91 is not yet three."""
    months = (end.year - start.year) * 12 + end.month - start.month - (end.day < start.day)
    return max(Decimal(0), (Decimal(months) / 12).quantize(Decimal("0.01"), "ROUND_DOWN"))


def _extras(rule: Rule, specs: Mapping[str, Input], profile: Profile) -> list[_Extra]:
    told = profile.values
    out: list[_Extra] = []
    for name in told.get("honours", ()):
        if honour := _honour(name):
            out.append(_Extra(name, _taken(rule, specs, honour.held)))
    for name in told.get("new_honours", ()):
        if honour := _honour(name):
            out.append(_Extra(name, _taken(rule, specs, honour.held | honour.new)))
    for name in told.get("planned_honours", ()):
        if honour := _honour(name):
            out.append(_Extra(name, _taken(rule, specs, honour.held | honour.new), planned=True))
    labels = next(f for f in knowledge().fields if f.name == "listing").choices
    for field_name, planned in (("listing", False), ("planned_listing", True)):
        if board := told.get(field_name):
            out.append(_Extra(labels[board], _taken(rule, specs, knowledge().listing[board]), planned))
    if knowledge().standard_kind in specs:
        kinds = next(f for f in knowledge().fields if f.name == "standards").choices
        for kind, count in (told.get("standards") or {}).items():
            if count > 0:
                wanted: Told = {knowledge().standard_kind: [knowledge().standards[kind].kind]}
                out.append(_Extra(kinds[kind], _taken(rule, specs, wanted | knowledge().standard_values)))
    for number, project in enumerate(profile.projects, 1):
        kind_of = knowledge().projects.types[project.type]
        values = _taken(rule, specs, dict(kind_of.values))
        for sum_name, answers in kind_of.sums.items():
            for answer in answers:
                spec = specs.get(answer.name)
                if spec is not None and answer.label in spec.label and sum_name in project.sums:
                    values[spec.name] = project.sums[sum_name] * answer.times
        if values and project.stage and knowledge().projects.stages in specs:
            values[knowledge().projects.stages] = project.stage
        several = f"{number}" if sum(p.type == project.type for p in profile.projects) > 1 else ""
        out.append(_Extra(f"{project.label}项目{several}", values))
    return out


def _honour(name: str) -> Honour | None:
    return next((h for h in knowledge().honours if name in (h.name, *h.aliases)), None)


def unknown_honours(profile: Profile) -> list[str]:
    """Honours of the profile that no calculator asks for by this name."""
    told = profile.values
    return [n for f in ("honours", "new_honours", "planned_honours") for n in told.get(f, ()) if _honour(n) is None]


def _taken(rule: Rule, specs: Mapping[str, Input], told: Told) -> dict[str, Any]:
    """Of what an honour says, the part that this rule asks for."""
    out: dict[str, Any] = {}
    for key, value in told.items():
        calculator, _, name = key.rpartition(".")
        spec = specs.get(name)
        if spec is None or calculator not in ("", rule.id):
            continue
        if value is True and spec.type == "boolean":
            out[name] = True
        elif isinstance(value, list) and spec.type == "choice":
            chosen = next((v for v in value if v in spec.choices), None)
            if chosen is not None:
                out[name] = chosen
    return out
