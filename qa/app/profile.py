"""The enterprise profile as a form made from its own description (`qa.match`), saved to and loaded from a file."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import streamlit as st

from ingest.model import IngestError
from qa.app import forms, state
from qa.app.escape import label
from qa.calculators import dumps
from qa.engine import Engine
from qa.match.profile import Field, Profile, fields, knowledge, load_profile

FIRST = (
    "region",
    "name",
    "industry",
    "is_industrial",
    "is_sme",
    "founded",
    "staff",
    "assets_wan",
    "revenue_wan",
    "revenue_growth_pct",
    "rd_spending_wan",
    "honours",
    "new_honours",
    "planned_honours",
)
MAX_PROJECTS = 6


def form(engine: Engine) -> dict[str, Any]:
    """The fields, filled in with what was loaded; what is told, as `Profile.of` takes it."""
    given: Mapping[str, Any] = st.session_state.get("profile-told", {})
    key = f"profile-{st.session_state.get('profile-round', 0)}"
    all_fields = {f.name: f for f in fields()}
    told: dict[str, Any] = {}
    _rows([all_fields[n] for n in FIRST if n in all_fields], given, key, engine, told)
    rest = [f for f in all_fields.values() if f.name not in FIRST and f.type not in ("table", "projects", "inputs")]
    with st.expander("项目（计划或在建）", icon=":material/factory:", expanded=bool(given.get("projects"))):
        told["projects"] = _projects(given.get("projects") or [], key)
    with st.expander("更多情况（填得越全，结果越确定）", icon=":material/tune:"):
        _rows(rest, given, key, engine, told)
        for item in all_fields.values():
            if item.type == "table":
                told[item.name] = _table(item, given.get(item.name) or {}, key)
    if given.get("inputs"):
        told["inputs"] = given["inputs"]
    return {name: value for name, value in told.items() if value not in (None, "", [], {})}


def _rows(items: list[Field], given: Mapping[str, Any], key: str, engine: Engine, told: dict[str, Any]) -> None:
    for n, item in enumerate(items):
        if n % 2 == 0:
            columns = st.columns(2)
        with columns[n % 2]:
            told[item.name] = _field(item, given.get(item.name), f"{key}-{item.name}", engine)


def _field(item: Field, given: Any, key: str, engine: Engine) -> Any:
    name = label(item.label + (f"（{item.unit}）" if item.unit else ""))
    hint = label(item.help) if item.help else None
    match item.type:
        case "boolean":
            start = {True: "是", False: "否"}.get(given) if isinstance(given, bool) else None
            picked = st.segmented_control(name, ["是", "否"], default=start, key=key, help=hint)
            return None if picked is None else picked == "是"
        case "choice":
            options = list(item.choices)
            index = options.index(given) if given in options else None
            return st.selectbox(
                name,
                options,
                index=index,
                key=key,
                format_func=lambda v: item.choices.get(v, v),
                placeholder="不填",
                help=hint,
            )
        case "date":
            start_day = given if isinstance(given, date) else forms.as_date(given)
            return st.date_input(
                name,
                start_day,
                key=key,
                min_value=date(1949, 10, 1),
                max_value=date(2100, 12, 31),
                format="YYYY-MM-DD",
                help=hint,
            )
        case "list":
            known = [h.name for h in knowledge().honours]
            start_list = [str(v) for v in given or []]
            return st.multiselect(
                name,
                list(dict.fromkeys([*known, *start_list])),
                default=start_list,
                key=key,
                accept_new_options=True,
                placeholder="选择或输入",
                help=hint,
            )
        case "number" | "integer":
            text = st.text_input(name, "" if given is None else forms.plain(given), key=key, max_chars=24, help=hint)
            return forms.number(text)
        case _ if item.name.endswith("region"):
            return _region(name, given, key, engine, hint)
        case _:
            return st.text_input(name, given or "", key=key, max_chars=200, help=hint).strip()


def _region(name: str, given: Any, key: str, engine: Engine, hint: str | None) -> str | None:
    options = state.regions(engine.documents)
    if given and given not in options:
        options = [given, *options]
    index = options.index(given) if given else None
    return st.selectbox(
        name, options, index=index, key=key, accept_new_options=True, placeholder="选择或输入", help=hint
    )


def _table(item: Field, given: Mapping[str, Any], key: str) -> dict[str, Any]:
    st.caption(label(item.label))
    columns = st.columns(len(item.choices))
    told = {}
    for column, (kind, words) in zip(columns, item.choices.items(), strict=True):
        start = "" if given.get(kind) is None else forms.plain(given[kind])
        value = forms.number(column.text_input(label(words), start, key=f"{key}-{item.name}-{kind}", max_chars=6))
        if value is not None:
            told[kind] = value
    return told


def _projects(given: list[Mapping[str, Any]], key: str) -> list[dict[str, Any]]:
    many = int(st.number_input("几个项目", 0, MAX_PROJECTS, min(len(given), MAX_PROJECTS), key=f"{key}-projects"))
    told = []
    for n in range(many):
        start = given[n] if n < len(given) else {}
        project: dict[str, Any] = {}
        with st.container(border=True):
            for i, item in enumerate(knowledge().projects.fields):
                if i % 2 == 0:
                    columns = st.columns(2)
                typed = item.model_copy(update={"type": "choice" if item.choices else "number"})
                with columns[i % 2]:
                    value = _plain_field(typed, start.get(item.name), f"{key}-project-{n}-{item.name}")
                if value is not None:
                    project[item.name] = value
        if "type" in project:
            told.append(project)
    return told


def _plain_field(item: Field, given: Any, key: str) -> Any:
    name = label(item.label + (f"（{item.unit}）" if item.unit else ""))
    if item.type == "choice":
        options = list(item.choices)
        index = options.index(given) if given in options else None
        return st.selectbox(
            name, options, index=index, key=key, format_func=lambda v: item.choices.get(v, v), placeholder="选择"
        )
    return forms.number(st.text_input(name, "" if given is None else forms.plain(given), key=key, max_chars=24))


def load_and_save(told: Mapping[str, Any]) -> None:
    """Take a profile from a file, or save the one in the form as one."""
    left, right = st.columns(2, vertical_alignment="bottom")
    given = left.file_uploader(
        "载入已保存的画像（JSON 或 YAML）",
        type=["json", "yaml", "yml"],
        max_upload_size=1,
        key=f"profile-file-{st.session_state.get('profile-round', 0)}",
    )
    if given is not None:
        try:
            loaded = read(given.name, given.getvalue())
        except IngestError as error:
            st.error(label(str(error)), icon=":material/error:")
        else:
            st.session_state["profile-told"] = loaded.told()
            st.session_state["profile-round"] = st.session_state.get("profile-round", 0) + 1
            st.rerun()
    right.download_button(
        "保存当前画像",
        lambda: dumps(dict(told)).encode(),
        "企业画像.json",
        "application/json",
        icon=":material/save:",
        disabled=not told,
        width="stretch",
    )


def read(name: str, data: bytes) -> Profile:
    """A profile from the bytes of a file. Errors: IngestError."""
    suffix = ".json" if name.lower().endswith(".json") else ".yaml"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"企业画像{suffix}"
        path.write_bytes(data)
        return load_profile(path)
