"""Answers to take away: plain text, Markdown and DOCX with footnotes in the usual form; tables as CSV and XLSX.

What comes from documents and questions is escaped for the format it goes into (see `escape`).
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from typing import Any

from qa.app import style
from qa.app.escape import cell, document_text, label
from qa.model import Answer, ClauseRef

_MARK = re.compile(r"\[(\d{1,2})\]")


def citation(ref: ClauseRef, quote: str = "") -> str:
    """A reference as official texts write it: 机关：《标题》（文号），标题层次，第n页，“引文”。"""
    from qa.app.views import name

    parts = [f"{ref.issuer}：{name(ref.document, ref.doc_no)}" if ref.issuer else name(ref.document, ref.doc_no)]
    if ref.path:
        parts.append(" ".join(" ".join(p.split()) for p in ref.path))
    if ref.page:
        parts.append(f"第{ref.page}页")
    if quote:
        parts.append(f"“{' '.join(quote.split())}”")
    if ref.validity.valid_to:
        parts.append(f"有效期至{style.day(ref.validity.valid_to)}")
    return "，".join(parts) + "。"


def plain(answer: Answer) -> str:
    """An answer as plain text with its sources."""
    lines = [answer.question, "", answer.answer]
    if answer.citations:
        lines += ["", "出处："]
        lines += [f"[{c.n}] {citation(c, c.quote)}" for c in answer.citations]
    lines += [f"注意：{w}" for w in answer.warnings]
    return "\n".join(lines)


def markdown(answers: Sequence[Answer]) -> str:
    """Answers as Markdown with footnotes; every character of theirs shows as it is."""
    parts: list[str] = []
    notes: list[str] = []
    for number, answer in enumerate(answers, 1):
        quoted = {c.n for c in answer.citations}
        parts.append(f"## {label(answer.question)}\n")
        for line in answer.answer.split("\n"):
            pieces = _MARK.split(line)  # text, number, text, number, …
            shown = [
                label(piece)
                if i % 2 == 0
                else (f"[^{number}-{piece}]" if int(piece) in quoted else label(f"[{piece}]"))
                for i, piece in enumerate(pieces)
            ]
            parts.append("".join(shown) + "\n")
        parts += [f"- {label(step['text'])}" for step in (answer.calculation or {}).get("steps", [])]
        parts += [f"\n> 注意：{label(w)}\n" for w in answer.warnings]
        notes += [f"[^{number}-{c.n}]: {label(citation(c, c.quote))}" for c in answer.citations]
    return "\n".join(parts) + "\n" + "\n".join(notes) + "\n"


def docx(answers: Sequence[Answer]) -> bytes:
    """Answers as a Word file with real footnotes."""
    from docx import Document as Word

    word = Word()
    _chinese(word)
    notes: list[str] = []
    for answer in answers:
        word.add_heading(document_text(answer.question), level=2)
        by_number = {c.n: c for c in answer.citations}
        for line in answer.answer.split("\n"):
            paragraph = word.add_paragraph()
            for i, piece in enumerate(_MARK.split(line)):
                if i % 2 == 0:
                    paragraph.add_run(document_text(piece))
                elif int(piece) in by_number:
                    c = by_number[int(piece)]
                    notes.append(citation(c, c.quote))
                    _footnote_mark(paragraph, len(notes))
                else:
                    paragraph.add_run(document_text(f"[{piece}]"))
        for step in (answer.calculation or {}).get("steps", []):
            word.add_paragraph(document_text(step["text"]), style="List Bullet")
        for warning in answer.warnings:
            word.add_paragraph(document_text(f"注意：{warning}"))
    word.add_paragraph(document_text("由“政策问答”依据所引文件生成；引用前请核对原文与有效期。")).runs[0].italic = True
    out = io.BytesIO()
    word.save(out)
    return _with_footnotes(out.getvalue(), notes) if notes else out.getvalue()


def _chinese(word: Any) -> None:
    """Chinese type for all styles: 宋体 for text, 黑体 for headings."""
    from docx.oxml.ns import qn

    for name, font in (("Normal", "宋体"), ("Heading 1", "黑体"), ("Heading 2", "黑体"), ("Heading 3", "黑体")):
        word.styles[name].font.name = font
        word.styles[name].element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)


def _footnote_mark(paragraph: Any, number: int) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    run = paragraph.add_run()
    run.font.superscript = True
    mark = OxmlElement("w:footnoteReference")
    mark.set(qn("w:id"), str(number))
    run._r.append(mark)


_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def _with_footnotes(package: bytes, notes: Sequence[str]) -> bytes:
    """The DOCX with a footnotes part, which python-docx cannot write."""
    from xml.sax.saxutils import escape

    def note(id: int, body: str, kind: str = "") -> str:
        return f'<w:footnote w:id="{id}"{kind}><w:p>{body}</w:p></w:footnote>'

    mark = '<w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:footnoteRef/></w:r>'
    texts = [
        note(
            n,
            f'{mark}<w:r><w:rPr><w:sz w:val="18"/></w:rPr><w:t xml:space="preserve"> {escape(document_text(text))}</w:t></w:r>',
        )
        for n, text in enumerate(notes, 1)
    ]
    part = (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:footnotes {_W}>'
        + note(-1, "<w:r><w:separator/></w:r>", ' w:type="separator"')
        + note(0, "<w:r><w:continuationSeparator/></w:r>", ' w:type="continuationSeparator"')
        + "".join(texts)
        + "</w:footnotes>"
    )
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            data = old.read(item)
            if item.filename == "[Content_Types].xml":
                override = f'<Override PartName="/word/footnotes.xml" ContentType="{kind}"/></Types>'
                data = data.replace(b"</Types>", override.encode())
            elif item.filename == "word/_rels/document.xml.rels":
                entry = f'<Relationship Id="rIdFootnotes" Type="{relation}" Target="footnotes.xml"/></Relationships>'
                data = data.replace(b"</Relationships>", entry.encode())
            new.writestr(item, data)
        new.writestr("word/footnotes.xml", part)
    return out.getvalue()


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """A table as CSV that Excel opens as UTF-8; no cell is run as a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([cell(h) for h in header])
    writer.writerows([_cell(v) for v in row] for row in rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def xlsx_bytes(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """A table as XLSX; no cell is a formula."""
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    lines: list[list[object]] = [[cell(h) for h in header], *([_cell(v) for v in row] for row in rows)]
    for row in lines:
        sheet.append([document_text(v) if isinstance(v, str) else v for v in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _cell(value: object) -> object:
    """Numbers stay numbers (a negative one is no formula); all else is text made harmless."""
    from decimal import Decimal

    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    return value if isinstance(value, int | float | Decimal) else cell(value)
