"""Learn the fusion's weights from both development sets, and say what they are worth on questions held out.

    python -m evals.tune --questions SET… [--statutes FOLDER --statute-questions stard_dev.jsonl] [--write]

Held-out figures: four folds, weights learnt on three and measured on the fourth. `--write` learns on everything and
writes index/fusion.yaml. The statute side uses the questions the embedding was not trained on (`--fold odd`).
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from index import Filters, Index, build_index, fusion, tokenizer, tune
from index.dense import encoder
from index.fusion import NAMES, Floats, Found
from index.train import read_questions
from ingest.pipeline import ingest
from ingest.store import Store

from .retrieval import statute_tables

DEPTH = 150


@dataclass(frozen=True, slots=True)
class Asked:
    """A question ready for learning: its candidates, the gain of each, and what a ranking of them is worth."""

    found: Found
    gains: Floats
    pieces: Sequence[frozenset[int]]  # for each piece of evidence, the candidates (rows) that hold it
    wanted: int  # pieces of evidence in all, also those no candidate holds

    def recall(self, order: Sequence[int], k: int) -> float:
        """Share of the evidence among the first k."""
        first = set(order[:k])
        return sum(bool(first & piece) for piece in self.pieces) / self.wanted

    def reciprocal(self, order: Sequence[int], k: int = 10) -> float:
        """One over the rank of the first clause that holds any evidence."""
        right = frozenset[int]().union(*self.pieces)
        return next((1 / rank for rank, i in enumerate(order[:k], 1) if i in right), 0.0)


def statute_questions(index: Index, questions: Sequence[dict[str, Any]]) -> list[Asked]:
    """Lay questions, answered by articles (file#number)."""
    number = {name: i for i, name in enumerate(index.tables.ids)}
    out = []
    for q in questions:
        gold = [number.get(f"{e['file']}#{e['article']}", -1) for e in q["evidence"]]
        found = index.candidates(index.parse(q["question"]), None, DEPTH)
        row = {int(p): i for i, p in enumerate(found.places)}
        pieces = [frozenset({row[g]}) if g in row else frozenset[int]() for g in gold]
        out.append(_asked(found, pieces, len(pieces)))
    return out


def corpus_questions(index: Index, store: Store, questions: Sequence[dict[str, Any]]) -> list[Asked]:
    """Questions on the corpus, answered by quotes that clauses hold (whole, or 80 % of it in sentence pieces)."""
    texts = {node.id: _squeeze(node.text) for node in store.clauses()}
    out = []
    for q in questions:
        quotes = [_squeeze(e["quote"]) for e in q.get("evidence", ())]
        if not quotes:
            continue
        filters = Filters(prefer=frozenset({q["region"]})) if q.get("region") else Filters()
        found = index.candidates(index.parse(q["question"], filters.prefer), None, DEPTH)
        held = [texts[index.tables.ids[p]] for p in found.places]
        others = [_squeeze(e["quote"]) for choice in q.get("evidence_alt", ()) for e in choice]
        pieces = [frozenset(i for i, text in enumerate(held) if _holds(quote, text)) for quote in (*quotes, *others)]
        out.append(_asked(found, pieces, len(quotes)))
    return out


def _asked(found: Found, pieces: list[frozenset[int]], wanted: int) -> Asked:
    gains = np.zeros(len(found.places))
    for piece in pieces:
        for i in piece:
            gains[i] += 1
    return Asked(found, gains, pieces[:wanted], wanted)


def _squeeze(text: str) -> str:
    return "".join(tokenizer.normalise(text).split())


def _holds(quote: str, text: str) -> bool:
    if quote in text:
        return True
    parts = [p for p in quote.replace(";", "。").replace(":", "。").split("。") if len(p) >= 6] or [quote]
    return sum(len(p) for p in parts if p in text) >= 0.8 * sum(map(len, parts))


def figures(asked: Sequence[Asked], weights: Floats) -> dict[str, float]:
    """Mean recall@5, recall@10 and mrr@10 of the ranking by these weights (without the grouping of duplicates)."""
    rows = []
    for a in asked:
        order = np.argsort(-(a.found.features @ weights), kind="stable")[:20].tolist()
        rows.append((a.recall(order, 5), a.recall(order, 10), a.reciprocal(order)))
    mean = np.mean(rows, axis=0) if rows else np.zeros(3)
    return dict(zip(("recall@5", "recall@10", "mrr@10"), map(float, mean.round(4)), strict=True))


def learn(asked: Sequence[Asked], start: Floats, pull: float) -> Floats:
    """Weights learnt on a set of questions."""
    return tune.learn([tune.Example(a.found.features, a.gains) for a in asked], start, pull=pull)


def held_out(asked: Sequence[Asked], start: Floats, pull: float, folds: int = 4) -> dict[str, float]:
    """Figures on questions whose fold the weights have not seen."""
    rows = []
    for fold in range(folds):
        weights = learn([a for i, a in enumerate(asked) if i % folds != fold], start, pull)
        rows.append(figures([a for i, a in enumerate(asked) if i % folds == fold], weights))
    return {name: round(float(np.mean([row[name] for row in rows])), 4) for name in rows[0]}


def write(learnt: dict[str, tuple[Floats, str]], path: Path) -> None:
    """Put learnt weights (profile → weights and where they come from) into fusion.yaml; other profiles stay."""
    profiles = {
        profile: {"source": source, "weights": {n: round(float(w), 4) for n, w in zip(NAMES, weights, strict=True)}}
        for profile, (weights, source) in learnt.items()
    }
    head = "# Weights of index/fusion.py. Learnt by `python -m evals.tune --write`; see `source`.\n"
    data = yaml.safe_load(path.read_text(encoding="utf-8")) | profiles
    path.write_text(head + yaml.safe_dump(data, allow_unicode=True, sort_keys=False), encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--statutes", type=Path, help="with --statute-questions: learn the large profile as well")
    parser.add_argument("--statute-questions", type=Path)
    parser.add_argument("--questions", type=Path, nargs="+", required=True)
    parser.add_argument("--model", help="a model trained on the other fold of the statute questions")
    parser.add_argument("--fold", choices=("all", "even", "odd"), default="odd")
    parser.add_argument("--pull", type=float, default=0.02)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    sets = {}
    with tempfile.TemporaryDirectory() as folder, Store.open(Path(folder) / "store.db") as store:
        ingest([], store)
        build_index(store, Path(folder) / "index", model=options.model)
        corpus = Index.open(Path(folder) / "index", store)
        sets["small"] = corpus_questions(corpus, store, [q for f in options.questions for q in read_questions(f)])
    if options.statutes and options.statute_questions:
        lay = read_questions(options.statute_questions)
        lay = [q for i, q in enumerate(lay) if options.fold == "all" or (i % 2 == 0) == (options.fold == "even")]
        statutes = Index(statute_tables(options.statutes, options.model), encoder(options.model))
        sets["large"] = statute_questions(statutes, lay)
    learnt = {}
    for profile, asked in sets.items():
        start = fusion.load(profile).vector()
        line = report(profile, asked, start, options.pull)
        learnt[profile] = learn(asked, start, options.pull), line
    if options.write:
        write(learnt, Path(fusion.__file__).with_name("fusion.yaml"))


def report(name: str, asked: Sequence[Asked], start: Floats, pull: float) -> str:
    """Print and return what a set reaches: among the candidates, with the weights now in use, and held out."""
    reachable = round(float(np.mean([a.recall(range(len(a.found.places)), 10**6) for a in asked])), 4)
    now, later = json.dumps(figures(asked, start)), json.dumps(held_out(asked, start, pull))
    line = f"{len(asked)} questions, four folds held out: {later}"
    print(f"{name}: among the candidates {reachable}, now {now}, {line}")
    return line


if __name__ == "__main__":
    main()
