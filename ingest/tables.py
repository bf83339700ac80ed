"""Tables read back from text: one cell a line (tab first), cells parted by tabs, Markdown pipes, or as the format declares.

Where rows and columns cannot be told with certainty the lines stay lines: no column is ever invented.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ingest.model import TableSpan

Span = tuple[int, int]
_SHORT_LABEL = 25
_VALUE = re.compile(r"[。；;]|\d")
_ORDINAL = re.compile(r"^\d$|^\.+$")
_SECTION = re.compile(r"^[（(]?[一二三四五六七八九十]+[、）)]|^\[")
_RULE = re.compile(r"^[\s|:\-+]+$")


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its extent, its cells with their extents, its column heads, and what it is filed under.

    `group`: the section row above it (二、专业化（50分）) and, where a first cell spans rows, that cell's words.
    """

    start: int
    end: int
    cells: tuple[str, ...]
    columns: tuple[str, ...] = ()
    group: tuple[str, ...] = ()
    head: bool = False  # the row that names the columns, or a section row


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its extent, its rows, the heads of its columns; `form` where it is a blank form to be filled in."""

    start: int
    end: int
    rows: tuple[Row, ...]
    columns: tuple[str, ...]
    form: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the source with its extent, the white space around it left out; `raw` is the line as it stands."""

    start: int
    end: int
    raw: str

    @property
    def blank(self) -> bool:
        """Whether the line holds nothing but white space."""
        return self.start == self.end

    @property
    def cell(self) -> bool:
        """Whether the line is a cell of a table flattened to one cell a line (an empty one too)."""
        return self.raw.startswith("\t") and "\t" not in self.raw.strip()


def split_lines(text: str) -> list[Line]:
    """All lines, blank ones too; the form feed of a page break ends a line."""
    lines = []
    at = 0
    for raw in text.splitlines(keepends=True):
        body = raw.rstrip("\r\n\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029")
        left = len(body) - len(body.lstrip())
        stripped = body.strip()
        lines.append(Line(at + left, at + left + len(stripped), body))
        at += len(raw)
    return lines


def find_tables(text: str, lines: list[Line], declared: tuple[TableSpan, ...] = ()) -> list[Table]:
    """The tables of a source, in order, none overlapping another."""
    if declared:
        out: list[Table] = []
        for span in sorted(declared, key=lambda t: (t.start, -t.end)):
            inside = bool(out) and span.start < out[-1].end  # a table within a cell is part of that cell
            if (
                not inside
                and (built := _build(text, [list(row) for row in span.rows], loose=True))
                and _whole(text, span, built)
            ):
                out.append(built)
        return out
    tables: list[Table] = []
    i = 0
    while i < len(lines):
        line = lines[i]
        if line.cell:
            i, found = _flattened(text, lines, i)
        elif not line.blank and line.raw.count("\t") >= 2:
            i, found = _tabbed(text, lines, i)
        elif line.raw.lstrip().startswith("|") and line.raw.count("|") >= 2:
            i, found = _piped(text, lines, i)
        else:
            i += 1
            continue
        if found is not None:
            tables.append(found)
    return tables


def _flattened(text: str, lines: list[Line], i: int) -> tuple[int, Table | None]:
    """Rows of cells, one a line, rows parted by blank lines. A cell's later lines have no tab."""
    rows: list[list[Span]] = []
    row: list[Span] = []
    while i < len(lines):
        line = lines[i]
        if line.cell:
            row.append((line.start, line.end))
        elif line.blank:
            following = next((n for n in range(i, len(lines)) if not lines[n].blank or lines[n].cell), None)
            if row:
                rows.append(row)
                row = []
            if following is None or not lines[following].cell:
                break
            i = following
            continue
        elif row and i + 1 < len(lines) and _continues(lines, i):
            row[-1] = (row[-1][0] if row[-1][0] < row[-1][1] else line.start, line.end)
        else:
            break
        i += 1
    if row:
        rows.append(row)
    return i, _build(text, rows)


def _continues(lines: list[Line], i: int) -> bool:
    """Whether a line without a tab inside a table belongs to the cell before: more of the table follows at once."""
    after = lines[i + 1]
    if after.cell:
        return True
    beyond = lines[i + 2] if i + 2 < len(lines) else None
    return after.blank and not after.cell and beyond is not None and beyond.cell


def _tabbed(text: str, lines: list[Line], i: int) -> tuple[int, Table | None]:
    rows: list[list[Span]] = []
    while i < len(lines) and not lines[i].blank and not lines[i].cell and lines[i].raw.count("\t") >= 2:
        line = lines[i]
        base = line.start - (len(line.raw) - len(line.raw.lstrip()))
        rows.append(_cells(text, base, line.raw.rstrip(" \r\n"), "\t"))
        i += 1
    return i, _build(text, rows, loose=True)


def _piped(text: str, lines: list[Line], i: int) -> tuple[int, Table | None]:
    rows: list[list[Span]] = []
    begin = lines[i].start
    end = begin
    while i < len(lines) and lines[i].raw.lstrip().startswith("|"):
        line = lines[i]
        end = line.end
        if not _RULE.match(line.raw):
            body = text[line.start + 1 : line.end].removesuffix("|")
            rows.append(_cells(text, line.start + 1, body, "|"))
        i += 1
    table = _build(text, rows)
    if table is not None:
        # the bars and the rule under the head belong to the rows too: each row reaches to the next
        starts = [begin, *(row.start for row in table.rows[1:]), end]
        stretched = []
        for row, start, until in zip(table.rows, starts, starts[1:], strict=False):
            start = start if start == begin else text.rindex("|", 0, start + 1) if "|" in text[begin:start] else start
            stretched.append((row, start, until))
        fixed = []
        for n, (row, start, until) in enumerate(stretched):
            stop = stretched[n + 1][1] if n + 1 < len(stretched) else until
            body = text[start:stop]
            fixed.append(_move(row, start, start + len(body.rstrip())))
        table = Table(begin, end, tuple(fixed), table.columns, table.form)
    return i, table


def _move(row: Row, start: int, end: int) -> Row:
    return Row(start, end, row.cells, row.columns, row.group, row.head)


def _cells(text: str, base: int, body: str, mark: str) -> list[Span]:
    spans = []
    at = base
    for cell in body.split(mark):
        stripped = cell.strip()
        left = at + (len(cell) - len(cell.lstrip())) if stripped else at
        spans.append((left, left + len(stripped)))
        at += len(cell) + 1
    return spans


def _whole(text: str, span: TableSpan, table: Table) -> bool:
    """Whether the rows, in order, hold all that stands in the declared extent."""
    at = span.start
    for row in table.rows:
        if row.start < at or text[at : row.start].strip():
            return False
        at = row.end
    return not text[at : span.end].strip()


def _trim(text: str, start: int, end: int) -> Span:
    body = text[start:end]
    return start + len(body) - len(body.lstrip()), start + len(body.rstrip())


def _build(text: str, spans: list[list[Span]], loose: bool = False) -> Table | None:
    """Rows with their heads. None where nothing is written in the table."""
    full = [[_trim(text, *cell) for cell in row] for row in spans]
    full = [row for row in full if any(start < end for start, end in row)]
    if not full or max(map(len, full)) < 2:
        return None  # one cell a row: a paragraph that begins with a tab
    words = [tuple(_one_line(text[start:end]) for start, end in row) for row in full]
    columns: tuple[str, ...] = ()
    section: tuple[str, ...] = ()
    first = ""
    rows: list[Row] = []
    expect_head = True
    for cells, row in zip(words, full, strict=True):
        held = [(start, end) for start, end in row if start < end]
        start, end = min(s for s, _ in held), max(e for _, e in held)
        group: tuple[str, ...] = section
        heads: tuple[str, ...]
        if len(held) == 1 and _is_section(cells, columns, len(words)):
            section, expect_head, head = (cells[0],), True, True
            group, heads = (), ()
        elif expect_head and len(held) > 1 and _is_head(cells):
            columns, expect_head, head, heads = cells, False, True, ()
            first = ""
        else:
            head, expect_head = False, False
            heads = columns if len(columns) == len(cells) else ()
            if cells[0]:
                first = cells[0]
            elif first:
                group = (*section, first)
        rows.append(Row(start, end, cells, heads, group, head))
    return Table(
        rows[0].start,
        rows[-1].end,
        tuple(rows),
        next((r.cells for r in rows if r.head and len(r.cells) > 1), ()),
        _is_form(rows, loose),
    )


def _is_section(cells: tuple[str, ...], columns: tuple[str, ...], rows: int) -> bool:
    """Whether the row's only cell names the rows below it: 二、专业化（50分）."""
    first = cells[0]
    if not first or len(first) > 40 or rows <= 2 or first.isdigit() or _ORDINAL.match(first):
        return False
    return len(cells) <= 2 or len(cells) != len(columns) or bool(_SECTION.match(first))


def _one_line(cell: str) -> str:
    return re.sub(r"\s*\n\s*", "", cell) if "\n" in cell else cell


def _is_head(cells: tuple[str, ...]) -> bool:
    filled = [cell for cell in cells if cell]
    return len(filled) > 1 and all(len(c) <= _SHORT_LABEL and not _VALUE.search(c) for c in filled)


def _is_form(rows: list[Row], loose: bool) -> bool:
    """A blank form: labels with nothing beside them."""
    if not any(len(row.cells) > 1 for row in rows):
        return False
    if loose:
        body = [cell for row in rows if not row.head for cell in row.cells[1:]]
        return sum(map(bool, body)) <= 0.6 * len(body) and not any(re.search(r"\d{2}", cell) for cell in body)
    for row in rows:
        if row.head and loose is False and row is rows[0] and all(row.cells):
            continue
        for cell, beside in zip(row.cells[1:], [*row.cells[2:], "?"], strict=False):
            if cell and beside and not row.head and not _ORDINAL.match(cell) and cell[-1] not in "）)":
                return False
    return True
