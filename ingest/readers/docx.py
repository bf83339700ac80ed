"""DOCX: body text in order, with automatic numbers, tables with merged cells, text boxes and notes.

Headers and footers are set aside, deleted and hidden text is left out; warnings name what was.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from ingest.model import IngestError, Source
from ingest.readers.layout import Writer, grid
from ingest.readers.numbering import Numbering, W

LARGEST_UNPACKED = 300 * 1024 * 1024  # bytes of all parts together
MOST_PARTS = 10_000
_LARGEST_PART = 120 * 1024 * 1024  # bytes of one XML part, whose tree takes about ten times that
_ALTERNATE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}AlternateContent"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_MATH_TEXT = "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"
_LEFT_OUT = {f"{W}{name}" for name in ("del", "moveFrom", "rPr", "pPr", "sectPr", "instrText", "delText", "rt")}
_BREAKS = {f"{W}tab": "\t", f"{W}br": "\n", f"{W}cr": "\n", f"{W}noBreakHyphen": "-"}


def read(name: str, data: bytes) -> Source:
    """Read a DOCX file."""
    from docx import Document
    from docx.opc.exceptions import PackageNotFoundError
    from lxml import etree

    from ingest.readers import digest

    _check_archive(name, data)
    try:
        document = Document(BytesIO(data))
        body = document.element.body
        numbering = _part(document, "numbering")
    except (
        PackageNotFoundError,
        KeyError,
        ValueError,
        AttributeError,
        OSError,
        zipfile.BadZipFile,
        etree.XMLSyntaxError,
    ) as error:
        raise IngestError(f"{name}：文件已损坏：请用 Word 或 WPS 打开后另存，再导入") from error
    reader = _Reader(Numbering(numbering, document.styles.element))
    reader.block(body)
    for kind in ("footnotes", "endnotes"):
        notes = _part(document, kind)
        for note in () if notes is None else notes:
            if note.get(f"{W}type") is None:  # separators have a type
                reader.block(note)
    warnings = []
    if reader.hidden:
        warnings.append(f"有隐藏文字，未收入：“{_excerpt(reader.hidden)}”")
    if furniture := _running_heads(document):
        warnings.append(f"页眉页脚已略去：“{_excerpt(furniture)}”")
    writer = reader.writer
    return Source(name, digest(data), "docx", writer.text, tables=writer.tables, warnings=tuple(warnings))


class _Reader:
    """Walks the body. Paragraphs of table cells count on in the same numbering."""

    def __init__(self, numbering: Numbering) -> None:
        self.writer = Writer()
        self.hidden: list[str] = []
        self._numbering = numbering

    def block(self, parent: Any) -> None:
        for element in _blocks(parent):
            if element.tag == f"{W}p":
                for line in self._paragraph(element):
                    self.writer.paragraph(line)
            elif (rows := self._rows(element)) is not None:
                self.writer.table(rows)
            else:  # a frame around text, or one with tables in it
                for row in element.iter(f"{W}tc"):
                    if not any(ancestor.tag == f"{W}tc" for ancestor in _ancestors(row, element)):
                        self.block(row)

    def _paragraph(self, element: Any) -> list[str]:
        """The paragraph's line, and below it those of text boxes anchored in it."""
        pieces: list[str] = []
        boxes: list[Any] = []
        self._inline(element, pieces, boxes)
        number = self._numbering.number(element.find(f"{W}pPr")) if "".join(pieces).strip() else ""
        text = "".join(pieces)
        if number:
            gap = " " if number[-1].isascii() and number[-1].isalnum() else ""
            text = number + gap + text.lstrip()
        lines = [text]
        for box in boxes:
            for inner in _blocks(box):
                lines += self._paragraph(inner) if inner.tag == f"{W}p" else [self._cell(inner)]
        return lines

    def _inline(self, element: Any, pieces: list[str], boxes: list[Any]) -> None:
        for child in element:
            tag = child.tag
            if tag in {f"{W}t", _MATH_TEXT}:
                pieces.append(child.text or "")
            elif tag in _BREAKS:
                pieces.append(_BREAKS[tag])
            elif tag == f"{W}txbxContent":
                boxes.append(child)
            elif tag == f"{W}r" and _is_hidden(child):
                self.hidden += [text.text or "" for text in child.iter(f"{W}t")]
            elif tag == _ALTERNATE:
                choices = [option for option in child if option.tag != _FALLBACK] or list(child)
                for option in choices[:1]:
                    self._inline(option, pieces, boxes)
            elif tag not in _LEFT_OUT and isinstance(tag, str):
                self._inline(child, pieces, boxes)

    def _rows(self, table: Any) -> list[list[str]] | None:
        """The cells of a table; None where it is only a frame (one cell) or holds other tables."""
        rows = [row for row in _children(table, f"{W}tr")]
        cells = [list(_children(row, f"{W}tc")) for row in rows]
        if sum(map(len, cells)) <= 1 or any(
            next(cell.iter(f"{W}tbl"), None) is not None for row in cells for cell in row
        ):
            return None
        laid: list[list[tuple[str, int, int]]] = []
        for row, row_cells in zip(rows, cells, strict=True):
            before = _integer(row, f"{W}trPr/{W}gridBefore")
            line = [("", before, 1)] if before else []
            for cell in row_cells:
                merged = cell.find(f"{W}tcPr/{W}vMerge")
                continued = merged is not None and merged.get(f"{W}val", "continue") != "restart"
                across = _integer(cell, f"{W}tcPr/{W}gridSpan") or 1
                # text in a cell that is merged away is not shown by Word, so nothing is lost
                line.append(("" if continued else self._cell(cell), across, 1))
            laid.append(line)
        return grid(laid)

    def _cell(self, cell: Any) -> str:
        lines: list[str] = []
        for element in _blocks(cell):
            lines += (
                self._paragraph(element) if element.tag == f"{W}p" else [self._cell(e) for e in element.iter(f"{W}tc")]
            )
        return "\n".join(lines)


def _blocks(parent: Any) -> Iterator[Any]:
    """Paragraphs and tables right below, also where content controls or tracked moves wrap them."""
    for child in parent:
        if child.tag in {f"{W}p", f"{W}tbl"}:
            yield child
        elif child.tag in {f"{W}sdt", f"{W}sdtContent", f"{W}customXml", f"{W}ins", f"{W}moveTo"}:
            yield from _blocks(child)


def _children(parent: Any, tag: str) -> Iterator[Any]:
    for child in parent:
        if child.tag == tag:
            yield child
        elif child.tag in {f"{W}sdt", f"{W}sdtContent", f"{W}customXml", f"{W}ins"}:
            yield from _children(child, tag)


def _ancestors(element: Any, stop: Any) -> Iterator[Any]:
    while (element := element.getparent()) is not None and element is not stop:
        yield element


def _is_hidden(run: Any) -> bool:
    vanish = run.find(f"{W}rPr/{W}vanish")
    return vanish is not None and vanish.get(f"{W}val", "1") not in {"0", "false"}


def _integer(element: Any, path: str) -> int:
    found = element.find(path)
    value = "" if found is None else found.get(f"{W}val", "")
    return int(value) if value.isdecimal() and len(value) < 6 else 0


def _part(document: Any, kind: str) -> Any | None:
    """The root of a part that the main document refers to."""
    from lxml import etree

    for relation in document.part.rels.values():
        if relation.reltype.endswith("/" + kind) and not relation.is_external:
            part = relation.target_part
            if (element := getattr(part, "element", None)) is not None:
                return element
            return etree.fromstring(part.blob, etree.XMLParser(resolve_entities=False, no_network=True))
    return None


def _running_heads(document: Any) -> list[str]:
    texts: dict[str, None] = {}
    for relation in document.part.rels.values():
        if relation.reltype.endswith(("/header", "/footer")) and not relation.is_external:
            for paragraph in relation.target_part.element.iter(f"{W}p"):
                text = "".join(piece.text or "" for piece in paragraph.iter(f"{W}t")).strip()
                if any(char.isalpha() for char in text):
                    texts[text] = None
    return list(texts)


def _excerpt(texts: list[str]) -> str:
    text = " ".join("；".join(filter(None, texts)).split())
    return text if len(text) <= 60 else text[:60] + "…"


def _check_archive(name: str, data: bytes) -> None:
    """Refuse bombs before anything is unpacked, and parts that lie about their size."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            parts = archive.infolist()
            total = sum(part.file_size for part in parts)
            if len(parts) > MOST_PARTS or total > LARGEST_UNPACKED:
                raise IngestError(
                    f"{name}：解压后过大（{len(parts)} 个部件，{total / 1e6:.0f} MB），可能是压缩炸弹：请另存或拆分后再导入"
                )
            for part in parts:
                if part.flag_bits & 1:
                    raise IngestError(f"{name}：文件已加密：请取消密码后另存，再导入")
                if part.filename.endswith((".xml", ".rels")) and part.file_size > _LARGEST_PART:
                    raise IngestError(f"{name}：{part.filename} 解压后过大：请另存或拆分后再导入")
            if (spoilt := archive.testzip()) is not None:  # reads each part, no farther than its declared size
                raise IngestError(f"{name}：文件已损坏（{spoilt}）：请用 Word 或 WPS 打开后另存，再导入")
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, ValueError) as error:
        raise IngestError(f"{name}：文件已损坏或被截断：请重新下载或另存后再导入") from error
