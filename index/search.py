"""Search: candidates from words and vectors, one score from all that speaks for a clause, one line for each rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.fuzz import partial_ratio

from ingest.model import NodeKind

from . import fields, fusion, lexicon, manifest, query, repair, rerank, tokenizer
from .dense import Encoder, Remembering, StaticEncoder, encoder, prepare, products
from .errors import IndexDamaged, IndexStale
from .grams import Grams, bare, pairs
from .lexical import top
from .local import Tables

if TYPE_CHECKING:
    from ingest.store import Store

    from .milvus import Milvus

Places = NDArray[np.intp]
DEPTH = 120  # candidates that words, and vectors, each put forward


@dataclass(frozen=True, slots=True)
class Filters:
    """What a result must keep to; empty fields ask nothing.

    regions: full names or short ones; a clause passes if its document is of one of them, of a region within or around
    one of them, national, or of unknown region. prefer: regions that come first, while others stay. as_of: only documents that were there by then. doc_no: exact or part.
    """

    regions: frozenset[str] = frozenset()
    document_ids: frozenset[str] = frozenset()
    doc_no: str | None = None
    as_of: date | None = None
    kinds: frozenset[NodeKind] = frozenset()
    prefer: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Hit:
    """A clause found: its score (0..1), what words and vectors gave it (0..1 each), and why it stands there (Chinese)."""

    clause_id: str
    score: float
    lexical: float
    dense: float
    why: tuple[str, ...]


class Index:
    """An opened index. Safe to share between threads."""

    def __init__(
        self,
        tables: Tables,
        embed: Encoder,
        weights: fusion.Weights | None = None,
        milvus: Milvus | None = None,
    ) -> None:
        self.tables = tables
        self._milvus = milvus
        self._reranker: rerank.Reranker | None = None
        self.tokenizer = tokenizer
        self.lexicon = lexicon
        self._embed, self._remembered = embed, Remembering(embed)
        self.weights = weights or fusion.load(fusion.profile(len(tables.ids)))
        self._region_names = fields.regions_of(tables.documents)
        self._regions = fields.Regions(tables.documents)
        self._days = np.array([d["day"] or "" for d in tables.documents])
        self._doc_nos = [fields.doc_no_key(d["doc_no"]) if d["doc_no"] else "" for d in tables.documents]
        self._titles = Grams.of([tokenizer.normalise(d["title"]) for d in tables.documents])
        self._children = _children(tables.parent)
        self._place, self._document = tables.place.astype(np.intp), tables.document.astype(np.intp)  # quick to take by
        self._repair = repair.Repairer(tables.body.vocabulary, tables.sounds)

    @classmethod
    def open(cls, folder: Path, store: Store, *, reranker: str | None = None) -> Index:
        """Open the index of a store. Errors: IndexStale, IndexDamaged, IndexError_ (all with what to do).

        `reranker`: name or path of a cross-encoder that orders the first hits anew; None: the one that ZHENGCE_RERANKER
        names, if it does. It is no part of the index: another one needs no rebuilding.
        """
        while True:
            found = manifest.read(folder)
            try:
                opened = cls._open(folder, found, store)
                break
            except IndexDamaged:
                if manifest.read(folder).generation == found.generation:
                    raise  # else another process put a newer index in place meanwhile: that one is read
        opened._reranker = rerank.reranker(reranker)  # last: a stale index is opened twice, a model need not be
        return opened

    @classmethod
    def _open(cls, folder: Path, found: manifest.Manifest, store: Store) -> Index:
        if (found.tokenizer, found.lexicon) != (tokenizer.VERSION, lexicon.digest()):
            raise IndexStale("索引由另一版本的词典生成；请运行 zhengce index 重建")
        if found.corpus != store.digest():
            raise IndexStale("文件库在建索引之后有变动；请运行 zhengce index 更新")
        manifest.verify(folder, found)
        try:
            embed = encoder(found.model or None)
        except Exception as error:
            raise IndexStale(f"无法加载建索引所用的模型 {found.model}：{error}") from error
        if embed.digest != found.model_digest:
            raise IndexStale("向量模型已更换；请运行 zhengce index 重建")
        try:
            tables = Tables.load(folder / found.generation)
        except (OSError, ValueError, LookupError) as error:
            raise IndexDamaged("索引文件无法读取；请运行 zhengce index 重建") from error
        if len(tables.ids) != found.clauses:
            raise IndexDamaged("索引文件与清单不符；请运行 zhengce index 重建")
        if found.backend != "milvus":
            return cls(tables, embed)
        from .milvus import Milvus, address, collection

        remote = Milvus(address(folder, found.uri), collection(found.generation), tables)
        return cls(tables, embed, milvus=remote)

    def __len__(self) -> int:
        return len(self.tables.ids)

    def search(self, query: str, k: int = 20, filters: Filters = Filters()) -> list[Hit]:
        """The k best clauses for a question, words, a document number, a title or a pasted passage."""
        if not len(self) or k <= 0 or not query.strip():
            return []
        asked = self.parse(query, filters.prefer)
        allowed = self._allowed(filters)
        found = self.candidates(asked, allowed, max(DEPTH, 3 * k))
        if not len(found.places):
            return []
        scores = fusion.combine(found.features, self.weights)
        scores = self._looked_up(asked, found, scores)
        if self._reranker is None:
            ranked = self._ranked(found, scores, k)
        else:
            ranked = self._reranked(self._reranker, query, found, self._ranked(found, scores, max(k, rerank.FIRST)))
        return [self._hit(found, i, score) for i, score in ranked[:k]]

    def repaired(self, question: str) -> str:
        """The question with its misspelt policy words put right."""
        return self._repair(question)

    def idf(self, term: str) -> float:
        """How rare a word is in the clauses; a word that stands nowhere is as rare as can be."""
        return self.tables.body.weight(term) or float(np.log(2 * len(self) + 1))

    def knows(self, word: str) -> bool:
        """Whether a word stands in any clause."""
        return word in self.tables.body.vocabulary

    def similarity(self, question: str, texts: Sequence[str]) -> list[float]:
        """Cosine of the question's embedding and each text's."""
        vectors = self._remembered.encode([prepare(question), *map(prepare, texts)])
        return [float(x) for x in products(vectors[1:], vectors[0])]

    def remember(self, texts: Sequence[str]) -> None:
        """Embed texts that questions will be compared with; left out where embedding takes a transformer."""
        if isinstance(self._embed, StaticEncoder):
            self._remembered.encode([prepare(text) for text in texts])

    def parse(self, question: str, prefer: frozenset[str] = frozenset()) -> query.Query:
        """How the index reads a question (typos repaired). `prefer`: regions meant besides those it names."""
        asked = query.parse(question, self._region_names, self._repair(question))
        meant = dict.fromkeys([*asked.regions, *(self._region_names.get(r, r) for r in sorted(prefer))])
        return replace(asked, regions=tuple(meant))

    def candidates(self, asked: query.Query, allowed: NDArray[np.bool_] | None, depth: int) -> fusion.Found:
        """Clauses worth ranking, with all that speaks for each."""
        tables = self.tables
        plain, rare = tables.grams.overlap(asked.grams)
        signals = fusion.Signals(
            body=tables.body.scores(asked.terms),
            place=tables.places.scores(asked.terms).take(self._place),
            title=tables.titles.scores(asked.terms).take(self._document),
            coverage=rare,
            plain=plain,
            region=self._regions.fit(asked.regions),
            named=self._named(asked),
        )
        vector = self._embed.encode([prepare(asked.plain)])[0]
        words = signals.words()
        if allowed is not None:
            words = np.where(allowed, words, -1.0)
        if self._milvus is None:
            chosen = [top(words, depth), self._nearest(vector, depth, allowed), top(rare, depth // 5)]
        else:
            chosen = [self._milvus.lexical(asked.terms, depth, allowed), self._milvus.dense(vector, depth, allowed)]
        if signals.named.any():
            of_named = np.flatnonzero(signals.named.take(self._document) > 0.75)
            chosen.append(of_named[top(words[of_named], depth)])
        places = np.unique(np.concatenate(chosen))
        features = self._first(asked, signals, vector, places)
        kin = self._kin(places[top(features @ self.weights.vector(fusion.FIRST), 12)])
        kin = np.setdiff1d(kin, places)
        if len(kin):
            features = np.concatenate([features, self._first(asked, signals, vector, kin)])
            places = np.concatenate([places, kin])
            order = np.argsort(places)
            places, features = places[order], features[order]
        if allowed is not None:
            features, places = features[allowed[places]], places[allowed[places]]
        if not len(places):
            return fusion.Found(places, np.zeros((0, len(fusion.NAMES))), np.zeros(0))
        return fusion.Found(places, fusion.second(tables, places, features, self.weights), plain[places])

    def _first(
        self,
        asked: query.Query,
        signals: fusion.Signals,
        vector: NDArray[np.float32],
        places: Places,
    ) -> fusion.Floats:
        return fusion.first(self.tables, asked, signals, self.tables.neighbours.cosines(vector, places), places)

    def _kin(self, places: Places) -> Places:
        """What stands right below the named clauses: the items of a list whose heading or lead-in was found."""
        kin = [self._children[int(p)] for p in places if int(p) in self._children]
        return np.concatenate(kin) if kin else np.empty(0, np.intp)

    def _nearest(self, vector: NDArray[np.float32], depth: int, allowed: NDArray[np.bool_] | None) -> Places:
        neighbours = self.tables.neighbours
        if allowed is not None and neighbours.exact:
            return top(np.where(allowed, products(neighbours.vectors, vector), -2.0), depth)
        return neighbours.nearest(vector, depth)[0]

    def _looked_up(self, asked: query.Query, found: fusion.Found, scores: NDArray[np.float64]) -> NDArray[np.float64]:
        """When the question is a pasted passage, the clause that holds it, most nearly letter by letter, comes first."""
        coverage, named = found.letters, found.column("named")
        if asked.only_named and named.any():
            return np.asarray(0.5 * named + 0.5 * scores)
        best = float(coverage.max(initial=0.0))
        if len(asked.grams) < 6 or best < (0.8 if asked.asking else 0.45):
            return scores
        wanted = bare(asked.text)
        out = 0.3 * scores
        for i in top(coverage, 16):
            if coverage[i] > best - 0.25:
                text = bare(self.tables.text[int(found.places[i])])
                if len(text) >= 0.5 * len(wanted):
                    out[i] = (partial_ratio(wanted, text) - 0.001 * found.column("long")[i]) / 101 + 0.005 * scores[i]
        return out

    def _named(self, asked: query.Query) -> NDArray[np.float64]:
        """How surely the question names each document by number or title (0..1)."""
        out = np.zeros(len(self.tables.documents))
        for wanted in asked.doc_nos:
            for i, number in enumerate(self._doc_nos):
                if number and (number in wanted or wanted in number):
                    out[i] = 1.0
        for title in asked.titles:
            share, _ = self._titles.overlap(pairs(title))
            out = np.where(share > 0.8, np.maximum(out, share), out)
        return out

    def _allowed(self, filters: Filters) -> NDArray[np.bool_] | None:
        """Which clauses a filter lets through; None: all."""
        if replace(filters, prefer=frozenset()) == Filters():
            return None
        documents = self.tables.documents
        keep = np.ones(len(documents), bool)
        if filters.regions:
            names = {self._region_names.get(r, r) for r in filters.regions}
            keep &= self._regions.fit(tuple(names)) >= 0
        if filters.document_ids:
            keep &= np.array([d["id"] in filters.document_ids for d in documents], bool)
        if filters.doc_no:
            wanted = fields.doc_no_key(filters.doc_no)
            keep &= np.array([bool(n) and wanted in n for n in self._doc_nos], bool)
        if filters.as_of:
            keep &= self._days <= filters.as_of.isoformat()
        clauses: NDArray[np.bool_] = keep[self.tables.document]
        if filters.kinds:
            clauses &= np.isin(self.tables.kind, [fields.KINDS.index(kind) for kind in filters.kinds])
        return clauses

    def _ranked(self, found: fusion.Found, scores: NDArray[np.float64], k: int) -> list[tuple[int, float]]:
        """Best first; of clauses that say the same thing the original (newest) first, the others further down."""
        group, rank = self.tables.group[found.places], self.tables.rank[found.places]
        final = scores.copy()
        names, sizes = np.unique(group, return_counts=True)
        for name in names[sizes > 1]:
            members = np.flatnonzero(group == name)
            members = members[np.argsort(rank[members], kind="stable")]
            best, step = float(scores[members].max()), np.arange(len(members))
            final[members] = best * self.weights.repeat**step if best > 0 else best - step
        order = np.argsort(-scores, kind="stable")  # what comes first among equals
        order = order[np.argsort(-final[order], kind="stable")][:k]
        return [(int(i), float(final[i])) for i in order]

    def _reranked(
        self, reranker: rerank.Reranker, query: str, found: fusion.Found, ranked: list[tuple[int, float]]
    ) -> list[tuple[int, float]]:
        """The first hits in the order of the reranker's scores.

        The scores of the search stay with the places, not with the clauses: they still fall, and still say how good
        the finds are on the scale that the answering was set to.
        """
        first = ranked[: rerank.FIRST]
        scores = reranker.rerank(query, [self._titled(int(found.places[i])) for i, _ in first])
        order = np.argsort(-np.asarray(scores, np.float64), kind="stable")
        return [(first[new][0], score) for new, (_, score) in zip(order, first, strict=True)] + ranked[len(first) :]

    def _titled(self, place: int) -> str:
        """A clause as a reranker reads it: its words behind its document's title, which tells what they are about."""
        return f"{self.tables.documents[self._document[place]]['title']} {self.tables.text[place]}"

    def _hit(self, found: fusion.Found, i: int, score: float) -> Hit:
        row = found.row(i)
        return Hit(
            clause_id=self.tables.ids[found.places[i]],
            score=round(float(np.clip(score, 0.0, 1.0)), 6),
            lexical=round(row["body"], 6),
            dense=round(max(0.0, row["cosine"]), 6),
            why=fusion.reasons(row),
        )


def _children(parent: NDArray[np.int32]) -> dict[int, Places]:
    """Clauses right below each clause or heading."""
    order = np.argsort(parent, kind="stable")
    order = order[parent[order] >= 0]
    above, starts = np.unique(parent[order], return_index=True)
    return {int(p): part for p, part in zip(above, np.split(order, starts[1:]), strict=True)} if len(above) else {}


__all__: Sequence[str] = ("Filters", "Hit", "Index")
