"""Faults: kill -9 while sources are being replaced. After every kill the store holds the old state or the new one.

python -m evals.faults_ingest [--times 120]
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from ingest.model import Document, Fact, Node, NodeKind, Parsed, Source
from ingest.store import Store

_ROOT = Path(__file__).resolve().parents[1]
_CLAUSES = (600, 1000)  # of the two states, so that one cannot pass for the other


@dataclass(frozen=True, slots=True)
class Outcome:
    """Kills, and what the store held after them. `mixed` and `broken` must be 0; `during` counts kills that left a
    write-ahead log behind, as a kill within a transaction does."""

    kills: int
    old_or_new: int
    mixed: int
    broken: int
    during: int


def state(number: int) -> Parsed:
    """One of two states of the same source: other text, other clauses, other facts, same name."""
    document_id = "冀政办〔2018〕1号"
    lines = [f"第{n}条 状态{number}，补贴{n}元。" for n in range(_CLAUSES[number])]
    text = "\n".join(lines)
    nodes, facts, start = [], [], 0
    for order, line in enumerate(lines):
        clause_id = f"{document_id}#{order}"
        end = start + len(line)
        nodes.append(Node(clause_id, document_id, None, order, NodeKind.CLAUSE, "", (), start, end, line))
        facts.append(Fact(clause_id, "money", f"{order}元", end - 3, end - 1))
        start = end + 1
    source = Source("甲.txt", hashlib.sha256(text.encode()).hexdigest(), "text", text)
    document = Document(document_id, "甲.txt", 0, len(text), f"状态{number}", "通知", doc_no=document_id)
    return Parsed(source, (document,), tuple(nodes), tuple(facts))


def write_for_ever(path: Path) -> None:
    """What the process does that is going to be killed."""
    states = state(0), state(1)
    with Store.open(path) as store:
        print("ready", flush=True)
        number = 0
        while True:
            store.replace(states[number])
            number = 1 - number


def kill_loop(folder: Path, times: int, *, seed: int = 0) -> Outcome:
    """Kill the writer `times` times at random moments and look at the store after each."""
    path = folder / "store.sqlite"
    wanted = state(0), state(1)
    with Store.open(path) as store:
        store.replace(wanted[0])
    chance = random.Random(seed)
    good = mixed = broken = during = 0
    for _ in range(times):
        writer = subprocess.Popen(
            [sys.executable, "-P", __file__, "--write", path],  # the file itself: the package imports far more
            env={**os.environ, "PYTHONPATH": str(_ROOT)},
            stdout=subprocess.PIPE,
        )
        assert writer.stdout is not None and writer.stdout.readline() == b"ready\n"
        time.sleep(chance.uniform(0, 0.1))
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        writer.stdout.close()
        wal = path.with_name(path.name + "-wal")
        during += wal.exists() and wal.stat().st_size > 0
        found = _state_of(path, wanted)
        good += found == "whole"
        mixed += found == "mixed"
        broken += found == "broken"
    return Outcome(times, good, mixed, broken, during)


def _state_of(path: Path, wanted: tuple[Parsed, Parsed]) -> str:
    with sqlite3.connect(path) as check:
        if check.execute("PRAGMA integrity_check").fetchone() != ("ok",):
            return "broken"
    check.close()
    with Store.open(path, create=False) as store:
        held = (store.documents(), store.nodes(), store.facts(), store.source("甲.txt"))
    for parsed in wanted:
        if held == (list(parsed.documents), list(parsed.nodes), list(parsed.facts), parsed.source):
            return "whole"
    return "mixed"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=120)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--write", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.write is not None:
        write_for_ever(arguments.write)
    with tempfile.TemporaryDirectory() as folder:
        outcome = kill_loop(Path(folder), arguments.times, seed=arguments.seed)
    print(outcome)
    return 0 if outcome.old_or_new == outcome.kills else 1


if __name__ == "__main__":
    raise SystemExit(main())
