"""What the text of a question holds: its figures, its dates, and how near a wording stands to one of them.

Pure: text in, frozen `Told` out. What a figure means for a rule is told in `qa.numbers`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from ingest.amounts import Amount, DateMention, read_amounts, read_dates, read_number
from qa.spoken import plainly
from qa.wordings import Words

NEAR = 3.0  # a wording this close to a figure says what the figure is
BESIDE = 9.0  # … and this close it stands right beside it
REACH = 24  # characters between a wording and its figure, at most
BREAK = "。;?!\n"
PAUSE = ",、:"


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


COUNTERS = frozenset("项件个种款条份台套批支只场次家户人名位张")
_NO_NOUN = frozenset("但和与及也都就才又还却而并或的了是在")


@dataclass(frozen=True, slots=True)
class Told:
    """A question ready to be read: dense text (no white space, no quotation marks), its figures and dates."""

    text: str
    figures: tuple[Figure, ...]
    dates: tuple[DateMention, ...]

    def counted(self, figure: Figure) -> bool:
        """Whether a count stands before the thing that it counts: 两项红点奖, 三名专家."""
        unit, after = self.text[figure.end - 1 : figure.end], self.text[figure.end : figure.end + 1]
        return unit in COUNTERS and "\u4e00" <= after <= "\u9fff" and after not in _NO_NOUN


_ORDINAL = re.compile(
    r"(?:第|排名?|名列)([\d一二三四五六七八九十]+)(?!笔|次|方|手|产业|时间)(?:个)?(名|位|年|台|套|项|批|保险年度|奖励年度|年度)?"
)
_BARE = re.compile(r"(?<![\d.第])(\d+(?:\.\d+)?)(千伏|kV|KV|[千百万])?")
_NO_NUMBER = re.compile(
    r"[千万百]人计划|5S|6S|两增两控|三免三减半|三会|一带一路|[〔\[（(【]\s*(?:19|20)\d{2}\s*[〕\]）)】]\s*(?:第)?\d+号?|(?:19|20)\d{2}年第?\d+号(?!\d)"
)
LESS = re.compile(r"((?<![至不])少|减少|下降|降低|降|减)(了|掉)?(将近|约|大约)?$")
_PER = re.compile(r"每[^,。;]{0,5}$|[这那哪某同任]$")


def tell(text: str) -> Told:
    """Read the figures and dates of a question."""
    dense = plainly(text)
    blank = _NO_NUMBER.sub(lambda m: "\x00" * len(m.group()), dense)
    months = [(m.start(), m.end()) for m in _MONTH.finditer(blank)]
    days = read_dates(blank)
    amounts = [a for a in read_amounts(blank) if a.unit != "个月" or (a.start, a.end) not in months]
    figures = [_figure(a, blank) for a in amounts if a.upper is None and not _is_aside(a, blank)]
    figures += _ordinals(blank)
    figures = [f for f in figures if not _apiece(f, figures)]
    taken = months + [(a.start, a.end) for a in amounts] + [(d.start, d.end) for d in days]
    taken += [(f.start, f.end) for f in figures]
    figures += [f for f in _bare(blank) if not any(s < f.end and f.start < e for s, e in taken)]
    return Told(dense, tuple(sorted(figures, key=lambda f: f.start)), _dated(days, blank))


def _figure(amount: Amount, text: str) -> Figure:
    unit = "季" if text.startswith("季度", amount.end) else amount.unit
    falls = bool(LESS.search(text[max(0, amount.start - 8) : amount.start]))
    return Figure(amount.value, unit, _bound(text, amount), amount.start, amount.end, falls)


def _is_aside(amount: Amount, text: str) -> bool:
    """近三年, 每吨, 这一项: no quantity of the asker's."""
    per = amount.value == 1 and _PER.search(text[max(0, amount.start - 6) : amount.start])
    return bool(per) or _is_span(text, amount.start, amount.end, amount.unit)


def _apiece(figure: Figure, figures: Sequence[Figure]) -> bool:
    """8台电脑,一台6000元: the one is each of the eight, no count of its own."""
    return (
        figure.value == 1
        and figure.unit in COUNTERS
        and any(f.start == figure.end and f.unit == "元" for f in figures)
        and any(f.unit == figure.unit and f.value > 1 for f in figures)
    )


_NOT_OVER = re.compile(r"(没有?|未|不|没|别|勿)([有得能要可准])?(超过?|高于|突破)[^,。;]{0,2}$")
_NOT_YET = re.compile(
    r"(不到|不满|不足|跌破|未满|没满|没到|还没满|差[^,。;]{1,6}(满|到|够)|(下个?月|下周|明年|过[^,。;]{1,4}|再有[^,。;]{1,4})(才|就)?(满|到|够))[^,。;]{0,2}$"
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


def nearness(cue: Words, figure: Figure, told: Told) -> float:
    """How surely the wording speaks of the figure; 0 where it does not, 10 where it stands beside it."""
    best, start, end = 0.0, figure.start, figure.end
    noun_follows = told.counted(figure)
    for a, b in cue.spans(told.text):
        if b <= start and start - b <= REACH:
            gap = told.text[b:start]
            between = sum(b <= f.start and f.end <= start for f in told.figures)
            worth = 10.0 - 0.35 * len(gap) - 4.0 * between - 9.0 * any(c in BREAK for c in gap)
            worth -= 1.5 * sum(gap.count(c) for c in PAUSE) + 3.0 * noun_follows
        elif a >= end and a - end <= 6:
            gap = told.text[end:a]
            between = sum(end <= f.start and f.end <= a for f in told.figures)
            stops = any(c in BREAK or c in PAUSE for c in gap)
            worth = 8.5 - 1.0 * len(gap) - 8.0 * stops - 4.0 * between
        else:
            continue
        best = max(best, worth + 0.3 * min(b - a, 8))
    return best


def nearness_of_day(cue: Words, day: DateMention, told: Told) -> float:
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
        worth -= 9.0 * any(c in BREAK for c in gap)
        best = max(best, worth + 0.3 * min(b - a, 8))
    return best
