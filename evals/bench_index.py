"""Speed and size of the index against its peers, in one run, on one machine.

    python -m evals.bench_index --statutes FOLDER --questions stard_dev.jsonl [--sizes 3000 20000 100000] [--out FILE]

For each size: our BM25 (sparse columns), rank-bm25 and bm25s on the same tokens and questions, then the whole hybrid
search. Query times in ms (p50, p95), build times in s, memory as the growth of this process in MB, size on disk in MB.
Times depend on what else the machine does: compare within a run only.
"""

from __future__ import annotations

import argparse
import json
import resource
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from index import Index, tokenizer
from index.build import make_tables
from index.dense import encoder
from index.lexical import Bm25, count, top
from index.train import read_articles, read_questions

from .retrieval import statute_documents, statute_entries

SLOW = 12  # questions for a peer that takes a second for each


def spread(ask: Callable[[Any], object], questions: Sequence[Any]) -> dict[str, float]:
    """p50 and p95 of one call, in ms."""
    spent = []
    for question in questions:
        started = time.perf_counter()
        ask(question)
        spent.append(1000 * (time.perf_counter() - started))
    return {"p50_ms": round(float(np.percentile(spent, 50)), 3), "p95_ms": round(float(np.percentile(spent, 95)), 3)}


def timed(make: Callable[[], Any]) -> tuple[Any, float]:
    """What `make` returns, and the seconds it took."""
    started = time.perf_counter()
    return make(), round(time.perf_counter() - started, 2)


def memory() -> float:
    """The most memory this process has held so far, MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def lexical(tokens: list[list[str]], questions: list[list[str]]) -> dict[str, dict[str, float]]:
    """Our BM25 and its peers over the same tokens."""
    import bm25s
    from rank_bm25 import BM25Okapi

    ours, built = timed(lambda: Bm25.of(count(tokens)))
    out = {"zhengce BM25": {"build_s": built, **spread(lambda q: top(ours.scores(q), 20), questions)}}
    theirs, built = timed(lambda: BM25Okapi(tokens))
    slow = questions[:SLOW]
    out["rank-bm25"] = {"build_s": built, **spread(lambda q: top(theirs.get_scores(q), 20), slow)}
    difference = max(float(np.max(np.abs(ours.scores(q) - theirs.get_scores(q)))) for q in slow[:3])
    out["zhengce BM25"]["greatest_difference_from_rank_bm25"] = difference

    def build() -> Any:
        retriever = bm25s.BM25()
        retriever.index(tokens, show_progress=False)
        return retriever

    peer, built = timed(build)
    k = min(20, len(tokens))
    known = [[[t for t in q if t in peer.vocab_dict]] for q in questions]
    known = [q for q in known if q[0]]
    out["bm25s"] = {"build_s": built, **spread(lambda q: peer.retrieve(q, k=k, show_progress=False), known)}
    out["zhengce BM25"]["times_faster_than_rank_bm25"] = round(
        out["rank-bm25"]["p50_ms"] / out["zhengce BM25"]["p50_ms"], 1
    )
    return out


def hybrid(size: int, folder: Path, questions: list[str]) -> dict[str, float]:
    """The whole search over the first articles of a folder of statutes."""
    articles = read_articles(folder)[:size]
    documents = statute_documents(articles)
    embed, before = encoder(), memory()
    tables, built = timed(lambda: make_tables(statute_entries(articles, documents), list(documents.values()), embed))
    index = Index(tables, embed)
    index.search(questions[0])
    out = {"build_s": built, **spread(index.search, questions), "memory_mb": round(memory() - before)}
    with tempfile.TemporaryDirectory() as place:
        tables.save(Path(place))
        out["disk_mb"] = round(sum(p.stat().st_size for p in Path(place).iterdir()) / 2**20, 1)
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--statutes", type=Path, required=True)
    parser.add_argument("--questions", type=Path, required=True)
    parser.add_argument("--sizes", type=int, nargs="+", default=[3_000, 20_000, 100_000, 147_286])
    parser.add_argument("--asked", type=int, default=200, help="questions")
    parser.add_argument("--skip-hybrid", action="store_true")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    questions = [q["question"] for q in read_questions(options.questions)][: options.asked]
    asked = [tokenizer.tokenize(q) for q in questions]
    articles = read_articles(options.statutes)[: max(options.sizes)]
    tokens = [tokenizer.tokenize(f"{a.number} {a.text}") for a in articles]
    rows: list[dict[str, Any]] = []
    for size in options.sizes:
        found = lexical(tokens[:size], asked)
        if not options.skip_hybrid:
            found["zhengce hybrid"] = hybrid(size, options.statutes, questions)
        for name, figures in found.items():
            rows.append({"clauses": min(size, len(articles)), "what": name, **figures})
            print(json.dumps(rows[-1], ensure_ascii=False), flush=True)
    if options.out:
        options.out.write_text(json.dumps(rows, ensure_ascii=False, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
