"""Learn the weights of the fusion from questions whose right clauses are known.

    python -m evals.tune …   (gathers the questions; this module holds the learning)

Each question gives a list of candidates with their features and gains; the weights maximise the likelihood that a right
candidate is drawn from the softmax of the scores, with a pull towards the weights we start from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .fusion import Floats

SHARPNESS = 14.0  # scores lie in about 0..1; the softmax needs a wider scale


@dataclass(frozen=True, slots=True)
class Example:
    """Candidates of one question: their features and gains (0: wrong; the more the better)."""

    features: Floats
    gains: Floats
    weight: float = 1.0


def learn(
    examples: Sequence[Example],
    start: Floats,
    *,
    pull: float = 0.02,
    steps: int = 400,
    rate: float = 0.01,
    sharpness: float = SHARPNESS,
) -> Floats:
    """Weights in the order of the features, by Adam on the listwise loss."""
    usable = [e for e in examples if (e.gains > 0).any()]
    weights, mean, square = start.copy(), np.zeros_like(start), np.zeros_like(start)
    for step in range(1, steps + 1):
        gradient = pull * (weights - start) * len(usable)
        for e in usable:
            gradient += e.weight * _gradient(e, weights, sharpness)
        gradient /= len(usable)
        mean, square = 0.9 * mean + 0.1 * gradient, 0.99 * square + 0.01 * gradient**2
        weights -= rate * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.99**step)) + 1e-8)
    return weights


def _gradient(example: Example, weights: Floats, sharpness: float) -> Floats:
    scores = sharpness * (example.features @ weights)
    p = softmax(scores)
    q = p * example.gains
    q /= q.sum()
    return np.asarray(sharpness * ((p - q) @ example.features))


def softmax(scores: Floats) -> Floats:
    """Shares that sum to one."""
    shifted: NDArray[np.float64] = np.exp(scores - scores.max())
    return np.asarray(shifted / shifted.sum())
