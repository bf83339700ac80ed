"""Whatever stands in a file, no character is lost, no id is given twice, and the work grows with the length only."""

import time

from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.model import NodeKind, Source
from ingest.segment import parse

LINES = st.sampled_from(
    [
        "", "\t", "\t石家庄市", "\t15", "附件1", "附件：", "附件：1．某某方案", "2. 某某计划", "河北省人民政府", "2018年8月9日", "关于印发《某某方案》的通知",
        "某某省关于支持企业发展的若干措施", "冀政发〔2018〕3号", "各市人民政府：", "一、总体要求", "（一）支持。给予补助。", "1. 标准", "第一条 为了规范。", "第一章 总则",
        "有下列情形之一的：", "http://www.example.com/", "相关链接：", "[申报通知]", "# 标题", "## 二、内容", "| 甲 | 乙 |", "| --- | --- |", "甲\t乙\t丙",
        "牵头单位：省科技厅", "联系人：王某 0311-87908027", "目录", "前言", "申报单位：____", "（此件公开发布）", "- 3 -", "这是一个没有编号的段落，说明有关情况。",
        "\x0c", "a\u2028b", "①甲", "《某某方案》",
    ]
)  # fmt: skip
TEXTS = st.one_of(
    st.lists(LINES, max_size=40).map("\n".join),
    st.lists(LINES, max_size=25).map("\r\n\r\n".join),
    st.text(max_size=300),
)


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_no_text_loses_a_character(text: str) -> None:
    parsed = parse(Source("任意.txt", "0" * 64, "text", text))
    seen = [0] * len(text)
    for node in parsed.nodes:
        assert node.text == text[node.start : node.end]
        if node.kind is not NodeKind.TABLE:
            for at in range(node.start, node.end):
                seen[at] += 1
    assert all(seen[at] == 1 for at, char in enumerate(text) if not char.isspace())
    ids = [n.id for n in parsed.nodes]
    assert len(ids) == len(set(ids))
    assert [n for n in parsed.nodes if n.document_id not in {d.id for d in parsed.documents}] == []


@settings(max_examples=50, deadline=None)
@given(TEXTS)
def test_segmentation_is_the_same_every_time(text: str) -> None:
    source = Source("任意.txt", "0" * 64, "text", text)
    assert parse(source) == parse(source)


def test_ten_times_the_text_takes_about_ten_times_as_long() -> None:
    unit = "\n".join(
        f"第{n}条 {'各级人民政府应当支持企业，' * 8}具体办法另行制定。\n\n（一）甲；\n\n（二）乙。\n"
        for n in range(1, 300)
    )
    seconds = []
    for times in (1, 10):
        source = Source("长.txt", "0" * 64, "text", unit * times)
        begin = time.process_time()
        parse(source)
        seconds.append(time.process_time() - begin)
    assert seconds[1] < 30 * max(seconds[0], 0.05)
