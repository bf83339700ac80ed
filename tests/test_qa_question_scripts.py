"""A question means the same in traditional characters and when copied from a scan letter by letter."""

from __future__ import annotations

import pytest

from qa.question import understand

PLAIN = "蓟州区企业技术改造奖励50万元吗？"


@pytest.mark.parametrize("written", ["薊州區企業技術改造獎勵50萬元嗎？", " ".join(PLAIN)])
def test_the_same_question_in_another_script(written: str) -> None:
    plain, other = understand(PLAIN), understand(written)
    assert other.regions == plain.regions
    assert other.asked == plain.asked
    assert other.text.replace(" ", "") == plain.text


def test_spaces_between_keywords_stay() -> None:
    assert understand("蓟州 楼宇升级 责任部门").text == "蓟州 楼宇升级 责任部门"
