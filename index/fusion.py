"""One score from all that speaks for a clause. The weights are learnt (`python -m evals.tune`) and kept in fusion.yaml.

Two steps: `first` weighs what can be said of each clause by itself; `second` adds what its surroundings got in the
first step (the heading above it, the clauses next to it, the rest of its document).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np
import yaml
from numpy.typing import NDArray

from ingest.model import NodeKind

from . import fields

if TYPE_CHECKING:
    from .local import Tables
    from .query import Query

Floats = NDArray[np.float64]
Places = NDArray[np.intp]

FIRST = (
    "body",  # BM25 of the clause's words, best clause = 1
    "place",  # BM25 of the headings and lead-in above it
    "title",  # BM25 of the document's fields
    "cosine",  # of the embeddings
    "coverage",  # share of the question's character pairs in the clause, rare ones counting more
    "precise",  # share of the clause's character pairs in the question
    "covered",  # share of the question's concepts (by rarity) that the clause, its headings or its document speak of
    "fresh",  # share that the clause itself speaks of and its document's title does not
    "missing",  # rarity of the rarest concept that is nowhere there
    "region",  # document is of the place asked about (1), elsewhere (-1), national or nothing asked (0)
    "local",  # regional document although the question names no region
    "named",  # document named by number or title
    "shows",  # the clause shows the kind of answer asked for
    "silent",  # it shows none of the kinds asked for
    "counted",  # one of as many items as the question asks to be listed: how well its headings suit
    "formality",  # 附件：…, 现将…印发, 各市…：, signature
    "lead",  # ends with a colon
    "heading",
    "table",
    "row",
    "long",  # ln of the characters above 300
    "short",  # missing to 40 characters, share
    "interpretation",
    "code",  # 民法典, 刑法
    "law",
    "judicial",  # interpretations by the highest courts
)
SECOND = (
    "parent",  # first score of the heading or lead-in above it
    "introduced",  # first score of the lead-in above it, where that ends with a colon
    "near",  # first scores of the three clauses before and after it
    "rest",  # first scores of the document's other candidates
)
NAMES = FIRST + SECOND


@dataclass(frozen=True, slots=True)
class Weights:
    """Weight of each feature by name; `repeat`: what each further clause of a group keeps of the group's score."""

    values: Mapping[str, float]
    repeat: float
    source: str

    def vector(self, names: tuple[str, ...] = NAMES) -> Floats:
        return np.array([self.values.get(name, 0.0) for name in names])


@dataclass(frozen=True, slots=True)
class Found:
    """Candidates: numbers of clauses and their features (one row each, columns as NAMES)."""

    places: Places
    features: Floats
    letters: Floats  # share of the question's character pairs in each, all counting the same

    def row(self, number: int) -> dict[str, float]:
        return dict(zip(NAMES, map(float, self.features[number]), strict=True))

    def column(self, name: str) -> Floats:
        return np.asarray(self.features[:, NAMES.index(name)])


@dataclass(frozen=True, slots=True)
class Signals:
    """What speaks for each clause or document of the whole index, before candidates are chosen."""

    body: Floats  # by clause
    place: Floats  # by clause
    title: Floats  # by clause
    coverage: Floats  # by clause
    plain: Floats  # by clause: share of the question's pairs, all counting the same
    region: Floats  # by document, see fields.Regions.fit
    named: Floats  # by document

    def words(self) -> Floats:
        """A quick score to choose candidates by."""
        return np.asarray(self.body + 0.5 * self.place + 0.35 * self.title)


LARGE = 20_000  # clauses; from here on the weights learnt on statutes count, below those learnt on the policy corpus


@cache
def load(profile: str = "small") -> Weights:
    """The learnt weights that come with the project: `small` or `large`, see `profile`."""
    data: Any = yaml.safe_load(files(__package__).joinpath("fusion.yaml").read_text(encoding="utf-8"))
    part = data[profile]
    return Weights(part["weights"], float(data["repeat"]), part["source"])


def profile(clauses: int) -> str:
    """Which weights suit an index: among very many clauses words meet by chance, and meaning has to count for more."""
    return "large" if clauses >= LARGE else "small"


def first(tables: Tables, asked: Query, signals: Signals, cosines: Any, places: Places) -> Floats:
    """The features of FIRST for the named clauses. Uses nothing but those clauses' entries."""
    document = tables.document[places]
    kind, role = tables.kind[places], tables.role[places]
    letters = tables.grams.sizes[places] + 1.0
    region = signals.region[document]
    around, titled = _scaled(signals.place, places), _scaled(signals.title, places)
    shown = (tables.shows[places] & asked.shows) != 0
    columns = (
        _scaled(signals.body, places),
        around,
        titled,
        cosines,
        signals.coverage[places],
        np.minimum(1.0, signals.plain[places] * len(asked.grams) / letters),
        *_concepts(tables, asked, places),
        np.where(np.abs(region) == 0.5, 0.0, region),
        region == 0.5,
        signals.named[document],
        shown,
        ~shown & (asked.shows != 0),
        np.where(_counted(tables, asked, places), np.maximum(around, titled), 0.0),
        role == 1,
        role == 2,
        kind == fields.KINDS.index(NodeKind.HEADING),
        kind == fields.KINDS.index(NodeKind.TABLE),
        kind == fields.KINDS.index(NodeKind.ROW),
        np.maximum(0.0, np.log(letters / 300)),
        np.maximum(0.0, 1 - letters / 40),
        tables.interpretation[document],
        *(tables.standing[document] == rank for rank in ("code", "law", "judicial")),
    )
    return np.stack([np.asarray(column, np.float64) for column in columns], axis=1)


def _counted(tables: Tables, asked: Query, places: Places) -> NDArray[np.bool_]:
    """Clauses that stand among as many clauses numbered alike as the question asks for."""
    beside = tables.siblings[places]
    return np.asarray(np.isin(beside, list(asked.counts)) & (beside > 1))


def _concepts(tables: Tables, asked: Query, places: Places) -> tuple[Floats, Floats, Floats]:
    """covered, fresh, missing: see FIRST."""
    place, document = tables.place[places], tables.document[places]
    numbers = places.astype(np.int32)  # as the lists of texts are, else each of them is copied to compare
    held: dict[str, tuple[Any, Any, Any]] = {}

    def stands(token: str) -> tuple[Any, Any, Any]:
        if token not in held:
            held[token] = (
                _member(tables.body.texts_with(token), numbers),
                _member(tables.places.texts_with(token), place),
                _member(tables.titles.texts_with(token), document),
            )
        return held[token]

    rarest = float(np.log(2 * len(tables.ids) + 1))
    covered, fresh, missing, total = np.zeros(len(places)), np.zeros(len(places)), np.zeros(len(places)), 1e-9
    for ways in asked.concepts:
        weight = max((tables.body.weight(token) for token in ways[0][0]), default=0.0) or rarest
        own, around, titled = np.zeros(len(places)), np.zeros(len(places)), np.zeros(len(places))
        for tokens, worth in ways:
            found = [stands(token) for token in tokens]
            share = worth / len(found)
            own = np.maximum(own, share * sum(f[0] * 1.0 for f in found))
            around = np.maximum(around, share * sum((f[0] | f[1] | f[2]) * 1.0 for f in found))
            titled = np.maximum(titled, share * sum(f[2] * 1.0 for f in found))
        covered += weight * np.maximum(own, 0.8 * around)
        fresh += weight * np.maximum(0.0, own - titled)
        missing = np.maximum(missing, weight * (1 - around))
        total += weight
    return covered / total, fresh / total, missing / rarest


def _member(texts: NDArray[Any], wanted: NDArray[Any]) -> NDArray[np.bool_]:
    """Which of the wanted numbers are among the (ascending) texts."""
    if not len(texts):
        return np.zeros(len(wanted), bool)
    at = np.minimum(texts.searchsorted(wanted), len(texts) - 1)
    return np.asarray(texts[at] == wanted)


def second(tables: Tables, places: Places, features: Floats, weights: Weights) -> Floats:
    """FIRST features with those of SECOND added; `places` ascending."""
    scores = features @ weights.vector(FIRST)
    above = np.maximum(0.0, scores - np.partition(scores, max(0, len(scores) - 50))[max(0, len(scores) - 50)])
    best = max(float(above.max(initial=0.0)), 1e-9)
    document = tables.document[places]
    at = np.searchsorted(places, tables.parent[places])
    at = np.minimum(at, len(places) - 1)
    parent = np.where(places[at] == tables.parent[places], above[at], 0.0)
    introduced = np.where(tables.role[tables.parent[places]] == 2, parent, 0.0)
    near = np.zeros(len(places))
    for step in (1, 2, 3):
        close = (np.diff(places, n=1) if step == 1 else places[step:] - places[:-step]) <= 3
        same = close & (document[step:] == document[:-step])
        near[step:] += np.where(same, above[:-step], 0.0)
        near[:-step] += np.where(same, above[step:], 0.0)
    mass = np.bincount(document, weights=above, minlength=1)
    rest = mass[document] - above
    extra = (parent / best, introduced / best, near / best / 3, rest / max(float(rest.max(initial=0.0)), 1e-9))
    return np.concatenate([features, np.stack(extra, axis=1)], axis=1)


def combine(matrix: Floats, weights: Weights) -> Floats:
    """Weighted sum."""
    return np.asarray(matrix @ weights.vector())


def _scaled(scores: Floats, places: Places) -> Floats:
    return np.asarray(scores[places] / max(float(scores.max(initial=0.0)), 1e-9))


def reasons(row: Mapping[str, float]) -> tuple[str, ...]:
    """Why a clause was found, for people."""
    out = []
    if row["named"] > 0.75:
        out.append("点名的文件")
    if row["coverage"] >= 0.75:
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
