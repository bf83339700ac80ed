"""条款检索: by words, document number, title or a pasted passage; narrowed by facets, grouped by document."""

from __future__ import annotations

from datetime import date

import streamlit as st

from ingest.model import IngestError
from qa.app import export, facets, state, style, views, widgets
from qa.app.escape import label
from qa.engine import Engine
from qa.model import Retrieved

FACETS = ("地区", "发文机关", "年份", "文种", "主题", "有效期")
WIDE = 200  # results that facets are counted over
PAGE = 10  # documents a page


def main() -> None:
    engine = state.engine_or_stop()
    region, as_of = state.filters()
    style.title("条款检索", "输入词语、文号、标题，或粘贴一段原文，查到它出自哪一条。")
    given = st.query_params.get("q", "")
    if given and st.session_state.get("search-linked") != given:
        st.session_state["search-linked"] = st.session_state["search-q"] = given[:2000]
    query = st.text_area(
        "检索内容", key="search-q", height=80, max_chars=2000, placeholder="例如：首台套、冀政发〔2018〕4号、或一段原文"
    )
    st.button("检索", type="primary", icon=":material/search:")
    query = query.strip()
    if not query:
        st.info("可以输入词语（如“融资担保”）、文号、文件标题，也可以粘贴一整段话。", icon=":material/lightbulb:")
        return
    try:
        hits = engine.search(query, as_of=as_of, k=WIDE, region=region)
    except IngestError as error:
        st.error(label(str(error)), icon=":material/error:")
        return
    chosen = widgets.chosen_facets("search", FACETS)
    kept, counts = facets.narrowed(
        hits, lambda hit: facets.of_clause(hit, engine.documents[hit.document_id], as_of), chosen
    )
    narrowed = sum(map(bool, chosen.values()))
    with st.expander(
        f"筛选{f'（已选 {narrowed} 项）' if narrowed else ''}", icon=":material/filter_alt:", expanded=bool(narrowed)
    ):
        widgets.facet_boxes("search", counts, FACETS)
    if not kept:
        st.warning("没有找到符合的条款。请换个说法，或放宽左侧的地区和上面的筛选。", icon=":material/search_off:")
        return
    _results(engine, kept, as_of)


def _results(engine: Engine, hits: list[Retrieved], as_of: date) -> None:
    groups: dict[str, list[Retrieved]] = {}
    for hit in hits:
        groups.setdefault(hit.document_id, []).append(hit)
    left, right = st.columns([3, 1], vertical_alignment="center")
    left.caption(f"{len(hits)} 个条款，分在 {len(groups)} 份文件里，按相关程度排列")
    right.download_button(
        "下载结果",
        lambda: export.csv_bytes(HEADER, (_row(n, h) for n, h in enumerate(hits, 1))),
        "条款检索.csv",
        "text/csv",
        icon=":material/download:",
        width="stretch",
    )
    pages = (len(groups) + PAGE - 1) // PAGE
    page = widgets.page_number("search-page", pages)
    for document_id, found in list(groups.items())[(page - 1) * PAGE : page * PAGE]:
        _group(engine, document_id, found, as_of)
    if pages > 1:
        st.pagination(pages, key="search-page")


HEADER = ("序号", "文件", "文号", "发文机关", "地区", "位置", "条款", "有效期至", "条款编号")


def _row(n: int, hit: Retrieved) -> tuple[object, ...]:
    place = views.place(hit)
    until = hit.validity.valid_to.isoformat() if hit.validity.valid_to else ""
    return n, hit.document, hit.doc_no, hit.issuer, hit.region, place, hit.text, until, hit.clause_id


def _group(engine: Engine, document_id: str, found: list[Retrieved], as_of: date) -> None:
    document = engine.documents[document_id]
    with st.container(border=True):
        if st.button(
            label(views.name(document.title, document.doc_no), 90),
            key=f"doc-{document_id}",
            type="tertiary",
            icon=":material/description:",
            wrap=True,
        ):
            state.goto("library", clause=found[0].clause_id)
        st.html(f'<div class="zc">{views.document_badges(document, as_of)}</div>')
        for hit in found[:3]:
            _hit(engine, hit, as_of)
        if len(found) > 3:
            with st.expander(f"本文件另有 {len(found) - 3} 个条款"):
                for hit in found[3:15]:
                    _hit(engine, hit, as_of)


def _hit(engine: Engine, hit: Retrieved, as_of: date) -> None:
    from qa.app.escape import html

    path = f'<div class="zc-path">{html(views.place(hit))}</div>' if hit.path else ""
    st.html(f'<div class="zc">{path}<div class="zc-quote">{html(views.shortened(hit.text, 200))}</div></div>')
    with st.container(horizontal=True, gap="small"):
        if st.button("原文", key=f"open-{hit.clause_id}", icon=":material/article:", type="tertiary"):
            views.open_clause(hit.clause_id, (), as_of)
        if st.button("相似条款与引用", key=f"like-{hit.clause_id}", icon=":material/hub:", type="tertiary"):
            _related(engine, hit, as_of)


@st.dialog("相似条款与引用", width="large")
def _related(engine: Engine, hit: Retrieved, as_of: date) -> None:
    """Clauses that say nearly the same, and clauses that cite this clause's document."""
    views.heading(hit)
    alike = [h for h in engine.search(hit.text[:500], as_of=as_of, k=8) if h.clause_id != hit.clause_id][:5]
    st.markdown("**相似条款**")
    for other in alike:
        st.html(f'<div class="zc"><div class="zc-doc">{_escaped(views.name(other.document, other.doc_no))}</div></div>')
        st.html(views.reference_html(other, limit=120))
    citing = [link for link in engine.store.links_to(hit.document_id) if link.clause_id in engine.nodes]
    st.markdown("**引用本文件的条款**")
    if not citing:
        st.caption("库中没有其他文件引用它。")
    for link in citing[:8]:
        ref = engine.ref(link.clause_id, as_of)
        st.html(f'<div class="zc"><div class="zc-doc">{_escaped(views.name(ref.document, ref.doc_no))}</div></div>')
        st.html(views.reference_html(ref, limit=120))


def _escaped(text: str) -> str:
    from qa.app.escape import html

    return html(text)


if __name__ == "__main__":
    main()
