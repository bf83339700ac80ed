"""政策问答: the app. `zhengce serve` (or `streamlit run app_streamlit.py`); the pages are in `qa/app/`."""

from __future__ import annotations

import logging

import streamlit as st

from qa.app import state, style

st.set_page_config(page_title="政策问答", page_icon=style.ICON, layout="wide")
style.apply()
here = st.navigation([state.page(name) for name in state.PAGES])
if here.url_path == "" and "clause" in st.query_params:  # a clause that someone sent
    state.goto("library", clause=st.query_params["clause"])
state.sidebar_filters()
try:
    here.run()
except Exception:  # the visitor gets a way on, the log the details
    logging.getLogger("zhengce").exception("a page failed")
    st.error(state.FAULT, icon=":material/error:")
