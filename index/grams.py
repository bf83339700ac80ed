"""Pairs of neighbouring characters, kept by pair: how much of a question stands in each clause, letter by letter.

Words may be cut differently or misspelt; character pairs show that a passage is the same all the same.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_PUNCTUATION = re.compile(r"[\W_]+")

Codes = NDArray[np.uint64]


def bare(text: str) -> str:
    """A text without punctuation and white space."""
    return _PUNCTUATION.sub("", text)


def pairs(text: str) -> Codes:
    """The distinct character pairs of a text without punctuation, as numbers."""
    return np.unique(_codes(bare(text)))


def _codes(letters: str) -> Codes:
    points = np.frombuffer(letters.encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)
    return (points[:-1] << np.uint64(21)) | points[1:]


@dataclass(frozen=True)
class Grams:
    """Which texts hold which pair: `texts[indptr[i]:indptr[i + 1]]` for `codes[i]` (sorted)."""

    codes: Codes
    indptr: NDArray[np.int64]
    texts: NDArray[np.int32]
    sizes: NDArray[np.int32]  # distinct pairs of each text

    @classmethod
    def of(cls, texts: Sequence[str]) -> Grams:
        found = [pairs(text) for text in texts]
        sizes = np.array([len(f) for f in found], np.int32)
        codes = np.concatenate(found) if found else np.empty(0, np.uint64)
        rows = np.repeat(np.arange(len(found), dtype=np.int32), sizes)
        order = np.argsort(codes, kind="stable")
        distinct, starts = np.unique(codes[order], return_index=True)
        indptr = np.append(starts, len(codes)).astype(np.int64)
        return cls(distinct, indptr, rows[order], sizes)

    def overlap(self, question: Codes) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """For each text: the share of the question's pairs in it, and the same with rare pairs counting more."""
        rows = len(self.sizes)
        if not len(question) or not rows:
            return np.zeros(rows), np.zeros(rows)
        places = np.searchsorted(self.codes, question)
        known = [int(p) for p, c in zip(places, question, strict=True) if p < len(self.codes) and self.codes[p] == c]
        parts = [self.texts[self.indptr[place] : self.indptr[place + 1]] for place in known]
        sizes = np.array([len(part) for part in parts], np.int64)
        weights = np.log1p((rows - sizes + 0.5) / (sizes + 0.5))
        total = float(weights.sum()) + (len(question) - len(known)) * float(np.log1p(2.0 * rows))
        texts = np.concatenate([*parts, np.empty(0, np.int32)]).astype(np.intp)
        plain = np.bincount(texts, minlength=rows) / len(question)
        return plain, np.bincount(texts, np.repeat(weights, sizes), minlength=rows) / total
