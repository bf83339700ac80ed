"""Milvus as the place that finds candidates: a file (Milvus Lite) for one machine, a cluster by its address.

Clauses go there with our own BM25 weights as a sparse vector and our embedding as a dense one, both compared by inner
product. So scores are those of the local index whatever the segments are, and no analyser of Milvus is involved; the
store of record stays SQLite, and ranking stays ours.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .errors import IndexError_
from .local import Tables

Places = NDArray[np.intp]
Progress = Callable[[str, int, int], None]

_BATCH = 1000


def connect(uri: str) -> Any:
    """A client. Error: IndexError_ where pymilvus is missing or the address does not answer."""
    try:
        from pymilvus import MilvusClient
    except ImportError:
        raise IndexError_("未安装 Milvus 支持；请运行 pip install 'zhengce[milvus]'，或改用 --backend local") from None
    try:
        return MilvusClient(uri)
    except Exception as error:
        raise IndexError_(f"无法连接 Milvus（{uri}）：{' '.join(str(error).split())[:120]}") from error


def address(folder: Path, uri: str | None) -> str:
    """Where the clauses of an index folder are: the address given, or a Milvus Lite file in the folder."""
    return uri or str(folder / "milvus.db")


def collection(generation: str) -> str:
    """The collection that belongs to a generation of an index folder."""
    return "zhengce_" + generation.removeprefix("g-")


def drop(uri: str, name: str) -> None:
    """Remove the collection of an index that is no longer in use (one that cannot be reached is left alone)."""
    with contextlib.suppress(Exception):
        client = connect(uri)
        client.drop_collection(name)
        client.close()


class Milvus:
    """Candidates from a Milvus collection; clauses are numbered as in the tables."""

    def __init__(self, uri: str, collection: str, tables: Tables) -> None:
        self._client = connect(uri)
        self._collection = collection
        self._tables = tables

    @classmethod
    def upload(cls, uri: str, collection: str, tables: Tables, progress: Progress | None = None) -> Milvus:
        """Make the collection anew from the tables."""
        from pymilvus import DataType

        client = connect(uri)
        if client.has_collection(collection):
            client.drop_collection(collection)
        schema = client.create_schema(auto_id=False, enable_dynamic_field=False)
        schema.add_field("number", DataType.INT64, is_primary=True)
        schema.add_field("document", DataType.INT64)
        schema.add_field("kind", DataType.INT64)
        schema.add_field("words", DataType.SPARSE_FLOAT_VECTOR)
        schema.add_field("meaning", DataType.FLOAT_VECTOR, dim=int(tables.neighbours.vectors.shape[1]))
        indexes = client.prepare_index_params()
        indexes.add_index("words", index_type="SPARSE_INVERTED_INDEX", metric_type="IP")
        indexes.add_index("meaning", index_type="FLAT" if tables.neighbours.exact else "HNSW", metric_type="IP")
        client.create_collection(collection, schema=schema, index_params=indexes)
        weights = _rows(tables)
        total = len(tables.ids)
        for start in range(0, total, _BATCH):
            if progress:
                progress("上传", start, total)
            rows = [
                {
                    "number": i,
                    "document": int(tables.document[i]),
                    "kind": int(tables.kind[i]),
                    "words": weights(i),
                    "meaning": np.asarray(tables.neighbours.vectors[i]).tolist(),
                }
                for i in range(start, min(total, start + _BATCH))
            ]
            client.insert(collection, rows)
        client.flush(collection)
        client.close()
        return cls(uri, collection, tables)

    def lexical(self, terms: Mapping[str, float], depth: int, allowed: NDArray[np.bool_] | None) -> Places:
        """The clauses with the highest BM25, best first."""
        known = {c: float(w) for t, w in terms.items() if (c := self._tables.body.vocabulary.get(t)) is not None}
        return self._search("words", known, depth, allowed) if known else np.empty(0, np.intp)

    def dense(self, vector: NDArray[np.float32], depth: int, allowed: NDArray[np.bool_] | None) -> Places:
        """The clauses nearest to the question's embedding, nearest first."""
        return self._search("meaning", vector.tolist(), depth, allowed)

    def _search(self, field: str, data: Any, depth: int, allowed: NDArray[np.bool_] | None) -> Places:
        chosen = ""
        if allowed is not None:
            documents = np.unique(self._tables.document[allowed])
            chosen = f"document in {documents.tolist()}"
        try:
            found = self._client.search(
                self._collection, data=[data], anns_field=field, limit=min(depth, 16_384), filter=chosen,
                search_params={"metric_type": "IP"}, consistency_level="Strong",
            )  # fmt: skip
        except Exception as error:
            raise IndexError_(f"Milvus 查询失败：{' '.join(str(error).split())[:120]}") from error
        places = np.array([int(hit["number"]) for hit in found[0]], np.intp)
        return places if allowed is None else places[allowed[places]]

    def close(self) -> None:
        """Let go of the file or connection."""
        self._client.close()


def _rows(tables: Tables) -> Callable[[int], dict[int, float]]:
    """Each clause's BM25 weights, {term number: weight}; a clause without words gets one that no question can match."""
    from scipy import sparse

    body, count = tables.body, len(tables.body.vocabulary)
    matrix = sparse.csc_array((body.data, body.indices, body.indptr), shape=(body.rows, count)).tocsr()

    def row(i: int) -> dict[int, float]:
        part = slice(matrix.indptr[i], matrix.indptr[i + 1])
        return dict(zip(matrix.indices[part].tolist(), matrix.data[part].tolist(), strict=True)) or {count: 1e-6}

    return row
