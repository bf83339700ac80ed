"""Score tables: which items a question asks about, and what they score."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from qa.calculators import Calculation, Input, Rule, get
from qa.reading import Reading
from qa.told import Told

_POINTS = re.compile(r"：得(\d+(?:\.\d+)?)分$")
_TOTAL = re.compile(r"^(\S+?)(?:得分|项合计)：")
_NUMBERS = re.compile(r"^(\d+(?:、\d+)*)")
_ASKED_ITEM = re.compile(r"第(\d+)(?:项|条|小?点)")
_CAP = Decimal(20)
BONUS = "加分"


@dataclass(frozen=True, slots=True)
class _Item:
    """One line of the table: the step in words, its section and points, the input it rests on."""

    text: str
    section: str
    points: Decimal
    spec: Input


def asked_score(rule: Rule, reading: Reading, told: Told, result: Calculation) -> tuple[Decimal, list[str]] | None:
    """The points of the items that the question speaks of, and how they come about; None where it names none.

    An item number (第19项), 加分 or the name of a section narrows it down to those.
    """
    lines = list(_items(rule, result))
    items = [i for i in lines if i.spec.name in reading.given]
    sections = {i.section for i in lines}
    if number := _ASKED_ITEM.search(told.text):
        chosen = [i for i in items if i.section != BONUS and number[1] in _numbers(i.spec)]
    elif BONUS in told.text:
        chosen = [i for i in items if i.section == BONUS]
    else:
        named = {s for s in sections if s != BONUS and re.search(rf"{s}(部分|方面|这块|得|能|项|指标|条件)", told.text)}
        chosen = [i for i in items if i.section in named] if named else []
    chosen = chosen or items
    if not chosen:
        return None
    bonus = min(sum((i.points for i in chosen if i.section == BONUS), Decimal(0)), _CAP)
    rest = sum((i.points for i in chosen if i.section != BONUS), Decimal(0))
    several = len({i.section for i in chosen}) > 1
    words = [f"{i.section}项：{i.text}" if several and i.section == BONUS else i.text for i in chosen]
    return bonus + rest, words


def _items(rule: Rule, result: Calculation) -> Iterator[_Item]:
    """The lines of the table, each under the section whose sum comes after it."""
    waiting: list[tuple[str, Decimal, Input]] = []
    for step in result.steps:
        if points := _POINTS.search(step.text):
            spec = _spec(rule, step.text)
            if spec is not None:
                waiting.append((_tidy(step.text), Decimal(points[1]), spec))
        elif total := _TOTAL.match(step.text):
            for text, value, spec in waiting:
                yield _Item(text, total[1], value, spec)
            waiting = []


def _spec(rule: Rule, step: str) -> Input | None:
    """The input that a step is about: by its label, with or without the item number."""
    return next((spec for label, spec in _labels(rule.id) if step.startswith(label)), None)


@cache
def _labels(rule_id: str) -> tuple[tuple[str, Input], ...]:
    """Labels of a table's inputs, with and without item numbers, longest first."""
    labels = {label: spec for spec in get(rule_id).inputs for label in (spec.label, _bare(spec.label))}
    return tuple(sorted(labels.items(), key=lambda p: -len(p[0])))


def _bare(label: str) -> str:
    return re.sub(r"^[\d、]*(及?加分)?\s+", "", label)


def _numbers(spec: Input) -> list[str]:
    found = _NUMBERS.match(spec.label)
    return found[1].split("、") if found else []


def _tidy(step: str) -> str:
    return re.sub(r"——[是否]", "", _bare(step))
