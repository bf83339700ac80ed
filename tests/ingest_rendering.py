"""Policies rendered as users send them: Word files and PDFs made from paragraphs and tables, for reading back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

from docx import Document
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Table

from ingest.model import NodeKind, Parsed
from ingest.readers.layout import one_line
from ingest.store import comparable

FONT = "STSong-Light"  # every PDF reader has it, so no font file is needed
Block = str | Sequence[Sequence[str]]  # a paragraph, or the rows of a table


def as_docx(blocks: Sequence[Block]) -> bytes:
    document = Document()
    for block in blocks:
        if isinstance(block, str):
            document.add_paragraph(block)
            continue
        table = document.add_table(rows=len(block), cols=max(map(len, block)))
        for y, row in enumerate(block):
            for x, text in enumerate(row):
                table.cell(y, x).text = text
    return save_docx(document)


def save_docx(document: Any) -> bytes:
    buffer = BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def as_html(blocks: Sequence[Block]) -> bytes:
    parts = []
    for block in blocks:
        if isinstance(block, str):
            parts.append(f"<p>{escape(block)}</p>")
        else:
            rows = ("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in block)
            parts.append("<table>" + "".join(rows) + "</table>")
    return f"<html><body>{''.join(parts)}</body></html>".encode("gb18030")


def as_pdf(blocks: Sequence[Block], *, head: str = "", foot: str = "— {} —", indent: int = 2, space: int = 0) -> bytes:
    """A4, 12 points, running head, page numbers; first lines set in by `indent` ems, `space` points below paragraphs."""
    register_font()
    body = ParagraphStyle(
        "body", fontName=FONT, fontSize=12, leading=20, wordWrap="CJK", firstLineIndent=12 * indent, spaceAfter=space
    )
    cell = ParagraphStyle("cell", parent=body, fontSize=10, leading=14, firstLineIndent=0)
    story: list[Flowable] = []
    for block in blocks:
        if isinstance(block, str):
            story.append(Paragraph(escape(block), body))
            continue
        width = max(map(len, block))
        rows = [[Paragraph(escape(text), cell) for text in (*row, *[""] * (width - len(row)))] for row in block]
        story.append(Table(rows, colWidths=[450 / width] * width, style=[("GRID", (0, 0), (-1, -1), 0.5, "black")]))

    def furniture(canvas: Any, _: Any) -> None:
        canvas.setFont(FONT, 9)
        canvas.drawCentredString(A4[0] / 2, A4[1] - 40, head)
        canvas.drawCentredString(A4[0] / 2, 30, foot.format(canvas.getPageNumber()))

    buffer = BytesIO()
    SimpleDocTemplate(buffer, pagesize=A4).build(story, onFirstPage=furniture, onLaterPages=furniture)
    return buffer.getvalue()


def register_font() -> None:
    if FONT not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(UnicodeCIDFont(FONT))


def blocks_of(parsed: Parsed) -> list[Block]:
    """A parsed source as paragraphs and tables, lines that were only wrapped made whole."""
    blocks: list[Block] = []
    table: list[Sequence[str]] = []
    last = ""
    for node in parsed.nodes:
        if node.kind is NodeKind.TABLE:
            continue
        if node.kind is NodeKind.ROW or (node.cells and len(node.cells) > 1):
            if table and node.parent_id != last:
                blocks.append(table)
                table = []
            table.append(node.cells)
            last = node.parent_id or ""
            continue
        if table:
            blocks.append(table)
            table = []
        blocks.append(one_line(node.text))
    return [*blocks, table] if table else blocks


def clauses_of(parsed: Parsed) -> Counter[str]:
    """What can be cited of a source, compared as quotes are: rows by their cells, the rest by their text.

    The middle dot is left out: the code table of the PDF font that needs no file has none.
    """
    return Counter(
        comparable("".join(node.cells) if node.kind is NodeKind.ROW else node.text).replace("·", "")
        for node in parsed.nodes
        if node.citable and node.kind is not NodeKind.TABLE
    )


def share_identical(wanted: Counter[str], found: Counter[str]) -> float:
    """The share of the clauses wanted that were found again, word for word."""
    return (wanted & found).total() / wanted.total()
