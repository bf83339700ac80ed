"""Places: full names, GB/T 2260 codes, parents and what people call them. The list is data, in regions.yaml."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

NATION = "全国"
_LEVELS = {0: "国家", 1: "省级", 2: "市级", 3: "区县级"}
# 河北银行 is a bank, 全国两会 no place of a rule, 云计算 no province: what must not follow (or precede) a short name
_NOT_AFTER = re.compile(r"银行|证监局|保监局|银监局|银保监局|日报|大学|工业大学|工大|科大|师范|路|街")


@dataclass(frozen=True, slots=True)
class Place:
    """One place. `code` has six digits; 全国 is 000000. `level`: 国家, 省级, 市级 or 区县级."""

    name: str
    code: str
    parent: str | None
    level: str
    names: tuple[str, ...]  # the full name first
    abbreviations: tuple[str, ...]


@cache
def places() -> dict[str, Place]:
    """All places by full name."""
    raw = yaml.safe_load((Path(__file__).with_name("regions.yaml")).read_text(encoding="utf-8"))["places"]
    by_code = {entry["code"]: entry["name"] for entry in raw}
    out = {}
    for entry in raw:
        name, code = entry["name"], entry["code"]
        parent = entry.get("parent") or _parent(code, by_code)
        short = list(entry.get("short", ()))
        if code.endswith("0000") and code != "000000":
            short.append(name.removesuffix("省").removesuffix("市"))
        above = by_code.get(code[:2] + "0000", "")
        if code[2:] != "0000":
            if name.startswith(above):  # 天津市蓟州区
                short.append(above.removesuffix("市") + name.removeprefix(above))
            else:
                inner = re.sub(r"^.+市(?=.+[县区市]$)", "", name)
                short += [prefix + rest for prefix in (above, above.removesuffix("省")) for rest in (name, inner)]
        names = tuple(dict.fromkeys([name, *sorted((s for s in short if len(s) > 1), key=len, reverse=True)]))
        out[name] = Place(name, code, parent, _level(code), names, tuple(entry.get("abbr", ())))
    return out


def _parent(code: str, by_code: dict[str, str]) -> str | None:
    if code == "000000":
        return None
    for above in (code[:4] + "00", code[:2] + "0000", "000000"):
        if above != code and above in by_code:
            return by_code[above]
    return None


def _level(code: str) -> str:
    if code == "000000":
        return _LEVELS[0]
    if code.endswith("0000"):
        return _LEVELS[1]
    return _LEVELS[2 if code.endswith("00") or code[2:4] == "90" else 3]


@cache
def _finder() -> tuple[re.Pattern[str], dict[str, str]]:
    known: dict[str, str] = {}
    for place in places().values():
        if place.name == NATION:
            known[NATION] = NATION
            continue
        for name in place.names:
            known.setdefault(name, place.name)
    pattern = "|".join(re.escape(name) for name in sorted(known, key=len, reverse=True))
    return re.compile(pattern), known


def find_regions(text: str) -> list[str]:
    """Full names of the places named in `text`, in order, each once; of 天津市蓟州区 only the inner one."""
    finder, known = _finder()
    found: dict[str, None] = {}
    for match in finder.finditer(text):
        if not _NOT_AFTER.match(text, match.end()):
            found.setdefault(known[match.group()])
    inner = [name for name in found if not any(name != other and name in ancestors(other) for other in found)]
    return inner or list(found)


def strip_regions(text: str) -> str:
    """`text` without the names of places."""
    finder, _ = _finder()
    return finder.sub(lambda m: m.group() if _NOT_AFTER.match(text, m.end()) else "", text)


def leading_region(text: str) -> str | None:
    """The place with whose name `text` begins (宁波市关于…, 天津市蓟州区人民政府), the innermost; None where there is none."""
    finder, known = _finder()
    at, found = 0, None
    while match := finder.match(text, at):
        if known[match.group()] == NATION:
            break
        found, at = known[match.group()], match.end()
    return found


def of_doc_no(doc_no: str) -> str | None:
    """The place whose abbreviation begins a document number (冀政发 → 河北省), or None."""
    for place in places().values():
        if any(doc_no.startswith(a) for a in place.abbreviations):
            return place.name
    return None


def place(name: str) -> Place | None:
    """The place of this name, full or short (石家庄 → 河北省石家庄市); None where it is not known."""
    _, known = _finder()
    return places().get(known.get(name, name))


def ancestors(name: str) -> tuple[str, ...]:
    """The places above, innermost first, 全国 last; empty for an unknown name."""
    out: list[str] = []
    found = place(name)
    while found is not None and found.parent is not None:
        out.append(found.parent)
        found = places().get(found.parent)
    return tuple(out)


def family(name: str) -> frozenset[str]:
    """The place itself, those above it and those within it: whose rules somebody there may be subject to."""
    found = place(name)
    if found is None:
        return frozenset({name, NATION})
    below = (other for other in places() if found.name in ancestors(other))
    return frozenset({found.name, *ancestors(found.name), *(() if found.name == NATION else below)})


def related(one: str | None, other: str | None) -> bool:
    """Whether one place is the other, or lies in it; unknown names are related to themselves and to 全国 only."""
    if one is None or other is None:
        return False
    a, b = place(one), place(other)
    first, second = a.name if a else one, b.name if b else other
    return first == second or NATION in (first, second) or first in ancestors(second) or second in ancestors(first)
