"""One object behind every front end: the command line, the app and the evaluation all ask through `Engine`.

The clock is read nowhere in here: `as_of` is always an argument.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from index import Filters, Index, IndexDamaged, IndexStale, build_index
from ingest.model import Document, IngestError, Node
from ingest.pipeline import ingest
from ingest.regions import reach
from ingest.store import Store
from ingest.workspace import Workspace
from qa import documents
from qa.calculators.clauses import NodeClauses
from qa.evidence import comparable, pairs_of
from qa.model import Answer, ClauseRef, Retrieved, Turn
from qa.sentences import sentences

Progress = Callable[[str, int, int], None]  # what, done, total


WARM = 5_000  # clauses


@dataclass(frozen=True, slots=True)
class ClauseView:
    """A clause with what stands around it in its document."""

    clause: ClauseRef
    kind: str
    number: str
    columns: tuple[str, ...]
    cells: tuple[str, ...]
    before: ClauseRef | None
    after: ClauseRef | None
    children: tuple[ClauseRef, ...]


class Engine:
    """A store and its index, opened once and asked many times. Safe to share between threads for reading."""

    def __init__(self, workspace: Workspace, store: Store, index: Index) -> None:
        self.workspace = workspace
        self.store = store
        self.index = index
        self.documents: dict[str, Document] = {d.id: d for d in store.documents()}
        self.nodes: dict[str, Node] = {}  # what can be retrieved and cited
        self.below: dict[str, list[Node]] = {}  # citable nodes under a node, or right under a document
        self.margins: dict[str, list[Node]] = {}  # a document's title, number, signature …
        for node in store.nodes():
            if node.citable:
                self.nodes[node.id] = node
                self.below.setdefault(node.parent_id or node.document_id, []).append(node)
            else:
                self.margins.setdefault(node.document_id, []).append(node)
        self.titles = "\n".join(comparable(d.title) for d in self.documents.values())
        self.regions = frozenset(
            self.documents[i].region for i in {n.document_id for n in self.nodes.values()}
        )  # of documents that have clauses
        self.clauses = NodeClauses(self.nodes.values(), self.documents.values())

    @classmethod
    def open(cls, workspace: Workspace, *, reranker: str | None = None, progress: Progress | None = None) -> Engine:
        """Open the workspace; an empty one is filled from the bundled corpus first, a stale index rebuilt.

        `reranker`: see `Index.open`.
        """
        store = Store.open(workspace.store_path)
        if not store.sources():
            fill(store, progress)
        try:
            index = Index.open(workspace.index_path, store, reranker=reranker)
        except (IndexStale, IndexDamaged):  # an index is only what the store says, said another way
            build_index(store, workspace.index_path, progress=progress)
            index = Index.open(workspace.index_path, store, reranker=reranker)
        return cls(workspace, store, index)

    @cached_property
    def cores(self) -> tuple[str, ...]:
        """What people call the documents; only questions need it."""
        return tuple(dict.fromkeys(documents.core(d.title) for d in self.documents.values()))

    def warm(self) -> None:
        """Do now what the first questions would have to do: read the rules, compare and embed the sentences.

        Under a second for the bundled corpus; of a corpus of more than `WARM` clauses the sentences are left to the
        questions that meet them.
        """
        from qa import linking  # searching need not pay for the calculators

        linking.warm()
        if len(self.nodes) > WARM:
            return
        said = [s.text for node in self.nodes.values() for s in sentences(node.text)]
        for text in said:
            pairs_of(comparable(text))
        for node in self.nodes.values():
            comparable(node.text)
        self.index.remember(said)

    # -- looking things up -------------------------------------------------------------------------------------

    def ref(self, clause_id: str, as_of: date) -> ClauseRef:
        node = self.nodes[clause_id]
        ref: ClauseRef = ClauseRef.of(node, self.documents[node.document_id], as_of)
        return ref

    def clause(self, clause_id: str, as_of: date) -> ClauseView:
        """The clause with its neighbours and what stands below it. Raises IngestError when there is none."""
        node = self.store.node(clause_id)
        if node is None:
            raise IngestError(f"没有这个条款：{clause_id}。请用 zhengce search 查到条款号后再试。")

        def ref(other: Node | None) -> ClauseRef | None:
            return None if other is None else ClauseRef.of(other, self.documents[other.document_id], as_of)

        before, after = self.store.neighbours(clause_id)
        shown = ref(node)
        assert shown is not None
        children = tuple(c for c in (ref(n) for n in self.store.children(clause_id)) if c is not None)
        return ClauseView(
            shown, node.kind.value, node.number, node.columns, node.cells, ref(before), ref(after), children
        )

    def search(
        self,
        query: str,
        *,
        as_of: date,
        k: int = 10,
        region: str | None = None,
        doc_no: str | None = None,
        document_ids: frozenset[str] = frozenset(),
    ) -> list[Retrieved]:
        """The `k` best clauses for words, a document number, a title or a pasted passage."""
        regions = reach([region]) if region else frozenset()
        hits = self.index.search(query, k, Filters(regions=regions, doc_no=doc_no, document_ids=document_ids))
        return [
            Retrieved.of(
                self.nodes[h.clause_id], self.documents[self.nodes[h.clause_id].document_id], as_of, score=h.score
            )
            for h in hits
        ]

    # -- answering ---------------------------------------------------------------------------------------------

    def ask(
        self,
        question: str,
        *,
        as_of: date,
        region: str | None = None,
        history: Sequence[Turn] = (),
        id: str | None = None,
        explain: bool = False,
    ) -> Answer:
        """Answer in Chinese with cited clauses; abstains where the corpus does not settle the question."""
        from qa.answering import answer

        started = time.perf_counter()
        question = question.encode("utf-8", "replace").decode("utf-8")  # lone surrogates cannot be written as JSON
        made = answer(self, question, as_of=as_of, region=region, history=history, explain=explain)
        return made.model_copy(update={"id": id, "latency_ms": round((time.perf_counter() - started) * 1000, 3)})


def fill(store: Store, progress: Progress | None = None) -> None:
    """Read the bundled corpus into an empty store. Raises IngestError when a file of it cannot be read."""
    report = ingest([], store, progress=files_progress(progress))
    if report.failed:
        raise IngestError(report.failed[0].message)


def files_progress(progress: Progress | None) -> Callable[[int, int, str], None] | None:
    """Ingestion's own way of reporting (done, total, file) in the words of a progress bar."""
    if progress is None:
        return None
    return lambda done, total, _name: progress("读取文件", done, total)
