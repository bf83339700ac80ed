"""The wordings of `reading.yaml`: how people ask for each calculator and speak of its inputs.

Read once and compiled; what they mean for a question is told in `qa.reading` and `qa.linking`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

_SPECIAL = re.compile(r"[\[\](){}.*?\\^$]")


class Words:
    """Wordings of one thing: alternatives divided by "|", plain text or, where they hold such signs, expressions."""

    __slots__ = ("_expressions", "_plain")

    def __init__(self, alternatives: str) -> None:
        parts = _split(alternatives)
        self._plain = tuple(p for p in parts if not _SPECIAL.search(p))
        self._expressions = tuple(re.compile(p) for p in parts if _SPECIAL.search(p))

    def __bool__(self) -> bool:
        return bool(self._plain or self._expressions)

    def held(self, text: str) -> bool:
        """Whether one of the wordings stands in the text."""
        return any(p in text for p in self._plain) or any(e.search(text) for e in self._expressions)

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Where they stand."""
        for p in self._plain:
            at = text.find(p)
            while at >= 0:
                yield at, at + len(p)
                at = text.find(p, at + 1)
        for e in self._expressions:
            yield from (m.span() for m in e.finditer(text))


def _split(alternatives: str) -> list[str]:
    """Cut at the "|" outside brackets."""
    parts, depth, current = [], 0, ""
    for char in alternatives:
        depth += (char in "([") - (char in ")]")
        if char == "|" and not depth:
            parts.append(current)
            current = ""
        else:
            current += char
    return [p for p in (*parts, current) if p]


@cache
def words(alternatives: str) -> Words:
    """The compiled wordings, each made once."""
    return Words(alternatives)


@dataclass(frozen=True, slots=True)
class Via:
    """An input told by another figure: 单笔发行6亿元 at 1‰, 保额5000万元 at the rate given (`rate` names that input);
    承接地分六成 leaves the rest of 100 %."""

    wording: Words
    times: Decimal
    rate: str
    said_as: str
    rest_of: Decimal | None


@dataclass(frozen=True, slots=True)
class Cue:
    """How people speak of one input.

    `words` stand beside its figure or date, or mean yes; `deny` means no. `assume` is the value taken where the question
    is silent (a number, a choice, or the name of another input), `said_as` how the assumption is put. `mention` is the
    count that a mere mention means; `choices` names of choices instead of their labels. `ask`: never assumed, nor left at
    its default; `near`: only a figure beside its wording is taken; of several figures told apart (分别…和…) or right beside
    a wording `adds` takes the sum, `least` the smallest. `via`: how it follows from another figure. `total`: wordings of a
    figure for all of the count that input `over` gives (5台一共3000万); `less`: of a smaller figure, told after it, still to
    be taken off (月薪8000，五险一金1200). `against`: the input from which it is told as a difference (比去年少500万).
    """

    words: Words = field(default_factory=lambda: words(""))
    deny: Words = field(default_factory=lambda: words(""))
    assume: Any = None
    said_as: str = ""
    mention: Decimal | None = None
    choices: Mapping[str, Words] = field(default_factory=dict)
    ask: bool = False
    near: bool = False
    adds: bool = False
    least: bool = False
    via: Via | None = None
    total: Words = field(default_factory=lambda: words(""))
    over: str = ""
    less: Words = field(default_factory=lambda: words(""))
    against: str = ""


@dataclass(frozen=True, slots=True)
class Saying:
    """A wording of the question that settles inputs by itself."""

    wording: Words
    sets: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Ratio:
    """A percentage that stands for two inputs: part and whole."""

    wording: Words
    part: str
    whole: str


@dataclass(frozen=True, slots=True)
class Series:
    """Inputs that may be told one after the other: `each` to one of what `count` counts (季初、季末 to each 季度)."""

    of: tuple[str, ...]
    each: int
    count: str


@dataclass(frozen=True, slots=True)
class Guide:
    """How one calculator is asked for and read: see the head of `reading.yaml`."""

    id: str
    region: str
    about: tuple[Words, ...]
    never: Words
    document: str
    theme: str
    rank: int
    fixed: bool
    cues: Mapping[str, Cue]
    says: tuple[Saying, ...]
    ratios: tuple[Ratio, ...]
    show: tuple[str, ...]
    focus: tuple[tuple[frozenset[str], tuple[str, ...]], ...]
    series: Series | None
    units: tuple[tuple[str, Words], ...]
    sums: str
    beside: str
    verb: str

    def cue(self, name: str) -> Cue:
        """How people speak of the input of this name."""
        return self.cues.get(name, _NOTHING)


_NOTHING = Cue()


@dataclass(frozen=True, slots=True)
class Wordings:
    """All of `reading.yaml`."""

    guides: tuple[Guide, ...]
    documents: Mapping[str, Words]
    adverse: tuple[re.Pattern[str], ...]


@cache
def wordings() -> Wordings:
    """The wordings of all calculators, read once."""
    raw = yaml.load(files("qa").joinpath("reading.yaml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    regions: Mapping[str, str] = raw["regions"]
    guides = tuple(_guide(name, spec, regions) for name, spec in raw["rules"].items())
    return Wordings(
        guides,
        {name: words(names) for name, names in raw["documents"].items()},
        tuple(re.compile(p) for p in raw["adverse"]),
    )


def _guide(name: str, spec: Mapping[str, Any], regions: Mapping[str, str]) -> Guide:
    return Guide(
        id=name,
        region=regions[name.split("-", 1)[0]],
        about=tuple(words(a) for a in spec["about"]),
        never=words(spec.get("not", "")),
        document=spec.get("document", ""),
        theme=spec.get("theme", name),
        rank=spec.get("rank", 0),
        fixed=spec.get("fixed", False),
        cues={k: _cue(v) for k, v in (spec.get("read") or {}).items()},
        says=tuple(Saying(words(s["if"]), s["then"]) for s in spec.get("says", ())),
        ratios=tuple(Ratio(words(r["words"]), r["of"][0], r["of"][1]) for r in spec.get("ratios", ())),
        show=tuple(spec.get("show", ())),
        focus=tuple((frozenset(f["read"]), tuple(f["show"])) for f in spec.get("focus", ())),
        series=Series(tuple(spec["series"]["of"]), spec["series"]["each"], spec["series"]["count"])
        if "series" in spec
        else None,
        units=tuple((unit, words(w)) for unit, w in spec.get("units", {}).items()),
        sums=spec.get("sums", ""),
        beside=spec.get("with", ""),
        verb=spec.get("verb", ""),
    )


def _cue(raw: Any) -> Cue:
    if isinstance(raw, str):
        return Cue(words=words(raw))
    mention = raw.get("mention")
    assume = raw.get("assume")
    return Cue(
        words=words(raw.get("words", "")),
        deny=words(raw.get("deny", "")),
        assume=Decimal(str(assume)) if isinstance(assume, int | float) and not isinstance(assume, bool) else assume,
        said_as=raw.get("as", ""),
        mention=None if mention is None else Decimal(mention),
        choices={k: words(v) for k, v in raw.get("choices", {}).items()},
        ask=raw.get("ask", False),
        near=raw.get("near", False),
        adds=raw.get("adds", False),
        least=raw.get("least", False),
        via=_via(raw["via"]) if "via" in raw else None,
        total=words(raw["total"]["words"] if "total" in raw else ""),
        over=raw["total"]["over"] if "total" in raw else "",
        less=words(raw.get("less", "")),
        against=raw.get("against", ""),
    )


def _via(raw: Mapping[str, Any]) -> Via:
    rest = Decimal(str(raw["rest_of"])) if "rest_of" in raw else None
    return Via(words(raw["words"]), Decimal(str(raw.get("times", 1))), raw.get("rate", ""), raw.get("as", ""), rest)


def adverse(name: str) -> bool:
    """Whether yes is the unfavourable answer to the input of this name (has_violation, is_blacklisted …)."""
    return any(p.search(name) for p in wordings().adverse)
