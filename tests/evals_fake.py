"""Answer objects made by plain rules over the real corpus: something to score where no engine is needed."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from evals.questions import Question
from evals.run import source_texts
from ingest.workspace import bundled_corpus

SHARED = Path(__file__).resolve().parents[1].parent / "shared"
SCORER = SHARED / "acceptance" / "score.py"
DEV = SHARED / "questions" / "dev.jsonl"


def sources() -> dict[str, str]:
    return source_texts(bundled_corpus() / "sources")


def paragraphs(texts: dict[str, str]) -> list[dict[str, Any]]:
    """Every line of the sources as a clause of the contract."""
    found = []
    for name, text in texts.items():
        for match in re.finditer(r"[^\n]*\S[^\n]*", text):
            found.append(
                {
                    "clause_id": f"{name}#{match.start()}",
                    "document_id": name,
                    "document": "",
                    "doc_no": None,
                    "path": [],
                    "source": name,
                    "start": match.start(),
                    "end": match.end(),
                    "text": match[0],
                    "validity": {"from": None, "to": None, "status": "未定"},
                }
            )
    return found


def bigrams(text: str) -> set[str]:
    return {text[i : i + 2] for i in range(len(text) - 1)}


class Echo:
    """Answers with the paragraph that shares most character pairs with the question; declines every seventh."""

    def __init__(self, texts: dict[str, str]) -> None:
        self.clauses = paragraphs(texts)
        self.pairs = [bigrams(clause["text"]) for clause in self.clauses]
        self.asked = 0

    def __call__(self, question: Question, /) -> dict[str, Any]:
        self.asked += 1
        wanted = bigrams(question.question)
        shared = [len(wanted & pairs) / (20 + len(pairs)) for pairs in self.pairs]
        order = sorted(range(len(shared)), key=lambda i: (-shared[i], i))[:20]
        ranked = [{**self.clauses[i], "score": shared[i]} for i in order]
        first = ranked[0]
        return {
            "id": question.id,
            "question": question.question,
            "answer": first["text"].strip() + "[1]",
            "abstained": self.asked % 7 == 0,
            "confidence": 0.5,
            "citations": [{**{k: v for k, v in first.items() if k != "score"}, "n": 1, "quote": first["text"]}],
            "retrieved": ranked,
            "calculation": {"calculator": "x"} if self.asked % 3 == 0 else None,
            "warnings": [],
            "latency_ms": float(self.asked % 11),
        }


def perfect(question: Question, texts: dict[str, str]) -> dict[str, Any]:
    """The gold answer with exactly its evidence cited, as an answer object."""
    cited: list[dict[str, Any]] = []
    for evidence in question.evidence:
        pattern = r"\s*".join(re.escape(char) for char in "".join(evidence.quote.split()))
        found = re.search(pattern, texts[evidence.file])
        assert found is not None, evidence.quote
        clause = {"clause_id": f"{evidence.file}#{found.start()}", "document": "", "doc_no": None, "path": []}
        span = {"source": evidence.file, "start": found.start(), "end": found.end(), "text": found[0]}
        cited.append({**clause, **span, "n": len(cited) + 1, "quote": evidence.quote})
    return {
        "id": question.id,
        "question": question.question,
        "answer": question.answer + "".join(f"[{c['n']}]" for c in cited),
        "abstained": not question.answerable,
        "confidence": 0.9 if question.answerable else 0.0,
        "citations": cited,
        "retrieved": [{**c, "score": 1.0} for c in cited],
        "calculation": {"calculator": "x", "steps": [{"text": question.answer}]}
        if question.type == "calculation"
        else None,
        "warnings": [],
        "latency_ms": 1.0,
    }


def write_lines(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n", encoding="utf-8")
    return path
