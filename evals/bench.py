"""`python -m evals.bench`: how fast and how large, part by part, in one run; peers beside ours where there are any.

    python -m evals.bench [--out DIR] [--only PART] [--statutes FOLDER]

Parts: ingest, index, query, cold, calculators, app, growth. Writes bench.json and bench.html into DIR, prints the
table. `--statutes` points at a folder of Markdown statutes for the growth curves (not part of the project); without it
they are drawn over copies of the corpus.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evals.charts import lines
from evals.questions import load_questions, shipped_set
from evals.run import machine
from ingest.workspace import Workspace, bundled_corpus

if TYPE_CHECKING:
    from qa.engine import Engine

ON = date(2018, 12, 1)
PEER_UP_TO = 60_000  # clauses: rank-bm25 scores all of them for every question
PEER_SCRIPT = """
import sys, bm25s, jieba
index = bm25s.BM25.load(sys.argv[1], load_corpus=True)
known = [word for word in jieba.lcut_for_search(sys.argv[2]) if word in index.vocab_dict]
print(index.retrieve([known], k=10, show_progress=False))
"""


@dataclass(frozen=True)
class Measure:
    """One figure: `value` in `unit`, measured `runs` times (the median is shown)."""

    part: str
    name: str
    value: float
    unit: str
    note: str = ""

    def line(self) -> str:
        """The figure as a line of text."""
        return f"{self.part:12} {self.name:34} {self.value:>12,.4g} {self.unit:8} {self.note}"


@dataclass(frozen=True)
class Curve:
    """How something grows: for each series its (x, y) points."""

    title: str
    x_label: str
    y_label: str
    series: dict[str, list[tuple[float, float]]] = field(default_factory=dict)


Part = Callable[[Path], Iterator[Measure | Curve]]


def timed(work: Callable[..., Any], *arguments: Any, runs: int = 1) -> float:
    """The median seconds that `work(*arguments)` takes."""
    took = []
    for _ in range(runs):
        started = time.perf_counter()
        work(*arguments)
        took.append(time.perf_counter() - started)
    return statistics.median(took)


# -- parts -------------------------------------------------------------------------------------------------------


def bench_ingest(folder: Path) -> Iterator[Measure | Curve]:
    """The bundled corpus into an empty store, then again with nothing changed."""
    from ingest.pipeline import ingest

    place = Workspace.resolve(folder / "w")
    store = place.store()
    characters = sum(len(p.read_text(encoding="utf-8")) for p in (bundled_corpus() / "sources").glob("*.txt"))
    first = timed(ingest, [bundled_corpus() / "sources"], store)
    again = timed(ingest, [bundled_corpus() / "sources"], store, runs=3)
    yield Measure("ingest", "corpus into an empty store", first, "s", f"{characters:,} characters")
    yield Measure("ingest", "characters a second", characters / first, "1/s")
    yield Measure("ingest", "again, nothing changed", again * 1000, "ms")
    yield Measure(
        "ingest", "store on disk", sum(p.stat().st_size for p in place.path.glob("store.sqlite*")) / 2**20, "MiB"
    )


def bench_index(folder: Path) -> Iterator[Measure | Curve]:
    """The index over that store, from nothing and again after one source changed."""
    from index import Index, build_index

    place = Workspace.resolve(folder / "w")
    store = place.store()
    yield Measure(
        "index",
        "built from nothing",
        timed(build_index, store, place.index_path),
        "s",
        f"{len(store.clauses()):,} clauses",
    )
    store.remove("002_8638f2724e834911.txt")
    yield Measure("index", "refreshed, one source gone", timed(build_index, store, place.index_path), "s")
    yield Measure("index", "opened", timed(Index.open, place.index_path, store, runs=5) * 1000, "ms")
    size = sum(p.stat().st_size for p in place.index_path.rglob("*") if p.is_file())
    yield Measure("index", "on disk", size / 2**20, "MiB")


def bench_query(folder: Path) -> Iterator[Measure | Curve]:
    """Search and ask over the shipped set, alone and eight at a time; beside them peers that look at words only."""
    from evals.bench_index import spread

    engine = _engine(folder)
    questions = [question.question for question in load_questions(shipped_set())]
    engine.ask(questions[0], as_of=ON)
    ways: dict[str, Callable[[str], Any]] = {
        "search": partial(engine.search, as_of=ON, k=20),
        "ask": partial(engine.ask, as_of=ON),
    }
    for name, once in ways.items():
        figures = spread(once, questions)
        yield Measure("query", f"{name}, median", figures["p50_ms"], "ms", f"{len(questions)} questions")
        yield Measure("query", f"{name}, 95 %", figures["p95_ms"], "ms")
        yield Measure("query", f"{name}, 95 %, processor", figures["cpu_p95_ms"], "ms", "without waiting for others")
        whole = timed(_eight_at_a_time, once, questions)
        yield Measure("query", f"{name}, eight threads", len(questions) / whole, "1/s")
    yield Measure(
        "query", "peak memory of the process", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "MiB"
    )
    for name, figures in _peers([clause.text for clause in engine.store.clauses()], questions).items():
        yield Measure("query", f"{name}, median", figures["p50_ms"], "ms", "words only")
        yield Measure("query", f"{name}, 95 %", figures["p95_ms"], "ms", "words only")


def _eight_at_a_time(once: Callable[[str], Any], questions: Sequence[str]) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(once, questions))


def bench_cold(folder: Path) -> Iterator[Measure | Curve]:
    """Commands in a fresh process on a filled workspace, and the very first one on an empty workspace; beside them a
    script with jieba and bm25s that opens an index it saved before."""
    engine = _engine(folder)
    texts = [clause.text for clause in engine.store.clauses()]
    engine.store.close()
    question = load_questions(shipped_set())[0].question

    def zhengce(*arguments: str, home: Path) -> None:
        _run("-m", "qa.cli", *arguments, ZHENGCE_HOME=str(home))

    full = Workspace.resolve(folder / "w").path
    yield Measure("cold", "zhengce --help", timed(partial(zhengce, "--help", home=full), runs=3), "s")
    yield Measure("cold", "zhengce search", timed(partial(zhengce, "search", question, home=full), runs=3), "s")
    yield Measure("cold", "zhengce ask", timed(partial(zhengce, "ask", question, "--json", home=full), runs=3), "s")
    yield Measure(
        "cold",
        "zhengce ask, empty workspace",
        timed(partial(zhengce, "ask", question, home=folder / "new")),
        "s",
        "ingests and indexes the corpus first",
    )
    if peer := _saved_peer(texts, folder / "peer"):
        once = partial(_run, "-c", PEER_SCRIPT, str(peer), question)
        once()  # jieba writes its own cache the first time
        yield Measure("cold", "jieba and bm25s", timed(once, runs=3), "s", "words only, saved index")


def _run(*arguments: str, **environment: str) -> None:
    """Python in a fresh process; an error of it is one here."""
    command, variables = [sys.executable, *arguments], {**os.environ, **environment}
    done = subprocess.run(command, capture_output=True, text=True, env=variables, stdin=subprocess.DEVNULL)
    if done.returncode:
        raise RuntimeError(f"{' '.join(arguments[:3])}: {done.stderr[-500:]}")


def _saved_peer(texts: Sequence[str], place: Path) -> Path | None:
    """An index of bm25s over the texts, saved with them; None without bm25s (of the test extra)."""
    try:
        import bm25s
    except ImportError:
        return None
    import jieba

    index = bm25s.BM25()
    index.index([jieba.lcut_for_search(text) for text in texts], show_progress=False)
    index.save(str(place), corpus=texts, show_progress=False)
    return place


def bench_calculators(folder: Path) -> Iterator[Measure | Curve]:
    """Every worked example of the calculators' tests, one after the other, each with its clauses looked up."""
    from qa import calculators

    folder_of_examples = Path(__file__).resolve().parents[1] / "tests" / "calculator_examples"
    texts = [path.read_text(encoding="utf-8") for path in sorted(folder_of_examples.glob("*.jsonl"))]
    cases = [calculators.loads(line) for text in texts for line in text.splitlines() if line.strip()]
    yield Measure("calculators", "rules", len(calculators.all_rules()), "")
    if cases:
        clauses = _engine(folder).clauses

        def run_all() -> None:
            for case in cases:
                calculators.run(case["calculator"], case["inputs"], as_of=ON, clauses=clauses)

        run_all()
        rate = len(cases) / timed(run_all, runs=3)
        yield Measure("calculators", "calculations a second", rate, "1/s", f"{len(cases)} examples")


def bench_app(folder: Path) -> Iterator[Measure | Curve]:
    """From starting the server to its first healthy answer."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    script = Path(__file__).resolve().parents[1] / "app_streamlit.py"
    if not script.exists():
        return
    environment = {**os.environ, "ZHENGCE_HOME": str(Workspace.resolve(folder / "w").path)}
    command = [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        str(script),
        f"--server.port={port}",
        "--server.headless=true",
        "--server.address=127.0.0.1",
    ]
    started = time.perf_counter()
    server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while time.perf_counter() - started < 60:
            with (
                suppress(OSError),
                urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1) as reply,
            ):
                if reply.status == 200:
                    yield Measure("app", "server healthy after", time.perf_counter() - started, "s")
                    return
            time.sleep(0.05)
    finally:
        server.terminate()
        server.wait(10)


def bench_growth(folder: Path, statutes: Path | None = None) -> Iterator[Measure | Curve]:
    """Ingestion, index and search as the corpus grows; its peers over words beside our search."""
    from evals.bench_index import HYBRID
    from evals.bench_ingest import measure, unpack
    from index import Index, build_index

    files = unpack(statutes, folder / "statutes") if statutes is not None else _copies(folder / "copies", 8)
    questions = [question.question for question in load_questions(shipped_set())][:60]
    curves: dict[str, list[tuple[float, float]]] = {"ingest": [], "index": [], "hybrid": []}
    peers: dict[str, list[tuple[float, float]]] = {}
    for share in (0.03, 0.1, 0.3, 1.0) if statutes is not None else (0.125, 0.25, 0.5, 1.0):
        place = Workspace.resolve(folder / f"growth-{share}")
        place.path.mkdir(parents=True)
        measured = measure(files[:: round(1 / share)], place.path)
        store = place.store()
        clauses = store.clauses()
        size = float(len(clauses))
        curves["ingest"].append((size, measured.seconds))
        curves["index"].append((size, timed(build_index, store, place.index_path)))
        index = Index.open(place.index_path, store)
        index.search(questions[0], 20)
        curves["hybrid"].append((size, statistics.median(timed(index.search, q, 20) for q in questions) * 1000))
        if len(clauses) <= PEER_UP_TO:
            for name, figures in _peers([node.text for node in clauses], questions).items():
                peers.setdefault(name, []).append((size, figures["p50_ms"]))
        store.close()
        shutil.rmtree(place.path)
    yield Curve("ingestion and indexing", "clauses", "seconds", {name: curves[name] for name in ("ingest", "index")})
    yield Curve("search, median", "clauses", "milliseconds", {HYBRID: curves["hybrid"], **peers})
    size, took = curves["hybrid"][-1]
    yield Measure("growth", "search at the largest size", took, "ms", f"{size:,.0f} clauses")


def _copies(folder: Path, times: int) -> list[Path]:
    """The corpus again under other names and with its numbers changed, so that no two clauses are the same."""
    made = []
    for number in range(times):
        target = folder / str(number)
        target.mkdir(parents=True, exist_ok=True)
        for source in sorted((bundled_corpus() / "sources").glob("*.txt")):
            path = target / f"{number}-{source.name}"
            path.write_text(
                source.read_text(encoding="utf-8")
                .replace("2018年", f"{2018 + number}年")
                .replace("企业", f"企业{number}"),
                encoding="utf-8",
            )
            made.append(path)
    return made


def _peers(texts: list[str], questions: list[str]) -> dict[str, dict[str, float]]:
    """Times of our BM25, rank-bm25 and bm25s over the same words; without bm25s (of the test extra) none."""
    from evals.bench_index import lexical
    from index import tokenizer

    try:
        return lexical([tokenizer.words(text) for text in texts], [list(tokenizer.query_terms(q)) for q in questions])
    except ImportError:
        return {}


def _engine(folder: Path) -> Engine:
    from qa.engine import Engine

    return Engine.open(Workspace.resolve(folder / "w"))


PARTS: dict[str, Part] = {
    "ingest": bench_ingest,
    "index": bench_index,
    "query": bench_query,
    "cold": bench_cold,
    "calculators": bench_calculators,
    "app": bench_app,
    "growth": bench_growth,
}


# -- command -----------------------------------------------------------------------------------------------------


def write(out: Path, measures: Sequence[Measure], curves: Sequence[Curve]) -> None:
    """bench.json, and bench.html with the table and the curves."""
    from jinja2 import Environment, PackageLoader

    out.mkdir(parents=True, exist_ok=True)
    data = {"machine": machine(), "measures": [asdict(m) for m in measures], "curves": [asdict(c) for c in curves]}
    (out / "bench.json").write_text(json.dumps(data, ensure_ascii=False, indent=1), encoding="utf-8")
    charts = [(c.title, lines(c.series, x_label=c.x_label, y_label=c.y_label, log=True, title=c.title)) for c in curves]
    page = Environment(loader=PackageLoader("evals", "."), autoescape=True).get_template("bench.html.j2")
    (out / "bench.html").write_text(page.render(machine=machine(), measures=measures, charts=charts), encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the parts in order, each on what the ones before left in a scratch folder."""
    parser = argparse.ArgumentParser(prog="python -m evals.bench", description=__doc__)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--only", choices=list(PARTS), action="append")
    parser.add_argument("--statutes", type=Path)
    options = parser.parse_args(arguments)
    folder = Path(tempfile.mkdtemp(prefix="zhengce-bench-"))
    measures: list[Measure] = []
    curves: list[Curve] = []
    try:
        for name, part in PARTS.items():
            if options.only and name not in options.only:
                continue
            made = bench_growth(folder, options.statutes) if name == "growth" else part(folder)
            for found in made:
                if isinstance(found, Measure):
                    measures.append(found)
                    print(found.line(), flush=True)
                else:
                    curves.append(found)
                    for series, points in found.series.items():
                        shown = "  ".join(f"{x:,.0f}: {y:,.3g}" for x, y in points)
                        print(f"{'curve':12} {found.title} · {series} ({found.y_label})  {shown}", flush=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if options.out is not None:
        write(options.out, measures, curves)
    return 0


if __name__ == "__main__":
    sys.exit(main())
