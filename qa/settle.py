"""Does the corpus settle the question? Abstaining is an answer too: it names the nearest clauses and no figure.

The estimate is logistic over a few facts about the best evidence; its weights are learnt with those of the evidence
(`python -m evals.learn_evidence`), from questions the corpus answers, questions it does not, and answerable questions
from whose corpus the answer has been taken away.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

import yaml

from qa.evidence import Evidence
from qa.question import Question

FEATURES = ("best", "own", "context", "missing_rare", "shows", "shows_in_clause", "dense", "bigrams", "region", "margin")

SAY_MORE = "请用中文提出与政策有关的问题，例如某项奖励的金额、申报条件、材料、期限或负责部门。"
_HAN = re.compile(r"[\u3400-\u9fff]")


def speaks_of_policy(question: Question) -> bool:
    """Whether there is anything to look up: at least two Chinese characters, or a document number."""
    return len(_HAN.findall(question.text)) >= 2


def features(evidence: Sequence[Evidence]) -> tuple[float, ...]:
    """The facts that decide, in the order of FEATURES; `evidence` is ranked and not empty."""
    best = evidence[0]
    return (
        math.log(best.score / (1 - best.score + 1e-9) + 1e-9),
        best.feature("own"),
        best.feature("context"),
        best.feature("missing_rare"),
        best.feature("shows"),
        best.feature("shows_in_clause"),
        best.feature("dense"),
        best.feature("bigrams"),
        best.feature("region"),
        best.score - evidence[min(len(evidence) - 1, 10)].score,
    )


@cache
def _weights() -> tuple[float, tuple[float, ...], float]:
    raw = yaml.safe_load(files("qa").joinpath("weights.yaml").read_text(encoding="utf-8"))["settle"]
    return float(raw["intercept"]), tuple(float(raw["weights"].get(f, 0.0)) for f in FEATURES), float(raw["threshold"])


def confidence(evidence: Sequence[Evidence]) -> float:
    """How likely the best evidence answers the question, 0..1."""
    if not evidence:
        return 0.0
    intercept, weights, _ = _weights()
    return 1 / (1 + math.exp(-(intercept + sum(w * f for w, f in zip(weights, features(evidence), strict=True)))))


def threshold() -> float:
    """Below this confidence the answer is that the corpus does not settle the question."""
    return _weights()[2]
