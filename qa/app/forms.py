"""A calculator as a form made from its own description: fields, result with steps and clauses, what-if curve."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

import streamlit as st

from qa import calculators
from qa.app import style, views
from qa.app.escape import html, label
from qa.calculators import CalcError, Calculation, Input, Output, Rule
from qa.calculators.package import sweep, telling_points
from qa.engine import Engine

KINDS = {
    "reward": "奖励",
    "eligibility": "条件判断",
    "subsidy": "补助补贴",
    "limit": "限额",
    "tax": "税收",
    "rate": "费率比例",
    "formula": "公式",
    "deduction": "扣除",
    "score": "评分",
    "interest-subsidy": "贴息",
}


@st.cache_resource(show_spinner=False)
def rules() -> dict[str, Rule]:
    """All calculators by id, parsed once for the server."""
    return {r.id: r for r in calculators.all_rules()}


def rule(id: str) -> Rule | None:
    """The calculator of this id, or None."""
    try:
        return calculators.get(id)
    except CalcError:
        return None


@st.fragment
def calculator(engine: Engine, spec: Rule, given: Mapping[str, Any], key: str, as_of: date) -> None:
    """The form with `given` filled in, and the result beneath; every change is worked out at once."""
    raw = fields(spec, given, key)
    lacking = calculators.missing(spec, raw)
    if lacking:
        st.info("还需要填写：" + "、".join(label(i.label) for i in lacking), icon=":material/edit_note:")
        return
    result = run(engine, spec.id, raw, as_of)
    if result.error is not None:
        st.error(label(result.error.message), icon=":material/error:")
        return
    show_result(spec, result, key, as_of)
    _what_if(spec, raw, key, as_of)


def run(engine: Engine, id: str, raw: Mapping[str, Any], as_of: date) -> Calculation:
    """Run a calculator with the engine's clauses at hand."""
    return calculators.run(id, raw, as_of=as_of, clauses=engine.clauses)


# -- fields ------------------------------------------------------------------------------------------------------


def fields(spec: Rule, given: Mapping[str, Any], key: str) -> dict[str, Any]:
    """One widget for each input; what was filled in, as the calculator takes it."""
    raw: dict[str, Any] = {}
    for n, item in enumerate(spec.inputs):
        if n % 2 == 0:
            columns = st.columns(2)  # row by row, so that a phone shows the fields in their order
        with columns[n % 2]:
            value = field(item, given.get(item.name), f"{key}-{item.name}")
        if value is not None:
            raw[item.name] = value
    return raw


def field(item: Input, given: Any, key: str) -> Any:
    """The widget for one input; None while nothing is filled in."""
    start = given if given is not None else item.default
    name = label(item.label + (f"（{item.unit}）" if item.unit else "") + ("" if item.required else "，可不填"))
    hint = label(item.help) if item.help else None
    match item.type:
        case "boolean":
            index = {True: 0, False: 1}.get(start) if isinstance(start, bool) else None
            picked = st.radio(name, ["是", "否"], index=index, key=key, horizontal=True, help=hint)
            return None if picked is None else picked == "是"
        case "choice":
            options = list(item.choices)
            index = options.index(start) if isinstance(start, str) and start in options else None
            return st.selectbox(
                name,
                options,
                index=index,
                key=key,
                format_func=lambda value: item.choices.get(value, value),
                placeholder="请选择",
                help=hint,
            )
        case "date":
            return st.date_input(
                name,
                value=as_date(start),
                key=key,
                help=hint,
                min_value=date(1949, 10, 1),
                max_value=date(2100, 12, 31),
                format="YYYY-MM-DD",
            )
        case _:
            return _number(item, start, name, key, hint)


def _number(item: Input, start: Any, name: str, key: str, hint: str | None) -> Decimal | str | None:
    """Figures are typed as text, so that they reach the calculator digit for digit and can be left empty."""
    text = st.text_input(
        name, value="" if start is None else plain(start), key=key, max_chars=24, help=hint, placeholder="数字"
    )
    return number(text)


def number(text: str) -> Decimal | str | None:
    """A figure as people type it (1,200.5；１２); what is no figure comes back as it is, for the calculator to refuse."""
    import unicodedata

    tidy = unicodedata.normalize("NFKC", text).replace(",", "").strip()
    if not tidy:
        return None
    try:
        return Decimal(tidy)
    except InvalidOperation:
        return tidy


def as_date(value: Any) -> date | None:
    """A date, or None for what is none."""
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value)) if value else None
    except ValueError:
        return None


def plain(value: Any) -> str:
    """A figure without needless zeros or exponent."""
    if isinstance(value, float):
        value = Decimal(repr(value))
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        text = format(Decimal(value), "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    return str(value)


# -- result ------------------------------------------------------------------------------------------------------


def shown(output: Output, value: Any) -> str:
    """An output as people read it."""
    if value is None:
        return "—"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, date):
        return style.day(value)
    if isinstance(value, str):
        return output.choices.get(value, value)
    return f"{plain(value)}{output.unit}"


def show_result(spec: Rule, result: Calculation, key: str, as_of: date) -> None:
    """Figures first, then how they came about, each step beside its clause."""
    figures = []
    for output in spec.outputs:
        value = result.outputs.get(output.name)
        if output.name == "eligible" and isinstance(value, bool):
            figures.append(style.badge("符合条件", "ok", "✓") if value else style.badge("不符合条件", "over", "✕"))
            continue
        figures.append(f'<div class="zc-figure"><small>{html(output.label)}</small>{html(shown(output, value))}</div>')
    steps = "".join(f"<li>{html(step.text)}</li>" for step in result.steps)
    warnings = "".join(f'<div class="zc-warn">{html(w)}</div>' for w in result.warnings if w not in spec.notes)
    st.html(
        f'<div class="zc"><div class="zc-figures">{"".join(figures)}</div>'
        + (f'<div class="zc-dim">计算步骤</div><ol class="zc-steps">{steps}</ol>' if steps else "")
        + f"{warnings}</div>"
    )
    if spec.notes:
        notes = "".join(f"<li>{html(note)}</li>" for note in spec.notes)
        with st.expander(f"原文没有写明、需要核实的（{len(spec.notes)}）", icon=":material/info:"):
            st.html(f'<div class="zc"><ul>{notes}</ul></div>')
    _basis(result, key, as_of)


def _basis(result: Calculation, key: str, as_of: date) -> None:
    """The clauses that the steps rest on, each once, with the words relied on."""
    clauses: dict[tuple[str, str], list[str]] = {}
    for c in result.citations:
        clauses.setdefault((c.clause_id, label(f"依据：{views.name(c.document, c.doc_no)}", 70)), []).append(c.quote)
    for n, ((clause_id, title), quotes) in enumerate(clauses.items()):
        with st.container(gap="xsmall"):
            if not clause_id:
                st.caption(title)
            elif st.button(title, key=f"{key}-basis-{n}", type="tertiary", icon=":material/article:", wrap=True):
                views.open_clause(clause_id, tuple(quotes), as_of)
            whole = [q for q in quotes if not any(q != other and q in other for other in quotes)]
            lines = "".join(f'<div class="zc-quote">{html(" ".join(q.split()))}</div>' for q in whole)
            st.html(f'<div class="zc">{lines}</div>')


# -- what if -----------------------------------------------------------------------------------------------------


def _what_if(spec: Rule, raw: Mapping[str, Any], key: str, as_of: date) -> None:
    numeric_in = [i for i in spec.inputs if i.type in ("number", "integer")]
    numeric_out = [o for o in spec.outputs if o.type in ("number", "integer")]
    if not numeric_in or not numeric_out:
        return
    if not st.toggle("换一个数会怎样", key=f"{key}-whatif"):
        return
    left, right = st.columns(2)
    names_in = {i.name: i for i in numeric_in}
    names_out = {o.name: o for o in numeric_out}
    varied = left.selectbox("变动哪一项", list(names_in), format_func=lambda n: names_in[n].label, key=f"{key}-vary")
    watched = right.selectbox(
        "看哪个结果", list(names_out), format_func=lambda n: names_out[n].label, key=f"{key}-watch"
    )
    item, output = names_in[varied], names_out[watched]
    points = curve(spec, raw, item, output, as_of)
    if not points:
        st.caption("这一项在可填范围内没有可画的结果。")
        return
    import altair as alt
    import pandas as pd

    across = f"{item.label}（{item.unit}）" if item.unit else item.label
    up = f"{output.label}（{output.unit}）" if output.unit else output.label
    frame = pd.DataFrame({"x": [float(x) for x, _ in points], "y": [float(y) for _, y in points]})
    line = (
        alt.Chart(frame)
        .mark_line(point=True, interpolate="linear")
        .encode(x=alt.X("x:Q", title=across), y=alt.Y("y:Q", title=up), tooltip=["x", "y"])
    )
    st.altair_chart(line, width="stretch")
    with st.expander("列成表", icon=":material/table_chart:"):
        rows = "".join(f"<tr><td>{html(plain(x))}</td><td>{html(plain(y))}</td></tr>" for x, y in points)
        head = f"<tr><th>{html(across)}</th><th>{html(up)}</th></tr>"
        st.html(f'<div class="zc"><table><thead>{head}</thead><tbody>{rows}</tbody></table></div>')


def curve(
    spec: Rule, raw: Mapping[str, Any], item: Input, output: Output, as_of: date
) -> list[tuple[Decimal, Decimal]]:
    """The output over a range of one input, every threshold included; where the rule gives no figure there is no point."""
    values = set(telling_points(spec, item.name))
    now = raw.get(item.name)
    if isinstance(now, Decimal) and now > 0:
        values |= {now, *(now * n / 10 for n in range(5, 16))}
    if item.type == "integer":
        values = {v.to_integral_value() for v in values}
    inside = [v for v in values if (item.min is None or v >= item.min) and (item.max is None or v <= item.max)]
    results = sweep(spec.id, raw, item.name, sorted(inside), as_of=as_of)
    found = ((x, result.outputs.get(output.name)) for x, result in results if result.error is None)
    return [(x, y) for x, y in found if isinstance(y, Decimal)]
