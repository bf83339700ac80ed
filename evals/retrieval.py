"""Retrieval on the lay questions over statutes: words alone, vectors alone, and the hybrid, in one run.

    python -m evals.retrieval --statutes FOLDER --questions stard_dev.jsonl [--model PATH] [--fold odd]

recall@k: share of a question's articles among the first k; mrr@10: one over the rank of the first right one.
The statutes and questions are not part of the project (see README, bench data).
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import numpy as np

from index import fields
from index.build import make_tables
from index.dense import encoder, prepare
from index.lexical import top
from index.local import Tables
from index.search import Index
from index.train import Article, read_articles, read_questions
from ingest.model import Document, NodeKind

Ranking = Callable[[str, int], Sequence[str]]

_EDITION = re.compile(r"\((\d{4})-(\d\d)-(\d\d)\)")
_PROVINCE = {
    "上海": "上海市",
    "北京": "北京市",
    "山东": "山东省",
    "广东": "广东省",
    "河南": "河南省",
    "浙江": "浙江省",
    "重庆": "重庆市",
}


def statute_documents(articles: Sequence[Article]) -> dict[str, Document]:
    """A document for each statute file: title, edition (from the file name), region of local regulations."""
    out: dict[str, Document] = {}
    for article in articles:
        if article.file in out:
            continue
        edition = _EDITION.search(article.file)
        region, level = "全国", "国家"
        if article.file.startswith("DLC/"):
            province = _PROVINCE.get(article.file.split("/")[1][:2], "")
            city = re.match(r"[一-鿿]{2,6}?(?:市|自治县|自治州|县)", article.title)
            region, level = province, "省级"
            if city and city[0] != province:
                region, level = province + city[0], "市级"
        out[article.file] = Document(
            id=article.file,
            source=article.file,
            start=0,
            end=0,
            title=article.title,
            kind="法律法规",
            region=region,
            level=level,
            published=date(*map(int, edition.groups())) if edition else None,
        )
    return out


def statute_entries(articles: Sequence[Article], documents: dict[str, Document]) -> list[fields.Entry]:
    """Every article as a clause; its id is file and number (and a count where a number stands twice)."""
    place = {file: i for i, file in enumerate(documents)}
    seen: dict[str, int] = {}
    out = []
    for a in articles:
        name = f"{a.file}#{a.number}"
        seen[name] = seen.get(name, 0) + 1
        if seen[name] > 1:
            name += f"~{seen[name]}"
        body = f"{a.number} {a.text}"
        embedded = f"{a.title} {a.path} {a.text}"
        out.append(fields.Entry(name, place[a.file], NodeKind.CLAUSE, a.number, body, a.path, embedded))
    return out


def measure(rank: Ranking, questions: Sequence[dict[str, object]], depth: int = 100) -> dict[str, float]:
    """Mean recall@1/5/10/100, mrr@10 and the time a question takes (ms, p50 and p95)."""
    rows: dict[str, list[float]] = {name: [] for name in ("recall@1", "recall@5", "recall@10", "recall@100", "mrr@10")}
    spent = []
    for question in questions:
        gold = {f"{e['file']}#{e['article']}" for e in question["evidence"]}  # type: ignore[attr-defined]
        started = time.perf_counter()
        found = list(rank(str(question["question"]), depth))
        spent.append(1000 * (time.perf_counter() - started))
        for k in (1, 5, 10, 100):
            rows[f"recall@{k}"].append(len(gold & set(found[:k])) / len(gold))
        ranks = [i for i, name in enumerate(found[:10], 1) if name in gold]
        rows["mrr@10"].append(1 / ranks[0] if ranks else 0.0)
    out = {name: round(statistics.mean(values), 4) for name, values in rows.items()}
    return out | {
        "p50_ms": round(float(np.percentile(spent, 50)), 2),
        "p95_ms": round(float(np.percentile(spent, 95)), 2),
    }


def rankings(index: Index) -> dict[str, Ranking]:
    """BM25 of the words alone, vectors alone, the hybrid."""
    tables = index.tables

    def words(question: str, k: int) -> list[str]:
        scores = tables.body.scores(index.tokenizer.tokenize(question))
        return [tables.ids[i] for i in top(scores, k)]

    def vectors(question: str, k: int) -> list[str]:
        vector = index._embed.encode([prepare(question)])[0]
        return [tables.ids[i] for i in tables.neighbours.nearest(vector, k)[0]]

    def hybrid(question: str, k: int) -> list[str]:
        return [hit.clause_id for hit in index.search(question, k)]

    return {"bm25": words, "dense": vectors, "hybrid": hybrid}


def statute_tables(folder: Path, model: str | None) -> Tables:
    """The index tables over all articles of a folder of statutes."""
    articles = read_articles(folder)
    documents = statute_documents(articles)
    return make_tables(statute_entries(articles, documents), list(documents.values()), encoder(model))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--statutes", type=Path, required=True)
    parser.add_argument("--questions", type=Path, required=True)
    parser.add_argument("--model")
    parser.add_argument("--fold", choices=("all", "even", "odd"), default="all")
    options = parser.parse_args()
    questions = read_questions(options.questions)
    questions = [
        q for i, q in enumerate(questions) if options.fold == "all" or (i % 2 == 0) == (options.fold == "even")
    ]
    index = Index(statute_tables(options.statutes, options.model), encoder(options.model))
    for name, rank in rankings(index).items():
        print(name, json.dumps(measure(rank, questions)))


if __name__ == "__main__":
    main()
