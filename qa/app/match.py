"""政策匹配与自测: which policies fit an enterprise, what they are worth, what is still to be shown, and by when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import streamlit as st

from ingest.model import IngestError
from qa.app import export, profile, state, style, views
from qa.app.escape import html, label
from qa.app.widgets import page_number
from qa.engine import Engine
from qa.match import Profile, match, to_docx, to_ics, to_markdown
from qa.match.model import (
    APPLIES,
    DOES_NOT,
    FAILED,
    MAY_APPLY,
    MET,
    OPEN,
    ChecklistItem,
    Condition,
    Event,
    MatchReport,
    Policy,
)

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SIGNS = {MET: ("ok", "✓"), FAILED: ("over", "✕"), OPEN: ("wait", "?")}
STATUS = {APPLIES: ("ok", "✓"), MAY_APPLY: ("wait", "?"), DOES_NOT: ("over", "✕")}
SHOWN = 20  # cards of a status drawn at once


def main() -> None:
    engine = state.engine_or_stop()
    _, as_of = state.filters()
    style.title(
        "政策匹配与自测",
        "填写企业情况，列出可能享受的政策、金额、期限与受理部门，逐条自测。画像只留在本次会话，可存成文件。",
    )
    report: MatchReport | None = st.session_state.get("match-report")
    with st.expander("企业画像", icon=":material/badge:", expanded=report is None):
        told = profile.form(engine)
        profile.load_and_save(told)
    if st.button("开始匹配", type="primary", icon=":material/fact_check:"):
        try:
            report = match(engine, Profile.of(told), as_of=as_of)
        except IngestError as error:
            st.error(label(str(error)), icon=":material/error:")
            return
        st.session_state["match-report"] = report
    if report is not None:
        _report(engine, report)


def _report(engine: Engine, report: MatchReport) -> None:
    counts = report.counts()
    figures = "".join(
        f'<div class="zc-figure"><small>{html(status)}</small>{counts[status]}</div>' for status in STATUS
    )
    warnings = "".join(f'<div class="zc-warn">{html(w)}</div>' for w in report.warnings)
    st.html(
        f'<div class="zc"><div class="zc-dim">{html(report.name or "企业")}　{html(report.region)}　按{html(style.day(report.as_of))}</div>'
        f'<div class="zc-figures">{figures}</div>{warnings}</div>'
    )
    with st.container(horizontal=True):
        st.download_button(
            "下载报告 Word", lambda: to_docx(report), "政策匹配报告.docx", WORD, icon=":material/download:"
        )
        st.download_button(
            "下载报告 Markdown",
            lambda: to_markdown(report).encode(),
            "政策匹配报告.md",
            "text/markdown",
            icon=":material/download:",
        )
        st.download_button(
            "下载政策日历 .ics",
            lambda: to_ics(report),
            "政策日历.ics",
            "text/calendar",
            icon=":material/calendar_month:",
            disabled=not any(event.day for event in report.calendar),
        )
    cards, calendar = st.tabs(["匹配结果与自测", "政策日历"])
    with cards:
        _wanted(report)
        _cards(engine, report)
    with calendar:
        _calendar(report.calendar, report.as_of)


def _wanted(report: MatchReport) -> None:
    """The answers that would settle most; telling them first saves time."""
    if not report.wanted:
        return
    most = "、".join(f"{w.label}（涉及 {w.policies} 项）" for w in report.wanted[:4])
    st.info("再补充这些情况，结果会更确定：" + label(most), icon=":material/edit_note:")


def _cards(engine: Engine, report: MatchReport) -> None:
    status = st.segmented_control(
        "看哪一类",
        list(STATUS),
        default=next((s for s in STATUS if report.of(s)), APPLIES),
        format_func=lambda s: f"{STATUS[s][1]} {s}（{len(report.of(s))}）",
        key="match-status",
    )
    in_force = st.toggle("只看没有到期的", key="match-in-force")
    policies = report.of(status or APPLIES, expired=False if in_force else None)
    if not policies:
        st.caption("没有这一类的政策。")
    pages = (len(policies) + SHOWN - 1) // SHOWN
    page = page_number("match-page", pages)
    last: tuple[str, str] | None = None
    for policy in policies[(page - 1) * SHOWN : page * SHOWN]:
        if (policy.region, policy.group) != last:
            last = (policy.region, policy.group)
            st.markdown(f"**{label(policy.region)}　{label(policy.group)}**")
        _card(engine, policy, report.as_of)
    if pages > 1:
        st.pagination(pages, key="match-page")


def _card(engine: Engine, policy: Policy, as_of: date) -> None:
    kind, sign = STATUS[policy.status]
    worth = policy.amount or policy.possible
    figure = ""
    if worth is not None:
        note = worth.label if policy.amount else f"{worth.label}（若条件都满足）"
        figure = f'<div class="zc-figure"><small>{html(note)}</small>{html(worth.text)}</div>'
    departments = "、".join(
        dict.fromkeys(f"{d.department}（{d.part}）" if d.part else d.department for d in policy.departments)
    )
    deadlines = "；".join(dict.fromkeys(d.text for d in policy.deadlines))
    lines = [("部门", departments), ("期限", deadlines), ("还缺", "、".join(n.label for n in policy.missing[:6]))]
    facts = "".join(f"<div><span class='zc-dim'>{name}</span>　{html(text)}</div>" for name, text in lines if text)
    with st.container(border=True):
        what = f'<div class="zc-path">{html(policy.what)}</div>' if policy.what else ""
        st.html(
            f'<div class="zc"><div class="zc-doc">{html(policy.title)}</div>{what}'
            f"{style.badge(policy.status, kind, sign)}{style.badges(policy.region, policy.validity, policy.issuer)}"
            f"{figure}<div>{html(policy.reason)}</div>{facts}</div>"
        )
        with st.expander("自测、办理清单与依据", icon=":material/checklist:"):
            _self_test(policy.conditions, policy)
            _checklist(policy.checklist)
            _clauses(policy, as_of)
        if st.button("打开计算器", key=f"calc-{policy.key}", type="tertiary", icon=":material/calculate:"):
            given = (policy.calculation or {}).get("inputs") or {}
            st.session_state["calc-given"] = {policy.calculator: given}
            state.goto("calculators", id=policy.calculator)


def _self_test(conditions: Sequence[Condition], policy: Policy) -> None:
    rows = "".join(
        f"<tr><td>{style.badge(c.state, *SIGNS[c.state])}</td><td>{html(c.text)}</td></tr>" for c in conditions
    )
    asked = "".join(
        f"<tr><td>{style.badge(OPEN, *SIGNS[OPEN])}</td><td>{html(n.label)}{html(f'（{n.unit}）' if n.unit else '')}</td></tr>"
        for n in policy.missing
        if all(n.label not in c.text for c in conditions)
    )
    notes = "".join(f'<div class="zc-warn">{html(w)}</div>' for w in (*policy.assumed, *policy.warnings))
    body = rows + asked or "<tr><td>条款没有列出单项条件。</td></tr>"
    st.html(f'<div class="zc"><b>自测</b><table><tbody>{body}</tbody></table>{notes}</div>')


def _checklist(items: Sequence[ChecklistItem]) -> None:
    parts = []
    for item in items:
        quotes = "".join(f'<div class="zc-quote">{html(" ".join(q.quote.split()))}</div>' for q in item.quotes)
        more = f'<div class="zc-dim">另有 {item.left_out} 条，见原文</div>' if item.left_out else ""
        parts.append(f"<div><b>{html(item.topic)}</b>{quotes or '<div class=zc-dim>原文未载</div>'}{more}</div>")
    st.html(f'<div class="zc">{"".join(parts)}</div>')


def _clauses(policy: Policy, as_of: date) -> None:
    by_clause: dict[str, list[str]] = {}
    for q in policy.clauses:
        by_clause.setdefault(q.clause_id, []).append(q.quote)
    for clause_id, quotes in by_clause.items():
        title = label(f"依据：{views.name(policy.document, policy.doc_no)}", 80)
        if st.button(
            title, key=f"clause-{policy.key}-{clause_id}", type="tertiary", icon=":material/article:", wrap=True
        ):
            views.open_clause(clause_id, tuple(quotes), as_of)


def _calendar(events: Sequence[Event], as_of: date) -> None:
    if not events:
        st.caption("匹配到的政策没有载明日期。")
        return
    rows = "".join(
        f"<tr><td class='zc-day'>{html(style.day(e.day)) or '日期未载明'}{'（每年）' if e.yearly else ''}</td>"
        f"<td>{style.badge(f'{e.kind}（已过）' if e.passed else e.kind, 'no' if e.passed else 'wait')}</td>"
        f"<td>{html(e.text)}<div class='zc-dim'>{html(views.name(e.document, None))}</div></td></tr>"
        for e in events
    )
    head = "<tr><th>日期</th><th>类别</th><th>内容</th></tr>"
    st.html(f'<div class="zc zc-scroll"><table><thead>{head}</thead><tbody>{rows}</tbody></table></div>')
    st.download_button(
        "下载表格",
        lambda: export.csv_bytes(
            ("日期", "每年", "类别", "标题", "内容", "文件", "条款"),
            [
                (e.day.isoformat() if e.day else "", e.yearly, e.kind, e.title, e.text, e.document, e.clause_id)
                for e in events
            ],
        ),
        "政策日历.csv",
        "text/csv",
        icon=":material/download:",
    )


if __name__ == "__main__":
    main()
