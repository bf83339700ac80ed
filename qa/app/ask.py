"""问答: a conversation whose every answer can be checked, changed, sent and judged."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import streamlit as st

from ingest.model import IngestError
from qa.app import export, forms, state, style, views
from qa.app.escape import html, label
from qa.app.feedback import REASONS, Entry, Feedback
from qa.calculators import Rule
from qa.engine import Engine
from qa.model import Answer, Citation, Turn

MAX_QUESTION = 1000
HISTORY = 6  # exchanges that a follow-up question can lean on
WHOLE = 6  # exchanges drawn with citations and calculators; older ones only as text
NEARBY = 8  # further clauses listed below the latest answer

EXAMPLES = (
    "高新技术企业的企业所得税税率是多少？",
    "首次获得质量奖的企业有什么奖励？",
    "中小企业融资担保有哪些支持？",
    "申报技术改造项目要准备哪些材料？",
)


# the reader begins with the answer, not with what stands last on the page
_TO_QUESTION = """<script>
(() => {
  const end = Date.now() + 10000;
  let held = true;
  for (const kind of ["wheel", "touchstart", "keydown", "pointerdown"])
    addEventListener(kind, () => { held = false; }, { once: true, passive: true });
  const hold = () => {
    if (!held || Date.now() > end) return;
    const all = document.querySelectorAll(".zc-asked");
    all[all.length - 1]?.scrollIntoView();
    setTimeout(hold, 80);
  };
  hold();
})();
</script>"""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question and its answer, with the filters it was asked under."""

    answer: Answer
    region: str | None
    as_of: date
    key: str = field(default="")


def main() -> None:
    engine = state.engine_or_stop()
    region, as_of = state.filters()
    chat: list[Exchange] = st.session_state.setdefault("chat", [])
    asked = _asked(chat)
    if not chat and not asked:
        asked = _welcome(engine)
    whole = max(0, len(chat) - WHOLE)
    if whole:
        with st.expander(f"更早的 {whole} 个问答", icon=":material/history:"):
            for exchange in chat[:whole]:
                _question(exchange.answer.question)
                st.html(f'<div class="zc zc-answer">{html(exchange.answer.answer)}</div>')
    for n, exchange in enumerate(chat[whole:], whole):
        _show(engine, exchange, f"{n}", latest=n == len(chat) - 1 and not asked)
    if asked:
        answered = _ask(engine, asked, region, as_of, chat)
        if answered is not None:
            chat.append(answered)
            _show(engine, answered, f"{len(chat) - 1}", latest=True, question_shown=True)
            st.html(_TO_QUESTION, unsafe_allow_javascript=True)
    if chat and st.sidebar.button("新的对话", icon=":material/add_comment:", width="stretch"):
        st.session_state["chat"] = []
        st.query_params.clear()
        st.rerun()


def _asked(chat: list[Exchange]) -> str | None:
    """The question to answer now: typed, picked, or carried by the address of the page (once)."""
    typed = st.chat_input("输入问题，如：贷款贴息怎么申请", max_chars=MAX_QUESTION, key="question")
    if typed and typed.strip():
        return typed.strip()
    picked = st.session_state.pop("picked", None)
    if picked:
        return str(picked)
    linked = st.query_params.get("q", "").strip()[:MAX_QUESTION]
    if linked and not chat and st.session_state.get("linked") != linked:
        st.session_state["linked"] = linked
        return linked
    return None


def _welcome(engine: Engine) -> str | None:
    style.title(
        "政策问答",
        f"每个回答都注明条款出处，金额按条款计算。库中有 {len(engine.documents)} 份文件、{len(engine.nodes)} 个条款。",
    )
    st.caption("可以这样问：")
    columns = st.columns(2)
    for n, example in enumerate(EXAMPLES):
        columns[n % 2].button(
            label(example), key=f"example-{n}", width="stretch", on_click=_pick, args=(example,), wrap=True
        )
    return None


def _pick(question: str) -> None:
    st.session_state["picked"] = question


def _ask(engine: Engine, question: str, region: str | None, as_of: date, chat: list[Exchange]) -> Exchange | None:
    history = tuple(Turn(question=e.answer.question, answer=e.answer.answer) for e in chat[-HISTORY:])
    _question(question)
    try:
        answer = engine.ask(question, as_of=as_of, region=region, history=history)
    except IngestError as error:
        st.error(label(str(error)), icon=":material/error:")
        return None
    if answer.abstained:
        entry = Entry("unanswered", question, answer.answer, region=region or "", as_of=as_of.isoformat())
        feedback(engine).add(entry)
    return Exchange(answer, region, as_of)


def feedback(engine: Engine) -> Feedback:
    """The feedback file of the engine's workspace."""
    return Feedback(engine.workspace.path / "feedback.sqlite3")


# -- one exchange ------------------------------------------------------------------------------------------------


def _question(question: str) -> None:
    with st.chat_message("user", avatar=":material/person:"):
        st.html(f'<div class="zc zc-answer zc-asked">{html(question)}</div>')


def _show(engine: Engine, exchange: Exchange, key: str, *, latest: bool, question_shown: bool = False) -> None:
    answer = exchange.answer
    if not question_shown:
        _question(answer.question)
    with st.chat_message("assistant", avatar=":material/policy:"):
        calculation = answer.calculation or {}
        rule = forms.rule(str(calculation.get("calculator", "")))
        _answer(answer, key, rule.notes if rule else ())
        _citations(exchange, key)
        if rule is not None:
            _calculation(engine, exchange, rule, key)
        if latest:
            _nearby(exchange, key)
        _actions(engine, exchange, key)


def _answer(answer: Answer, key: str, notes: Sequence[str]) -> None:
    """The answer and its warnings; a calculator's standing `notes` are left to the calculator below."""
    text = re.sub(
        r"\[(\d{1,2})\]",
        lambda m: f'<a class="zc-n" href="#cite-{key}-{m[1]}" aria-label="出处{m[1]}">[{m[1]}]</a>',
        html(answer.answer),
    )
    unsure = style.badge("语料中没有明确规定", "over", "!") if answer.abstained else ""
    warnings = "".join(f'<div class="zc-warn">{html(w)}</div>' for w in answer.warnings if w not in notes)
    st.html(f'<div class="zc">{unsure}<div class="zc-answer">{text}</div>{warnings}</div>')


def _citations(exchange: Exchange, key: str) -> None:
    for c in exchange.answer.citations:
        with st.container(gap="xsmall"):
            _citation(exchange, c, key)


def _citation(exchange: Exchange, c: Citation, key: str) -> None:
    if st.button(
        f"\\[{c.n}\\] {label(views.name(c.document, c.doc_no), 80)}",
        key=f"cite-{key}-{c.n}",
        type="tertiary",
        icon=":material/article:",
        help="打开条款原文",
        wrap=True,
    ):
        views.open_clause(c.clause_id, (c.quote,), exchange.as_of)
    st.html(views.reference_html(c, c.quote, id=f"cite-{key}-{c.n}"))


def _calculation(engine: Engine, exchange: Exchange, rule: Rule, key: str) -> None:
    calculation = exchange.answer.calculation or {}
    with st.expander(label(f"计算器：{rule.title}"), expanded=True, icon=":material/calculate:"):
        st.caption("已按问题填入，可直接修改，结果随之更新。")
        forms.calculator(engine, rule, calculation.get("inputs") or {}, f"calc-{key}", exchange.as_of)


def _nearby(exchange: Exchange, key: str) -> None:
    cited = {c.clause_id for c in exchange.answer.citations}
    others = [r for r in exchange.answer.retrieved if r.clause_id not in cited][:NEARBY]
    if not others:
        return
    title = "最接近的条款" if exchange.answer.abstained else "其他相关条款"
    with st.expander(title, icon=":material/list:", expanded=exchange.answer.abstained):
        for n, ref in enumerate(others):
            if st.button(
                label(views.name(ref.document, ref.doc_no), 80), key=f"near-{key}-{n}", type="tertiary", wrap=True
            ):
                views.open_clause(ref.clause_id, (), exchange.as_of)
            st.html(views.reference_html(ref, limit=140))


def _actions(engine: Engine, exchange: Exchange, key: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.feedback("thumbs", key=f"vote-{key}", on_change=_voted, args=(engine, exchange, key))
        with st.popover("复制与导出", icon=":material/ios_share:"):
            _share(exchange, key)
    if st.session_state.get(f"vote-{key}") is not None:
        _reason(engine, key)


def _voted(engine: Engine, exchange: Exchange, key: str) -> None:
    vote = st.session_state.get(f"vote-{key}")
    if vote is None:
        return
    answer = exchange.answer
    entry = Entry(
        "up" if vote else "down",
        answer.question,
        answer.answer,
        tuple(c.clause_id for c in answer.citations),
        region=exchange.region or "",
        as_of=exchange.as_of.isoformat(),
    )
    st.session_state[f"entry-{key}"] = feedback(engine).add(entry)


def _reason(engine: Engine, key: str) -> None:
    """Why the thumb went up or down; asked once, may be left out."""
    entry = st.session_state.get(f"entry-{key}")
    if entry is None or st.session_state.get(f"thanked-{key}"):
        st.caption("已记下，谢谢。")
        return
    with st.form(f"reason-{key}", border=True):
        up = bool(st.session_state.get(f"vote-{key}"))
        reason = "" if up else st.selectbox("哪里不对？", REASONS, index=None, placeholder="选择原因（可不选）")
        comment = st.text_input("补充说明（可不填）", max_chars=300)
        if st.form_submit_button("提交"):
            feedback(engine).explain(entry, reason or "", comment)
            st.session_state[f"thanked-{key}"] = True
            st.rerun()


def _share(exchange: Exchange, key: str) -> None:
    st.caption("回答全文（右上角可复制）")
    st.code(export.plain(exchange.answer), language=None, wrap_lines=True)
    st.caption("这个回答的链接")
    st.code(
        state.link("ask", q=exchange.answer.question, region=exchange.region or "", as_of=exchange.as_of.isoformat()),
        language=None,
        wrap_lines=True,
    )
    st.download_button(
        "下载 Markdown",
        lambda: export.markdown([exchange.answer]).encode(),
        "政策问答.md",
        "text/markdown",
        key=f"md-{key}",
        icon=":material/download:",
    )
    st.download_button(
        "下载 Word",
        lambda: export.docx([exchange.answer]),
        "政策问答.docx",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        key=f"docx-{key}",
        icon=":material/download:",
    )


if __name__ == "__main__":
    main()
