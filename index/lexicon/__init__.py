"""Policy words as data: terms kept whole, synonyms with their reason, stop words of questions.

Everything is read from the YAML files beside this module once, at first use; a compiled copy is not kept, since the
files are small. Traditional characters are turned to simplified ones before any look-up.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Synonyms:
    """Forms used for one another; `weight` is the share of its own weight that another form gets in a question."""

    forms: tuple[str, ...]
    weight: float
    reason: str


def _read(name: str) -> Any:
    return yaml.load(files(__name__).joinpath(name).read_text(encoding="utf-8"), Loader=_Loader)


@cache
def terms() -> tuple[str, ...]:
    """Words to keep whole, curated and mined, and every form of a synonym group."""
    curated = [term for group in _read("terms.yaml")["terms"].values() for term in group]
    return tuple(
        dict.fromkeys(
            [*curated, *_read("mined.yaml")["terms"], *(form for group in synonyms() for form in group.forms)]
        )
    )


@cache
def synonyms() -> tuple[Synonyms, ...]:
    """All synonym groups, in file order."""
    return tuple(Synonyms(tuple(g["forms"]), float(g["weight"]), g["reason"]) for g in _read("synonyms.yaml")["groups"])


@dataclass(frozen=True, slots=True)
class Asked:
    """A kind of answer: how questions ask for it, and what a clause that gives it shows."""

    name: str
    asked: re.Pattern[str]
    shows: re.Pattern[str]


@cache
def asked() -> tuple[Asked, ...]:
    """The kinds of answers, in file order (a clause keeps one bit for each)."""
    kinds = _read("asked.yaml")["kinds"].items()
    return tuple(Asked(name, re.compile(k["asked"]), re.compile(k["shows"])) for name, k in kinds)


@cache
def stopwords() -> frozenset[str]:
    """Words left out of a question (never out of a clause)."""
    return frozenset(_read("stopwords.yaml")["words"])


@cache
def digest() -> str:
    """Changes with any of the files: tokens made with another lexicon do not fit."""
    names = ("terms.yaml", "mined.yaml", "synonyms.yaml", "stopwords.yaml", "asked.yaml")
    data = b"\0".join(
        files(__name__).joinpath(name).read_bytes() for name in names if files(__name__).joinpath(name).is_file()
    )
    return hashlib.sha256(data).hexdigest()[:16]
