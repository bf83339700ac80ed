"""Files of strangers are checked, parsed apart, shown, and enter the library only when accepted, whole or not at all."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ingest_rendering import as_docx

from ingest.model import IngestError
from ingest.workspace import Workspace
from qa.app import intake
from qa.engine import Engine

NOTICE = [
    "海州市人民政府办公室关于支持风筝产业发展的通知",
    "海政办发〔2020〕7号",
    "各县人民政府，市政府有关部门：",
    "一、支持新品开发",
    "对新开发风筝产品的企业，每个品种奖励37万元。",
    "海州市人民政府办公室",
    "2020年3月5日",
]
DAY = date(2021, 1, 1)


@pytest.fixture
def engine(own_workspace: Path) -> Engine:
    return Engine.open(Workspace(own_workspace))


def taken_in(engine: Engine, name: str = "风筝.docx", **corrections: object) -> intake.Pending:
    pending = intake.receive(engine.workspace, name, as_docx(NOTICE))
    id = pending.parsed.documents[0].id
    intake.accept(engine.workspace, engine.store, pending, {id: corrections} if corrections else {})
    intake.reindex(engine.workspace, engine.store)
    return pending


def test_nothing_is_in_the_library_before_it_is_accepted(engine: Engine) -> None:
    before = engine.store.digest()
    pending = intake.receive(engine.workspace, "风筝.docx", as_docx(NOTICE))
    assert "每个品种奖励37万元" in pending.parsed.source.text
    assert engine.store.digest() == before
    intake.discard(pending)
    assert not pending.path.exists()


def test_what_was_accepted_answers_questions(engine: Engine) -> None:
    taken_in(engine)
    again = Engine.open(engine.workspace)
    assert "37万元" in again.ask("新开发一个风筝品种奖励多少", as_of=DAY).answer
    assert (engine.workspace.path / "uploads" / "风筝.docx").is_file()


def test_a_corrected_title_and_region_outlive_a_rebuild(engine: Engine) -> None:
    taken_in(engine, title="风筝通知（更正）", region="河北省", valid_to=date(2022, 12, 31))
    assert intake.rebuild(engine.workspace, engine.store) == []
    [document] = [d for d in engine.store.documents() if d.source == "风筝.docx"]
    assert (document.title, document.region, document.valid_to) == ("风筝通知（更正）", "河北省", date(2022, 12, 31))


def test_metadata_of_a_document_in_the_library_can_be_mended(engine: Engine) -> None:
    document = next(d for d in engine.store.documents() if d.source.startswith("003"))
    nodes = engine.store.nodes(document.id)
    facts, links = len(engine.store.facts()), len(engine.store.links())
    intake.amend(engine.workspace, engine.store, document.id, {"valid_to": date(2020, 12, 31)})
    mended = engine.store.document(document.id)
    assert mended is not None
    assert mended.valid_to == date(2020, 12, 31)
    assert engine.store.nodes(document.id) == nodes
    assert (len(engine.store.facts()), len(engine.store.links())) == (facts, links)


def test_a_removed_source_is_gone_with_its_original(engine: Engine) -> None:
    taken_in(engine)
    intake.remove(engine.workspace, engine.store, "风筝.docx")
    intake.reindex(engine.workspace, engine.store)
    again = Engine.open(engine.workspace)
    assert all(d.source != "风筝.docx" for d in again.documents.values())
    assert not (engine.workspace.path / "uploads" / "风筝.docx").exists()
    with pytest.raises(IngestError, match="没有来源"):
        intake.remove(engine.workspace, engine.store, "风筝.docx")


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("a.exe", b"MZ", "只收"),
        ("无后缀", b"x", "只收"),
        ("a.pdf", b"<html>", "不是 PDF"),
        ("a.docx", b"\xd0\xcf\x11\xe0", "DOCX"),
        ("a.txt", b"%PDF-1.7", "不是文本"),
        ("a.txt", b"", "空"),
        ("a.txt", b"x" * (intake.MAX_MB * 1024 * 1024 + 1), "MB"),
        ("a.pdf", b"%PDF-1.7\nbroken", "a.pdf|PDF|损坏"),
        ("a.docx", b"PK\x03\x04broken", "a.docx|损坏"),
    ],
)
def test_a_file_that_cannot_be_taken_says_why(tmp_path: Path, name: str, data: bytes, says: str) -> None:
    with pytest.raises(IngestError, match=says):
        intake.receive(Workspace(tmp_path), name, data)
    assert not list(tmp_path.glob("incoming/*/*"))


@given(st.text(max_size=60), st.sampled_from([".pdf", ".TXT", ".docx"]))
def test_a_name_is_never_a_path(name: str, suffix: str) -> None:
    safe = intake.safe_name(name + suffix)
    assert Path(safe).name == safe
    assert safe not in (".", "..")
    assert not safe.startswith(".")
    assert safe.endswith(suffix.lower())


def test_uploads_that_no_one_accepts_do_not_pile_up(tmp_path: Path) -> None:
    space = Workspace(tmp_path)
    for _ in range(intake.MAX_PENDING + 3):
        folder = tmp_path / "incoming" / intake.secrets.token_hex(4)
        folder.mkdir(parents=True)
    intake.receive(space, "a.txt", "一、标题\n\n第一条 内容。\n".encode())
    assert len(list((tmp_path / "incoming").iterdir())) <= intake.MAX_PENDING + 1
