"""评测: run a question set, look at the figures and at every wrong answer, compare two runs."""

from __future__ import annotations

import json
import tempfile
import threading
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import streamlit as st

from ingest.model import IngestError
from qa.app import export, state, style, views
from qa.app.escape import html, label
from qa.engine import Engine

MAX_QUESTIONS = 3000
MAX_MB = 20
SHOWN = 50
MAIN = ("answer_right", "evidence@5", "citation_recall", "grounded", "abstain_right", "misled")

_one_at_a_time = threading.Lock()  # a run keeps a core busy; others wait their turn


def main() -> None:
    engine = state.engine_or_stop()
    _, as_of = state.filters()
    style.title("评测", "用一套带标准答案的题检验系统：答对多少，证据找到没有，错在哪里。")
    run_tab, compare_tab = st.tabs(["运行", "比较两次"])
    with run_tab:
        _run_tab(engine, as_of)
    with compare_tab:
        _compare_tab()


# -- run ---------------------------------------------------------------------------------------------------------


def _run_tab(engine: Engine, as_of: date) -> None:
    from evals import shipped_set

    has_shipped = shipped_set().is_file()
    uploaded = st.file_uploader(
        "题集（JSON Lines；不上传则用随程序提供的题集）", type=["jsonl"], key="eval-set", max_upload_size=MAX_MB
    )
    if uploaded is None and not has_shipped:
        st.info("程序里没有附带题集，请上传一份。", icon=":material/upload:")
        return
    first = st.number_input("只用前几题（0 为全部）", 0, MAX_QUESTIONS, 0, key="eval-first")
    if st.button("开始评测", type="primary", icon=":material/play_arrow:"):
        try:
            name = uploaded.name.removesuffix(".jsonl") if uploaded else "随附题集"
            data = uploaded.getvalue() if uploaded else shipped_set().read_bytes()
            st.session_state["eval-run"] = _run(engine, name, data, int(first), as_of)
        except IngestError as error:
            st.error(label(str(error)), icon=":material/error:")
    made = st.session_state.get("eval-run")
    if made is None:
        st.caption("还没有结果。题集每行一题，含 id、question、type、answer_facts、evidence 等字段。")
        return
    _figures(made)
    _wrong(made)


def _run(engine: Engine, name: str, data: bytes, first: int, as_of: date) -> Any:
    from evals import load_questions, run
    from evals.command import all_sources
    from evals.run import asking

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "questions.jsonl"
        path.write_bytes(data)
        questions = load_questions(path)[: first or None]
    if len(questions) > MAX_QUESTIONS:
        raise IngestError(f"题集有 {len(questions)} 题，一次最多 {MAX_QUESTIONS} 题")
    bar = st.progress(0.0, text="等待前一个评测完成……")

    def report(_: str, done: int, total: int) -> None:
        bar.progress(done / total, text=f"已答 {done} / {total} 题")

    with _one_at_a_time:
        made = run(
            asking(engine, as_of),
            questions,
            all_sources(engine),
            name=name,
            about={"题集": name, "日期": as_of.isoformat()},
            progress=report,
        )
    bar.empty()
    return made


def _figures(made: Any) -> None:
    from evals.metrics import BY_NAME

    summary = made.summary()
    cards = "".join(
        f'<div class="zc-figure"><small>{html(BY_NAME[m].label)}</small>{_percent(summary["all"].get(m))}</div>'
        for m in MAIN
        if summary["all"].get(m) is not None
    )
    speed = summary.get("latency_ms", {})
    pace = f"，用时中位 {speed['p50']:.0f} 毫秒、95 分位 {speed['p95']:.0f} 毫秒" if speed else ""
    st.html(
        f'<div class="zc"><div class="zc-dim">{html(made.name)}：{summary["n"]} 题{pace}</div>'
        f'<div class="zc-figures">{cards}</div></div>'
    )
    st.html(_by_type(summary["type"]))
    with st.expander("全部指标", icon=":material/table_chart:"):
        st.html(_all_metrics(made))
    with st.container(horizontal=True):
        st.download_button(
            "下载本次结果（可用于比较）",
            lambda: json.dumps(made.to_json(), ensure_ascii=False, default=str).encode(),
            "run.json",
            "application/json",
            icon=":material/download:",
        )
        st.download_button("下载逐题 CSV", lambda: _csv(made), "run.csv", "text/csv", icon=":material/download:")


def _csv(made: Any) -> bytes:
    names = sorted({name for row in made.rows for name in row.metrics})
    return export.csv_bytes(
        ("编号", "类型", "问题", "标准答案", "回答", *names),
        (
            (
                row.id,
                row.gold.type,
                row.gold.question,
                row.gold.answer,
                (row.got or {}).get("answer", ""),
                *(row.metrics.get(n) for n in names),
            )
            for row in made.rows
        ),
    )


def _percent(value: float | None) -> str:
    return "—" if value is None else f"{value * 100:.1f}%"


def _by_type(groups: Mapping[str, Mapping[str, Any]]) -> str:
    """A bar for each type of question, with its figure in words."""
    rows = []
    for name, group in groups.items():
        right = group.get("answer_right", group.get("abstain_right"))
        if right is None:
            continue
        found = group.get("evidence@5")
        rows.append(
            f"<tr><td>{html(TYPE_NAMES.get(name, name))}</td><td>{group['n']}</td>"
            f'<td><div class="zc-bar"><i style="left:0;width:{right * 100:.1f}%"></i></div></td><td>{_percent(right)}</td>'
            f"<td>{_percent(found)}</td></tr>"
        )
    head = "<tr><th>题型</th><th>题数</th><th>答对</th><th></th><th>前 5 条含证据</th></tr>"
    return f'<div class="zc zc-scroll"><table><thead>{head}</thead><tbody>{"".join(rows)}</tbody></table></div>'


TYPE_NAMES = {
    "amount": "金额",
    "rate": "比例",
    "calculation": "计算",
    "condition": "条件",
    "deadline": "时限",
    "target": "目标",
    "department": "部门",
    "definition": "定义",
    "procedure": "流程",
    "document": "文件",
    "list": "列举",
    "compare": "比较",
    "applicability": "是否适用",
    "score": "分值",
    "unanswerable": "应拒答",
}


def _all_metrics(made: Any) -> str:
    from evals.metrics import METRICS

    rows = []
    for metric in METRICS:
        value, around = made.mean(metric.name), made.intervals.get(metric.name)
        if value is None or around is None:
            continue
        write = _percent if metric.share else (lambda v: f"{v:.1f}")
        rows.append(
            f"<tr><td>{html(metric.group)}</td><td>{html(metric.label)}</td><td>{html(metric.name)}</td><td>{write(value)}</td>"
            f"<td>{write(around.low)} – {write(around.high)}</td><td>{around.n}</td></tr>"
        )
    head = "<tr><th>方面</th><th>指标</th><th>名称</th><th>值</th><th>95% 区间</th><th>题数</th></tr>"
    return f'<div class="zc zc-scroll"><table><thead>{head}</thead><tbody>{"".join(rows)}</tbody></table></div>'


def _wrong(made: Any) -> None:
    misses = made.misses
    st.markdown(f"**答错的题（{len(misses)}）**")
    if not misses:
        st.caption("没有。")
        return
    kinds = ["全部", *sorted({row.gold.type for row in misses})]
    kind = st.selectbox("题型", kinds, format_func=lambda k: TYPE_NAMES.get(k, k), key="eval-kind")
    shown = [row for row in misses if kind in ("全部", row.gold.type)]
    for row in shown[:SHOWN]:
        with st.expander(label(f"{row.id}｜{row.gold.question}", 90)):
            st.html(_beside(row))
    if len(shown) > SHOWN:
        st.caption(f"只列前 {SHOWN} 题，全部见下载的 CSV。")


def _beside(row: Any) -> str:
    """A wrong answer beside its gold answer, and the clauses of both."""
    got = row.got or {}
    gold = row.gold
    wanted = "".join(f'<div class="zc-quote">{html(e.file)}<br>{html(e.quote)}</div>' for e in gold.evidence)
    given = "".join(
        f'<div class="zc-quote">{html(views.name(c.get("document", ""), c.get("doc_no")))}<br>{html(c.get("quote", ""))}</div>'
        for c in got.get("citations", [])
    )
    facts = "、".join(gold.answer_facts)
    return (
        '<div class="zc zc-scroll"><table><thead><tr><th style="width:50%">标准答案</th><th>系统回答</th></tr></thead><tbody>'
        f"<tr><td>{html(gold.answer or '（应拒答）')}<div class='zc-dim'>{html(facts)}</div>{wanted}</td>"
        f"<td>{html(got.get('answer', '（没有作答）'))}{given}</td></tr></tbody></table></div>"
    )


# -- compare -----------------------------------------------------------------------------------------------------


def _compare_tab() -> None:
    from evals import compare

    left, right = st.columns(2)
    before = _loaded(
        left.file_uploader("先前一次（run.json）", type=["json"], key="eval-before", max_upload_size=MAX_MB)
    )
    after = _loaded(
        right.file_uploader("后来一次（不上传则用刚才运行的）", type=["json"], key="eval-after", max_upload_size=MAX_MB)
    )
    after = after or st.session_state.get("eval-run")
    if before is None or after is None:
        st.caption("上传两次评测的 run.json（或先运行一次），比较它们在同一题集上的差别。")
        return
    try:
        found = compare(before, after)
    except IngestError as error:
        st.error(label(str(error)), icon=":material/error:")
        return
    from evals.metrics import BY_NAME

    rows = "".join(
        f"<tr><td>{html(BY_NAME[name].label)}</td><td>{d.mean:+.4f}</td><td>{d.low:+.4f} – {d.high:+.4f}</td>"
        f"<td>{d.p:.4f}</td><td>{d.up}</td><td>{d.down}</td></tr>"
        for name, d in found.differences.items()
    )
    head = "<tr><th>指标</th><th>差</th><th>95% 区间</th><th>p</th><th>变好题数</th><th>变差题数</th></tr>"
    st.html(f'<div class="zc zc-scroll"><table><thead>{head}</thead><tbody>{rows}</tbody></table></div>')
    for word, moved in (("变好", found.better), ("变差", found.worse)):
        with st.expander(f"{word}的题（{len(moved)}）"):
            for m in moved[:SHOWN]:
                st.html(
                    f'<div class="zc"><b>{html(m.after.id)}</b> {html(m.after.gold.question)}'
                    f'<div class="zc-quote">先前：{html((m.before.got or {}).get("answer", ""))}</div>'
                    f'<div class="zc-quote">后来：{html((m.after.got or {}).get("answer", ""))}</div></div>'
                )


def _loaded(uploaded: Any) -> Any:
    from evals import Run

    if uploaded is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "run.json"
        path.write_bytes(uploaded.getvalue())
        try:
            return Run.load(path)
        except IngestError:
            st.error("这个文件不是一次评测的 run.json。", icon=":material/error:")
            return None


if __name__ == "__main__":
    main()
