"""管理: take files in, see what was made of them first, correct, remove, rebuild; read what users said."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import streamlit as st

from ingest.model import Document, IngestError
from qa.app import export, gate, intake, state, style, views
from qa.app.ask import feedback
from qa.app.escape import html, label
from qa.engine import Engine

VOTES = {"down": "👎 有问题", "unanswered": "没有答上", "up": "👍 有帮助"}


def main() -> None:
    style.title("管理", "导入、校对、移除文件，查看反馈。")
    if not gate.passed():
        return
    engine = state.engine_or_stop()
    _flash()
    upload, library, said = st.tabs(["导入文件", "文件与索引", "反馈与未答问题"])
    with upload:
        _upload(engine)
    with library:
        _library(engine)
    with said:
        _feedback(engine)


def _flash() -> None:
    """What the last action did, shown after the page was drawn anew."""
    message = st.session_state.pop("admin-done", None)
    if message:
        st.success(label(message), icon=":material/check_circle:")


def _done(message: str) -> None:
    state.reopen()
    st.session_state["admin-done"] = message
    st.rerun()


@contextmanager
def _progress(what: str) -> Iterator[intake.Progress]:
    bar = st.progress(0.0, text=what)

    def report(step: str, done: int, total: int) -> None:
        bar.progress(min(done / max(total, 1), 1.0), text=f"{what}：{step} {done}/{total}")

    yield report
    bar.empty()


# -- taking in ---------------------------------------------------------------------------------------------------


def _upload(engine: Engine) -> None:
    given = st.file_uploader(
        f"选择 PDF、DOCX 或 TXT 文件（每个不超过 {intake.MAX_MB} MB）",
        type=list(intake.KINDS),
        max_upload_size=intake.MAX_MB,
        key=f"upload-{st.session_state.get('upload-round', 0)}",
    )
    if given is None:
        st.caption("上传后先显示切分结果，确认后才入库。")
        return
    data = given.getvalue()
    key = f"pending-{intake.digest(data)}-{given.name}"
    if key not in st.session_state:
        try:
            with st.spinner("正在读取与切分……"):
                st.session_state[key] = intake.receive(engine.workspace, given.name, data)
        except IngestError as error:
            st.error(label(str(error)), icon=":material/error:")
            return
    pending: intake.Pending = st.session_state[key]
    _preview(pending)
    if any(info.name == pending.name for info in engine.store.sources()):
        st.warning(f"库中已有同名文件，入库后将替换它：{label(pending.name)}", icon=":material/warning:")
    corrections = {d.id: _metadata_fields(d, f"new-{d.id}") for d in pending.parsed.documents}
    accept, discard = st.columns(2)
    if accept.button("确认入库", type="primary", icon=":material/check:", width="stretch"):
        try:
            with _progress("入库") as report:
                intake.accept(engine.workspace, engine.store, pending, corrections)
                intake.reindex(engine.workspace, engine.store, report)
        except (IngestError, OSError) as error:
            st.error(label(str(error)), icon=":material/error:")
            return
        _next_upload(key)
        _done(f"已入库：{pending.name}")
    if discard.button("放弃", icon=":material/close:", width="stretch"):
        intake.discard(pending)
        _next_upload(key)
        st.rerun()


def _next_upload(key: str) -> None:
    st.session_state.pop(key, None)
    st.session_state["upload-round"] = st.session_state.get("upload-round", 0) + 1


def _preview(pending: intake.Pending) -> None:
    kinds = {"clause": "条款", "heading": "标题", "table": "表格", "row": "表格行"}
    counts = "，".join(f"{kinds[k]} {n}" for k, n in pending.counts.items() if k in kinds)
    st.markdown(f"**切分结果**：{len(pending.parsed.documents)} 份文件，{counts or '没有条款'}")
    for warning in (*pending.parsed.source.warnings, *pending.parsed.warnings):
        st.warning(label(warning), icon=":material/warning:")
    for document in pending.parsed.documents:
        nodes = [n for n in pending.parsed.nodes if n.document_id == document.id]
        with st.expander(
            label(views.name(document.title, document.doc_no), 90), expanded=len(pending.parsed.documents) == 1
        ):
            tree, text = st.columns([1, 2])
            tree.html(views.tree_html(nodes))
            with text.container(height=380):
                st.html(views.document_html(nodes))


def _metadata_fields(document: Document, key: str) -> dict[str, Any]:
    """The fields of a document's metadata; what was changed."""
    with st.expander(label(f"校对信息：{views.shortened(document.title, 40)}"), icon=":material/edit:"):
        left, right = st.columns(2)
        values: dict[str, Any] = {
            "title": left.text_input("标题", document.title, key=f"{key}-title", max_chars=300),
            "doc_no": right.text_input("文号", document.doc_no or "", key=f"{key}-no", max_chars=80),
            "issuers": left.text_input(
                "发文机关（多个用顿号隔开）", "、".join(document.issuers), key=f"{key}-by", max_chars=300
            ),
            "region": right.text_input(
                "地区（全称，如 河北省；全国）", document.region or "", key=f"{key}-region", max_chars=40
            ),
            "signed": left.date_input("成文日期", document.signed, key=f"{key}-signed", **_RANGE),
            "valid_from": right.date_input("有效期起", document.valid_from, key=f"{key}-from", **_RANGE),
            "valid_to": left.date_input("有效期止", document.valid_to, key=f"{key}-to", **_RANGE),
        }
    values["issuers"] = tuple(part.strip() for part in str(values["issuers"]).split("、") if part.strip())
    values["doc_no"] = values["doc_no"] or None
    values["region"] = values["region"] or None
    before = intake.summary(document)
    return {name: value for name, value in values.items() if value != before[name]}


_RANGE: dict[str, Any] = {"min_value": date(1949, 10, 1), "max_value": date(2100, 12, 31), "format": "YYYY-MM-DD"}


# -- what is there -----------------------------------------------------------------------------------------------


def _library(engine: Engine) -> None:
    sources = engine.store.sources()
    rows = "".join(
        f"<tr><td>{html(s.name)}</td><td>{html(s.format)}</td><td>{s.documents}</td><td>{s.chars}</td>"
        f"<td>{html('；'.join(s.warnings))}</td></tr>"
        for s in sources
    )
    st.html(
        '<div class="zc"><div class="zc-scroll"><table><thead><tr><th>来源文件</th><th>格式</th><th>文件数</th><th>字数</th>'
        f"<th>提示</th></tr></thead><tbody>{rows}</tbody></table></div></div>"
    )
    _amend(engine)
    st.divider()
    _remove(engine, [s.name for s in sources])
    st.divider()
    if st.button("全部重新读入并重建索引", icon=":material/sync:"):
        with _progress("重建") as report:
            problems = intake.rebuild(engine.workspace, engine.store, report)
        _done("重建完成" + (f"，{len(problems)} 个问题：{'；'.join(problems)}" if problems else ""))


def _amend(engine: Engine) -> None:
    names = {d.id: views.name(d.title, d.doc_no) for d in engine.documents.values()}
    chosen = st.selectbox(
        "校对一份文件的信息",
        list(names),
        index=None,
        format_func=lambda i: names.get(i, i),
        placeholder="选择文件",
        key="amend",
    )
    if chosen is None:
        return
    changes = _metadata_fields(engine.documents[chosen], f"amend-{chosen}")
    if st.button("保存更正", icon=":material/save:", disabled=not changes, type="primary"):
        try:
            with _progress("保存") as report:
                intake.amend(engine.workspace, engine.store, chosen, changes)
                intake.reindex(engine.workspace, engine.store, report)
        except (IngestError, OSError) as error:
            st.error(label(str(error)), icon=":material/error:")
            return
        _done("已保存更正")


def _remove(engine: Engine, sources: list[str]) -> None:
    chosen = st.selectbox("移除一个来源文件", sources, index=None, placeholder="选择来源", key="remove")
    sure = st.checkbox("我知道移除后，它的条款将不再被检索和引用", disabled=chosen is None)
    if st.button("移除", icon=":material/delete:", disabled=not (chosen and sure)):
        try:
            with _progress("移除") as report:
                intake.remove(engine.workspace, engine.store, str(chosen))
                intake.reindex(engine.workspace, engine.store, report)
        except (IngestError, OSError) as error:
            st.error(label(str(error)), icon=":material/error:")
            return
        _done(f"已移除：{chosen}")


# -- what people said --------------------------------------------------------------------------------------------


def _feedback(engine: Engine) -> None:
    book = feedback(engine)
    vote = st.segmented_control("看哪一类", list(VOTES), format_func=lambda v: VOTES[v], default="down", key="votes")
    entries = book.entries(vote)
    st.download_button(
        "下载 CSV",
        lambda: export.csv_bytes(
            ("时间", "类别", "问题", "回答", "条款", "原因", "说明", "地区", "日期", "已处理"),
            [
                (
                    e.at,
                    VOTES[e.vote],
                    e.question,
                    e.answer,
                    "\n".join(e.clauses),
                    e.reason,
                    e.comment,
                    e.region,
                    e.as_of,
                    e.done,
                )
                for e in book.entries()
            ],
        ),
        "反馈.csv",
        "text/csv",
        icon=":material/download:",
    )
    if not entries:
        st.caption("还没有。")
    for entry in entries[:100]:
        title = ("✓ " if entry.done else "") + views.shortened(entry.question, 60)
        with st.expander(label(title)):
            st.html(
                f'<div class="zc"><div class="zc-dim">{html(entry.at)}　{html(entry.region or "全部地区")}　{html(entry.as_of)}</div>'
                f"<p>{html(entry.question)}</p>"
                f'<div class="zc-quote">{html(entry.answer)}</div>'
                f"<p>{html('　'.join(filter(None, (entry.reason, entry.comment))))}</p></div>"
            )
            st.button(
                "标为未处理" if entry.done else "标为已处理",
                key=f"done-{entry.id}",
                on_click=book.mark_done,
                args=([entry.id], not entry.done),
            )


if __name__ == "__main__":
    main()
