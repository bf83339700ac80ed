"""How sure a figure is: bootstrap intervals for a mean, paired tests for a difference. Seeded, so runs repeat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import binomtest

SEED = 20260101
RESAMPLES = 2000
_BLOCK = 250  # resamples drawn at once: bounds memory on large sets


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean of `n` values and its 95 % percentile bootstrap interval."""

    mean: float
    low: float
    high: float
    n: int


def interval(values: Sequence[float], *, resamples: int = RESAMPLES, level: float = 0.95) -> Interval:
    """The mean and the `level` percentile bootstrap interval. Raises ValueError of no values."""
    if not values:
        raise ValueError("no values to take an interval of")
    data = np.asarray(values, dtype=float)
    if data.min() == data.max():  # every resample is the same: the bootstrap has nothing to say
        return Interval(float(data[0]), float(data[0]), float(data[0]), len(data))
    random = np.random.default_rng(SEED)
    means = np.concatenate(
        [
            data[random.integers(0, len(data), (min(_BLOCK, resamples - done), len(data)))].mean(axis=1)
            for done in range(0, resamples, _BLOCK)
        ]
    )
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(data.mean()), float(low), float(high), len(data))


@dataclass(frozen=True, slots=True)
class Difference:
    """after - before over the same questions: mean, 95 % interval, two-sided p, and how many moved which way.

    `p` is from a sign-flip permutation test on the differences; `p_sign` the exact sign (McNemar) test.
    """

    mean: float
    low: float
    high: float
    p: float
    p_sign: float
    up: int
    down: int
    n: int


def paired(before: Sequence[float], after: Sequence[float], *, resamples: int = 10_000) -> Difference:
    """The paired difference of two runs over the same questions. Raises ValueError when the lengths differ or are 0."""
    if len(before) != len(after) or not before:
        raise ValueError("a paired test needs the same questions in both runs")
    change = np.asarray(after, dtype=float) - np.asarray(before, dtype=float)
    up, down = int((change > 0).sum()), int((change < 0).sum())
    around = interval(change.tolist())
    moved = change[change != 0]
    if not len(moved):
        return Difference(0.0, 0.0, 0.0, 1.0, 1.0, 0, 0, len(change))
    random = np.random.default_rng(SEED)
    observed, extreme = abs(moved.sum()), 0
    for done in range(0, resamples, _BLOCK):
        signs = random.choice((-1.0, 1.0), (min(_BLOCK, resamples - done), len(moved)))
        extreme += int((np.abs(signs @ moved) >= observed - 1e-12).sum())
    return Difference(
        around.mean,
        around.low,
        around.high,
        (extreme + 1) / (resamples + 1),
        float(binomtest(up, up + down, 0.5).pvalue),
        up,
        down,
        len(change),
    )
