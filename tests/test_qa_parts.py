"""Questions that ask the same of several things, and documents named in passing, are taken apart as a reader would."""

from __future__ import annotations

import pytest

from qa import documents
from qa.applicability import verdict
from qa.parts import parts
from qa.question import understand
from qa.sentences import sentences


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        (
            "石化、建材、钢铁三个行业到2020年的绿色工厂各是几家？",
            ["石化", "建材", "钢铁"],
        ),
        ("单独承保和共保体对注册资本金的要求分别是多少？", ["单独承保", "共保体"]),
        ("申请文件、申请报告和电子光盘各要准备几份？", ["申请文件", "申请报告", "电子光盘"]),
        ("挂牌奖励多少？", []),
    ],
)
def test_what_is_asked_of_several_things_is_asked_of_each(question: str, asked: list[str]) -> None:
    assert [part.label for part in parts(question)] == asked


def test_the_shared_tail_goes_with_every_part() -> None:
    assert all(
        part.text.endswith("三个行业到2020年的绿色工厂各是几家？")
        for part in parts("石化、建材、钢铁三个行业到2020年的绿色工厂各是几家？")
    )


def test_a_remark_in_brackets_belongs_to_the_sentence_before() -> None:
    text = "给予一次性奖励50万元。（省财政厅负责）（二）其他事项。"
    assert [s.text for s in sentences("给予一次性奖励50万元。（省财政厅负责）")] == [
        "给予一次性奖励50万元。（省财政厅负责）"
    ]
    assert len(sentences(text)) == 2 and all(text[s.start : s.end] == s.text for s in sentences(text))


def test_one_requirement_missed_decides_whatever_else_is_met() -> None:
    asked = understand("我们开了5家店，已经运营3年，能申请吗？")
    held = verdict(asked, "建设展示店超过5家且正常运营2年以上的企业")
    assert held is not None and not held.met and "超过5家" in held.comparison


def test_a_title_is_known_without_its_marks_place_and_edition() -> None:
    core = documents.core("河北省人民政府办公厅关于印发《河北省服装产业转型升级行动方案（2018－2020年）》的通知")
    assert core == "服装产业转型升级行动方案"
    asked = documents.spoken_of(understand("服装产业转型升级行动方案什么时候印发的"), [core, "别的方案"])
    assert asked.spoken == (core,) and not asked.titles
