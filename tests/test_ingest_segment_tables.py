"""Tables are read back as rows and columns, empty cells kept; what is no table stays text."""

from functools import cache

import pytest

from ingest import readers
from ingest.model import Node, NodeKind, Parsed, Source, TableSpan
from ingest.segment import parse
from ingest.workspace import bundled_corpus


@cache
def corpus(name: str) -> Parsed:
    """One file of the corpus, segmented."""
    return parse(readers.read(next((bundled_corpus() / "sources").glob(f"{name}*"))))


def rows(parsed: Parsed, title: str) -> list[Node]:
    """The rows of the tables of a document."""
    document = next(d for d in parsed.documents if title in d.title)
    return [n for n in parsed.nodes if n.document_id == document.id and n.kind is NodeKind.ROW]


def row(parsed: Parsed, title: str, first: str) -> Node:
    """The row that begins with a cell."""
    return next(n for n in rows(parsed, title) if n.cells[0] == first)


def test_the_task_table_keeps_its_empty_cells() -> None:
    shijiazhuang = row(corpus("000"), "任务分解表", "石家庄市")
    assert dict(zip(shijiazhuang.columns, shijiazhuang.cells, strict=True)) == {
        "路径": "石家庄市", "改造升级": "", "产业集聚": "15", "专精特新": "", "管理提升": "36", "两化融合": "2",
        "国际化促进": "17", "小计": "",
    }  # fmt: skip


def test_the_task_table_adds_up() -> None:
    total = row(corpus("000"), "任务分解表", "合计")
    cities = [r for r in rows(corpus("000"), "任务分解表") if r.cells[0].endswith("市")]
    assert len(cities) == 13
    for column in ("产业集聚", "管理提升", "两化融合", "国际化促进"):
        at = total.columns.index(column)
        assert sum(int(r.cells[at]) for r in cities) == int(total.cells[at])


@pytest.mark.parametrize(
    ("title", "criterion", "path"),
    [
        ("“专精特新”中小企业评分细则", "1、注册年限（5分）", "一、基础条件（50分）"),
        ("“专精特新”中小企业评分细则", "24、研发投入比例（10分）", "四、特色化（50分）"),
        ("“国际化”中小企业评分细则", "动能转换（10分）", "二、国际化（80分）"),
    ],
)
def test_a_criterion_of_a_scoring_table_knows_its_section_and_column_heads(
    title: str, criterion: str, path: str
) -> None:
    found = row(corpus("000"), title, criterion)
    assert found.path == (path,)
    assert found.columns[:2] == ("评比项目", "评分细则")


def test_the_points_of_the_scoring_tables_are_those_their_sections_promise() -> None:
    import re

    promised: dict[str, int] = {}
    given: dict[str, int] = {}
    for r in rows(corpus("000"), "“专精特新”中小企业评分细则"):
        if r.columns[:1] == ("评比项目",) and (points := re.search(r"（(\d+)分）$", r.cells[0])):
            given[r.path[0]] = given.get(r.path[0], 0) + int(points.group(1))
            promised[r.path[0]] = int(re.search(r"（(\d+)分）", r.path[0]).group(1))  # type: ignore[union-attr]
    assert len(given) == 5
    assert given == promised


def test_a_cell_that_spans_rows_is_the_place_of_the_rows_below() -> None:
    found = next(r for r in rows(corpus("003"), "任务及责任部门") if "专利提升" in r.cells)
    assert found.cells == ("", "专利提升", "7")
    assert found.path == ("区科委（知识产权局）",)


def test_a_list_of_industries_has_a_row_for_each() -> None:
    found = rows(corpus("001"), "退还增值税期末留抵税额行业目录")
    assert [r.cells[0] for r in found if r.columns] == [str(n) for n in range(1, 19)]


def test_a_tab_before_a_paragraph_makes_no_table() -> None:
    parsed = corpus("001")
    assert next(n for n in parsed.nodes if n.text.startswith("智能装备。加快开发")).kind is NodeKind.CLAUSE


def test_blank_forms_are_declared_as_forms() -> None:
    for name, title in (
        ("000", "企业基本信息"),
        ("002", "申报县（市、区）制造业基本情况"),
        ("002", "主要产业配套政策"),
    ):
        assert not rows(corpus(name), title)
        document = next(d for d in corpus(name).documents if title in d.title)
        assert any(n.kind is NodeKind.FORM for n in corpus(name).nodes if n.document_id == document.id)


def test_a_markdown_table_is_a_table() -> None:
    text = "# 奖励标准\n\n| 级别 | 奖励 |\n| --- | --- |\n| 国家级 | 100万元 |\n| 省级 |  |\n"
    found = [n for n in parse(Source("表.md", "0" * 64, "markdown", text)).nodes if n.kind is NodeKind.ROW]
    assert [r.cells for r in found] == [("级别", "奖励"), ("国家级", "100万元"), ("省级", "")]
    assert found[1].columns == ("级别", "奖励")


def test_a_table_that_the_format_declares_is_taken_as_declared() -> None:
    text = "奖励如下：\n级别 金额\n国家级 100万元\n以上为准。\n"
    cells = [[text.index(w) for w in line] for line in (("级别", "金额"), ("国家级", "100万元"))]
    spans = tuple(
        tuple((at, at + len(w)) for at, w in zip(line, words, strict=True))
        for line, words in zip(cells, (("级别", "金额"), ("国家级", "100万元")), strict=True)
    )
    table = TableSpan(text.index("级别"), text.index("\n以上"), spans)
    found = parse(Source("表.docx", "0" * 64, "docx", text, tables=(table,))).nodes
    assert [n.cells for n in found if n.kind is NodeKind.ROW] == [("级别", "金额"), ("国家级", "100万元")]
    assert [n.text for n in found if n.kind is NodeKind.CLAUSE] == ["奖励如下：", "以上为准。"]
