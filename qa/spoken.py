"""Figures and dates as people say them, put the way that the amount reader knows: 两百来万, 一亿五, 2500w, 18年5月, 大半年.

Pure: text in, text out. Only what questions hold is rewritten, never a policy text.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from ingest.amounts import read_number

_ONE = "一二三四五六七八九两"
_N = rf"(?:\d+(?:\.\d+)?|[{_ONE}十]+)"


def _number(text: str) -> str:
    value = read_number(text)
    return text if value is None else f"{value.normalize():f}"


def _year(digits: str) -> str:
    return "".join(str("零一二三四五六七八九".index(c)) for c in digits.replace("〇", "零").replace("0", "零"))


def _day(m: re.Match[str]) -> str:
    dom = f"{_number(m[2])}日" if m[2] else ""
    return f"年{_number(m[1])}月{dom}"


def _months(m: re.Match[str]) -> str:
    years, months = read_number(m[1]), read_number(m[2])
    return m[0] if years is None or months is None else f"{int(years) * 12 + int(months)}个月"


_SHORT = r"(?:1[2-9]|2[0-5])年"  # 18年: a year of this century
_FORMS: tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = tuple(
    (re.compile(pattern), form)
    for pattern, form in (
        # years: 二〇一八年三月五日, 一八年, 18年底, 打算19年自立; not 开了18年
        (r"(?<![\d零〇])([二2][零〇0][一二][零〇一二三四五六七八九])(?=年)", lambda m: _year(m[1].replace("2", "二"))),
        (r"(?<![零〇一二三四五六七八九十])(一[二三四五六七八九]|二[零〇])(?=年)", lambda m: f"20{_year(m[1])}"),
        (r"年(十[一二]?|[一二三四五六七八九])月(?:([一二三四五六七八九十]{1,3})[日号])?", _day),
        (rf"(?<![\d.])(?={_SHORT}(?:\d{{1,2}}月|[底初末中]|年?度))", "20"),
        (rf"(?:(?<=[,。;:、?()在从到于自是至按等由])|(?<=我们|公司|企业|打算|准备|计划)|(?<=[县市厂司行区院校])|^)(?={_SHORT}(?![\d以期来多前内后整左间的里了]|经验|历史))", "20"),
        # durations
        (rf"({_N})年零?({_N})个月", _months),
        (r"大半年|半年多", "超过半年"),
        (r"小半年", "不到半年"),
        (rf"({_N})个多月", r"超过\1个月"),
        # about so much: the figure itself; 两三百万, 一两年 tell no figure
        (rf"(?<![{_ONE}十百千万亿\d])(?:一[二两]|[二两]三|三[四五]|四五|五六|六七|七八|八九)(?=[年个十百千万亿])", "几"),
        (rf"(?<=[{_ONE}十百千\d])来(?=[万亿个块吨年家])|(?<=个)来(?=月)", ""),
        # short forms
        (rf"([{_ONE}])个半亿", lambda m: f"{_number(m[1])}.5亿"),
        (rf"([{_ONE}十百千]+)([万亿])([{_ONE}])(?![{_ONE}十百千万亿点分成个月年日号项家户人名位台套%])", r"\1点\3\2"),
        (r"(?<![\d.])(\d+)千(\d)百(?=万)", r"\1.\2千"),
        (r"(?<![\d.])(\d+)万(\d)千(?!\d)", r"\1.\2万"),
        (r"(?<![\d.])(\d+)([千万亿])(\d)(?![\d.千万亿百年月日号个项家户人名位台套%])", r"\1.\3\2"),  # 1万2, 3千5
        (r"(?<=\d)[wW](?![A-Za-z])", "万"),
        (r"(?<=万)(?:美刀|刀)", "美元"),
        (r"(?<=\d)[tT](?![A-Za-z])", "吨"),
        (r"(?<=\d)(?:[mM]3|(?:立方?|方)(?=的?(?:炼铁)?高炉))", "立方米"),
        # shares: 三成五, 五五分成, 3个点
        (r"([一二三四五六七八九两])成([五半])?(?![立本员果品长功为交都份])", lambda m: f"{_number(m[1])}{'5' if m[2] else '0'}%"),
        (r"五五(?=分|开)", "50%"),
        (rf"({_N})个点", lambda m: f"{_number(m[1])}%"),
        (r"俩(?![人口])", "两个"),
        (r"仨", "三个"),
    )
)  # fmt: skip


def plainly(text: str) -> str:
    """The text with spoken figures written out."""
    for pattern, form in _FORMS:
        text = pattern.sub(form, text)
    return text
