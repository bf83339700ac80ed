"""What each part of retrieval is worth: the same questions with one part taken away, by one command."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from evals.intervals import Difference
from evals.questions import Question
from evals.run import Progress

if TYPE_CHECKING:
    from qa.engine import Engine

METRICS = ("evidence@1", "evidence@5", "evidence@10", "evidence@1500c", "mrr@10", "ndcg@10")

Search = Callable[[str, int], list[str]]  # question, k → texts of the ranked clauses


@dataclass(frozen=True)
class Ablation:
    """One setting: its figures and the paired difference in evidence@5 from the first setting (None for itself)."""

    name: str
    label: str
    values: Mapping[str, float | None]
    difference: Difference | None


def ablate(engine: Engine, questions: Sequence[Question], *, progress: Progress | None = None) -> list[Ablation]:
    """Run every setting over the answerable questions."""
    raise NotImplementedError
