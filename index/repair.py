"""Typing errors by sound: 补帖 → 补贴, 新三版 → 新三板, repaired towards words of the lexicon only.

A word is changed only where the question's own characters make no word of the corpus, and another word, a policy term
of the lexicon, sounds the same (or differs in one syllable and shares all other characters).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from functools import cache, cached_property

from . import lexicon, tokenizer

_RUN = re.compile(r"[一-鿿]{2,}")


class Repairer:
    """Repairs questions against the lexicon and the words of a corpus."""

    def __init__(self, vocabulary: Mapping[str, int]) -> None:
        self._vocabulary = vocabulary

    def __call__(self, question: str) -> str:
        """The question with its misspelt policy words put right (itself where there are none)."""
        text = tokenizer.normalise(question)
        out = list(text)
        for match in _RUN.finditer(text):
            run, start = match[0], match.start()
            for at in self._suspects(run):
                if fixed := self._fix(run, at):
                    place, word = fixed
                    out[start + place : start + place + len(word)] = word
        return "".join(out) if out != list(text) else question

    def _suspects(self, run: str) -> list[int]:
        """Places of characters that no known word of two or more characters covers."""
        covered = [False] * len(run)
        for size in (2, 3, 4, 5, 6):
            for at in range(len(run) - size + 1):
                if run[at : at + size] in self._known:
                    covered[at : at + size] = [True] * size
        return [i for i, is_covered in enumerate(covered) if not is_covered]

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(w for w in self._vocabulary if len(w) > 1) | frozenset(_terms())

    def _fix(self, run: str, at: int) -> tuple[int, str] | None:
        """A lexicon term that covers place `at`, sounds like what stands there, and differs in one or two characters."""
        sounds = _by_sound()
        for size in (6, 5, 4, 3, 2):
            for start in range(max(0, at - size + 1), min(at, len(run) - size) + 1):
                written = run[start : start + size]
                for term in sounds.get(_sound(written), ()):
                    wrong = sum(a != b for a, b in zip(term, written, strict=True))
                    if term != written and wrong <= max(1, size // 3):
                        return start, term
        return None


@cache
def _terms() -> tuple[str, ...]:
    return tuple(t for t in map(tokenizer.normalise, lexicon.terms()) if _RUN.fullmatch(t) and len(t) <= 6)


@cache
def _sound(text: str) -> tuple[str, ...]:
    from pypinyin import lazy_pinyin  # read only when a question holds an unknown word

    return tuple(_blur(s) for s in lazy_pinyin(text))


def _blur(syllable: str) -> str:
    """Sounds that are typed for one another: zh/z, ch/c, sh/s, -ing/-in, -eng/-en."""
    return re.sub(r"^([zcs])h", r"\1", re.sub(r"([ie]n)g$", r"\1", syllable))


@cache
def _by_sound() -> dict[tuple[str, ...], list[str]]:
    out: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for term in _terms():
        out[_sound(term)].append(term)
    return dict(out)
