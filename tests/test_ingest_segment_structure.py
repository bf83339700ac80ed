"""The heading grammar and the tree that it makes of one document."""

import pytest

from ingest.model import Node, NodeKind, Source
from ingest.segment import parse
from ingest.structure import read_number


def nodes(text: str, name: str = "试.txt") -> list[Node]:
    """The nodes of a text."""
    return list(parse(Source(name, "0" * 64, "text", text)).nodes)


def by_text(found: list[Node], words: str) -> Node:
    """The node that begins with these words."""
    return next(node for node in found if node.text.startswith(words))


@pytest.mark.parametrize(
    ("line", "number", "label"),
    [
        ("第一编 总则", "第一编", "第一编"),
        ("第二章  资金奖励", "第二章", "第二章"),
        ("第十二条之一 符合条件的", "第十二条之一", "第十二条之一"),
        ("一、总体要求", "一、", "一"),
        ("第一、提升能力", "第一、", "第一"),
        ("（十三）鼓励", "（十三）", "（十三）"),
        ("(十三）鼓励", "(十三）", "(十三）"),
        ("1. 高端装备", "1.", "1"),
        ("1．专业化", "1．", "1"),
        ("12、其他", "12、", "12"),
        ("（1）培育", "（1）", "（1）"),
        ("①企业", "①", "①"),
    ],
)
def test_a_number_is_read_as_written(line: str, number: str, label: str) -> None:
    found = read_number(line)
    assert found is not None
    assert (found.text, found.label) == (number, label)


@pytest.mark.parametrize(
    "line",
    [
        "2018年实现",
        "1.5万家企业",
        "第十一条规定的条件",
        "第三条、第四条所称",
        "一是主动谋划",
        "第一笔生产经营收入",
        "一、二、三产业比重",
        "百家服装设计机构",
        "3D打印",
    ],
)
def test_what_only_looks_like_a_number_is_none(line: str) -> None:
    assert read_number(line) is None


def test_parts_lie_within_each_other_by_their_numbers() -> None:
    found = nodes(
        "关于支持企业的若干措施\n\n为支持企业，制定本措施。\n\n一、资金支持\n\n（一）技改补助。对技改项目给予补助。\n\n"
        "1. 补助标准为10%。\n\n（1）最高100万元。\n\n2. 其他。\n\n二、其他支持\n\n按有关规定执行。\n"
    )
    deepest = by_text(found, "（1）")
    assert deepest.path == ("一、资金支持", "（一）技改补助", "1. 补助标准为10%")
    assert deepest.id.endswith("/一/（一）/1/（1）")
    assert by_text(found, "2. ").parent_id == by_text(found, "（一）").id
    assert by_text(found, "按有关规定").path == ("二、其他支持",)
    assert by_text(found, "一、").kind is NodeKind.HEADING
    assert by_text(found, "（一）").kind is NodeKind.CLAUSE


def test_a_sentence_that_introduces_a_list_is_the_parent_of_its_items() -> None:
    found = nodes(
        "一、限制条件\n\n有下列情况之一的企业，不得申报：\n\n1.提供虚假信息的；\n\n2.偷税漏税的；\n\n有其他违法行为的。\n\n二、程序\n\n企业申报。"
    )
    intro = by_text(found, "有下列情况")
    assert by_text(found, "1.").parent_id == intro.id
    assert by_text(found, "2.").parent_id == intro.id
    assert by_text(found, "有其他").parent_id == intro.parent_id or by_text(found, "有其他").parent_id == intro.id
    assert by_text(found, "有其他").path == ("一、限制条件",)


def test_the_paragraphs_of_an_article_belong_to_it_whatever_its_chapter() -> None:
    found = nodes(
        "# 某某条例\n\n## 第一章 总则\n\n第一条 为了规范，制定本条例。\n\n前款所称企业，是指法人。\n\n## 第二章 监督\n\n第二条 另行规定。\n"
    )
    article = by_text(found, "第一条")
    assert article.id.endswith("条例/第一条")
    assert article.path == ("第一章 总则",)
    assert by_text(found, "前款").parent_id == article.id
    assert by_text(found, "第二条").path == ("第二章 监督",)


def test_a_line_that_wraps_before_a_number_is_no_new_clause() -> None:
    wrapped = "\n\n".join(
        [
            "为了贯彻落实省委和省政府关于促进中小微企业健康发展的一系列政策措施和要求，按照认定",
            "第十一条规定，企业须同时满足以下的条件和本通知所提出的其他各项有关的要求，并且应当在",
        ]
        * 12
        + ["规定的时间内提出申请。"]
    )
    assert [node.kind for node in nodes(wrapped)].count(NodeKind.CLAUSE) == 1


def test_who_is_responsible_closes_the_clause_it_follows() -> None:
    found = nodes(
        "一、专项行动\n\n（一）产业布局。严禁新建石化项目。\n\n牵头单位：省工业和信息化厅\n\n责任单位：各市政府\n\n（二）技术创新。加大研发投入。\n"
    )
    assert by_text(found, "（一）").text.endswith("责任单位：各市政府")


def test_an_edit_elsewhere_leaves_the_ids_of_other_parts() -> None:
    text = "关于支持企业的若干措施\n\n一、资金支持\n\n（一）补助。给予补助。\n\n二、土地支持\n\n（一）供地。优先供地。\n\n企业可以分期缴纳。\n"
    before = {node.text: node.id for node in nodes(text)}
    after = {
        node.text: node.id
        for node in nodes(text.replace("给予补助。", "给予补助。\n\n（二）奖励。给予奖励。\n\n另有规定的除外。"))
    }
    for words in ("（一）供地。优先供地。", "企业可以分期缴纳。", "二、土地支持"):
        assert before[words] == after[words]
