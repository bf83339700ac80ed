"""Questions that ask several things of the same kind at once: "A、B和C，…分别…", two regions side by side."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ingest.regions import find_regions, strip_regions

MAX_PARTS = 4

_EACH = re.compile(r"分别|各(自|是|为|有|多少|写|定|给|奖|补|要|占|怎么)|同一(天|个)|(不)?一样|区别|差别|不同")
_ENUMERATION = re.compile(
    r"(?P<items>[^，,。？?；;：:、]{2,24}(?:、[^，,。？?；;：:、]{2,24})*(?:、|和|与|及|以及|跟)[^，,。？?；;：:、]{2,24})"
)
_TAIL = re.compile(
    r"[两二三四五六几](?:个|种|类|项|家|份|大)|(?<![-－—(（\d])到?20\d\d年|的(?=.)|各(?![级地市县类种项])|分别|对|一般"
)
_JOIN = re.compile(r"、|和|与|以及|及|跟")


@dataclass(frozen=True, slots=True)
class Part:
    """One of the things asked: how it is named in the answer, and the question asked of it alone."""

    label: str
    text: str


def parts(text: str) -> tuple[Part, ...]:
    """The parts of a question, in its order; empty where it asks one thing only."""
    regions = find_regions(text)
    if 2 <= len(regions) <= MAX_PARTS:
        rest = strip_regions(text)
        return tuple(Part(r, f"{r}{rest}") for r in regions)
    if not _EACH.search(text):
        return ()
    for found in _ENUMERATION.finditer(text):
        items = [i.strip("的 ") for i in _JOIN.split(found["items"])]
        items, rest = _shared_tail(items, found["items"])
        if not 2 <= len(items) <= MAX_PARTS or any(len(i) < 2 for i in items):
            continue
        before, after = text[: found.start()], rest + text[found.end() :]
        if not _EACH.search(after) and not _EACH.search(before):
            continue
        return tuple(Part(i, f"{before}{i}{after}") for i in items)
    return ()


def _shared_tail(items: list[str], whole: str) -> tuple[list[str], str]:
    """In A、B和C三个行业到2020年… what follows C is asked of each: the items without it, and it."""
    for place, item in enumerate(items[1:], start=1):
        tail = _TAIL.search(item)
        if tail and tail.start() >= 2:
            return [*items[:place], item[: tail.start()]], whole[whole.index(item) + tail.start() :]
    return items, ""
