"""What the pages share: the one engine of the server, the filters of a session, the list of pages, links to send.

The engine is shared by all sessions and only read; everything that belongs to a person is in `st.session_state`.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlencode, urlsplit

import streamlit as st

from ingest.model import Document, IngestError
from ingest.regions import related
from ingest.workspace import Workspace
from qa.app.escape import label
from qa.engine import Engine

HERE = Path(__file__).parent
EVERYWHERE = "全部地区"
FAULT = "这一页出错了。请刷新页面重试；如果反复出现，请把刚才的操作告诉管理员。"

# url path → (file, name in the menu, icon); the first is the start page
PAGES: dict[str, tuple[str, str, str]] = {
    "ask": ("ask.py", "问答", ":material/forum:"),
    "search": ("search.py", "条款检索", ":material/search:"),
    "library": ("library.py", "文档库", ":material/library_books:"),
    "calculators": ("calculators.py", "计算器", ":material/calculate:"),
    "match": ("match.py", "政策匹配与自测", ":material/fact_check:"),
    "evaluation": ("evaluation.py", "评测", ":material/monitoring:"),
    "admin": ("admin.py", "管理", ":material/settings:"),
}


def page(name: str) -> st.Page:
    """The page object that Streamlit's navigation knows by this name."""
    file, title, icon = PAGES[name]
    return st.Page(HERE / file, title=title, icon=icon, url_path=name, default=name == "ask")


def goto(name: str, **query: str) -> NoReturn:
    """Leave for another page, with query parameters."""
    st.switch_page(page(name), query_params=query or None)


def link(name: str, **query: str) -> str:
    """The full address of a page of this server, to be sent to a colleague."""
    here = urlsplit(st.context.url or "http://localhost:8501/")
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    path = "/".join(part for part in (base, "" if name == "ask" else name) if part)
    return f"{here.scheme}://{here.netloc}/{path}?{urlencode({k: v for k, v in query.items() if v})}"


_is_open = threading.Event()  # a spinner costs a thread; there is nothing to wait for any more


@st.cache_resource(show_spinner=False)
def _open(home: str) -> tuple[Engine, str]:
    engine = Engine.open(Workspace.resolve(None))
    _is_open.set()
    return engine, engine.store.digest()


def engine() -> Engine:
    """The server's engine. An empty workspace is filled first; one that another process changed is opened anew."""
    home = os.environ.get("ZHENGCE_HOME", "")
    held, digest = _open(home)
    if held.store.digest() != digest:
        _open.clear()
        held, _ = _open(home)
    return held


def reopen() -> None:
    """Let the next `engine()` open the workspace again: after documents came or went."""
    _open.clear()


def engine_or_stop() -> Engine:
    """The engine, or a page that says what is wrong and what to do."""
    try:
        if _is_open.is_set():
            return engine()
        with st.spinner("正在打开政策库。首次使用需要读入语料并建索引，请稍候……"):
            return engine()
    except IngestError as error:
        st.error(label(str(error)), icon=":material/error:")
        if st.button("重试", icon=":material/refresh:"):
            reopen()
            st.rerun()
        st.stop()


def regions(documents: dict[str, Document]) -> list[str]:
    """The regions that documents are of, the whole country first, then by code."""
    found = {d.region: d.region_code or "999999" for d in documents.values() if d.region}
    return sorted(found, key=lambda name: found[name])


def concerns(region: str | None, chosen: str | None) -> bool:
    """Whether what is of `region` concerns someone in the region `chosen` (None: anywhere)."""
    return not chosen or not region or "全国" in (region, chosen) or related(region, chosen)


def filters() -> tuple[str | None, date]:
    """The region (None: all) and the day on which validity is judged, as chosen in the sidebar."""
    region = st.session_state.get("region", EVERYWHERE)
    as_of = st.session_state.get("as_of") or date.today()
    return (None if region == EVERYWHERE else region), as_of


def sidebar_filters() -> None:
    """The two filters that hold on every page. They live in the sidebar and are kept from page to page."""
    opened = engine_or_stop()
    names = [EVERYWHERE, *regions(opened.documents)]
    for name, parse in (("region", str), ("as_of", _day)):
        _take_over(name, parse)
    if st.session_state.get("region") not in names:
        st.session_state["region"] = EVERYWHERE
    st.session_state.setdefault("as_of", date.today())
    with st.sidebar:
        st.selectbox("地区", names, key="region", help="只用这个地区及其上级（省、国家）的文件")
        st.date_input(
            "按哪一天判断有效期",
            key="as_of",
            min_value=date(1949, 10, 1),
            max_value=date(2100, 12, 31),
            format="YYYY-MM-DD",
        )


def _take_over(name: str, parse: Callable[[str], object]) -> None:
    """A filter named in the address wins once, when the session begins."""
    given = st.query_params.get(name)
    if given is not None and f"{name}_taken" not in st.session_state:
        value = parse(given)
        if value is not None:
            st.session_state[name] = value
    st.session_state[f"{name}_taken"] = True


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
