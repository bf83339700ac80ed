"""An index is whole and of this very store, or it is not used; a change costs only what changed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from index_samples import Sample, corpus_samples, parsed, store_of

from index import Filters, Index, IndexDamaged, IndexError_, IndexStale, build_index, manifest
from index import build as building
from index.dense import StaticEncoder
from ingest.store import Store


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "index"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return store_of(tmp_path / "store.db", corpus_samples()[:2])


EXTRA = Sample(
    "extra",
    "关于支持机器人产业的通知",
    ["对首次销售工业机器人的企业，每台奖励三万元，每家企业不超过三百万元。"],
    "河北省",
)


def test_no_index_says_what_to_run(store: Store, folder: Path) -> None:
    with pytest.raises(IndexStale, match="zhengce index"):
        Index.open(folder, store)


def test_a_changed_store_makes_the_index_stale(store: Store, folder: Path) -> None:
    build_index(store, folder)
    store.replace(parsed(EXTRA))
    with pytest.raises(IndexStale, match="变动"):
        Index.open(folder, store)


@pytest.mark.parametrize("field", ["tokenizer", "lexicon", "model_digest", "format"])
def test_another_version_of_anything_makes_it_stale(store: Store, folder: Path, field: str) -> None:
    build_index(store, folder)
    path = folder / manifest.NAME
    content = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(content | {field: "another"}), encoding="utf-8")
    with pytest.raises(IndexStale):
        Index.open(folder, store)


def test_every_damaged_or_missing_file_is_noticed(store: Store, folder: Path) -> None:
    build_index(store, folder)
    for path in sorted(folder.glob("g-*/*")):
        whole = path.read_bytes()
        path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]) if whole else b"x")
        with pytest.raises(IndexDamaged, match=path.name.replace(".", r"\.")):
            Index.open(folder, store)
        path.unlink()
        with pytest.raises(IndexDamaged):
            Index.open(folder, store)
        path.write_bytes(whole)
    Index.open(folder, store)


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"format": 3}', "\x00"])
def test_a_broken_manifest_is_one_clear_line(store: Store, folder: Path, content: str) -> None:
    build_index(store, folder)
    (folder / manifest.NAME).write_text(content, encoding="utf-8")
    with pytest.raises(IndexError_) as caught:
        Index.open(folder, store)
    assert "\n" not in str(caught.value)
    build_index(store, folder)
    assert Index.open(folder, store).search("转型", 1)


def test_a_build_that_breaks_leaves_the_old_index_in_use(
    store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_index(store, folder)

    def fail(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(manifest, "commit", fail)
    with pytest.raises(KeyboardInterrupt):
        build_index(store, folder)
    assert Index.open(folder, store).search("转型", 1)
    monkeypatch.undo()
    build_index(store, folder)
    assert len(list(folder.glob("g-*"))) == 1


def test_adding_a_source_embeds_and_segments_only_its_clauses(
    store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_index(store, folder)
    embedded: list[str] = []
    cut: list[str] = []
    encode, tokenize = StaticEncoder.encode, building.tokenizer.tokenize

    def spy(self: StaticEncoder, texts: Sequence[str]) -> np.ndarray:  # type: ignore[type-arg]
        embedded.extend(texts)
        return encode(self, texts)

    def spy_tokens(text: str) -> list[str]:
        cut.append(text)
        return tokenize(text)

    monkeypatch.setattr(StaticEncoder, "encode", spy)
    monkeypatch.setattr(building.tokenizer, "tokenize", spy_tokens)
    store.replace(parsed(EXTRA))
    build_index(store, folder)
    assert len(embedded) == 1 and "工业机器人" in embedded[0]
    assert sum(len(text) > 60 for text in cut) < 10
    monkeypatch.undo()
    assert Index.open(folder, store).search("机器人奖励", 1)[0].clause_id == "extra/0"


def test_an_updated_index_is_the_same_as_one_built_afresh(store: Store, folder: Path, tmp_path: Path) -> None:
    build_index(store, folder)
    store.replace(parsed(EXTRA))
    store.remove("jizhou.txt")
    build_index(store, folder)
    build_index(store, tmp_path / "fresh")
    updated, fresh = Index.open(folder, store), Index.open(tmp_path / "fresh", store)
    for question in ("工业转型升级试点示范县申报材料", "机器人奖励", "冀工信明传〔2018〕118号"):
        ours, theirs = updated.search(question), fresh.search(question)
        assert [h.clause_id for h in ours] == [h.clause_id for h in theirs]
        assert [h.score for h in ours] == pytest.approx([h.score for h in theirs], abs=1e-6)
    assert not updated.search("转型", 5, Filters(document_ids=frozenset({"jizhou"})))


def test_an_empty_store_has_an_empty_index(tmp_path: Path, folder: Path) -> None:
    store = Store.open(tmp_path / "empty.db")
    build_index(store, folder)
    assert Index.open(folder, store).search("补贴") == []


def test_an_unknown_backend_is_refused(store: Store, folder: Path) -> None:
    with pytest.raises(IndexError_, match="后端"):
        build_index(store, folder, backend="nothing")


def test_progress_is_reported_for_each_step(store: Store, folder: Path) -> None:
    seen: list[tuple[str, int, int]] = []
    build_index(store, folder, progress=lambda what, done, of: seen.append((what, done, of)))
    assert {what for what, _, _ in seen} >= {"分词", "向量"}
    assert all(0 <= done <= of for _, done, of in seen)
