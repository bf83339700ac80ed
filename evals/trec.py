"""Ranking measures over clauses as documents, worked out by ir-measures (trec_eval's own code).

A clause is relevant to a question when it covers a quote of its evidence; where no clause covers a quote alone, those
that hold a sentence piece of it are. Unlike `evidence@k` this counts every clause of the corpus that would do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import ir_measures
from ir_measures import AP, RR, P, Qrel, R, ScoredDoc, nDCG

from evals.questions import Question
from evals.text import covered, pieces, squeeze

if TYPE_CHECKING:
    from evals.run import Run

MEASURES = (R @ 1, R @ 5, R @ 10, R @ 20, P @ 1, RR @ 10, nDCG @ 10, AP @ 20)


def qrels(questions: Sequence[Question], clauses: Mapping[str, str]) -> list[Qrel]:
    """The relevant clauses (id → text) of every answerable question."""
    texts = {id: squeeze(text) for id, text in clauses.items()}
    made: list[Qrel] = []
    by_quote: dict[str, list[str]] = {}
    for question in questions:
        relevant: dict[str, None] = {}
        for quote in question.quotes:
            if quote not in by_quote:
                by_quote[quote] = _holding(quote, texts)
            relevant.update(dict.fromkeys(by_quote[quote]))
        made += [Qrel(question.id, clause, 1) for clause in relevant]
    return made


def _holding(quote: str, texts: Mapping[str, str]) -> list[str]:
    whole = [id for id, text in texts.items() if covered(quote, [text])]
    return whole or [id for id, text in texts.items() if any(piece in text for piece in pieces(quote))]


def ranking(run: Run) -> list[ScoredDoc]:
    """The run's ranked clauses, scored by rank so that ties keep the order in which they were given."""
    return [
        ScoredDoc(row.id, clause["clause_id"], 1000.0 - rank)
        for row in run.rows
        if row.got is not None
        for rank, clause in enumerate(row.got.get("retrieved") or [])
    ]


def measures(run: Run, clauses: Mapping[str, str]) -> dict[str, float]:
    """The measures over the run's answerable questions that the clauses can answer."""
    judged = qrels([row.gold for row in run.rows if row.gold.answerable], clauses)
    if not judged:
        return {}
    found = ir_measures.calc_aggregate(MEASURES, judged, ranking(run))
    return {str(measure): round(float(found[measure]), 4) for measure in MEASURES}


def per_question(run: Run, clauses: Mapping[str, str], measure: str = "nDCG@10") -> dict[str, float]:
    """One measure by question id."""
    judged = qrels([row.gold for row in run.rows if row.gold.answerable], clauses)
    wanted = ir_measures.parse_measure(measure)
    return {m.query_id: float(m.value) for m in ir_measures.iter_calc([wanted], judged, ranking(run))}
