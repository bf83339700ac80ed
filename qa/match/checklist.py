"""What to hand in, in which steps, to whom, by when: as the clauses of a policy's document give it, never otherwise."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING

from ingest.model import Document, Node, NodeKind
from qa.calculators import Rule, all_rules

from .model import ChecklistItem, Quote
from .profile import Topic, knowledge

if TYPE_CHECKING:
    from qa.engine import Engine

LOOSE = 5  # clauses quoted that only speak of a topic
MOST = 20  # quotes of one topic; lists are given whole where they are not longer
LONGEST = 260  # characters of one quote; the rest is behind the link to the clause
_HEAD = re.compile(
    r"^\s*[第（(]?[\d一二三四五六七八九十百]+[条、.．）)]?\s*([^。：:；，\s]{2,8})[。：:]"
)  # 第十条 申报时间。


def checklist(engine: Engine, rule: Rule, own: Sequence[Node]) -> tuple[ChecklistItem, ...]:
    """The topics of fields.yaml for a rule whose clauses are `own`; a topic the document is silent about has no quotes."""
    document = home(engine, rule, own)
    if document is None:
        return tuple(ChecklistItem(topic=t.label) for t in knowledge().checklist.topics)
    data = knowledge().checklist
    many = re.search(data.many_matters, document.title) or document.relation == "解读"
    whole = not many and _rules_of(rule.document) <= data.focused
    family = [document, *_attachments(engine, document)] if whole else [document]
    near = [n for d in family for n in _near(engine, d, own, whole)]
    return tuple(_item(engine, topic, near) for topic in data.topics)


def home(engine: Engine, rule: Rule, own: Sequence[Node]) -> Document | None:
    """The document that the rule is of: the one it names among those its clauses stand in."""
    documents = [engine.documents[n.document_id] for n in own]
    return next(
        (d for d in documents if d.title in rule.document or rule.document in d.title), next(iter(documents), None)
    )


@cache
def _rules_of(document: str) -> int:
    return sum(r.document == document for r in all_rules())


def _attachments(engine: Engine, document: Document) -> list[Document]:
    main = document.main_id if document.relation == "附件" and document.main_id else document.id
    alike = [d for d in engine.documents.values() if d.relation == "附件" and d.main_id == main]
    return [d for d in [engine.documents.get(main), *alike] if d is not None and d.id != document.id]


def _item(engine: Engine, topic: Topic, near: Sequence[Node]) -> ChecklistItem:
    """What stands under the topic's headings; else the clauses that speak of it, each with the list that it opens."""
    heading, clause = re.compile(topic.heading), re.compile(topic.clause)
    parts = [n for n in near if heading.search(_head(n))]
    said = [n for n in near if n.kind == NodeKind.CLAUSE and clause.search(n.text) and _of_applicants(topic, n.text)]
    lists = [n for n in said if topic.lists and _opens(n)]
    left_out = 0
    if not parts:
        parts, left_out = lists or said[:LOOSE], 0 if lists else max(0, len(said) - LOOSE)
    found: dict[str, Node] = {}
    for part in parts:
        below = _subtree(engine, part) if heading.search(_head(part)) or part in lists else []
        found |= {n.id: n for n in (part, *below) if n.kind not in (NodeKind.HEADING, NodeKind.TABLE)}
    nodes = list(found.values())
    quotes = [quote(engine, n, _excerpt(n.text, clause)) for n in nodes[:MOST]]
    return ChecklistItem(topic=topic.label, quotes=tuple(quotes), left_out=left_out + max(0, len(nodes) - MOST))


def _head(node: Node) -> str:
    """A heading's words, or those that open an article; "" for other clauses."""
    if node.kind == NodeKind.HEADING:
        return node.text if len(node.text) <= 40 else ""
    found = _HEAD.match(node.text) if node.kind == NodeKind.CLAUSE else None
    return found[1] if found else ""


def _opens(node: Node) -> bool:
    """Whether a clause ends by opening a list: 需提供下列材料："""
    return node.text.rstrip().endswith(("：", ":"))


def _of_applicants(topic: Topic, text: str) -> bool:
    """Whether a clause speaks to applicants: not to the offices below, and for days, of handing in."""
    data = knowledge().checklist
    if re.search(data.officials, text[:25]):
        return False
    return topic.label != "期限" or bool(re.search(data.handing_in, text))


def _near(engine: Engine, document: Document, own: Sequence[Node], whole: bool) -> Iterator[Node]:
    """All nodes of a document about one matter; of one about many, what stands about the rule's own clauses."""
    if whole:
        yield from _walk(engine, document.id)
        return
    seen: set[str] = set()
    for node in own:
        for near in (node, *engine.below.get(node.id, ()), *_siblings(engine, node)):
            if near.id not in seen:
                seen.add(near.id)
                yield near


def _siblings(engine: Engine, node: Node) -> Iterable[Node]:
    """The other clauses under the heading of this one, where the heading is of this matter alone (a level below the top)."""
    parent = engine.nodes.get(node.parent_id or "")
    if parent is None or parent.parent_id is None or node.kind == NodeKind.ROW:
        return ()
    return engine.below.get(parent.id, ())


def _walk(engine: Engine, at: str) -> Iterator[Node]:
    for node in engine.below.get(at, ()):
        yield node
        yield from _walk(engine, node.id)


def _subtree(engine: Engine, node: Node) -> list[Node]:
    return list(_walk(engine, node.id))


def _excerpt(text: str, pattern: re.Pattern[str]) -> str:
    """The words of a clause, verbatim; of a long one the sentences about the topic."""
    body = text.strip()
    if len(body) <= LONGEST:
        return body
    found = pattern.search(body)
    start = 0
    if found and found.end() > LONGEST:
        start = max(body.rfind(mark, 0, found.start()) + 1 for mark in "。；\n")
    end = start + LONGEST
    stop = max(body.rfind(mark, start, end) + 1 for mark in "。；\n")
    return body[start : stop if stop > start else end].strip()


def quote(engine: Engine, node: Node, words: str) -> Quote:
    """Words of a node with their place."""
    document = engine.documents[node.document_id]
    return Quote(
        clause_id=node.id,
        document_id=document.id,
        document=document.title,
        doc_no=document.doc_no,
        path=node.path,
        source=document.source,
        quote=words,
    )
