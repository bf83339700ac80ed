"""A run keeps everything, its report shows every miss, and two runs can be compared."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import evals_fake as fake
import pytest

from evals.compare import compare
from evals.questions import TYPES, Fault, Question, check, dev_set, fresh_set, load_questions, shipped_set
from evals.report import write_report
from evals.run import Run, run, scored
from evals.workshop import FEEDBACK, VARIANTS, confirmed, grow, robustness, variants
from ingest.model import IngestError


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    return fake.sources()


@pytest.fixture(scope="module")
def questions() -> list[Question]:
    return load_questions(shipped_set())


@pytest.fixture(scope="module")
def echoed(questions: list[Question], texts: dict[str, str]) -> Run:
    return run(fake.Echo(texts), questions[::3], texts, name="echo")


# -- the shipped set -------------------------------------------------------------------------------------------


def test_the_fresh_set_has_no_serious_fault(texts: dict[str, str]) -> None:
    fresh = load_questions(fresh_set())
    assert not [fault for fault in check(fresh, texts) if fault.serious]
    assert {q.type for q in fresh} == set(TYPES) - {"score"}


def test_the_shipped_set_has_no_fault(questions: list[Question], texts: dict[str, str]) -> None:
    assert [str(problem) for problem in check(questions, texts)] == []


def test_the_shipped_set_reaches_every_source_and_has_what_it_is_for(
    questions: list[Question], texts: dict[str, str]
) -> None:
    assert len(questions) >= 120
    assert {file for q in questions for file in q.files} == set(texts)
    assert sum(not q.answerable for q in questions) >= 30
    assert {q.style for q in questions} == {"formal", "colloquial", "keyword", "long", "typo"}


def test_an_engine_that_knows_every_answer_gets_full_marks(questions: list[Question], texts: dict[str, str]) -> None:
    made = scored(questions, {q.id: fake.perfect(q, texts) for q in questions}, texts)
    figures = made.summary()["all"]
    wanted = [
        "evidence@10",
        "citation_recall",
        "citation_precision",
        "answer_right",
        "abstain_right",
        "verbatim",
        "calculated",
    ]
    assert {name: figures[name] for name in wanted} == dict.fromkeys(wanted, 1.0)
    assert figures["misled"] == figures["abstained_wrongly"] == 0.0
    assert made.misses == []


# -- sets that are wrong -----------------------------------------------------------------------------------------


def wrong(base: Question, /, **changes: Any) -> Question:
    return base.model_copy(update=changes)


def test_a_set_is_checked_for_quotes_duplicates_and_ambiguous_facts(
    questions: list[Question], texts: dict[str, str]
) -> None:
    first = next(q for q in questions if q.answerable)
    declined = next(q for q in questions if not q.answerable)
    quote = first.evidence[0]

    def faults(*bad: Question) -> set[Fault]:
        return {problem.fault for problem in check(bad, texts)}

    assert faults(wrong(first, evidence=(quote.model_copy(update={"quote": "奖励九百万元"}),))) == {Fault.QUOTE}
    assert faults(wrong(first, evidence=(quote.model_copy(update={"file": "别处.txt"}),))) == {Fault.FILE}
    assert faults(wrong(first, evidence=())) == {Fault.FACT_MISSING}
    assert faults(wrong(first, answer_facts=("9",), answer="9")) == {Fault.FACT_SHORT}
    assert faults(wrong(first, answer_facts=("九千元",))) == {Fault.FACT_NOT_IN_GOLD}
    assert faults(wrong(first, style="poem")) == {Fault.LABEL}
    assert faults(wrong(declined, answer_facts=("九千元",))) == {Fault.FACT_EXTRA}
    assert faults(first, wrong(first, id="other")) == {Fault.DUPLICATE}
    assert faults(first, wrong(first, id="other", question=first.question + "呢")) == {Fault.NEAR_DUPLICATE}
    asked = wrong(first, question=first.question + first.answer_facts[0])
    assert faults(asked) == {Fault.FACT_IN_QUESTION}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{\n", "第 1 行"),
        (b"[]\n", "第 1 行"),
        (b'{"id":"a"}\n', "question"),
        (b"\xff\xfe\x00", "UTF-8"),
        (b"\n\n", "没有问题"),
        (b'{"id":"a","question":"q","persona":"p","type":"t","style":"s"}\n' * 2, "两次"),
    ],
)
def test_a_malformed_set_is_refused_in_one_clear_line(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "set.jsonl"
    path.write_bytes(content)
    with pytest.raises(IngestError, match=said) as caught:
        load_questions(path)
    assert "\n" not in str(caught.value) and "Traceback" not in str(caught.value)


# -- files -------------------------------------------------------------------------------------------------------


def test_a_run_is_read_back_as_it_was_written(echoed: Run, tmp_path: Path) -> None:
    echoed.write_json(tmp_path / "run.json")
    again = Run.load(tmp_path)
    assert again.summary() == echoed.summary()
    assert [row.violations for row in again.rows] == [row.violations for row in echoed.rows]
    with pytest.raises(IngestError, match=r"run\.json"):
        (tmp_path / "x.json").write_text("[]")
        Run.load(tmp_path / "x.json")


def test_the_table_has_a_line_a_question_and_no_formulas(echoed: Run, tmp_path: Path) -> None:
    gold = echoed.rows[0].gold.model_copy(update={"question": "=HYPERLINK(1)"})
    made = scored([gold], {}, {})
    made.write_csv(tmp_path / "bad.csv")
    echoed.write_csv(tmp_path / "run.csv")
    with (tmp_path / "run.csv").open(encoding="utf-8-sig", newline="") as source:
        assert len(list(csv.reader(source))) == len(echoed.rows) + 1
    with (tmp_path / "bad.csv").open(encoding="utf-8-sig", newline="") as source:
        assert next(csv.DictReader(source))["question"] == "'=HYPERLINK(1)"


class Page(HTMLParser):
    """Collects what a page would load, and its text."""

    def __init__(self) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.tags: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.loaded += [value or "" for name, value in attrs if name in ("src", "href", "srcset", "data")]

    def handle_data(self, data: str) -> None:
        self.text += data


def page(path: Path) -> Page:
    made = Page()
    made.feed(path.read_text(encoding="utf-8"))
    return made


def test_the_report_stands_alone_and_shows_every_miss_beside_its_gold(echoed: Run, tmp_path: Path) -> None:
    write_report(tmp_path / "report.html", echoed, others=[echoed], comparison=compare(echoed, echoed))
    made = page(tmp_path / "report.html")
    assert made.loaded == []
    assert made.tags.count("svg") >= 4
    assert echoed.misses
    for row in echoed.misses:
        assert row.gold.question in made.text and row.gold.answer in made.text
        assert row.got is not None and str(row.got["answer"]) in made.text


def test_hostile_answers_are_shown_as_text(tmp_path: Path, questions: list[Question]) -> None:
    hostile = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    gold = next(q for q in questions if q.answerable).model_copy(update={"question": hostile, "region": hostile})
    got = {"answer": hostile, "citations": [{"n": 1, "document": hostile, "quote": hostile, "text": ""}]}
    write_report(tmp_path / "report.html", scored([gold], {gold.id: got}, {}, name=hostile))
    made = page(tmp_path / "report.html")
    assert made.tags.count("script") == 1 and "img" not in made.tags
    assert hostile in made.text


# -- comparing ---------------------------------------------------------------------------------------------------


def test_a_comparison_names_what_got_better_and_worse(questions: list[Question], texts: dict[str, str]) -> None:
    good = {q.id: fake.perfect(q, texts) for q in questions}
    before = scored(questions, good, texts, name="before")
    spoilt = {id: ({**got, "answer": "不清楚。"} if i % 4 == 0 else got) for i, (id, got) in enumerate(good.items())}
    after = scored(questions, spoilt, texts, name="after")
    found = compare(before, after)
    assert found.better == () and len(found.worse) >= 25
    assert found.differences["answer_right"].mean < 0 and found.differences["answer_right"].p < 0.01
    assert found.differences["evidence@5"].p == 1.0
    back = compare(after, before)
    assert [m.after.id for m in back.better] == [m.after.id for m in found.worse] and back.worse == ()
    assert any("变差" in line for line in found.lines())


def test_runs_over_other_questions_cannot_be_compared(questions: list[Question]) -> None:
    with pytest.raises(IngestError, match="共同的题"):
        compare(scored(questions[:2], {}, {}), scored(questions[2:4], {}, {}))


# -- the workshop --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda v: v.name)
def test_a_rule_changes_the_words_and_never_the_figures(variant: Any, questions: list[Question]) -> None:
    made = variants(questions, variant)
    assert len(made) > len(questions) * (0.1 if variant.name in ("reordered", "full_width") else 0.6)
    assert made == variants(questions, variant)  # the same text, the same variant
    original = {q.id: q for q in questions}
    for question in made:
        old = original[question.id]
        assert question.question != old.question
        assert question.model_copy(update={"question": old.question}) == old
        if variant.name != "full_width":
            assert sorted(re.findall(r"\d+", question.question)) == sorted(re.findall(r"\d+", old.question))


def test_the_drop_is_measured_against_the_same_questions(questions: list[Question], texts: dict[str, str]) -> None:
    asked = [q for q in questions if q.answerable][:30]
    known = {q.question: fake.perfect(q, texts) for q in asked}

    def ask(question: Question, /) -> Mapping[str, Any]:
        return known.get(question.question) or {"answer": "", "abstained": True}

    original = run(ask, asked, texts)
    for found in robustness(ask, original, texts):
        assert (found.before, found.after, found.drop) == (1.0, 0.0, -1.0)
        assert found.evidence_drop < -0.9 and (found.n < 10 or found.p < 0.01)


def test_a_set_grows_from_feedback_only_where_the_quote_stands(texts: dict[str, str]) -> None:
    quote = "对通过清洁生产审核的企业，每个企业奖励5万元。"
    feedback = [
        {"question": "过了清洁生产审核给多少？", "expected": "奖励5万元", "quotes": [quote]},
        {"question": "过了清洁生产审核给多少？", "expected": "奖励5万元", "quotes": [quote]},
        {"question": "别的？", "expected": "奖励6万元", "quotes": ["每个企业奖励六万元"]},
        {"question": "区里几点上班？", "unanswerable": True},
        {"expected": "5万元"},
    ]
    drafts, left_out = grow(feedback, [], texts)
    assert [(d.answer_facts, d.type) for d in drafts] == [(("5万元",), "amount"), ((), "unanswerable")]
    assert len(left_out) == 3
    assert [p for p in check(drafts, texts) if p.serious] == []
    assert json.loads(drafts[0].line())["evidence"][0]["quote"] == quote


def test_answers_that_people_confirmed_become_questions(tmp_path: Path, texts: dict[str, str]) -> None:
    from ingest.model import Document, Node, NodeKind, Parsed, Source
    from ingest.workspace import Workspace
    from qa.app.feedback import Entry, Feedback

    name = "003_6083bda8034c3915.txt"
    words = "对通过清洁生产审核的企业，每个企业奖励5万元。"
    start = texts[name].index(words)
    workspace = Workspace.resolve(tmp_path)
    with workspace.store() as store:
        node = Node("d#1", "d", None, 0, NodeKind.CLAUSE, "", (), start, start + len(words), words)
        document = Document("d", name, 0, len(texts[name]), "计划", "计划")
        store.replace(Parsed(Source(name, "0" * 64, "text", texts[name]), (document,), (node,)))
    feedback = Feedback(tmp_path / FEEDBACK)
    feedback.add(Entry("up", "清洁生产奖多少？", "奖励5万元[1]。", clauses=["d#1"]))
    feedback.add(Entry("down", "上市奖多少？", "奖励5万元[1]。", clauses=["d#1"]))
    drafts, left_out = grow(confirmed(workspace), [], texts)
    assert [(d.question, d.answer_facts, d.files) for d in drafts] == [("清洁生产奖多少？", ("5万元",), (name,))]
    assert len(left_out) == 1 and "上市奖多少" in left_out[0]


def test_the_development_set_travels_as_it_was_given(texts: dict[str, str]) -> None:
    questions = load_questions(dev_set())
    assert len(questions) == 265 and {file for q in questions for file in q.files} == set(texts)
    given = Path(__file__).resolve().parents[1].parent / "shared" / "questions" / "dev.jsonl"
    if given.exists():
        assert dev_set().read_bytes() == given.read_bytes()
