"""Automatic numbers of Word paragraphs (一、 （一） 1. ①), counted as Word counts them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_DIGITS = "〇一二三四五六七八九"
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES = "子丑寅卯辰巳午未申酉戌亥"
_NONE = {"bullet", "none"}


@dataclass(slots=True)
class _Level:
    format: str = "decimal"
    text: str = ""
    start: int = 1
    restart: int | None = None  # the level whose number restarts this one; None: any above
    legal: bool = False  # numbers of the levels above appear as 1, 2, 3 whatever their format


@dataclass(slots=True)
class _List:
    abstract: str
    levels: dict[int, _Level] = field(default_factory=dict)
    restarts: dict[int, int] = field(default_factory=dict)


class Numbering:
    """The numbers of a document's paragraphs, asked for in reading order."""

    def __init__(self, numbering: Any | None, styles: Any | None) -> None:
        self._lists: dict[str, _List] = {}
        self._styles: dict[str, tuple[str | None, Any]] = {}
        self._counters: dict[str, dict[int, int]] = defaultdict(dict)
        self._started: set[str] = set()
        if numbering is not None:
            self._read_lists(numbering)
        if styles is not None:
            for style in styles.iter(f"{W}style"):
                based = style.find(f"{W}basedOn")
                self._styles[style.get(f"{W}styleId", "")] = (
                    None if based is None else based.get(f"{W}val"),
                    style.find(f"{W}pPr/{W}numPr"),
                )

    def number(self, properties: Any | None) -> str:
        """The number that Word shows before a paragraph with these properties (w:pPr), or ""."""
        found = self._place(properties)
        if found is None:
            return ""
        list_id, level = found
        entry = self._lists[list_id]
        counters = self._counters[entry.abstract]
        if list_id not in self._started:  # a list that restarts an earlier one of the same design
            self._started.add(list_id)
            for restarted, value in entry.restarts.items():
                counters[restarted] = value - 1
        rule = entry.levels.get(level, _Level())
        counters[level] = counters.get(level, rule.start - 1) + 1
        for below in [other for other in counters if other > level]:
            lower = entry.levels.get(below, _Level())
            if lower.restart is None or (lower.restart > 0 and level < lower.restart):
                del counters[below]
        if rule.format in _NONE:
            return ""
        text = rule.text
        for other in range(9):
            if f"%{other + 1}" in text:
                above = entry.levels.get(other, _Level())
                value = counters.setdefault(other, above.start)
                form = "decimal" if rule.legal and other != level else above.format
                text = text.replace(f"%{other + 1}", spell(value, form))
        return text

    def _place(self, properties: Any | None) -> tuple[str, int] | None:
        """The list and level of a paragraph: its own, else its style's, else that of the style's bases."""
        own = None if properties is None else properties.find(f"{W}numPr")
        list_id, level = _value(own, "numId"), _value(own, "ilvl")
        style = None
        if properties is not None and (element := properties.find(f"{W}pStyle")) is not None:
            style = element.get(f"{W}val")
        seen: set[str] = set()
        while (list_id is None or level is None) and style is not None and style not in seen:
            seen.add(style)
            base, inherited = self._styles.get(style, (None, None))
            list_id = list_id if list_id is not None else _value(inherited, "numId")
            level = level if level is not None else _value(inherited, "ilvl")
            style = base
        if list_id is None or list_id not in self._lists:  # numId 0 takes a number away
            return None
        return list_id, int(level) if level is not None and level.isdigit() else 0

    def _read_lists(self, numbering: Any) -> None:
        abstracts = {}
        for abstract in numbering.iter(f"{W}abstractNum"):
            abstracts[abstract.get(f"{W}abstractNumId")] = {
                int(level.get(f"{W}ilvl", "0")): _level(level) for level in abstract.findall(f"{W}lvl")
            }
        for num in numbering.iter(f"{W}num"):
            key = _value(num, "abstractNumId")
            if key is None or num.get(f"{W}numId") in {None, "0"}:
                continue
            entry = _List(key, dict(abstracts.get(key, {})))
            for override in num.findall(f"{W}lvlOverride"):
                level = int(override.get(f"{W}ilvl", "0"))
                if (own := override.find(f"{W}lvl")) is not None:
                    entry.levels[level] = _level(own)
                if (start := _value(override, "startOverride")) is not None:
                    entry.restarts[level] = _integer(start, 1)
            self._lists[num.get(f"{W}numId")] = entry


def spell(value: int, form: str) -> str:
    """A list number in one of Word's number formats; digits where the format is not known."""
    if form in {
        "chineseCountingThousand",
        "chineseCounting",
        "japaneseCounting",
        "taiwaneseCountingThousand",
        "taiwaneseCounting",
    }:
        return _chinese(value)
    if form == "chineseLegalSimplified":
        text = _chinese(value)
        text = "一" + text if text.startswith("十") else text
        return text.translate(str.maketrans("〇一二三四五六七八九十百千", "零壹贰叁肆伍陆柒捌玖拾佰仟"))
    if form in {"ideographDigital", "japaneseDigitalTenThousand", "taiwaneseDigital"}:
        return "".join(_DIGITS[int(digit)] for digit in str(value))
    if form == "ideographTraditional":
        return _STEMS[(value - 1) % 10]
    if form == "ideographZodiac":
        return _BRANCHES[(value - 1) % 12]
    if form in {"decimalEnclosedCircle", "decimalEnclosedCircleChinese"} and 1 <= value <= 20:
        return chr(0x2460 + value - 1)
    if form == "decimalEnclosedParen" and 1 <= value <= 20:
        return chr(0x2474 + value - 1)
    if form == "decimalEnclosedFullstop" and 1 <= value <= 20:
        return chr(0x2488 + value - 1)
    if form in {"decimalFullWidth", "decimalFullWidth2"}:
        return "".join(chr(0xFF10 + int(digit)) for digit in str(value))
    if form == "decimalZero":
        return f"{value:02d}"
    if form in {"lowerLetter", "upperLetter"} and value >= 1:
        letter = chr(ord("a") + (value - 1) % 26) * min((value - 1) // 26 + 1, 10)
        return letter if form == "lowerLetter" else letter.upper()
    if form in {"lowerRoman", "upperRoman"} and 1 <= value < 4000:
        return _roman(value) if form == "lowerRoman" else _roman(value).upper()
    return "" if form in _NONE else str(value)


def _chinese(value: int) -> str:
    if not 0 < value < 10_000:
        return str(value)
    text, gap = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, value = divmod(value, unit)
        if digit:
            text += ("零" if gap else "") + _DIGITS[digit] + name
        gap = not digit and bool(text)
    return text.removeprefix("一") if text.startswith("一十") else text


def _roman(value: int) -> str:
    text = ""
    for unit, letters in zip(
        (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1),
        ["m", "cm", "d", "cd", "c", "xc", "l", "xl", "x", "ix", "v", "iv", "i"],
        strict=True,
    ):
        count, value = divmod(value, unit)
        text += letters * count
    return text


def _level(element: Any) -> _Level:
    restart = _value(element, "lvlRestart")
    legal = element.find(f"{W}isLgl")
    return _Level(
        format=_value(element, "numFmt") or _custom_format(element),
        text=_value(element, "lvlText") or "",
        start=_integer(_value(element, "start"), 1),
        restart=None if restart is None else _integer(restart, 0),
        legal=legal is not None and legal.get(f"{W}val", "1") not in {"0", "false"},
    )


def _custom_format(element: Any) -> str:
    """Newer files wrap formats that old ones lack: the fallback names the nearest old one."""
    for inner in element.iter(f"{W}numFmt"):
        return str(inner.get(f"{W}val", "decimal"))
    return "decimal"


def _integer(text: str | None, default: int) -> int:
    try:
        return max(0, min(int(text or ""), 1_000_000))
    except ValueError:
        return default


def _value(element: Any | None, name: str) -> str | None:
    found = None if element is None else element.find(f"{W}{name}")
    return None if found is None else found.get(f"{W}val")
