"""Facets narrow results down, and their counts say beforehand what a choice would leave."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from ingest.model import Document
from qa.app import facets

Item = tuple[str, str]
items = st.lists(st.tuples(st.sampled_from("甲乙丙"), st.sampled_from("东西")), max_size=20)


def of(item: Item) -> Mapping[str, Iterable[str]]:
    return {"地区": (item[0],), "文种": (item[1],)}


@given(items, st.lists(st.sampled_from("甲乙丙"), unique=True), st.lists(st.sampled_from("东西"), unique=True))
def test_a_count_is_what_choosing_the_value_alone_would_leave(found: list[Item], a: list[str], b: list[str]) -> None:
    chosen = {"地区": a, "文种": b}
    kept, counts = facets.narrowed(found, of, chosen)
    assert kept == [i for i in found if (not a or i[0] in a) and (not b or i[1] in b)]
    for name in chosen:
        for value, count in counts.get(name, {}).items():
            alone, _ = facets.narrowed(found, of, {**chosen, name: [value]})
            assert len(alone) == count


def document(**more: object) -> Document:
    fields: dict[str, object] = {
        "id": "d",
        "source": "a.txt",
        "start": 0,
        "end": 9,
        "title": "关于融资担保的意见",
        "kind": "意见",
    }
    return Document(**{**fields, **more})  # type: ignore[arg-type]


def test_a_document_is_described_by_what_it_says() -> None:
    found = facets.of_document(
        document(region="河北省", issuers=("甲厅", "乙厅"), signed=date(2018, 5, 1), valid_to=date(2018, 12, 31)),
        date(2019, 1, 1),
    )
    assert found["地区"] == ("河北省",)
    assert found["发文机关"] == ("甲厅", "乙厅")
    assert found["年份"] == ("2018年",)
    assert found["有效期"] == ("已到期",)
    assert "融资担保" in found["主题"]


def test_what_a_document_does_not_say_is_not_guessed() -> None:
    found = facets.of_document(document(title="无题"), date(2019, 1, 1))
    assert found["地区"] == found["发文机关"] == found["年份"] == ("未载明",)
    assert found["有效期"] == ("未定",)
    assert found["主题"] == ("其他",)
