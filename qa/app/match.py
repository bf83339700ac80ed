"""政策匹配与自测: which policies fit an enterprise, what they are worth, what is still to be shown, and by when."""

from __future__ import annotations

import streamlit as st

from qa.app import profile, state, style


def main() -> None:
    engine = state.engine_or_stop()
    _, as_of = state.filters()
    style.title("政策匹配与自测", "填写企业情况，列出可能享受的政策、金额、期限与受理部门，逐条自测。画像只留在本次会话，可存成文件。")
    with st.container(border=True):
        told = profile.form(engine)
        profile.load_and_save(told)


if __name__ == "__main__":
    main()
