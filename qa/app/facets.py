"""Facets: the properties by which results and documents are narrowed down, each value with its count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from importlib.resources import files
from typing import TypeVar

import yaml

from ingest.model import Document
from qa.model import ClauseRef, Validity

UNKNOWN = "未载明"
MOST = 4  # topics that one document is shown under at most

T = TypeVar("T")


@lru_cache(maxsize=1)
def topics() -> Mapping[str, tuple[str, ...]]:
    """Topic → the words that show it (`topics.yaml`)."""
    raw = yaml.safe_load(files("qa.app").joinpath("topics.yaml").read_text(encoding="utf-8"))
    return {name: tuple(words) for name, words in raw.items()}


def topics_of(text: str) -> tuple[str, ...]:
    """The topics whose words stand in the text, those with most hits first."""
    hits = {name: sum(text.count(word) for word in words) for name, words in topics().items()}
    return tuple(sorted((n for n in hits if hits[n]), key=lambda n: -hits[n]))[:MOST]


def year(document: Document) -> str:
    """The year in which a document was issued, as far as it says so."""
    day = document.published or document.signed or document.valid_from
    return f"{day.year}年" if day else UNKNOWN


def of_document(document: Document, as_of: date, text: str = "") -> dict[str, tuple[str, ...]]:
    """Facet → values of one document; `text` beside the title decides its topics."""
    return {
        "地区": (document.region or UNKNOWN,),
        "发文机关": document.issuers or (UNKNOWN,),
        "年份": (year(document),),
        "文种": (document.kind or UNKNOWN,),
        "主题": topics_of(document.title + text) or ("其他",),
        "有效期": (Validity.on(as_of, document.valid_from, document.valid_to).status,),
    }


def of_clause(ref: ClauseRef, document: Document, as_of: date) -> dict[str, tuple[str, ...]]:
    """Facet → values of one clause: those of its document, its topics read from its own words and headings."""
    return {
        **of_document(document, as_of),
        "主题": topics_of(" ".join((*ref.path, ref.text))) or topics_of(document.title) or ("其他",),
    }


def narrowed(
    items: Sequence[T], facets_of: Callable[[T], Mapping[str, Iterable[str]]], chosen: Mapping[str, Sequence[str]]
) -> tuple[list[T], dict[str, Counter[str]]]:
    """The items that match every facet with a choice, and the counts to offer.

    The counts of a facet are taken over items that match the *other* facets, so that a second value can be added.
    """
    values = [{k: frozenset(v) for k, v in facets_of(item).items()} for item in items]
    counts: dict[str, Counter[str]] = {}
    kept = []
    for item, own in zip(items, values, strict=True):
        failed = [name for name, wanted in chosen.items() if wanted and not own.get(name, frozenset()) & set(wanted)]
        if not failed:
            kept.append(item)
        for name, has in own.items():
            if not failed or failed == [name]:
                counts.setdefault(name, Counter()).update(has)
    return kept, counts
