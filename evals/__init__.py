"""Evaluation: question sets, metrics, runs, reports; faults and benchmarks are commands of their own.

`zhengce eval` is `main_eval`; from Python: `run(ask, load_questions(path), sources)`.
"""

from evals.command import main_eval
from evals.compare import compare
from evals.metrics import METRICS, Case
from evals.questions import Question, check, load_questions, shipped_set
from evals.run import Run, run, scored

__all__ = [
    "METRICS",
    "Case",
    "Question",
    "Run",
    "check",
    "compare",
    "load_questions",
    "main_eval",
    "run",
    "scored",
    "shipped_set",
]
