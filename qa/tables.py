"""Tables asked by row and column: one cell, or the largest, smallest or total of a column."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from ingest.model import Document, Node, NodeKind
from qa.compose import Draft
from qa.evidence import Evidence, comparable
from qa.model import titled
from qa.question import Question
from qa.sentences import tidy

_MOST = re.compile(r"最(多|大|高)|第一")
_LEAST = re.compile(r"最(少|小|低)")
_TOTAL = re.compile(r"合计|总(共|计|数)|一共")


@dataclass(frozen=True, slots=True)
class Finding:
    """What a table says: the column asked, and the rows that answer (several where they tie)."""

    table: Node
    document: Document
    head: Node | None  # the row of column heads
    column: str
    place: int
    rows: tuple[Node, ...]
    superlative: str = ""  # 最多, 最少, or "" for a plain look-up


def look_up(
    question: Question,
    evidence: Sequence[Evidence],
    documents: Mapping[str, Document],
    below: Mapping[str, Sequence[Node]],
    nodes: Mapping[str, Node],
) -> Finding | None:
    """The cell or cells that a question asks for by the names of a row and a column, or None."""
    asked = comparable(question.text)
    seen: dict[str, None] = {}
    for e in evidence:
        if e.node.kind is NodeKind.TABLE:
            seen.setdefault(e.node.id)
        elif e.node.kind is NodeKind.ROW and e.node.parent_id in nodes:
            seen.setdefault(str(e.node.parent_id))
    for table_id in list(seen)[:4]:
        table = nodes[table_id]
        rows = [n for n in below.get(table_id, ()) if n.kind is NodeKind.ROW]
        found = _in_table(asked, table, documents[table.document_id], rows)
        if found is not None:
            return found
    return None


def _in_table(asked: str, table: Node, document: Document, rows: Sequence[Node]) -> Finding | None:
    columns = table.columns or next((r.columns for r in rows if r.columns), ())
    named = [
        (len(comparable(c)), i)
        for i, c in enumerate(columns)
        if i and len(comparable(c)) > 1 and comparable(c) in asked
    ]
    if not named:
        return None
    place = max(named)[1]
    filled = [r for r in rows if len(r.cells) > place and number(r.cells[place]) is not None]
    head = next((r for r in rows if tuple(map(comparable, r.cells)) == tuple(map(comparable, columns))), None)
    plain = [r for r in filled if not _TOTAL.search(r.cells[0])]
    if (most := _MOST.search(asked)) or (least := _LEAST.search(asked)):
        pick = max if most else min
        if len(plain) < 2:
            return None
        best = pick(number(r.cells[place]) or Decimal(0) for r in plain)
        ties = tuple(r for r in plain if number(r.cells[place]) == best)
        word = (most or least).group()  # type: ignore[union-attr]
        return Finding(table, document, head, columns[place], place, ties, word)
    wanted = [
        r for r in filled if r.cells and len(comparable(r.cells[0])) > 1 and _row_named(comparable(r.cells[0]), asked)
    ]
    return Finding(table, document, head, columns[place], place, tuple(wanted)) if wanted else None


def _row_named(name: str, asked: str) -> bool:
    return name in asked or (len(name) > 2 and name[-1] in "市县区省" and name[:-1] in asked)


def number(cell: str) -> Decimal | None:
    """The number that a cell holds, or None."""
    try:
        return Decimal(re.sub(r"[,，\s]", "", comparable(cell)))
    except InvalidOperation:
        return None


def write(finding: Finding) -> Draft:
    """The cells with their row and column names."""
    draft = Draft()
    names = "、".join(tidy(r.cells[0]) for r in finding.rows)
    if finding.superlative:
        tie = "并列" if len(finding.rows) > 1 else ""
        said = f"{finding.column}{finding.superlative}的是{names}，{tie}{tidy(finding.rows[0].cells[finding.place])}"
    else:
        said = "；".join(f"{tidy(r.cells[0])}{finding.column}：{tidy(r.cells[finding.place])}" for r in finding.rows)
    marks = "".join(draft.mark(r, finding.document, r.text) for r in finding.rows[:4])
    if finding.head is not None:
        marks += draft.mark(finding.head, finding.document, finding.head.text)
    draft.pieces.append(f"{said}（{titled(finding.document.title)}）。{marks}")
    return draft
