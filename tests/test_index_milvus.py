"""The Milvus backend finds what the local one finds, with the same filters."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path

import pytest
from index_samples import Sample, corpus_samples, parsed, store_of

from index import Filters, Index, IndexError_, build_index, milvus
from ingest.store import Store

needs_milvus = pytest.mark.skipif(
    importlib.util.find_spec("milvus_lite") is None, reason="pymilvus[milvus_lite] is not installed (extra: milvus)"
)
QUESTIONS = [
    "蓟州区企业技术改造怎么补贴",
    "申报书纸质材料一式几份",
    "新三板挂牌补助",
    "冀工信明传〔2018〕118号",
    "股权投资基金奖励上限",
]

Both = tuple[Index, Index, Store]


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    pytest.importorskip("milvus_lite")
    folder = tmp_path_factory.mktemp("milvus")
    store = store_of(folder / "store.db", corpus_samples()[:2])
    build_index(store, folder / "local")
    build_index(store, folder / "milvus", backend="milvus")
    yield Index.open(folder / "local", store), Index.open(folder / "milvus", store), store
    store.close()


@needs_milvus
@pytest.mark.parametrize("question", QUESTIONS)
def test_both_backends_put_the_same_clause_first_and_share_nine_of_ten(both: Both, question: str) -> None:
    ours, theirs = ([h.clause_id for h in index.search(question, 10)] for index in both[:2])
    assert ours[0] == theirs[0]
    assert len(set(ours) & set(theirs)) >= 9


@needs_milvus
def test_filters_mean_the_same_to_both(both: Both) -> None:
    local, remote, store = both
    for filters in (
        Filters(regions=frozenset({"天津市蓟州区"})),
        Filters(document_ids=frozenset({"pilot"})),
        Filters(doc_no="无〔2000〕1号"),
    ):
        ours, theirs = ([h.clause_id for h in index.search("企业转型", 10, filters)] for index in (local, remote))
        assert ours[:3] == theirs[:3]
        assert {store.node(i).document_id for i in ours} == {store.node(i).document_id for i in theirs}  # type: ignore[union-attr]


@needs_milvus
def test_a_rebuild_replaces_the_collection(tmp_path: Path) -> None:
    store = store_of(tmp_path / "store.db", corpus_samples()[:1])
    build_index(store, tmp_path / "index", backend="milvus")
    store.replace(parsed(Sample("extra", "机器人奖励通知", ["对首次销售工业机器人的企业，每台奖励三万元。"])))
    build_index(store, tmp_path / "index", backend="milvus")
    assert Index.open(tmp_path / "index", store).search("工业机器人奖励", 1)[0].clause_id == "extra/0"
    client = milvus.connect(milvus.address(tmp_path / "index", None))
    assert len(client.list_collections()) == 1
    client.close()


def test_without_pymilvus_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pymilvus", None)
    with pytest.raises(IndexError_, match="milvus"):
        milvus.connect("x.db")
