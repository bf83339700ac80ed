"""Typing errors by sound: 补帖 → 补贴, 新三版 → 新三板, 错锋停产 → 错峰停产.

A question is changed only where its characters make no known word, and a policy term or a word of the corpus sounds
the same and shares the other characters. What sounds how is worked out when the index is built, so that a question
does not pay for importing a pinyin library.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from . import lexicon, tokenizer

_RUN = re.compile(r"[一-鿿]{2,}")
_SIZES = (6, 5, 4, 3, 2)


@dataclass(frozen=True, slots=True)
class Sounds:
    """Syllable of each character; words by their syllables, the likelier ones first."""

    characters: Mapping[str, str]
    words: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, frequencies: Mapping[str, int], least: int = 3) -> Sounds:
        """Sounds of the lexicon's terms and of the words of three characters or more in at least `least` clauses.

        Common words of two characters would draw good ones to them (我司 → 我市); of those, only terms are repaired to.
        """
        from pypinyin import lazy_pinyin

        terms = [t for t in map(tokenizer.normalise, lexicon.terms()) if _RUN.fullmatch(t) and len(t) <= _SIZES[0]]
        common = sorted((w for w, n in frequencies.items() if n >= least), key=lambda w: -frequencies[w])
        words: dict[str, list[str]] = defaultdict(list)
        for word in dict.fromkeys([*terms, *(w for w in common if _RUN.fullmatch(w) and 3 <= len(w) <= 4)]):
            words[" ".join(map(_blur, lazy_pinyin(word)))].append(word)
        characters = {c: _blur(lazy_pinyin(c)[0]) for c in sorted(tokenizer.common_characters())}
        return cls(characters, {sound: tuple(found) for sound, found in words.items()})

    def save(self, path: Path) -> None:
        data = {"characters": dict(self.characters), "words": {k: list(v) for k, v in self.words.items()}}
        path.write_text(json.dumps(data, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")

    @classmethod
    def parse(cls, written: bytes) -> Sounds:
        """What `save` wrote."""
        data = json.loads(written)
        return cls(data["characters"], {k: tuple(v) for k, v in data["words"].items()})


class Repairer:
    """Repairs questions towards the words of the lexicon and of a corpus. `sounds` is read at the first doubt."""

    def __init__(self, vocabulary: Iterable[str], sounds: Callable[[], Sounds]) -> None:
        self._vocabulary = vocabulary
        self._read = sounds

    def __call__(self, question: str) -> str:
        """The question with its misspelt words put right (itself where there are none)."""
        text = tokenizer.normalise(question)
        out = list(text)
        for match in _RUN.finditer(text):
            fixed_up_to = 0
            unknown = self._unknown(match[0])
            for at in unknown:
                if at < fixed_up_to or match[0][at] in lexicon.stopwords():
                    continue
                if fixed := self._fix(match[0], at, unknown):
                    place, word = fixed
                    fixed_up_to = place + len(word)
                    out[match.start() + place : match.start() + fixed_up_to] = word
        return "".join(out) if out != list(text) else question

    def _unknown(self, run: str) -> list[int]:
        """Places of characters that no known word of two or more characters covers."""
        covered = [False] * len(run)
        for size in _SIZES:
            for at in range(len(run) - size + 1):
                if run[at : at + size] in self._known or tokenizer.is_word(run[at : at + size]):
                    covered[at : at + size] = [True] * size
        return [i for i, is_covered in enumerate(covered) if not is_covered]

    def _fix(self, run: str, at: int, unknown: Sequence[int]) -> tuple[int, str] | None:
        """A word that covers place `at`, sounds like what stands there, and differs in few characters, unknown ones."""
        sounds = self._sounds
        for size in _SIZES:
            for start in range(max(0, at - size + 1), min(at, len(run) - size) + 1):
                written = run[start : start + size]
                key = " ".join(sounds.characters.get(c, c) for c in written)
                for word in sounds.words.get(key, ()):
                    wrong = [start + i for i, (a, b) in enumerate(zip(word, written, strict=True)) if a != b]
                    if 0 < len(wrong) <= max(1, size // 3) and set(wrong) <= set(unknown):
                        return start, word
        return None

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(w for w in self._vocabulary if len(w) > 1)

    @cached_property
    def _sounds(self) -> Sounds:
        return self._read()


def _blur(syllable: str) -> str:
    """Sounds that are typed for one another: zh/z, ch/c, sh/s, -ing/-in, -eng/-en."""
    return re.sub(r"^([zcs])h", r"\1", re.sub(r"([ie]n)g$", r"\1", syllable))
