"""Where a quote stands among the ingested clauses: the only thing calculators know of ingestion."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from itertools import accumulate
from typing import Protocol

from ingest.model import Document, Node

_BLANK = re.compile(r"\s+")


def squeeze(text: str) -> str:
    """Text without any white space: how quotes are compared with clauses."""
    return _BLANK.sub("", text)


class ClauseFinder(Protocol):
    """What `run` and `check` ask of a store."""

    def find_quote(self, quote: str, source: str, document: str = "") -> Node | None:
        """The clause that holds these words; of several, the one in the document of that title."""
        ...

    def document(self, document_id: str) -> Document | None:
        """The document with this id."""
        ...


class NodeClauses:
    """A ClauseFinder over nodes and documents in memory. Answers are remembered: one batch asks the same many times."""

    def __init__(self, nodes: Iterable[Node], documents: Iterable[Document]) -> None:
        self._documents = {d.id: d for d in documents}
        self._nodes: dict[str, list[Node]] = {}
        for node in nodes:
            if node.citable and node.document_id in self._documents:
                self._nodes.setdefault(self._documents[node.document_id].source, []).append(node)
        self._texts: dict[str, tuple[str, list[int]]] = {}
        self._found: dict[tuple[str, str, str], Node | None] = {}

    def document(self, document_id: str) -> Document | None:
        """The document with this id."""
        return self._documents.get(document_id)

    def find_quote(self, quote: str, source: str, document: str = "") -> Node | None:
        """The citable node of `source` whose text holds the words, white space aside."""
        key = (quote, source, document)
        if key not in self._found:
            self._found[key] = self._find(*key)
        return self._found[key]

    def _find(self, quote: str, source: str, document: str) -> Node | None:
        if source not in self._texts:
            pieces = [squeeze(n.text) for n in self._nodes.get(source, [])]
            # a line feed between nodes: no squeezed quote can match across it
            self._texts[source] = "\n".join(pieces), [0, *accumulate(len(p) + 1 for p in pieces)]
        text, starts = self._texts[source]
        words, best, best_rank, at = squeeze(quote), None, -1, -1
        while words and (at := text.find(words, at + 1)) >= 0:
            node = self._nodes[source][bisect_right(starts, at) - 1]
            rank = self._rank(node, document)
            if rank > best_rank:
                best, best_rank = node, rank
        return best

    def _rank(self, node: Node, document: str) -> int:
        """Among several places: the named document first, then rows and clauses before the table that holds them."""
        title, wanted = squeeze(self._documents[node.document_id].title), squeeze(document)
        return 2 * (bool(wanted) and (title in wanted or wanted in title)) + (node.kind != "table")
