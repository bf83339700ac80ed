"""The store gives back what was put in, whole, and a change is there entirely or not at all."""

from __future__ import annotations

import hashlib
import sqlite3
import threading
import time
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from evals import faults_ingest
from ingest.model import Document, Fact, IngestError, Link, Node, NodeKind, Parsed, Source, TableSpan
from ingest.store import Store


def parsed_of(
    text: str, *, name: str = "甲.txt", document_id: str = "冀政办〔2018〕1号", title: str = "关于补贴的通知"
) -> Parsed:
    """A source of one document whose first line is its title and whose other lines are clauses."""
    nodes: list[Node] = []
    start = 0
    for order, line in enumerate(text.split("\n")):
        kind = NodeKind.TITLE if order == 0 else NodeKind.CLAUSE
        span = (start, start + len(line))
        nodes.append(
            Node(f"{document_id}#{order}", document_id, None, order, kind, "", ("一、补贴",), *span, text=line, page=1)
        )
        start += len(line) + 1
    source = Source(name, hashlib.sha256(text.encode()).hexdigest(), "text", text)
    document = Document(document_id, name, 0, len(text), title, "通知", doc_no=document_id)
    return Parsed(source, (document,), tuple(nodes))


TEXT = "关于补贴的通知\n每节约一吨标准煤补贴240元。\n最高不超过 100 万元。"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "store.sqlite")


def test_everything_put_in_comes_back_equal(store: Store) -> None:
    parsed = parsed_of(TEXT)
    document = replace(
        parsed.documents[0],
        issuers=("甲厅", "乙厅"),
        region="河北省",
        signed=date(2018, 5, 1),
        valid_to=date(2020, 12, 31),
    )
    row = replace(parsed.nodes[2], kind=NodeKind.ROW, columns=("路径", "数"), cells=("石家庄市", ""), number="（一）")
    fact = Fact(row.id, "money", "100 万元", 30, 36, Decimal("1000000"), None, "元", "max", date(2018, 1, 1))
    link = Link(parsed.nodes[1].id, "cites", "关于补贴的通知", 0, 7, document.id)
    source = replace(
        parsed.source, pages=(0, 8), tables=(TableSpan(0, 7, (((0, 3), (3, 7)),)),), warnings=("第1页有隐藏文字",)
    )
    whole = Parsed(source, (document,), (*parsed.nodes[:2], row), (fact,), (link,), ("没有主送机关",))
    store.replace(whole, segmenter="7")

    assert store.documents() == [document] and store.document(document.id) == document
    assert store.nodes() == list(whole.nodes)
    assert store.facts() == [fact] == store.facts(row.id) and store.facts(parsed.nodes[1].id) == []
    assert store.links() == [link] == store.links(document.id)
    assert store.source(source.name) == source and store.source_text(source.name) == TEXT
    [info] = store.sources()
    assert (info.chars, info.documents, info.segmenter) == (len(TEXT), 1, "7")
    assert info.warnings == ("第1页有隐藏文字", "没有主送机关")


def test_nodes_by_kind_parent_and_neighbourhood(store: Store) -> None:
    parsed = parsed_of(TEXT)
    title, first, second = parsed.nodes
    second = replace(second, parent_id=first.id)
    store.replace(replace(parsed, nodes=(title, first, second)))

    assert store.clauses() == [first, second]
    assert store.nodes(first.document_id, {NodeKind.TITLE}) == [title]
    assert store.children(first.id) == [second] and store.children(second.id) == []
    assert store.neighbours(first.id) == (None, second), "a title is no clause to step back to"
    assert store.neighbours(second.id) == (first, None)
    assert store.node("没有") is None and store.document("没有") is None and store.neighbours("没有") == (None, None)


def test_a_replaced_source_leaves_nothing_behind(store: Store) -> None:
    parsed = parsed_of(TEXT)
    store.replace(replace(parsed, facts=(Fact(parsed.nodes[1].id, "money", "240元", 20, 24),)))
    store.replace(parsed_of("关于补贴的通知\n改为300元。"))

    assert [node.text for node in store.clauses()] == ["改为300元。"]
    assert store.facts() == [] and len(store.sources()) == 1


def test_removal_takes_out_one_source_only(store: Store) -> None:
    store.replace(parsed_of(TEXT))
    store.replace(parsed_of("关于奖励的通知\n奖励50万元。", name="乙.txt", document_id="津政〔2017〕2号"))
    assert store.remove("甲.txt") and not store.remove("甲.txt")
    assert [node.text for node in store.nodes(kinds={NodeKind.CLAUSE})] == ["奖励50万元。"]
    with pytest.raises(IngestError, match="没有来源“甲"):
        store.source_text("甲.txt")


def test_sources_come_by_name_whatever_the_order_of_ingestion(tmp_path: Path) -> None:
    one = parsed_of("关于奖励的通知\n奖励50万元。", name="乙.txt", document_id="津政〔2017〕2号")
    two = parsed_of(TEXT)
    forth, back = Store.open(tmp_path / "1.sqlite"), Store.open(tmp_path / "2.sqlite")
    for parsed in (one, two):
        forth.replace(parsed)
    for parsed in (two, one, two):
        back.replace(parsed)
    assert forth.nodes() == back.nodes() and forth.documents() == back.documents()
    assert forth.digest() == back.digest()


def test_the_digest_changes_with_the_clauses_and_only_with_them(store: Store) -> None:
    parsed = parsed_of(TEXT)
    store.replace(parsed)
    before = store.digest()
    store.replace(parsed, segmenter="later")
    assert store.digest() == before, "another segmenter that finds the same clauses needs no new index"
    store.replace(replace(parsed, nodes=parsed.nodes[:2]))
    assert store.digest() != before
    store.remove(parsed.source.name)
    assert store.digest() == Store.open(store._path.with_name("empty.sqlite")).digest()


def test_a_document_of_another_source_is_never_overwritten(store: Store) -> None:
    mine = parsed_of(TEXT)
    other = parsed_of("关于补贴的通知\n另一份同号文件。", name="乙.txt")
    other = replace(other, links=(Link(other.nodes[1].id, "cites", "x", 0, 1, other.documents[0].id),))
    store.replace(mine)
    store.replace(other)

    first, second = store.documents()
    assert {first.source, second.source} == {"甲.txt", "乙.txt"} and first.id != second.id
    [clause] = [node for node in store.clauses() if "另一份" in node.text]
    assert clause.document_id == store.links()[0].target_id and clause.id.startswith(clause.document_id)
    assert len(store.nodes(mine.documents[0].id)) == 3
    store.replace(other)
    assert len(store.documents()) == 2, "ingesting it again finds its own place"


def test_a_reference_finds_its_document_whichever_file_came_first(store: Store) -> None:
    citing = parsed_of(
        "关于申报的通知\n依据《关于支持发展的 意见》。", name="乙.txt", document_id="b", title="关于申报的通知"
    )
    clause = citing.nodes[1].id
    links = [
        Link(clause, "cites", text, 0, 1) for text in ("《关于支持发展的 意见》", "冀政办[2018]1号", "《国务院令》")
    ]
    store.replace(replace(citing, links=tuple(links)))
    assert [link.target_id for link in store.links()] == [None, None, None]

    target = parsed_of("河北省人民政府关于支持发展的意见\n支持。", title="河北省人民政府关于支持发展的意见")
    store.replace(replace(target, documents=(replace(target.documents[0], issuers=("河北省人民政府",)),)))
    assert [link.target_id for link in store.links("b")] == [target.documents[0].id, target.documents[0].id, None]
    assert len(store.links_to(target.documents[0].id)) == 2
    store.remove("甲.txt")
    assert store.links_to(target.documents[0].id) == []


def test_a_quote_is_found_across_line_breaks_and_widths_in_the_smallest_clause(store: Store) -> None:
    parsed = parsed_of("标题\n每节约一吨标准煤补贴２４０元。\n最高不超过 100 万元。")
    table = Node("t", parsed.documents[0].id, None, 9, NodeKind.TABLE, "", (), 3, 34, parsed.source.text[3:34])
    store.replace(replace(parsed, nodes=(*parsed.nodes, table)))

    found = store.find_quote("补贴240\n 元")
    assert found is not None and found.id == parsed.nodes[1].id
    assert store.find_quote("补贴240元", source="乙.txt") is None
    assert store.find_quote("标题") is None, "a title is not cited as a clause"
    assert store.find_quote("补贴241元") is None and store.find_quote("  ") is None
    assert (across := store.find_quote("240元。最高不超过")) is not None and across.id == "t"


def test_what_another_process_writes_is_seen(tmp_path: Path) -> None:
    reader, writer = Store.open(tmp_path / "store.sqlite"), Store.open(tmp_path / "store.sqlite")
    assert reader.find_quote("240元") is None
    writer.replace(parsed_of(TEXT))
    assert reader.find_quote("240元") is not None


def test_a_failing_replace_leaves_the_old_state(store: Store) -> None:
    parsed = parsed_of(TEXT)
    store.replace(parsed)
    before = store.digest()
    twice = replace(parsed, nodes=(*parsed.nodes, parsed.nodes[-1]), documents=parsed.documents)
    with pytest.raises(IngestError, match="条款编号重复"):
        store.replace(twice)
    assert store.digest() == before and store.nodes() == list(parsed.nodes)


def test_an_empty_workspace_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(IngestError, match="先运行 zhengce ingest"):
        Store.open(tmp_path / "store.sqlite", create=False)
    assert not (tmp_path / "store.sqlite").exists()


@pytest.mark.parametrize(("version", "advice"), [(0, "旧版本"), (99, "升级 zhengce")])
def test_an_older_or_newer_workspace_is_recognised(tmp_path: Path, version: int, advice: str) -> None:
    path = tmp_path / "store.sqlite"
    Store.open(path).close()
    with sqlite3.connect(path) as db:
        db.execute(f"PRAGMA user_version = {version}")
    db.close()
    with pytest.raises(IngestError, match=advice):
        Store.open(path)


def test_a_broken_or_foreign_database_is_recognised(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    path.write_bytes(b"not a database" * 1000)
    with pytest.raises(IngestError, match="请删除"):
        Store.open(path)
    path.unlink()
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE mine (x)")
    db.close()
    with pytest.raises(IngestError, match="不是本程序的数据库"):
        Store.open(path)


def test_a_store_damaged_in_the_middle_gives_one_line(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    store = Store.open(path)
    store.replace(parsed_of("标题\n" + "\n".join(f"第{n}条 补贴{n}元。" for n in range(3000))))
    store.close()
    content = bytearray(path.read_bytes())
    content[8192 : len(content) - 4096] = b"\xff" * (len(content) - 12288)
    path.write_bytes(content)
    with pytest.raises(IngestError) as error:
        Store.open(path).nodes()
    assert "\n" not in str(error.value) and "请" in str(error.value)


def test_three_thousand_nodes_load_within_a_tenth_of_a_second(store: Store) -> None:
    store.replace(parsed_of("标题\n" + "\n".join(f"第{n}条 补贴{n}元。" for n in range(3000))))
    took = []
    for _ in range(5):
        begin = time.perf_counter()
        assert len(store.nodes()) == 3001
        took.append(time.perf_counter() - begin)
    assert min(took) < 0.1


def test_a_kill_at_any_moment_leaves_the_old_state_or_the_new(tmp_path: Path) -> None:
    outcome = faults_ingest.kill_loop(tmp_path, 6)  # evals/faults_ingest.py runs it more than a hundred times
    assert (outcome.old_or_new, outcome.mixed, outcome.broken) == (6, 0, 0)


def test_readers_see_a_whole_state_while_a_source_is_being_replaced(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    states = faults_ingest.state(0), faults_ingest.state(1)
    writer, reader = Store.open(path), Store.open(path)
    writer.replace(states[0])
    stop = threading.Event()

    def write() -> None:
        number = 1
        while not stop.is_set():
            writer.replace(states[number])
            number = 1 - number

    thread = threading.Thread(target=write)
    thread.start()
    try:
        for _ in range(10):
            assert len(reader.nodes()) in {len(parsed.nodes) for parsed in states}
    finally:
        stop.set()
        thread.join()
