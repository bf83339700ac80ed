"""Reading a calculator's inputs from a question: which figure, date, yes/no or choice of the text is which input.

General for all rules: an input's type, unit, label and choices decide what may stand for it; the wordings people use for
it stand in `reading.yaml`. A figure whose meaning is unclear is not used. Pure: text in, frozen `Reading` out.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from ingest.amounts import Amount, DateMention, convert, read_amounts, read_dates, read_number
from qa.calculators.spec import Input, Rule
from qa.spoken import plainly

NEAR = 3.0  # a wording this close to a figure says what the figure is
REACH = 24  # characters between a wording and its figure, at most
MAX_CASES = 4  # cases that one question may state

_SPECIAL = re.compile(r"[\[\](){}.*?\\^$]")
_BREAK = "。;?!\n"
_PAUSE = ",、:"
_PAUSES = frozenset(_PAUSE)


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
    """An input told by another figure: 单笔发行6亿元 at 1‰, 保额5000万元 at the rate given (`rate` names that input)."""

    wording: Words
    times: Decimal
    rate: str
    said_as: str


@dataclass(frozen=True, slots=True)
class Cue:
    """How people speak of one input.

    `words` stand beside its figure or date, or mean yes; `deny` means no. `assume` is the value taken where the question
    is silent (a number, a choice, or the name of another input), `said_as` how the assumption is put.
    `mention` is the count that a mere mention means; `choices` names of choices instead of their labels. `ask`: never
    assumed; `near`: only a figure beside its wording is taken; `adds`: several figures told apart (分别…和…) add up;
    `via`: how it follows from another figure.
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
    via: Via | None = None


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
    sums: str
    beside: str
    verb: str


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
        via=_via(raw["via"]) if "via" in raw else None,
    )


def _via(raw: Mapping[str, Any]) -> Via:
    return Via(words(raw["words"]), Decimal(str(raw.get("times", 1))), raw.get("rate", ""), raw.get("as", ""))


# --- what the text holds ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of the question: an amount, an ordinal (第3名: unit "第名") or a bare number (unit "")."""

    value: Decimal
    unit: str
    bound: str
    start: int
    end: int


_COUNTERS = frozenset("项件个种款条份台套批支只场次家户人名位")


@dataclass(frozen=True, slots=True)
class Told:
    """A question ready to be read: dense text (no white space, no quotation marks), its figures and dates."""

    text: str
    figures: tuple[Figure, ...]
    dates: tuple[DateMention, ...]

    def counted(self, start: int, end: int) -> bool:
        """Whether a count stands before the thing that it counts: 两项红点奖, 三名专家."""
        return self.text[end - 1 : end] in _COUNTERS and "\u4e00" <= self.text[end : end + 1] <= "\u9fff"


_ORDINAL = re.compile(
    r"(?:第|排名?|名列)([\d一二三四五六七八九十]+)(?:个)?(名|位|年|台|套|项|批|保险年度|奖励年度|年度)?"
)
_BARE = re.compile(r"(?<![\d.第])(\d+(?:\.\d+)?)(千伏|kV|KV|[千百万])?")
_NO_NUMBER = re.compile(
    r"[千万百]人计划|5S|6S|两增两控|三免三减半|三会|一带一路|[〔\[（(【]\s*(?:19|20)\d{2}\s*[〕\]）)】]\s*(?:第)?\d+号?|(?:19|20)\d{2}年第\d+号"
)
_SHORT_OF = re.compile(r"(企业|产品|中心|单位)?(提名|培育|后备|候选|入围|创建)")  # 中国质量奖提名奖 is not 中国质量奖
_NEGATED = re.compile(
    r"(?<!是)(?<!能)(?<!会)(?<!可)(?<!有)"  # 是不是, 有没有 ask
    r"(?:(?:不是|不属于?|没有?|未曾?|尚未|无|非|不|并非|不在|不含|没在)[\u4e00-\u9fff]{0,2}"
    r"|(?:没有?|未能?)(?:能|去|做|办理?|向|到|给|被|评上?|通过|获得?|取得|达到|拿到?|列入|进入?|报)[\u4e00-\u9fff]{0,5})$"
)
_NOT_DONE = re.compile(  # 备案没做, 考核没达标
    r"(?!有没)[^,。;?]?(还|都|也|尚)?(没有?|未)(通过|达标|达到|办|做|过|满足|取得|拿到|认定|批|报|评上|完成|下来|合格)"
)


@cache
def _dense_table() -> dict[int, str | None]:
    return {ord(c): None for c in "“”\"'「」『』 \t\u3000"} | {
        ord("，"): ",",
        ord("；"): ";",
        ord("？"): "?",
        ord("！"): "!",
        ord("："): ":",
        ord("（"): "(",
        ord("）"): ")",
    }


_PER = re.compile(r"每[^,。;]{0,5}$|[这那哪某同任]$")  # 每节约一吨, 这一项: no quantity of the asker's


# a space that parts keywords (年营收6亿 万企转型) is a pause; one between a figure and its unit or wording is none
_UNIT_CHARS = "万亿千百十元块吨人名位家户个项件种款条份年月日号天周次台套批场立平亩公倍分成期美欧港多余几左以及上下不"
_APART = re.compile(rf"(?<=[\u4e00-\u9fff%]) +(?=[\u4e00-\u9fff])|(?<=\d) +(?=[\u4e00-\u9fff])(?![{_UNIT_CHARS}])")


def tell(text: str) -> Told:
    """Read the figures and dates of a question."""
    dense = _APART.sub(",", text).translate(_dense_table())
    dense = dense.replace("(套)", "套").replace("首台/套", "首台套").replace("个亿", "亿").replace("个万", "万")
    dense = plainly(dense)
    blank = _NO_NUMBER.sub(lambda m: "\x00" * len(m.group()), dense)
    dates = _dated(read_dates(blank))
    amounts = read_amounts(blank)
    figures = [
        Figure(a.value, "季" if blank.startswith("季度", a.end) else a.unit, _bound(blank, a), a.start, a.end)
        for a in amounts
        if a.upper is None
        and not _is_span(blank, a.start, a.end, a.unit)
        and not (a.value == 1 and _PER.search(blank[max(0, a.start - 6) : a.start]))
    ]
    figures += [f for f in _ordinals(blank)]
    taken = [(a.start, a.end) for a in amounts] + [(d.start, d.end) for d in dates]
    taken += [(f.start, f.end) for f in figures]
    figures += [f for f in _bare(blank) if not any(s < f.end and f.start < e for s, e in taken)]
    return Told(dense, tuple(sorted(figures, key=lambda f: f.start)), dates)


_NOT_OVER = re.compile(r"(没有?|未|不|没|别|勿)([有得能要可准])?(超过?|高于|突破)[^,。;]{0,2}$")
_NOT_YET = re.compile(r"(不到|不满|不足|未满|没满|没到|还没满|差[^,。;]{1,6}(满|到|够))[^,。;]{0,2}$")


def _bound(text: str, amount: Amount) -> str:
    """How the asker bounds the figure: 没超过3% is at most 3, 还差两个月满两年 is under two years."""
    before = text[max(0, amount.start - 10) : amount.start]
    if _NOT_OVER.search(before):
        return "max"
    return "under" if _NOT_YET.search(before) else amount.bound


_SPAN_BEFORE = re.compile(r"(近|每|过去|未来|前|头|上|下|这|那|同)$")
_YEARLY_AFTER = frozenset("保交缴销营收利发最支举办评产花用税净总均平出里来加研给能")
_SPAN_AFTER = frozenset("里来加销研总收")


def _is_span(text: str, start: int, end: int, unit: str) -> bool:
    """近三年, 每年, 一年保费 …: a stretch of time that figures are told of, not a duration of its own."""
    if unit not in ("年", "个月", "周", "天"):
        return False
    before, after = text[max(0, start - 2) : start], text[end : end + 1]
    if _SPAN_BEFORE.search(before) or before.endswith("差"):
        return True
    follows = _YEARLY_AFTER if text[start:end] in ("一年", "1年") else _SPAN_AFTER
    return after in follows and not re.search(r"[满了足有持过期限超续]$", before)


def _dated(mentions: Sequence[DateMention]) -> tuple[DateMention, ...]:
    """A day without a year (5月3日) is of the one year that the question names."""
    years = {m.year for m in mentions if m.year is not None}
    year = years.pop() if len(years) == 1 else None
    return tuple(replace(m, year=year) if m.year is None and year is not None else m for m in mentions)


def _ordinals(text: str) -> Iterator[Figure]:
    for m in _ORDINAL.finditer(text):
        value = read_number(m[1])
        if value is not None:
            yield Figure(value, f"第{(m[2] or '')[-1:]}", "exact", m.start(), m.end())


def _bare(text: str) -> Iterator[Figure]:
    for m in _BARE.finditer(text):
        scale = {"千": 1000, "百": 100, "万": 10_000}.get(m[2] or "", 1)
        unit = "千伏" if m[2] in ("千伏", "kV", "KV") else ""
        yield Figure(Decimal(m[1]) * scale, unit, "exact", m.start(), m.end())


# --- units -----------------------------------------------------------------------------------------------------------

_COUNTED = (frozenset("人名位个"), frozenset("项件个种款条份台套批支只场次期"), frozenset("家户个"))
_DAYS = frozenset(("天", "工作日"))


def in_unit_of(figure: Figure, spec: Input) -> Decimal | None:
    """The figure's value in the input's unit; None where it cannot stand for that input."""
    unit = spec.unit.split("/")[0]
    if spec.name.endswith(("_index", "_rank", "_no")):
        if figure.unit.startswith("第"):
            return figure.value
        return figure.value if spec.name.endswith("_rank") and figure.unit in ("名", "位") else None
    if figure.unit.startswith("第"):
        return None
    if figure.unit == unit:
        return figure.value
    if unit == "":
        return figure.value if figure.unit in ("", "人", "元") else None
    if figure.unit == "":
        return figure.value if not figure.value or (unit == "元" and figure.value >= 100) else None  # 所得额为0
    if (
        unit in ("个", *"人名位项件种款条份台套批场次期家户")
        and figure.unit in "人名位个项件种款条份台套批支只场次家户"
    ):
        return figure.value if any(unit in s and figure.unit in s for s in _COUNTED) else None
    if unit == "期":
        return figure.value if figure.unit in ("个月", "季") else None
    if unit in ("%", "个百分点"):
        points = "百分点" in spec.label
        return figure.value if figure.unit == "%" or (points and figure.unit == "个百分点") else None
    if unit == "年" and figure.unit == "个月":
        return figure.value / 12
    if unit in ("月", "个月") and figure.unit == "年":
        return figure.value * 12
    if unit in _DAYS and figure.unit in _DAYS:
        return figure.value
    if unit == "吨或立方米":
        return figure.value if figure.unit in ("吨", "立方米") else None
    return convert(figure.value, figure.unit, unit)


# --- nearness --------------------------------------------------------------------------------------------------------


def nearness(cue: Words, start: int, end: int, told: Told, pause: float = 1.5) -> float:
    """How surely the wording speaks of what stands at start…end; 0 where it does not, 10 where it stands beside it."""
    best = 0.0
    noun_follows = told.counted(start, end)
    for a, b in cue.spans(told.text):
        if b <= start and start - b <= REACH:
            gap = told.text[b:start]
            between = sum(b <= f.start and f.end <= start for f in told.figures)
            worth = 10.0 - 0.35 * len(gap) - 4.0 * between - 9.0 * any(c in _BREAK for c in gap)
            worth -= pause * sum(gap.count(c) for c in _PAUSE) + 3.0 * noun_follows
        elif a >= end and a - end <= 6:
            gap = told.text[end:a]
            between = sum(end <= f.start and f.end <= a for f in told.figures)
            stops = any(c in _BREAK or c in _PAUSE for c in gap)
            worth = 8.5 - 1.0 * len(gap) - 8.0 * stops - 4.0 * between
        else:
            continue
        best = max(best, worth + 0.3 * min(b - a, 8))
    return best


# --- reading ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reading:
    """What a question says of a rule's inputs.

    `given` was read, `assumed` was not said (input → how the assumption is put) and stands in `inputs` too;
    `cases` are the alternatives that the question states (each overrides `inputs`), one empty case where it states one;
    `spread` holds the first and last day of dates of which only the month or year is told; `unused` counts sums and
    rates of the question that mean nothing to the rule, `idle` its other figures; `mentioned` names counts of things that were only named.
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


def read(rule: Rule, guide: Guide, told: Told) -> Reading:
    """Read the inputs of one rule from the question."""
    inputs: dict[str, Any] = {}
    cases: list[dict[str, Any]] = []
    for saying in guide.says:
        if saying.wording.held(told.text):
            inputs |= {k: Decimal(str(v)) if type(v) in (int, float) else v for k, v in saying.sets.items()}
    used: set[Figure] = set()
    for ratio in guide.ratios:
        for figure in told.figures:
            if (
                figure.unit == "%"
                and figure not in used
                and nearness(ratio.wording, figure.start, figure.end, told) >= NEAR
            ):
                inputs |= {ratio.part: figure.value, ratio.whole: Decimal(100)}
                used.add(figure)
    open_ = [i for i in rule.inputs if i.name not in inputs]
    spread: dict[str, tuple[str, str]] = {}
    assumed: dict[str, str] = {}
    _choices(open_, guide, told, inputs, cases)
    _flags(open_, guide, told, inputs, cases)
    _days(open_, guide, told, inputs, spread)
    _numbers([i for i in open_ if i.name not in inputs], guide, told, inputs, cases, used)
    _vias([i for i in open_ if i.name not in inputs], guide, told, inputs, assumed, used)
    given = frozenset(inputs) | frozenset(k for case in cases for k in case)
    missing: list[Input] = []
    for spec in rule.inputs:
        if spec.name in given:
            continue
        cue = guide.cues.get(spec.name, Cue())
        if cue.assume is not None:
            inputs[spec.name] = cue.assume
            assumed[spec.name] = cue.said_as
        elif spec.required and spec.type == "boolean" and not cue.ask:
            met = not adverse(spec.name)
            inputs[spec.name] = met
            assumed[spec.name] = cue.said_as or _put(spec.label, met)
        elif spec.required:
            missing.append(spec)
    doubtful = [f for f in told.figures if f not in used and f.unit in _WEIGHTY and not _policy_figure(told, f)]
    for spec in rule.inputs:
        if spec.name not in inputs or spec.name in given:
            continue
        if spec.unit and spec.type == "number" and any(_fits(f, spec) is not None for f in doubtful):
            del inputs[spec.name]  # a figure of the question may be just this one: ask rather than assume
            assumed.pop(spec.name, None)
            if spec.required:
                missing.append(spec)
    _follow(rule, inputs, given, missing)
    unused = sum(f not in used and f.unit in _WEIGHTY and f.bound in ("exact", "approx") for f in told.figures)
    idle = sum(f not in used and bool(f.unit) and f.unit not in _WEIGHTY for f in told.figures)
    said = {k: v for k, v in assumed.items() if v}
    counted = {i.name for i in rule.inputs if guide.cues.get(i.name, Cue()).mention == inputs.get(i.name)}
    mentioned = frozenset(name for name in counted & given if not any(f in used for f in told.figures))
    return Reading(inputs, given, said, tuple(missing), tuple(cases), spread, mentioned, unused, idle)


_SAME_AS = re.compile(r"([a-z][a-z0-9_]*)(?:\*([\d.]+))?")


def _follow(rule: Rule, inputs: dict[str, Any], given: frozenset[str], missing: list[Input]) -> None:
    """An assumption may name another input (`total_income_wan*0.6`): then the value follows from that one."""
    for _ in range(3):
        for name, value in list(inputs.items()):
            m = _SAME_AS.fullmatch(value) if name not in given and isinstance(value, str) else None
            if m is None or not any(i.name == m[1] for i in rule.inputs):
                continue
            source = inputs.get(m[1])
            if isinstance(source, Decimal):
                inputs[name] = source * Decimal(m[2] or 1)
            elif source is None:
                del inputs[name]
                missing.append(rule.input(name))
            elif m[2] is None and not (isinstance(source, str) and any(i.name == source for i in rule.inputs)):
                inputs[name] = source


_WEIGHTY = frozenset(("元", "美元", "欧元", "%", "吨标准煤", "个百分点"))


def adverse(name: str) -> bool:
    """Whether yes is the unfavourable answer to the input of this name (has_violation, is_blacklisted …)."""
    return any(p.search(name) for p in wordings().adverse)


def _put(label: str, met: bool) -> str:
    text = re.sub(r"^是否|[（(][^）)]*[）)]", "", label.replace("（套）", "套"))
    text = re.sub(r"是否(?=[\u4e00-\u9fff])", "", text)
    return text if met else f"不存在“{text}”的情形"


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


def _choices(
    open_: Iterable[Input], guide: Guide, told: Told, inputs: dict[str, Any], cases: list[dict[str, Any]]
) -> None:
    for spec in open_:
        if spec.type != "choice":
            continue
        cue = guide.cues.get(spec.name, Cue())
        found: list[tuple[int, int, str]] = []
        for value, label in spec.choices.items():
            names = cue.choices.get(value) or _names(value, label)
            found += [(a, b, value) for a, b in names.spans(told.text)]
        whole = [
            (a, b, v)
            for a, b, v in found
            if not any(x <= a and b <= y and y - x > b - a for x, y, _ in found)
            and not _NEGATED.search(told.text[max(0, a - 12) : a])
            and not _SHORT_OF.match(told.text, b)
        ]
        values = list(dict.fromkeys(v for _, _, v in sorted(whole)))
        if found and not values and "none" in spec.choices and all(_denied(told.text, a, b) for a, b, _ in found):
            values = ["none"]  # 还没有通过省级认定
        if len(values) == 1:
            inputs[spec.name] = values[0]
        elif 1 < len(values) <= MAX_CASES and not cases:
            cases += [{spec.name: v} for v in values]
        elif values:
            inputs[spec.name] = values[0]


def _flags(
    open_: Iterable[Input], guide: Guide, told: Told, inputs: dict[str, Any], cases: list[dict[str, Any]]
) -> None:
    for spec in open_:
        if spec.type != "boolean":
            continue
        cue = guide.cues.get(spec.name, Cue())
        if cue.deny and cue.deny.held(told.text):
            inputs[spec.name] = False
            continue
        said = cue.words or words("|".join(p for p in _core(spec.label) if len(p) <= 12))
        spans = list(said.spans(told.text))
        if spans and not cases and all(told.text[b : b + 1] == "呢" for _, b in spans):
            cases += [{spec.name: False}, {spec.name: True}]  # …？厂房呢？
        elif spans:
            inputs[spec.name] = not all(_denied(told.text, a, b) for a, b in spans)


def _denied(text: str, start: int, end: int) -> bool:
    """Whether what stands at start…end is said not to be so."""
    return bool(_NEGATED.search(text[max(0, start - 12) : start]) or _NOT_DONE.match(text, end))


def _days(
    open_: Iterable[Input], guide: Guide, told: Told, inputs: dict[str, Any], spread: dict[str, tuple[str, str]]
) -> None:
    """Dates and years. A month or year stands for its first day and, in `spread`, for its last."""
    wanted = [i for i in open_ if i.type == "date" or _is_year(i)]
    pairs: list[tuple[float, Input, DateMention]] = []
    for spec in wanted:
        cue = guide.cues.get(spec.name, Cue())
        for day in told.dates:
            if (day.year is None) or (spec.type == "integer" and day.year is None):
                continue
            near = nearness(cue.words, day.start, day.end, told, pause=4.0) if cue.words else 0.0
            if spec.type == "date" and day.month is None and told.text[day.start - 1 : day.start] in _PAUSES:
                near -= 9.0  # 高企认定：2018年销售收入…: the year of a figure
            if near >= NEAR:
                pairs.append((near, spec, day))
    taken: set[DateMention] = set()
    done: set[str] = set()
    for _, spec, day in sorted(pairs, key=lambda p: -p[0]):
        if spec.name in done or day in taken:
            continue
        _set_day(spec, day, inputs, spread)
        done.add(spec.name)
        taken.add(day)
    left = [i for i in wanted if i.name not in done and i.required]
    open_years = [i for i in left if guide.cues.get(i.name, Cue()).assume is None]
    left = open_years or left
    sums = [i for i in open_ if i.type == "number"]
    others = [s for i in sums if i.name in guide.cues for s in guide.cues[i.name].words.spans(told.text)]
    of_sums = {d for d in told.dates if any(a <= d.start and d.end <= b for a, b in others)}  # 2018年补助
    free = [d for d in told.dates if d not in taken and d not in of_sums and d.year is not None]
    if len(left) == 1 and len({(d.year, d.month, d.dom) for d in free}) == 1:
        _set_day(left[0], free[0], inputs, spread)


def _is_year(spec: Input) -> bool:
    return spec.type == "integer" and spec.unit == "年" and spec.name.endswith("year")


def _set_day(spec: Input, day: DateMention, inputs: dict[str, Any], spread: dict[str, tuple[str, str]]) -> None:
    assert day.year is not None
    if _is_year(spec):
        inputs[spec.name] = Decimal(day.year)
    elif day.day is not None:
        inputs[spec.name] = day.day.isoformat()
    else:
        last_month = day.month or 12
        first = date(day.year, day.month or 1, 1)
        last = date(day.year, last_month, calendar.monthrange(day.year, last_month)[1])
        inputs[spec.name] = first.isoformat()
        spread[spec.name] = (first.isoformat(), last.isoformat())


def _numbers(
    open_: list[Input],
    guide: Guide,
    told: Told,
    inputs: dict[str, Any],
    cases: list[dict[str, Any]],
    used: set[Figure],
) -> None:
    wanted = [i for i in open_ if i.type in ("number", "integer") and not _is_year(i)]
    pairs: list[tuple[float, Input, Figure, Decimal]] = []
    for spec in wanted:
        cue = guide.cues.get(spec.name, Cue())
        for figure in told.figures:
            if figure in used or (value := _fits(figure, spec)) is None or _quoted_limit(told, figure):
                continue
            near = nearness(cue.words, figure.start, figure.end, told)
            if near >= NEAR:
                pairs.append((near + 0.5 * (figure.bound in ("exact", "approx")), spec, figure, value))
    ordinals = [f for f in told.figures if f.unit.startswith("第")]
    for spec in wanted:  # 第3名 can only be the one input that is a place in an order
        places = [f for f in ordinals if f not in used and _fits(f, spec) is not None]
        if len(places) == 1 and sum(_fits(places[0], i) is not None for i in wanted) == 1:
            pairs.append((NEAR, spec, places[0], places[0].value))
    pairs.sort(key=lambda p: -p[0])
    for _, spec, figure, value in pairs:
        if spec.name in inputs or figure in used:
            continue
        cue = guide.cues.get(spec.name, Cue())
        if (total := _total(figure, spec, told, used)) is not None:
            figure, value = total
        elif cue.adds:  # the first of those listed, and what the others add to it
            listed = [(f, v) for _, s, f, v in pairs if s is spec and f not in used]
            figure, value = min(listed, key=lambda p: p[0].start)
            value += _further(figure, spec, cue, told, used)
        inputs[spec.name] = value
        used.add(figure)
    _each(wanted, guide, told, inputs, used)
    for spec in wanted:
        cue = guide.cues.get(spec.name, Cue())
        if spec.name not in inputs and cue.mention is not None and cue.words.held(told.text):
            inputs[spec.name] = cue.mention
    counted = [i.name for i in wanted if i.name in inputs and guide.cues.get(i.name, Cue()).mention is not None]
    if len(counted) > 1 and not cases and re.search(r"分别|各(是|多少|奖|补|资)", told.text):
        none = {name: Decimal(0) for name in counted}
        cases += [none | {name: inputs[name]} for name in counted]
    left = [
        i for i in wanted if i.name not in inputs and (i.required or i.unit in _COUNTERS) and _may_stand_alone(guide, i)
    ]
    for figure in told.figures:
        if figure in used or figure.bound not in ("exact", "approx") or _policy_figure(told, figure):
            continue
        fitting = [i for i in left if i.name not in inputs and _fits(figure, i) is not None]
        rivals = [
            f
            for f in told.figures
            if f is not figure
            and f not in used
            and fitting
            and f.value != figure.value
            and not _policy_figure(told, f)
            and _fits(f, fitting[0]) is not None
        ]
        if len(fitting) == 1 and not rivals:
            inputs[fitting[0].name] = _fits(figure, fitting[0])
            used.add(figure)
    _variants(wanted, told, inputs, cases, used)


def _may_stand_alone(guide: Guide, spec: Input) -> bool:
    """Whether the only figure left may be taken for the only input left that it fits."""
    cue = guide.cues.get(spec.name, Cue())
    if spec.unit and spec.unit[0] not in "元万亿%" and not cue.near:  # a duration or count told is never assumed over
        return True
    return cue.assume is None and not cue.near and cue.via is None


def _total(figure: Figure, spec: Input, told: Told, used: set[Figure]) -> tuple[Figure, Decimal] | None:
    """贴了10亿，又贴了5亿，一共15亿: the figure that the others come to, where one of them was taken."""
    alike = [(f, v) for f in told.figures if f not in used and (v := _fits(f, spec)) is not None]
    for one, value in alike:
        parts = [(f, v) for f, v in alike if f.end <= one.start]
        if (
            len(parts) > 1
            and sum(v for _, v in parts) == value
            and any(f in (figure, one) for f, _ in (*parts, (one, 0)))
        ):
            used |= {f for f, _ in parts}
            return one, value
    return None


_LISTING = frozenset(",、和与加及还")


def _further(first: Figure, spec: Input, cue: Cue, told: Told, used: set[Figure]) -> Decimal:
    """分别投了1800万和1500万; 贴息50万、保费补贴20万: what further figures add to the first."""
    total, last = Decimal(0), first
    apart = bool(re.search(r"分别|各", told.text[max(0, first.start - 16) : first.start]))
    for figure in told.figures:
        value = _fits(figure, spec)
        if figure.start < last.end or value is None:
            continue
        gap = told.text[last.end : figure.start]
        if (
            gap in ("和", "、", "与", "加")
            if apart
            else (gap[:1] in _LISTING and cue.words.held(gap) and len(gap) < 14)
        ):
            total, last = total + value, figure
            used.add(figure)
    return total


def _vias(
    open_: Iterable[Input],
    guide: Guide,
    told: Told,
    inputs: dict[str, Any],
    assumed: dict[str, str],
    used: set[Figure],
) -> None:
    for spec in open_:
        via = guide.cues.get(spec.name, Cue()).via
        if via is None or (via.rate and via.rate not in inputs):
            continue
        for figure in told.figures:
            value = _fits(figure, spec)
            if (
                figure not in used
                and value is not None
                and nearness(via.wording, figure.start, figure.end, told) >= NEAR
            ):
                inputs[spec.name] = value * via.times * (inputs[via.rate] / 100 if via.rate else 1)
                assumed[spec.name] = via.said_as
                used.add(figure)
                break


def _fits(figure: Figure, spec: Input) -> Decimal | None:
    """The figure's value for the input, or None."""
    value = in_unit_of(figure, spec)
    if value is None:
        return None
    least = Decimal(1) if spec.type == "integer" else Decimal("0.01")
    value += {"over": least, "under": -least}.get(figure.bound, Decimal(0))  # 超过半年, 不到两年: on that side of it
    if spec.type == "integer" and value != value.to_integral_value():
        return None
    beyond = (spec.min is not None and value < spec.min) or (spec.max is not None and value > spec.max)
    if beyond and spec.unit not in _COUNTERS:  # a count out of range is still that count, and the rule says so
        return None
    return value


_IS_LIMIT = re.compile(r"[(]?含?[)]?及?以[上下内]|的?(基本减除|起征点|门槛|(?:上限|封顶)(?!是?(?:多少|几|到)))")
_IS_PRIZE = re.compile(r"的?(块钱?|奖|补|资助|支持)")  # 能拿那150万奖励吗
_OF_LIMIT = re.compile(r"(上限|封顶|门槛|起征点|要求|听说|还是)[^,。;?:]{0,8}$")


def _quoted_limit(told: Told, figure: Figure) -> bool:
    """封顶1000万还是2000万, 500万元以下: the limit of a rule, not the asker's own figure."""
    if figure.unit in ("元", "美元") and _IS_LIMIT.match(told.text, figure.end):
        return True
    return _named_prize(told, figure) or bool(_OF_LIMIT.search(told.text[max(0, figure.start - 14) : figure.start]))


_OF_POLICY = re.compile(r"(上限|封顶|不超过|最高|至多|要求|门槛|规定|起步|标准是|听说)[^,。;?:]{0,10}$")


def _policy_figure(told: Told, figure: Figure) -> bool:
    """Whether the figure quotes a rule (要求2000万以上, 上限3%) rather than the asker's own case."""
    quoted = _OF_POLICY.search(told.text[max(0, figure.start - 16) : figure.start])
    return bool(quoted) or _named_prize(told, figure)


def _named_prize(told: Told, figure: Figure) -> bool:
    """能拿那150万奖励吗: what the rule gives, not what the asker has."""
    pointed = re.search(r"[那这]笔?$", told.text[max(0, figure.start - 2) : figure.start])
    return bool(pointed and _IS_PRIZE.match(told.text, figure.end))


def _each(wanted: list[Input], guide: Guide, told: Told, inputs: dict[str, Any], used: set[Figure]) -> None:
    """国际标准和行业标准各一项: the figure holds for each of the things named before it."""
    for figure in told.figures:
        if not re.search(r"(各自?|都|均)(有|是|获|得)?$", told.text[max(0, figure.start - 3) : figure.start]):
            continue
        begin = max(told.text.rfind(c, 0, figure.start) for c in _BREAK) + 1
        for spec in wanted:
            cue = guide.cues.get(spec.name, Cue())
            value = _fits(figure, spec)
            if value is not None and cue.words and cue.words.held(told.text[begin : figure.start]):
                inputs.setdefault(spec.name, value)
                used.add(figure)


def _variants(
    wanted: list[Input], told: Told, inputs: dict[str, Any], cases: list[dict[str, Any]], used: set[Figure]
) -> None:
    """100万算不算？101万呢？ — a further figure asked with 呢 is another case of the same input."""
    for figure in told.figures:
        if figure in used or cases or not re.match(r"[^,。;?]{0,3}呢", told.text[figure.end : figure.end + 6]):
            continue
        for spec in wanted:
            value = _fits(figure, spec)
            mine = next((f for f in used if spec.name in inputs and _fits(f, spec) == inputs[spec.name]), None)
            if value is not None and mine is not None and mine.unit == figure.unit:
                cases += [{spec.name: inputs[spec.name]}, {spec.name: value}]
                used.add(figure)
                break


def with_case(reading: Reading, case: Mapping[str, Any]) -> dict[str, Any]:
    """The inputs of one of the question's cases."""
    return reading.inputs | dict(case)


__all__ = ["Cue", "Figure", "Guide", "Reading", "Told", "Words", "adverse", "read", "tell", "with_case", "wordings"]
