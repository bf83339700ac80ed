"""How texts are compared: squeezed, quotes by their sentence pieces, facts as whole tokens.

The same rules as the project's scorer of record, so that figures agree to the last digit.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3})")
_SPACE = re.compile(r"\s+")
_STOP = re.compile(r"[。;；!?！？:：]")
_NEGATIONS = ("不", "未", "无")  # 不符合 is not 符合

PIECE = 6  # characters a sentence piece must have to count by itself
COVERED = 0.8  # share of a quote that clauses must hold between them


def squeeze(text: str | None) -> str:
    """NFKC, no white space, no thousands separators."""
    text = unicodedata.normalize("NFKC", text or "")
    return _SPACE.sub("", _THOUSANDS.sub("", text))


def pieces(quote: str) -> list[str]:
    """The quote's sentence pieces of six characters or more; the whole quote when it has none."""
    return [piece for piece in _STOP.split(quote) if len(piece) >= PIECE] or [quote]


def covered(quote: str, texts: Sequence[str]) -> bool:
    """Whether `texts` hold the quote: whole in one of them, or at least 80 % of it in sentence pieces."""
    if any(quote in text for text in texts):
        return True
    parts = pieces(quote)
    held = sum(len(part) for part in parts if any(part in text for text in texts))
    return held >= COVERED * sum(map(len, parts))


def has_fact(fact: str, answer: str) -> bool:
    """Whether an alternative of `fact` (`a|b`) stands in the squeezed answer, not glued into a number, not negated."""
    return any(_stands(squeeze(alternative), answer) for alternative in fact.split("|"))


def _stands(wanted: str, answer: str) -> bool:
    start = answer.find(wanted)
    while wanted and start >= 0:
        before, after = answer[start - 1 : start], answer[start + len(wanted) : start + len(wanted) + 1]
        negated = before in _NEGATIONS and len(wanted) <= 4
        glued_left = wanted[0].isdigit() and (before.isdigit() or before == ".")
        glued_right = wanted[-1].isdigit() and after.isdigit()
        if not (negated or glued_left or glued_right):
            return True
        start = answer.find(wanted, start + 1)
    return False


def within(texts: Sequence[str], budget: int) -> list[str]:
    """The texts in order until `budget` characters are spent, the last one cut."""
    kept: list[str] = []
    spent = 0
    for text in texts:
        kept.append(text[: budget - spent])
        spent += len(text)
        if spent >= budget:
            break
    return kept
