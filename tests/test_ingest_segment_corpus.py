"""The five files of the corpus: nothing lost, every document found, every clause where it stands."""

from functools import cache

import pytest

from ingest import readers
from ingest.catalog import load
from ingest.model import Document, Node, NodeKind, Parsed
from ingest.segment import parse
from ingest.workspace import bundled_corpus

FILES = sorted(path.name for path in (bundled_corpus() / "sources").glob("*.txt"))


@cache
def parsed(name: str) -> Parsed:
    """One file of the corpus, segmented with the catalogue."""
    return parse(readers.read(bundled_corpus() / "sources" / name), load(bundled_corpus() / "catalog.yaml"))


def every() -> list[Parsed]:
    """All five."""
    return [parsed(name) for name in FILES]


def document(title: str) -> Document:
    """The document whose title holds the words."""
    return next(d for p in every() for d in p.documents if title in d.title)


def clauses(of: Document) -> list[Node]:
    """Its nodes."""
    return [n for p in every() for n in p.nodes if n.document_id == of.id]


@pytest.mark.parametrize("name", FILES)
def test_every_character_is_in_exactly_one_node(name: str) -> None:
    text = parsed(name).source.text
    seen = [0] * len(text)
    for node in parsed(name).nodes:
        assert node.text == text[node.start : node.end] == node.text.strip()
        if node.kind is not NodeKind.TABLE:
            for at in range(node.start, node.end):
                seen[at] += 1
    assert [text[at - 10 : at + 10] for at, char in enumerate(text) if not char.isspace() and seen[at] != 1] == []


@pytest.mark.parametrize("name", FILES)
def test_a_table_spans_its_rows(name: str) -> None:
    by_id = {n.id: n for n in parsed(name).nodes}
    for node in parsed(name).nodes:
        if node.kind is NodeKind.ROW:
            table = by_id[node.parent_id or ""]
            assert table.kind is NodeKind.TABLE
            assert table.start <= node.start < node.end <= table.end


def test_ids_are_unique_over_the_whole_corpus_and_need_no_escaping() -> None:
    ids = [n.id for p in every() for n in p.nodes] + [d.id for p in every() for d in p.documents]
    assert len(ids) == len(set(ids))
    assert not [i for i in ids if any(c.isspace() or c in "\\?#%&" for c in i)]


def test_nodes_stand_in_the_order_of_the_text_under_parents_of_their_document() -> None:
    for p in every():
        assert list(p.nodes) == sorted(p.nodes, key=lambda n: (n.start, -n.end))
        ids = {n.id: n for n in p.nodes}
        documents = {d.id: d for d in p.documents}
        for node in p.nodes:
            own = documents[node.document_id]
            assert own.start <= node.start < node.end <= own.end
            if node.parent_id is not None:
                assert ids[node.parent_id].document_id == node.document_id
                assert ids[node.parent_id].order < node.order


def test_each_file_is_split_into_its_documents() -> None:
    assert {p.source.name[:3]: len(p.documents) for p in every()} == {
        "000": 15,
        "001": 63,
        "002": 5,
        "003": 3,
        "004": 12,
    }


def test_the_compendium_begins_with_its_preface_and_a_reading_by_each_department() -> None:
    compendium = parsed("001_995e29078fff7534.txt").documents
    assert compendium[0].kind == "前言"
    readings = [d for d in compendium if d.relation == "解读"]
    assert [d.issuers for d in readings] == [
        ("河北省工业和信息化厅",), ("河北省发展和改革委员会",), ("河北省科学技术厅",), ("河北省财政厅",),
        ("国家税务总局河北省税务局",),
    ]  # fmt: skip


def test_the_newsletter_holds_notices_and_two_bare_links() -> None:
    newsletter = parsed("004_9b33eda3443e5a04.txt").documents
    assert len(newsletter) == 12
    bare = [d.title for d in newsletter if not any(n.citable for n in clauses(d))]
    assert bare == [
        "关于印发天津市2019年工业节能与综合利用工作要点的通知",
        "关于推荐2019年辽宁省两化融合管理体系贯标试点企业的通知",
    ]


def test_attachments_are_documents_tied_to_their_main_document() -> None:
    main = document("关于印发《促进我省特色产品高质量发展工作方案》的通知")
    attached = [d for p in every() for d in p.documents if d.main_id == main.id]
    assert [d.id for d in attached] == [f"冀制强省办〔2018〕2号附件{n}" for n in range(1, 8)]
    assert {d.relation for d in attached} == {"附件"}
    # the first attachment of the petrochemical plan bears no 附件1: it is known by the list of attachments
    petrochemical = document("河北省石化工业高质量发展三年行动计划（2018－2020年）")
    assert (
        document("河北省石化工业高质量发展三年行动计划（2018－2020年）落实工作方案").main_id == "冀制强省办〔2018〕13号"
    )
    assert petrochemical.id == "冀制强省办〔2018〕13号"
    scoring = document("“专精特新”中小企业评分细则")
    assert scoring.main_id == document("“专精特新发展一批”认定标准").id


def test_a_plan_that_is_issued_stays_with_the_notice_that_issues_it() -> None:
    notice = document("关于印发《河北省支持“万企转型”若干政策措施》的通知")
    titles = [n.text for n in clauses(notice) if n.kind is NodeKind.TITLE]
    assert titles[1] == "河北省支持“万企转型”若干政策措施"
    assert [n.number for n in clauses(notice) if n.number][-1] == "十六、"


def test_a_clause_is_found_by_document_number_and_numbering() -> None:
    ids = {n.id: n for p in every() for n in p.nodes}
    assert ids["冀政发〔2018〕3号/四/（五）"].text.startswith("（五）强化建设用地保障。")
    assert ids["冀财金〔2016〕44号/第五条"].text.startswith("第五条\xa0股权投资基金对省内企业")
    assert ids["冀政发〔2018〕4号/三/（一）/1/p1"].path == (
        "三、构建现代工业产业链体系", "（一）集中培植7个战略性新兴产业链", "1. 高端装备产业",
    )  # fmt: skip


def test_hard_wrapped_lines_are_one_clause() -> None:
    policy = document("关于促进中小企业健康发展的指导意见")
    first = next(n for n in clauses(policy) if n.number == "（一）")
    assert first.text.startswith("（一）进一步放宽市场准入。")
    assert first.text.endswith("最大程度实现准入便利化。")
    assert "\n" in first.text


def test_a_line_broken_by_a_page_is_one_clause() -> None:
    found = next(
        n for n in parsed("002_8638f2724e834911.txt").nodes if n.text.startswith("开展工业转型升级试点示范创建工作")
    )
    assert "解\n\n剖麻雀" in found.text


def test_numbers_in_brackets_over_a_line_end_begin_no_clause() -> None:
    ningbo = document("宁波市关于组织开展2019年度")
    assert not [n for n in clauses(ningbo) if n.text.startswith("1）")]


def test_headings_name_what_follows_and_clauses_carry_their_own_heads() -> None:
    kinds = {n.text: n.kind for n in clauses(document("2018年蓟州区新一轮中小企业创新转型行动计划的通知"))}
    assert kinds["三、政策扶持"] is NodeKind.HEADING
    assert next(k for t, k in kinds.items() if t.startswith("（四）支持企业节能降耗。")) is NodeKind.CLAUSE


def test_furniture_links_and_signatures_are_no_clauses() -> None:
    for p in every():
        for node in p.nodes:
            if node.citable:
                assert not node.text.startswith(("http://", "相关链接", "（此件", "[申报通知]"))
                assert node.text not in ("工信领域", "附件2", "2018年8月24日", "特色产品")


def test_clauses_are_small_enough_to_cite_and_end_where_sentences_end() -> None:
    lengths = sorted(len(n.text) for p in every() for n in p.nodes if n.kind in (NodeKind.CLAUSE, NodeKind.ROW))
    assert lengths[len(lengths) // 2] < 150
    assert lengths[int(0.95 * len(lengths))] < 450
    # the two that page links tear apart in the newsletter, and what the sources themselves leave without a stop
    torn = [
        n.text[-8:] for p in every() for n in p.nodes if n.kind is NodeKind.CLAUSE and n.text[-1] in "的需、至和与及"
    ]
    assert torn == ["染环境，需", "范平台认定、"] or [t[-1] for t in torn] == ["需", "、"]
