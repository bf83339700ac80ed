"""`python -m evals.faults`: does the product hold under fire? Every check by name, its trials, what failed.

    python -m evals.faults [--kills 200] [--questions 1000] [--files 1000] [--only 名称片段] [--json OUT]

Works on a scratch folder that it fills from the bundled corpus and removes. Exit 0: everything held; 1: something
did not.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from evals.findings import Finding, finding
from evals.run import machine
from ingest.model import NodeKind
from ingest.workspace import Workspace

Check = tuple[str, Callable[[], Finding]]


def lossless(filled: Path) -> Finding:
    """The nodes of every source hold all its characters but white space, once each, in order, at their true offsets."""

    def check() -> tuple[int, list[str], dict[str, Any]]:
        store = Workspace.resolve(filled).store()
        failures, characters = [], 0
        by_document = {document.id: document.source for document in store.documents()}
        nodes = [node for node in store.nodes() if node.kind is not NodeKind.TABLE]
        for info in store.sources():
            text, at = store.source_text(info.name), 0
            own = sorted((n for n in nodes if by_document[n.document_id] == info.name), key=lambda n: n.start)
            for node in own:
                if node.text != text[node.start : node.end]:
                    failures.append(f"{info.name} {node.id}：文字与原文不符")
                if node.start < at:
                    failures.append(f"{info.name} {node.id}：与前一条重叠")
                if text[at : node.start].strip():
                    failures.append(f"{info.name} 第 {at} 字起漏了 {text[at : node.start].strip()[:30]!r}")
                at = max(at, node.end)
                characters += sum(not char.isspace() for char in node.text)
            if text[at:].strip():
                failures.append(f"{info.name} 末尾漏了 {text[at:].strip()[:30]!r}")
        return len(nodes), failures, {"非空白字符": characters}

    return finding("无损切分", "每个来源的非空白字符恰好出现一次，顺序与位置如原文。", check)


def checks(folder: Path, filled: Path, kills: int, questions: int, files: int) -> Iterator[Check]:
    """Every check by name, to be run one by one."""
    from evals import faults_asking as asking
    from evals import faults_index as written
    from evals import faults_readers as readers

    yield "无损切分", lambda: lossless(filled)
    yield "写反馈时 kill -9", lambda: written.killed_feedback(folder, kills)
    yield "建索引时 kill -9", lambda: written.killed_index(folder, kills)
    yield "磁盘写满", lambda: written.full_disk(folder, filled)
    yield "文件损坏", lambda: written.damaged_files(folder)
    yield "模型文件损坏", lambda: written.damaged_model(folder)
    yield "畸形问题", lambda: asking.malformed_questions(filled, questions)
    yield "两进程写入、十进程提问", lambda: asking.many_at_once(folder, filled)
    yield "恶意文件", lambda: asking.hostile_documents(folder, filled)
    yield "畸形文件", lambda: readers.malformed_files(folder, files)
    yield "入库时 kill -9", lambda: _killed_ingestion(folder, kills)


def _killed_ingestion(folder: Path, kills: int) -> Finding:
    """Kill -9 while sources are being replaced."""
    from evals.faults_ingest import kill_loop

    def check() -> tuple[int, list[str], dict[str, Any]]:
        place = folder / "killed-ingest"
        place.mkdir()
        outcome = kill_loop(place, kills)
        failures = (
            [f"新旧混杂 {outcome.mixed} 次，文件损坏 {outcome.broken} 次"] if outcome.mixed + outcome.broken else []
        )
        return outcome.kills, failures, {"正在事务中": outcome.during}

    return finding("入库时 kill -9", "库里总是完整的一份：旧的或新的。", check)


def fill(folder: Path) -> Path:
    """A workspace with the bundled corpus, ingested and indexed."""
    from qa.engine import Engine

    place = folder / "filled"
    Engine.open(Workspace.resolve(place)).store.close()
    return place


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the checks, print a line for each, write them as JSON where asked."""
    parser = argparse.ArgumentParser(prog="python -m evals.faults", description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--questions", type=int, default=1000)
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--only", default="")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args(arguments)
    folder = Path(tempfile.mkdtemp(prefix="zhengce-faults-"))
    found: list[Finding] = []
    try:
        filled = fill(folder)
        for name, check in checks(folder, filled, options.kills, options.questions, options.files):
            if options.only in name:
                found.append(check())
                print(found[-1].line(), flush=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if options.json is not None:
        data = {"machine": machine(), "findings": [f.to_json() for f in found]}
        options.json.write_text(json.dumps(data, ensure_ascii=False, indent=1), encoding="utf-8")
    return int(any(not f.ok for f in found))


if __name__ == "__main__":
    sys.exit(main())
