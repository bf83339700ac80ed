"""One score from all that speaks for a clause. The weights are learnt (`python -m index.tune`) and kept in fusion.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from . import fields

Floats = NDArray[np.float64]

NAMES = (
    "body",  # BM25 of the clause's words, best clause = 1
    "place",  # BM25 of the headings and lead-in above it
    "title",  # BM25 of the document's fields
    "cosine",  # of the embeddings
    "coverage",  # share of the question's character pairs that stand in the clause
    "region",  # document is of the place asked about (1), elsewhere (-1), national or nothing asked (0)
    "local",  # regional document although the question names no region
    "named",  # document named by number or title
    "heading",
    "table",
    "row",
    "long",  # ln of the characters above 300
    "short",  # below 15 characters
    "interpretation",
)


@dataclass(frozen=True, slots=True)
class Weights:
    """Weight of each feature by name; `repeat`: what each further clause of a group keeps of the group's score."""

    values: Mapping[str, float]
    repeat: float
    source: str

    def vector(self) -> Floats:
        return np.array([self.values.get(name, 0.0) for name in NAMES])


@dataclass(frozen=True, slots=True)
class Found:
    """Candidates: numbers of clauses and their features (one row each, columns as NAMES)."""

    places: NDArray[np.intp]
    features: Floats

    def row(self, number: int) -> dict[str, float]:
        return dict(zip(NAMES, map(float, self.features[number]), strict=True))

    def column(self, name: str) -> Floats:
        return np.asarray(self.features[:, NAMES.index(name)])


@cache
def load() -> Weights:
    """The learnt weights that come with the project."""
    data: Any = yaml.safe_load(files(__package__).joinpath("fusion.yaml").read_text(encoding="utf-8"))
    return Weights(data["weights"], float(data["repeat"]), data["source"])


def features(
    *,
    body: Any,
    place: Any,
    title: Any,
    cosine: Any,
    coverage: Any,
    region: Any,
    named: Any,
    kind: Any,
    length: Any,
    interpretation: Any,
) -> Floats:
    """The feature matrix; arguments are arrays with one entry a candidate. `region`: see `fields.Regions.fit`."""
    kinds = [np.asarray(kind) == i for i in range(len(fields.KINDS))]
    columns = (
        body,
        place,
        title,
        cosine,
        coverage,
        np.where(np.abs(region) == 0.5, 0, region),
        np.asarray(region) == 0.5,
        named,
        kinds[1],
        kinds[2],
        kinds[3],
        np.maximum(0.0, np.asarray(length) - np.log(300)),
        np.asarray(length) < np.log(15),
        interpretation,
    )
    return np.stack([np.asarray(c, np.float64) for c in columns], axis=1)


def combine(matrix: Floats, weights: Weights) -> Floats:
    """Weighted sum."""
    return np.asarray(matrix @ weights.vector())


def reasons(row: Mapping[str, float]) -> tuple[str, ...]:
    """Why a clause was found, for people."""
    out = []
    if row["named"] > 0.75:
        out.append("点名的文件")
    if row["coverage"] >= 0.8:
        out.append("原文相符")
    if row["body"] >= 0.5:
        out.append("字词相符")
    if row["place"] >= 0.6 or row["title"] >= 0.6:
        out.append("标题相符")
    if row["cosine"] >= 0.5:
        out.append("意思相近")
    if row["region"] > 0:
        out.append("地区相符")
    return tuple(out)
