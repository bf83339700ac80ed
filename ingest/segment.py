"""A decoded source → its documents, clauses, facts and links: the public face of segmentation."""

from __future__ import annotations

from ingest import clauses, documents, facts, links, metadata
from ingest.blocks import read_blocks
from ingest.catalog import Catalog
from ingest.model import Document, Node, Parsed, Source


def parse(source: Source, catalog: Catalog | None = None) -> Parsed:
    """Split a source into documents and their nodes. Every non-blank character goes to exactly one non-table node.

    `catalog` holds corrections made by hand. Never fails on odd text: what is not understood stays a plain clause.
    """
    drafts = documents.split(read_blocks(source))
    ids: set[str] = set()
    found: list[Document] = []
    nodes: list[Node] = []
    known: dict[int, Document] = {}
    for draft in drafts:
        main = known.get(id(draft.main)) if draft.main is not None else None
        document = metadata.describe(source, draft, main, ids)
        own = clauses.build(source, draft, document.id)
        document = metadata.complete(document, own, main, source)
        known[id(draft)] = document
        found.append(document)
        nodes += own
    if catalog is not None:
        found = catalog.apply(found)
    found = metadata.settle(found)
    return Parsed(source, tuple(found), tuple(nodes), facts=facts.find(nodes), links=links.find(found, nodes))
