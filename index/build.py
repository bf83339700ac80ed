"""Build an index from a store. What did not change since the last index is taken from it: its tokens, its vectors."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ingest.model import Document

from . import fields, lexicon, manifest, milvus, tokenizer
from .dense import Encoder, Neighbours, Vectors, encoder, prepare
from .errors import IndexError_
from .grams import Grams
from .lexical import Bm25, count, okapi_idf, positive_idf
from .local import Tables, Texts
from .repair import Sounds

if TYPE_CHECKING:
    from ingest.store import Store

Progress = Callable[[str, int, int], None]  # step, done, of


def build_index(
    store: Store,
    folder: Path,
    *,
    model: str | None = None,
    backend: str = "local",
    uri: str | None = None,
    progress: Progress | None = None,
) -> None:
    """Build or refresh the index of a store in a folder; readers see the old one until the new one is whole.

    `model`: name or path of any sentence-transformers model; None: the model that comes with the project.
    `backend`: "local", or "milvus" with `uri` (a file for Milvus Lite, http://… for a server).
    """
    if backend not in ("local", "milvus"):
        raise IndexError_(f"没有这种索引后端：{backend}（可用 local、milvus）")
    try:
        embed = encoder(model)
    except Exception as error:
        reason = " ".join(str(error).split())[:200]
        raise IndexError_(f"无法加载模型 {model or ''}：{reason}；请检查 --model 给出的名称或文件夹") from error
    with manifest.writing(folder):
        digest, documents, items = _stable(store)
        tables = make_tables(items, documents, embed, previous=_previous(folder, embed), progress=progress)
        fresh = manifest.begin(folder)
        tables.save(fresh)
        before = _manifest(folder)
        if backend == "milvus":
            milvus.Milvus.upload(milvus.address(folder, uri), milvus.collection(fresh.name), tables, progress).close()
        manifest.commit(
            folder,
            fresh,
            manifest.Manifest(
                corpus=digest,
                tokenizer=tokenizer.VERSION,
                lexicon=lexicon.digest(),
                model=model or "",
                model_digest=embed.digest,
                dimensions=embed.dimensions,
                clauses=len(items),
                backend=backend,
                uri=uri,
            ),
        )
        if before is not None and before.backend == "milvus":
            milvus.drop(milvus.address(folder, before.uri), milvus.collection(before.generation))


def _stable(store: Store) -> tuple[str, list[Document], list[fields.Entry]]:
    """The store's digest with the documents and entries that it stands for, while others may be writing."""
    while True:
        digest = store.digest()
        documents = store.documents()
        items = fields.entries(store.nodes(), documents)
        if store.digest() == digest:
            return digest, documents, items


def make_tables(
    items: Sequence[fields.Entry],
    documents: Sequence[Document],
    embed: Encoder,
    *,
    previous: Tables | None = None,
    progress: Progress | None = None,
) -> Tables:
    """Everything a search needs. The result does not depend on `previous`, which only saves work."""
    digests = [item.digest() for item in items]
    known = _rows(previous)
    same = [known.get(digest, -1) for digest in digests]
    texts: list[str] = []

    def tokens() -> Iterator[Sequence[str] | dict[str, int]]:
        for i, (item, row) in enumerate(zip(items, same, strict=True)):
            if progress and i % 200 == 0:
                progress("分词", i, len(items))
            yield previous.counts.row(row) if previous is not None and row >= 0 else tokenizer.tokenize(item.body)
            texts.append(tokenizer.spell_numbers(tokenizer.normalise(item.body)))  # normalised just now: remembered

    counts = count(tokens())
    number_of = {item.clause_id: i for i, item in enumerate(items)}
    places: dict[str, int] = {}
    place = [places.setdefault(item.place, len(places)) for item in items]
    titles = [fields.document_text(document) for document in documents]
    body = Bm25.of(counts, rarity=okapi_idf if len(items) >= 300 else positive_idf)
    frequencies = dict(zip(body.vocabulary, np.diff(body.indptr).tolist(), strict=True))
    group, rank = fields.groups(items, documents)
    vectors = _vectors(items, same, embed, previous, progress)
    if progress:
        progress("索引", len(items), len(items))
    return Tables(
        ids=tuple(item.clause_id for item in items),
        documents=tuple(fields.document_record(document) for document in documents),
        document=np.array([item.document for item in items], np.int32),
        place=np.array(place, np.int32),
        kind=np.array([fields.KINDS.index(item.kind) for item in items], np.int8),
        group=group,
        rank=rank,
        digest=np.frombuffer(b"".join(digests), np.uint8).reshape(len(items), 16),
        parent=np.array([number_of.get(item.parent or "", -1) for item in items], np.int32),
        shows=np.array([fields.shows(text) for text in texts], np.int16),
        role=np.array([fields.role(text) for text in texts], np.int8),
        siblings=fields.siblings(items),
        text=Texts.of(texts),
        grams=Grams.of(texts),
        counts=counts,
        body=body,
        places=Bm25.of(count(map(tokenizer.tokenize, places)), rarity=positive_idf),
        titles=Bm25.of(count(map(tokenizer.tokenize, titles)), rarity=positive_idf),
        neighbours=Neighbours.of(vectors),
        sounds=cache(lambda: Sounds.of(frequencies)),
    )


def _vectors(
    items: Sequence[fields.Entry],
    same: Sequence[int],
    embed: Encoder,
    previous: Tables | None,
    progress: Progress | None,
) -> Vectors:
    out = np.zeros((len(items), embed.dimensions), np.float32)
    kept = np.array(same, np.int64)
    if previous is not None and (kept >= 0).any():
        out[kept >= 0] = previous.neighbours.vectors[kept[kept >= 0]]
    new = np.flatnonzero(kept < 0)
    for start in range(0, len(new), 512):
        if progress:
            progress("向量", start, len(new))
        part = new[start : start + 512]
        out[part] = embed.encode([prepare(items[i].embedded) for i in part])
    return out


def _rows(previous: Tables | None) -> dict[bytes, int]:
    if previous is None:
        return {}
    return {row.tobytes(): i for i, row in enumerate(np.asarray(previous.digest))}


def _manifest(folder: Path) -> manifest.Manifest | None:
    try:
        return manifest.read(folder)
    except IndexError_:
        return None


def _previous(folder: Path, embed: Encoder) -> Tables | None:
    """The index now in the folder, if its tokens and vectors can be used again."""
    try:
        found = manifest.read(folder)
        manifest.verify(folder, found)
        now = (tokenizer.VERSION, lexicon.digest(), embed.digest)
        if (found.tokenizer, found.lexicon, found.model_digest) != now:
            return None
        return Tables.load(folder / found.generation)
    except (IndexError_, OSError, ValueError, LookupError):
        return None
