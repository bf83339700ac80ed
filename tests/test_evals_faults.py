"""The reliability checks see what they are for: each fails on something broken on purpose, and passes on what is whole."""

from __future__ import annotations

import hashlib
import json
import random
from pathlib import Path

import pytest

from evals import faults, faults_asking, faults_index, faults_readers
from evals.findings import Finding, finding
from ingest.model import Document, Node, NodeKind, Parsed, Source
from ingest.workspace import Workspace

TEXT = "关于奖励的通知\n一、奖励5万元。\n二、三年有效。\n"


def stored(folder: Path, spans: list[tuple[int, int]]) -> Path:
    """A workspace with one source cut at `spans`."""
    source = Source("甲.txt", hashlib.sha256(TEXT.encode()).hexdigest(), "text", TEXT)
    document = Document("d", "甲.txt", 0, len(TEXT), "关于奖励的通知", "通知")
    nodes = [
        Node(f"d#{i}", "d", None, i, NodeKind.CLAUSE, "", (), start, end, TEXT[start:end])
        for i, (start, end) in enumerate(spans)
    ]
    with Workspace.resolve(folder).store() as store:
        store.replace(Parsed(source, (document,), tuple(nodes)))
    return folder


WHOLE = [(0, 7), (8, 16), (17, 24)]


def test_a_source_kept_whole_passes(tmp_path: Path) -> None:
    found = faults.lossless(stored(tmp_path, WHOLE))
    assert found.ok and found.trials == 3
    assert found.figures["非空白字符"] == len("".join(TEXT.split()))


@pytest.mark.parametrize(
    ("spans", "said"),
    [
        ([(0, 7), (17, 24)], "漏了"),
        ([(0, 7), (8, 16)], "末尾漏了"),
        ([(0, 7), (5, 16), (17, 24)], "重叠"),
    ],
)
def test_a_source_that_lost_or_repeats_text_fails(tmp_path: Path, spans: list[tuple[int, int]], said: str) -> None:
    found = faults.lossless(stored(tmp_path, spans))
    assert not found.ok and said in " ".join(found.failures)


def test_feedback_survives_being_killed(tmp_path: Path) -> None:
    found = faults_index.killed_feedback(tmp_path, 5)
    assert found.ok, found.failures
    assert found.trials == 5


def test_a_child_that_dies_or_hangs_is_told_from_one_that_answers() -> None:
    assert faults_index._in_child(_says, ("x",)) == "x"
    assert "exit code 3" in faults_index._in_child(_dies, ())
    assert faults_index._in_child(_hangs, (), timeout=0.5) == "timeout"


def _says(out: object, text: str) -> None:
    out.send(text)  # type: ignore[attr-defined]


def _dies(out: object) -> None:
    raise SystemExit(3)


def _hangs(out: object) -> None:
    import time

    time.sleep(60)


def test_questions_are_mutated_the_same_way_every_time_and_stay_bounded() -> None:
    real = ["蓟州区清洁生产奖励多少？", "河北省技改补助比例是多少？"]
    made = list(faults_asking.mutated(real, 300))
    assert made == list(faults_asking.mutated(real, 300))
    assert len(made) == 300 and len(set(made)) > 200
    assert max(map(len, made)) <= faults_asking.LONG


def test_an_answer_against_the_contract_is_seen() -> None:
    answer = {"answer": "好", "confidence": 0.5, "citations": []}
    assert faults_asking.wrong_with(answer, {}) == ""
    assert "字" in faults_asking.wrong_with({**answer, "answer": "好" * 601}, {})
    assert "把握度" in faults_asking.wrong_with({**answer, "confidence": 1.5}, {})
    citation = {"n": 1, "quote": "乙", "text": "甲", "source": "甲.txt", "start": 0, "end": 1}
    assert "不在条款里" in faults_asking.wrong_with({**answer, "citations": [citation]}, {"甲.txt": "甲"})


def test_files_are_damaged_in_every_format() -> None:
    made = list(faults_readers.mutated(60))
    assert len(made) == 60
    assert {Path(name).suffix for name, _ in made} >= {".txt", ".md", ".html", ".docx"}
    whole = set(faults_readers.originals().values())
    assert sum(data in whole for _, data in made) <= 12  # those only renamed


@pytest.mark.parametrize("how", faults_index.DAMAGES)
def test_a_mangled_file_is_not_what_it_was(tmp_path: Path, how: str) -> None:
    path = tmp_path / "f"
    path.write_bytes(bytes(range(256)) * 4)
    faults_index._mangle(path, how, random.Random(1))
    assert not path.exists() or path.read_bytes() != bytes(range(256)) * 4


def test_a_finding_says_what_failed() -> None:
    found = finding("名", "应当如此。", lambda: (3, ["坏了"], {"次": 1}))
    assert not found.ok and "失败 1" in found.line() and "坏了" in found.line()
    assert json.loads(json.dumps(found.to_json()))["ok"] is False
    broken = finding("名", "应当如此。", lambda: (1 // 0, [], {}))
    assert not broken.ok and "ZeroDivisionError" in broken.failures[0]
    assert "跳过" in Finding("名", "", 0, skipped="没有").line()
