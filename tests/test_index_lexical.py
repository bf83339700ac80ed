"""Our BM25 is rank-bm25's, only worked out beforehand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from index_samples import paragraphs
from rank_bm25 import BM25Okapi

from index.lexical import Bm25, count, top
from index.tokenizer import tokenize

WORDS = st.lists(st.sampled_from("甲乙丙丁戊己庚辛"), min_size=1, max_size=12)


@settings(max_examples=60, deadline=None)
@given(st.lists(WORDS, min_size=1, max_size=12), st.lists(st.sampled_from("甲乙丙丁戊己庚辛壬"), max_size=6))
def test_scores_equal_rank_bm25_on_any_texts(texts: list[list[str]], question: list[str]) -> None:
    ours = Bm25.of(count(texts)).scores(question)
    assert np.allclose(ours, BM25Okapi(texts).get_scores(question), atol=1e-9)


def test_scores_equal_rank_bm25_on_the_corpus() -> None:
    texts = [tokenize(p) for p in paragraphs("001_995e29078fff7534.txt", 40)[:2000]]
    texts = [t for t in texts if t]
    theirs, ours = BM25Okapi(texts), Bm25.of(count(texts))
    for question in ("首台套综合险保费补贴比例", "企业的的奖励", "股权投资基金 奖励 最高 1000万元", "没有这样的词语龘"):
        tokens = tokenize(question)
        assert np.max(np.abs(ours.scores(tokens) - theirs.get_scores(tokens))) < 1e-6


def test_words_in_most_texts_get_rank_bm25s_floor() -> None:
    texts = [["企业", w] for w in "甲乙丙丁戊"]
    theirs = BM25Okapi(texts)
    ours = Bm25.of(count(texts))
    assert theirs.idf["企业"] > 0 and ours.weight("企业") == pytest.approx(theirs.idf["企业"])


def test_weighted_terms_scale_their_share() -> None:
    bm25 = Bm25.of(count([["甲", "乙"], ["乙"], ["丙"]]))
    assert np.allclose(bm25.scores({"甲": 0.5}), 0.5 * bm25.scores(["甲"]))


def test_an_empty_corpus_and_unknown_words_score_nothing() -> None:
    assert Bm25.of(count([])).scores(["甲"]).shape == (0,)
    assert not Bm25.of(count([["甲"]])).scores(["乙"]).any()


@given(st.lists(st.integers(0, 5), max_size=30), st.integers(0, 40))
def test_top_is_a_stable_sort_cut_short(values: list[int], k: int) -> None:
    scores = np.array(values, np.float64)
    assert top(scores, k).tolist() == sorted(range(len(values)), key=lambda i: (-values[i], i))[:k]


@given(st.integers(0, 2**32 - 1), st.integers(1, 30), st.integers(2, 200))
def test_top_of_many_is_a_stable_sort_cut_short(seed: int, k: int, different: int) -> None:
    scores = np.random.default_rng(seed).integers(0, different, 6_007).astype(np.float64)
    assert top(scores, k).tolist() == np.argsort(-scores, kind="stable")[:k].tolist()
