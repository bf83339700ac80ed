"""Which figure of a question is which number of a rule: by the wordings beside it, by what it adds to or differs from
another figure, and last because no other input is left for it. A figure whose meaning is unclear is not used.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

from qa.calculators.spec import Input
from qa.fitting import fits, is_limit, policy_figure, quoted_limit
from qa.notes import Notes, is_year
from qa.told import BESIDE, BREAK, COUNTERS, LESS, NEAR, Figure, Told
from qa.wordings import Cue, Ratio, Series

MARGIN = 0.5  # a figure told exactly is meant rather than one told as a bound
IN_ORDER = 20.0  # figures listed in the order of what they are told of: surer than any nearness

_Pair = tuple[float, Input, Figure, Decimal]  # how surely the figure stands for the input, and with which value


def read_numbers(notes: Notes, apart: Collection[str]) -> None:
    """Take the figures for the numbers that are still open, but for those that are read `apart`."""
    wanted = [i for i in notes.open("number", "integer") if i.name not in apart and not is_year(i)]
    pairs = list(_by_wording(wanted, notes))
    _increments(wanted, notes)
    pairs += [*_respectively(wanted, notes), *_places(wanted, notes)]
    _take_surest(sorted(pairs, key=lambda p: -p[0]), notes)
    _each(wanted, notes)
    _add_counts(wanted, notes)
    _mentions(wanted, notes)
    _left_over(wanted, notes)
    _differences(wanted, notes)
    _variants(wanted, notes)


def _by_wording(wanted: Sequence[Input], notes: Notes) -> Iterator[_Pair]:
    """The figures beside the wordings of an input."""
    for spec in wanted:
        for figure, value in notes.free(spec):
            near = notes.near(notes.cue(spec).words, figure)
            if near >= NEAR and not quoted_limit(notes.told, figure):
                yield near + MARGIN * (figure.bound in ("exact", "approx")), spec, figure, value


def _places(wanted: Sequence[Input], notes: Notes) -> Iterator[_Pair]:
    """第3名 can only be the one input that is a place in an order."""
    for spec in wanted:
        places = [f for f, _ in notes.free(spec) if f.unit.startswith("第")]
        if len(places) == 1 and sum(fits(places[0], i) is not None for i in wanted) == 1:
            yield NEAR, spec, places[0], places[0].value


def _respectively(wanted: Sequence[Input], notes: Notes) -> Iterator[_Pair]:
    """总量、增量和增幅分别列第3、第12和第9位: things and figures listed in one order."""
    told = notes.told
    for m in re.finditer("分别|依次", told.text):
        listed = _named_before(m.start(), wanted, notes)
        figures = [f for f in told.figures if f.start >= m.end() and f not in notes.used][: len(listed)]
        if len(listed) < 2 or len(figures) != len(listed) or figures[0].start - m.end() > 6:
            continue
        gaps = [told.text[a.end : b.start] for a, b in pairwise(figures)]
        if not all(re.fullmatch("[、,和与及]|以及|,?和", g) for g in gaps):
            continue
        for spec, figure in zip(listed, figures, strict=True):
            if (value := fits(figure, spec)) is not None:
                yield IN_ORDER, spec, figure, value


def _named_before(end: int, wanted: Sequence[Input], notes: Notes) -> list[Input]:
    """The inputs, two or more, that are named one after the other: in the same breath, else in the same sentence."""
    text = notes.told.text
    for stops in (BREAK + ",", BREAK):
        begin = max(text.rfind(c, 0, end) for c in stops) + 1
        spans = [(a, b, i) for i in wanted for a, b in notes.cue(i).words.spans(text) if begin <= a and b <= end]
        whole = [s for s in spans if not any(x <= s[0] and s[1] <= y and y - x > s[1] - s[0] for x, y, _ in spans)]
        listed = list({i.name: i for _, _, i in sorted(whole, key=lambda s: s[:2])}.values())
        if len(listed) > 1:
            return listed
    return []


def _take_surest(pairs: Sequence[_Pair], notes: Notes) -> None:
    """Each input its surest figure, and what is told beside it where several count."""
    for _, spec, figure, value in pairs:
        if spec.name in notes.inputs or figure in notes.used:
            continue
        cue = notes.cue(spec)
        notes.take(spec, value, figure)
        if cue.adds or cue.least:
            listed = [f for _, i, f, _ in pairs if i is spec]
            several = [(value, figure), *_further(figure, spec, cue, listed, notes)]
            notes.inputs[spec.name] = _together(several, notes.told) if cue.adds else min(v for v, _ in several)


_JOINED = re.compile(r"元?(?:和|、|与|及|加上?|以及|还有?|,)([^,。;?]{0,12})")


def _further(
    first: Figure, spec: Input, cue: Cue, listed: Sequence[Figure], notes: Notes
) -> list[tuple[Decimal, Figure]]:
    """分别投了1800万和1500万, 领过50万和融资奖励10万, 卖货8万、服务5万、加工2万: what is told beside the first figure."""
    text, last, found = notes.told.text, first, []
    apart = re.search(r"分别|各", text[max(0, first.start - 16) : first.start])
    for figure, value in notes.free(spec):
        joined = _JOINED.fullmatch(text[last.end : figure.start]) if figure.start >= last.end else None
        beside = figure in listed and notes.near(cue.words, figure) >= BESIDE
        if beside or (joined and (cue.words.held(joined[1]) if joined[1] else apart)):
            found.append((value, figure))
            last = figure
            notes.used.add(figure)
    return found


_IN_ALL = re.compile(r"(共|合计|总|加起来)[^,。;\d]{0,6}$")


def _together(told_apart: Sequence[tuple[Decimal, Figure]], told: Told) -> Decimal:
    """What they come to; where one is said to be the sum of the others (10亿, 5亿，一共15亿), it is that one."""
    total = sum((value for value, _ in told_apart), Decimal(0))
    most, figure = max(told_apart, key=lambda pair: pair[0])
    in_all = _IN_ALL.search(told.text[max(0, figure.start - 10) : figure.start])
    return most if len(told_apart) > 2 and total == 2 * most and in_all else total


# --- changes ---------------------------------------------------------------------------------------------------------

_ROSE_TO = re.compile(r"[^,。;\d]{0,2}(涨|增|增加|增长|上升|升|提高|提升|降|减少|下降|变)(到|至|成|为)[^,。;\d]{0,5}")
_LAST_YEAR = re.compile(r"(去年|上年|上一年|前一年|头年)[^,。;\d]{0,8}$")
_THIS_YEAR = re.compile(r"(今年|当年|本年|现在|这一年)[^,。;\d]{0,8}$")
_UNCHANGED = re.compile(r"[^,。;\d]{0,6}(没变|不变|没有变化|无变化|持平|没增加|没有增加|没涨|没动|零增长|为零|为0|是0)")
_MORE = re.compile(r"(多|增加|增长|增|涨|提高)(了|出)?(将近|约|大约)?$")


def _increments(wanted: Sequence[Input], notes: Notes) -> None:
    """从去年的400万涨到今年的520万, 去年400万,今年520万, 所得税没变: what an increment comes to."""
    rising = [i for i in wanted if re.search("增量|提高", i.label)]
    if not rising:
        return
    text = notes.told.text
    for first, second in pairwise(notes.told.figures):
        between = text[first.end : second.start]
        years = _LAST_YEAR.search(text[: first.start]) and _THIS_YEAR.search(between)
        if first.unit != second.unit or not (years or _ROSE_TO.fullmatch(between)):
            continue
        open_ = [i for i in rising if i.name not in notes.inputs and fits(second, i) is not None]
        nearest = max(open_, key=lambda i: notes.near(notes.cue(i).words, first), default=None)
        if nearest is None or (len(rising) > 1 and notes.near(notes.cue(nearest).words, first) < NEAR):
            continue
        before, after = fits(replace(first, falls=False), nearest), fits(replace(second, falls=False), nearest)
        if before is not None and after is not None:
            notes.take(nearest, after - before, first, second)
    for spec in rising:
        spans = notes.cue(spec).words.spans(text)
        if spec.name not in notes.inputs and any(_UNCHANGED.match(text, b) for _, b in spans):
            notes.take(spec, Decimal(0))


def _differences(wanted: Sequence[Input], notes: Notes) -> None:
    """今年3000万,比去年少了500万: what is told as a difference to another input."""
    for spec in wanted:
        cue = notes.cue(spec)
        value = notes.inputs.get(cue.against)
        if not isinstance(value, Decimal):
            continue
        for figure in notes.told.figures:
            before = notes.told.text[max(0, figure.start - 16) : figure.start]
            than = re.search(r"[比较]([^,。;比较]*)$", before)
            sign = -1 if _MORE.search(before) else 1 if LESS.search(before) else 0
            if not sign or than is None or not cue.words.held(than[1]):
                continue
            rate = figure.unit == "%"
            by = figure.value if rate else fits(figure, spec)
            if by is not None and not (rate and sign * by >= 100):
                notes.take(spec, value / (1 - sign * by / 100) if rate else value + sign * by, figure)


# --- counts ----------------------------------------------------------------------------------------------------------


def _each(wanted: Sequence[Input], notes: Notes) -> None:
    """国际标准和行业标准各一项: the figure holds for each of the things named before it."""
    text = notes.told.text
    for figure in notes.told.figures:
        if not re.search(r"(各自?|都|均)(有|是|获|得|拿)?[了到得]?$", text[max(0, figure.start - 4) : figure.start]):
            continue
        begin = max(text.rfind(c, 0, figure.start) for c in BREAK) + 1
        for spec in wanted:
            cue = notes.cue(spec)
            value = fits(figure, spec)
            if value is not None and cue.words.held(text[begin : figure.start]):
                several = _named_side_by_side(cue, notes.told)
                notes.take(spec, value * several if several > 1 else notes.inputs.get(spec.name, value), figure)


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


_GOT = re.compile(r"[^,。;\d]?|[^,。;\d]{0,4}(得|拿|获|评|中)[了到上的过]{0,2}")


def _add_counts(wanted: Sequence[Input], notes: Notes) -> None:
    """两项红点至尊奖,一项iF金奖: things that one input counts, told one by one, each with its name after the number."""
    text = notes.told.text
    for spec in wanted:
        cue = notes.cue(spec)
        if cue.mention is None or not isinstance(notes.inputs.get(spec.name), Decimal):
            continue
        for figure, more in notes.free(spec):
            gaps = (text[figure.end : a] for a, _ in cue.words.spans(text) if 0 <= a - figure.end <= 8)
            if figure.unit in COUNTERS and any(_GOT.fullmatch(gap) for gap in gaps):
                notes.take(spec, notes.inputs[spec.name] + more, figure)


def _mentions(wanted: Sequence[Input], notes: Notes) -> None:
    """What is named without a count is counted as its mention says; 分别 asks for each of the counts alone."""
    text = notes.told.text
    for spec in wanted:
        cue = notes.cue(spec)
        if spec.name not in notes.inputs and cue.mention is not None and cue.words.held(text):
            notes.take(spec, cue.mention * _named_side_by_side(cue, notes.told))
    counted = [i.name for i in wanted if i.name in notes.inputs and notes.cue(i).mention is not None]
    if len(counted) > 1 and not notes.cases and re.search(r"分别|各(是|多少|奖|补|资)", text):
        none = {name: Decimal(0) for name in counted}
        notes.cases += [none | {name: notes.inputs[name]} for name in counted]


# --- what is left ----------------------------------------------------------------------------------------------------


def _left_over(wanted: Sequence[Input], notes: Notes) -> None:
    """The only figure left is taken for the only input left that it fits."""
    told = notes.told
    left = [i for i in wanted if i.name not in notes.inputs and _may_stand_alone(i, notes.cue(i))]
    for figure in told.figures:
        if figure in notes.used or figure.bound not in ("exact", "approx") or policy_figure(told, figure):
            continue
        fitting = [i for i in left if i.name not in notes.inputs and fits(figure, i) is not None]
        if len(fitting) != 1:
            continue
        rivals = (f for f, _ in notes.free(fitting[0]) if f.value != figure.value)
        if all(policy_figure(told, f) or is_limit(told, f) for f in rivals):
            value = fits(figure, fitting[0])
            assert value is not None
            notes.take(fitting[0], value, figure)


def _may_stand_alone(spec: Input, cue: Cue) -> bool:
    """Whether a figure that no wording speaks of may be taken for the input."""
    if not spec.required and spec.unit not in COUNTERS:
        return False
    if spec.unit and spec.unit[0] not in "元万亿%" and not cue.near:  # a duration or count told is never assumed over
        return True
    return cue.assume is None and not cue.near and cue.via is None


def _variants(wanted: Sequence[Input], notes: Notes) -> None:
    """100万算不算？101万呢？ 7000万、6000万分别补多少 — a further figure asked so is another case of the same input."""
    text = notes.told.text
    for figure in notes.told.figures:
        beside = any(text[f.end : figure.start] in ("、", "和", "或", "与") for f in notes.used if f.end < figure.start)
        asked = r"[^,。;?]{0,3}呢" + (r"|[^,。;?]{0,4}(分别|各)" if beside else "")
        if figure in notes.used or notes.cases or not re.match(asked, text[figure.end : figure.end + 6]):
            continue
        for spec in wanted:
            value, mine = fits(figure, spec), notes.inputs.get(spec.name)
            same = mine is not None and any(f.unit == figure.unit and fits(f, spec) == mine for f in notes.used)
            if value is not None and same:
                notes.cases += [{spec.name: mine}, {spec.name: value}]
                notes.used.add(figure)
                break


# --- read apart ------------------------------------------------------------------------------------------------------


def read_shares(notes: Notes) -> dict[Ratio, Decimal]:
    """The percentages that are a part of a whole: 离岸收入占32%; 不到一半 is just below it."""
    found: dict[Ratio, Decimal] = {}
    for ratio in notes.guide.ratios:
        for figure in notes.told.figures:
            if figure.unit == "%" and figure not in notes.used and notes.near(ratio.wording, figure) >= NEAR:
                found[ratio] = figure.value + {"over": 1, "under": -1}.get(figure.bound, 0)
                notes.used.add(figure)
    return found


def apply_shares(shares: Mapping[Ratio, Decimal], notes: Notes) -> frozenset[str]:
    """The part that a percentage is of the whole told; of a hundred where that is not told or gives no whole persons.

    Returns the inputs that are hundredths, no figures of the asker's.
    """
    by_hundred: set[str] = set()
    for name in {ratio.whole for ratio in shares}:
        parts = {ratio.part: share for ratio, share in shares.items() if ratio.whole == name}
        whole = notes.inputs.get(name)
        persons = [p for p in parts if notes.rule.input(p).type == "integer"]
        if whole is None or any(whole * parts[p] % 100 for p in persons):
            whole = Decimal(100)
            by_hundred |= {name, *parts}
        notes.inputs |= {name: whole} | {part: whole * share / 100 for part, share in parts.items()}
    return frozenset(by_hundred)


def read_totals(notes: Notes) -> dict[str, Decimal]:
    """Figures told for all of several things (5台一共3000万), by the input that is for one."""
    found: dict[str, Decimal] = {}
    for spec in notes.open("number", "integer"):
        cue = notes.cue(spec)
        for figure, value in notes.free(spec) if cue.total else ():
            if notes.near(cue.total, figure) > max(notes.near(cue.words, figure), NEAR):
                found[spec.name] = value
                notes.used.add(figure)
                break
    return found


def divide_totals(totals: Mapping[str, Decimal], notes: Notes) -> None:
    """What one of the things comes to, once it is known how many there are."""
    for name, total in totals.items():
        count = notes.inputs.get(notes.guide.cue(name).over)
        if isinstance(count, Decimal) and count:
            notes.inputs[name] = total / count
            notes.assumed[name] = "各件价值相同"


def read_remainders(notes: Notes) -> None:
    """What is left of a figure after a smaller one told after it: 月薪8000，五险一金1200."""
    for spec in notes.open("number", "integer"):
        cue = notes.cue(spec)
        for (whole, of), (part, off) in pairwise(notes.free(spec)) if cue.less else ():
            if off < of and notes.near(cue.less, part) >= NEAR and notes.near(cue.words, whole) >= NEAR:
                notes.take(spec, of - off, whole, part)
                break


_ENDS = re.compile(r"初|末|开始|结束|底")


def read_series(series: Series, notes: Notes) -> None:
    """80、90；90、100；… in the order of the inputs; one figure for each where the ends are not spoken of (各季平均90、95)."""
    told, inputs = notes.told, notes.inputs
    spec = notes.rule.input(series.of[0])
    figures = [f for f in told.figures if f.bound == "exact" and fits(f, spec) is not None]
    figures = [f for f in figures if not quoted_limit(told, f) and not policy_figure(told, f)]
    times = 1 if _ENDS.search(told.text) else series.each
    named = [name for name in series.of if name in inputs]
    if 1 < len(figures) > len(named) and len(figures) * times % series.each == 0:
        listed = [fits(f, spec) for f in figures for _ in range(times)]
        if len(listed) <= len(series.of):
            inputs |= dict(zip(series.of, listed, strict=False))
            notes.used |= set(figures)
            named = list(series.of[: len(listed)])
    if named and series.of[: len(named)] == tuple(named) and len(named) % series.each == 0:
        inputs.setdefault(series.count, Decimal(len(named) // series.each))


def read_vias(notes: Notes) -> None:
    """Inputs that follow from another figure: 单笔发行6亿元 at 1‰; 承接地分六成 leaves the rest."""
    for spec in notes.open("number", "integer"):
        via = notes.cue(spec).via
        if via is None or (via.rate and via.rate not in notes.inputs):
            continue
        for figure, value in notes.free(spec):
            if via.rest_of is None:
                beside = notes.near(via.wording, figure) >= NEAR
            else:  # of two shares only the one right after its owner: 承接地(拿)六成
                ends = {end for _, end in via.wording.spans(notes.told.text)}
                beside = bool(ends & {figure.start, figure.start - 1})
            if beside:
                value *= via.times * (notes.inputs[via.rate] / 100 if via.rate else 1)
                notes.take(spec, value if via.rest_of is None else via.rest_of - value, figure)
                notes.assumed[spec.name] = via.said_as
                break
