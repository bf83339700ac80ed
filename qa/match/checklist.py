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

MOST = 6  # quotes of one topic
LONGEST = 260  # characters of one quote; the rest is behind the link to the clause


def checklist(engine: Engine, rule: Rule, own: Sequence[Node]) -> tuple[ChecklistItem, ...]:
    """The topics of fields.yaml for a rule whose clauses are `own`; a topic the document is silent about has no quotes."""
    if not own:
        return tuple(ChecklistItem(topic=t.label) for t in knowledge().checklist.topics)
    document = engine.documents[own[0].document_id]
    whole = _rules_of(rule.document) <= knowledge().checklist.focused
    family = [document, *_attachments(engine, document)] if whole else [document]
    return tuple(_item(engine, topic, family, own, whole) for topic in knowledge().checklist.topics)


@cache
def _rules_of(document: str) -> int:
    return sum(r.document == document for r in all_rules())


def _attachments(engine: Engine, document: Document) -> list[Document]:
    main = document.main_id if document.relation == "附件" and document.main_id else document.id
    alike = [d for d in engine.documents.values() if d.relation == "附件" and d.main_id == main]
    return [d for d in [engine.documents.get(main), *alike] if d is not None and d.id != document.id]


def _item(engine: Engine, topic: Topic, family: Sequence[Document], own: Sequence[Node], whole: bool) -> ChecklistItem:
    heading, clause = re.compile(topic.heading), re.compile(topic.clause)
    found: dict[str, Node] = {}
    for document in family if whole else family[:1]:
        for node in _near(engine, document, own, whole):
            if node.kind == NodeKind.HEADING and heading.search(node.text) and len(node.text) <= 40:
                found |= {n.id: n for n in _subtree(engine, node)}
            elif node.kind != NodeKind.HEADING and clause.search(node.text):
                found.setdefault(node.id, node)
    nodes = [n for n in found.values() if n.kind != NodeKind.HEADING]
    quotes = [quote(engine, n, _excerpt(n.text, clause)) for n in nodes[:MOST]]
    return ChecklistItem(topic=topic.label, quotes=tuple(quotes), left_out=max(0, len(nodes) - MOST))


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
