"""PDF through pdfplumber: lines in reading order, paragraphs joined, tables as tables, page furniture set aside.

What cannot be read as text is refused by page: characters without a code table, scans where no OCR is installed.
"""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from io import BytesIO
from itertools import product
from statistics import median
from typing import Any

from ingest import sandbox
from ingest.model import IngestError, Source
from ingest.readers import ocr
from ingest.readers.layout import Writer, join, one_line
from ingest.readers.lines import (
    Glyph,
    Line,
    continues,
    joined,
    lines_of,
    pitch_of,
    reading_order,
    style_of,
    unbreakable,
)

MOST_PAGES = 2000
_SECONDS_A_PAGE = 2.0
_SECONDS_A_SCAN = 60.0
_TINY = 2.5  # points; nobody reads smaller type
_MOST_EDGES = 20_000  # drawings, not tables
_CID = re.compile(r"\(cid:\d+\)")
_PAGE_NUMBER = re.compile(  # — 3 —, 第3页, 3/12, 第3页 共12页
    r"[-—–―·]+\s*\d{1,4}\s*[-—–―·]+|第\s*\d{1,4}\s*页(?:[/，,\s]*共\s*\d{1,4}\s*页)?|\d{1,4}\s*/\s*\d{1,4}"
)
_NEVER_FURNITURE = re.compile(r"附\s*件|第.{1,4}[条章节]|[（(]?[一二三四五六七八九十]+[）)、]")


@dataclass(slots=True)
class Table:
    """A ruled table on a page; cells row by row. `room`: for each cell of the last row, how much of its last line is
    free, in ems; nothing where the cell is empty."""

    rows: list[list[str]]
    room: list[float]
    x0: float
    x1: float
    top: float
    bottom: float


@dataclass(slots=True)
class Page:
    """What one page holds, in reading order."""

    number: int  # from 1
    width: float = 0.0
    height: float = 0.0
    blocks: list[Line | Table] = field(default_factory=list)
    hidden: str = ""
    rotated: str = ""
    uncoded: int = 0  # characters without a code
    coded: int = 0
    pictures: bool = False
    scanned: bool = False


def read(name: str, data: bytes) -> Source:
    """Read a PDF file."""
    import pdfplumber
    from pdfminer.pdfdocument import PDFEncryptionError, PDFPasswordIncorrect
    from pdfminer.psexceptions import PSException
    from pdfplumber.utils.exceptions import PdfminerException

    from ingest.readers import digest

    if b"%%EOF" not in data[-2048:] and b"startxref" not in data[-2048:]:
        raise IngestError(f"{name}：PDF 不完整（缺少结尾），可能下载中断：请重新下载后再导入")
    try:
        with pdfplumber.open(BytesIO(data)) as pdf:
            if not pdf.pages:
                raise IngestError(f"{name}：PDF 里没有页面，可能已损坏：请重新下载后再导入")
            if len(pdf.pages) > MOST_PAGES:
                raise IngestError(f"{name}：共 {len(pdf.pages)} 页，超过上限 {MOST_PAGES} 页：请拆分后再导入")
            sandbox.ask_for_time(sandbox.SECONDS + _SECONDS_A_PAGE * len(pdf.pages))
            with _losses() as losses:
                pages = []
                for number, page in enumerate(pdf.pages, start=1):
                    pages.append(_read_page(name, number, page))
                    if losses:
                        raise IngestError(
                            f"{name}：第 {number} 页的内容缺失，文件已损坏：请重新下载，或用阅读器打印为新的 PDF 后再导入"
                        )
            warnings = _recognise(name, pdf, pages)
    except (PdfminerException, PSException) as error:
        cause = error.args[0] if error.args and isinstance(error.args[0], Exception) else error
        if isinstance(cause, (PDFPasswordIncorrect, PDFEncryptionError)):
            raise IngestError(f"{name}：PDF 已加密：请用密码打开，另存为不加密的文件后再导入") from error
        raise IngestError(f"{name}：PDF 已损坏，不能解析：请重新下载，或用阅读器打印为新的 PDF 后再导入") from error
    furniture = _set_furniture_aside(pages)
    text = _Assembler(pages)
    if hidden := [page for page in pages if page.hidden]:
        warnings.append(f"有隐藏文字（白色或极小），未收入：{_by_page((page.number, page.hidden) for page in hidden)}")
    if rotated := [page for page in pages if page.rotated]:
        warnings.append(f"有斜排文字（水印等），未收入：{_by_page((page.number, page.rotated) for page in rotated)}")
    if furniture:
        warnings.append(f"页眉页脚已略去：“{_excerpt('；'.join(furniture))}”")
    if not text.writer.text.strip():
        raise IngestError(f"{name}：PDF 里没有文字：请检查文件是否完整")
    return Source(
        name,
        digest(data),
        "pdf",
        text.writer.text,
        pages=tuple(text.offsets),
        tables=text.writer.tables,
        warnings=tuple(warnings),
    )


@contextmanager
def _losses() -> Iterator[list[str]]:
    """What pdfminer only logs: contents that a page names and the file does not hold whole."""
    found: list[str] = []

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            message = record.getMessage()
            if "Execute called on non-indirect object" in message or "Data-loss" in message:
                found.append(message)

    logger, listener = logging.getLogger("pdfminer"), Listener()
    logger.addHandler(listener)
    try:
        yield found
    finally:
        logger.removeHandler(listener)


def _read_page(name: str, number: int, page: Any) -> Page:
    try:
        result = Page(number, float(page.width), float(page.height), pictures=bool(page.images))
        fills = [area for area in (*page.rects, *page.curves) if area.get("fill")]
        shown: list[dict[str, Any]] = []
        hidden, rotated = [], []
        for char in page.dedupe_chars(tolerance=1).chars:
            if _CID.fullmatch(char["text"]):
                result.uncoded += 1
                shown.append({**char, "text": "\ufffd"})
            elif not char["upright"] or abs(char["matrix"][1]) > 0.1 * abs(char["matrix"][0]):
                rotated.append(char["text"])
            elif _is_hidden(char, page, fills):
                hidden.append(char["text"])
            else:
                shown.append(char)
        result.coded = sum(not char["text"].isspace() for char in shown) - result.uncoded
        result.hidden, result.rotated = "".join(hidden).strip(), "".join(rotated).strip()
        tables = _tables(page, shown)
        free = [
            _glyph(char)
            for char in shown
            if not any(
                t.x0 <= (char["x0"] + char["x1"]) / 2 <= t.x1 and t.top <= _middle(char) <= t.bottom for t in tables
            )
        ]
        result.blocks = _merge(reading_order(free, float(page.width)), tables)
        page.close()
        return result
    except IngestError:
        raise
    except (KeyError, ValueError, TypeError, IndexError, AttributeError, ZeroDivisionError, AssertionError) as error:
        raise IngestError(f"{name}：第 {number} 页已损坏，不能解析：请用阅读器打印为新的 PDF 后再导入") from error


def _glyph(char: dict[str, Any]) -> Glyph:
    return Glyph(char["text"], char["x0"], char["x1"], char["top"], char["bottom"], float(char["size"]) or 1.0)


def _middle(char: dict[str, Any]) -> float:
    return float(char["top"] + char["bottom"]) / 2


def _is_hidden(char: dict[str, Any], page: Any, fills: Sequence[dict[str, Any]]) -> bool:
    """White on white, too small to read, or beside the page. Blanks are neither hidden nor shown."""
    if char["text"].isspace():
        return False
    x, y = (char["x0"] + char["x1"]) / 2, _middle(char)
    left, top, right, bottom = page.bbox
    if char["size"] < _TINY or not (left <= x <= right and top <= y <= bottom):
        return True
    if not _is_white(char.get("non_stroking_color")):
        return False
    coloured = [area for area in fills if not _is_white(area.get("non_stroking_color"))]
    return not any(
        area["x0"] <= x <= area["x1"] and area["top"] <= y <= area["bottom"] for area in (*coloured, *page.images)
    )


def _is_white(colour: Any) -> bool:
    values = colour if isinstance(colour, (tuple, list)) else (colour,)
    if not values or not all(isinstance(value, (int, float)) for value in values):
        return False
    return all(value <= 0.05 for value in values) if len(values) == 4 else all(value >= 0.95 for value in values)


def _tables(page: Any, chars: Sequence[dict[str, Any]]) -> list[Table]:
    """Ruled tables of at least two rows and two columns; a frame around text is no table."""
    if not 4 <= len(page.edges) <= _MOST_EDGES:
        return []
    tables: list[Table] = []
    for found in page.find_tables():
        x0, top, x1, bottom = found.bbox
        inside = [_glyph(c) for c in chars if x0 <= (c["x0"] + c["x1"]) / 2 <= x1 and top <= _middle(c) <= bottom]
        rows: list[list[str]] = []
        room: list[float] = []
        for row in found.rows:
            cells: list[str] = []
            room = []
            for cell in row.cells:
                if cell is None:  # covered by a merged cell
                    cells.append("")
                    room.append(0.0)
                    continue
                a, b, c, d = cell
                lines = lines_of(glyph for glyph in inside if a <= glyph.centre <= c and b <= glyph.middle <= d)
                cells.append(one_line("\n".join(line.text for line in lines)))
                room.append((c - lines[-1].x1) / lines[-1].size if lines else 0.0)
            rows.append(cells)
        if len(rows) >= 2 and max(map(len, rows)) >= 2 and sum(bool(cell) for row in rows for cell in row) >= 2:
            tables.append(Table(rows, room, x0, x1, top, bottom))
    return tables


def _merge(lines: list[Line], tables: list[Table]) -> list[Line | Table]:
    """Tables put between the lines: before the first line below them that shares their column."""
    blocks: list[Line | Table] = list(lines)
    for table in sorted(tables, key=lambda table: table.top):
        place = len(blocks)
        for index, block in enumerate(blocks):
            if block.top >= table.top and block.x0 < table.x1 and block.x1 > table.x0:
                place = index
                break
        blocks.insert(place, table)
    return blocks


def _recognise(name: str, pdf: Any, pages: list[Page]) -> list[str]:
    """Read scanned pages, and pages without a code table, by OCR; or say what is missing."""
    uncoded = [page for page in pages if page.uncoded > max(4, 0.02 * page.coded)]
    scans = [page for page in pages if page.pictures and not page.coded and page not in uncoded]
    warnings = []
    if odd := [page for page in pages if page.uncoded and page not in uncoded]:
        warnings.append(f"有没有编码的字符，以“\ufffd”代替（{_numbers(odd)}）：请对照原件")
    if not uncoded and not scans:
        return warnings
    if (missing := ocr.missing()) is not None:
        if uncoded:
            raise IngestError(
                f"{name}：{_numbers(uncoded)}的文字没有编码表（cid），不能读取：请重新导出 PDF，或{missing}后再导入"
            )
        if len(scans) == len(pages) or not any(page.coded for page in pages):
            raise IngestError(f"{name}：是扫描件，没有文字：请{missing}后再导入")
        return [*warnings, f"{_numbers(scans)}只有图片，未读取：如有文字，请{missing}后再导入"]
    for page in (wanted := uncoded + scans):
        sandbox.ask_for_time(sandbox.SECONDS + _SECONDS_A_SCAN)
        source = pdf.pages[page.number - 1]
        glyphs = ocr.words(source, name)
        page.blocks = list(reading_order(glyphs, float(source.width)))
        page.scanned = True
        source.close()
    return [*warnings, f"{_numbers(wanted)}由 OCR 识别：数字和名称请核对原件"]


def _numbers(pages: Sequence[Page]) -> str:
    shown = "、".join(str(page.number) for page in pages[:10])
    return f"第 {shown} 页" if len(pages) <= 10 else f"第 {shown} 页等 {len(pages)} 页"


def _by_page(texts: Iterator[tuple[int, str]] | Any) -> str:
    shown = [f"第 {number} 页“{_excerpt(text, 30)}”" for number, text in texts]
    return "，".join(shown[:5]) + (f" 等 {len(shown)} 页" if len(shown) > 5 else "")


def _excerpt(text: str, most: int = 60) -> str:
    text = " ".join(text.split())
    return text if len(text) <= most else text[:most] + "…"


def _set_furniture_aside(pages: list[Page]) -> list[str]:
    """Take page numbers and running heads out of the pages; the different texts that were taken, numbers as #.

    A running head is a line at the same height, among the outermost two at the edge of the page, whose text returns on
    many pages; figures in it must stay or count with the pages. 附件1, 附件2 … at page tops are no running heads.
    """
    taken: dict[str, None] = {}
    seen: Counter[tuple[str, int]] = Counter()
    edges: list[list[tuple[Line, set[tuple[str, int]]]]] = []
    for page in pages:
        lines = sorted((block for block in page.blocks if isinstance(block, Line)), key=lambda line: line.top)
        near = [line for line in lines[:2] if line.bottom < 0.13 * page.height]
        near += [line for line in lines[-2:] if line.top > 0.87 * page.height and line not in near]
        keyed = [(line, _keys(line, page)) for line in near]
        edges.append(keyed)
        seen.update({key for _, keys in keyed for key in keys})
    often = max(3, round(0.25 * len(pages)))
    for page, keyed in zip(pages, edges, strict=True):
        for line, keys in keyed:
            times = max(seen[key] for key in keys)
            # a bare figure is a page number only if it counts with the pages
            number = _PAGE_NUMBER.fullmatch(line.text) or (line.text.isdigit() and times >= 2)
            if number or (times >= often and not _NEVER_FURNITURE.match(line.text)):
                page.blocks = [block for block in page.blocks if block is not line]
                if not number:
                    taken[re.sub(r"\d+", "#", line.text)] = None
    return list(taken)


def _keys(line: Line, page: Page) -> set[tuple[str, int]]:
    """What makes running heads alike: height, and the text with each figure as it is or as distance to the page's."""
    figures = re.findall(r"\d+", line.text)[:4]
    height = round(line.top / 6)
    keys = set()
    for choice in product((False, True), repeat=len(figures)):
        if line.text.isdigit() and not any(choice):
            continue  # the same figure on every page is no page number
        relative = iter(choice)
        text = re.sub(r"\d+", lambda m: f"#{int(m[0][:9]) - page.number}" if next(relative, False) else m[0], line.text)  # noqa: B023
        keys.add(("".join(text.split()), height))
    return keys


class _Assembler:
    """Writes the pages' blocks: lines of a paragraph joined, also over pages; tables that run over pages joined."""

    def __init__(self, pages: Sequence[Page]) -> None:
        self.writer = Writer()
        self.offsets: list[int] = []
        self._paragraph: list[Line] = []
        self._table: Table | None = None
        self._breaks: list[int] = []  # rows of the open table at which a page began
        bodies = _with_edges(pages)
        self._style = style_of([_lines(page.blocks) for page in bodies])
        for page in bodies:
            self._page(page)
        self._close_table()

    def _page(self, page: Page) -> None:
        first = True
        pitch = pitch_of(_lines(page.blocks))
        last: Line | Table | None = None
        for block in page.blocks:
            if isinstance(block, Table):
                self._paragraph = []
                if first and self._table is not None and _same_table(self._table, block):
                    rows = block.rows[1:] if block.rows[0] == self._table.rows[0] else block.rows
                    rows = [row for row in rows if any(row)]
                    if rows and _row_goes_on(self._table, rows[0]):
                        self._table.rows[-1] = [
                            join(*cells) for cells in zip(self._table.rows[-1], rows.pop(0), strict=True)
                        ]
                    self._breaks.append(len(self._table.rows))
                    self._table.rows += rows
                    self._table.room = block.room
                else:
                    self._close_table()
                    if first:
                        self.offsets.append(self.writer.length)
                    self._table = replace(block, rows=[row for row in block.rows if any(row)])
            else:
                self._close_table()
                same_column = isinstance(last, Line) and last.top < block.top and last.left == block.left
                if self._paragraph and continues(self._paragraph, block, pitch if same_column else None, self._style):
                    self.writer.reopen()
                    if first:
                        self.offsets.append(self.writer.length)
                    self.writer.paragraph(joined(self._paragraph[-1].text, block.text))
                    self._paragraph.append(block)
                else:
                    if first:
                        self.offsets.append(self.writer.length)
                    self.writer.paragraph(block.text)
                    self._paragraph = [block]
            last, first = block, False
        if first:  # an empty page; a paragraph is not carried over it
            self._close_table()
            self._paragraph = []
            self.offsets.append(self.writer.length)

    def _close_table(self) -> None:
        if self._table is not None:
            rows = self.writer.table(self._table.rows)
            for row in self._breaks:
                self.offsets.append(rows[min(row, len(rows) - 1)] if rows else self.writer.length)
            self._table, self._breaks = None, []


_FIGURE = re.compile(r"[\d.,%％\s]*")


def _row_goes_on(table: Table, row: Sequence[str]) -> bool:
    """Whether a page broke within a row: each text goes on from a last line that was full, and none is a mere figure.

    Two rows taken for one would make two figures into a third, so in doubt they are two.
    """
    above = table.rows[-1]
    if not len(above) == len(row) == len(table.room):
        return False
    pairs = [(a, b, room) for a, b, room in zip(above, row, table.room, strict=True) if b]
    return bool(pairs) and all(
        a
        and not _FIGURE.fullmatch(a)
        and not _FIGURE.fullmatch(b)
        and a[-1] not in "。；！？"
        and room <= 1.8 + max(0.9, unbreakable(b))
        for a, b, room in pairs
    )


def _lines(blocks: Sequence[Line | Table]) -> list[Line]:
    return [block for block in blocks if isinstance(block, Line)]


def _same_table(above: Table, below: Table) -> bool:
    columns = max(map(len, above.rows)) == max(map(len, below.rows))
    return columns and abs(above.x0 - below.x0) < 4 and abs(above.x1 - below.x1) < 4


def _with_edges(pages: Sequence[Page]) -> list[Page]:
    """Lines of single-column pages get the text's edges, which most pages share and short pages cannot show."""
    plain = [b for page in pages for b in page.blocks if isinstance(b, Line) and b.right == 0.0]
    if not plain:
        return list(pages)
    left = _usual(sorted(line.x0 for line in plain), 0.02)
    right = _usual(sorted(line.x1 for line in plain), 0.95)
    full = sum(line.x1 > right - 2.2 * line.size for line in plain)
    if full < max(3, 0.1 * len(plain)):  # too few long lines to show the edge: margins are alike on both sides
        right = max(right, median(page.width for page in pages) - left)
    result = []
    for page in pages:
        blocks = [
            replace(b, left=min(left, b.x0) if b.x0 > left - 3 * b.size else b.x0, right=right)
            if isinstance(b, Line) and b.right == 0.0
            else b
            for b in page.blocks
        ]
        result.append(replace(page, blocks=blocks))
    return result


def _usual(values: Sequence[float], share: float) -> float:
    return values[min(len(values) - 1, int(share * len(values)))]
