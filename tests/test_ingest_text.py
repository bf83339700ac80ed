"""Comparison-time text: oddities are evened out for comparing, and what is found can be cited from the source."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.text import fold, loose, squeeze, tidy_title, unwrap


def test_squeezed_text_knows_no_width_no_space_no_thousands_separator() -> None:
    assert squeeze("５,000 万元（含）\n以上") == "5000万元(含)以上"


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=200))
def test_every_folded_character_comes_from_the_original_character_it_points_to(text: str) -> None:
    folded = fold(text)
    assert len(folded.text) == len(folded.offsets)
    for char, offset in zip(folded.text, folded.offsets, strict=True):
        assert char in unicodedata.normalize("NFKC", text[offset])


def test_what_is_found_in_folded_text_is_cited_from_the_source() -> None:
    source = "每吨标准煤给予２４０\n元资金补贴"
    folded = fold(source, base=100)
    at = folded.text.index("240元")
    start, end = folded.span(at, at + 4)
    assert source[start - 100 : end - 100] == "２４０\n元"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("冀政办字﹝2017﹞127号", "冀政办字〔2017〕127号"),
        ("《河北省科技创新三年行动计划（2018-2020年）》", "河北省科技创新三年行动计划（2018－2020年）"),
        ("关于发布〈办法〉的公告", "关于发布〈 办法 〉的公告"),
    ],
)
def test_names_that_differ_in_brackets_dashes_and_spaces_are_one_name(one: str, other: str) -> None:
    assert loose(one) == loose(other)


def test_hard_wrapped_lines_read_as_one_line() -> None:
    assert unwrap("进一步放宽市场准\n\n入。坚决破除") == "进一步放宽市场准入。坚决破除"
    assert unwrap("small and\nmedium") == "small and medium"


def test_a_title_has_spaces_between_issuers_only() -> None:
    assert tidy_title("财政部 税务总局 关于 2018 年 （试行）的通知") == "财政部 税务总局关于2018年（试行）的通知"
