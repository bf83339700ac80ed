"""A file that makes a parser slow, greedy or crash harms nothing but itself."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from ingest import sandbox
from ingest.model import IngestError, Node, NodeKind

HERE = "test_ingest_readers_sandbox"


# what the children are asked to do


def double(value: int) -> int:
    print("a library that prints does no harm")
    return 2 * value


def slow(seconds: float) -> str:
    time.sleep(seconds)
    return "done"


def patient(seconds: float) -> str:
    sandbox.ask_for_time(seconds + 20)
    return slow(seconds)


def greedy() -> int:
    return len(bytearray(3 * 1024**3))


def deep(level: int = 0) -> int:
    return deep(level + 1)


def crash() -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def fail(kind: str) -> None:
    raise IngestError("甲.pdf：加密") if kind == "ours" else ValueError("internal detail")


def evil() -> Any:
    class Payload:
        def __reduce__(self) -> Any:
            return os.system, ("exit 1",)

    return Payload()


def node() -> Node:
    return Node("d#1", "d", None, 0, NodeKind.CLAUSE, "一、", ("总则",), 0, 1, "一")


def spawn_and_wait(path: str) -> None:
    import subprocess

    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    Path(path).write_text(str(child.pid))
    child.wait()


def test_results_come_back_whatever_the_parser_prints() -> None:
    assert sandbox.call(f"{HERE}:double", 21) == 42
    assert sandbox.call(f"{HERE}:node") == node() and not sandbox.inside()


@pytest.mark.parametrize(
    ("task", "says"),
    [
        (("slow", 30), "超过 1 秒"),
        (("greedy",), "内存超过限制"),
        (("deep",), "嵌套层次过深"),
        (("crash",), "崩溃"),
        (("fail", "ours"), "甲.pdf：加密"),
        (("fail", "theirs"), r"不能解析（ValueError）"),
        (("evil",), "崩溃"),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_every_way_to_fail_is_one_line_within_the_time(task: tuple[Any, ...], says: str) -> None:
    begin = time.monotonic()
    with pytest.raises(IngestError, match=says) as error:
        sandbox.call(f"{HERE}:{task[0]}", *task[1:], seconds=1 if task[0] == "slow" else 30)
    assert "\n" not in str(error.value) and "internal detail" not in str(error.value)
    assert time.monotonic() - begin < 15


def test_long_work_may_ask_for_time() -> None:
    assert sandbox.call(f"{HERE}:patient", 2.0, seconds=1) == "done"


def test_one_bad_task_among_many_fails_alone() -> None:
    outcomes = list(sandbox.run_all(f"{HERE}:slow", [(0.0,), (30,), (0.01,), (0.02,)], workers=2, seconds=2))
    assert sorted(str(outcome.result) for outcome in outcomes) == ["None", "done", "done", "done"]
    [failed] = [outcome for outcome in outcomes if outcome.error]
    assert failed.task == (30,)


def test_grandchildren_end_with_the_child(tmp_path: Path) -> None:
    noted = tmp_path / "pid"
    with pytest.raises(IngestError, match="超过 2 秒"):
        sandbox.call(f"{HERE}:spawn_and_wait", str(noted), seconds=2)
    pid = int(noted.read_text())
    for _ in range(50):
        stat = Path(f"/proc/{pid}/stat")
        if not stat.exists() or stat.read_text().rsplit(")", 1)[1].split()[0] == "Z":
            return
        time.sleep(0.1)
    pytest.fail("tesseract's like would run on")


def test_a_reader_that_stops_early_leaves_no_children() -> None:
    outcomes = sandbox.run_all(f"{HERE}:slow", [(0.0,)] + [(30,)] * 5, workers=2)
    next(outcomes)
    begin = time.monotonic()
    outcomes.close()  # type: ignore[attr-defined]
    assert time.monotonic() - begin < 5


def test_a_folder_with_modules_named_like_ours_is_not_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit('stranger code ran')")
    (tmp_path / "ingest.py").write_text("raise SystemExit('stranger code ran')")
    monkeypatch.chdir(tmp_path)
    assert sandbox.call(f"{HERE}:double", 1) == 2
