"""A cross-encoder orders the first hits anew, if and only if one is named; one that cannot be used is said in a line.

The cross-encoder is a tiny random one, made here: what it prefers makes no sense, which shows all the better whether
the order is its own.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from index_samples import corpus_samples, store_of

from index import Hit, Index, IndexError_, build_index, rerank
from ingest.store import Store

QUESTION = "企业技术改造补贴多少"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("rerank")


@pytest.fixture(scope="module")
def folder(home: Path) -> Path:
    return home / "index"


@pytest.fixture(scope="module")
def store(home: Path, folder: Path) -> Store:
    store = store_of(home / "store.db", corpus_samples()[:1])
    build_index(store, folder)
    return store


def tiny(folder: Path, *, kind: str = "BertForSequenceClassification", labels: int = 1) -> str:
    """The path of a BERT of one layer with random weights, which knows the characters of the samples."""
    import torch
    import transformers

    characters = sorted(set("".join(p for sample in corpus_samples()[:1] for p in sample.paragraphs)))
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *filter(str.strip, characters)]
    folder.mkdir()
    (folder / "vocab.txt").write_text("\n".join(vocabulary), encoding="utf-8")
    transformers.BertTokenizer(str(folder / "vocab.txt")).save_pretrained(folder)
    torch.manual_seed(0)
    config = transformers.BertConfig(
        vocab_size=len(vocabulary), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16,
        num_labels=labels, initializer_range=1.0,
    )  # fmt: skip
    getattr(transformers, kind)(config).save_pretrained(folder)
    return str(folder)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    return tiny(tmp_path_factory.mktemp("model") / "tiny")


def ids(hits: Sequence[Hit]) -> list[str]:
    return [hit.clause_id for hit in hits]


def test_the_first_hits_stand_in_the_order_of_the_models_scores(store: Store, folder: Path, model: str) -> None:
    from sentence_transformers import CrossEncoder

    index = Index.open(folder, store)
    plain, hits = index.search(QUESTION, 30), Index.open(folder, store, reranker=model).search(QUESTION, 30)
    place = {name: i for i, name in enumerate(index.tables.ids)}
    pairs = [(QUESTION, index._titled(place[hit.clause_id])) for hit in plain[: rerank.FIRST]]
    theirs = CrossEncoder(model, local_files_only=True).predict(pairs)
    wanted = sorted(zip(theirs, ids(plain), strict=False), key=lambda pair: -pair[0])
    assert len(set(map(float, theirs))) == rerank.FIRST
    assert ids(hits)[: rerank.FIRST] == [name for _, name in wanted] != ids(plain)[: rerank.FIRST]
    assert ids(hits)[rerank.FIRST :] == ids(plain)[rerank.FIRST :]
    assert [hit.score for hit in hits] == [hit.score for hit in plain]


def test_the_hits_are_the_same_and_fewer_are_the_first_of_them(store: Store, folder: Path, model: str) -> None:
    plain, reranked = Index.open(folder, store), Index.open(folder, store, reranker=model)
    for question in (QUESTION, "节能", "清洁生产审核奖励"):
        assert set(ids(reranked.search(question, 20))) == set(ids(plain.search(question, 20)))
        assert ids(reranked.search(question, 3)) == ids(reranked.search(question, 20))[:3]


def test_the_environment_names_it_too(store: Store, folder: Path, model: str, monkeypatch: pytest.MonkeyPatch) -> None:
    named = ids(Index.open(folder, store, reranker=model).search(QUESTION))
    monkeypatch.setenv(rerank.VARIABLE, model)
    assert ids(Index.open(folder, store).search(QUESTION)) == named
    monkeypatch.setenv(rerank.VARIABLE, "")
    assert rerank.reranker() is None


def test_without_one_a_search_imports_nothing_of_torch(store: Store, home: Path, folder: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from index import Index; from ingest.store import Store; "
        f"Index.open(Path({str(folder)!r}), Store.open(Path({str(home / 'store.db')!r}))).search({QUESTION!r}); "
        "print(sorted({'torch', 'sentence_transformers', 'transformers'} & set(sys.modules)))"
    )
    out = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=Path(__file__).parents[1])
    assert out.stdout.strip() == "[]", out.stderr


@pytest.mark.parametrize(
    ("made", "reason"),
    [({"labels": 3}, "3 个分数"), ({"kind": "BertModel"}, "BertModel"), (None, "没有这个文件夹")],
    ids=["three scores", "no scores", "no folder"],
)
def test_what_is_no_reranker_is_refused_in_one_line(
    store: Store, folder: Path, tmp_path: Path, made: dict[str, object] | None, reason: str,
    capfd: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    path = str(tmp_path / "model") if made is None else tiny(tmp_path / "model", **made)  # type: ignore[arg-type]
    capfd.readouterr()
    with pytest.raises(IndexError_) as caught:
        Index.open(folder, store, reranker=path)
    line = str(caught.value)
    assert path in line and reason in line and "--reranker" in line and "\n" not in line
    assert capfd.readouterr() == ("", "")
