"""What is indexed of a clause: its own words, its place in the document, and its document.

Also how two clauses that say the same thing are recognised (`groups`), so that a result does not list one rule five
times, and puts the original before its interpretation and the newest version before the older ones.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ingest.model import Document, Node, NodeKind

from . import lexicon, tokenizer

KINDS = (NodeKind.CLAUSE, NodeKind.HEADING, NodeKind.TABLE, NodeKind.ROW)
_EDITION = re.compile(
    r"[(（][^()（）]*(?:19|20)\d\d[^()（）]*[)）]|中华人民共和国|[(（](?:试行|修订|修正|暂行)[^()（）]*[)）]"
)
_PUNCTUATION = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Entry:
    """One clause as it goes into the index."""

    clause_id: str
    document: int  # place among the documents
    kind: NodeKind
    number: str
    body: str  # its own words
    place: str  # headings above it, the sentence that introduces it, column heads
    embedded: str  # what the embedding sees
    parent: str | None = None  # id of the clause or heading right above it

    def digest(self, extra: str = "") -> bytes:
        """16 bytes that change with anything the index holds of this clause."""
        text = "\0".join((self.clause_id, self.kind, self.number, self.body, self.place, self.embedded, extra))
        return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def entries(nodes: Sequence[Node], documents: Sequence[Document]) -> list[Entry]:
    """The citable nodes as entries, in the order given."""
    number_of = {document.id: i for i, document in enumerate(documents)}
    by_id = {node.id: node for node in nodes}
    out = []
    for node in nodes:
        if not node.citable or node.document_id not in number_of:
            continue
        document = documents[number_of[node.document_id]]
        parent = by_id.get(node.parent_id or "")
        lead = parent.text[:120] if parent is not None and parent.kind is NodeKind.CLAUSE else ""
        columns = " ".join(node.columns) if node.kind is NodeKind.ROW else ""
        place = " ".join(filter(None, (*node.path, lead, columns)))
        body = " ".join(filter(None, node.cells)) if node.kind is NodeKind.ROW and node.cells else node.text
        embedded = f"{document.title} {' '.join(node.path[-2:])} {lead[:60]} {body}"
        out.append(
            Entry(
                node.id,
                number_of[document.id],
                node.kind,
                node.number,
                body,
                place,
                embedded,
                parent.id if parent else None,
            )
        )
    return out


def shows(text: str) -> int:
    """Bits of the kinds of answers (lexicon.asked) that a normalised text shows."""
    return sum(1 << bit for bit, kind in enumerate(lexicon.asked()) if kind.shows.search(text))


def asks(question: str) -> int:
    """Bits of the kinds of answers a normalised question asks for."""
    return sum(1 << bit for bit, kind in enumerate(lexicon.asked()) if kind.asked.search(question))


_FORMAL = re.compile(
    r"^(?:附件|附[:：]|现将|经.{0,20}同意|各.{2,60}[:：]$)|请.{0,12}(?:遵照|贯彻|执行)|^.{2,30}(?:厅|局|委员会|部|办公室|政府)$"
)


def role(text: str) -> int:
    """1 for a formality (附件：…, 现将…印发, 各市…：, a signature), 2 for a lead-in (ends with a colon), else 0."""
    text = text.strip()
    if len(text) < 120 and _FORMAL.search(text):
        return 1
    return 2 if text.endswith((":", "：")) else 0


_COUNT = re.compile(r"([两二三四五六七八九十]|\d{1,2})(?:个)?(?:大|条|项|类|种|块|方面|点|步|档|批|主要|重点|专项)")


def counts(question: str) -> frozenset[int]:
    """Numbers of items a question asks to be listed (七大专项行动, 四条主要路径), from 2 to 20."""
    found = (int(n) if n.isdigit() else tokenizer.chinese_number(n) for n in _COUNT.findall(question))
    return frozenset(n for n in found if n and 2 <= n <= 20)


def siblings(items: Sequence[Entry]) -> NDArray[np.int16]:
    """For each numbered clause: how many of its kind of number stand under the same parent (0: unnumbered)."""
    keys = [
        (
            i.document,
            i.parent,
            _PUNCTUATION.sub("", re.sub(r"[一-鿿\d]+", "", i.number)) + i.number[:1] * (i.number[:1] in "第（("),
        )
        for i in items
    ]
    sizes = Counter(keys)
    return np.array([min(sizes[k], 999) if i.number else 0 for i, k in zip(items, keys, strict=True)], np.int16)


_STANDING = {
    "judicial": re.compile(r"^最高人民(?:法院|检察院)|解释"),
    "code": re.compile(r"^(?:民法典|刑法$)"),
    "law": re.compile(r"(?<!办)法$"),
}


def short_title(title: str) -> str:
    """A title without its edition and 中华人民共和国."""
    return _EDITION.sub("", title).strip()


def standing(title: str) -> str:
    """What rank a document's title gives it: a code, a law (法, not 办法), a judicial interpretation, or "" for the rest.

    Everyday disputes are settled in the codes, then in laws and their interpretations, hardly ever in local rules.
    """
    name = short_title(title)
    return next((rank for rank, pattern in _STANDING.items() if pattern.search(name)), "")


def document_text(document: Document) -> str:
    """The words of a document's own fields."""
    fields = (document.title, document.doc_no, " ".join(document.issuers), document.region, document.kind)
    return " ".join(filter(None, fields))


def day_of(document: Document) -> date:
    """The date that orders versions of one document; long ago where none is known."""
    return document.valid_from or document.signed or document.published or date.min


def family(document: Document) -> str:
    """What all versions of one document share: the title without its edition, and the region."""
    return _PUNCTUATION.sub("", _EDITION.sub("", document.title)) + "@" + (document.region or "")


def groups(items: Sequence[Entry], documents: Sequence[Document]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """For each clause: the number of its group, and its rank in it (0: shown first).

    One group: clauses with the same words (digits included), and the same article of the versions of one document.
    """
    keys: dict[str, list[int]] = defaultdict(list)
    for i, entry in enumerate(items):
        text = _PUNCTUATION.sub("", tokenizer.normalise(entry.body.lstrip().removeprefix(entry.number)))
        if len(text) >= 16:
            keys["t" + hashlib.blake2b(text.encode(), digest_size=12).hexdigest()].append(i)
    families: dict[str, set[int]] = defaultdict(set)
    for place, document in enumerate(documents):
        families[family(document)].add(place)
    versioned = {place: name for name, places in families.items() if len(places) > 1 for place in places}
    for i, entry in enumerate(items):
        if entry.document in versioned and entry.number.startswith("第") and entry.kind is NodeKind.CLAUSE:
            keys["v" + versioned[entry.document] + entry.number].append(i)
    leader = list(range(len(items)))

    def root(i: int) -> int:
        while leader[i] != i:
            leader[i] = leader[leader[i]]
            i = leader[i]
        return i

    for members in keys.values():
        for other in members[1:]:
            leader[root(other)] = root(members[0])
    group = np.array([root(i) for i in range(len(items))], np.int32)
    rank = np.zeros(len(items), np.int32)
    joined: dict[int, list[int]] = defaultdict(list)
    for i, g in enumerate(group):
        joined[int(g)].append(i)
    for members in joined.values():
        if len(members) > 1:
            ordered = sorted(members, key=lambda i: (_precedence(documents[items[i].document]), i))
            rank[ordered] = np.arange(len(ordered))
    return group, rank


def _precedence(document: Document) -> tuple[bool, int]:
    """Originals before interpretations, then the newest first."""
    return document.relation == "解读" or document.kind == "解读", -day_of(document).toordinal()


def document_record(document: Document) -> dict[str, Any]:
    """What the index keeps of a document (JSON)."""
    return {
        "id": document.id,
        "title": document.title,
        "kind": document.kind,
        "doc_no": document.doc_no,
        "issuers": list(document.issuers),
        "region": document.region,
        "region_code": document.region_code,
        "day": day_of(document).isoformat() if day_of(document) != date.min else None,
        "valid_to": document.valid_to.isoformat() if document.valid_to else None,
        "main_id": document.main_id,
        "relation": document.relation,
    }


def doc_no_key(text: str) -> str:
    """A document number in one spelling (冀财金2016-44); a part of one without punctuation."""
    normal = tokenizer.normalise(text)
    return next(iter(tokenizer.doc_no_keys(normal)), _PUNCTUATION.sub("", normal))


def regions_of(records: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Names a question may use for a region (河北省, 河北; 天津市蓟州区, 蓟州区, 蓟州) → the full name."""
    out: dict[str, str] = {}
    for record in records:
        full = record["region"]
        if not full or full == "全国":
            continue
        parts = re.findall(r"[一-鿿]+?(?:特别行政区|自治区|自治州|新区|省|市|区|县|盟|旗)", full) or [full]
        out[full] = full
        last = parts[-1]
        short = re.sub(r"(?:特别行政区|壮族自治区|回族自治区|维吾尔自治区|自治区|省|市|区|县)$", "", last)
        for name in (last, short):
            if len(name) >= 2:
                out.setdefault(name, full)
    return out


class Regions:
    """The regions of documents, and how a document's region suits the one asked about."""

    def __init__(self, records: Sequence[Mapping[str, Any]]) -> None:
        self._names = [str(r["region"] or "") for r in records]
        self._codes = [str(r["region_code"] or "") for r in records]
        self._code_of = {name: code for name, code in zip(self._names, self._codes, strict=True) if name and code}
        self._cache: dict[tuple[str, ...], NDArray[np.float64]] = {}

    def fit(self, asked: tuple[str, ...]) -> NDArray[np.float64]:
        """For each document: 1 of a region asked about or one within or around it, 0 national or unknown, -1 elsewhere.

        When no region, or 全国, is asked about: 0.5 for every regional document.
        """
        if asked not in self._cache:
            if len(self._cache) > 512:
                self._cache.clear()
            values = [self._one(name, code, asked) for name, code in zip(self._names, self._codes, strict=True)]
            self._cache[asked] = np.array(values, np.float64)
        return self._cache[asked]

    def _one(self, name: str, code: str, asked: tuple[str, ...]) -> float:
        if not name or name == "全国":
            return 0.0
        if not asked or asked == ("全国",):
            return 0.5
        for region in asked:
            if region == "全国":
                continue
            if name in region or region in name:
                return 1.0
            mine, theirs = code.rstrip("0"), self._code_of.get(region, "").rstrip("0")
            if mine and theirs and (mine.startswith(theirs) or theirs.startswith(mine)):
                return 1.0
        return -1.0
