"""Facts and references read from clauses, each with the span of its words."""

from datetime import date
from decimal import Decimal
from functools import cache

import pytest

from ingest import readers
from ingest.model import Fact, Parsed, Source
from ingest.segment import parse
from ingest.workspace import bundled_corpus


@cache
def corpus(name: str) -> Parsed:
    """One file of the corpus, segmented."""
    return parse(readers.read(next((bundled_corpus() / "sources").glob(f"{name}*"))))


def facts(text: str) -> list[Fact]:
    """The facts of a text."""
    return list(parse(Source("试.txt", "0" * 64, "text", text)).facts)


@pytest.mark.parametrize("name", ["000", "001", "002", "003", "004"])
def test_every_fact_and_link_stands_where_it_says(name: str) -> None:
    parsed = corpus(name)
    spans = {n.id: (n.start, n.end) for n in parsed.nodes}
    assert parsed.facts
    for found in (*parsed.facts, *parsed.links):
        start, end = spans[found.clause_id]
        assert start <= found.start < found.end <= end
        assert parsed.source.text[found.start : found.end] == found.text


def test_money_comes_in_yuan_with_its_bound() -> None:
    money = [f for f in facts("单个项目给予补贴，最高不超过50万元；另给予100—300万元资助。") if f.kind == "money"]
    assert [(f.value, f.upper, f.unit, f.bound) for f in money] == [
        (Decimal(500000), None, "元", "max"),
        (Decimal(1000000), Decimal(3000000), "元", "exact"),
    ]


def test_a_day_by_which_something_is_due_is_a_deadline() -> None:
    found = facts("请各地于2018年9月7日前报送材料。本办法自2018年5月1日起执行。")
    assert [(f.kind, f.day) for f in found if f.day] == [("deadline", date(2018, 9, 7)), ("date", date(2018, 5, 1))]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (
            "加大支持。（区工信委、科委、各镇乡园区负责）",
            [("区工信委", "负责"), ("科委", "负责"), ("各镇乡园区", "负责")],
        ),
        (
            "加大支持。（责任单位：省科技厅，各市（含定州、辛集市）政府）",
            [("省科技厅", "责任"), ("各市（含定州、辛集市）政府", "责任")],
        ),
        (
            "加大支持。（省科技厅牵头，省财政厅、省国资委参加）",
            [("省科技厅", "牵头"), ("省财政厅", "参加"), ("省国资委", "参加")],
        ),
        ("牵头单位：省质监局", [("省质监局", "牵头")]),
    ],
)
def test_who_is_responsible_is_read_name_by_name(text: str, names: list[tuple[str, str]]) -> None:
    assert [(f.text, f.unit) for f in facts(text) if f.kind == "department"] == names


def test_contacts_of_the_notices_are_read() -> None:
    contacts = [(f.unit, f.text) for f in corpus("004").facts if f.kind == "contact"]
    assert ("联系人", "王致远") in contacts
    assert ("电话", "55578427") in contacts
    assert ("邮箱", "wangzhiyuan24@163.com") in contacts
    assert ("联系人", "史智锋") in contacts


def test_a_phone_number_is_no_amount_of_anything() -> None:
    assert not [f for f in corpus("004").facts if f.kind in ("money", "count") and "0351" in f.text]


def test_documents_cited_by_title_or_number_are_linked_where_they_stand() -> None:
    links = {(link.text, link.target_id) for link in corpus("001").links}
    assert ("《河北省人民政府关于加快推进工业转型升级建设现代化工业体系的指导意见》", "冀政发〔2018〕4号") in links
    assert ("《河北省“万企转型”实施方案（2018－2020年）》", "冀政发〔2018〕3号") in links
    assert any(text.endswith("财税〔2018〕33号") and target == "财税〔2018〕33号" for text, target in links)
    assert any(target is None for _, target in links)  # most cited documents are not in the corpus


def test_a_reading_interprets_and_a_note_attaches() -> None:
    kinds = {link.kind for link in corpus("001").links}
    assert kinds == {"cites", "attachment", "interprets"}
    attached = {link.target_id for link in corpus("001").links if link.kind == "attachment"}
    assert "冀制强省办〔2018〕2号附件1" in attached


def test_no_document_refers_to_itself() -> None:
    for name in ("001", "003"):
        document_of = {n.id: n.document_id for n in corpus(name).nodes}
        assert all(link.target_id != document_of[link.clause_id] for link in corpus(name).links)


def test_words_that_only_look_like_figures_are_no_counts() -> None:
    assert [
        f.text
        for f in facts("建设一批项目，支持两种方式，培育30个智能工厂，6月底前完成。")
        if f.kind in ("count", "duration")
    ] == ["30个"]
