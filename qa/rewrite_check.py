"""Whether a rewritten answer still says what the plain answer says: every detail is looked up again, statement by statement.

A statement ends with its [n]. Its figures, dates, document numbers, titles, bodies, places, Latin words and negations must
stand in what the plain answer says under the same [n] (or without any), in the calculation's steps, or, for names, in the
title, number, issuer and region of the document. Quotes are not looked up: what only they say is not the answer.
A wrong refusal costs nothing but the plainer wording, so whatever is in doubt is refused.
What this cannot see: a change of mere words, and equal figures that stand for different things.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from ingest.amounts import Amount, DateMention, read_amounts, read_dates
from ingest.documents import bodies
from ingest.regions import find_regions
from ingest.text import loose
from qa.compose import MAX_ANSWER
from qa.model import Answer
from qa.sentences import sentences

FIRST = 200  # characters within which the figures asked for must stand
FAMILIAR = 0.5  # share of a sentence's character pairs known from the plain answer or question; half of it for a phrase

_MARKS = re.compile(r"(?:\[\d+\])+")
_WIDE = {wide: chr(wide - 0xFEE0) for wide in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))}
_WIDE |= {ord("％"): "%", ord("．"): ".", ord("［"): "[", ord("］"): "]"}
_EVEN = str.maketrans("〔【（([〕】）)]", "[[[[[]]]]]", "第")
_TITLE = re.compile(r"《([^《》]*(?:《[^《》]*》[^《》]*)*)》")
_DOC_NO = re.compile(
    r"([\u4e00-\u9fff]{0,12})(?:[〔\[(（【](?:19|20)\d{2}[〕\])）】]第?\d+号|(?<!\d)(?:19|20)\d{2}年第?\d+号)"
)
_BARE = re.compile(r"[^\d\s]{0,2}\d+(?:\.\d+)?")  # a number without a unit is known by what stands before it
_NUMERAL = "零〇一二三四五六七八九两十百千万亿"
_WORDED = re.compile(  # figures that the amount reader leaves to others, and words that are as good as figures
    rf"第[{_NUMERAL}]+[条款章节批期级档]|[{_NUMERAL}]{{2,}}|[{_NUMERAL}][成折]"
    r"|翻番|翻倍|加倍|双倍|减半|全额|全免|免征|减征|停征|缓征|一次性|每[年季月日人家户次项]|逐年|连续|累计|分期|按[年季月]"
)
_BOUND = re.compile(r"不得?(?:超过|高于|多于|大于|突破|低于|少于|小于)|不足|不满|未满|非常|不仅|不论|无论|不断")
_NOT = re.compile(r"[不未无免非禁没][\u4e00-\u9fff]")
_LATIN = re.compile(r"[A-Za-z][A-Za-z0-9.:/_@-]*")
_OF_ONE = frozenset("个项种条")  # 一项奖励 is no figure
_BODIES = ("政府", "公司", "集团", "银行", "协会", "中心", "大学", "学院", "研究院", "基金会", "交易所")
_SHORT_BODY = r"(?<![全内外干公局主承举开经创])(?P<short>[部委厅局司办])(?![分门署件位长法理事得好公度校托员面限机部])"
_JOINT = re.compile(  # what may stand before a name without belonging to it
    r"(?:^|[由向到为和与及或经报是请在从至的给归找交需即对按据同并可须应将照该本贵]|联系|单位|部门|负责|牵头|根据|参照|执行|文号|主管)$"
)

Figure = tuple[Decimal, Decimal | None, str, str]  # value, upper, unit, bound


def objections(reply: str, answer: Answer) -> list[str]:
    """Why `reply` may not stand in for the answer's text, in Chinese; empty where it may."""
    found = list(_form(reply, answer))
    known = _Known.of(answer)
    for text, marks in statements(reply):
        if unknown := marks - known.names.keys():
            found.append(f"没有这个出处：{sorted(unknown)}")
        else:
            found += _details(text, known.stated(marks), known.named(marks))
    familiar = pairs(known.everything + flat(answer.question))
    for sentence in _sentences(_MARKS.sub("", flat(reply))):
        for part, share in (
            (sentence, FAMILIAR),
            *((phrase, FAMILIAR / 2) for phrase in re.split("[，,：:]", sentence)),
        ):
            own = pairs(part)
            if len(own) > 4 and len(own & familiar) < share * len(own):
                found.append(f"原答案里没有的话：{part[:40]}")
    return list(dict.fromkeys(found))


# -- what is known ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Known:
    """What the plain answer says under which marks, what the steps say, and how the marked documents are named."""

    said: tuple[tuple[str, frozenset[int]], ...]
    steps: str
    names: dict[int, str]

    @classmethod
    def of(cls, answer: Answer) -> _Known:
        steps = [str(step.get("text", "")) for step in (answer.calculation or {}).get("steps", [])]
        names = {
            c.n: flat("\n".join([f"《{c.document}》", c.doc_no or "", c.issuer or "", c.region or ""]))
            for c in answer.citations
        }
        return cls(tuple(statements(answer.answer)), flat("\n".join(steps)), names)

    def stated(self, marks: frozenset[int]) -> str:
        return "\n".join([*(text for text, own in self.said if not own or own & marks), self.steps])

    def named(self, marks: frozenset[int]) -> str:
        return "\n".join([self.stated(marks), *(self.names[n] for n in sorted(marks))])

    @property
    def everything(self) -> str:
        return "\n".join([*(text for text, _ in self.said), self.steps, *self.names.values()])


def statements(text: str) -> Iterator[tuple[str, frozenset[int]]]:
    """The stretches of a text that end with marks, each with the numbers of its marks; the rest has none."""
    text, at = flat(text), 0
    for match in _MARKS.finditer(text):
        yield text[at : match.start()], frozenset(map(int, re.findall(r"\d+", match[0])))
        at = match.end()
    if text[at:].strip():
        yield text[at:], frozenset()


def flat(text: str) -> str:
    """Without blanks (lines stay), full-width letters and digits as plain ones."""
    return re.sub(r"[^\S\n]+", "", text.translate(_WIDE))


def figures(text: str) -> frozenset[Figure]:
    """The amounts of a text as compared: by value and unit, with their bound (不超过 …), whatever the writing."""
    return frozenset(_figure(a) for a in read_amounts(text) if not _of_one(a))


def _figure(amount: Amount) -> Figure:
    return amount.value, amount.upper, amount.unit, amount.bound


def _of_one(amount: Amount) -> bool:
    return amount.value == 1 and amount.unit in _OF_ONE


def pairs(text: str) -> frozenset[str]:
    """The pairs of neighbouring Chinese characters."""
    return frozenset(re.findall(r"(?=([\u4e00-\u9fff]{2}))", text))


def _sentences(text: str) -> list[str]:
    return [s.text for line in text.split("\n") for s in sentences(line)]


def _core(text: str) -> str:
    """A statement without titles and document numbers, whose digits are no figures."""
    return _DOC_NO.sub(lambda m: m[1], _TITLE.sub("", text))


def _days(text: str) -> frozenset[tuple[int | None, int | None, int | None]]:
    return frozenset((d.year, d.month, d.dom) for d in read_dates(text))


def _within(one: DateMention, other: DateMention) -> bool:
    """Whether every part that `one` writes is written so in `other`: 2018年 in 2018年7月1日."""
    parts = ((one.year, other.year), (one.month, other.month), (one.dom, other.dom))
    return all(own is None or own == there for own, there in parts)


def _rest(text: str) -> str:
    """The text with its amounts and dates blanked out."""
    chars = list(text)
    spans = [(a.start, a.end) for a in read_amounts(text)] + [(d.start, d.end) for d in read_dates(text)]
    for start, end in spans:
        chars[start:end] = " " * (end - start)
    return "".join(chars)


# -- the whole -------------------------------------------------------------------------------------------------


def _form(reply: str, answer: Answer) -> Iterator[str]:
    """Length, language, marks, and the figures asked for in their place."""
    letters = [c for c in _MARKS.sub("", reply) if c.isalpha()]
    if not 0 < len(reply) <= MAX_ANSWER:
        yield "长度不合"
    if sum("\u4e00" <= c <= "\u9fff" for c in letters) * 2 <= len(letters):
        yield "不是中文"
    if any(c != "\n" and unicodedata.category(c) in ("Cc", "Cf", "Co", "Cs", "Cn") for c in reply):
        yield "含控制字符"
    if any(c in reply and c not in answer.answer for c in "<>`*#|\\"):
        yield "含标记语言"
    if _MARKS.search(answer.answer) and not _MARKS.search(reply):
        yield "没有出处标记"
    lead, start = _leading(answer.answer), _core(flat(_MARKS.sub("", reply)))[:FIRST]
    if figures(lead) - figures(start) or _days(lead) - _days(start):
        yield "缺少原答案开头的数字"
    if any(word not in start for word in _NOT.findall(_BOUND.sub("", lead))):
        yield "缺少原答案开头的否定"


def _leading(text: str) -> str:
    """The plain answer up to the end of the first sentence that gives a figure; where none does, the first sentence."""
    lead = ""
    for n, sentence in enumerate(_sentences(_core(_MARKS.sub("", flat(text))))):
        if figures(sentence) or _days(sentence):
            return lead + sentence
        lead += sentence if n == 0 else ""
    return lead


# -- one statement ---------------------------------------------------------------------------------------------


def _details(text: str, stated: str, named: str) -> Iterator[str]:
    """The details of a statement that do not stand where its marks point: figures in `stated`, names in `named`."""
    yield from _names(text, named)
    text, stated = _core(text), _core(stated)
    for value, _, unit, bound in figures(text) - figures(stated):
        yield f"出处里没有的数：{value.normalize():f}{unit}（{bound}）"
    dates = read_dates(stated)
    for mention in read_dates(text):
        if not any(_within(mention, other) for other in dates):
            yield f"出处里没有的日期：{mention.text}"
    left = _rest(text)
    numbers = set(_BARE.findall(_rest(stated)))
    for number in _BARE.findall(left):
        if number not in numbers:
            yield f"出处里没有的数：{number}"
    for pattern, source in ((_WORDED, left), (_NOT, _BOUND.sub("，", text)), (_LATIN, text)):
        for match in pattern.finditer(source):
            if match[0] not in stated:
                yield f"出处里没有的字样：{match[0]}"
    for char in text:  # ①, ², ½ and the digits of other scripts
        if char.isnumeric() and not char.isascii() and not "\u3007" <= char <= "\u9fff" and char not in stated:
            yield f"出处里没有的数：{char}"
    yield from _crossed(text, stated)


def _names(text: str, named: str) -> Iterator[str]:
    titles = {loose(title) for title in _TITLE.findall(named)}
    for title in _TITLE.findall(text):
        if loose(title) not in titles:
            yield f"出处里没有的文件：《{title}》"
    even = named.translate(_EVEN)
    for match in _DOC_NO.finditer(text):
        if not _ends_known(match[0].translate(_EVEN), even, len(match[0].translate(_EVEN)) - len(match[1])):
            yield f"出处里没有的文号：{match[0]}"
    # piece by piece: of 河北省…，石家庄市… in one text only the inner one would be found
    places = {place for piece in re.split(r"[\n。；;，,、]", named) for place in find_regions(piece)}
    for place in find_regions(text):
        if place not in places:
            yield f"出处里没有的地名：{place}"
    for match in _body().finditer(text):
        run = re.split(r"[^\u4e00-\u9fff]", text[max(0, match.end() - 24) : match.end()])[-1]
        least = len(match[0]) + (match["short"] is not None)
        if len(run) < least:  # 省、厅级: nothing to go by but what stands before
            run, least = text[max(0, match.end() - 3) : match.end()], 1
        if not _ends_known(run, named, least):
            yield f"出处里没有的机构：{run[-12:]}"


@cache
def _body() -> re.Pattern[str]:
    """The ends of names of bodies, the longest first."""
    ends = sorted({*_BODIES, *(s for s in bodies()["suffixes"] if len(s) > 1)}, key=len, reverse=True)
    return re.compile("|".join([*map(re.escape, ends), _SHORT_BODY]))


def _ends_known(run: str, known: str, least: int) -> bool:
    """Whether the end of `run`, at least `least` characters, stands in `known` and what is before it is another word."""
    for length in range(len(run), least - 1, -1):
        if run[len(run) - length :] in known:
            return _JOINT.search(run[: len(run) - length]) is not None
    return False


def _crossed(text: str, stated: str) -> Iterator[str]:
    """Figures said of another matter: no sentence of the source has them together with the negations (非工业企业) of the
    statement, or those that have are clearly less like it than a sentence with other figures.
    """
    source = [(s, pairs(s)) for s in _sentences(stated) if _sequence(s)]
    for sentence in _sentences(text):
        before: list[int] = []  # the source sentences of the run before
        for run in _runs(sentence, [said for said, _ in source]):
            negations = _NOT.findall(_BOUND.sub("，", run))
            likeness = [len(pairs(run) & own) for _, own in source]
            having = [
                n
                for n, (said, _) in enumerate(source)
                if _in_order(run, said) and all(word in said for word in negations)
            ]
            best = max((likeness[n] for n in having), default=-2)
            # a run that turns to another sentence of the source must say so by its words, not by its figures alone
            turned = bool(before) and not set(before) & set(having) and best <= max(likeness[n] for n in before)
            if turned or best + 1 < max(likeness, default=0):
                yield f"数字与所说的事对不上：{run[:40]}"
            before = having


def _in_order(text: str, source: str) -> bool:
    """Whether the figures and dates of `text` stand in `source` in this order: two of a sentence do not change places."""
    there = iter(_sequence(source))
    return all(any(_same(own, other) for other in there) for own in _sequence(text))


def _holds(source: str, text: str) -> bool:
    """Whether the figures and dates of `text` stand in `source`, in whatever order."""
    there = _sequence(source)
    return all(any(_same(own, other) for other in there) for own in _sequence(text))


def _sequence(text: str) -> list[Figure | DateMention]:
    spots: list[tuple[int, Figure | DateMention]] = [(d.start, d) for d in read_dates(text)]
    spots += [(a.start, _figure(a)) for a in read_amounts(text) if not _of_one(a)]
    return [what for _, what in sorted(spots, key=lambda spot: spot[0])]


def _same(own: Figure | DateMention, other: Figure | DateMention) -> bool:
    if isinstance(own, DateMention) and isinstance(other, DateMention):
        return _within(own, other)
    return own == other


def _runs(sentence: str, source: list[str]) -> Iterator[str]:
    """A sentence whose figures and dates come from several sentences, cut into runs of phrases that each come from one.

    Phrases without figures go with the figures after them: they say of whom or when.
    """
    run = pending = ""
    for phrase in re.split(r"(?<=[，,])", sentence):
        pending += phrase
        if not _sequence(phrase):
            continue
        if run and not any(_holds(one, run + pending) for one in source):
            yield run
            run = ""
        run, pending = run + pending, ""
    if run:
        yield run
