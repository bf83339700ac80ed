"""The command line of the calculators: figures as people write them, with sources; a clear line and exit 1 where it cannot."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

FORUM = "hebei-featured-forum-funding"


def calc(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "qa.cli", "calc", "run", *arguments, "--workspace", str(home)]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=120)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("workspace")


def test_a_person_reads_plain_figures_the_working_and_the_words_relied_on(home: Path) -> None:
    done = calc(home, FORUM, "--input", '{"session_count": 2}')
    assert done.returncode == 0, done.stderr
    assert "金额上限：60万元" in done.stdout
    assert "依据：" in done.stdout and "每场次不超过30万元" in done.stdout


def test_choices_and_dates_are_shown_in_words(home: Path) -> None:
    days = '{"start_date": "2019-01-01", "query_date": "2019-02-01"'
    done = calc(
        home,
        "hebei-wqzx-land-transition-5y",
        "--input",
        days + ', "is_approved_by_city_or_county": true, "is_supported_new_industry": true}',
    )
    assert "过渡期届满日：2024年1月1日" in done.stdout
    tier = calc(home, "hebei-wqzx-helping-tier", "--input", '{"revenue_yi": 50, "is_above_designated_size": true}')
    assert "包联层级：市级" in tier.stdout


@pytest.mark.parametrize(
    ("calculator", "inputs", "field"),
    [
        (FORUM, "{}", "session_count"),
        (FORUM, '{"session_count": NaN}', "session_count"),
        (FORUM, '{"session_count": 4}', "session_count"),
        (FORUM, '{"session_count": 1, "other": 1}', "other"),
        (FORUM, "[]", ""),
        (FORUM, "no json", ""),
        ("no-such-calculator", "{}", "calculator"),
    ],
)
def test_what_cannot_be_run_is_one_line_and_exit_1_and_an_error_without_figures(
    home: Path, calculator: str, inputs: str, field: str
) -> None:
    done = calc(home, calculator, "--input", inputs, "--json")
    assert done.returncode == 1
    said = json.loads(done.stdout)
    assert said["outputs"] == {} and said["eligible"] is None
    assert said["error"]["field"] == field
    (line,) = done.stderr.strip().splitlines()
    assert said["error"]["message"] in line and not line.startswith("：")


def test_a_batch_says_how_many_rows_it_wrote_and_where_it_cannot_write(home: Path, tmp_path: Path) -> None:
    rows = tmp_path / "rows.jsonl"
    row = {"id": "a", "calculator": FORUM, "inputs": {"session_count": 1}}
    rows.write_text(json.dumps(row) + "\n" + json.dumps(row | {"id": "b", "inputs": {}}) + "\n", encoding="utf-8")
    done = calc(home, "--batch", str(rows), "--out", str(tmp_path / "out.jsonl"))
    assert done.returncode == 0 and "2 行" in done.stderr
    nowhere = calc(home, "--batch", str(rows), "--out", str(tmp_path / "no" / "out.jsonl"))
    assert nowhere.returncode == 1 and "无法写入" in nowhere.stderr and "Traceback" not in nowhere.stderr
    missing = calc(home, "--batch", str(tmp_path / "none.csv"), "--out", str(tmp_path / "out.jsonl"))
    assert missing.returncode == 1 and "无法读取" in missing.stderr and "Traceback" not in missing.stderr
