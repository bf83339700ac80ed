"""The right clause first: by words, by number, by title, by a pasted sentence, of the right place and version."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from index_samples import Sample, corpus_samples, store_of

from index import Filters, Index, build_index
from ingest.store import Store

Opened = tuple[Index, Store]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    folder = tmp_path_factory.mktemp("index")
    store = store_of(folder / "store.db", corpus_samples())
    build_index(store, folder / "index")
    yield Index.open(folder / "index", store), store
    store.close()


def texts(opened: Opened, question: str, k: int = 5, filters: Filters = Filters()) -> list[str]:
    index, store = opened
    nodes = [store.node(hit.clause_id) for hit in index.search(question, k, filters)]
    return [node.text for node in nodes if node is not None]


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("蓟州区企业技术改造怎么补贴", "支持企业技术改造"),
        ("首台套综和险保费补帖怎么算", "费率上限"),
        ("申报书纸质材料一式几份", "一式三份"),
        ("新三版挂牌补助", "全国中小企业股份转让系统挂牌"),
        ("對清潔生產審核的企業獎勵", "清洁生产审核"),
    ],
)
def test_the_clause_that_answers_is_among_the_first_three(corpus: Opened, question: str, words: str) -> None:
    assert any(words in text for text in texts(corpus, question, 3))


@pytest.mark.parametrize("number", ["冀工信明传〔2018〕118号", "冀工信明传[2018]118号", "冀工信明传2018年118号"])
def test_a_document_number_finds_its_document(corpus: Opened, number: str) -> None:
    index, store = corpus
    hits = index.search(number, 3)
    assert {store.node(h.clause_id).document_id for h in hits} == {"pilot"}  # type: ignore[union-attr]


def test_a_title_in_quotation_marks_finds_its_document(corpus: Opened) -> None:
    index, store = corpus
    hits = index.search("《2018年蓟州区新一轮中小企业创新转型行动计划》的目标任务", 3)
    assert {store.node(h.clause_id).document_id for h in hits} == {"jizhou"}  # type: ignore[union-attr]


def test_sampled_sentences_with_changed_characters_find_their_clause_first(corpus: Opened) -> None:
    index, store = corpus
    pick = random.Random(11)
    sentences = [s for node in store.clauses() for s in node.text.split("。") if 18 <= len(s) <= 120]
    common = "的一是在了有和企业发展政府支持省市县区对项目资金"
    found = 0
    sample = pick.sample(sentences, 120)
    for sentence in sample:
        changed = list(sentence)
        for place in pick.sample(range(len(changed)), int(len(changed) * 0.15)):
            changed[place] = pick.choice(common)
        hits = index.search("".join(changed), 1)
        found += sentence in store.node(hits[0].clause_id).text  # type: ignore[union-attr]
    assert found / len(sample) >= 0.99


def test_results_are_ranked_scores_fall_and_stay_between_0_and_1(corpus: Opened) -> None:
    hits = corpus[0].search("企业奖励", 25)
    assert len(hits) == 25 == len({h.clause_id for h in hits})
    scores = [h.score for h in hits]
    assert scores == sorted(scores, reverse=True) and 0 <= scores[-1] <= scores[0] <= 1


@pytest.mark.parametrize("question", ["", "   ", "？！", "\x00", "'; DROP TABLE nodes; --", "a" * 20_000, "龘" * 50])
def test_no_question_is_an_error(corpus: Opened, question: str) -> None:
    assert isinstance(corpus[0].search(question), list)


def test_filters_let_only_their_own_through(corpus: Opened) -> None:
    index, store = corpus

    def documents(filters: Filters) -> set[str]:
        return {store.node(h.clause_id).document_id for h in index.search("企业 转型 奖励", 20, filters)}  # type: ignore[union-attr]

    assert documents(Filters(document_ids=frozenset({"jizhou"}))) == {"jizhou"}
    assert documents(Filters(regions=frozenset({"天津市蓟州区"}))) == {"jizhou"}
    assert documents(Filters(regions=frozenset({"河北"}))) <= {"pilot", "compendium"}
    assert documents(Filters(doc_no="冀工信明传〔2018〕118号")) == {"pilot"}
    assert "jizhou" not in documents(Filters(as_of=date(2017, 1, 1)))
    assert documents(Filters(doc_no="没有〔2001〕1号")) == set()


RULE = "对首次认定的省级企业技术中心，给予一次性奖励一百万元，由省级财政负担。"


@pytest.fixture
def versions(tmp_path: Path) -> Iterator[Opened]:
    filler = [
        f"第{n}条 企业应当依照本办法的规定按时报送第{n}类统计资料，接受主管部门的监督检查。" for n in "二三四五六七八"
    ]
    samples = [
        Sample("old", "甲省企业技术中心管理办法（2015年修订）", [f"第一条 {RULE}", *filler], "甲省", signed=date(2015, 1, 1)),
        Sample("new", "甲省企业技术中心管理办法（2019年修订）", [f"第一条 {RULE}每年评选一次。", *filler[:4]], "甲省", signed=date(2019, 1, 1)),
        Sample("reading", "《甲省企业技术中心管理办法》解读", [RULE], "甲省", kind="解读", relation="解读", signed=date(2020, 1, 1)),
        Sample("elsewhere", "乙省企业技术中心管理办法", [RULE.replace("一百", "五十")], "乙省", signed=date(2019, 1, 1)),
    ]  # fmt: skip
    store = store_of(tmp_path / "store.db", samples)
    build_index(store, tmp_path / "index")
    yield Index.open(tmp_path / "index", store), store
    store.close()


def test_the_newest_version_comes_before_the_older_one_and_before_the_interpretation(versions: Opened) -> None:
    order = [h.clause_id for h in versions[0].search("甲省企业技术中心奖励多少", 10) if h.clause_id.endswith("/0")]
    assert order.index("new/0") < order.index("old/0") and order.index("new/0") < order.index("reading/0")


def test_the_region_asked_about_comes_first(versions: Opened) -> None:
    assert versions[0].search("乙省企业技术中心奖励多少", 1)[0].clause_id == "elsewhere/0"
    assert versions[0].search("甲省企业技术中心奖励多少", 1)[0].clause_id == "new/0"
