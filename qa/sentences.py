"""Sentences of a clause, as spans, so that whatever is quoted stays verbatim."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_END = re.compile(r"[。；;！？!?]+[”’」）)]*")
_REMARK = re.compile(r"[（(](?![一二三四五六七八九十\d]{1,3}[）)])(?:[^（）()]|[（(][^（）()]*[）)])*[）)][。；;]?$")
_SPACE_BETWEEN_HAN = re.compile(r"(?<=[\u3000-\u9fff\uff00-\uffef])\s+|\s+(?=[\u3000-\u9fff\uff00-\uffef])")


@dataclass(frozen=True, slots=True)
class Sentence:
    """`text` == clause text[start:end], white space at both ends left out."""

    start: int
    end: int
    text: str


@lru_cache(maxsize=16384)
def sentences(text: str) -> tuple[Sentence, ...]:
    """Split a clause at 。；！？; every non-blank character is in exactly one sentence, in order.

    A remark in brackets that follows a sentence, （省财政厅负责）, belongs to it: by itself it speaks of nothing.
    """
    found: list[Sentence] = []
    begin = 0
    for match in [*_END.finditer(text), None]:
        end = match.end() if match else len(text)
        piece = text[begin:end]
        if stripped := piece.strip():
            start = begin + piece.index(stripped[0])
            if found and _REMARK.match(stripped):
                start = found.pop().start
            finish = begin + piece.rindex(stripped[-1]) + 1
            found.append(Sentence(start, finish, text[start:finish]))
        begin = end
    return tuple(found)


@lru_cache(maxsize=16384)
def tidy(text: str) -> str:
    """A verbatim passage for reading: line breaks and the blanks that hard wrapping left between characters go."""
    return re.sub(r"\s+", " ", _SPACE_BETWEEN_HAN.sub("", text)).strip()
