"""What befalls written data: processes killed while writing, full disks, damaged files."""

from __future__ import annotations

import errno
import multiprocessing
import os
import random
import resource
import shutil
import signal
import sqlite3
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from evals.findings import Finding, finding
from ingest.model import IngestError
from ingest.workspace import Workspace, bundled_corpus

SEED = 7
QUESTION = "蓟州区通过清洁生产审核的企业奖励多少？"
SMALL = ("002_8638f2724e834911.txt", "003_6083bda8034c3915.txt")


def context() -> Any:
    """Processes forked from a clean server that has the heavy imports done: fast to start, no threads inherited."""
    made = multiprocessing.get_context("forkserver")
    made.set_forkserver_preload(["evals.preload"])
    return made


# -- kill -9 -----------------------------------------------------------------------------------------------------


def _kill_after_ready(target: Callable[..., None], arguments: tuple[Any, ...], delay: float) -> list[Any]:
    """Start a child, wait until it says it is ready, kill -9 it `delay` seconds later; what it had acknowledged."""
    ctx = context()
    ours, theirs = ctx.Pipe(duplex=False)
    child = ctx.Process(target=target, args=(theirs, *arguments), daemon=True)
    child.start()
    theirs.close()
    said: list[Any] = []
    try:
        ours.recv()
        time.sleep(delay)
        os.kill(child.pid, signal.SIGKILL)
    except (EOFError, ProcessLookupError):
        pass
    child.join(10)
    with suppress(EOFError, OSError):
        while ours.poll():
            said.append(ours.recv())
    ours.close()
    return said


def _write_feedback(out: Connection, path: Path, first: int) -> None:
    from qa.app.feedback import Entry, Feedback

    feedback = Feedback(path)
    out.send("ready")
    for number in range(first, first + 100_000):
        feedback.add(Entry("up", question=str(number), answer="答" * 500))
        out.send(number)


def killed_feedback(folder: Path, kills: int) -> Finding:
    """Entries that were acknowledged are there afterwards, whole and once."""

    def check() -> tuple[int, list[str], dict[str, Any]]:
        path, rng, failures = folder / "feedback.sqlite", random.Random(SEED), []
        kept: set[int] = set()
        for trial in range(kills):
            said = _kill_after_ready(_write_feedback, (path, trial * 1_000_000), rng.uniform(0.0, 0.05))
            kept.update(said)
            with sqlite3.connect(path) as db:
                whole = db.execute("PRAGMA integrity_check").fetchone()[0]
                begun = db.execute("SELECT count(*) FROM sqlite_master WHERE name = 'feedback'").fetchone()[0]
                made = db.execute("SELECT question, answer FROM feedback").fetchall() if begun else []
                rows = [(int(question), len(answer)) for question, answer in made]
            db.close()
            there = [q for q, _ in rows]
            if whole != "ok" or len(there) != len(set(there)) or any(length != 500 for _, length in rows):
                failures.append(f"第 {trial + 1} 次：文件不完整")
            if lost := kept - set(there):
                failures.append(f"第 {trial + 1} 次：丢了 {len(lost)} 条")
        return kills, failures, {"写入": len(kept)}

    return finding("写反馈时 kill -9", "已确认的都在，不残缺、不重复。", check)


def _build_forever(out: Connection, stores: tuple[Path, Path], folder: Path) -> None:
    from index import build_index
    from ingest.store import Store

    opened = [Store.open(path) for path in stores]
    out.send("ready")
    while True:
        for store in opened:
            build_index(store, folder)


def killed_index(folder: Path, kills: int) -> Finding:
    """A reader finds one whole index, the old one or the new one."""

    def check() -> tuple[int, list[str], dict[str, Any]]:
        from index import Index, IndexStale, build_index
        from ingest.store import Store

        stores = _two_stores(folder)
        opened = [Store.open(path) for path in stores]
        place, rng, failures, seen = folder / "index", random.Random(SEED), [], [0, 0]
        build_index(opened[0], place)
        started = time.perf_counter()
        build_index(opened[1], place)
        longest = 3 * (time.perf_counter() - started)  # so that kills fall into the first three builds
        for trial in range(kills):
            _kill_after_ready(_build_forever, (stores, place), rng.uniform(0.0, longest))
            matching = []
            for number, store in enumerate(opened):
                with suppress(IndexStale):
                    index = Index.open(place, store)
                    known = {node.id for node in store.clauses()}
                    hits = index.search(QUESTION, 20)
                    if len(index) == len(known) and hits and {hit.clause_id for hit in hits} <= known:
                        matching.append(number)
            if len(matching) != 1:
                failures.append(f"第 {trial + 1} 次：索引与 {len(matching)} 个文件库相符")
            else:
                seen[matching[0]] += 1
        return kills, failures, {"甲": seen[0], "乙": seen[1], "残留文件夹": sum(p.is_dir() for p in place.iterdir())}

    return finding("建索引时 kill -9", "读到的总是完整的一份：旧的或新的。", check)


def _two_stores(folder: Path) -> tuple[Path, Path]:
    from ingest.pipeline import ingest
    from ingest.store import Store

    sources = bundled_corpus() / "sources"
    paths = folder / "a.sqlite", folder / "b.sqlite"
    for path, names in zip(paths, (SMALL[:1] + SMALL[1:], SMALL[1:]), strict=True):
        ingest([sources / name for name in names], Store.open(path))
    return paths


# -- full disk -----------------------------------------------------------------------------------------------------


def _limited(out: Connection, limit: int, workspace: Path, step: str) -> None:
    """Do one step with no file allowed past `limit` bytes: what a full disk looks like to a program without root."""
    from index import build_index
    from ingest.pipeline import ingest
    from ingest.store import Store
    from qa.app.feedback import Entry, Feedback

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    place = Workspace.resolve(workspace)
    try:
        if step == "index":
            store = Store.open(place.store_path)
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
            build_index(store, place.index_path)
        elif step == "ingest":
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
            ingest([bundled_corpus()], Store.open(place.store_path))
        else:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
            for number in range(10_000):
                Feedback(workspace / "feedback.sqlite").add(Entry("up", question=str(number), answer="答" * 1000))
        out.send("done")
    except IngestError as error:
        out.send(f"clear: {error}")
    except OSError as error:
        out.send(f"os: {errno.errorcode.get(error.errno or 0)}")
    except Exception as error:
        out.send(f"{type(error).__name__}: {error}")


def full_disk(folder: Path, filled: Path) -> Finding:
    """A step that finds the disk full says so; what was there before still answers."""

    def check() -> tuple[int, list[str], dict[str, Any]]:
        failures, trials, said = [], 0, {}
        for step, limits in (
            ("ingest", (0, 4096, 200_000, 1_000_000)),
            ("index", (0, 1000, 100_000, 1_000_000)),
            ("feedback", (0, 8192, 100_000)),
        ):
            for limit in limits:
                trials += 1
                place = folder / f"{step}-{limit}"
                if step != "ingest":
                    shutil.copytree(filled, place)
                if step == "index":  # a changed store, so that the index has work to do
                    _drop_a_source(place)
                outcome = _in_child(_limited, (limit, place, step))
                said[f"{step}@{limit}"] = outcome[:60]
                if outcome.startswith(("died", "timeout")) or not outcome.startswith(
                    ("clear", "os", "done", "sqlite", "Operational", "IndexError_")
                ):
                    failures.append(f"{step}（{limit} 字节）：{outcome}")
                if step != "ingest" and "5万" not in (after := answers(place)):
                    failures.append(f"{step}（{limit} 字节）之后：{after}")
        return trials, failures, {}

    return finding("磁盘写满", "说得清楚，原有的资料与索引照旧可用。", check)


def _drop_a_source(place: Path) -> None:
    from ingest.store import Store

    store = Store.open(Workspace.resolve(place).store_path)
    store.remove("002_8638f2724e834911.txt")
    store.close()


# -- damaged files -------------------------------------------------------------------------------------------------


def _mangle(path: Path, how: str, rng: random.Random) -> None:
    data = bytearray(path.read_bytes())
    if how == "deleted":
        path.unlink()
        return
    if how == "emptied":
        data = bytearray()
    elif how == "halved":
        data = data[: len(data) // 2]
    elif how == "garbage":
        data = bytearray(rng.randbytes(max(len(data), 100)))
    elif how == "flipped" and data:
        for _ in range(8):
            data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    path.write_bytes(data)


DAMAGES = ("deleted", "emptied", "halved", "garbage", "flipped")


def damaged_files(folder: Path) -> Finding:
    """Every file of a (small) workspace damaged in five ways: the right answer, or a clear error that says what to do."""

    def check() -> tuple[int, list[str], dict[str, Any]]:
        from index import build_index
        from ingest.pipeline import ingest

        rng, failures, outcomes = random.Random(SEED), [], {"照常": 0, "说清": 0}
        whole = Workspace.resolve(folder / "small")
        with whole.store() as store:
            ingest([bundled_corpus() / "sources" / name for name in SMALL], store)
            build_index(store, whole.index_path)
        files = sorted(p.relative_to(whole.path) for p in whole.path.rglob("*") if p.is_file() and p.stat().st_size)
        for file in files:
            for how in DAMAGES:
                with tempfile.TemporaryDirectory(dir=folder) as scratch:
                    place = Path(scratch) / "w"
                    shutil.copytree(whole.path, place)
                    _mangle(place / file, how, rng)
                    got = answers(place)
                kind = "照常" if "5万" in got else "说清" if got.startswith("clear: ") else ""
                if kind:
                    outcomes[kind] += 1
                else:
                    failures.append(f"{file} {how}：{got[:120]}")
        return len(files) * len(DAMAGES), failures, outcomes

    return finding("文件损坏", "索引、库任一文件损坏：照常作答，或一句话说清怎么办。", check)


def damaged_model(folder: Path) -> Finding:
    """The embedding model's files damaged: opening an index made with it, and making one with it, end clearly."""

    def check() -> tuple[int, list[str], dict[str, Any]]:
        from index import build_index
        from index.dense import DEFAULT_MODEL
        from ingest.store import Store

        rng, failures, outcomes = random.Random(SEED), [], {"照常": 0, "说清": 0}
        place, store = folder / "model", _two_stores(folder)[0]
        names = [
            p.relative_to(DEFAULT_MODEL) for p in DEFAULT_MODEL.rglob("*") if p.suffix in (".safetensors", ".json")
        ]
        shutil.copytree(DEFAULT_MODEL, place)
        build_index(Store.open(store), folder / "by-model", model=str(place))
        for name in names:
            for how in DAMAGES:
                whole = (place / name).read_bytes()
                _mangle(place / name, how, rng)
                for step in ("open", "build"):
                    said = _in_child(_with_model, (store, folder / "by-model", place, step))
                    kind = "照常" if said == "found" else "说清" if said.startswith("clear") else ""
                    if kind:
                        outcomes[kind] += 1
                    else:
                        failures.append(f"{name} {how} {step}：{said[:120]}")
                (place / name).write_bytes(whole)
        return 2 * len(names) * len(DAMAGES), failures, outcomes

    return finding("模型文件损坏", "打开或重建索引：照常，或一句话说清怎么办。", check)


def _with_model(out: Connection, store_path: Path, folder: Path, model: Path, step: str) -> None:
    from index import Index, build_index
    from ingest.store import Store

    try:
        store = Store.open(store_path)
        if step == "build":
            folder = folder.with_name("built-now")
            build_index(store, folder, model=str(model))
        out.send("found" if Index.open(folder, store).search(QUESTION) else "nothing found")
    except IngestError as error:
        out.send(f"clear: {error}")
    except Exception as error:
        out.send(f"{type(error).__name__}: {error}")


# -- asking in a child ---------------------------------------------------------------------------------------------


def _answer(out: Connection, place: Path) -> None:
    from datetime import date

    from qa.engine import Engine

    try:
        engine = Engine.open(Workspace.resolve(place))
        made = engine.ask(QUESTION, as_of=date(2018, 12, 1))
        out.send(made.answer)
    except IngestError as error:
        out.send(f"clear: {error}")
    except Exception as error:
        out.send(f"{type(error).__name__}: {error}")


def answers(place: Path) -> str:
    """What a fresh process answers from a workspace: the answer, `clear: …`, or what else happened."""
    return _in_child(_answer, (place,))


def _in_child(target: Callable[..., None], arguments: Sequence[Any], timeout: float = 120) -> str:
    ctx = context()
    ours, theirs = ctx.Pipe(duplex=False)
    child = ctx.Process(target=target, args=(theirs, *arguments), daemon=True)
    child.start()
    theirs.close()
    try:
        said = str(ours.recv()) if ours.poll(timeout) else "timeout"
    except EOFError:
        child.join(5)
        said = f"died with exit code {child.exitcode}"
    if said == "timeout":
        child.kill()
    child.join(10)
    ours.close()
    return said
