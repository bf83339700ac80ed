"""Comparison-time text: the source stays verbatim, oddities are evened out only where texts are compared.

`squeeze` is the scorer's own comparison (NFKC, no white space, no thousands separators). `Folded` does the same with a
map back to the offsets of the original, so that what is found in the folded text can be cited from the source.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3})")
_BLANK = re.compile(r"\s+")
# what OCR and word processors make of brackets and dashes; applied after NFKC, one character for one
_ODDITIES = str.maketrans("﹝﹞〔〕［］【】—–－―─~～﹣﹤﹥<>", "[][][][]--------〈〉〈〉")


def squeeze(text: str) -> str:
    """NFKC, no white space, no thousands separators: equal to the scorer of record."""
    return _BLANK.sub("", _THOUSANDS.sub("", unicodedata.normalize("NFKC", text)))


def loose(text: str) -> str:
    """For matching titles and document numbers: squeezed, with brackets, dashes and quotation marks evened out."""
    return squeeze(text).translate(_ODDITIES).translate(_QUOTES).strip("《》〈〉")


_QUOTES = str.maketrans("", "", "“”\"‘’'")


@dataclass(frozen=True, slots=True)
class Folded:
    """Folded text with, for each of its characters, the offset of the original character it came from."""

    text: str
    offsets: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Offsets in the original of the folded stretch [start, end)."""
        return self.offsets[start], self.offsets[end - 1] + 1


def fold(text: str, base: int = 0) -> Folded:
    """NFKC without white space, character by character; `base` is added to the offsets."""
    chars: list[str] = []
    offsets: list[int] = []
    for i, char in enumerate(text, start=base):
        for piece in char if char.isascii() else unicodedata.normalize("NFKC", char):
            if not piece.isspace():
                chars.append(piece)
                offsets.append(i)
    return Folded("".join(chars), tuple(offsets))


_JOINT = re.compile(r"[ \t\xa0\u2002-\u200a\u3000]*[\n\r\x0b\x0c\u2028]\s*")
_ORG_END = "部局委厅府院办"


def unwrap(text: str) -> str:
    """Text of a hard-wrapped paragraph as one line; a space stays only where Latin words meet."""

    def joint(match: re.Match[str]) -> str:
        before, after = text[match.start() - 1 : match.start()], text[match.end() : match.end() + 1]
        return " " if before.isascii() and after.isascii() and before.isalnum() and after.isalnum() else ""

    return _JOINT.sub(joint, text)


def tidy_title(text: str) -> str:
    """A title on one line: white space goes, except between the names of two issuers and between Latin words."""
    out: list[str] = []
    words = text.split()
    for word in words:
        if out:
            before, after = out[-1][-1], word[0]
            latin = before.isascii() and after.isascii() and before.isalpha() and after.isalpha()
            issuers = before in _ORG_END and "\u4e00" <= after <= "\u9fff" and not word.startswith(("关于", "印发"))
            if latin or issuers:
                out.append(" ")
        out.append(word)
    return "".join(out)
