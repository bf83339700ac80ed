"""What each part of retrieval is worth: the same questions with one part taken away, by one command.

`python -m evals.ablations [--set FILE] [--workspace DIR] [--out DIR]`; also `zhengce eval --ablations`.
Every setting ranks clauses for the bare question (no region given); only the ranking is judged.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from evals.charts import grouped
from evals.intervals import Difference, paired
from evals.metrics import BY_NAME, Case, mean
from evals.questions import Question, load_questions, shipped_set
from ingest.model import Document, IngestError, NodeKind
from ingest.workspace import Workspace

if TYPE_CHECKING:
    from evals.run import Progress
    from index import Index
    from qa.engine import Engine

METRICS = ("evidence@1", "evidence@5", "evidence@10", "evidence@1500c", "mrr@10", "ndcg@10")
TEST = "evidence@5"  # the metric whose paired difference is tested
DEPTH = 20
WINDOW = 500
METADATA = ("place", "title", "region", "local", "named", "heading", "table", "row", "interpretation")

Search = Callable[[str], list[str]]  # question → texts of the ranked clauses, best first


@dataclass(frozen=True)
class Ablation:
    """One setting: its figures and the paired difference in evidence@5 from the full search (None for itself)."""

    name: str
    label: str
    values: Mapping[str, float | None]
    difference: Difference | None


def ablate(engine: Engine, questions: Sequence[Question], *, progress: Progress | None = None) -> list[Ablation]:
    """Run every setting over the answerable questions; the full hybrid search comes first."""
    asked = [question for question in questions if question.answerable]
    if not asked:
        return []
    found: list[Ablation] = []
    first: list[float] = []
    for number, (name, label, ranked) in enumerate(_settings(engine, asked), 1):
        cases = [
            Case(question, {"retrieved": [{"text": text} for text in texts]}, {})
            for question, texts in zip(asked, ranked, strict=True)
        ]
        per_case = {metric: [BY_NAME[metric].of(case) or 0.0 for case in cases] for metric in METRICS}
        first = first or per_case[TEST]
        difference = None if number == 1 else paired(first, per_case[TEST])
        found.append(Ablation(name, label, {m: mean(values) for m, values in per_case.items()}, difference))
        if progress is not None:
            progress(f"消融 {label}", number, 6)
    return found


def _settings(engine: Engine, questions: Sequence[Question]) -> Iterator[tuple[str, str, list[list[str]]]]:
    index, texts = engine.index, {id: node.text for id, node in engine.nodes.items()}
    asked = [question.question for question in questions]

    def rank(search: Search) -> list[list[str]]:
        return [search(question) for question in asked]

    yield "hybrid", "完整检索", rank(lambda q: [texts[hit.clause_id] for hit in index.search(q, DEPTH)])
    yield "bm25", "只用 BM25", rank(lambda q: _named(index, texts, _best(_words(index, q))))
    yield "dense", "只用向量", rank(lambda q: _named(index, texts, _nearest(index, q)))
    yield "no-lexicon", "去掉词典", _without_lexicon(engine.workspace.store_path, asked)
    yield "no-metadata", "去掉元数据", rank(_without_metadata(index, texts))
    yield "windows", f"{WINDOW} 字窗口", rank(_windows(engine))


def _named(index: Index, texts: Mapping[str, str], places: Sequence[int]) -> list[str]:
    return [texts[index.tables.ids[place]] for place in places]


def _words(index: Index, question: str) -> Any:
    return index.tables.body.scores(index.parse(question).terms)


def _best(scores: Any) -> list[int]:
    """The places of the best scores above zero, ties by place."""
    order = np.argsort(-scores, kind="stable")[:DEPTH]
    return [int(place) for place in order if scores[place] > 0]


def _nearest(index: Index, question: str) -> list[int]:
    from index.dense import prepare

    vector = index._embed.encode([prepare(index.parse(question).plain)])[0]
    return [int(place) for place in index.tables.neighbours.nearest(vector, DEPTH)[0]]


def _without_metadata(index: Index, texts: Mapping[str, str]) -> Search:
    """The same search with nothing but the clause's own words and vector to go by."""
    from index import Index

    values = {name: 0.0 if name in METADATA else value for name, value in index.weights.values.items()}
    bare = Index(index.tables, index._embed, replace(index.weights, values=values))
    return lambda question: [texts[hit.clause_id] for hit in bare.search(question, DEPTH)]


def _windows(engine: Engine) -> Search:
    """The same search over windows of 500 characters in place of clauses."""
    from index import Index, fields
    from index.build import make_tables

    store, documents = engine.store, engine.store.documents()
    entries, texts = [], {}
    for info in store.sources():
        text = store.source_text(info.name)
        for start in range(0, len(text), WINDOW):
            body = text[start : start + WINDOW]
            at = _document_at(documents, info.name, start + WINDOW // 2)
            if at is not None and body.strip():
                id = f"{info.name}:{start}"
                texts[id] = body
                entries.append(fields.Entry(id, at, NodeKind.CLAUSE, "", body, "", body))
    embed = engine.index._embed
    index = Index(make_tables(entries, documents, embed), embed, engine.index.weights)
    return lambda question: [texts[hit.clause_id] for hit in index.search(question, DEPTH)]


def _document_at(documents: Sequence[Document], source: str, offset: int) -> int | None:
    """The innermost document that holds an offset of a source, else the nearest of that source."""
    own = [(i, d) for i, d in enumerate(documents) if d.source == source]
    holding = [(d.end - d.start, i) for i, d in own if d.start <= offset < d.end]
    if holding:
        return min(holding)[1]
    return min(own, key=lambda pair: abs(pair[1].start - offset))[0] if own else None


def _without_lexicon(store_path: Path, questions: Sequence[str]) -> list[list[str]]:
    """Ranked in a fresh process: what the lexicon holds is read once and kept, so it must be emptied before first use.

    A new interpreter and not `multiprocessing`, which would run the caller's main script again.
    """
    root = Path(__file__).resolve().parents[1]
    done = subprocess.run(
        [sys.executable, "-P", "-c", "from evals.ablations import serve_without_lexicon as s; s()"],
        input=json.dumps([str(store_path), list(questions)]),
        env={**os.environ, "PYTHONPATH": str(root)},
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        check=True,
    )
    ranked: list[list[str]] = json.loads(done.stdout)
    return ranked


def serve_without_lexicon() -> None:
    """What that process does: questions from standard input, the ranked texts to standard output."""
    from index import lexicon

    lexicon.terms = lambda: ()  # type: ignore[assignment]
    lexicon.synonyms = lambda: ()  # type: ignore[assignment]
    from index import Index, fields
    from index.build import make_tables
    from index.dense import encoder
    from ingest.store import Store

    store_path, questions = json.load(sys.stdin)
    store = Store.open(Path(store_path))
    nodes, documents = store.nodes(), store.documents()
    texts = {node.id: node.text for node in nodes}
    index = Index(make_tables(fields.entries(nodes, documents), documents, encoder(None)), encoder(None))
    json.dump([[texts[hit.clause_id] for hit in index.search(question, DEPTH)] for question in questions], sys.stdout)


def lines(found: Sequence[Ablation]) -> Iterator[str]:
    """The table as text."""
    yield f"{'设置':10} " + " ".join(f"{metric:>14}" for metric in METRICS) + f"   p（{TEST}）"
    for ablation in found:
        figures = " ".join(f"{ablation.values[metric]:14.4f}" for metric in METRICS)
        test = (
            "" if ablation.difference is None else f"   {ablation.difference.p:.4f}（{ablation.difference.mean:+.4f}）"
        )
        yield f"{ablation.label:10} {figures}{test}"


def chart(found: Sequence[Ablation]) -> str:
    """One group of bars a setting, one bar a metric."""
    return grouped({a.label: {m: v for m, v in a.values.items() if v is not None} for a in found}, title="消融")


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; with --out also write ablations.json and ablations.svg."""
    from qa.engine import Engine

    parser = argparse.ArgumentParser(prog="python -m evals.ablations", description=__doc__)
    parser.add_argument("--set", type=Path, default=shipped_set())
    parser.add_argument("--workspace", type=Path)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args(arguments)
    try:
        engine = Engine.open(Workspace.resolve(options.workspace))
        found = ablate(engine, load_questions(options.set))
    except IngestError as error:
        print(error, file=sys.stderr)
        return 1
    for line in lines(found):
        print(line)
    if options.out is not None:
        options.out.mkdir(parents=True, exist_ok=True)
        data = [asdict(ablation) for ablation in found]
        (options.out / "ablations.json").write_text(json.dumps(data, ensure_ascii=False, indent=1), encoding="utf-8")
        (options.out / "ablations.svg").write_text(chart(found), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
