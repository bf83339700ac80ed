"""Whether an answer stands on what it cites: quotes verbatim, spans true, marks pointing, every figure grounded.

Works on the contract's answer object (JSON) and the decoded sources alone; it shares no code with the product, so
that a fault in the product's own amount reader cannot hide itself here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

import cn2an

from evals.text import squeeze

_MARK = re.compile(r"\[(\d{1,3})\]")
_SCALE = {"万": Decimal(10) ** 4, "亿": Decimal(10) ** 8, "千": Decimal(1000), "百": Decimal(100), "": Decimal(1)}
_UNITS = (
    "个百分点|百分点|%|‰|元|年度|年|个月|月|周年|周|个工作日|工作日|小时|分钟|天|日|倍|分|家|户|人|名|位|项|个|份|件|台|套|批|条|种|类|款"
    "|级|次|期|轮|届|场|吨标准煤|吨标煤|吨|公斤|千克|平方米|立方米|平方公里|公里|米|千瓦时|千瓦|千伏|亩|度|辆|所|支|座|万|亿"
)
# number, optional scale, unit: 1000万元, 5.5亿元, 20%, 3年, 50万
_FIGURE = re.compile(rf"(?<![\d.A-Za-z])(\d+(?:\.\d+)?)(百|千|万|亿)?(?:多|余)?({_UNITS})?")
_CN = "零〇一二三四五六七八九十百千万亿两"
_CN_FIGURE = re.compile(
    rf"(?:百分之[{_CN}点]+|(?<![\d.万亿])[零〇一二三四五六七八九十百两][{_CN}]*(?:万元|亿元|元|年|个月|个工作日|工作日|天|日|倍))"
)
_LIST_MARK = re.compile(r"[(（]\d{1,2}[)）]|(?<![\d.])\d{1,2}[、.．](?!\d)")
_MONEY_SUFFIX = {"_wan": Decimal(10) ** 4, "_yi": Decimal(10) ** 8}


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing in an answer that does not stand; `citation` its n (0: none).

    `kind`: 数字 (a figure from nowhere), 复述 (a figure that stands only in the question), 引文 (a quote not in its
    clause), 原文 (a clause that is not its source), 角标 (a mark without a citation, or the reverse).
    """

    kind: str
    detail: str
    citation: int = 0


def violations(got: Mapping[str, Any], sources: Mapping[str, str]) -> list[Violation]:
    """Everything that does not stand in the answer object."""
    return [*quote_violations(got, sources), *figure_violations(got), *mark_violations(got)]


def quote_violations(got: Mapping[str, Any], sources: Mapping[str, str]) -> list[Violation]:
    """Citations whose quote is not in their text, or whose text is not source[start:end] (up to white space)."""
    found: list[Violation] = []
    for citation in got.get("citations") or []:
        n, text = int(citation.get("n") or 0), citation.get("text") or ""
        quote = citation.get("quote") or ""
        if not _bare(quote) or _bare(quote) not in _bare(text):
            found.append(Violation("引文", f"“{quote[:40]}”不在条款里", n))
        source = sources.get(citation.get("source") or "")
        if source is None:
            found.append(Violation("原文", f"没有来源 {citation.get('source')!r}", n))
        elif not _bare(text) or _bare(source[citation["start"] : citation["end"]]) != _bare(text):
            found.append(
                Violation("原文", f"{citation.get('clause_id')} 与原文 [{citation['start']}:{citation['end']}] 不符", n)
            )
    return found


def mark_violations(got: Mapping[str, Any]) -> list[Violation]:
    """[n] without a citation n, and citations that no [n] points at."""
    marked = {int(n) for n in _MARK.findall(str(got.get("answer") or ""))}
    cited = {int(c.get("n") or 0) for c in got.get("citations") or []}
    return [
        *(Violation("角标", f"[{n}] 没有对应的引用", n) for n in sorted(marked - cited)),
        *(Violation("角标", f"引用 {n} 未被正文标注", n) for n in sorted(cited - marked)),
    ]


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with its unit as written; `value` is the number times its scale (1000万 is 10,000,000)."""

    text: str
    value: Decimal
    face: Decimal
    unit: str


def figures(text: str) -> list[Figure]:
    """The Arabic figures with a unit in a squeezed text."""
    return [f for f in _all_figures(text) if f.unit]


def _all_figures(text: str) -> Iterator[Figure]:
    for match in _FIGURE.finditer(text):
        number, scale, unit = Decimal(match[1]), match[2] or "", match[3] or ""
        if unit in ("万", "亿"):  # 1000万 without 元
            scale, unit = unit, ""
        yield Figure(match[0], number * _SCALE[scale], number, unit or scale)


def figure_violations(got: Mapping[str, Any]) -> list[Violation]:
    """Figures of the answer that stand neither in a cited clause (or its title, number, headings, dates) nor in the
    calculation's steps, inputs or outputs.

    A figure stands when a text has the same number at the same scale with the same unit, or with none (table cells);
    list numbers are no figures. Figures of the question said back (复述) are told apart from figures from nowhere (数字). Chinese figures (三年, 百分之二十) must stand as written or as the Arabic figure.
    """
    answer = squeeze(_MARK.sub("", str(got.get("answer") or "")))
    grounds = [_LIST_MARK.sub("、", squeeze(text)) for text in _grounds(got)]
    standing = {(f.value, f.unit) for text in grounds for f in _all_figures(text)}
    bare = {f.face for text in grounds for f in _all_figures(text) if not f.unit}
    computed = set(_computed(got.get("calculation")))
    asked = squeeze(str(got.get("question") or ""))
    found: list[Violation] = []

    def add(text: str) -> None:
        found.append(Violation("复述" if text in asked else "数字", text))

    for figure in figures(_LIST_MARK.sub("、", answer)):
        same = (figure.value, figure.unit) in standing or any(
            (figure.value, unit) in standing for unit in _same_unit(figure.unit)
        )
        if not (same or figure.face in bare or figure.value in computed or figure.face in computed):
            add(figure.text)
    held = "".join(grounds)
    for match in _CN_FIGURE.finditer(answer):
        if match[0] not in held and not any(value in _cn_values(match[0]) for value, _ in standing):
            add(match[0])
    return found


def _same_unit(unit: str) -> tuple[str, ...]:
    """Ways in which the same unit is written."""
    for family in (
        ("元", "万", "亿"),
        ("天", "日"),
        ("年", "年度", "周年"),
        ("个工作日", "工作日"),
        ("个百分点", "百分点"),
    ):
        if unit in family:
            return family
    return ()


def _grounds(got: Mapping[str, Any]) -> Iterator[str]:
    for citation in got.get("citations") or []:
        yield citation.get("text") or ""
        yield citation.get("document") or ""
        yield citation.get("doc_no") or ""
        yield from citation.get("path") or []
        for day in (citation.get("validity") or {}).values():
            if isinstance(day, str):
                yield day
                if (parts := day.split("-")) and len(parts) == 3 and all(p.isdigit() for p in parts):
                    year, month, date = map(int, parts)
                    yield f"{year}年{month}月{date}日"
    calculation = got.get("calculation") or {}
    for step in calculation.get("steps") or []:
        yield step.get("text", "") if isinstance(step, Mapping) else str(step)


def _computed(value: Any, name: str = "") -> Iterator[Decimal]:
    """The numbers among a calculation's inputs and outputs, at face value and at the scale of the name's suffix."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            if key in ("inputs", "outputs") or name:
                yield from _computed(item, str(key))
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _computed(item, name)
    elif name and not isinstance(value, bool) and isinstance(value, int | float | Decimal | str):
        try:
            number = Decimal(str(value))
        except InvalidOperation:
            return
        yield number
        for suffix, scale in _MONEY_SUFFIX.items():
            if name.endswith(suffix):
                yield number * scale


def _cn_values(text: str) -> set[Decimal]:
    """What a Chinese figure may be worth (empty where it cannot be read)."""
    number = re.sub(rf"[^{_CN}点]", "", text.removeprefix("百分之"))
    try:
        return {Decimal(str(cn2an.cn2an(number, "smart")))} if number else set()
    except ValueError:
        return set()


def _bare(text: str) -> str:
    return "".join(text.split())
