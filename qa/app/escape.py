"""The one place where strangers' text (documents, questions, file names) becomes something a page or a file may hold.

Everything that was not written by us goes through one of these functions before it reaches Streamlit or an export.
"""

from __future__ import annotations

import html as _html
import re
import unicodedata

WORD_JOINER = "\u2060"  # no width, no break: takes the meaning from ":name:", "http://" and "a@b" and shows nothing

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|$~^=&])")
_DIRECTIVE = re.compile(r":(?=\S)")
_AUTOLINK = re.compile(r"(https?|ftp|mailto|www|@)", re.I)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")


def clean(text: str) -> str:
    """Text without control and direction-changing characters, which can hide or reorder what is shown."""
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def html(text: object) -> str:
    """Text as HTML content or attribute value."""
    return _html.escape(clean(str(text)), quote=True)


def html_lines(text: str) -> str:
    """Text as HTML that keeps its lines: runs of blank lines become one break."""
    return "<br>".join(html(line.strip()) for line in clean(text).split("\n") if line.strip())


def label(text: object, limit: int | None = None) -> str:
    """Text as one line of Markdown (labels, titles, messages) that shows exactly these characters.

    No link, image, formula, emoji shortcode, colour directive or markup in it takes effect.
    `limit` shortens to that many characters, with "…".
    """
    line = " ".join(clean(str(text)).split())
    if limit is not None and len(line) > limit:
        line = line[: limit - 1] + "…"
    line = _AUTOLINK.sub(lambda m: m.group()[0] + WORD_JOINER + m.group()[1:], line)
    line = _MARKDOWN.sub(r"\\\1", line)
    line = _DIRECTIVE.sub(":" + WORD_JOINER, line)
    # "1、" is no list, but "1." and "1)" would be; their marks are escaped above
    return line


def cell(text: object) -> str:
    """Text as a cell of a CSV or XLSX file: what a spreadsheet would run as a formula is led by an apostrophe."""
    value = clean(str(text))
    return "'" + value if value.lstrip(" \u3000").startswith(_FORMULA) else value


def document_text(text: object) -> str:
    """Text for a DOCX or XML file: characters that XML 1.0 does not allow are left out."""
    return "".join(
        c for c in clean(str(text)) if c in "\t\n" or (ord(c) >= 0x20 and unicodedata.category(c) not in ("Cs", "Cn"))
    )


def file_name(text: str, suffix: str) -> str:
    """A harmless file name for a download: no path, no device name, at most 60 characters."""
    stem = re.sub(r"[^\w\u4e00-\u9fff（）〔〕-]+", "_", clean(text)).strip("_.")[:60]
    return f"{stem or '文件'}{suffix}"
