"""The amount reader: money, rates, durations, counts and dates as policy texts and business people write them.

Pure functions over a string, linear in its length, Decimal throughout. Spans are offsets into the text given.
Values come in base units: money in 元 (or 美元, 欧元 …), every rate in % (3‰ is 0.3 %, 万分之二 is 0.02 %), energy in
吨标准煤, durations in 年/个月/周/天/工作日; a bare number has the unit "".
Calendar dates and years (2018年7月1日, 2018-07-01, 2019 年) are dates, never amounts: `read_dates`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_DIGITS |= {c: i for i, c in enumerate("壹贰叁肆伍陆柒捌玖", start=1)}
_SMALL = {"十": 10, "百": 100, "千": 1000, "拾": 10, "佰": 100, "仟": 1000}
_LARGE = {"万": 10**4, "亿": 10**8, "萬": 10**4, "億": 10**8}
_POWER = _SMALL | _LARGE
_CN = "零〇一二三四五六七八九两壹贰叁肆伍陆柒捌玖十百千万亿拾佰仟萬億"

# one character for one character, so that offsets hold
_HALF_WIDTH = {0xFF10 + i: str(i) for i in range(10)} | {ord("．"): ".", ord("％"): "%", ord("　"): " ", 0xA0: " "}

_MONEY = {
    "元": "元",
    "块钱": "元",
    "块": "元",
    "人民币": "元",
    "美元": "美元",
    "美金": "美元",
    "欧元": "欧元",
    "日元": "日元",
}
_MONEY |= {"港元": "港元", "圆": "元"}
_RATE = {"%": Decimal(1), "‰": Decimal("0.1"), "‱": Decimal("0.01")}
_OTHER = {
    "个百分点": "个百分点",
    "百分点": "个百分点",
    "吨标准煤": "吨标准煤",
    "吨标煤": "吨标准煤",
    "个工作日": "工作日",
    "工作日": "工作日",
    "个月": "个月",
    "月": "个月",
    "年": "年",
    "周年": "年",
    "周": "周",
    "个星期": "周",
    "天": "天",
    "日": "天",
    "个小时": "小时",
    "小时": "小时",
    "平方米": "平方米",
    "立方米": "立方米",
    "立方": "立方米",
    "千瓦时": "千瓦时",
    "千瓦": "千瓦",
    "千伏": "千伏",
    "公里": "公里",
    "吨": "吨",
    "亩": "亩",
    "倍": "倍",
    "分": "分",
} | {
    u: u
    for u in (
        "家",
        "户",
        "人",
        "名",
        "位",
        "项",
        "个",
        "份",
        "件",
        "台",
        "套",
        "批",
        "期",
        "场",
        "次",
        "款",
        "辆",
        "种",
        "条",
        "张",
    )
}

_UNITS = "|".join(sorted([*_MONEY, *_RATE, *_OTHER], key=len, reverse=True))
_NUMERAL = r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?"
_SCALE = r"\s*[十百千]?\s*[万亿]{0,2}"
_NUMBER = rf"(?:{_NUMERAL}(?:\s*[多余几])?{_SCALE}|[{_CN}]+(?:点[{_CN}]+)?(?:\s*[多余几]\s*[万亿]?)?)"
# 分之/分别/分析…, 日常, 年度, 月份, 次性, 人才, 家庭, 个人, 项目 and the like are words, not units
_UNIT = rf"(?:{_UNITS})(?:人民币)?"
_DASH = r"\s*(?:—{1,2}|–|－|-|~|～|至|到)\s*"

_AMOUNT = re.compile(
    rf"(?P<n1>{_NUMBER})\s*(?:(?P<u1>{_UNIT})?{_DASH}(?P<n2>{_NUMBER})\s*)?(?P<u2>{_UNIT})?(?:\s*(?P<half>半)(?!年))?"
)
_FRACTION = re.compile(rf"(?P<den>百|千|万|[{_CN}]+)分之(?P<num>[{_CN}]+(?:点[{_CN}]+)?|{_NUMERAL})")
_HALF = re.compile(r"半年|一半")
_DATE = re.compile(
    r"(?<![\d.])(?P<y>(?:19|20)\d{2})\s*(?:年\s*(?:(?P<m>\d{1,2})\s*月(?:\s*(?P<d>\d{1,2})\s*[日号])?)?"
    r"|(?P<sep>[-/.])(?P<m2>\d{1,2})(?P=sep)(?P<d2>\d{1,2})(?!\d))"
    r"|(?<![\d.])(?P<m3>\d{1,2})\s*月\s*(?P<d3>\d{1,2})\s*[日号]"
)
_YEARS = re.compile(rf"(?<![\d.,])(?P<a>(?:19|20)\d{{2}})(?:{_DASH}|、)(?=(?:19|20)\d{{2}}\s*年)")

_BEFORE = re.compile(
    r"(?P<max>不超过|不高于|不多于|不大于|不得超过|不得高于|不突破|最高|最多|至多|上限|封顶)"
    r"|(?P<min>不低于|不少于|不小于|不得低于|不得少于|至少|最低|最少|起点)"
    r"|(?P<over>超过|高于|大于|多于|超出|超了|突破)"
    r"|(?P<under>低于|少于|小于|不足|不满|不到|未满|未达到?|未超过)"
    r"|(?P<approx>大约|约|将近|近|左右)"
)
_BRIDGE = r"(?:可达|可以?|达到|达|给予|奖励|补助|补贴|资助|支持|限额|金额|额度|不|为|按|人民币|[:：])*\s*$"
_BEFORE_NEAR = re.compile(rf"(?:{_BEFORE.pattern}){_BRIDGE}")
_AFTER = re.compile(
    r"\s*(?:[(（](?P<incl>含本数|含|包含|不含)[)）])?\s*"
    r"(?:(?P<min>及以上|以上|起)|(?P<max>及以下|以下|以内|之内|封顶)|(?P<approx>左右|上下))?"
)
_WINDOW = 14  # characters before an amount in which its bound is looked for


@dataclass(frozen=True, slots=True)
class Amount:
    """One amount: `value` (and `upper` for a range) in `unit`; `text == source[start:end]`.

    `bound`: exact | max (不超过, 以下, 最高) | min (不低于, 以上) | over (超过) | under (低于, 不足) | approx (约, 多).
    """

    value: Decimal
    upper: Decimal | None
    unit: str
    bound: str
    start: int
    end: int
    text: str

    def in_unit(self, unit: str) -> Decimal | None:
        """The value in `unit` (万元, 亿元, ‰, 个月 …), or None where the units do not measure the same thing."""
        return convert(self.value, self.unit, unit)


@dataclass(frozen=True, slots=True)
class DateMention:
    """A calendar date as written; parts that are not written are None (8月31日 has no year, 2019年 no month)."""

    year: int | None
    month: int | None
    dom: int | None
    start: int
    end: int
    text: str

    @property
    def day(self) -> date | None:
        """The full date, or None where a part is missing or no such day exists."""
        if self.year is None or self.month is None or self.dom is None:
            return None
        try:
            return date(self.year, self.month, self.dom)
        except ValueError:
            return None


def base_unit(unit: str) -> tuple[str, Decimal]:
    """The base unit and the factor to it: 万元 → (元, 10000), ‰ → (%, 0.1), 月 → (个月, 1)."""
    unit = unit.strip()
    if unit in _RATE:
        return "%", _RATE[unit]
    factor, rest = Decimal(1), unit
    while rest and rest[0] in _LARGE and len(rest) > 1:
        factor, rest = factor * _LARGE[rest[0]], rest[1:]
    return _MONEY.get(rest) or _OTHER.get(rest) or rest, factor


def convert(value: Decimal, unit: str, to: str) -> Decimal | None:
    """`value` of `unit` expressed in `to`; None where they do not measure the same thing."""
    (base, factor), (target, divisor) = base_unit(unit), base_unit(to)
    return value * factor / divisor if base == target else None


def read_number(text: str) -> Decimal | None:
    """A number alone, in figures or Chinese: 1,000 · 5千 · 2百万 · 五百 · 一千二百三十万 · 三点五亿. None where it is none."""
    text = re.sub(r"[\s,多余几]", "", text.translate(_HALF_WIDTH))
    figures = re.match(r"\d+(?:\.\d+)?", text)
    if figures:
        value = Decimal(figures[0])
        for char in text[figures.end() :]:
            if char not in _POWER:
                return None
            value *= _POWER[char]
        return value
    whole, _, fraction = text.partition("点")
    scale = re.search(r"[万亿萬億]+$", fraction)
    value_or_none = _chinese(whole)
    if value_or_none is None:
        return None
    value = Decimal(value_or_none)
    if fraction:
        digits = fraction[: scale.start()] if scale else fraction
        if not digits or any(c not in _DIGITS for c in digits):
            return None
        value += Decimal("0." + "".join(str(_DIGITS[c]) for c in digits))
        for char in scale[0] if scale else "":
            value *= _LARGE[char]
    return value


def _chinese(text: str) -> int | None:
    """Chinese numerals to an integer; None without a digit (万企, 千家 are words), or for any other character."""
    if not any(c in _DIGITS or c in "十拾" for c in text) and not re.fullmatch(r"[百千]+[万亿]*", text):
        return None
    if all(c in _DIGITS for c in text):  # 二〇一八, 五
        return int("".join(str(_DIGITS[c]) for c in text))
    total = section = digit = 0
    seen_digit = False
    last = 10
    for char in text:
        if char in _DIGITS:
            digit, seen_digit = _DIGITS[char], True
            last = 10 if digit == 0 else last
        elif char in _SMALL:
            section += (digit if seen_digit and digit else 1) * _SMALL[char]
            digit, seen_digit, last = 0, False, _SMALL[char]
        elif char in _LARGE:
            total = (
                (total + section + digit) * _LARGE[char] if _LARGE[char] == 10**8 else total + (section + digit) * 10**4
            )
            section, digit, seen_digit, last = 0, 0, False, _LARGE[char]
        else:
            return None
    # 一千五 is 1500, 一百零五 is 105, 一万二 is 12000
    return total + section + (digit * last // 10 if last > 10 else digit)


def read_dates(text: str) -> list[DateMention]:
    """Every calendar date or year in `text`, in order. Days that do not exist (2月30日) are kept; `.day` is None then."""
    flat = text.translate(_HALF_WIDTH)
    found: list[DateMention] = []
    for m in _YEARS.finditer(flat):  # the first year of 2018—2020年
        found.append(DateMention(int(m["a"]), None, None, m.start("a"), m.end("a"), text[m.start("a") : m.end("a")]))
    for m in _DATE.finditer(flat):
        year, month, dom = m["y"], m["m"] or m["m2"] or m["m3"], m["d"] or m["d2"] or m["d3"]
        found.append(
            DateMention(
                int(year) if year else None,
                int(month) if month else None,
                int(dom) if dom else None,
                m.start(),
                m.end(),
                text[m.start() : m.end()],
            )
        )
    return sorted(found, key=lambda d: d.start)


def read_amounts(text: str) -> list[Amount]:
    """Every amount in `text`, in order. Numbers without a unit count only where they end in 万 or 亿 (then 元)."""
    flat = text.translate(_HALF_WIDTH)
    blanked = list(flat)
    for mention in read_dates(text):  # dates are not amounts; blanks keep the offsets
        blanked[mention.start : mention.end] = "\x00" * (mention.end - mention.start)
    body = "".join(blanked)
    found = list(_fractions(body, text))
    for amount in found:
        body = body[: amount.start] + "\x00" * (amount.end - amount.start) + body[amount.end :]
    found += list(_plain(body, text))
    return sorted(found, key=lambda a: a.start)


def _fractions(body: str, text: str) -> Iterator[Amount]:
    for m in _FRACTION.finditer(body):
        num, den = read_number(m["num"]), {"百": 100, "千": 1000, "万": 10000}.get(m["den"]) or read_number(m["den"])
        if num is None or not den:
            continue
        yield _amount(num * 100 / Decimal(den), None, "%", m.start(), m.end(), body, text)
    for m in _HALF.finditer(body):
        value, unit = (Decimal(6), "个月") if m[0] == "半年" else (Decimal(50), "%")
        yield _amount(value, None, unit, m.start(), m.end(), body, text)


_WORDS = re.compile(  # a numeral and a character that is a unit elsewhere, but here begins or is a word
    r"次性|分[之别析类布步支散担摊级层享]|家庭|人才|人民|名单|名优|位数|项目|个别|个人|件事|日常|日益|年度|月份|条例|期间|种类"
    r"|批次|户籍|场所|条第|是|方面|体化|带一路"
)


def _plain(body: str, text: str) -> Iterator[Amount]:
    for m in _AMOUNT.finditer(body):
        start, end = m.start(), m.end()
        unit = m["u2"] or ""
        first, second = m["n1"], m["n2"]
        if second is not None and not unit and m["u1"]:  # "50万元—方案": the dash is punctuation
            unit = m["u1"]
        chinese = first[0] in _CN
        if start and body[start - 1] in ("第某数几" if chinese else "第某"):  # ordinals, 数十; but 人数90人 is a count
            continue
        if not unit and not re.search(r"[万亿]\s*$", second or first):
            continue
        if chinese and _WORDS.match(body, end - len(unit)):  # 一次性, 一家庭: the "unit" begins a word
            continue
        value = read_number(first)
        upper = read_number(second) if second is not None else None
        if value is None or (second is not None and upper is None):
            continue
        base, factor = base_unit(_scaled(unit)) if unit else ("元", Decimal(1))
        if upper is not None:
            value *= _borrowed(first, second or "") if not m["u1"] else Decimal(1)
            low_base, low_factor = base_unit(_scaled(m["u1"])) if m["u1"] else (base, factor)
            if low_base != base:
                continue
            value, upper = value * low_factor, upper * factor
        else:
            value *= factor
        if m["half"] and upper is None and base == "年":
            value += Decimal("0.5")
        while end > start and body[end - 1].isspace():
            end -= 1
        if unit:
            yield from _shared_unit(body, start, factor * _borrowed("0", first), base, text)
        yield _amount(value, upper, base, start, end, body, text, vague=bool(re.search("[多余几]", second or first)))


_LISTED = re.compile(r"(?<=[\u4e00-\u9fff])(?:\d+(?:\.\d+)?、)+$")  # not 1、 at the head of a line: that is a numbering


def _shared_unit(body: str, start: int, factor: Decimal, unit: str, text: str) -> Iterator[Amount]:
    """In 压减为40、15、2个工作日 the first two numbers have the unit of the last."""
    begin = max(0, start - 2 * _WINDOW)
    listed = _LISTED.search(body[begin:start])
    for m in re.finditer(r"\d+(?:\.\d+)?", listed[0]) if listed else ():
        at = begin + (listed.start() if listed else 0) + m.start()
        yield Amount(Decimal(m[0]) * factor, None, unit, "exact", at, at + len(m[0]), text[at : at + len(m[0])])


def _scaled(unit: str) -> str:
    return unit.removesuffix("人民币") or unit


def _borrowed(first: str, second: str) -> Decimal:
    """In 30—50万元 the first number borrows the 万 of the second."""
    own, lent = re.search(r"[十百千万亿]+\s*$", first), re.search(r"[万亿]+\s*$", second)
    factor = Decimal(1)
    if lent and not (own and re.search("[万亿]", own[0])) and first[0].isdigit() and second[0].isdigit():
        for char in lent[0].strip():
            factor *= _LARGE[char]
    return factor


def _amount(
    value: Decimal, upper: Decimal | None, unit: str, start: int, end: int, body: str, text: str, vague: bool = False
) -> Amount:
    bound = "approx" if vague else "exact"
    before = _BEFORE_NEAR.search(body[max(0, start - _WINDOW) : start])
    after = _AFTER.match(body, end)
    inclusive = after["incl"] if after else None
    if after and (kind := after.lastgroup) in ("min", "max", "approx"):
        bound = {"min": "over", "max": "under"}.get(kind, kind) if inclusive == "不含" else kind
    elif before and before.lastgroup:
        bound = before.lastgroup
        if inclusive and inclusive != "不含":  # 小于5,000万元（含）
            bound = {"over": "min", "under": "max"}.get(bound, bound)
    return Amount(value.normalize() + 0, upper, unit, bound, start, end, text[start:end])
