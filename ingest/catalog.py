"""Corrections made by hand (corpus/catalog.yaml): what the texts do not say of themselves, each with its reason."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from ingest.model import Document, IngestError
from ingest.text import loose

_FIELDS = {f.name for f in fields(Document)} - {"id", "source", "start", "end"}


@dataclass(frozen=True, slots=True)
class Correction:
    """Fields set by hand for the documents of `source` whose title is `title` (None: all of the source)."""

    source: str
    title: str | None
    fields: dict[str, Any]
    reason: str
    main: str | None = None  # title of the document that this one is attached to


@dataclass(frozen=True, slots=True)
class Catalog:
    """All corrections; later ones win."""

    corrections: tuple[Correction, ...] = ()

    def apply(self, documents: list[Document]) -> list[Document]:
        """The documents with the corrections that name them. A correction never overrides what `defaults` left set."""
        by_title = {loose(d.title): d.id for d in documents}
        out = []
        for document in documents:
            for correction in self.corrections:
                if correction.source != document.source:
                    continue
                if correction.title is None:
                    unset = {k: v for k, v in correction.fields.items() if not getattr(document, k)}
                    document = replace(document, **unset)
                elif loose(correction.title) == loose(document.title) or correction.title == document.id:
                    document = replace(document, **correction.fields)
                    if correction.main is not None:
                        document = replace(document, main_id=by_title.get(loose(correction.main)))
            out.append(document)
        return out


def load(path: Path) -> Catalog:
    """Read a catalogue. Raises `IngestError` where an entry lacks its reason or names an unknown field."""
    if not path.is_file():
        return Catalog()
    entries = yaml.safe_load(path.read_text(encoding="utf-8")) or []
    corrections = []
    for entry in entries:
        entry = dict(entry)
        source, title = entry.pop("source", None), entry.pop("title", None)
        reason, main = entry.pop("reason", None), entry.pop("main", None)
        values = entry.pop("set", {})
        if not source or not reason or entry or not set(values) <= _FIELDS:
            raise IngestError(f"{path.name}：条目不完整或有未知字段（{source} {title}）：需要 source、reason 和 set")
        corrections.append(Correction(source, title, {k: _value(k, v) for k, v in values.items()}, reason, main))
    return Catalog(tuple(corrections))


def _value(name: str, value: object) -> object:
    if isinstance(value, list):
        return tuple(value)
    if name in ("signed", "published", "valid_from", "valid_to") and isinstance(value, str):
        return date.fromisoformat(value)
    return value
