"""Sentences of a clause are verbatim, in order, and lose nothing."""

import re
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from qa.sentences import sentences, tidy

PROSE = st.text(alphabet="奖励企业，。；！？”）\n 0123456789万元", max_size=120)


@given(PROSE)
def test_every_visible_character_is_in_exactly_one_sentence(text: str) -> None:
    found = sentences(text)
    assert all(text[s.start : s.end] == s.text for s in found)
    assert "".join(re.sub(r"\s", "", s.text) for s in found) == re.sub(r"\s", "", text)
    assert all(a.end <= b.start for a, b in pairwise(found))


def test_a_closing_quote_stays_with_its_sentence() -> None:
    assert [s.text for s in sentences("称为“四基”。”其他；完")] == ["称为“四基”。”", "其他；", "完"]


@given(PROSE)
def test_tidying_changes_white_space_only(text: str) -> None:
    assert re.sub(r"\s", "", tidy(text)) == re.sub(r"\s", "", text)


def test_hard_wrapped_lines_read_as_one() -> None:
    assert tidy("扩大就业、改善民生、促进创业创新的重\n\n要力量") == "扩大就业、改善民生、促进创业创新的重要力量"
