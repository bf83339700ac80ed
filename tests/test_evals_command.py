"""`zhengce eval` from end to end on the real corpus: figures on stdout, files in the folder, agreement with the scorer."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import evals_fake as fake
import pytest

from evals import main_eval
from evals.questions import load_questions, shipped_set
from evals.run import Run
from ingest.model import IngestError


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace that the first evaluation fills."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def small_set(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("set") / "small.jsonl"
    path.write_text("".join(q.line() + "\n" for q in load_questions(shipped_set())[::6]), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def first(home: Path, small_set: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("out")
    assert main_eval(small_set, out, home, as_of=date(2018, 12, 1)) == 0
    return out


def test_every_file_is_written_and_every_quote_is_verbatim(first: Path, small_set: Path) -> None:
    made = Run.load(first)
    assert len(made.rows) == len(load_questions(small_set))
    assert made.mean("verbatim") == 1.0
    assert made.missing == 0
    assert {p.name for p in first.iterdir()} == {
        "answers.jsonl", "report.html", "run.csv", "run.json", "run-without-region.json",
    }  # fmt: skip


def test_the_answers_score_the_same_with_the_scorer_of_record(first: Path, small_set: Path, tmp_path: Path) -> None:
    if not fake.SCORER.exists():
        pytest.skip("the scorer of record is not here (../shared/acceptance/score.py)")
    out = tmp_path / "out.json"
    command = [sys.executable, str(fake.SCORER), str(small_set), str(first / "answers.jsonl"), "--json", str(out)]
    subprocess.run(command, check=True, capture_output=True)
    theirs = json.loads(out.read_text(encoding="utf-8"))["summary"]["all"]
    ours = Run.load(first).summary()["all"]
    assert {key: ours[key] for key in theirs} == theirs


def test_the_same_engine_compared_with_itself_is_no_better_and_no_worse(
    first: Path, home: Path, small_set: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main_eval(small_set, tmp_path / "again", home, first, as_of=date(2018, 12, 1)) == 0
    said = capsys.readouterr().out
    assert "变好 0 题" in said and "变差 0 题" in said
    assert "answer_right" in said and "不给地区" in said


def test_a_set_with_a_false_quote_is_pointed_out(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    question = next(q for q in load_questions(shipped_set()) if q.answerable)
    false = question.evidence[0].model_copy(update={"quote": "奖励九百万元"})
    path = tmp_path / "false.jsonl"
    path.write_text(question.model_copy(update={"evidence": (false,)}).line(), encoding="utf-8")
    assert main_eval(path, tmp_path / "out", home, as_of=date(2018, 12, 1)) == 1
    assert "引文不在来源里" in capsys.readouterr().out


def test_what_cannot_be_read_is_said_before_anything_is_asked(home: Path, tmp_path: Path) -> None:
    with pytest.raises(IngestError, match="读不了问题集"):
        main_eval(tmp_path / "none.jsonl", tmp_path, home)
    with pytest.raises(IngestError, match=r"run\.json"):
        main_eval(None, tmp_path, home, tmp_path / "none")
