"""Okapi BM25 exactly as rank-bm25 scores it, worked out once per (clause, term) and kept by term.

`rank_bm25.BM25Okapi` walks over every clause for every word of a question. Here all its summands stand in a sparse
matrix with one column a term (CSC), so a question touches only the columns of its own words.
Scores are equal to `BM25Okapi(corpus).get_scores(query)` (k1 1.5, b 0.75, epsilon 0.25), see tests.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

K1, B, EPSILON = 1.5, 0.75, 0.25

Floats = NDArray[np.float64]
Rarity = Callable[[NDArray[Any], int], Floats]  # texts that hold each term, texts in all → idf


@dataclass(frozen=True, slots=True)
class Counts:
    """How often which term stands in which text: rows of (term number, count) one after the other (CSR)."""

    vocabulary: tuple[str, ...]
    indptr: NDArray[np.int64]
    indices: NDArray[np.int32]
    counts: NDArray[np.int32]

    @property
    def rows(self) -> int:
        return len(self.indptr) - 1

    def row(self, number: int) -> dict[str, int]:
        """Terms of one text with their counts."""
        part = slice(self.indptr[number], self.indptr[number + 1])
        return {self.vocabulary[i]: int(n) for i, n in zip(self.indices[part], self.counts[part], strict=True)}


def count(texts: Iterable[Sequence[str] | Mapping[str, int]]) -> Counts:
    """Count the terms of each text, given as tokens or as counts already made."""
    numbers: dict[str, int] = {}
    indptr, indices, counts = [0], [], []
    for text in texts:
        terms = text if isinstance(text, Mapping) else Counter(text)
        for term, n in terms.items():
            indices.append(numbers.setdefault(term, len(numbers)))
            counts.append(n)
        indptr.append(len(indices))
    return Counts(tuple(numbers), np.array(indptr, np.int64), np.array(indices, np.int32), np.array(counts, np.int32))


class Bm25:
    """Scores of all texts for weighted terms. Immutable; safe to share between threads."""

    def __init__(
        self,
        vocabulary: Mapping[str, int],
        rows: int,
        indptr: NDArray[np.int64],
        indices: NDArray[np.int32],
        data: NDArray[Any],
        idf: Floats,
    ) -> None:
        self.vocabulary = vocabulary
        self.rows = rows
        self.indptr, self.indices, self.data, self.idf = indptr, indices, data, idf

    @classmethod
    def of(cls, counts: Counts, *, k1: float = K1, b: float = B, rarity: Rarity | None = None) -> Bm25:
        """Work out every summand. Texts without any term are allowed (they score 0). `rarity`: the idf, rank-bm25's."""
        rows, terms = counts.rows, len(counts.vocabulary)
        by_text = sparse.csr_array(
            (counts.counts.astype(np.float64), counts.indices, counts.indptr), shape=(rows, terms)
        )
        by_term = by_text.tocsc()
        lengths: Floats = np.asarray(by_text.sum(axis=1)).ravel()
        mean = lengths.sum() / rows if rows else 0.0
        idf = (rarity or okapi_idf)(np.diff(by_term.indptr), rows)
        texts = by_term.indices
        f = by_term.data
        norm = k1 * (1 - b + b * lengths / mean) if mean else np.zeros(rows)
        data = np.repeat(idf, np.diff(by_term.indptr)) * (f * (k1 + 1) / (f + norm[texts]))
        vocabulary = {term: i for i, term in enumerate(counts.vocabulary)}
        return cls(vocabulary, rows, by_term.indptr.astype(np.int64), texts.astype(np.int32), data, idf)

    def scores(self, terms: Mapping[str, float] | Sequence[str]) -> Floats:
        """Score of every text for a question's tokens (each counts as often as it stands) or weighted terms."""
        weights = terms if isinstance(terms, Mapping) else Counter(terms)
        texts, summands = [np.empty(0, np.int32)], [np.empty(0)]
        for term, weight in weights.items():
            column = self.vocabulary.get(term)
            if column is not None:
                part = slice(self.indptr[column], self.indptr[column + 1])
                texts.append(self.indices[part])
                summands.append(weight * self.data[part])
        # one pass over all of them, in the order of the terms: half the time of adding up term by term
        added = np.bincount(np.concatenate(texts), np.concatenate(summands), minlength=self.rows)
        return np.asarray(added, np.float64)

    def texts_with(self, term: str) -> NDArray[np.int32]:
        """Numbers of the texts that hold a term."""
        column = self.vocabulary.get(term)
        if column is None:
            return np.empty(0, np.int32)
        return self.indices[self.indptr[column] : self.indptr[column + 1]]

    def weight(self, term: str) -> float:
        """Inverse document frequency of a term; 0 for one that stands nowhere."""
        column = self.vocabulary.get(term)
        return 0.0 if column is None else float(self.idf[column])


def okapi_idf(frequencies: NDArray[Any], rows: int, epsilon: float = EPSILON) -> Floats:
    """rank-bm25's idf: ln((N - n + ½) / (n + ½)); negative ones become epsilon times the mean of all."""
    n = frequencies.astype(np.float64)
    idf: Floats = np.log(rows - n + 0.5) - np.log(n + 0.5)
    if len(idf):
        idf[idf < 0] = epsilon * float(idf.mean())
    return idf


def positive_idf(frequencies: NDArray[Any], rows: int) -> Floats:
    """Lucene's idf: ln(1 + (N - n + ½) / (n + ½)). For few texts, where rank-bm25's floor itself can be negative."""
    n = frequencies.astype(np.float64)
    return np.asarray(np.log1p((rows - n + 0.5) / (n + 0.5)))


def top(scores: NDArray[Any], k: int) -> NDArray[np.intp]:
    """Places of the k highest scores, best first; among equals the earlier text first."""
    if k <= 0:
        return np.empty(0, np.intp)
    if k < len(scores):
        places = np.flatnonzero(scores >= _kth(_blocks(scores, k), k))
        if k < len(places):
            places = places[scores[places] >= _kth(scores[places], k)]
    else:
        places = np.arange(len(scores))
    return places[np.argsort(-scores[places], kind="stable")][:k]


def _blocks(scores: NDArray[Any], k: int, width: int = 64) -> NDArray[Any]:
    """Values whose k-th highest is no higher than that of all scores: the best of each block, where blocks suffice."""
    whole = len(scores) // width
    return scores if whole < 2 * k else scores[: whole * width].reshape(whole, width).max(axis=1)


def _kth(values: NDArray[Any], k: int) -> Any:
    return np.partition(values, len(values) - k)[len(values) - k]
