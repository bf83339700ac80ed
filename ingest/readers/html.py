"""HTML: the text a reader of the page sees, blocks as lines, list numbers written out, tables with merged cells."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ingest.model import IngestError, Source
from ingest.readers.layout import Writer, grid
from ingest.readers.numbering import spell
from ingest.readers.text import decode

_DROPPED = frozenset(
    [
        "script",
        "style",
        "noscript",
        "template",
        "head",
        "meta",
        "link",
        "object",
        "embed",
        "applet",
        "iframe",
        "svg",
        "canvas",
        "audio",
        "video",
        "map",
        "select",
        "button",
        "input",
        "textarea",
        "datalist",
        "nav",
    ]
)
_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "caption",
        "center",
        "dd",
        "details",
        "dialog",
        "dir",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "frameset",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hgroup",
        "hr",
        "html",
        "legend",
        "li",
        "main",
        "menu",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
    ]
)
_LIST_FORMATS = {"1": "decimal", "a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman"}
_CHARSET = re.compile(rb"""charset\s*=\s*["']?\s*([A-Za-z0-9_\-]{2,20})""", re.IGNORECASE)
_XML_ENCODING = re.compile(rb"""<\?xml[^>]{0,80}encoding\s*=\s*["']([A-Za-z0-9_\-]{2,20})""")
_XML_HEAD = re.compile(r"\A\s*<\?xml[^>]*\?>")
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_TITLE_TAIL = re.compile(r"[_|\-—–·]")


def read(name: str, data: bytes) -> Source:
    """Read an HTML file."""
    from lxml import etree, html

    from ingest.readers import digest

    declared = _XML_ENCODING.search(data[:1024]) or _CHARSET.search(data[:4096])
    markup, encoding, warnings = decode(name, data, declared.group(1).decode("ascii") if declared else None)
    # without huge_tree long texts would end early in silence; the child's limits hold instead
    markup = _XML_HEAD.sub("", markup).replace("\x00", "")
    try:
        root = html.document_fromstring(
            markup, parser=html.HTMLParser(no_network=True, remove_comments=True, huge_tree=True)
        )
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise IngestError(f"{name}：没有可读的网页内容：请检查文件是否完整") from error
    page = _Page()
    body = root.find("body")
    page.block(root if body is None else body)
    page.flush()
    writer = page.writer
    title = " ".join((root.findtext("head/title") or "").split())
    if title and not _shown(title, writer.text):
        titled = Writer()
        titled.paragraph(title)
        page = _Page(titled)
        page.block(root if body is None else body)
        page.flush()
        writer = titled
    if page.hidden:
        text = "；".join(page.hidden)
        warnings += (f"有隐藏文字，未收入：“{text[:60]}{'…' if len(text) > 60 else ''}”",)
    return Source(name, digest(data), "html", writer.text, encoding, tables=writer.tables, warnings=warnings)


def _shown(title: str, text: str) -> bool:
    """Whether the page itself shows the title; the site's name often follows it in <title>."""
    squeezed = "".join(text.split())
    parts = [title, *(part for part in _TITLE_TAIL.split(title))]
    return any("".join(part.split()) in squeezed for part in parts if len(part.strip()) >= 4)


class _Page:
    """Walks the page; a line is collected until a block begins or ends."""

    def __init__(self, writer: Writer | None = None) -> None:
        self.writer = writer or Writer()
        self.hidden: list[str] = []
        self._line: list[str] = []

    def flush(self) -> None:
        text = "".join(self._line)
        self._line = []
        for line in text.split("\n"):
            if line := " ".join(line.split()):
                self.writer.paragraph(line)

    def block(self, element: Any, number: str = "") -> None:
        """Write an element and what is in it, behind its list number."""
        if not isinstance(element.tag, str) or element.tag in _DROPPED:
            return
        tag = element.tag
        if _is_hidden(element):
            if text := " ".join("".join(element.itertext()).split()):
                self.hidden.append(text)
            return
        if tag == "br":
            self._line.append("\n")
            return
        if tag == "table" and (rows := _rows(element, self)) is not None:
            self.flush()
            for caption in element.iterchildren("caption"):
                self.writer.paragraph(" ".join(self._text(caption).split()))
            self.writer.table(rows)
            return
        is_block = tag in _BLOCKS
        if is_block:
            self.flush()
        self._line += [number] if number else []
        self._piece(element.text, tag == "pre")
        numbers = _list_numbers(element)
        for child in element:
            self.block(child, next(numbers, "") if child.tag == "li" else "")
            self._piece(child.tail, tag == "pre")
        if is_block:
            self.flush()

    def _piece(self, text: str | None, verbatim: bool) -> None:
        if text:
            self._line.append(text if verbatim else re.sub(r"\s+", " ", text))

    def _text(self, element: Any) -> str:
        """The text of an element with everything in it, blocks as lines."""
        inner = _Page()
        inner.block(element)
        inner.flush()
        self.hidden += inner.hidden
        return inner.writer.text


def _rows(table: Any, page: _Page) -> list[list[str]] | None:
    """The cells of a table of data; None where the table only lays out the page."""
    if next(table.iterdescendants("table"), None) is not None:
        return None
    rows = [[cell for cell in row if cell.tag in {"td", "th"}] for row in table.iterdescendants("tr")]
    rows = [row for row in rows if row]
    if len(rows) < 2 or max(map(len, rows)) < 2:
        return None
    return grid(
        [
            [(page._text(cell), _span(cell, "colspan"), _span(cell, "rowspan", len(rows))) for cell in row]
            for row in rows
        ]
    )


def _span(cell: Any, name: str, to_end: int = 1) -> int:
    value = (cell.get(name) or "").strip()
    if not value.isdecimal() or len(value) > 5:
        return 1
    return int(value) or to_end  # rowspan="0" reaches to the table's end


def _list_numbers(items: Any) -> Iterator[str]:
    """The numbers that a browser shows before the items of a list, in order; none for lists that are not ordered."""
    plain = items.tag != "ol" or "list-style" in (items.get("style") or "")
    value = _integer(items.get("start"), 1)
    form = _LIST_FORMATS.get(items.get("type", "1"), "decimal")
    for item in items.iterchildren("li"):
        value = _integer(item.get("value"), value)
        yield "" if plain else spell(value, form) + ". "
        value += 1


def _integer(text: str | None, default: int) -> int:
    text = (text or "").strip()
    return int(text) if text.isdecimal() and len(text) < 7 else default


def _is_hidden(element: Any) -> bool:
    return element.get("hidden") is not None or bool(_HIDDEN.search(element.get("style") or ""))
