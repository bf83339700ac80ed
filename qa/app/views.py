"""How clauses, documents and citations are shown: HTML made of escaped text, and the clause that opens on a click."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from datetime import date

import streamlit as st

from ingest.model import Document, IngestError, Node, NodeKind
from qa.app import state, style
from qa.app.escape import clean, html, html_lines, label
from qa.model import ClauseRef, Validity

AROUND = 6  # nodes shown before and after a clause that is opened in its place
_QUIET = {NodeKind.TOC, NodeKind.FURNITURE, NodeKind.LINK, NodeKind.ADDRESSEE, NodeKind.DOC_NO}
# a script of its own: no text of a document is ever in a call that may run one
SCROLL = '<script>document.querySelector(".zc-here")?.scrollIntoView({block: "center"});</script>'


def anchor(node_id: str) -> str:
    """A name for a node within a page."""
    return "c-" + hashlib.sha256(node_id.encode()).hexdigest()[:12]


def highlighted(text: str, quotes: Iterable[str]) -> str:
    """The text as HTML with the quotes marked; they are found whatever white space stands between their characters."""
    text = clean(text)
    spans: list[tuple[int, int]] = []
    for quote in quotes:
        letters = [c for c in clean(quote) if not c.isspace()]
        if letters:
            found = re.search(r"\s*".join(map(re.escape, letters)), text)
            if found:
                spans.append(found.span())
    parts, at = [], 0
    for start, end in _merged(spans):
        parts += [html_lines_kept(text[at:start]), "<mark>", html_lines_kept(text[start:end]), "</mark>"]
        at = end
    return "".join([*parts, html_lines_kept(text[at:])])


def html_lines_kept(text: str) -> str:
    """HTML in which line breaks become spaces of the running text only where Chinese does not simply go on."""
    return html(re.sub(r"(?<=[\u3000-\u9fff\uff00-\uffef])[ \t]*\n\s*(?=[\u3000-\u9fff\uff00-\uffef])", "", text))


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def name(title: str, doc_no: str | None) -> str:
    """《标题》（文号）, on one line."""
    title = " ".join(clean(title).split())
    full = title if title.startswith("《") and title.endswith("》") else f"《{title}》"
    return f"{full}（{doc_no}）" if doc_no else full


def place(ref: ClauseRef) -> str:
    """The headings above a clause, outermost first, on one line."""
    return " › ".join(" ".join(part.split()) for part in ref.path)


def reference_html(ref: ClauseRef, quote: str = "", *, limit: int = 220, id: str = "") -> str:
    """A clause as a search result or citation: headings, the words relied on, badges; `id` can be linked to."""
    words = f"<mark>{html(' '.join(quote.split()))}</mark>" if quote else html(shortened(ref.text, limit))
    path = f'<div class="zc-path">{html(place(ref))}</div>' if ref.path else ""
    page = f"第{ref.page}页" if ref.page else None
    badges = style.badges(ref.region, ref.validity, ref.issuer, page)
    own = f' id="{html(id)}"' if id else ""
    return f'<div class="zc"{own}>{path}<div class="zc-quote">{words}</div>{badges}</div>'


def shortened(text: str, limit: int) -> str:
    """The beginning of a text on one line."""
    line = " ".join(clean(text).split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


# -- a document's text -----------------------------------------------------------------------------------------


def document_html(nodes: Sequence[Node], here: str | None = None, quotes: Sequence[str] = ()) -> str:
    """Nodes in reading order as HTML: headings as headings, tables as tables, the node `here` highlighted."""
    rows: dict[str, list[Node]] = {}
    tables = {n.id for n in nodes if n.kind is NodeKind.TABLE}
    for node in nodes:
        if node.kind is NodeKind.ROW and node.parent_id in tables:
            rows.setdefault(node.parent_id or "", []).append(node)
    parts: list[str] = []
    loose: list[Node] = []
    for node in nodes:
        if node.kind is NodeKind.ROW:
            if node.parent_id not in tables:
                loose.append(node)
            continue
        if loose:
            parts.append(_table(loose, None, here, quotes))
            loose = []
        parts.append(
            _table(rows.get(node.id, []), node, here, quotes)
            if node.kind is NodeKind.TABLE
            else _paragraph(node, here, quotes)
        )
    if loose:
        parts.append(_table(loose, None, here, quotes))
    return f'<div class="zc zc-text">{"".join(parts)}</div>'


def _paragraph(node: Node, here: str | None, quotes: Sequence[str]) -> str:
    mark = ' class="zc-here"' if node.id == here else ""
    body = highlighted(node.text, quotes) if node.id == here else html_lines_kept(node.text.strip())
    inner = f'<span id="{anchor(node.id)}"{mark}>{body}</span>'
    if node.kind is NodeKind.TITLE:
        return f"<h2>{inner}</h2>"
    if node.kind is NodeKind.HEADING:
        level = min(3 + len(node.path), 5)
        return f"<h{level}>{inner}</h{level}>"
    if node.kind is NodeKind.SIGNATURE:
        return f'<p style="text-align:right">{html_lines(node.text)}</p>'
    if node.kind in _QUIET:
        return f'<p class="zc-furniture" id="{anchor(node.id)}">{html_lines(node.text)}</p>'
    flat = ' class="zc-flat"' if node.kind in (NodeKind.FORM, NodeKind.ATTACHMENT_NOTE) else ""
    return f"<p{flat}>{inner}</p>"


def _table(rows: Sequence[Node], table: Node | None, here: str | None, quotes: Sequence[str]) -> str:
    if not rows:
        return _paragraph(table, here, quotes) if table else ""
    columns = next((r.columns for r in rows if r.columns), table.columns if table else ())
    first, *others = rows
    heads = _is_head(first, columns)  # the row of heads is a row of its own: not shown twice
    head = _row(first, "th", here, quotes) if heads else "".join(f"<th>{html(c)}</th>" for c in columns)
    if head and not heads:
        head = f"<tr>{head}</tr>"
    body = "".join(_row(row, "td", here, quotes) for row in (others if heads else rows))
    own = f' id="{anchor(table.id)}"' + (' class="zc-here"' if table.id == here else "") if table else ""
    header = f"<thead>{head}</thead>" if head else ""
    return f'<div class="zc-scroll"><table{own}>{header}<tbody>{body}</tbody></table></div>'


def _is_head(row: Node, columns: Sequence[str]) -> bool:
    return bool(columns) and ["".join(c.split()) for c in row.cells] == ["".join(c.split()) for c in columns]


def _row(row: Node, tag: str, here: str | None, quotes: Sequence[str]) -> str:
    mark = ' class="zc-here"' if row.id == here else ""
    cells = row.cells or (row.text,)
    inner = (highlighted(c, quotes) if row.id == here else html_lines(c) for c in cells)
    return f'<tr id="{anchor(row.id)}"{mark}>' + "".join(f"<{tag}>{cell}</{tag}>" for cell in inner) + "</tr>"


def tree_html(nodes: Sequence[Node]) -> str:
    """The document's structure as nested lists of links into its text; branches fold."""
    children: dict[str | None, list[Node]] = {}
    shown = {n.id for n in nodes if _in_tree(n)}
    for node in nodes:
        if node.id in shown:
            children.setdefault(node.parent_id if node.parent_id in shown else None, []).append(node)

    def branch(parent: str | None, depth: int) -> str:
        items = []
        for node in children.get(parent, []):
            text = html(_table_name(node) if node.kind is NodeKind.TABLE else shortened(node.text, 40))
            own = f'<a href="#{anchor(node.id)}">{text}</a>'
            below = branch(node.id, depth + 1)
            items.append(
                f"<li><details{' open' if depth < 1 else ''}><summary>{own}</summary>{below}</details></li>"
                if below
                else f"<li>{own}</li>"
            )
        return f"<ul>{''.join(items)}</ul>" if items else ""

    inner = branch(None, 0) or '<span class="zc-dim">本文没有层次标题</span>'
    return f'<nav class="zc zc-tree" aria-label="文件结构">{inner}</nav>'


def _table_name(table: Node) -> str:
    heads = "、".join("".join(c.split()) for c in table.columns if c.strip())
    return f"表：{shortened(heads, 30)}" if heads else "表"


def _in_tree(node: Node) -> bool:
    return node.kind in (NodeKind.HEADING, NodeKind.TABLE) or (node.kind is NodeKind.CLAUSE and bool(node.number))


# -- a clause opened in its place --------------------------------------------------------------------------------


def around(nodes: Sequence[Node], here: str, width: int = AROUND) -> list[Node]:
    """The nodes around one, with the headings above it even where they stand further up."""
    at = next((i for i, n in enumerate(nodes) if n.id == here), 0)
    near = list(nodes[max(0, at - width) : at + width + 1])
    by_id = {n.id: n for n in nodes}
    above: list[Node] = []
    parent = by_id[here].parent_id if here in by_id else None
    while parent in by_id:
        node = by_id[parent]
        if node not in near:
            above.insert(0, node)
        parent = node.parent_id
    return above + near


@st.dialog("条款原文", width="large")
def open_clause(clause_id: str, quotes: Sequence[str], as_of: date) -> None:
    """The clause highlighted in its document, under its headings, with ways on."""
    engine = state.engine()
    try:
        view = engine.clause(clause_id, as_of)
    except IngestError as error:
        st.error(label(str(error)))
        return
    ref = view.clause
    heading(ref)
    nodes = engine.store.nodes(ref.document_id)
    with st.container(height=420, border=True):
        st.html(document_html(around(nodes, clause_id), clause_id, quotes))
    st.html(SCROLL, unsafe_allow_javascript=True)
    left, right = st.columns(2)
    if left.button("在文档库中阅读全文", icon=":material/menu_book:", width="stretch", type="primary"):
        state.goto("library", clause=clause_id)
    if right.button("检索相似条款", icon=":material/search:", width="stretch"):
        state.goto("search", q=shortened(ref.text, 200))
    st.caption("发给同事的链接（右上角可复制）")
    st.code(state.link("ask", clause=clause_id), language=None, wrap_lines=True)


def heading(ref: ClauseRef) -> None:
    """A clause's document, headings and badges."""
    page = f"第{ref.page}页" if ref.page else None
    st.html(
        f'<div class="zc"><div class="zc-doc">{html(name(ref.document, ref.doc_no))}</div>'
        f'<div class="zc-path">{html(place(ref))}</div>'
        f"{style.badges(ref.region, ref.validity, ref.issuer, page)}</div>"
    )


def document_badges(document: Document, as_of: date) -> str:
    """A document's region, validity, issuer, kind and date."""
    validity = Validity.on(as_of, document.valid_from, document.valid_to)
    issued = document.published or document.signed
    return style.badges(
        document.region, validity, "、".join(document.issuers) or None, document.kind, style.day(issued) or None
    )
