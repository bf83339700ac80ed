"""What a question says before any clause is looked at: words, document numbers, titles, places, a pasted passage."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from . import fields, tokenizer
from .grams import Codes, bare, pairs

_TITLE = re.compile(r"《([^《》]{2,80})》")
_ASKING = re.compile(r"[?？]|多少|什么|哪|吗|怎么|如何|是否|能不能|几[个家年天]|谁|啥")


@dataclass(frozen=True, slots=True)
class Query:
    """A question as the search sees it."""

    text: str  # normalised, numbers in one spelling
    plain: str  # as embedded
    terms: Mapping[str, float]
    concepts: tuple[tuple[tokenizer.Alternative, ...], ...]
    doc_nos: tuple[str, ...]
    titles: tuple[str, ...]
    regions: tuple[str, ...]  # full names
    only_named: bool  # nothing but a document's number or title
    asking: bool  # worded as a question, so hardly a pasted passage
    shows: int  # bits of the kinds of answers asked for
    counts: frozenset[int]  # how many items it asks to be listed
    grams: Codes


def parse(question: str, region_names: Mapping[str, str], repaired: str | None = None) -> Query:
    """Read a question. `region_names`: names in use → full name (`fields.regions_of`)."""
    normal = tokenizer.normalise(repaired or question)
    spelled = tokenizer.spell_numbers(normal)
    regions = dict.fromkeys(full for name, full in region_names.items() if name in normal)
    regions = dict.fromkeys(r for r in regions if not any(r != other and r in other for other in regions))
    numbers, titles = tuple(tokenizer.doc_no_keys(normal)), tuple(_TITLE.findall(normal))
    return Query(
        text=spelled,
        plain=normal,
        terms=tokenizer.query_terms(repaired or question),
        concepts=tokenizer.concepts(repaired or question),
        doc_nos=numbers,
        titles=titles,
        regions=tuple(regions),
        only_named=bool(numbers or titles) and len(bare(_TITLE.sub("", tokenizer.without_doc_nos(normal)))) < 3,
        asking=bool(_ASKING.search(normal)),
        shows=fields.asks(normal),
        counts=fields.counts(normal),
        grams=pairs(spelled),
    )
