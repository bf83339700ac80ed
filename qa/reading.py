"""Reading a calculator's inputs from a question: which figure, date, yes/no or choice of the text is which input.

General for all rules: an input's type, unit, label and choices decide what may stand for it; the wordings people use for
it stand in `reading.yaml`. A figure whose meaning is unclear is not used. Pure: text in, frozen `Reading` out.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from ingest.amounts import DateMention
from qa.calculators.spec import Input, Rule
from qa.denial import denied, negated
from qa.fitting import fits, policy_figure
from qa.notes import Notes, is_count, is_year
from qa.numbers import (
    apply_shares,
    divide_totals,
    read_numbers,
    read_remainders,
    read_series,
    read_shares,
    read_totals,
    read_vias,
)
from qa.told import COUNTERS, NEAR, PAUSE, Figure, Told, nearness_of_day
from qa.wordings import Guide, Words, adverse, words

MAX_CASES = 4  # cases that one question may state

_WEIGHTY = frozenset(("元", "美元", "欧元", "%", "吨标准煤", "个百分点"))
_LASTING = frozenset(("年", "个月", "第年"))

_Named = tuple[int, int, str]  # where a choice is named, and its value


@dataclass(frozen=True, slots=True)
class Reading:
    """What a question says of a rule's inputs.

    `given` was read, `assumed` was not said (input → how the assumption is put) and stands in `inputs` too;
    `cases` are the alternatives that the question states (each overrides `inputs`), one empty case where it states one;
    `spread` holds the first and last day of dates of which only the month or year is told; `unused` counts sums and
    rates of the question that mean nothing to the rule, `idle` its other figures; `mentioned` names counts of things
    that were only named; `counts` says how many there are of a choice (两个优秀奖) where no input of the rule does;
    `by_hundred` names inputs that stand for percentages (part and whole, the whole being 100).
    """

    inputs: dict[str, Any]
    given: frozenset[str]
    assumed: dict[str, str]
    missing: tuple[Input, ...]
    cases: tuple[dict[str, Any], ...]
    spread: dict[str, tuple[str, str]]
    mentioned: frozenset[str]
    unused: int
    idle: int
    counts: dict[str, Decimal]
    by_hundred: frozenset[str]


def read(rule: Rule, guide: Guide, told: Told) -> Reading:
    """Read the inputs of one rule from the question."""
    notes = Notes(rule, guide, told)
    for saying in guide.says:
        if saying.wording.held(told.text):
            notes.inputs |= {k: Decimal(str(v)) if type(v) in (int, float) else v for k, v in saying.sets.items()}
    shares = read_shares(notes)
    counts = _choices(notes)
    _flags(notes)
    _days(notes)
    totals = read_totals(notes)
    read_remainders(notes)
    read_numbers(notes, apart={ratio.part for ratio in shares} | totals.keys())
    divide_totals(totals, notes)
    if guide.series is not None:
        read_series(guide.series, notes)
    read_vias(notes)
    by_hundred = apply_shares(shares, notes)
    given = frozenset(notes.inputs) | frozenset(k for case in notes.cases for k in case)
    missing = _assume(notes, given)
    _follow(notes, given, missing)
    unused = [f for f in told.figures if f not in notes.used]
    return Reading(
        inputs=notes.inputs,
        given=given,
        assumed={k: v for k, v in notes.assumed.items() if v},
        missing=tuple(missing),
        cases=tuple(notes.cases),
        spread=notes.spread,
        mentioned=_mentioned(notes, given),
        unused=sum(f.unit in _WEIGHTY and f.bound in ("exact", "approx") for f in unused),
        idle=sum(bool(f.unit) and f.unit not in _WEIGHTY for f in unused),
        counts=counts,
        by_hundred=by_hundred,
    )


def _mentioned(notes: Notes, given: frozenset[str]) -> frozenset[str]:
    """The counts that were only named; none where any figure of the question means something."""
    if any(f in notes.used for f in notes.told.figures):
        return frozenset()
    return frozenset(
        i.name for i in notes.rule.inputs if i.name in given and notes.cue(i).mention == notes.inputs.get(i.name)
    )


# --- what is taken for granted ---------------------------------------------------------------------------------------


def _assume(notes: Notes, given: frozenset[str]) -> list[Input]:
    """Take for granted what needs no telling; returns what must still be given."""
    missing: list[Input] = []
    doubtful = [f for f in notes.told.figures if f not in notes.used and _means_something(f, notes.told)]
    for spec in notes.rule.inputs:
        if spec.name in given:
            continue
        cue = notes.cue(spec)
        if cue.assume is not None:
            number = spec.unit and spec.type == "number"
            if number and any(fits(f, spec) is not None for f in doubtful):
                missing += [spec] if spec.required else []  # a figure may be just this one: ask rather than assume
                continue
            notes.inputs[spec.name] = cue.assume
            notes.assumed[spec.name] = cue.said_as
        elif spec.required and spec.type == "boolean" and not cue.ask:
            met = not adverse(spec.name)
            notes.inputs[spec.name] = met
            notes.assumed[spec.name] = cue.said_as or _put(spec.label, met)
        elif spec.required or cue.ask:
            missing.append(spec)
    return missing


def _means_something(figure: Figure, told: Told) -> bool:
    """Whether it is a sum, rate or duration of the asker's own."""
    return (figure.unit in _WEIGHTY or figure.unit in _LASTING) and not policy_figure(told, figure)


_SAME_AS = re.compile(r"([a-z][a-z0-9_]*)(?:\*([\d.]+))?")


def _follow(notes: Notes, given: frozenset[str], missing: list[Input]) -> None:
    """An assumption may name another input (`total_income_wan*0.6`): then the value follows from that one."""
    names = {i.name for i in notes.rule.inputs}
    for _ in range(3):
        for name, value in list(notes.inputs.items()):
            m = _SAME_AS.fullmatch(value) if name not in given and isinstance(value, str) else None
            if m is None or m[1] not in names:
                continue
            source = notes.inputs.get(m[1])
            if isinstance(source, Decimal):
                notes.inputs[name] = source * Decimal(m[2] or 1)
            elif source is None:
                del notes.inputs[name]
                missing.append(notes.rule.input(name))
            elif m[2] is None and source not in names:
                notes.inputs[name] = source


def _put(label: str, met: bool) -> str:
    text = re.sub(r"^是否|[（(][^）)]*[）)]", "", label.replace("（套）", "套"))
    text = re.sub(r"是否(?=[\u4e00-\u9fff])", "", text)
    return text if met else f"不存在“{text}”的情形"


# --- choices ---------------------------------------------------------------------------------------------------------


def _core(label: str) -> list[str]:
    label = re.sub(r"[（(][^）)]*[）)]|^\d+[、\d及加分]*\s|^其中|^是否", "", label)
    label = re.sub(r"[“”]", "", label)
    return [p for p in re.split(r"[、，：/]|或|及其.*", label) if len(p) >= 2]


@cache
def _names(value: str, label: str) -> Words:
    if value in ("other", "none") or label.startswith(("其他", "无", "都不是", "未")):
        return words("")
    label = re.sub(r"[“”]", "", label)
    short = [re.sub(r"(项目|企业|银行|级)$", "", p) for p in _core(label)]
    return words("|".join(re.escape(p).replace("\\", "") for p in (*_core(label), *short) if len(p) >= 2))


_SHORT_OF = re.compile(r"(企业|产品|中心|单位)?(提名|培育|后备|候选|入围|创建)")  # 中国质量奖提名奖 is not 中国质量奖


def _choices(notes: Notes) -> dict[str, Decimal]:
    """Choices by their names. What is returned says how many there are of each, where no input of the rule does."""
    many: dict[str, Decimal] = {}
    text = notes.told.text
    for spec in notes.open("choice"):
        found: list[_Named] = []
        for value, label in spec.choices.items():
            names = notes.cue(spec).choices.get(value) or _names(value, label)
            found += [(a, b, value) for a, b in names.spans(text)]
        said = [(a, b, v) for a, b, v in found if not negated(text, a, b)]
        whole = [
            (a, b, v)
            for a, b, v in said
            if not any(x <= a and b <= y and y - x > b - a for x, y, _ in found) and not _SHORT_OF.match(text, b)
        ]
        values = list(dict.fromkeys(v for _, _, v in sorted(whole)))
        if found and not said and "none" in spec.choices:
            values = ["none"]  # 还没有通过省级认定
        if 1 < len(values) <= MAX_CASES and not notes.cases:
            notes.cases += [{spec.name: v} for v in values]
        elif values:
            notes.inputs[spec.name] = values[0]
        if spec.name == notes.guide.sums and values:
            many |= _counted(spec, values, _of_each(whole, notes.told), notes)
    return many


def _counted(spec: Input, values: list[str], of_each: dict[str, Decimal], notes: Notes) -> dict[str, Decimal]:
    """How many there are of each choice: told to the one input that counts them, else returned."""
    counters = [i for i in notes.open("integer") if is_count(i)]
    stated = bool(notes.cases) and spec.name in notes.cases[0]
    if len(counters) > 1 or not (len(values) == 1 or stated):
        return {}
    if not counters:
        return of_each
    if len(values) > 1 and of_each:
        counts = of_each.values()
        notes.used |= {f for f in notes.told.figures if f.unit in COUNTERS and f.value in counts}
        for case in notes.cases:
            case[counters[0].name] = of_each.get(case[spec.name], Decimal(1))
    return {}


def _of_each(named: Iterable[_Named], told: Told) -> dict[str, Decimal]:
    """How many of each named thing: 一个金奖两个优秀奖; 团体标准两项; 金奖、银奖各两项."""
    counts = [f for f in told.figures if f.unit in COUNTERS and f.value == f.value.to_integral_value()]
    names = sorted(named)
    found: dict[str, Decimal] = {}
    for begin, end, value in names:
        for figure in counts:
            if figure.end <= begin and _close(told.text[figure.end : begin], 6):
                found[value] = figure.value
            elif figure.start >= end and _close(told.text[end : figure.start], 2) and not told.counted(figure):
                found.setdefault(value, figure.value)
    for figure in counts:
        each = told.text[figure.start - 1 : figure.start] == "各"
        if each and names and names[-1][1] <= figure.start <= names[-1][1] + 6:
            found = {value: figure.value for _, _, value in names}
    return found


def _close(gap: str, at_most: int) -> bool:
    """Whether a count and what it counts stand so near, and nothing parts them."""
    return len(gap) <= at_most and not re.search(r"[,。;、?和与\d]", gap)


# --- yes or no -------------------------------------------------------------------------------------------------------


def _flags(notes: Notes) -> None:
    """Conditions by their wordings, or by their labels; denied outright or where they are named."""
    text = notes.told.text
    for spec in notes.open("boolean"):
        cue = notes.cue(spec)
        if cue.deny.held(text) or denied(spec.label, text):
            notes.inputs[spec.name] = False
            continue
        said = cue.words or words("|".join(p for p in _core(spec.label) if len(p) <= 12))
        spans = list(said.spans(text))
        if spans and not notes.cases and all(text[b : b + 2] in ("呢?", "呢") for _, b in spans):
            notes.cases += [{spec.name: False}, {spec.name: True}]  # …？厂房呢？
        elif spans:
            notes.inputs[spec.name] = not all(negated(text, a, b) for a, b in spans)


# --- days ------------------------------------------------------------------------------------------------------------


def _days(notes: Notes) -> None:
    """Dates and years. A month or year stands for its first day and, in `spread`, for its last."""
    wanted = [i for i in notes.open("date", "integer") if i.type == "date" or is_year(i)]
    days = [d for d in notes.told.dates if d.year is not None]
    pairs = [(near, i, d) for i in wanted for d in days if (near := _tells(d, i, notes)) >= NEAR]
    taken: set[DateMention] = set()
    for _, spec, day in sorted(pairs, key=lambda p: -p[0]):
        if spec.name not in notes.inputs and day not in taken:
            _set_day(spec, day, notes)
            taken.add(day)
    left = [i for i in wanted if i.name not in notes.inputs and i.required]
    left = [i for i in left if notes.cue(i).assume is None] or left
    free = [d for d in days if d not in taken and not _of_sum(d, notes)]
    if len(left) == 1 and len({(d.year, d.month, d.dom) for d in free}) == 1:
        _set_day(left[0], free[0], notes)


def _tells(day: DateMention, spec: Input, notes: Notes) -> float:
    """How surely the date is the one that the input asks for."""
    told = notes.told
    near = nearness_of_day(notes.cue(spec).words, day, told)
    if day.month is None and spec.type == "date" and told.text[day.start - 1 : day.start] in tuple(PAUSE):
        near -= 9.0  # 高企认定：2018年销售收入…: the year of a figure
    if day.month is None and any(d.month is not None for d in told.dates):
        near -= 4.0  # 2019年试点 … 2018年9月1日报送: a mere year names something
    return near


def _of_sum(day: DateMention, notes: Notes) -> bool:
    """2018年补助: a year by which a sum is named."""
    sums = notes.open("number")
    return any(a <= day.start and day.end <= b for i in sums for a, b in notes.cue(i).words.spans(notes.told.text))


def _set_day(spec: Input, day: DateMention, notes: Notes) -> None:
    assert day.year is not None
    if is_year(spec):
        notes.inputs[spec.name] = Decimal(day.year)
    elif day.day is not None:
        notes.inputs[spec.name] = day.day.isoformat()
    else:
        last_month = day.month or 12
        first = date(day.year, day.month or 1, 1)
        last = date(day.year, last_month, calendar.monthrange(day.year, last_month)[1])
        notes.inputs[spec.name] = first.isoformat()
        notes.spread[spec.name] = (first.isoformat(), last.isoformat())
