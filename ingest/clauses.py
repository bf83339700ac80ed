"""The lossless tree of one document: its blocks become headings, clauses, tables and declared non-clauses.

Every non-blank character of the blocks goes to exactly one node. Ids are made of the numbering path, so that an edit in
one part leaves the ids of the others as they are.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass, field, replace

from ingest.blocks import Block
from ingest.documents import Draft, is_addressee, is_doc_no, is_issuers
from ingest.model import Node, NodeKind, Source
from ingest.structure import ARTICLE, UNNUMBERED_HEAD, Number, head_of
from ingest.tables import Table

_PHONE = re.compile(
    r"\d{3,4}\s*[-－—]\s*\d{7,8}|(?<!\d)\d{8}(?!\d)|[@＠]|联\s*系\s*(?:人|电\s*话|方式)|^(?:联\s*系|电\s*话|邮\s*箱|电子邮箱|地\s*址|邮\s*编|传\s*真)"
)
_DUTY = re.compile(r"^(?:牵头|责任|配合|实施)(?:单位|部门)\s*[：:]|^[（(](?:责任|牵头)(?:单位|部门)")
_CLOSING = re.compile(r"^(?:特此|感谢|请(?:各|有关)|以上|各地各|各级各|各设区|各级|本(?:公告|通知)施行)")
_PREFACE = re.compile(r"^(?:前\s*言|序\s*言|引\s*言|导\s*言|结\s*语)")
_TOC = re.compile(r"^目\s*[录次]$")
_LEADER = re.compile(r"[.．…·]{3,}\s*\d+$")
_BAD_ID = re.compile(r"[\s/\\?#%&]+")
_HEAD_END = "。；;！!？?：:，,、"


@dataclass(slots=True)
class _Open:
    """A part that is still open: its rank, the node, and how it is named in the paths below it."""

    rank: float
    node_id: str
    head: str
    label: str
    kind: NodeKind
    tail: str = ""  # how its text ends: a list item ends in ；


@dataclass(slots=True)
class _Tree:
    source: Source
    document_id: str
    nodes: list[Node] = field(default_factory=list)
    stack: list[_Open] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    ids: set[str] = field(default_factory=set)
    last_part: int = -1  # index of the last block with a number or a table
    duties: set[str] = field(default_factory=set)  # ids of clauses that end in 牵头单位：…

    def unique(self, wanted: str) -> str:
        """`wanted`, or with ~2, ~3 … where it is taken."""
        chosen, n = wanted, 1
        while chosen in self.ids:
            n += 1
            chosen = f"{wanted}~{n}"
        self.ids.add(chosen)
        return chosen

    def add(
        self,
        kind: NodeKind,
        start: int,
        end: int,
        node_id: str,
        *,
        number: str = "",
        parent: str | None = None,
        path: tuple[str, ...] = (),
        columns: tuple[str, ...] = (),
        cells: tuple[str, ...] = (),
    ) -> Node:
        """Append a node over source[start:end]."""
        node = Node(
            id=self.unique(node_id),
            document_id=self.document_id,
            parent_id=parent,
            order=len(self.nodes),
            kind=kind,
            number=number,
            path=path,
            start=start,
            end=end,
            text=self.source.text[start:end],
            page=_page(self.source, start),
            columns=columns,
            cells=cells,
        )
        self.nodes.append(node)
        return node

    def extend(self, end: int) -> None:
        """Let the last node reach to `end`."""
        last = self.nodes.pop()
        self.nodes.append(replace(last, end=end, text=self.source.text[last.start : end]))
        self.duties.add(last.id)

    def set_aside(self, kind: NodeKind, start: int, end: int) -> None:
        """A declared non-clause; one that goes on from the last of its kind is joined to it."""
        last = self.nodes[-1] if self.nodes else None
        joined = (NodeKind.TITLE, NodeKind.ATTACHMENT_NOTE, NodeKind.TOC)
        if last is not None and last.kind is kind and kind in joined:
            self.nodes.pop()
            self.ids.discard(last.id)
            start = last.start
        self.add(kind, start, end, f"{self.document_id}/@{kind.value}")

    @property
    def path(self) -> tuple[str, ...]:
        return tuple(part.head for part in self.stack if part.head)

    @property
    def top(self) -> str | None:
        return self.stack[-1].node_id if self.stack else None

    def base(self) -> str:
        """Where ids below the open parts begin: an article's number is unique in its document, chapters are left out."""
        labels = [part.label for part in self.stack]
        for i in range(len(self.stack) - 1, -1, -1):
            if self.stack[i].rank == ARTICLE:
                labels = labels[i:]
                break
        return "/".join([self.document_id, *labels])

    def close(self, rank: float) -> None:
        while self.stack and self.stack[-1].rank >= rank:
            self.stack.pop()

    def paragraph_id(self, base: str) -> tuple[str, str]:
        self.counts[base] += 1
        label = f"p{self.counts[base]}"
        return f"{base}/{label}", label


def slug(text: str) -> str:
    """Text as part of an id: without white space, slashes and what URLs reserve."""
    return _BAD_ID.sub("", text)


def build(source: Source, draft: Draft, document_id: str) -> list[Node]:
    """The nodes of a document, in reading order."""
    tree = _Tree(source, document_id)
    blocks = draft.blocks
    kinds = _set_aside(draft)
    following: list[Block | None] = [None] * len(blocks)  # the next block that is not set aside (a form is)
    after: Block | None = None
    for n in range(len(blocks) - 1, -1, -1):
        following[n] = after
        if kinds[n] in (None, NodeKind.FORM):
            after = blocks[n]
    tree.last_part = max((n for n, b in enumerate(blocks) if b.number or b.table), default=-1)
    i = 0
    while i < len(blocks):
        block = blocks[i]
        kind = kinds[i]
        if kind is not None:
            tree.set_aside(kind, block.start, block.end)
        elif block.table is not None:
            _table(tree, block.table)
        else:
            i = _clause(tree, blocks, kinds, following, i)
            continue
        i += 1
    return tree.nodes


def _set_aside(draft: Draft) -> list[NodeKind | None]:
    """For each block the kind of non-clause it is; None for what is cited."""
    blocks = draft.blocks
    out: list[NodeKind | None] = [None] * len(blocks)
    titles = {id(b) for b in (*draft.title_blocks, *draft.inner_titles)}
    marks = {id(b) for b in draft.marks}
    signed = {id(b) for b in draft.signatures}
    preamble = next((n for n, b in enumerate(blocks) if b.text.startswith("<!--")), -1)
    begun = False
    for n, block in enumerate(blocks):
        if id(block) in titles:
            out[n] = NodeKind.TITLE
            begun = begun and block not in draft.inner_titles
        elif block.table is not None:
            begun = True
        elif is_doc_no(block) and not begun:
            out[n] = NodeKind.DOC_NO
        elif id(block) in signed:
            out[n] = NodeKind.SIGNATURE
        elif id(block) in marks:
            out[n] = NodeKind.TITLE if block.role == "attach" else NodeKind.FURNITURE
        elif (
            not begun
            and draft.attachment is None
            and draft.title
            and NodeKind.ADDRESSEE not in out
            and is_addressee(block)
        ):
            out[n] = NodeKind.ADDRESSEE
        elif block.role in ("label", "page", "public"):
            out[n] = NodeKind.FURNITURE
        elif n < preamble:
            out[n] = NodeKind.SIGNATURE
        elif block.role == "link":
            out[n] = NodeKind.LINK
        elif block.role in ("note", "attach"):
            out[n] = NodeKind.ATTACHMENT_NOTE
        elif block.role == "form":
            out[n] = NodeKind.FORM
        elif block.role == "date" or (block.short and is_issuers(block.text) and _signs(blocks, n, titles)):
            out[n] = NodeKind.SIGNATURE
        elif _LEADER.search(block.text):
            out[n] = NodeKind.TOC
        elif _TOC.match(block.text):
            _contents(blocks, n, out)
        if out[n] is None:
            begun = True
    return out


def _signs(blocks: list[Block], n: int, titles: set[int]) -> bool:
    """Whether a line of issuers is a signature: a date, the issued text, or the end follows."""
    while n < len(blocks) and blocks[n].table is None and is_issuers(blocks[n].text):
        n += 1
    return n >= len(blocks) or blocks[n].role in ("date", "public", "link", "attach") or id(blocks[n]) in titles


def _contents(blocks: list[Block], n: int, out: list[NodeKind | None]) -> None:
    """Mark a table of contents: the heads behind 目录, up to where the first of them comes again."""
    first = None
    for m in range(n + 1, len(blocks)):
        text = re.sub(r"\s|[.．…·]+\d*$", "", blocks[m].text)
        if blocks[m].table is not None or len(text) > 50 or text[-1:] in "。；：" or text == first:
            break
        if first is None:
            if not any(re.sub(r"\s", "", b.text) == text for b in blocks[m + 1 :]):
                break
            first = text
        out[m] = NodeKind.TOC
    if first is not None:
        out[n] = NodeKind.TOC


def _clause(
    tree: _Tree, blocks: list[Block], kinds: list[NodeKind | None], following: list[Block | None], i: int
) -> int:
    """Take in the block at `i` as heading or clause; returns the index of the next block."""
    block = blocks[i]
    after = following[i]
    heading = _is_heading(block, after)
    if block.number is not None:
        _numbered(tree, block, block.number, heading)
        return i + 1
    if heading:
        _bare_heading(tree, block)
        return i + 1
    last = i
    joins = _DUTY.match(block.text) and _extends(tree, blocks, i)
    while last + 1 < len(blocks) and kinds[last + 1] is None and _belongs(blocks[last], blocks[last + 1]):
        last += 1
    if joins:
        tree.extend(blocks[last].end)
    else:
        _paragraph(tree, block, blocks[last].end, after, last >= tree.last_part)
    return last + 1


def _numbered(tree: _Tree, block: Block, number: Number, heading: bool) -> None:
    """A part with a number: it closes the parts of its rank and below, and stays open for what follows."""
    tree.close(number.rank)
    label = slug(number.label)
    wanted = f"{tree.document_id if number.rank == ARTICLE else tree.base()}/{label}"
    if wanted in tree.ids:
        wanted = f"{tree.base()}/{label}"
    kind = NodeKind.HEADING if heading else NodeKind.CLAUSE
    node = tree.add(kind, block.start, block.end, wanted, number=number.text, parent=tree.top, path=tree.path)
    label = node.id.rsplit("/", 1)[1]
    tree.stack.append(_Open(number.rank, node.id, head_of(block.text, number.text), label, kind, block.text[-1:]))


def _bare_heading(tree: _Tree, block: Block) -> None:
    """A heading without a number: by its Markdown level, else where 一、 would stand."""
    preface = bool(_PREFACE.match(block.text))  # 前言 stands beside the chapters, whatever its level
    rank = 0.1 * block.level if block.level and not preface else UNNUMBERED_HEAD
    tree.close(0 if block.level and preface else rank)
    label = slug(block.text)[:24]
    node = tree.add(NodeKind.HEADING, block.start, block.end, f"{tree.base()}/{label}", parent=tree.top, path=tree.path)
    tree.stack.append(_Open(rank, node.id, block.text, label, NodeKind.HEADING))


def _paragraph(tree: _Tree, block: Block, end: int, after: Block | None, closing: bool) -> None:
    """A paragraph without a number; `closing`: no number comes after it in the document."""
    top = tree.stack[-1] if tree.stack else None
    if closing and _CLOSING.match(block.text):
        tree.stack.clear()
    elif closing and after is None and top and top.kind is NodeKind.CLAUSE and top.rank != ARTICLE:
        tree.stack.pop()  # what stands below a whole list belongs to what the list belongs to
    elif top and top.tail in ("；", ";") and end == block.end and len(block.text) < 80:
        tree.stack.pop()  # an item of the same list that lost its number
    introduces = _is_intro(block, after)
    while tree.stack and tree.stack[-1].head == "" and not introduces:
        tree.stack.pop()  # an introduction holds numbered items only
    node_id, label = tree.paragraph_id(tree.base())
    node = tree.add(NodeKind.CLAUSE, block.start, end, node_id, parent=tree.top, path=tree.path)
    if introduces and after is not None and after.number is not None:
        tree.close(after.number.rank)
        if tree.top == node.parent_id:
            tree.stack.append(_Open(after.number.rank - 0.5, node.id, "", label, NodeKind.CLAUSE))


def _extends(tree: _Tree, blocks: list[Block], i: int) -> bool:
    """Whether 牵头单位：… closes the clause just before it, rather than the whole list that ends there."""
    before = tree.nodes[-1] if tree.nodes else None
    if before is None or before.kind is not NodeKind.CLAUSE or blocks[i - 1].end != before.end:
        return False
    if not before.number:
        return True
    part = tree.stack[-1] if tree.stack and tree.stack[-1].node_id == before.id else None
    if part is None or part.rank <= 6 or part.label in ("1", "（1）"):
        return True
    sibling = next((n for n in reversed(tree.nodes[:-1]) if n.parent_id == before.parent_id and n.number), None)
    if sibling is not None and sibling.id in tree.duties:
        return True
    tree.stack.pop()
    return False


def _is_intro(block: Block, after: Block | None) -> bool:
    return block.text[-1:] in "：:" and after is not None and after.number is not None and after.number.rank >= 6


def _belongs(block: Block, after: Block) -> bool:
    """Whether two unnumbered lines are one clause: 牵头单位 and 责任单位, the lines of an address."""
    if after.table is not None or after.number is not None or after.level:
        return False
    if _DUTY.match(after.text):
        return bool(_DUTY.match(block.text))
    if (
        re.match(r"^\S{2,4}\s+\d{3,4}[-－—]\d{7,8}$", after.text)
        and len(block.text) < 60
        and block.text[-1:] not in "。；"
    ):
        return True
    return (
        len(after.text) < 60 and len(block.text) < 60 and bool(_PHONE.search(block.text) and _PHONE.search(after.text))
    )


def _is_heading(block: Block, after: Block | None) -> bool:
    """Whether a block only names what follows."""
    text = block.text
    if block.level and not (block.number is not None and block.number.rank == ARTICLE and len(text) > 30):
        return len(text) <= 80
    limit = 46 if block.number is not None else 16
    if len(text) > limit or after is None:
        return False
    body = text[block.number.end :].strip() if block.number is not None else text
    if not body:
        return True
    if block.number is not None and block.number.rank <= 3:
        return text[-1] not in "。；："
    inner = body[:-1] if body[-1] == "。" and len(body) <= 30 else body
    if any(mark in inner for mark in "。；;：:！？…=＝×÷") or inner[-1:] in _HEAD_END:
        return False
    deeper = block.number is not None and after.number is not None and after.number.rank > block.number.rank
    if body[-1] == "。" and (block.number is None or "，" in body) and not deeper:
        return False
    if block.number is None:
        return (
            re.search(r"[，,、\d]|责任|^\S\s", text) is None
            and not text.startswith(("（", "("))
            and text[-1] not in "）)"
        )
    if after.table is not None:
        return True
    return after.number is None or after.number.rank > block.number.rank


def _table(tree: _Tree, table: Table) -> None:
    if table.form:
        tree.add(NodeKind.FORM, table.start, table.end, f"{tree.document_id}/@form")
        return
    while tree.stack and tree.stack[-1].head == "":
        tree.stack.pop()
    base = tree.base()
    tree.counts[base + "/表"] += 1
    label = f"表{tree.counts[base + '/表']}"
    top = tree.add(
        NodeKind.TABLE,
        table.start,
        table.end,
        f"{base}/{label}",
        parent=tree.top,
        path=tree.path,
        columns=table.columns,
    )
    names = Counter(slug(row.cells[0]) for row in table.rows if row.cells)
    for n, row in enumerate(table.rows, start=1):
        name = slug(row.cells[0]) if row.cells else ""
        part = name if name and names[name] == 1 and len(name) <= 20 else str(n)
        path = tree.path
        if row.group and path and path[-1][:1] in "一二三四五六七八九十" and row.group[0][:1] in "一二三四五六七八九十":
            path = path[:-1]  # 二、专业化 in the table takes the place of 一、基础条件 above it
        tree.add(
            NodeKind.ROW,
            row.start,
            row.end,
            f"{top.id}/{part}",
            parent=top.id,
            path=(*path, *row.group),
            columns=row.columns,
            cells=row.cells,
        )


def _page(source: Source, start: int) -> int | None:
    if not source.pages:
        return None
    return max(1, bisect_right(source.pages, start))
