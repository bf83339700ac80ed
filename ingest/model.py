"""The words the whole project speaks: source, document, node (clause), fact, link.

Everything to the right (`index`, `qa`, `app_streamlit`) reads these frozen dataclasses and nothing else of ingestion.
Offsets are character offsets into the decoded text of the source (`Source.text`), end exclusive.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum


class NodeKind(StrEnum):
    """What a stretch of a source is. The first four can be retrieved and cited; the rest is declared and set aside."""

    CLAUSE = "clause"  # 条/款/项/目, 一、（一）1.（1）①, or an unnumbered paragraph
    HEADING = "heading"  # a line that only names what follows: 第二章 …, 三、申报条件
    TABLE = "table"  # a whole table; a container: its rows hold the characters
    ROW = "row"  # one row of a table, with its column heads

    TITLE = "title"  # 标题
    DOC_NO = "doc_no"  # 文号
    ADDRESSEE = "addressee"  # 主送机关
    SIGNATURE = "signature"  # 发文机关署名, 成文日期
    ATTACHMENT_NOTE = "attachment_note"  # 附件说明
    TOC = "toc"  # 目录
    FURNITURE = "furniture"  # page numbers, running heads, 此件公开发布
    LINK = "link"  # bare addresses, repeated links
    FORM = "form"  # blank form to be filled in


CITABLE = frozenset({NodeKind.CLAUSE, NodeKind.HEADING, NodeKind.TABLE, NodeKind.ROW})


@dataclass(frozen=True, slots=True)
class Source:
    """One file as decoded: its name (never a path), digest of its bytes, and the text all spans point into.

    `pages` holds the offset at which each page begins (PDF; empty for formats without pages).
    `tables` holds the spans of tables that the reader itself knows (DOCX, PDF, HTML); text files have none.
    """

    name: str
    sha256: str
    format: str  # text | markdown | html | docx | pdf
    text: str
    encoding: str = "utf-8"
    pages: tuple[int, ...] = ()
    tables: tuple[TableSpan, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TableSpan:
    """A table that the file format declares: one tuple of (start, end) cell spans per row, in the source text."""

    start: int
    end: int
    rows: tuple[tuple[tuple[int, int], ...], ...]


@dataclass(frozen=True, slots=True)
class Node:
    """A stretch of a document. All nodes but TABLE partition the non-blank characters of their source.

    `id` is made of the document's id and the numbering path, so it outlives edits elsewhere in the file.
    `path` holds the headings above the node, outermost first, without the document's title.
    `start`/`end` is the node's own text (a heading's own line, not what stands below it; a table's whole extent).
    """

    id: str
    document_id: str
    parent_id: str | None
    order: int  # reading order within the document, from 0
    kind: NodeKind
    number: str  # "（三）", "第五条", "2." … or "" where unnumbered
    path: tuple[str, ...]
    start: int
    end: int
    text: str  # == source.text[start:end]
    page: int | None = None
    columns: tuple[str, ...] = ()  # ROW, TABLE: the column heads
    cells: tuple[str, ...] = ()  # ROW: the cells in order, empty cells kept

    @property
    def citable(self) -> bool:
        return self.kind in CITABLE


@dataclass(frozen=True, slots=True)
class Document:
    """One policy document, wherever it stands (a compendium holds dozens), with its GB/T 9704 elements."""

    id: str
    source: str  # Source.name
    start: int
    end: int
    title: str
    kind: str  # 通知 意见 办法 公告 解读 方案 附件 …
    doc_no: str | None = None
    issuers: tuple[str, ...] = ()
    addressees: tuple[str, ...] = ()
    region: str | None = None  # full name: 河北省, 天津市蓟州区, 全国
    region_code: str | None = None  # GB/T 2260, 100000-style codes; 全国 is "000000"
    level: str | None = None  # 国家 省级 市级 区县级
    signed: date | None = None
    published: date | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    main_id: str | None = None  # the document this one is attached to or interprets
    relation: str | None = None  # "附件" | "解读" | None


@dataclass(frozen=True, slots=True)
class Fact:
    """A typed statement read from a clause, with its span in the source.

    `kind`: money, rate, date, deadline, count, duration, department, contact, honour.
    `value`/`upper` in `unit` (元, %, 家, 年 …); `upper` only for ranges; `bound` is max, min, exact or approx.
    """

    clause_id: str
    kind: str
    text: str
    start: int
    end: int
    value: Decimal | None = None
    upper: Decimal | None = None
    unit: str = ""
    bound: str = "exact"
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """A reference from a clause to a document: 《…》 or 文号 as written, and the document where it stands in the store."""

    clause_id: str
    kind: str  # cites | attachment | interprets
    text: str
    start: int
    end: int
    target_id: str | None = None


@dataclass(frozen=True, slots=True)
class Parsed:
    """What ingestion makes of one source; stored in one transaction."""

    source: Source
    documents: tuple[Document, ...]
    nodes: tuple[Node, ...]  # in source order
    facts: tuple[Fact, ...] = ()
    links: tuple[Link, ...] = ()
    warnings: tuple[str, ...] = field(default=())


class IngestError(Exception):
    """Bad input: one line that says what is wrong, where, and what to do. Shown to users as it is (Chinese)."""
