"""行政区划: full names, parents, and the names people use (GB/T 2260 codes in `regions.yaml`)."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import yaml


@cache
def _rows() -> list[dict[str, Any]]:
    return list(yaml.safe_load(files("ingest").joinpath("regions.yaml").read_text(encoding="utf-8"))["regions"])


@cache
def _parents() -> dict[str, str | None]:
    return {r["name"]: r.get("parent") for r in _rows()}


def ancestors(name: str) -> tuple[str, ...]:
    """The regions that a region lies in, nearest first, the nation last."""
    out: list[str] = []
    above = _parents().get(name)
    while above:
        out.append(above)
        above = _parents().get(above)
    return tuple(out)


def related(one: str, other: str) -> bool:
    """Whether one region lies in the other, or both are the same."""
    return one == other or one in ancestors(other) or other in ancestors(one)


def find_regions(text: str) -> list[str]:
    """Full names of the regions that a text names, the smaller in place of those it lies in."""
    found = [r["name"] for r in _rows() if r["name"] != "全国" and any(n in text for n in r["names"] if len(n) > 1)]
    return [r for r in found if not any(r in ancestors(o) for o in found)]


def strip_regions(text: str) -> str:
    """The text without the names of regions."""
    for row in _rows():
        for name in sorted([row["name"], *row["names"]], key=len, reverse=True):
            if len(name) > 1 and row["name"] != "全国":
                text = text.replace(name, "")
    return text
