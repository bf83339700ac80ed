"""Speed and size of the index against its peers as it grows, in one run, on one machine.

    python -m evals.bench_index --statutes FOLDER --questions stard_dev.jsonl [--sizes 3000 20000 1000000]
        [--out growth.json] [--svg growth.svg]
    python -m evals.bench_index --draw growth.json [more.json …] --svg growth.svg

For each size: our BM25 (sparse columns), rank-bm25 and bm25s on the same tokens and questions, then the whole hybrid
search from its files on disk. A size above the number of articles is a synthetic one (`evals.resampled`). Each build and
each round of questions has a process of its own, so memory is its own too. Query times in ms (p50, p95), by the clock
and, as `cpu_`, by the work of the processor, which a busy machine changes little; build times in s; memory in MB (the
most held, above what the inputs take); size on disk in MB.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index import Index, tokenizer
from index.build import make_tables
from index.dense import encoder
from index.lexical import Bm25, count, top
from index.local import Tables
from index.train import Article, read_articles, read_questions

from .charts import lines, stacked
from .resampled import resampled, sentences
from .retrieval import statute_documents, statute_entries

Figures = dict[str, float]
Asking = Callable[[Any], object]
Row = dict[str, Any]

SLOW = 12  # questions for a peer that takes a second for each
BEARABLE = 150_000  # clauses: rank-bm25 scores all of them for every question
Tokens = Sequence[Sequence[str]]
HYBRID = "本项目：混合检索"
OURS, RANK, BM25S = "本项目：只按词", "rank-bm25", "bm25s"


@dataclass(frozen=True, slots=True)
class Engine:
    """A peer ready to be asked, and the arrays that would be written to disk (none: it has no such form)."""

    ask: Asking
    arrays: tuple[NDArray[Any], ...] = ()


def spread(ask: Asking, questions: Sequence[Any]) -> Figures:
    """p50 and p95 of one call, in ms, by the clock and by the processor."""
    spent = []
    for question in questions:
        started, worked = time.perf_counter(), time.process_time()
        ask(question)
        spent.append((1000 * (time.perf_counter() - started), 1000 * (time.process_time() - worked)))
    p50, p95 = np.percentile(np.array(spent), [50, 95], axis=0)
    found = {"p50_ms": p50[0], "p95_ms": p95[0], "cpu_p50_ms": p50[1], "cpu_p95_ms": p95[1]}
    return {name: round(float(value), 3) for name, value in found.items()}


def timed(make: Callable[[], Any]) -> tuple[Any, Figures]:
    """What `make` returns, and the seconds it took, by the clock and by the processor."""
    started, worked = time.perf_counter(), time.process_time()
    made = make()
    took, work = time.perf_counter() - started, time.process_time() - worked
    return made, {"build_s": round(took, 2), "build_cpu_s": round(work, 2)}


def memory() -> float:
    """The most memory this process has held so far, MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def apart(work: Callable[[], Figures], name: str) -> Figures:
    """The figures of `work` done in a child process, with the memory it took there as `name`; {} if it was killed."""
    ours, theirs = get_context("fork").Pipe(duplex=False)

    def run() -> None:
        before = memory()
        figures = work()
        theirs.send({**figures, name: round(memory() - before)})

    child = get_context("fork").Process(target=run)
    child.start()
    theirs.close()
    try:
        found: Figures = ours.recv()
    except EOFError:
        print(f"{name}: the process ended without a result", file=sys.stderr, flush=True)
        found = {}
    child.join()
    return found


# -- words only --------------------------------------------------------------------------------------------------


def _ours(tokens: Tokens) -> Engine:
    index = Bm25.of(count(tokens))
    arrays = (index.indptr, index.indices, index.data, index.idf)
    return Engine(lambda question: top(index.scores(question), 20), arrays)


def _rank_bm25(tokens: Tokens) -> Engine:
    from rank_bm25 import BM25Okapi

    index = BM25Okapi(tokens)
    return Engine(lambda question: top(index.get_scores(question), 20))


def _bm25s(tokens: Tokens) -> Engine:
    import bm25s

    index = bm25s.BM25()
    index.index(tokens, show_progress=False)
    k = min(20, len(tokens))

    def ask(question: Sequence[str]) -> object:
        known = [term for term in question if term in index.vocab_dict]
        return index.retrieve([known], k=k, show_progress=False) if known else None

    return Engine(ask, tuple(index.scores[name] for name in ("data", "indices", "indptr")))


ENGINES: Mapping[str, Callable[[Tokens], Engine]] = {OURS: _ours, RANK: _rank_bm25, BM25S: _bm25s}


def lexical(tokens: Tokens, questions: Tokens) -> dict[str, Figures]:
    """Our BM25 and its peers over the same tokens, one after the other, each in its own process."""

    def measured(name: str) -> Figures:
        engine, figures = timed(lambda: ENGINES[name](tokens))
        size = {"disk_mb": round(sum(a.nbytes for a in engine.arrays) / 2**20, 1)} if engine.arrays else {}
        return {**figures, **size, **spread(engine.ask, questions[:SLOW] if name == RANK else questions)}

    import bm25s  # noqa: F401  (missing: the caller hears of it here, not from a child process)

    names = [name for name in ENGINES if name != RANK or len(tokens) <= BEARABLE]
    return {name: apart(partial(measured, name), "memory_mb") for name in names}


class Tokenized:
    """The tokens of articles; those of a sentence are worked out once, and each word is kept in memory once."""

    def __init__(self) -> None:
        self._words: dict[str, str] = {}
        self._known: dict[str, list[str]] = {}

    def __call__(self, articles: Sequence[Article]) -> list[list[str]]:
        return [list(chain.from_iterable(map(self._of, [a.number, *sentences(a.text)]))) for a in articles]

    def _of(self, sentence: str) -> list[str]:
        if sentence not in self._known:
            self._known[sentence] = [self._words.setdefault(w, w) for w in tokenizer.tokenize(sentence)]
        return self._known[sentence]


# -- the whole search --------------------------------------------------------------------------------------------


def hybrid(articles: Sequence[Article], questions: Sequence[str]) -> Figures:
    """The whole search: built and written in one process, opened from its files and asked in another."""
    with tempfile.TemporaryDirectory() as place:
        built = apart(partial(_built, articles, Path(place)), "memory_mb")
        return {**built, **apart(partial(_asked, Path(place), questions), "asking_mb")} if built else {}


def _built(articles: Sequence[Article], place: Path) -> Figures:
    documents = statute_documents(articles)
    entries = statute_entries(articles, documents)
    embed = encoder()

    def build() -> None:
        make_tables(entries, list(documents.values()), embed, progress=_Stages()).save(place)

    _, figures = timed(build)
    return {**figures, "disk_mb": round(sum(p.stat().st_size for p in place.iterdir()) / 2**20, 1)}


def _asked(place: Path, questions: Sequence[str]) -> Figures:
    index, opened = timed(lambda: Index(Tables.load(place), encoder()))
    for question in questions[:20]:  # what is mapped is read at first use
        index.search(question)
    return {"open_s": opened["build_s"], **spread(index.search, questions)}


class _Stages:
    """Says on stderr when a stage of a long build begins."""

    def __init__(self) -> None:
        self._started, self._stage = time.perf_counter(), ""

    def __call__(self, stage: str, done: int, of: int) -> None:
        if stage != self._stage:
            self._stage = stage
            print(f"  {time.perf_counter() - self._started:8.1f} s  {stage} {of:,}", file=sys.stderr, flush=True)


# -- rows and pictures -------------------------------------------------------------------------------------------


def measured(
    articles: Sequence[Article], sizes: Sequence[int], questions: Sequence[str], *, hybrid_up_to: int
) -> Iterator[Row]:
    """One row for each size and each way of searching."""
    tokenized = Tokenized()
    asked = [tokenizer.tokenize(question) for question in questions]
    for size in sizes:
        synthetic = size > len(articles)
        chosen = resampled(articles, size) if synthetic else articles[:size]
        row: Row = {"clauses": len(chosen), "synthetic": synthetic}
        if size <= hybrid_up_to and (figures := hybrid(chosen, questions)):
            yield {**row, "what": HYBRID, **figures}
        for name, figures in lexical(tokenized(chosen), asked).items():
            if figures:
                yield {**row, "what": name, **figures}


PICTURES = (
    ("p50_ms", "每问毫秒（中位）"),
    ("p95_ms", "每问毫秒（95 %）"),
    ("build_s", "建索引，秒"),
    ("memory_mb", "建索引时的内存，MiB"),
    ("asking_mb", "提问时的内存，MiB"),
    ("disk_mb", "索引大小，MiB"),
)


def picture(rows: Sequence[Row]) -> str:
    """The growth curves as one SVG, both axes logarithmic; the same colour is the same way of searching throughout."""
    names = [name for name in (HYBRID, *ENGINES) if any(row["what"] == name for row in rows)]
    charts = []
    for field, label in PICTURES:
        curves = {
            name: sorted((float(r["clauses"]), float(r[field])) for r in rows if r["what"] == name and field in r)
            for name in names
        }
        charts.append(lines(curves, x_label="条款", y_label=label, log=True, title=label))
    return str(stacked(charts, columns=2, title="检索随条款数的增长"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--statutes", type=Path)
    parser.add_argument("--questions", type=Path)
    parser.add_argument("--sizes", type=int, nargs="+", default=[3_000, 20_000, 100_000, 147_286])
    parser.add_argument("--asked", type=int, default=200, help="questions")
    parser.add_argument("--hybrid-up-to", type=int, default=10_000_000, help="clauses; above, words only")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--draw", type=Path, nargs="+", help="draw what earlier runs wrote; nothing is measured")
    parser.add_argument("--svg", type=Path)
    options = parser.parse_args()
    rows: list[Row] = []
    if options.draw:
        rows = [row for path in options.draw for row in json.loads(path.read_text(encoding="utf-8"))]
    elif options.statutes and options.questions:
        questions = [q["question"] for q in read_questions(options.questions)][: options.asked]
        for row in measured(
            read_articles(options.statutes), options.sizes, questions, hybrid_up_to=options.hybrid_up_to
        ):
            rows.append(row)
            print(json.dumps(row, ensure_ascii=False), flush=True)
            if options.out:  # after every row: a long run that is stopped keeps what it has
                options.out.write_text(json.dumps(rows, ensure_ascii=False, indent=1), encoding="utf-8")
    else:
        parser.error("--statutes and --questions, or --draw")
    if options.svg:
        options.svg.write_text(picture(rows), encoding="utf-8")


if __name__ == "__main__":
    main()
