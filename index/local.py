"""The local index: everything a search needs as arrays in one folder, memory-mapped."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import fields
from .dense import Neighbours
from .grams import Grams
from .lexical import Bm25, Counts
from .repair import Sounds


@dataclass(frozen=True)
class Tables:
    """The content of an index. Clauses are numbered from 0; all per-clause arrays have one entry (or row) for each."""

    ids: tuple[str, ...]
    documents: tuple[dict[str, Any], ...]
    document: NDArray[np.int32]  # clause → document
    place: NDArray[np.int32]  # clause → distinct place (headings and lead-in)
    kind: NDArray[np.int8]  # index into fields.KINDS
    parent: NDArray[np.int32]  # clause → the clause or heading above it, -1 for none
    shows: NDArray[np.int16]  # bits of the kinds of answers in it (lexicon.asked)
    role: NDArray[np.int8]  # 1 a formality, 2 a lead-in (fields.role)
    siblings: NDArray[np.int16]  # how many clauses are numbered alike beside it (fields.siblings)
    group: NDArray[np.int32]
    rank: NDArray[np.int32]  # within its group
    digest: NDArray[np.uint8]  # 16 bytes a clause
    text: Texts  # normalised words of each clause
    counts: Counts  # of the bodies
    body: Bm25
    places: Bm25
    titles: Bm25
    grams: Grams
    neighbours: Neighbours
    sounds: Callable[[], Sounds]  # for the repair of typing errors

    @cached_property
    def interpretation(self) -> NDArray[np.bool_]:
        """Document → whether it explains another one."""
        return np.array([d["relation"] == "解读" or d["kind"] == "解读" for d in self.documents], bool)

    @cached_property
    def standing(self) -> NDArray[np.str_]:
        """Document → its rank among laws and interpretations (fields.standing)."""
        return np.array([fields.standing(d["title"]) for d in self.documents], np.str_)

    def save(self, folder: Path) -> None:
        """Write everything into an empty folder."""
        (folder / "ids.txt").write_text("\n".join(self.ids), encoding="utf-8")
        (folder / "documents.json").write_text(json.dumps(self.documents, ensure_ascii=False), encoding="utf-8")
        for name in _ARRAYS:
            np.save(folder / f"{name}.npy", getattr(self, name))
        self.text.save(folder)
        np.save(folder / "counts.indptr.npy", self.counts.indptr)
        np.save(folder / "counts.indices.npy", self.counts.indices)
        np.save(folder / "counts.counts.npy", self.counts.counts)
        for name in _GRAMS:
            np.save(folder / f"grams.{name}.npy", getattr(self.grams, name))
        for name in _SCORED:
            _save_bm25(folder, name, getattr(self, name))
        self.sounds().save(folder / "sounds.json")
        np.save(folder / "vectors.npy", self.neighbours.vectors)
        if graph := self.neighbours.graph_bytes():
            (folder / "graph.faiss").write_bytes(graph)

    @classmethod
    def load(cls, folder: Path) -> Tables:
        """Map the files of a folder that `save` wrote; nothing is copied until it is used."""
        ids = (folder / "ids.txt").read_text(encoding="utf-8")
        documents = json.loads((folder / "documents.json").read_text(encoding="utf-8"))
        arrays: dict[str, Any] = {name: _map(folder / f"{name}.npy") for name in _ARRAYS}
        scored: dict[str, Any] = {name: _load_bm25(folder, name) for name in _SCORED}
        counts = Counts(
            tuple(scored["body"].vocabulary),
            _map(folder / "counts.indptr.npy"),
            _map(folder / "counts.indices.npy"),
            _map(folder / "counts.counts.npy"),
        )
        graph = folder / "graph.faiss"
        written = (folder / "sounds.json").read_bytes()  # now: the folder goes when a newer index is built
        neighbours = Neighbours.load(_map(folder / "vectors.npy"), graph.read_bytes() if graph.exists() else b"")
        return cls(
            ids=tuple(ids.split("\n")) if ids else (),
            documents=tuple(documents),
            text=Texts.load(folder),
            counts=counts,
            grams=Grams(*(_map(folder / f"grams.{name}.npy") for name in _GRAMS)),
            neighbours=neighbours,
            sounds=cache(lambda: Sounds.parse(written)),
            **arrays,
            **scored,
        )


class Texts:
    """Many short texts in one block of bytes."""

    def __init__(self, block: NDArray[np.uint8], ends: NDArray[np.int64]) -> None:
        self._block, self._ends = block, ends

    @classmethod
    def of(cls, texts: list[str]) -> Texts:
        encoded = [t.encode("utf-8", "surrogatepass") for t in texts]
        ends = np.cumsum([0, *map(len, encoded)], dtype=np.int64)
        return cls(np.frombuffer(b"".join(encoded), np.uint8), ends)

    def __getitem__(self, number: int) -> str:
        part = self._block[self._ends[number] : self._ends[number + 1]]
        return part.tobytes().decode("utf-8", "surrogatepass")

    def lengths(self) -> NDArray[np.int64]:
        """Bytes of each text."""
        return np.diff(self._ends)

    def save(self, folder: Path) -> None:
        np.save(folder / "text.block.npy", self._block)
        np.save(folder / "text.ends.npy", self._ends)

    @classmethod
    def load(cls, folder: Path) -> Texts:
        return cls(_map(folder / "text.block.npy"), _map(folder / "text.ends.npy"))


_ARRAYS = ("document", "place", "kind", "parent", "shows", "role", "siblings", "group", "rank", "digest")
_GRAMS = ("codes", "indptr", "texts", "sizes")
_SCORED = ("body", "places", "titles")


def _map(path: Path) -> NDArray[Any]:
    array = np.load(path, mmap_mode="r" if path.stat().st_size > 1 << 20 else None, allow_pickle=False)
    return np.asarray(array)  # a plain view of the mapped file: memmap's own slicing costs a search half a millisecond


def _save_bm25(folder: Path, name: str, scored: Bm25) -> None:
    (folder / f"{name}.terms.txt").write_text("\n".join(scored.vocabulary), encoding="utf-8")
    np.save(folder / f"{name}.rows.npy", np.array([scored.rows]))
    for part in ("indptr", "indices", "data", "idf"):
        np.save(folder / f"{name}.{part}.npy", getattr(scored, part))


def _load_bm25(folder: Path, name: str) -> Bm25:
    text = (folder / f"{name}.terms.txt").read_text(encoding="utf-8")
    vocabulary: Mapping[str, int] = {term: i for i, term in enumerate(text.split("\n"))} if text else {}
    parts = [_map(folder / f"{name}.{part}.npy") for part in ("indptr", "indices", "data", "idf")]
    return Bm25(vocabulary, int(np.load(folder / f"{name}.rows.npy")[0]), *parts)
