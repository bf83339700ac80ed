"""The command line: answers on stdout, one clear line on stderr and exit 1 for every error, 2 for wrong usage."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from qa.cli import main


class Outcome:
    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], workspace: Path):  # type: ignore[no-untyped-def]
    """`zhengce …` in this process, over the shared workspace."""
    monkeypatch.setenv("ZHENGCE_HOME", str(workspace))

    def call(*arguments: str) -> Outcome:
        monkeypatch.setattr(sys, "argv", ["zhengce", *arguments])
        try:
            main()
            code = 0
        except SystemExit as stop:
            code = int(stop.code or 0)
        captured = capsys.readouterr()
        return Outcome(code, captured.out, captured.err)

    return call


def test_ask_prints_the_answer_with_its_source(run) -> None:  # type: ignore[no-untyped-def]
    got = run("ask", "蓟州区工业企业节能改造每节约一吨标准煤补贴多少")
    assert got.code == 0 and "240元" in got.out and "[1] 《" in got.out


def test_search_finds_a_pasted_sentence_first(run) -> None:  # type: ignore[no-untyped-def]
    got = run("search", "对通过清洁生产审核的企业，每个企业奖励5万元", "--k", "3", "--json")
    hits = json.loads(got.out)
    assert len(hits) == 3 and "每个企业奖励5万元" in hits[0]["text"]


def test_a_clause_is_shown_with_its_place_and_neighbours(run) -> None:  # type: ignore[no-untyped-def]
    hit = json.loads(run("search", "对通过清洁生产审核的企业，每个企业奖励5万元", "--json").out)[0]
    clause = json.loads(run("clause", hit["clause_id"], "--json").out)
    assert clause["text"] == hit["text"] and clause["path"] and (clause["before"] or clause["after"])


def test_the_catalogue_lists_every_document_with_its_validity(run) -> None:  # type: ignore[no-untyped-def]
    documents = json.loads(run("documents", "--json").out)
    assert len(documents) > 90
    assert {"title", "doc_no", "region", "region_code", "source", "validity"} <= set(documents[0])


def test_a_batch_answers_every_line_in_order(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    asked = [{"id": "b", "question": "蓟州清洁生产审核奖励多少"}, {"id": "a", "question": "😀", "as_of": "2018-06-01"}]
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text("\n".join(json.dumps(q) for q in asked), encoding="utf-8")
    assert run("ask", "--batch", str(source), "--out", str(target)).code == 0
    answers = [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()]
    assert [a["id"] for a in answers] == ["b", "a"]
    assert [a["abstained"] for a in answers] == [False, True]


def test_a_calculation_is_exact_json(run) -> None:  # type: ignore[no-untyped-def]
    got = run(
        "calc",
        "run",
        "jizhou-energy-saving-subsidy",
        "--input",
        '{"enterprise_type":"industrial","saving_tce":1234.5}',
        "--json",
    )
    assert got.code == 0 and '"amount_wan": 29.628' in got.out
    result = json.loads(got.out)
    assert result["steps"][0]["clause_id"] and result["error"] is None


def test_every_calculator_is_listed_and_described(run) -> None:  # type: ignore[no-untyped-def]
    rules = json.loads(run("calc", "list", "--json").out)
    assert len(rules) == 161
    shown = json.loads(run("calc", "show", rules[0]["id"], "--json").out)
    assert shown["id"] == rules[0]["id"] and shown["inputs"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("clause", "没有/这个"),
        ("calc", "show", "nope"),
        ("calc", "run", "nope", "--input", "{}"),
        ("calc", "run", "jizhou-energy-saving-subsidy", "--input", "{bad"),
        ("calc", "run", "jizhou-energy-saving-subsidy", "--input", '{"enterprise_type":"industrial","saving_tce":-1}'),
        ("ask", "首台套", "--as-of", "2019-13-40"),
        ("ask", "--batch", "/nonexistent.jsonl", "--out", "/tmp/never.jsonl"),
        ("ingest", "--remove", "没有这个来源.txt"),
        ("match", "--profile", "/nonexistent.yaml"),
        ("search", "首台套", "--reranker", "/nonexistent/model"),
        ("ask", "首台套", "--reranker", "/nonexistent/model"),
    ],
)
def test_bad_input_is_one_clear_line_and_exit_1(run, arguments: tuple[str, ...]) -> None:  # type: ignore[no-untyped-def]
    got = run(*arguments)
    assert got.code == 1
    assert "Traceback" not in got.err and "内部错误" not in got.err
    assert len([line for line in got.err.splitlines() if line.strip()]) == 1


@pytest.mark.parametrize(
    "arguments", [("ask",), ("ask", "x", "--batch", "y"), ("search",), ("nonsense",), ("calc", "run")]
)
def test_wrong_usage_is_exit_2(run, arguments: tuple[str, ...]) -> None:  # type: ignore[no-untyped-def]
    assert run(*arguments).code == 2


def test_a_broken_workspace_is_recognised_and_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, run
) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "store.sqlite").write_bytes(b"this is no database" * 100)
    got = run("documents", "--workspace", str(tmp_path))
    assert got.code == 1 and "Traceback" not in got.err and got.err.strip()
    assert (tmp_path / "store.sqlite").read_bytes().startswith(b"this is no database")


def test_readers_of_every_encoding_go_in_and_bad_files_leave_what_was_there(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    home = str(tmp_path / "home")
    good = tmp_path / "某市奖励办法.txt"
    good.write_bytes(
        "某市人民政府办公室关于印发奖励办法的通知\n\n第一条 对首次上市的企业奖励100万元。\n".encode("gb18030")
    )
    assert run("ingest", str(good), "--workspace", home).code == 0
    before = run("documents", "--workspace", home, "--json").out
    bad = tmp_path / "坏.pdf"
    bad.write_bytes(b"%PDF-1.4 broken")
    (tmp_path / "空.txt").write_bytes(b"")
    for path in (bad, tmp_path / "空.txt"):
        got = run("ingest", str(path), "--workspace", home)
        assert got.code == 1 and "Traceback" not in got.err
    assert run("documents", "--workspace", home, "--json").out == before
    assert "100万元" in run("ask", "首次上市的企业奖励多少", "--workspace", home).out
