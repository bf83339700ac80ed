"""Blocks of a formatted page → the plain text of a `Source`, with the spans of its tables."""

from __future__ import annotations

from collections.abc import Sequence

from ingest.model import IngestError, TableSpan

Rows = Sequence[Sequence[str]]  # the cells of a table, row by row; what a merged cell covers is empty


class Writer:
    """Collects paragraphs and tables. A paragraph is a line; a table row is a line, its cells parted by tabs."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._tables: list[TableSpan] = []
        self.length = 0

    def paragraph(self, text: str) -> None:
        """Add a paragraph (line breaks in it are kept); a blank one separates."""
        self._write(text.rstrip() + "\n")

    def reopen(self) -> None:
        """Let the next paragraph go on right behind the last one, such as its rest on the next page."""
        if self._parts and self._parts[-1].endswith("\n"):
            self._parts[-1] = self._parts[-1][:-1]
            self.length -= 1

    def table(self, rows: Rows) -> list[int]:
        """Add a table, and say where its rows begin. Rows without any text are dropped, the others made equally long."""
        rows = [[one_line(cell) for cell in row] for row in rows if any(cell.strip() for cell in row)]
        if not rows:
            return []
        width = max(map(len, rows))
        begin, spans = self.length, []
        for row in rows:
            cells = []
            for position in range(width):
                text = row[position] if position < len(row) else ""
                cells.append((self.length, self.length + len(text)))
                self._write(text + ("\t" if position < width - 1 else "\n"))
            spans.append(tuple(cells))
        self._tables.append(TableSpan(begin, self.length - 1, tuple(spans)))
        return [cells[0][0] for cells in spans]

    def _write(self, text: str) -> None:
        self._parts.append(text)
        self.length += len(text)

    @property
    def text(self) -> str:
        return "".join(self._parts)

    @property
    def tables(self) -> tuple[TableSpan, ...]:
        return tuple(self._tables)


def one_line(text: str) -> str:
    """Lines of a cell as one: broken Chinese is joined, words and figures are kept apart."""
    joined = ""
    for line in filter(None, (" ".join(line.split()) for line in text.splitlines())):
        joined = join(joined, line)
    return joined


def join(before: str, after: str) -> str:
    """Two pieces of a broken line: a space between letters or figures of the two, none where Chinese is touched."""
    if before and after and _is_word(before[-1]) and _is_word(after[0]):
        return f"{before} {after}"
    return before + after


def _is_word(char: str) -> bool:
    return char.isascii() and char.isalnum()


def grid(cells: Sequence[Sequence[tuple[str, int, int]]], *, widest: int = 200, most: int = 200_000) -> list[list[str]]:
    """Rows of (text, column span, row span) → rows of texts, each text at the first place of its merged cell.

    A span reaches no farther than `widest`; more than `most` cells are refused: files may claim anything.
    """
    filled: dict[tuple[int, int], str] = {}
    for y, row in enumerate(cells):
        x = 0
        for text, across, down in row:
            while (y, x) in filled:
                x += 1
            for below in range(min(max(down, 1), len(cells) - y)):
                for beside in range(min(max(across, 1), widest)):
                    filled.setdefault((y + below, x + beside), text if below == beside == 0 else "")
                if len(filled) > most:
                    raise IngestError(f"有一张表格超过 {most} 格，不能读取：请把表格拆分或另存后再导入")
            x += min(max(across, 1), widest)
    width = max((x for _, x in filled), default=-1) + 1
    if width * len(cells) > most:
        raise IngestError(f"有一张表格超过 {most} 格，不能读取：请把表格拆分或另存后再导入")
    return [[filled.get((y, x), "") for x in range(width)] for y in range(len(cells))]
