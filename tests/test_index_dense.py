"""The shipped embedding is an ordinary sentence-transformers model; we only read it faster."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from index_samples import paragraphs

from index.dense import DEFAULT_MODEL, Neighbours, Remembering, StaticEncoder, Vectors, encoder, prepare, unit

MEGABYTE = 1 << 20


@pytest.fixture(scope="module")
def static() -> StaticEncoder:
    return StaticEncoder(DEFAULT_MODEL)


@pytest.fixture(scope="module")
def texts() -> list[str]:
    return [prepare(p) for p in paragraphs("003_6083bda8034c3915.txt")[:60]] + ["", "！？", "ABC 2018", "龘"]


def test_numpy_gives_what_sentence_transformers_gives(static: StaticEncoder, texts: list[str]) -> None:
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(DEFAULT_MODEL), device="cpu")
    kept = [t for t in texts if any(static.encode([t])[0])]
    theirs = model.encode(kept, normalize_embeddings=True)
    assert np.abs(static.encode(kept) - theirs).max() < 1e-5


def test_encoding_a_question_imports_neither_torch_nor_sentence_transformers() -> None:
    program = (
        "import sys; from index.dense import encoder; encoder().encode(['技改补贴']); "
        "print(sorted({'torch', 'sentence_transformers', 'transformers', 'faiss'} & set(sys.modules)))"
    )
    out = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=Path(__file__).parents[1])
    assert out.stdout.strip() == "[]", out.stderr


def test_weights_and_card_travel_with_the_project_within_the_limit(static: StaticEncoder) -> None:
    size = sum(p.stat().st_size for p in DEFAULT_MODEL.rglob("*") if p.is_file())
    assert size <= 40 * MEGABYTE
    card = (DEFAULT_MODEL / "README.md").read_text(encoding="utf-8")
    for word in ("index.train", "STARD", "LawRefBook", "recall@10", "license"):
        assert word in card


def test_vectors_have_unit_length_and_nothing_gives_zeros(static: StaticEncoder) -> None:
    vectors = static.encode(["财政补贴", ""])
    assert np.linalg.norm(vectors[0]) == pytest.approx(1, abs=1e-5)
    assert not vectors[1].any()


@pytest.mark.parametrize("dimensions", [256, 128, 64])
def test_leading_dimensions_still_tell_related_from_unrelated(static: StaticEncoder, dimensions: int) -> None:
    a, b, c = unit(
        static.encode(["企业技术改造补贴", "对技术改造项目给予资金补助", "未成年人的监护人承担侵权责任"])[
            :, :dimensions
        ]
    )
    assert a @ b > a @ c + 0.15


def test_any_sentence_transformers_folder_can_take_its_place(tmp_path: Path, static: StaticEncoder) -> None:
    from sentence_transformers import SentenceTransformer

    SentenceTransformer(str(DEFAULT_MODEL), device="cpu").save(str(tmp_path / "other"))
    other = encoder(str(tmp_path / "other"))
    assert np.abs(other.encode(["专精特新"]) - static.encode(["专精特新"])).max() < 1e-5


def test_the_graph_finds_what_the_full_scan_finds() -> None:
    random = np.random.default_rng(0)
    vectors = unit(random.normal(size=(3000, 32)).astype(np.float32))
    exact, graph = Neighbours.of(vectors), Neighbours.of(vectors, exact_up_to=10)
    graph = Neighbours.load(vectors, graph.graph_bytes())
    assert exact.exact and not graph.exact
    shared = [len(set(exact.nearest(v, 10)[0]) & set(graph.nearest(v, 10)[0])) for v in vectors[:100]]
    assert np.mean(shared) >= 9


class Counting:
    """An encoder that notes what it was asked to encode."""

    name, dimensions, digest = "counting", 2, ""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.asked += texts
        return np.array([[len(t), 1] for t in texts], np.float32).reshape(len(texts), 2)


def test_remembered_vectors_are_the_encoders_and_each_is_worked_out_once() -> None:
    counting = Counting()
    remembering = Remembering(counting)
    for texts in (["甲", "乙乙", "甲"], ["乙乙", "丙丙丙"], []):
        assert remembering.encode(texts).tolist() == [[len(t), 1] for t in texts]
    assert counting.asked == ["甲", "乙乙", "丙丙丙"]


def test_the_longest_unused_vector_is_forgotten_first() -> None:
    counting = Counting()
    remembering = Remembering(counting, most=2)
    for text in ("甲", "乙", "甲", "丙", "甲", "乙"):
        remembering.encode([text])
    assert counting.asked == ["甲", "乙", "丙", "乙"]
