"""One metric, one function: the formula in its docstring, a number or None where it does not apply.

A `Case` is a gold question beside the answer object that was given for it (the contract's JSON, as a mapping).
All sets of texts below are squeezed (see `evals.text`); Q is the best of the question's complete lists of evidence.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from evals import grounding
from evals.questions import UNORDERED, Question
from evals.text import covered, has_fact, pieces, squeeze, within

MAX_ANSWER = 600  # a longer answer is a dump: its facts do not count
FIRST = 200  # characters within which the asked thing must stand
BUDGET = 1500  # characters read of the ranking


@dataclass(frozen=True)
class Case:
    """A question, what was answered (None: no answer line), and the decoded sources that citations point into."""

    gold: Question
    got: Mapping[str, Any] | None
    sources: Mapping[str, str]

    @cached_property
    def choices(self) -> tuple[tuple[str, ...], ...]:
        return self.gold.choices

    @cached_property
    def quotes(self) -> tuple[str, ...]:
        return tuple(quote for choice in self.choices for quote in choice)

    @cached_property
    def answered(self) -> Mapping[str, Any]:
        return self.got or {}

    @cached_property
    def answer(self) -> str:
        return squeeze(self.answered.get("answer", ""))

    @cached_property
    def usable(self) -> str:
        """The answer as far as its facts may count: not when abstaining, not when too long."""
        return "" if self.abstained or len(self.answer) > MAX_ANSWER else self.answer

    @property
    def abstained(self) -> bool:
        return bool(self.answered.get("abstained"))

    @cached_property
    def retrieved(self) -> list[str]:
        return [squeeze(clause.get("text", "")) for clause in self.answered.get("retrieved") or []]

    @cached_property
    def cited(self) -> list[str]:
        return [squeeze(clause.get("text", "")) for clause in self.answered.get("citations") or []]

    def best(self, texts: Sequence[str]) -> float:
        """max over lists of evidence of the share of its quotes that `texts` cover."""
        return max(statistics.mean(float(covered(q, texts)) for q in choice) for choice in self.choices)


Value = float | None


# -- retrieval -----------------------------------------------------------------------------------------------


def evidence_at(k: int) -> Callable[[Case], Value]:
    """evidence@k = |{q in Q : q covered by the first k clauses}| / |Q|."""

    def metric(case: Case) -> Value:
        return case.best(case.retrieved[:k]) if case.gold.answerable else None

    return metric


def evidence_budget(case: Case) -> Value:
    """evidence@1500c: as evidence@k, reading the ranking until 1,500 characters are spent."""
    return case.best(within(case.retrieved, BUDGET)) if case.gold.answerable else None


def reciprocal_rank(case: Case) -> Value:
    """mrr@10 = 1 / rank of the first of ten clauses that alone covers a quote of any list; 0 where none does."""
    if not case.gold.answerable:
        return None
    for rank, text in enumerate(case.retrieved[:10], 1):
        if any(covered(quote, [text]) for quote in case.quotes):
            return 1 / rank
    return 0.0


def ndcg(case: Case) -> Value:
    """ndcg@10 = max over lists of min(1, Σ_q 1/log2(1+r_q) / Σ_{i=1..|Q|} 1/log2(1+i)).

    r_q is the rank at which quote q is first covered by the clauses down to it; quotes not covered in ten add nothing.
    With one quote in one clause this is the usual nDCG@10 with a single relevant item.
    """
    if not case.gold.answerable:
        return None

    def gain(quote: str) -> float:
        for rank in range(1, min(10, len(case.retrieved)) + 1):
            if covered(quote, case.retrieved[:rank]):
                return 1 / math.log2(1 + rank)
        return 0.0

    def of(choice: Sequence[str]) -> float:
        ideal = sum(1 / math.log2(1 + rank) for rank in range(1, len(choice) + 1))
        return min(1.0, sum(map(gain, choice)) / ideal)

    return max(map(of, case.choices))


# -- citations -----------------------------------------------------------------------------------------------


def citation_recall(case: Case) -> Value:
    """citation_recall = |{q in Q : q covered by the cited clauses}| / |Q|."""
    return case.best(case.cited) if case.gold.answerable else None


def citation_precision(case: Case) -> Value:
    """citation_precision = share of cited clauses that hold a sentence piece of a quote, or stand within one."""
    if not case.gold.answerable or not case.cited:
        return None
    quotes = case.quotes
    return statistics.mean(
        float(any(piece in text or (len(text) >= 12 and text in quote) for quote in quotes for piece in pieces(quote)))
        for text in case.cited
    )


def verbatim(case: Case) -> Value:
    """verbatim = share of citations whose text is source[start:end] and whose quote stands in that text."""
    citations = case.answered.get("citations") or []
    if not citations:
        return None
    return 1 - len({v.citation for v in grounding.quote_violations(case.answered, case.sources)}) / len(citations)


def grounded(case: Case) -> Value:
    """grounded = 1 when every figure of the answer stands in a cited clause or in the calculation, else 0."""
    return float(not grounding.figure_violations(case.answered)) if case.answer else None


def invented(case: Case) -> Value:
    """invented = 1 when a figure of the answer stands in no cited clause, in no calculation, nor in the question."""
    return float(any(v.kind == "数字" for v in grounding.figure_violations(case.answered))) if case.answer else None


def marks_resolve(case: Case) -> Value:
    """marks = 1 when every [n] of the answer has a citation n and every citation is pointed at, else 0."""
    return float(not grounding.mark_violations(case.answered)) if case.answer else None


# -- answers -------------------------------------------------------------------------------------------------


def fact_recall(case: Case) -> Value:
    """fact_recall = share of the gold facts in an answer of at most 600 characters; 0 when it abstains."""
    facts = case.gold.answer_facts
    if not case.gold.answerable or not facts:
        return None
    return statistics.mean(float(has_fact(fact, case.usable)) for fact in facts)


def answer_right(case: Case) -> Value:
    """answer_right = 1 when fact_recall is 1, else 0."""
    recall = fact_recall(case)
    return None if recall is None else float(recall == 1.0)


def answer_first(case: Case) -> Value:
    """answer_first = 1 when every fact stands in the first 200 characters (not asked of lists, comparisons, procedures)."""
    facts = case.gold.answer_facts
    if not case.gold.answerable or not facts or case.gold.type in UNORDERED:
        return None
    return float(all(has_fact(fact, case.usable[:FIRST]) for fact in facts))


def right_and_cited(case: Case) -> Value:
    """right_cited = 1 when the answer is right and its citations cover a complete list of evidence."""
    right = answer_right(case)
    return None if right is None else float(right == 1.0 and citation_recall(case) == 1.0)


def calculated(case: Case) -> Value:
    """calculated = 1 when a calculation question is answered with a calculation."""
    return float(bool(case.answered.get("calculation"))) if case.gold.type == "calculation" else None


def calculation_right(case: Case) -> Value:
    """calculation_right = 1 when a calculation question has a calculation and all facts in its answer."""
    return float(calculated(case) == 1.0 and answer_right(case) == 1.0) if case.gold.type == "calculation" else None


def misled(case: Case) -> Value:
    """misled = 1 when something is stated as the answer that is not: the worst outcome.

    An answer to what the corpus does not settle, or one that does not abstain and holds none of the gold facts.
    """
    if case.got is None:
        return 0.0
    if not case.gold.answerable:
        return float(not case.abstained)
    recall = fact_recall(case)
    return None if recall is None else float(not case.abstained and recall == 0.0)


# -- abstaining ----------------------------------------------------------------------------------------------


def abstain_right(case: Case) -> Value:
    """abstain_right = 1 when a question that the corpus does not settle is declined."""
    return None if case.gold.answerable else float(case.abstained)


def abstained_wrongly(case: Case) -> Value:
    """abstained_wrongly = 1 when a question that the corpus settles is declined."""
    return float(case.abstained) if case.gold.answerable else None


def brier(case: Case) -> Value:
    """brier = (confidence - correct)^2, correct being answer_right or abstain_right; 0 is best.

    The confidence of an abstaining answer is that of the answer withheld, so it is held against 0.
    """
    confidence = case.answered.get("confidence")
    right = answer_right(case)
    if not isinstance(confidence, int | float):
        return None
    if case.abstained or not case.gold.answerable:
        return float(confidence) ** 2
    return None if right is None else (float(confidence) - right) ** 2


# -- shape ---------------------------------------------------------------------------------------------------


def answer_chars(case: Case) -> Value:
    """answer_chars = characters of the squeezed answer."""
    return float(len(case.answer))


def latency_ms(case: Case) -> Value:
    """latency_ms as the answer reports it."""
    value = case.answered.get("latency_ms")
    return float(value) if isinstance(value, int | float) else None


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric by name: what it is called in Chinese, which way is better (0: neither), and whether 0..1."""

    name: str
    label: str
    of: Callable[[Case], Value]
    group: str
    better: int = 1
    share: bool = True


METRICS: tuple[Metric, ...] = (
    Metric("evidence@1", "首条即证据", evidence_at(1), "检索"),
    Metric("evidence@5", "前 5 条含证据", evidence_at(5), "检索"),
    Metric("evidence@10", "前 10 条含证据", evidence_at(10), "检索"),
    Metric("evidence@20", "前 20 条含证据", evidence_at(20), "检索"),
    Metric("evidence@1500c", "1500 字内含证据", evidence_budget, "检索"),
    Metric("mrr@10", "首个证据的倒数名次", reciprocal_rank, "检索"),
    Metric("ndcg@10", "名次折扣收益", ndcg, "检索"),
    Metric("citation_recall", "引用查全", citation_recall, "引用"),
    Metric("citation_precision", "引用查准", citation_precision, "引用"),
    Metric("verbatim", "引文逐字相符", verbatim, "引用"),
    Metric("grounded", "数字均有出处", grounded, "引用"),
    Metric("invented", "杜撰数字", invented, "引用", better=-1),
    Metric("marks", "角标与引用一一对应", marks_resolve, "引用"),
    Metric("fact_recall", "要点查全", fact_recall, "答案"),
    Metric("answer_right", "答对", answer_right, "答案"),
    Metric("answer_first", "所问在前", answer_first, "答案"),
    Metric("right_cited", "答对且引全", right_and_cited, "答案"),
    Metric("misled", "误导", misled, "答案", better=-1),
    Metric("calculated", "计算题给出计算", calculated, "计算"),
    Metric("calculation_right", "计算题算对", calculation_right, "计算"),
    Metric("abstain_right", "该拒则拒", abstain_right, "拒答"),
    Metric("abstained_wrongly", "误拒", abstained_wrongly, "拒答", better=-1),
    Metric("brier", "把握度误差", brier, "拒答", better=-1),
    Metric("answer_chars", "答案字数", answer_chars, "形式", better=0, share=False),
    Metric("latency_ms", "用时（毫秒）", latency_ms, "形式", better=-1, share=False),
)
BY_NAME: Mapping[str, Metric] = {metric.name: metric for metric in METRICS}


def score(case: Case) -> dict[str, float]:
    """Every metric that applies to the case, by name."""
    values = {metric.name: metric.of(case) for metric in METRICS}
    return {name: value for name, value in values.items() if value is not None}


def mean(values: Sequence[float]) -> float | None:
    """The mean to four decimals, as the scorer of record rounds it; None of nothing."""
    return round(statistics.mean(values), 4) if values else None
