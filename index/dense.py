"""Sentence embeddings and nearest neighbours.

The model that comes with the project is a `StaticEmbedding` of sentence-transformers: a sentence is the mean of its
tokens' vectors, normalised. That is a few lines of numpy, so a question is embedded without importing torch; any other
model goes through sentence-transformers itself (`encoder(NAME_OR_PATH)`).
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]

DEFAULT_MODEL = Path(__file__).parent / "model"
EXACT_UP_TO = 50_000  # clauses; above, an HNSW graph answers instead of a full scan


class Encoder(Protocol):
    """Turns texts into unit vectors."""

    name: str
    dimensions: int
    digest: str  # changes with the model's weights

    def encode(self, texts: Sequence[str]) -> Vectors: ...


class StaticEncoder:
    """A `StaticEmbedding` model folder, read without sentence-transformers."""

    def __init__(self, folder: Path) -> None:
        from safetensors.numpy import load_file
        from tokenizers import Tokenizer

        modules = json.loads((folder / "modules.json").read_text(encoding="utf-8"))
        part = folder / modules[0]["path"]
        weights = next(iter(load_file(part / "model.safetensors").values()))
        self._weights: Vectors = np.asarray(weights, np.float32)
        self._tokenizer = Tokenizer.from_file(str(part / "tokenizer.json"))
        self._tokenizer.no_padding()
        self.name = str(folder) if folder != DEFAULT_MODEL else "zhengce-static"
        self.dimensions = int(self._weights.shape[1])
        self.digest = _digest(part / "model.safetensors", part / "tokenizer.json")

    def encode(self, texts: Sequence[str]) -> Vectors:
        out = np.zeros((len(texts), self.dimensions), np.float32)
        for start in range(0, len(texts), 1024):
            batch = self._tokenizer.encode_batch_fast(list(texts[start : start + 1024]), add_special_tokens=False)
            for row, encoding in enumerate(batch, start):
                if ids := encoding.ids:
                    out[row] = self._weights[ids].mean(axis=0)
        return unit(out)


class Remembering:
    """An encoder's vectors, the latest kept by text: the sentences of much-found clauses come up at every question."""

    def __init__(self, embed: Encoder, most: int = 20_000) -> None:
        self._embed, self._most = embed, most
        self._kept: dict[str, Vectors] = {}
        self._lock = Lock()

    def encode(self, texts: Sequence[str]) -> Vectors:
        with self._lock:  # taken out and put back at the end: the first in the dictionary is the longest unused
            held = {t: kept for t in texts if (kept := self._kept.pop(t, None)) is not None}
            self._kept.update(held)
        if new := [t for t in dict.fromkeys(texts) if t not in held]:
            held.update((t, row.copy()) for t, row in zip(new, self._embed.encode(new), strict=True))
            with self._lock:
                self._kept.update((t, held[t]) for t in new)
                while len(self._kept) > self._most:
                    del self._kept[next(iter(self._kept))]
        return np.array([held[t] for t in texts], np.float32).reshape(len(texts), self._embed.dimensions)


class TransformerEncoder:
    """Any model that sentence-transformers can load, by name or path. Imports torch."""

    def __init__(self, name: str) -> None:
        from sentence_transformers import SentenceTransformer

        self._model: Any = SentenceTransformer(name)
        self.name = name
        self.dimensions = int(self._model.get_sentence_embedding_dimension())
        self.digest = hashlib.sha256(f"{name}:{self.dimensions}".encode()).hexdigest()

    def encode(self, texts: Sequence[str]) -> Vectors:
        return unit(np.asarray(self._model.encode(list(texts), show_progress_bar=False), np.float32))


def encoder(model: str | None = None) -> Encoder:
    """The encoder for a model's name or path; None: the one that comes with the project."""
    folder = Path(model) if model else DEFAULT_MODEL
    if is_static(folder):
        return StaticEncoder(folder)
    return TransformerEncoder(str(model))


def is_static(folder: Path) -> bool:
    """Whether a folder holds a StaticEmbedding model (first module) saved by sentence-transformers."""
    try:
        modules = json.loads((folder / "modules.json").read_text(encoding="utf-8"))
        return str(modules[0]["type"]).endswith("StaticEmbedding")
    except (OSError, ValueError, LookupError):
        return False


def prepare(text: str, limit: int = 600) -> str:
    """Text as it is embedded: NFKC, no white space, its first characters."""
    return "".join(unicodedata.normalize("NFKC", text[: 2 * limit]).split())[:limit]


def unit(vectors: Vectors) -> Vectors:
    """Rows scaled to length 1; rows of zeros stay."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(lengths == 0, 1, lengths), np.float32)


def products(vectors: Vectors, query: Vectors) -> Vectors:
    """Inner products, in this thread: for one question BLAS spends longer waking its threads than counting."""
    return np.asarray(np.einsum("ij,j->i", vectors, query), np.float32)


class Neighbours:
    """Nearest vectors by cosine: a full scan for a small corpus, an HNSW graph (faiss) for a large one."""

    def __init__(self, vectors: Vectors, graph: Any | None = None) -> None:
        self.vectors = vectors
        self._graph = graph

    @classmethod
    def of(cls, vectors: Vectors, *, exact_up_to: int = EXACT_UP_TO) -> Neighbours:
        if len(vectors) <= exact_up_to:
            return cls(vectors)
        import faiss

        library: Any = faiss  # its stubs do not know the quantizer's constants
        graph = library.IndexHNSWSQ(vectors.shape[1], library.ScalarQuantizer.QT_8bit, 24, library.METRIC_INNER_PRODUCT)
        graph.hnsw.efConstruction = 80
        graph.train(vectors[:: max(1, len(vectors) // 20_000)])
        graph.add(vectors)
        return cls(vectors, graph)

    @property
    def exact(self) -> bool:
        return self._graph is None

    def nearest(self, query: Vectors, k: int) -> tuple[NDArray[np.intp], Vectors]:
        """Places and cosines of (about) the k nearest vectors, nearest first."""
        k = min(k, len(self.vectors))
        if self._graph is None:
            from .lexical import top

            cosines = products(self.vectors, query)
            places = top(cosines, k)
            return places, cosines[places]
        self._graph.hnsw.efSearch = max(96, k)
        _, found = self._graph.search(query[None, :], k)
        places = found[0][found[0] >= 0].astype(np.intp)
        return places, products(self.vectors[places], query)

    def cosines(self, query: Vectors, places: NDArray[np.intp]) -> Vectors:
        """Exact cosines of the named vectors."""
        return products(self.vectors[places], query)

    def graph_bytes(self) -> bytes:
        """The graph as bytes that we write ourselves (b"" for the full scan): faiss' own writer fails on some paths."""
        if self._graph is None:
            return b""
        import faiss

        return bytes(faiss.serialize_index(self._graph).tobytes())

    @classmethod
    def load(cls, vectors: Vectors, graph: bytes) -> Neighbours:
        if not graph:
            return cls(vectors)
        import faiss

        return cls(vectors, faiss.deserialize_index(np.frombuffer(graph, np.uint8)))


def _digest(*paths: Path) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.read_bytes())
    return digest.hexdigest()
