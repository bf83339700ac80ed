"""Figures as people say them are read as what they mean."""

from __future__ import annotations

from decimal import Decimal

import pytest

from qa.spoken import plainly
from qa.told import tell


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("两百来万", "2000000", "元"),
        ("一亿五", "150000000", "元"),
        ("三万五", "35000", "元"),
        ("两个半亿", "250000000", "元"),
        ("1千2百万", "12000000", "元"),
        ("1万2千元", "12000", "元"),
        ("2500w", "25000000", "元"),
        ("20万美刀", "200000", "美元"),
        ("三成五", "35", "%"),
        ("3个点", "3", "%"),
        ("一年零三个月", "15", "个月"),
        ("七个来月", "7", "个月"),
        ("1200t标煤", "1200", "吨标准煤"),
        ("450立方", "450", "立方米"),
        ("1080方的高炉", "1080", "立方米"),
        ("经营了15年", "15", "年"),
        ("一亿五千万", "150000000", "元"),
        ("低三成五", "35", "%"),
        ("用了三年零两个月", "38", "个月"),
        ("一个半月", "1.5", "个月"),
        ("已经过去4年了", "4", "年"),
        ("余额6亿5千万元", "650000000", "元"),
        ("保费收入2千6百万", "26000000", "元"),
        ("2百60万", "2600000", "元"),
        ("半个点", "0.5", "%"),
    ],
)
def test_a_spoken_figure_is_read(text: str, value: str, unit: str) -> None:
    assert [(f.value, f.unit) for f in tell(text).figures] == [(Decimal(value), unit)]


@pytest.mark.parametrize(("text", "bound"), [("大半年", "over"), ("半年多", "over"), ("小半年", "under")])
def test_a_duration_is_on_its_side_of_the_bound(text: str, bound: str) -> None:
    assert [(f.value, f.unit, f.bound) for f in tell(f"持股{text}").figures] == [(Decimal(6), "个月", bound)]


@pytest.mark.parametrize("text", ["一两年", "两三百万", "这一项得几分", "下半年"])
def test_what_tells_no_figure_gives_none(text: str) -> None:
    assert not tell(text).figures


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("一八年", "2018年"),
        ("二〇一八年五月二十日", "2018年5月20日"),
        ("18年5月3日", "2018年5月3日"),
        ("打算19年自立", "2019年"),
        ("我们18年注册", "2018年"),
    ],
)
def test_a_spoken_date_is_read(text: str, day: str) -> None:
    told = tell(text)
    assert [d.text for d in told.dates] == [day] and not told.figures


@pytest.mark.parametrize("text", ["开了18年", "成立15年以上", "万企转型", "五大一小", "三年", "一千二百三十万"])
def test_other_words_are_left_alone(text: str) -> None:
    assert plainly(text) == text
