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
from itertools import pairwise
from typing import Any

import yaml

from ingest.amounts import Amount, DateMention, convert, read_amounts, read_dates, read_number
from qa.calculators.spec import Input, Rule
from qa.spoken import plainly

NEAR = 3.0  # a wording this close to a figure says what the figure is
BESIDE = 9.0  # … and this close it stands right beside it
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
    is silent (a number, a choice, or the name of another input), `said_as` how the assumption is put.
    `mention` is the count that a mere mention means; `choices` names of choices instead of their labels. `ask`: never
    assumed, nor left at its default; `near`: only a figure beside its wording is taken; of several figures told apart
    (分别…和…) `adds` takes the sum, `least` the smallest; `all`: every figure right beside a wording counts (卖货8万、加工2万);
    `via`: how it follows from another figure. `total`: wordings of a figure for all of the count that input `over`
    gives (5台一共3000万); `less`: of a smaller figure, told after it, still to be taken off (月薪8000，五险一金1200).
    `against`: the input from which it is told as a difference.
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
    guides = tuple(_guide(name, spec, regions, raw["gets"]) for name, spec in raw["rules"].items())
    return Wordings(
        guides,
        {name: words(names) for name, names in raw["documents"].items()},
        tuple(re.compile(p) for p in raw["adverse"]),
    )


def _guide(name: str, spec: Mapping[str, Any], regions: Mapping[str, str], gets: str) -> Guide:
    def group(alternatives: str) -> Words:
        """A group that says no more than 奖|补 stands for all the ways to say it."""
        own = set(alternatives.split("|"))
        only = own & {"奖", "补"} and own <= {*gets.split("|"), "多少", "符合", "挂牌", "最高"}
        return words(f"{alternatives}|{gets}" if only else alternatives)

    return Guide(
        id=name,
        region=regions[name.split("-", 1)[0]],
        about=tuple(group(a) for a in spec["about"]),
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


# --- what the text holds ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of the question: an amount, an ordinal (第3名: unit "第名") or a bare number (unit "").

    `falls`: told as a decrease (所得税减少50万元).
    """

    value: Decimal
    unit: str
    bound: str
    start: int
    end: int
    falls: bool = False


_COUNTERS = frozenset("项件个种款条份台套批支只场次家户人名位张")
_NO_NOUN = frozenset("但和与及也都就才又还却而并或的了是在,")


@dataclass(frozen=True, slots=True)
class Told:
    """A question ready to be read: dense text (no white space, no quotation marks), its figures and dates."""

    text: str
    figures: tuple[Figure, ...]
    dates: tuple[DateMention, ...]

    def counted(self, start: int, end: int) -> bool:
        """Whether a count stands before the thing that it counts: 两项红点奖, 三名专家."""
        after = self.text[end : end + 1]
        return self.text[end - 1 : end] in _COUNTERS and "\u4e00" <= after <= "\u9fff" and after not in _NO_NOUN


_ORDINAL = re.compile(
    r"(?:第|排名?|名列)([\d一二三四五六七八九十]+)(?!笔|次|方|手|产业|时间)(?:个)?(名|位|年|台|套|项|批|保险年度|奖励年度|年度)?"
)
_BARE = re.compile(r"(?<![\d.第])(\d+(?:\.\d+)?)(千伏|kV|KV|[千百万])?")
_NO_NUMBER = re.compile(
    r"[千万百]人计划|5S|6S|两增两控|三免三减半|三会|一带一路|[〔\[（(【]\s*(?:19|20)\d{2}\s*[〕\]）)】]\s*(?:第)?\d+号?|(?:19|20)\d{2}年第?\d+号(?!\d)"
)
_SHORT_OF = re.compile(r"(企业|产品|中心|单位)?(提名|培育|后备|候选|入围|创建)")  # 中国质量奖提名奖 is not 中国质量奖
_NEGATED = re.compile(
    r"(?<!是)(?<!能)(?<!会)(?<!可)(?<!有)(?<!差)"  # 是不是, 有没有 ask; 差不多
    r"(?:(?:不是|不属于?|没有?|未曾?|尚未|无|非|不|并非|不在|不含|没在)[\u4e00-\u9fff]{0,2}"
    r"|(?:没有?|未能?)(?:能|去|做|办理?|向|到|给|被|评上?|通过|获得?|取得|达到|拿到?|列入|进入?|报)[\u4e00-\u9fff]{0,5}"
    r"|(?:没有?|未|无|缺)[^,。;?]{1,10}(?:和|、|及|或|与)[^,。;?]{0,6})$"  # 没有企业文化和管理队伍
)
_NEGATED_AFTER = re.compile(  # 备案没做, 考核没达标, 房地产不涉及, 房地产项目除外
    r"(?!有没)[^,。;?]?(?:还|都|也|尚)?(?:没有?|未)(?:通过|达标|达到|办|做|过|满足|取得|拿到|认定|批|报|评上|完成|下来|合格)"
    r"|(?:项目|企业|贷款|业务|领域)?(?:都|也|均)?(?:不涉及|没有?涉及|未涉及|不含|不包括|除外|以外|之外|不沾|没碰|没投|未投|不投|不做)"
)


_PER = re.compile(r"每[^,。;]{0,5}$|[这那哪某同任]$")  # 每节约一吨, 这一项: no quantity of the asker's


def tell(text: str) -> Told:
    """Read the figures and dates of a question."""
    dense = plainly(text)
    blank = _NO_NUMBER.sub(lambda m: "\x00" * len(m.group()), dense)
    months = [(m.start(), m.end()) for m in _MONTH.finditer(blank)]
    written = read_dates(blank)
    dates = _dated(written, blank)
    amounts = [a for a in read_amounts(blank) if a.unit != "个月" or (a.start, a.end) not in months]
    figures = [
        Figure(
            a.value,
            "季" if blank.startswith("季度", a.end) else a.unit,
            _bound(blank, a),
            a.start,
            a.end,
            bool(_LESS.search(blank[max(0, a.start - 8) : a.start])),
        )
        for a in amounts
        if a.upper is None
        and not _is_span(blank, a.start, a.end, a.unit)
        and not (a.value == 1 and _PER.search(blank[max(0, a.start - 6) : a.start]))
    ]
    figures += [f for f in _ordinals(blank)]
    figures = [f for f in figures if not _apiece(f, figures)]
    taken = [(a.start, a.end) for a in amounts] + [(d.start, d.end) for d in written]
    taken += [*months, *((f.start, f.end) for f in figures)]
    figures += [f for f in _bare(blank) if not any(s < f.end and f.start < e for s, e in taken)]
    return Told(dense, tuple(sorted(figures, key=lambda f: f.start)), dates)


def _apiece(figure: Figure, figures: Sequence[Figure]) -> bool:
    """8台电脑,一台6000元: the one is each of the eight, no count of its own."""
    return (
        figure.value == 1
        and figure.unit in _COUNTERS
        and any(f.start == figure.end and f.unit == "元" for f in figures)
        and any(f.unit == figure.unit and f.value > 1 for f in figures)
    )


_NOT_OVER = re.compile(r"(没有?|未|不|没|别|勿)([有得能要可准])?(超过?|高于|突破)[^,。;]{0,2}$")
_NOT_YET = re.compile(
    r"(不到|不满|不足|未满|没满|没到|还没满|差[^,。;]{1,6}(满|到|够)|(下个?月|下周|明年|过[^,。;]{1,4}|再有[^,。;]{1,4})(才|就)?(满|到|够))[^,。;]{0,2}$"
)


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
    if before == "过去" and after == "了":  # 已经过去4年了
        return False
    if _SPAN_BEFORE.search(before) or before.endswith("差"):
        return True
    follows = _YEARLY_AFTER if text[start:end] in ("一年", "1年") else _SPAN_AFTER
    return after in follows and not re.search(r"[满了足有持过期限超续]$", before)


_MONTH = re.compile(r"(?<![\d年.—-])(?:1[0-2]|[1-9])月(?![\d内])")  # 4月 is a month of the year, 4个月 its length
_NEXT_YEAR = re.compile(r"(次|第二|翌|转过?|来)年$")


def _dated(mentions: Sequence[DateMention], text: str) -> tuple[DateMention, ...]:
    """A day without a year (5月3日) is of the year named before it, or of the only one named; 次年3月1日 of the next.

    So is a month (4月) where no day is told. A year alone that a day borrows (3月12日（2019年）) is no day of its own.
    """
    years = {m.year for m in mentions if m.year is not None}
    only = years.pop() if len(years) == 1 else None
    dated: list[DateMention] = []
    year = only
    for mention in mentions:
        if mention.year is not None:
            year = mention.year
        elif year is not None:
            year += bool(_NEXT_YEAR.search(text[: mention.start]))
            mention = replace(mention, year=year)
        dated.append(mention)
    if only is None:
        return tuple(dated)
    months = [DateMention(only, int(m[0][:-1]), None, m.start(), m.end(), m[0]) for m in _MONTH.finditer(text)]
    if months and all(m.month is None for m in dated):
        return tuple(months)
    borrowed = any(m.year is None for m in mentions)
    return tuple(m for m in dated if not borrowed or m.month is not None)


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

_COUNTED = (frozenset("人名位个"), frozenset("项件个种款条份台套批支只场次期张"), frozenset("家户个"))
_DAYS = frozenset(("天", "工作日"))


def in_unit_of(figure: Figure, spec: Input) -> Decimal | None:
    """The figure's value in the input's unit; None where it cannot stand for that input."""
    unit = spec.unit.split("/")[0]
    if spec.name.endswith(("_index", "_rank", "_no")):
        if figure.unit.startswith("第"):
            return figure.value
        return figure.value if spec.name.endswith("_rank") and figure.unit in ("名", "位") else None
    if figure.unit.startswith("第"):  # 认定第4年: past the third, not past the fourth
        return figure.value if figure.unit == "第年" and spec.name.startswith("years_since") else None
    if figure.unit == unit:
        return figure.value
    if unit == "":
        if figure.unit == "元":  # sums without a unit of their own are in 万元
            return figure.value / 10_000
        return figure.value if figure.unit in ("", *"人名位个元") else None
    if figure.unit == "" and not figure.value:  # 完税凭证0: nothing is nothing in every unit
        return figure.value
    if figure.unit == "":
        return figure.value if unit == "元" and figure.value >= 100 else None
    if (
        unit in ("个", *"人名位项件种款条份台套批场次期家户")
        and figure.unit in "人名位个项件种款条份台套批支只场次家户张"
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


def nearness(cue: Words, start: int, end: int, told: Told) -> float:
    """How surely the wording speaks of what stands at start…end; 0 where it does not, 10 where it stands beside it."""
    best = 0.0
    noun_follows = told.counted(start, end)
    for a, b in cue.spans(told.text):
        if b <= start and start - b <= REACH:
            gap = told.text[b:start]
            between = sum(b <= f.start and f.end <= start for f in told.figures)
            worth = 10.0 - 0.35 * len(gap) - 4.0 * between - 9.0 * any(c in _BREAK for c in gap)
            worth -= 1.5 * sum(gap.count(c) for c in _PAUSE) + 3.0 * noun_follows
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
    rates of the question that mean nothing to the rule, `idle` its other figures; `mentioned` names counts of things that were only named;
    `counts` says how many there are of a choice (两个优秀奖) where no input of the rule does; `by_hundred` names inputs that
    stand for percentages (part and whole, the whole being 100).
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
    counts: Mapping[str, Decimal] = field(default_factory=dict)
    by_hundred: frozenset[str] = frozenset()


def read(rule: Rule, guide: Guide, told: Told) -> Reading:
    """Read the inputs of one rule from the question."""
    inputs: dict[str, Any] = {}
    cases: list[dict[str, Any]] = []
    for saying in guide.says:
        if saying.wording.held(told.text):
            inputs |= {k: Decimal(str(v)) if type(v) in (int, float) else v for k, v in saying.sets.items()}
    used: set[Figure] = set()
    shares = _shares(guide, told, used)
    open_ = [i for i in rule.inputs if i.name not in inputs]
    spread: dict[str, tuple[str, str]] = {}
    assumed: dict[str, str] = {}
    counts = _choices(open_, guide, told, inputs, cases, used)
    _flags(open_, guide, told, inputs, cases)
    _days(open_, guide, told, inputs, spread)
    apart = {ratio.part for ratio in shares}
    totals = _totals(open_, guide, told, used)
    _remainders(open_, guide, told, inputs, used)
    apart |= totals.keys()
    _numbers([i for i in open_ if i.name not in inputs and i.name not in apart], guide, told, inputs, cases, used)
    for name, total in totals.items():
        if isinstance(count := inputs.get(guide.cues[name].over), Decimal) and count:
            inputs[name] = total / count
            assumed[name] = "各件价值相同"
    if guide.series is not None:
        _series(rule, guide.series, told, inputs, used)
    _vias([i for i in open_ if i.name not in inputs], guide, told, inputs, assumed, used)
    by_hundred = _apply(rule, shares, inputs)
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
        elif spec.required or cue.ask:
            missing.append(spec)
    doubtful = [
        f
        for f in told.figures
        if f not in used and (f.unit in _WEIGHTY or f.unit in _LASTING) and not _policy_figure(told, f)
    ]
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
    return Reading(
        inputs, given, said, tuple(missing), tuple(cases), spread, mentioned, unused, idle, counts, by_hundred
    )


def _shares(guide: Guide, told: Told, used: set[Figure]) -> dict[Ratio, Decimal]:
    """The percentages that are a part of a whole: 离岸收入占32%."""
    found: dict[Ratio, Decimal] = {}
    for ratio in guide.ratios:
        for figure in told.figures:
            if (
                figure.unit == "%"
                and figure not in used
                and nearness(ratio.wording, figure.start, figure.end, told) >= NEAR
            ):
                found[ratio] = figure.value
                used.add(figure)
    return found


def _totals(open_: Iterable[Input], guide: Guide, told: Told, used: set[Figure]) -> dict[str, Decimal]:
    """Figures told for all of several things (5台一共3000万), by the input that is for one."""
    found: dict[str, Decimal] = {}
    for spec in open_:
        cue = guide.cues.get(spec.name, Cue())
        for figure in told.figures if cue.total else ():
            value = _fits(figure, spec)
            own = nearness(cue.words, figure.start, figure.end, told)
            if value is not None and nearness(cue.total, figure.start, figure.end, told) > max(own, NEAR):
                found[spec.name] = value
                used.add(figure)
                break
    return found


def _remainders(open_: Iterable[Input], guide: Guide, told: Told, inputs: dict[str, Any], used: set[Figure]) -> None:
    """What is left of a figure after a smaller one told after it: 月薪8000，五险一金1200."""
    for spec in open_:
        cue = guide.cues.get(spec.name, Cue())
        if not cue.less:
            continue
        fitting = [(f, v) for f in told.figures if f not in used and (v := _fits(f, spec)) is not None]
        for (whole, of), (part, off) in pairwise(fitting):
            taken_off = nearness(cue.less, part.start, part.end, told) >= NEAR
            if taken_off and off < of and nearness(cue.words, whole.start, whole.end, told) >= NEAR:
                inputs[spec.name] = of - off
                used |= {whole, part}
                break


_ENDS = re.compile(r"初|末|开始|结束|底")


def _series(rule: Rule, series: Series, told: Told, inputs: dict[str, Any], used: set[Figure]) -> None:
    """80、90；90、100；… in the order of the inputs; one figure for each where the ends are not spoken of (各季平均90、95)."""
    specs = [rule.input(name) for name in series.of]
    named = [name for name in series.of if name in inputs]
    values = [(f, v) for f in told.figures if f.bound == "exact" and (v := _fits(f, specs[0])) is not None]
    values = [(f, v) for f, v in values if not _quoted_limit(told, f) and not _policy_figure(told, f)]
    times = 1 if _ENDS.search(told.text) else series.each
    if len(named) < len(values) and len(values) > 1 and len(values) * times % series.each == 0:
        listed = [v for _, v in values for _ in range(times)]
        if len(listed) <= len(series.of):
            inputs |= dict(zip(series.of, listed, strict=False))
            used |= {f for f, _ in values}
            named = list(series.of[: len(listed)])
    if named and series.of[: len(named)] == tuple(named) and len(named) % series.each == 0:
        inputs.setdefault(series.count, Decimal(len(named) // series.each))


def _apply(rule: Rule, shares: Mapping[Ratio, Decimal], inputs: dict[str, Any]) -> frozenset[str]:
    """The part that a percentage is of the whole told; of a hundred where that is not told or gives no whole persons.

    Returns the inputs that are hundredths, no figures of the asker's.
    """
    by_hundred: set[str] = set()
    for whole in {ratio.whole for ratio in shares}:
        parts = {ratio.part: share for ratio, share in shares.items() if ratio.whole == whole}
        told = inputs.get(whole)
        if told is None or any(
            i.name in parts and i.type == "integer" and told * parts[i.name] % 100 for i in rule.inputs
        ):
            told = Decimal(100)
            by_hundred |= {whole, *parts}
        inputs[whole] = told
        inputs |= {part: told * share / 100 for part, share in parts.items()}
    return frozenset(by_hundred)


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


_LASTING = frozenset(("年", "个月", "第年"))
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
    open_: Sequence[Input],
    guide: Guide,
    told: Told,
    inputs: dict[str, Any],
    cases: list[dict[str, Any]],
    used: set[Figure],
) -> dict[str, Decimal]:
    """Choices by their names. What is returned says how many there are of each, where no input of the rule does."""
    many: dict[str, Decimal] = {}
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
        if found and not values and "none" in spec.choices and all(_negated(told.text, a, b) for a, b, _ in found):
            values = ["none"]  # 还没有通过省级认定
        if len(values) == 1:
            inputs[spec.name] = values[0]
        elif 1 < len(values) <= MAX_CASES and not cases:
            cases += [{spec.name: v} for v in values]
        elif values:
            inputs[spec.name] = values[0]
        counters = [i for i in open_ if _is_count(i) and i.name not in inputs]
        if spec.name == guide.sums and len(counters) <= 1 and (len(values) == 1 or (cases and spec.name in cases[0])):
            of_each = _of_each(whole, told)
            if counters and len(values) > 1 and of_each:
                used |= {f for f in told.figures if f.unit in _COUNTERS and f.value in of_each.values()}
                for case in cases:
                    case[counters[0].name] = of_each.get(case[spec.name], Decimal(1))
            elif not counters:
                many |= of_each
    return many


def _is_count(spec: Input) -> bool:
    return spec.type == "integer" and spec.unit[:1] in _COUNTERS and not spec.name.endswith(("_index", "_rank", "_no"))


def _of_each(named: Iterable[tuple[int, int, str]], told: Told) -> dict[str, Decimal]:
    """How many of each named thing: 一个金奖两个优秀奖; 团体标准两项; 金奖、银奖各两项."""
    found: dict[str, Decimal] = {}
    names = sorted(named)
    for begin, end, value in names:
        for figure in told.figures:
            if figure.unit not in _COUNTERS or figure.value != figure.value.to_integral_value():
                continue
            before = told.text[figure.end : begin] if figure.end <= begin else None
            after = told.text[end : figure.start] if figure.start >= end else None
            if before is not None and len(before) <= 6 and not re.search(r"[,。;、?和与\d]", before):
                found[value] = figure.value
            elif (
                after is not None
                and len(after) <= 2
                and not re.search(r"[,。;、?和与\d]", after)
                and not told.counted(figure.start, figure.end)
            ):
                found.setdefault(value, figure.value)
    for figure in told.figures:
        each = figure.unit in _COUNTERS and told.text[figure.start - 1 : figure.start] == "各"
        if each and names and names[-1][1] <= figure.start <= names[-1][1] + 6:
            found = {value: figure.value for _, _, value in names}
    return found


def _flags(
    open_: Iterable[Input], guide: Guide, told: Told, inputs: dict[str, Any], cases: list[dict[str, Any]]
) -> None:
    for spec in open_:
        if spec.type != "boolean":
            continue
        cue = guide.cues.get(spec.name, Cue())
        if (cue.deny and cue.deny.held(told.text)) or denied(spec.label, told.text):
            inputs[spec.name] = False
            continue
        said = cue.words or words("|".join(p for p in _core(spec.label) if len(p) <= 12))
        spans = list(said.spans(told.text))
        if spans and not cases and all(told.text[b : b + 2] in ("呢?", "呢") for _, b in spans):
            cases += [{spec.name: False}, {spec.name: True}]  # …？厂房呢？
        elif spans:
            inputs[spec.name] = not all(_negated(told.text, a, b) for a, b in spans)


def _negated(text: str, start: int, end: int) -> bool:
    """Whether what stands at start…end is said not to be so."""
    return bool(_NEGATED.search(text[max(0, start - 20) : start]) or _NEGATED_AFTER.match(text, end))


_NOT = re.compile(r"没有?|未能?|尚未|并非|不(?![管论仅但知用需必])|(?<!有)无(?!论)|非(?!常)|缺少?")
_NO_MATTER = re.compile(r"是否|符合|条件|规定|要求|情形|具备|具有|企业|项目|产品|河北省?|[的了已经其在和及]")


def denied(label: str, text: str) -> bool:
    """Whether the text denies what the label of a yes/no input says: 考核没通过, 没进省级计划, 成效不明显.

    A negation must stand before a piece of the label: four characters of it, half of it, or two while another piece
    stands beside. A question (有没有, 是不是) denies nothing.
    """
    core = re.sub(r"[（(][^）)]*[）)]|^[一二三四五六七八九十\d]+、", "", label)
    if "或" in core or "、" in core:
        return False
    pieces = [p for p in _NO_MATTER.split(core) if len(p) >= 2]
    whole = sum(map(len, pieces))
    for m in _NOT.finditer(text):
        follows = text[m.end() : m.end() + 1]
        if text[m.start() : m.end() + 1] in core or (follows and text[m.start() - 1 : m.start()] in (follows, "有")):
            continue  # 未上市 is what the label says; 有没有 asks
        begin = max(text.rfind(c, 0, m.start()) for c in f"{_BREAK}{_PAUSE}") + 1
        beside = text[begin : m.start()] + text[m.end() : m.end() + 8]
        for skip in range(3):
            said = _beginning(pieces, text[m.end() + skip : m.end() + skip + 12])
            if len(said) < 2:
                continue
            others = [q for p in pieces for q in p.replace(said, "\n").split("\n")]
            if len(said) >= 4 or 2 * len(said) >= whole or any(_touches(q, beside.replace(said, "")) for q in others):
                return True
    return False


def _beginning(pieces: Iterable[str], text: str) -> str:
    """The longest beginning of the text whose characters stand in one of the pieces, together or in this order."""
    for length in range(len(text), 1, -1):
        said = text[:length]
        if any(said in p or (length > 2 and _in_order(said, p)) for p in pieces):
            return said
    return ""


def _in_order(said: str, piece: str) -> bool:
    """新认定 stands in 新获得认定."""
    rest = iter(piece)
    return all(c in rest for c in said)


def _touches(piece: str, text: str) -> bool:
    return any(piece[i : i + 2] in text for i in range(len(piece) - 1))


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
            near = _says_date(cue.words, day, told) if cue.words else 0.0
            if spec.type == "date" and day.month is None and told.text[day.start - 1 : day.start] in _PAUSES:
                near -= 9.0  # 高企认定：2018年销售收入…: the year of a figure
            if day.month is None and any(d.month is not None for d in told.dates):
                near -= 4.0  # 2019年试点 … 2018年9月1日报送: a mere year names something
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


def _says_date(cue: Words, day: DateMention, told: Told) -> float:
    """How surely the wording speaks of the date. Mostly it follows it in the same breath: 3月5日成功完成一笔发行."""
    best = 0.0
    others = [d for d in told.dates if d is not day]
    for a, b in cue.spans(told.text):
        if b <= day.start and day.start - b <= REACH:
            gap = told.text[b : day.start]
            between = sum(b <= d.start < day.start for d in others)
            worth = 9.5 - 0.35 * len(gap) - 4.0 * gap.count(",") - 1.5 * gap.count("、") - 4.0 * between
        elif a >= day.end and a - day.end <= REACH - 6:
            gap = told.text[day.end : a]
            between = sum(day.end <= d.start < a for d in others)
            worth = 9.0 - 0.3 * len(gap) - 5.0 * gap.count(",") - 1.5 * gap.count("、") - 6.0 * between
        else:
            continue
        worth -= 9.0 * any(c in _BREAK for c in gap)
        best = max(best, worth + 0.3 * min(b - a, 8))
    return best


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
            taken = figure in used or spec.name in inputs
            if taken or (value := _fits(figure, spec)) is None or _quoted_limit(told, figure):
                continue
            near = nearness(cue.words, figure.start, figure.end, told)
            if near >= NEAR:
                pairs.append((near + 0.5 * (figure.bound in ("exact", "approx")), spec, figure, value))
    _increments(wanted, guide, told, inputs, used)
    pairs += _respectively(wanted, guide, told, used)
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
        used.add(figure)
        if cue.adds or cue.least:
            listed = [f for _, s, f, _ in pairs if s is spec]
            several = [value, *_further(figure, spec, cue, told, listed, used)]
            value = _sum_told(several) if cue.adds else min(several)
        inputs[spec.name] = value
    _each(wanted, guide, told, inputs, used)
    _add_counts(wanted, guide, told, inputs, used)
    for spec in wanted:
        cue = guide.cues.get(spec.name, Cue())
        if spec.name not in inputs and cue.mention is not None and cue.words.held(told.text):
            inputs[spec.name] = cue.mention * _named_side_by_side(cue, told)
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
            and not _IS_LIMIT.match(told.text, f.end)
            and _fits(f, fitting[0]) is not None
        ]
        if len(fitting) == 1 and not rivals:
            inputs[fitting[0].name] = _fits(figure, fitting[0])
            used.add(figure)
    _differences(wanted, guide, told, inputs, used)
    _variants(wanted, told, inputs, cases, used)


_ROSE_TO = re.compile(r"[^,。;\d]{0,2}(涨|增|增加|增长|上升|升|提高|提升|降|减少|下降|变)(到|至|成|为)[^,。;\d]{0,5}")
_LAST_YEAR = re.compile(r"(去年|上年|上一年|前一年|头年)[^,。;\d]{0,8}$")
_THIS_YEAR = re.compile(r"(今年|当年|本年|现在|这一年)[^,。;\d]{0,8}$")
_UNCHANGED = re.compile(r"[^,。;\d]{0,6}(没变|不变|没有变化|无变化|持平|没增加|没有增加|没涨|没动|零增长|为零|为0|是0)")


def _increments(wanted: Sequence[Input], guide: Guide, told: Told, inputs: dict[str, Any], used: set[Figure]) -> None:
    """从去年的400万涨到今年的520万, 去年400万,今年520万, 所得税没变: what an increment comes to."""
    rising = [i for i in wanted if re.search("增量|提高", i.label) and i.name not in inputs]
    for first, second in pairwise(told.figures):
        between = told.text[first.end : second.start]
        years = _LAST_YEAR.search(told.text[: first.start]) and _THIS_YEAR.search(between)
        if first.unit != second.unit or not (years or _ROSE_TO.fullmatch(between)):
            continue
        fitting = [
            (nearness(guide.cues.get(i.name, Cue()).words, first.start, first.end, told), i.name)
            for i in rising
            if i.name not in inputs and _fits(second, i) is not None
        ]
        if fitting and (len(rising) == 1 or max(fitting)[0] >= NEAR):
            name = max(fitting)[1]
            spec = next(i for i in rising if i.name == name)
            before, after = _fits(replace(first, falls=False), spec), _fits(replace(second, falls=False), spec)
            if before is not None and after is not None:
                inputs[name] = after - before
                used |= {first, second}
    for spec in rising:
        spans = guide.cues.get(spec.name, Cue()).words.spans(told.text)
        if spec.name not in inputs and any(_UNCHANGED.match(told.text, b) for _, b in spans):
            inputs[spec.name] = Decimal(0)


def _add_counts(wanted: Sequence[Input], guide: Guide, told: Told, inputs: dict[str, Any], used: set[Figure]) -> None:
    """两项红点至尊奖,一项iF金奖: things that one input counts, told one by one, each with its name after the number."""
    for spec in wanted:
        cue = guide.cues.get(spec.name, Cue())
        value = inputs.get(spec.name)
        if cue.mention is None or not isinstance(value, Decimal):
            continue
        for figure in told.figures:
            more = _fits(figure, spec) if figure.unit in _COUNTERS else None
            named = (told.text[figure.end : a] for a, _ in cue.words.spans(told.text) if 0 <= a - figure.end <= 8)
            follows = any(
                re.fullmatch(r"[^,。;\d]?|[^,。;\d]{0,4}(得|拿|获|评|中)[了到上的过]{0,2}", gap) for gap in named
            )
            if figure not in used and more is not None and follows:
                inputs[spec.name] += more
                used.add(figure)


def _respectively(
    wanted: Sequence[Input], guide: Guide, told: Told, used: set[Figure]
) -> Iterator[tuple[float, Input, Figure, Decimal]]:
    """总量、增量和增幅分别列第3、第12和第9位: things and figures listed in one order."""
    for m in re.finditer("分别|依次", told.text):
        listed: list[Input] = []
        for stops in (_BREAK + ",", _BREAK):  # in the same breath, else in the same sentence
            begin = max(told.text.rfind(c, 0, m.start()) for c in stops) + 1
            spans: list[tuple[int, int, Input]] = []
            for spec in wanted:
                cue = guide.cues.get(spec.name, Cue())
                spans += [(a, b, spec) for a, b in cue.words.spans(told.text) if begin <= a and b <= m.start()]
            whole = [s for s in spans if not any(x <= s[0] and s[1] <= y and y - x > s[1] - s[0] for x, y, _ in spans)]
            listed = listed or list({s.name: s for _, _, s in sorted(whole, key=lambda s: s[:2])}.values())
            listed = listed if len(listed) > 1 else []
        figures = [f for f in told.figures if f.start >= m.end() and f not in used][: len(listed)]
        if len(listed) < 2 or len(figures) != len(listed) or figures[0].start - m.end() > 6:
            continue
        gaps = [told.text[a.end : b.start] for a, b in pairwise(figures)]
        values = [_fits(f, spec) for f, spec in zip(figures, listed, strict=True)]
        if all(re.fullmatch("[、,和与及]|以及|,?和", g) for g in gaps):
            yield from ((20.0, s, f, v) for s, f, v in zip(listed, figures, values, strict=True) if v is not None)


_MORE = re.compile(r"(多|增加|增长|增|涨|提高)(了|出)?(将近|约|大约)?$")
_LESS = re.compile(r"((?<![至不])少|减少|下降|降低|降|减)(了|掉)?(将近|约|大约)?$")


def _differences(wanted: Sequence[Input], guide: Guide, told: Told, inputs: dict[str, Any], used: set[Figure]) -> None:
    """今年3000万,比去年少了500万: what is told as a difference to another input."""
    for spec in wanted:
        cue = guide.cues.get(spec.name, Cue())
        value = inputs.get(cue.against)
        if not isinstance(value, Decimal):
            continue
        for figure in told.figures:
            before = told.text[max(0, figure.start - 16) : figure.start]
            than = re.search(r"[比较]([^,。;比较]*)$", before)
            sign = -1 if _MORE.search(before) else 1 if _LESS.search(before) else 0
            if not sign or than is None or not cue.words.held(than[1]):
                continue
            rate = figure.unit == "%"
            by = figure.value if rate else _fits(figure, spec)
            if by is not None and not (rate and sign * by >= 100):
                inputs[spec.name] = value / (1 - sign * by / 100) if rate else value + sign * by
                used.add(figure)


def _may_stand_alone(guide: Guide, spec: Input) -> bool:
    """Whether the only figure left may be taken for the only input left that it fits."""
    cue = guide.cues.get(spec.name, Cue())
    if spec.unit and spec.unit[0] not in "元万亿%" and not cue.near:  # a duration or count told is never assumed over
        return True
    return cue.assume is None and not cue.near and cue.via is None


_JOINED = re.compile(r"元?(?:和|、|与|及|加上?|以及|还有?|,)([^,。;?]{0,12})")
_IN_ALL = re.compile(r"(共|合计|总计|总|加起来)[^,。;]{0,4}$")


def _further(
    first: Figure, spec: Input, cue: Cue, told: Told, listed: Sequence[Figure], used: set[Figure]
) -> list[Decimal]:
    """分别投了1800万和1500万, 领过50万和融资奖励10万, 卖货8万、服务5万、加工2万: what is told beside the first figure."""
    found: list[Decimal] = []
    last = first
    apart = re.search(r"分别|各", told.text[max(0, first.start - 16) : first.start])
    for figure in told.figures:
        value = _fits(figure, spec)
        if figure in used or value is None:
            continue
        joined = _JOINED.fullmatch(told.text[last.end : figure.start]) if figure.start >= last.end else None
        beside = figure in listed and nearness(cue.words, figure.start, figure.end, told) >= BESIDE
        if beside or (joined and (cue.words.held(joined[1]) if joined[1] else apart)):
            found.append(value)
            last = figure
            used.add(figure)
    return found


def _sum_told(told_: Sequence[Decimal]) -> Decimal:
    """What they come to; where one is the sum of the others (10亿, 5亿，一共15亿), it is that one."""
    total = sum(told_, Decimal(0))
    return max(told_) if len(told_) > 2 and total == 2 * max(told_) else total


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
            beside = any(end in (figure.start - 1, figure.start) for _, end in via.wording.spans(told.text))
            if via.rest_of is None:
                beside = nearness(via.wording, figure.start, figure.end, told) >= NEAR
            if figure not in used and value is not None and beside:
                value *= via.times * (inputs[via.rate] / 100 if via.rate else 1)
                inputs[spec.name] = value if via.rest_of is None else via.rest_of - value
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
    if figure.falls and re.search("增量|增幅|增长|提高", spec.label) and (spec.min is None or spec.min < 0):
        value = -value
    beyond = (spec.min is not None and value < spec.min) or (spec.max is not None and value > spec.max)
    if beyond and spec.unit not in _COUNTERS:  # a count out of range is still that count, and the rule says so
        return None
    return value


_IS_LIMIT = re.compile(r"[(]?含?[)]?及?以[上下内]|的?(基本减除|起征点|门槛|(?:上限|封顶)(?!是?(?:多少|几|到)))")
_IS_PRIZE = re.compile(r"的?(块钱?|奖|补|资助|支持)")  # 能拿那150万奖励吗
_OF_LIMIT = re.compile(r"(上限|封顶|门槛|起征点|要求|听说|还是|标准[是为])[^,。;?:]{0,8}$")


def _quoted_limit(told: Told, figure: Figure) -> bool:
    """封顶1000万还是2000万, 500万元以下: the limit of a rule, not the asker's own figure."""
    if figure.unit in ("元", "美元") and _IS_LIMIT.match(told.text, figure.end):
        return True
    return _named_prize(told, figure) or bool(_OF_LIMIT.search(told.text[max(0, figure.start - 14) : figure.start]))


_OF_POLICY = re.compile(r"(上限|封顶|不超过|最高|至多|要求|门槛|规定|起步|标准是|听说)[^,。;?:]{0,10}$")


_RATE_OF_POLICY = re.compile(r"的?(奖励|奖补|补贴|补助|资助|标准|政策|返还)")


def _policy_figure(told: Told, figure: Figure) -> bool:
    """Whether the figure quotes a rule (要求2000万以上, 上限3%, 15%的奖励) rather than the asker's own case."""
    if figure.unit == "%" and _RATE_OF_POLICY.match(told.text, figure.end):
        return True
    return _named_prize(told, figure) or bool(_OF_POLICY.search(told.text[max(0, figure.start - 16) : figure.start]))


def _named_prize(told: Told, figure: Figure) -> bool:
    """能拿那150万奖励吗: what the rule gives, not what the asker has."""
    pointed = re.search(r"[那这]笔?$", told.text[max(0, figure.start - 2) : figure.start])
    return bool(pointed and _IS_PRIZE.match(told.text, figure.end))


def _each(wanted: list[Input], guide: Guide, told: Told, inputs: dict[str, Any], used: set[Figure]) -> None:
    """国际标准和行业标准各一项: the figure holds for each of the things named before it."""
    for figure in told.figures:
        if not re.search(
            r"(各自?|都|均)(有|是|获|得|拿)?[了到得]?$", told.text[max(0, figure.start - 4) : figure.start]
        ):
            continue
        begin = max(told.text.rfind(c, 0, figure.start) for c in _BREAK) + 1
        for spec in wanted:
            cue = guide.cues.get(spec.name, Cue())
            value = _fits(figure, spec)
            if value is not None and cue.words and cue.words.held(told.text[begin : figure.start]):
                several = _named_side_by_side(cue, told)
                inputs[spec.name] = value * several if several > 1 else inputs.get(spec.name, value)
                used.add(figure)


def _named_side_by_side(cue: Cue, told: Told) -> int:
    """红点之星和红点至尊: how many different things of one count are named one beside the other, at least 1."""
    if cue.mention is None:
        return 1
    spans = sorted(cue.words.spans(told.text))
    whole = [s for s in spans if not any(x <= s[0] and s[1] <= y and y - x > s[1] - s[0] for x, y in spans)]
    most, run = 1, {told.text[slice(*whole[0])]} if whole else set()
    for (_, end), (start, stop) in pairwise(whole):
        beside = re.fullmatch(r"奖?(和|、|与|及|以及|,?还有|加)", told.text[end:start])
        run = run | {told.text[start:stop]} if beside else {told.text[start:stop]}
        most = max(most, len(run))
    return most


def _variants(
    wanted: list[Input], told: Told, inputs: dict[str, Any], cases: list[dict[str, Any]], used: set[Figure]
) -> None:
    """100万算不算？101万呢？ 7000万、6000万分别补多少 — a further figure asked so is another case of the same input."""
    for figure in told.figures:
        beside = any(told.text[f.end : figure.start] in ("、", "和", "或", "与") for f in used if f.end < figure.start)
        asked = r"[^,。;?]{0,3}呢" + (r"|[^,。;?]{0,4}(分别|各)" if beside else "")
        if figure in used or cases or not re.match(asked, told.text[figure.end : figure.end + 6]):
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
