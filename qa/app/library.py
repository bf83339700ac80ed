"""文档库: the catalogue, and each document with its structure, text, tables, links and validity."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial

import streamlit as st

from ingest.model import Document, IngestError, Node, NodeKind
from qa.app import export, facets, originals, state, style, views, widgets
from qa.app.escape import file_name, html, label
from qa.engine import Engine
from qa.model import Validity

FACETS = ("地区", "发文机关", "年份", "文种", "主题", "有效期")
PAGE = 15


def main() -> None:
    engine = state.engine_or_stop()
    _, as_of = state.filters()
    clause = st.query_params.get("clause")
    chosen = st.query_params.get("doc")
    if clause:
        node = engine.store.node(clause)
        if node is None:
            st.warning("这个链接指向的条款不在库中，可能已被移除。", icon=":material/link_off:")
        else:
            _document(engine, engine.documents[node.document_id], as_of, node)
            return
    elif chosen:
        if chosen in engine.documents:
            _document(engine, engine.documents[chosen], as_of, None)
            return
        st.warning("这个链接指向的文件不在库中，可能已被移除。", icon=":material/link_off:")
    _catalogue(engine, as_of)


# -- catalogue ---------------------------------------------------------------------------------------------------


def _catalogue(engine: Engine, as_of: date) -> None:
    region, _ = state.filters()
    style.title("文档库", f"{len(engine.documents)} 份文件。点开一份，可看结构、原文、表格、引用关系与有效期。")
    words = st.text_input(
        "按标题、文号或发文机关查找", key="library-q", max_chars=200, placeholder="例如：专精特新、冀政办字"
    )
    documents = [d for d in engine.documents.values() if _matches(d, words, region)]
    chosen = widgets.chosen_facets("library", FACETS)
    kept, counts = facets.narrowed(documents, lambda d: facets.of_document(d, as_of), chosen)
    narrowed = sum(map(bool, chosen.values()))
    with st.expander(
        f"筛选{f'（已选 {narrowed} 项）' if narrowed else ''}", icon=":material/filter_alt:", expanded=bool(narrowed)
    ):
        widgets.facet_boxes("library", counts, FACETS)
    left, right = st.columns([3, 1], vertical_alignment="center")
    left.caption(f"{len(kept)} 份文件")
    right.download_button(
        "下载目录",
        lambda: export.csv_bytes(HEADER, (_row(d, as_of) for d in kept)),
        "文档目录.csv",
        "text/csv",
        icon=":material/download:",
        width="stretch",
    )
    if not kept:
        st.warning("没有符合的文件。请放宽查找词、地区或筛选。", icon=":material/search_off:")
        return
    pages = (len(kept) + PAGE - 1) // PAGE
    page = widgets.page_number("library-page", pages)
    for document in kept[(page - 1) * PAGE : page * PAGE]:
        _entry(document, as_of)
    if pages > 1:
        st.pagination(pages, key="library-page")


HEADER = (
    "标题",
    "文号",
    "发文机关",
    "地区",
    "文种",
    "成文或发布日期",
    "有效期起",
    "有效期止",
    "状态",
    "来源文件",
    "编号",
)


def _row(d: Document, as_of: date) -> tuple[object, ...]:
    days = [v.isoformat() if v else "" for v in (d.published or d.signed, d.valid_from, d.valid_to)]
    status = Validity.on(as_of, d.valid_from, d.valid_to).status
    return d.title, d.doc_no, "、".join(d.issuers), d.region, d.kind, *days, status, d.source, d.id


def _matches(document: Document, words: str, region: str | None) -> bool:
    if not state.concerns(document.region, region):
        return False
    text = " ".join((document.title, document.doc_no or "", *document.issuers))
    return all(word in text for word in words.split())


def _entry(document: Document, as_of: date) -> None:
    with st.container(border=True, gap="small"):
        if st.button(
            label(views.name(document.title, document.doc_no), 100),
            key=f"open-{document.id}",
            type="tertiary",
            icon=":material/description:",
            wrap=True,
        ):
            state.goto("library", doc=document.id)
        st.html(f'<div class="zc">{views.document_badges(document, as_of)}</div>')


# -- one document ------------------------------------------------------------------------------------------------


def _document(engine: Engine, document: Document, as_of: date, here: Node | None) -> None:
    if st.button("返回目录", icon=":material/arrow_back:", type="tertiary"):
        state.goto("library")
    title = html(" ".join(document.title.split()))
    number = f'<div class="zc-lead">{html(document.doc_no)}</div>' if document.doc_no else ""
    st.html(
        f'<div class="zc"><h1 class="zc-title" style="padding:0">{title}</h1>{number}'
        f'<div style="margin-top:.4rem">{views.document_badges(document, as_of)}</div></div>'
    )
    nodes = engine.store.nodes(document.id)
    text, tables, links, about = st.tabs(["原文", "表格", "关联文件", "有效期与来源"])
    with text:
        _text(nodes, here)
    with tables:
        _tables(nodes)
    with links:
        _links(engine, document, as_of)
    with about:
        _about(engine, document, as_of)


def _text(nodes: Sequence[Node], here: Node | None) -> None:
    left, right = st.columns([1, 3], gap="medium")
    with left:
        st.html(views.tree_html(nodes))
    with right:
        body = views.document_html(nodes, here.id if here else None)
        st.html(body)
    if here is not None:
        st.html(views.SCROLL, unsafe_allow_javascript=True)


def _tables(nodes: Sequence[Node]) -> None:
    tables = [n for n in nodes if n.kind is NodeKind.TABLE]
    if not tables:
        st.caption("本文没有表格。")
    for n, table in enumerate(tables, 1):
        rows = [r for r in nodes if r.kind is NodeKind.ROW and r.parent_id == table.id]
        st.caption(label(f"表 {n}　{' › '.join(' '.join(p.split()) for p in table.path)}"))
        st.html(views.document_html([table, *rows]))
        columns = next((r.columns for r in rows if r.columns), table.columns)
        st.download_button(
            "下载这张表",
            partial(export.xlsx_bytes, columns, [r.cells for r in rows]),
            f"表{n}.xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            key=f"table-{n}",
            icon=":material/download:",
        )


def _links(engine: Engine, document: Document, as_of: date) -> None:
    family = [(d.relation or "附件", d) for d in engine.documents.values() if d.main_id == document.id]
    main = engine.documents.get(document.main_id or "")
    cited = {k.target_id: k for k in engine.store.links(document.id) if k.target_id and k.target_id != document.id}
    citing = {
        engine.nodes[k.clause_id].document_id: k
        for k in engine.store.links_to(document.id)
        if k.clause_id in engine.nodes
    }
    citing.pop(document.id, None)
    unknown = sorted({k.text for k in engine.store.links(document.id) if k.target_id is None})
    if main is not None:
        _linked(f"本文是下面文件的{document.relation or '附件'}", [main], as_of, "main")
    for relation in ("附件", "解读"):
        _linked(f"本文的{relation}", [d for r, d in family if r == relation], as_of, relation)
    _linked("本文引用", [engine.documents[i] for i in cited if i in engine.documents], as_of, "cited")
    _linked("引用本文的文件", [engine.documents[i] for i in citing if i in engine.documents], as_of, "citing")
    if unknown:
        with st.expander(f"提到而库中没有的文件（{len(unknown)}）"):
            st.html('<div class="zc"><ul>' + "".join(f"<li>{html(u)}</li>" for u in unknown) + "</ul></div>")
    if not (main or family or cited or citing or unknown):
        st.caption("没有发现与其他文件的关联。")


def _linked(title: str, documents: Sequence[Document], as_of: date, key: str) -> None:
    if not documents:
        return
    st.markdown(f"**{title}**")
    for document in documents:
        if st.button(
            label(views.name(document.title, document.doc_no), 100),
            key=f"{key}-{document.id}",
            type="tertiary",
            icon=":material/link:",
            wrap=True,
        ):
            state.goto("library", doc=document.id)
        st.html(f'<div class="zc">{views.document_badges(document, as_of)}</div>')


def _about(engine: Engine, document: Document, as_of: date) -> None:
    st.html(timeline_html(document, as_of))
    pairs = (
        ("发文机关", "、".join(document.issuers)),
        ("主送", "、".join(document.addressees)),
        ("成文日期", style.day(document.signed)),
        ("发布日期", style.day(document.published)),
        ("文种", document.kind),
        ("来源文件", f"{document.source}，第 {document.start}–{document.end} 字"),
    )
    rows = "".join(f"<tr><th>{name}</th><td>{html(value)}</td></tr>" for name, value in pairs if value)
    st.html(f'<div class="zc"><table>{rows}</table></div>')
    try:
        original = originals.find(engine, document.source)
    except IngestError as error:
        st.warning(label(str(error)))
    else:
        st.download_button(
            "下载原始文件",
            original.read_bytes,
            file_name(original.stem, original.suffix),
            originals.media_type(original),
            icon=":material/download:",
        )
    st.download_button(
        "下载本文（纯文本）",
        lambda: engine.store.source_text(document.source)[document.start : document.end].encode(),
        file_name(document.title, ".txt"),
        "text/plain",
        icon=":material/download:",
    )
    st.caption("这份文件的链接（右上角可复制）")
    st.code(state.link("library", doc=document.id), language=None, wrap_lines=True)


def timeline_html(document: Document, as_of: date) -> str:
    """From when to when the document holds, and where the chosen day stands, in a bar and in words."""
    start = document.valid_from or document.published or document.signed
    end = document.valid_to
    status = Validity.on(as_of, document.valid_from, document.valid_to)
    words = f"{'自' + style.day(start) if start else '起始日期未载明'}，{'至' + style.day(end) if end else '终止日期未载明'}"
    bar = ""
    if start is not None:
        last = end or max(as_of, start)
        first, total = min(start, as_of), max((max(last, as_of) - min(start, as_of)).days, 1)
        left, width = (start - first).days / total * 100, max((last - start).days / total * 100, 1)
        now = (as_of - first).days / total * 100
        fade = "" if end else ";background:linear-gradient(90deg,#0072B2 60%,transparent)"
        bar = (
            f'<div class="zc-bar" role="img" aria-label="{html(words)}"><i style="left:{left:.1f}%;width:{width:.1f}%{fade}"></i>'
            f'<u style="left:{min(now, 99.5):.1f}%"></u></div>'
        )
    return f'<div class="zc">{style.validity_badge(status)}<div>{html(words)}；竖线为 {html(style.day(as_of))}</div>{bar}</div>'


if __name__ == "__main__":
    main()
