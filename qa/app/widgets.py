"""Small composite widgets that several pages use."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping

import streamlit as st


def chosen_facets(key: str, names: tuple[str, ...]) -> dict[str, list[str]]:
    """What the facet boxes hold now; read before they are drawn, since the counts depend on it."""
    return {name: list(st.session_state.get(f"{key}-{name}", [])) for name in names}


def facet_boxes(key: str, counts: Mapping[str, Counter[str]], names: tuple[str, ...]) -> None:
    """One box a facet, its values with counts, the most frequent first."""
    columns = st.columns(3)
    for n, name in enumerate(names):
        box = f"{key}-{name}"
        kept = list(st.session_state.get(box, []))
        tally = counts.get(name, Counter())
        options = [value for value, _ in tally.most_common()] + [v for v in kept if v not in tally]
        columns[n % 3].multiselect(
            name,
            options,
            key=box,
            format_func=_counted(tally),
            placeholder="不限",
        )


def _counted(tally: Counter[str]) -> Callable[[str], str]:
    return lambda value: f"{value}（{tally.get(value, 0)}）"


def page_number(key: str, pages: int) -> int:
    """The page that the pager `key` stands on; back to the last one where there are fewer now."""
    page = min(int(st.session_state.get(key) or 1), max(pages, 1))
    if key in st.session_state:
        st.session_state[key] = page
    return page
