"""计算器: every rule as a form, found by words, region and kind; many rows at once from a table."""

from __future__ import annotations

from datetime import date

import streamlit as st

from ingest.model import IngestError
from qa.app import forms, state, style, tables, views
from qa.app.escape import html, label
from qa.calculators import Rule
from qa.engine import Engine

ALL = "全部"
PAGE = 12


def main() -> None:
    engine = state.engine_or_stop()
    region, as_of = state.filters()
    rules = forms.rules()
    chosen = st.query_params.get("id")
    if chosen in rules:
        _one(engine, rules[chosen], as_of)
        return
    if chosen:
        st.warning("没有这个计算器，请在下面查找。", icon=":material/link_off:")
    _list(rules, region, as_of)


def _list(rules: dict[str, Rule], region: str | None, as_of: date) -> None:
    style.title("计算器", f"{len(rules)} 个计算器，按条款原文逐步计算，每一步都列出依据。")
    words = st.text_input("查找", key="calc-q", max_chars=100, placeholder="例如：质量奖、加计扣除、蓟州 节能")
    kinds = [forms.KINDS.get(k, k) for k in dict.fromkeys(r.kind for r in rules.values())]
    kind = st.pills("类别", kinds, key="calc-kind")
    found = [r for r in rules.values() if _matches(r, words, kind, region)]
    if not found:
        st.warning("没有符合的计算器。请换个词，或放宽类别和左侧的地区。", icon=":material/search_off:")
        return
    st.caption(f"{len(found)} 个计算器")
    regions: dict[str, list[Rule]] = {}
    for rule in found:
        regions.setdefault(rule.region, []).append(rule)
    for name, group in regions.items():
        with st.expander(label(f"{name}（{len(group)}）"), expanded=len(found) <= PAGE or bool(words or kind)):
            for rule in sorted(group, key=lambda r: (r.kind, r.title)):
                if st.button(
                    label(f"{forms.KINDS.get(rule.kind, rule.kind)}｜{rule.title}"),
                    key=f"rule-{rule.id}",
                    type="tertiary",
                    icon=":material/calculate:",
                    wrap=True,
                ):
                    state.goto("calculators", id=rule.id)


def _matches(rule: Rule, words: str, kind: str | None, region: str | None) -> bool:
    if kind and forms.KINDS.get(rule.kind, rule.kind) != kind:
        return False
    if not state.concerns(rule.region, region):
        return False
    text = " ".join((rule.title, rule.region, rule.document, rule.doc_no or "", rule.issuer, rule.id))
    text += " ".join([*(i.label for i in rule.inputs), *(o.label for o in rule.outputs)])
    return all(word in text for word in words.split())


def _one(engine: Engine, rule: Rule, as_of: date) -> None:
    if st.button("全部计算器", icon=":material/arrow_back:", type="tertiary"):
        state.goto("calculators")
    from qa.model import Validity

    validity = Validity.on(as_of, rule.valid_from, rule.valid_to)
    st.html(
        f'<div class="zc"><h1 class="zc-title" style="padding:0">{html(rule.title)}</h1>'
        f'<div class="zc-path">{html(views.name(rule.document, rule.doc_no))}</div>'
        f"{style.badges(rule.region, validity, forms.KINDS.get(rule.kind, rule.kind))}</div>"
    )
    fill, many, about = st.tabs(["填写", "批量", "参数与出处"])
    with fill:
        given = st.session_state.get("calc-given", {}).get(rule.id, {})  # what a match knew of the enterprise
        forms.calculator(engine, rule, given, f"page-{rule.id}", as_of)
    with many:
        _batch(rule, as_of)
    with about:
        _about(rule)


def _batch(rule: Rule, as_of: date) -> None:
    st.caption("下载模板，每行填一个案例，再上传。列名可用中文名称或英文名。")
    st.download_button(
        "下载模板 XLSX",
        lambda: tables.template(rule),
        f"{rule.id}.xlsx",
        tables.XLSX,
        icon=":material/download:",
    )
    uploaded = st.file_uploader(
        "上传 CSV 或 XLSX", type=["csv", "xlsx"], key=f"batch-{rule.id}", max_upload_size=tables.MAX_MB
    )
    if uploaded is None:
        return
    try:
        rows = tables.read(uploaded.name, uploaded.getvalue())
        header, results, failed = tables.work_out(rule, rows, as_of)
    except IngestError as error:
        st.error(label(str(error)), icon=":material/error:")
        return
    if failed:
        st.warning(
            f"{failed} 行有误，原因见“错误”一列；其余 {len(results) - failed} 行已算出。", icon=":material/error:"
        )
    else:
        st.success(f"{len(results)} 行全部算出。", icon=":material/check:")
    st.html(tables.preview(header, results))
    with st.container(horizontal=True):
        st.download_button(
            "下载结果 XLSX",
            lambda: tables.xlsx(header, results),
            "计算结果.xlsx",
            tables.XLSX,
            icon=":material/download:",
        )
        st.download_button(
            "下载结果 CSV", lambda: tables.csv(header, results), "计算结果.csv", "text/csv", icon=":material/download:"
        )


def _about(rule: Rule) -> None:
    rows = "".join(
        f"<tr><td>{html(_value(p.value))}{html(p.unit)}</td><td>{html(' '.join(p.quote.split()))}</td></tr>"
        for p in rule.parameters.values()
    )
    notes = "".join(f"<li>{html(note)}</li>" for note in (*rule.notes, *rule.boundaries))
    st.html(
        '<div class="zc"><div class="zc-scroll"><table><thead><tr><th>取值</th><th>原文</th></tr></thead>'
        f"<tbody>{rows}</tbody></table></div>{f'<p>说明</p><ul>{notes}</ul>' if notes else ''}</div>"
    )
    for title, ids in (("不能同时享受", rule.excludes), ("可以同时享受", rule.combines)):
        others = [forms.rules()[i] for i in ids if i in forms.rules()]
        if others:
            st.markdown(f"**{title}**")
        for other in others:
            if st.button(
                label(other.title), key=f"other-{other.id}", type="tertiary", icon=":material/calculate:", wrap=True
            ):
                state.goto("calculators", id=other.id)
    st.caption("这个计算器的链接（右上角可复制）")
    st.code(state.link("calculators", id=rule.id), language=None, wrap_lines=True)


def _value(value: object) -> str:
    if isinstance(value, dict):
        return "；".join(f"{k}：{forms.plain(v)}" for k, v in value.items())
    if isinstance(value, list):
        return "、".join(forms.plain(v) for v in value)
    return forms.plain(value)


if __name__ == "__main__":
    main()
