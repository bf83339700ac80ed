"""Figures and dates as people say them, put the way that the amount reader knows: 两百来万, 一亿五, 2500w, 18年5月, 大半年.

Pure: text in, dense text out (no white space, no quotation marks, ASCII stops). Only what questions hold is rewritten,
never a policy text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

from ingest.amounts import read_number

_ONE = "一二三四五六七八九两"
_NUMERAL = f"{_ONE}十百千万亿"
_N = rf"(?:(?<![\d.])\d+(?:\.\d+)?|(?<![{_NUMERAL}])[{_ONE}十]+)"
_SCALES = {"百": 100, "千": 1000, "万": 10_000, "亿": 100_000_000}
_COUNTED = "年月日号个项户家人名位台套件张次份%点分成"  # after these a digit tells another thing
_UNIT_BEGINS = f"{_COUNTED}万亿千百十元块吨种款条天周批场立平亩公倍期美欧港多余几左以及上下不"

_DENSE: dict[int, str | None] = {ord(c): None for c in "“”\"'「」『』 \t\u3000"} | {
    ord(wide): narrow for wide, narrow in zip("，；？！：（）", ",;?!:()", strict=True)
}


def _number(text: str) -> Decimal:
    value = read_number(text)
    assert value is not None, text
    return value


def _written(text: str) -> str:
    return f"{_number(text).normalize():f}"


def _year(digits: str) -> str:
    return "".join(str("零一二三四五六七八九".index(c)) for c in digits.replace("〇", "零").replace("0", "零"))


def _day(m: re.Match[str]) -> str:
    dom = f"{_written(m[2])}日" if m[2] else ""
    return f"年{_written(m[1])}月{dom}"


def _months(m: re.Match[str]) -> str:
    return f"{12 * int(_number(m[1])) + int(_number(m[2]))}个月"


def _share(m: re.Match[str]) -> str:
    rest = "五" if m[2] == "半" else m[2]
    return f"{10 * _number(m[1]) + (_number(rest) if rest else 0)}%"


def _mixed(m: re.Match[str]) -> str:
    """6亿5千万, 2百60万, 9万零500元, 1万2: the parts of one number, each smaller than the one before."""
    total, section, last = Decimal(0), Decimal(0), 1
    for digits, small, large in re.findall(r"(\d+)([百千]?)([万亿]?)", m[0]):
        bare = not small and not large and len(digits) == 1 and "零" not in m[0]
        worth = last // 10 if bare else _SCALES.get(small, 1)  # 1万2 is 1万2千
        section += Decimal(digits) * worth
        last = _SCALES.get(large, worth)
        if large:
            total, section = total + section * last, Decimal(0)
    total += section
    return f"{total / 10_000:f}万" if re.search("[万亿]", m[0]) else f"{total:f}"


# in the text as typed: a space parts keywords (年营收6亿 万企转型) but not a figure from its unit
_APART: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), form)
    for pattern, form in (
        (r"(?<![\d.〔\[(（])(20[012]\d)[ \u3000]+(?=\d{1,2}月)", r"\1年"),
        (rf"(?<![\d.〔\[(（])(20[012]\d)(?=[ \u3000]*[\u4e00-\u9fff])(?![ \u3000]*[吨{_UNIT_BEGINS}])", r"\1年"),
        (r"(?<=[\u4e00-\u9fff%])[ \u3000]+(?=[\u4e00-\u9fff])(?![元日以及])", ","),
        (rf"(?<=\d)(?<![A-Za-z]\d)[ \u3000]+(?=[\u4e00-\u9fff])(?![{_UNIT_BEGINS}])", ","),
    )
)

_SHORT = r"(?:1[2-9]|2[0-5])年"  # 18年: a year of this century
_FORMS: tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = tuple(
    (re.compile(pattern), form)
    for pattern, form in (
        (r"\(套\)|(?<=首台)/套", "套"),
        (r"个(?=[亿万])", ""),
        # years: 二〇一八年三月五日, 一八年, 18年底, 打算19年自立; not 开了18年; 去年(2016年)11月20日; 头一年
        (r"(?<![\d零〇])([二2][零〇0][一二][零〇一二三四五六七八九])(?=年)", lambda m: _year(m[1].replace("2", "二"))),
        (r"(?<![零〇一二三四五六七八九十])(一[二三四五六七八九]|二[零〇])(?=年)", lambda m: f"20{_year(m[1])}"),
        (r"年(十[一二]?|[一二三四五六七八九])月(?:([一二三四五六七八九十]{1,3})[日号])?", _day),
        (rf"(?<![\d.])(?={_SHORT}(?:\d{{1,2}}月|[底初末中]|年?度))", "20"),
        (rf"(?:(?<=[,。;:、?()在从到于自是至按等由])|(?<=我们|公司|企业|打算|准备|计划)|(?<=[县市厂司行区院校])|^)(?={_SHORT}(?![\d以期来多前内后整左间的里了]|经验|历史))", "20"),
        (r"\(((?:19|20)\d{2}年)\)(?=\d{1,2}月)", r"\1"),
        (r"(?<!第)(?:头一|首)个?(?:奖励)?年度?", "第一年"),
        # durations: 三年零两个月, 一个半月, 半年多
        (r"(?<![\d.])(\d{1,2}|(?<![一二三四五六七八九十])[一二两三四五六七八九十]+)年[零又余多加]?([一二两三四五六七八九十]+|\d{1,2})个月", _months),
        (rf"({_N})个半月", lambda m: f"{_number(m[1]) + Decimal('0.5')}个月"),
        (r"大半年|半年多", "超过半年"),
        (r"小半年", "不到半年"),
        (rf"({_N})个多月", r"超过\1个月"),
        # about so much: the figure itself; 两三百万, 一两年 tell no figure
        (rf"(?<![{_NUMERAL}\d])(?:一[二两]|[二两]三|三[四五]|四五|五六|六七|七八|八九)(?=[年个十百千万亿])", "几"),
        (rf"(?<=[{_ONE}十百千\d])来(?=[万亿个块吨年家])|(?<=个)来(?=月)", ""),
        # short forms: 两个半亿, 一亿五, 两千五, 1万2, 6亿5千万, 9万零500元
        (rf"([{_ONE}])个?半(?=亿)", lambda m: f"{_written(m[1])}.5"),
        (rf"(?<![{_NUMERAL}第\d.])([{_ONE}十百]+)([千万亿])([{_ONE}])(?![{_NUMERAL}{_COUNTED}\d.])",
         lambda m: f"{_written(m[1])}.{_written(m[3])}{m[2]}"),
        (r"(?<![\d.])\d+亿零?\d+[千百]?万(?:零?\d千)?(?!\d)", _mixed),
        (r"(?<![\d.])\d千\d百万?(?!\d)", _mixed),
        (r"(?<![\d.])\d百\d\d?(?:万亿?|亿)", _mixed),
        (r"(?<![\d.])\d+万零?(?:\d千(?![\d万多])|\d{3,4}(?=[元块]))", _mixed),
        (rf"(?<![\d.])\d+[千万亿]\d(?![\d.千万亿百{_COUNTED}])", _mixed),
        (r"(?<=\d)[wW](?![A-Za-z])", "万"),
        (r"(?<=万)(?:美刀|刀)", "美元"),
        (r"(?<=\d)[tT](?![A-Za-z])", "吨"),
        (r"(?<=\d)(?:[mM]3|(?:立方?|方)(?=的?(?:炼铁)?高炉))", "立方米"),
        # shares: 三成五, 五五分成, 3个点, 征17退17
        (rf"([{_ONE}])成([一二三四五六七八九半](?![成个项家名年]))?(?![立本员果品长功为交都份])", _share),
        (r"(?:五五|对半)(?=分|开)", "50%"),
        (rf"({_N}|半)个点(?![名子位评])", lambda m: f"{'0.5' if m[1] == '半' else _written(m[1])}%"),
        (r"征(\d{1,2})退(\d{1,2})(?![\d%.])", r"征\1%退\2%"),
        (r"俩(?![人口])", "两个"),
        (r"仨", "三个"),
    )
)  # fmt: skip


def plainly(text: str) -> str:
    """The text without white space, with spoken figures written out."""
    for pattern, form in _APART:
        text = pattern.sub(form, text)
    text = text.translate(_DENSE)
    for pattern, form_ in _FORMS:
        text = pattern.sub(form_, text)
    return text
