"""Ingestion redoes only what changed, never stops at a bad file, and keeps what the workspace had."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from ingest_rendering import as_docx, as_pdf

from ingest import pipeline
from ingest.model import IngestError
from ingest.pipeline import ingest
from ingest.store import Store, comparable
from ingest.workspace import Workspace, bundled_corpus

POLICY = """某某市人民政府办公室关于支持节能改造的通知
各县（区）人民政府：
一、支持对象
本市注册的工业企业。
二、补贴标准
每节约一吨标准煤补贴{}元，最高不超过100万元。
某某市人民政府办公室
2018年5月12日
"""


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "workspace" / "store.sqlite")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "资料"
    (folder / "下级").mkdir(parents=True)
    (folder / "甲.txt").write_text(POLICY.format(240), encoding="utf-8")
    (folder / "下级" / "乙.txt").write_text(POLICY.format(300).replace("某某市", "另一市"), encoding="gb18030")
    return folder


def texts(store: Store) -> str:
    return "".join("".join(node.text.split()) for node in store.clauses())


def test_the_corpus_is_ingested_whole_and_a_second_time_nothing_is_done(store: Store) -> None:
    seen: list[tuple[int, int, str]] = []
    report = ingest([], store, progress=lambda *state: seen.append(state))
    names = tuple(path.name for path in sorted((bundled_corpus() / "sources").glob("*.txt")))
    assert report.ingested == names and report.failed == () and len(names) == 5
    assert report.documents == len(store.documents()) > 60 and report.clauses == len(store.clauses()) > 1000
    assert [done for done, _, _ in seen] == [1, 2, 3, 4, 5] and {total for _, total, _ in seen} == {5}
    before = store.digest()

    again = ingest([], store)
    assert (again.ingested, again.unchanged) == ((), names) and store.digest() == before


def test_every_node_is_the_slice_of_its_source_that_it_says(store: Store) -> None:
    ingest([], store)
    for document in store.documents():
        text = store.source_text(document.source)
        for node in store.nodes(document.id):
            assert node.text == text[node.start : node.end]
            if node.citable and len(node.text) > 60:
                found = store.find_quote(node.text[10:50], document.source)
                assert found is not None and comparable(node.text[10:50]) in comparable(found.text)


def test_only_the_changed_file_is_redone(store: Store, folder: Path) -> None:
    assert ingest([folder], store).ingested == ("乙.txt", "甲.txt")
    assert "补贴240元" in texts(store) and "补贴300元" in texts(store), "GB18030 is read like UTF-8"
    (folder / "甲.txt").write_text(POLICY.format(260), encoding="utf-8")
    report = ingest([folder], store)
    assert (report.ingested, report.unchanged) == (("甲.txt",), ("乙.txt",))
    assert "补贴260元" in texts(store) and "补贴240元" not in texts(store)


def test_a_new_segmenter_redoes_everything(store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ingest([folder], store)
    monkeypatch.setattr(pipeline, "segmenter_version", lambda: "next")
    assert ingest([folder], store).ingested == ("乙.txt", "甲.txt")


def test_one_bad_file_does_not_stop_the_rest_and_is_listed(store: Store, folder: Path) -> None:
    (folder / "坏.pdf").write_bytes(b"%PDF-1.4 cut")
    (folder / "空.txt").write_bytes(b"")
    (folder / "旧.doc").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)
    (folder / "表.xlsx").write_bytes(b"PK\x03\x04")
    report = ingest([folder], store)
    assert report.ingested == ("乙.txt", "甲.txt") and report.skipped == ("表.xlsx",)
    assert [failure.name for failure in report.failed] == ["坏.pdf", "旧.doc", "空.txt"]
    for failure in report.failed:
        assert failure.message.startswith(failure.name) and "\n" not in failure.message and "请" in failure.message
        assert failure.message.count(failure.name) == 1


def test_a_file_that_went_bad_leaves_what_the_store_held(store: Store, folder: Path) -> None:
    ingest([folder], store)
    (folder / "甲.txt").write_bytes(bytes(range(256)) * 10)
    report = ingest([folder], store)
    assert [failure.name for failure in report.failed] == ["甲.txt"] and "补贴240元" in texts(store)


def test_a_missing_path_is_named_and_the_others_are_ingested(store: Store, folder: Path) -> None:
    report = ingest([folder / "没有.txt", folder / "甲.txt"], store)
    assert report.ingested == ("甲.txt",) and "没有这个文件" in report.failed[0].message


def test_files_of_one_name_and_different_content_are_not_mixed_up(store: Store, folder: Path) -> None:
    other = folder / "下级" / "甲.txt"
    other.write_text(POLICY.format(999), encoding="utf-8")
    report = ingest([folder], store)
    assert "同名而内容不同" in report.failed[0].message and "甲.txt" in report.ingested
    assert ("补贴240元" in texts(store)) != ("补贴999元" in texts(store))
    other.write_bytes((folder / "甲.txt").read_bytes())
    assert ingest([folder], store).failed == (), "twice the same file is one source"


def test_links_out_of_the_folder_are_not_followed(store: Store, folder: Path, tmp_path: Path) -> None:
    secret = tmp_path / "别处.txt"
    secret.write_text(POLICY.format(777), encoding="utf-8")
    (tmp_path / "别的").mkdir()
    (tmp_path / "别的" / "丁.txt").write_text(POLICY.format(888), encoding="utf-8")
    (folder / "链接.txt").symlink_to(secret)
    (folder / "文件夹").symlink_to(tmp_path / "别的", target_is_directory=True)
    (folder / "内部.txt").symlink_to(folder / "甲.txt")
    (folder / "圈").symlink_to(folder, target_is_directory=True)
    os.mkfifo(folder / "管道.txt")
    report = ingest([folder], store)
    assert [failure.name for failure in report.failed] == ["链接.txt"] and "链接" in report.failed[0].message
    assert report.ingested == ("乙.txt", "内部.txt", "甲.txt")
    assert "777" not in texts(store) and "888" not in texts(store)


def test_names_are_never_paths_and_can_always_be_shown(store: Store, tmp_path: Path) -> None:
    for name in (b"\xff\xfe.txt", "换\n行.txt".encode(), b"a;rm -rf.txt", "‮反.txt".encode()):
        (tmp_path / os.fsdecode(name)).write_text(POLICY.format(1), encoding="utf-8")
    report = ingest([tmp_path], store)
    assert report.failed == () and len(report.ingested) == 4
    assert all(info.name.isprintable() and "/" not in info.name for info in store.sources())


def test_word_and_pdf_go_the_same_way(store: Store, tmp_path: Path) -> None:
    lines = POLICY.format(240).splitlines()
    (tmp_path / "甲.docx").write_bytes(as_docx(lines))
    (tmp_path / "甲.pdf").write_bytes(as_pdf(lines, indent=0))
    report = ingest([tmp_path], store)
    assert report.ingested == ("甲.docx", "甲.pdf") and report.failed == ()
    by_source = {}
    for document in store.documents():
        by_source.setdefault(document.source, []).extend("".join(n.text.split()) for n in store.nodes(document.id))
    assert by_source["甲.docx"] == by_source["甲.pdf"]
    pdf_nodes = [node for d in store.documents() if d.source == "甲.pdf" for node in store.nodes(d.id)]
    assert {node.page for node in pdf_nodes} == {1}


def test_workers_do_not_change_the_result(tmp_path: Path, folder: Path) -> None:
    digests = set()
    for workers in (0, 1, 2):
        store = Store.open(tmp_path / f"{workers}.sqlite")
        ingest([folder], store, workers=workers)
        digests.add(store.digest())
    assert len(digests) == 1


def test_a_slow_file_is_stopped_and_the_rest_ingested(
    store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "慢.pdf").write_bytes(as_pdf(["支持企业发展。" * 60] * 150))
    monkeypatch.setattr("ingest.sandbox._MOST_SECONDS", 3.0)
    report = ingest([folder], store, seconds=3.0)
    assert report.ingested == ("乙.txt", "甲.txt")
    assert "超过 3 秒" in report.failed[0].message and report.failed[0].name == "慢.pdf"


def test_a_killed_ingestion_is_finished_by_the_next(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    run = "import sys; from pathlib import Path; from ingest.pipeline import ingest; from ingest.store import Store\n"
    run += "ingest([], Store.open(Path(sys.argv[1])), progress=lambda *_: print('one', flush=True))"
    root = str(Path(pipeline.__file__).parents[1])
    for delay in (0.0, 0.1):
        process = subprocess.Popen(
            [sys.executable, "-P", "-c", run, path], env={**os.environ, "PYTHONPATH": root}, stdout=subprocess.PIPE
        )
        assert process.stdout is not None and process.stdout.readline() == b"one\n"
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
    with Store.open(path) as store:
        report = ingest([], store)
        assert len(report.ingested) + len(report.unchanged) == 5 and report.unchanged
        fresh = Store.open(tmp_path / "fresh.sqlite")
        ingest([], fresh)
        assert store.digest() == fresh.digest()


def test_the_workspace_is_the_option_else_the_environment_else_the_users(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZHENGCE_HOME", str(tmp_path / "home"))
    assert Workspace.resolve(tmp_path / "given").path == tmp_path / "given"
    assert Workspace.resolve().path == tmp_path / "home" and Workspace.resolve().is_empty
    monkeypatch.delenv("ZHENGCE_HOME")
    assert "zhengce" in str(Workspace.resolve().path)
    monkeypatch.chdir(tmp_path)
    assert Workspace.resolve("相对").path.is_absolute()


def test_a_workspace_that_cannot_be_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(IngestError, match="不是文件夹"):
        Workspace.resolve(tmp_path / "file")
    with pytest.raises(IngestError, match="--workspace"):
        Workspace.resolve(tmp_path / "file" / "below").store()


def test_the_corpus_is_not_written(store: Store) -> None:
    before = {path: path.stat().st_mtime_ns for path in bundled_corpus().rglob("*") if "__pycache__" not in str(path)}
    ingest([], store)
    assert before == {p: p.stat().st_mtime_ns for p in bundled_corpus().rglob("*") if "__pycache__" not in str(p)}
