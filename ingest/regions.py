"""Places: full names, GB/T 2260 codes, parents and what people call them. The list is data, in regions.yaml."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

NATION = "全国"
_LEVELS = {0: "国家", 1: "省级", 2: "市级", 3: "区县级"}
# 河北银行 is a bank, 全国两会 no place of a rule, 云计算 no province: what must not follow (or precede) a short name
_NOT_AFTER = re.compile(r"银行|证监局|保监局|银监局|银保监局|日报|大学|工业大学|工大|科大|师范|路|街|久安|域|产业")


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
    data = yaml.safe_load(Path(__file__).with_name("regions.yaml").read_text(encoding="utf-8"))
    listed = [(p["code"], p["name"], tuple(p.get("short", ())), tuple(p.get("abbr", ()))) for p in data["places"]]
    names = {code: name for code, name, _, _ in listed}
    municipalities = {code[:2] for code, name in names.items() if name in ("北京市", "天津市", "上海市", "重庆市")}
    for line in Path(__file__).with_name("gbt2260.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        code, _, name = line.partition(" ")
        if code[:2] in municipalities:
            name = names[code[:2] + "0000"] + name
        elif not code.endswith("00") and (city := names.get(code[:4] + "00")):
            name = city + name
        names[code] = name
        short = (*_short(code, name, names, data["not_short"]), *data["short"].get(name, ()))
        listed.append((code, name, short, tuple(data["abbr"].get(name, ()))))
    above = {p["name"]: p["parent"] for p in data["more"]}
    for extra in data["more"]:
        listed.append((extra["code"], extra["name"], tuple(extra["short"]), ()))
    shorts = Counter(name for _, _, short, _ in listed for name in dict.fromkeys(short))
    out: dict[str, Place] = {}
    for code, name, short, abbr in listed:
        if code.endswith("0000"):
            short = (*short, name.removesuffix("省").removesuffix("市"))
        kept = [s for s in short if len(s) > 1 and shorts[s] <= 1]
        parent = above.get(name) or _parent(code, names)
        out[name] = Place(name, code, parent, _level(code), tuple(dict.fromkeys([name, *kept])), abbr)
    return out


def _short(code: str, name: str, names: dict[str, str], banned: list[str]) -> tuple[str, ...]:
    """What a place below the provinces is also called: with its province, and without its city or its 市."""
    province = names[code[:2] + "0000"]
    if name.startswith(province):  # 天津市蓟州区: 天津蓟州区, 蓟州区
        rest = name.removeprefix(province)
        return (province.removesuffix("市") + rest, *([rest] if len(rest) > 2 else []))
    out = [province + name, province.removesuffix("省") + name]
    city = names.get(code[:4] + "00")
    if city and name != city:
        inner = name.removeprefix(city)
        out += [province + inner, province.removesuffix("省") + inner, city.removesuffix("市") + inner]
        if len(inner) > 2:
            out.append(inner)
    elif name.endswith("市") and len(name) > 2 and name[:-1] not in banned:
        out.append(name[:-1])
    return tuple(out)


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
    return _LEVELS[2 if code.endswith("00") else 3]


@cache
def _known() -> tuple[dict[str, str], dict[str, tuple[str, ...]]]:
    """Every name with the full name it stands for; and the names by their first two characters, longest first."""
    known: dict[str, str] = {}
    for found in sorted(places().values(), key=lambda p: p.code[2:] != "0000"):  # 吉林 is the province
        for name in found.names if found.name != NATION else (NATION,):
            known.setdefault(name, found.name)
    begin: dict[str, list[str]] = {}
    for name in sorted(known, key=len, reverse=True):
        begin.setdefault(name[:2], []).append(name)
    return known, {key: tuple(names) for key, names in begin.items()}


def _name_at(text: str, at: int) -> str | None:
    """The longest name of a place at this position."""
    _, begin = _known()
    return next((name for name in begin.get(text[at : at + 2], ()) if text.startswith(name, at)), None)


def _mentions(text: str) -> Iterator[tuple[int, int, str]]:
    """Start, end and full name of each place named in the text, in order."""
    known, _ = _known()
    at = 0
    while at < len(text):
        name = _name_at(text, at)
        if name is None:
            at += 1
            continue
        if not _NOT_AFTER.match(text, at + len(name)):
            yield at, at + len(name), known[name]
        at += len(name)


def find_regions(text: str) -> list[str]:
    """Full names of the places named in `text`, in order, each once; of 天津市蓟州区 only the inner one."""
    found: dict[str, None] = {}
    for _, _, name in _mentions(text):
        found.setdefault(name)
    inner = [name for name in found if not any(name != other and name in ancestors(other) for other in found)]
    return inner or list(found)


def strip_regions(text: str) -> str:
    """`text` without the names of places."""
    out, at = [], 0
    for start, end, _ in _mentions(text):
        out.append(text[at:start])
        at = end
    return "".join([*out, text[at:]])


def leading_region(text: str) -> str | None:
    """The place with whose name `text` begins (宁波市关于…, 天津市蓟州区人民政府), the innermost; None where there is none."""
    known, _ = _known()
    at, found = 0, None
    while (name := _name_at(text, at)) is not None and known[name] != NATION:
        if found is not None and found not in ancestors(known[name]):
            break
        found, at = known[name], at + len(name)
    return found


def of_doc_no(doc_no: str) -> str | None:
    """The place whose abbreviation begins a document number (冀政发 → 河北省), or None."""
    for place in places().values():
        if any(doc_no.startswith(a) for a in place.abbreviations):
            return place.name
    return None


def place(name: str) -> Place | None:
    """The place of this name, full or short (石家庄 → 河北省石家庄市); None where it is not known."""
    known, _ = _known()
    return places().get(known.get(name, name))


@cache
def ancestors(name: str) -> tuple[str, ...]:
    """The places above, innermost first, 全国 last; empty for an unknown name."""
    out: list[str] = []
    found = place(name)
    while found is not None and found.parent is not None:
        out.append(found.parent)
        found = places().get(found.parent)
    return tuple(out)


@cache
def family(name: str) -> frozenset[str]:
    """The place itself, those above it and those within it: whose rules somebody there may be subject to."""
    found = place(name)
    if found is None:
        return frozenset({name, NATION})
    below = (other for other in places() if found.name in ancestors(other))
    return frozenset({found.name, *ancestors(found.name), *(() if found.name == NATION else below)})


def reach(names: Collection[str]) -> frozenset[str]:
    """The places whose rules somebody in one of these may be subject to; empty where no place limits a search."""
    return frozenset().union(*(family(name) for name in names)) - {NATION} if NATION not in names else frozenset()


def related(one: str | None, other: str | None) -> bool:
    """Whether one place is the other, or lies in it; unknown names are related to themselves and to 全国 only."""
    if one is None or other is None:
        return False
    a, b = place(one), place(other)
    first, second = a.name if a else one, b.name if b else other
    return first == second or NATION in (first, second) or first in ancestors(second) or second in ancestors(first)
