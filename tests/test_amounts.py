"""The amount reader: any spelling of an amount is read back as the same Decimal, with its bound and span."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.amounts import Amount, convert, read_amounts, read_dates, read_number

CHINESE = "零一二三四五六七八九"


def one(text: str) -> Amount:
    found = read_amounts(text)
    assert len(found) == 1, found
    return found[0]


def chinese(number: int) -> str:
    """A whole number below 10^12 as Chinese people write it."""
    if number >= 10**8:
        high, low = divmod(number, 10**8)
        return chinese(high) + "亿" + (("零" if low < 10**7 else "") + chinese(low) if low else "")
    if number >= 10**4:
        high, low = divmod(number, 10**4)
        return chinese(high) + "万" + (("零" if low < 1000 else "") + chinese(low) if low else "")
    words, gap = "", False
    for power, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // power % 10
        if digit:
            words += ("零" if gap and words else "") + CHINESE[digit] + name
            gap = False
        else:
            gap = True
    return words


@pytest.mark.parametrize(
    ("text", "yuan"),
    [
        ("2千万", 20_000_000),
        ("两千万", 20_000_000),
        ("2000万营收", 20_000_000),
        ("五百万", 5_000_000),
        ("8.9万", 89_000),
        ("1.1亿", 110_000_000),
        ("3万块", 30_000),
        ("1,000万元", 10_000_000),
        ("１０００ 万元", 10_000_000),
        ("240元", 240),
        ("三百六十万元", 3_600_000),
        ("三点五亿元", 350_000_000),
        ("百万元", 1_000_000),
        ("十万元", 100_000),
    ],
)
def test_money_comes_in_yuan(text: str, yuan: int) -> None:
    amount = one(text)
    assert (amount.value, amount.unit) == (yuan, "元")


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("75%", "75", "%"),
        ("１５％", "15", "%"),
        ("百分之五十", "50", "%"),
        ("3‰", "0.3", "%"),
        ("万分之二", "0.02", "%"),
        ("3个百分点", "3", "个百分点"),
        ("1000吨标准煤", "1000", "吨标准煤"),
        ("10 年", "10", "年"),
        ("三年", "3", "年"),
        ("两年半", "2.5", "年"),
        ("半年", "6", "个月"),
        ("12个月", "12", "个月"),
        ("15个工作日", "15", "工作日"),
        ("30万人", "300000", "人"),
        ("1000万美元", "10000000", "美元"),
    ],
)
def test_rates_durations_and_counts_keep_their_unit(text: str, value: str, unit: str) -> None:
    amount = one(text)
    assert (amount.value, amount.unit) == (Decimal(value), unit)


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("奖励50万元", "exact"),
        ("最高不超过50万元", "max"),
        ("最高可达50万元", "max"),
        ("50万元以下", "max"),
        ("50万元（含）以下", "max"),
        ("小于50万元（含）", "max"),
        ("50万元以内", "max"),
        ("50万元以上", "min"),
        ("不低于50万元", "min"),
        ("至少50万元", "min"),
        ("超过50万元", "over"),
        ("不足50万元", "under"),
        ("低于50万元", "under"),
        ("约50万元", "approx"),
        ("50多万元", "approx"),
    ],
)
def test_wording_around_an_amount_gives_its_bound(text: str, bound: str) -> None:
    amount = one(text)
    assert (amount.value, amount.bound) == (500_000, bound)


@pytest.mark.parametrize(
    "text", ["30—50万元", "30-50万元", "30万元至50万元", "30～50万元", "30万—50万元", "30 — 50 万元"]
)
def test_a_range_has_both_ends_in_the_same_unit(text: str) -> None:
    amount = one(text)
    assert (amount.value, amount.upper, amount.unit) == (300_000, 500_000, "元")


def test_a_range_from_wan_to_yi_keeps_each_unit() -> None:
    amount = one("5000万元—1亿元")
    assert (amount.value, amount.upper) == (50_000_000, 100_000_000)


def test_numbers_that_share_a_unit_are_all_read() -> None:
    assert [a.value for a in read_amounts("分别压减为40、15、2个工作日")] == [40, 15, 2]


def test_a_list_number_is_not_an_amount() -> None:
    assert [a.value for a in read_amounts("1、5万元以上的项目")] == [50_000]


@pytest.mark.parametrize("text", ["2018年7月1日", "2018-07-01", "2019 年 6 月", "7月31日", "2018—2020年", "2018年"])
def test_dates_are_dates_and_never_amounts(text: str) -> None:
    assert read_amounts(text) == []
    assert read_dates(text)


@pytest.mark.parametrize(
    "text", ["单位：万元", "一次性补助", "第一年", "三免三减半", "万企转型", "十三五", "", "数百万元"]
)
def test_words_with_numerals_are_not_amounts(text: str) -> None:
    assert read_amounts(text) == []


def test_a_day_that_does_not_exist_is_no_day() -> None:
    (mention,) = read_dates("2018年2月30日")
    assert mention.day is None


def test_units_that_measure_different_things_do_not_convert() -> None:
    assert convert(Decimal(240), "元", "吨标准煤") is None
    assert convert(Decimal(5000), "元", "万元") == Decimal("0.5")


@given(st.integers(1, 10**12 - 1))
def test_every_whole_number_in_chinese_is_read_back(number: int) -> None:
    assert read_number(chinese(number)) == number


@given(
    st.decimals(0, 99999, places=4).map(abs),
    st.sampled_from(["元", "万元", "亿元"]),
    st.sampled_from(["", " ", "　"]),
    st.booleans(),
    st.booleans(),
    st.sampled_from(["", "奖励", "给予一次性奖励", "每个项目补助"]),
)
def test_money_in_any_spelling_is_read_back_to_the_last_digit(
    value: Decimal, unit: str, gap: str, full_width: bool, commas: bool, before: str
) -> None:
    figures = f"{value:,f}" if commas else f"{value:f}"
    if full_width:
        figures = figures.translate({ord(str(d)): 0xFF10 + d for d in range(10)})
    text = f"{before}{figures}{gap}{unit}"
    amount = one(text + "。")
    assert amount.in_unit(unit) == value
    assert text[amount.start : amount.end] == amount.text == f"{figures}{gap}{unit}"


@given(st.text("0123456789,.万亿元年月日%以上至—一二三十百千分之个不超过（含） 　第", max_size=60))
def test_any_text_is_read_without_error_and_spans_are_in_order(text: str) -> None:
    found = read_amounts(text)
    assert all(text[a.start : a.end] == a.text and a.value.is_finite() for a in found)
    assert [a.start for a in found] == sorted(a.start for a in found)


def test_reading_is_linear_in_the_length_of_the_text() -> None:
    # a megabyte of numerals: quadratic reading would take minutes
    assert len(read_amounts("奖励200万元、100万元；" * 20_000)) == 40_000
    read_amounts("9" * 5_000 + "一" * 5_000 + "、1" * 5_000)
