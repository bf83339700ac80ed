"""A question set: one JSON object per line, every evidence quote a stretch of a source.

Load one with `load_questions`, look for what is wrong in it with `check`.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib import resources
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError
from rapidfuzz import fuzz

from evals.text import has_fact, squeeze
from ingest.model import IngestError

TYPES = [
    "amount",
    "rate",
    "calculation",
    "condition",
    "deadline",
    "target",
    "department",
    "definition",
    "procedure",
    "document",
    "list",
    "compare",
    "applicability",
    "score",
    "unanswerable",
]
STYLES = ["formal", "colloquial", "keyword", "long", "typo"]
PERSONAS = ["enterprise", "official", "evaluator"]

UNANSWERABLE = "unanswerable"
UNORDERED = ("list", "compare", "procedure")  # types whose answer has no single asked thing to put first


class Evidence(BaseModel):
    """A verbatim stretch of a source that settles (part of) a question."""

    model_config = ConfigDict(frozen=True, extra="allow")

    file: str
    quote: str


class Question(BaseModel):
    """One gold line. `answer_facts`: each a fact, alternatives parted by `|`; `evidence_alt`: other complete lists."""

    model_config = ConfigDict(frozen=True, extra="allow")

    id: str
    question: str
    persona: str
    type: str
    style: str
    region: str | None = None
    as_of: str | None = None
    answer: str = ""
    answer_facts: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    evidence_alt: tuple[tuple[Evidence, ...], ...] = ()

    @property
    def answerable(self) -> bool:
        return self.type != UNANSWERABLE

    @property
    def choices(self) -> tuple[tuple[str, ...], ...]:
        """The complete lists of evidence, squeezed: any one of them will do."""
        return tuple(tuple(squeeze(e.quote) for e in choice) for choice in (self.evidence, *self.evidence_alt))

    @property
    def quotes(self) -> tuple[str, ...]:
        """Every quote of every list, squeezed."""
        return tuple(quote for choice in self.choices for quote in choice)

    @property
    def files(self) -> tuple[str, ...]:
        """The sources that the first list of evidence stands in, in order, once each."""
        return tuple(dict.fromkeys(e.file for e in self.evidence))

    def line(self) -> str:
        """The question as one line of a set."""
        return self.model_dump_json(exclude_defaults=True)


def shipped_set() -> Path:
    """The questions that we wrote for what the development set lacks."""
    return Path(str(resources.files("evals") / "questions.jsonl"))


def dev_set() -> Path:
    """The development set that the project was given; it travels with the project, so that its figures can be redone."""
    return Path(str(resources.files("evals") / "dev.jsonl"))


def fresh_set() -> Path:
    """Questions written by people who saw the sources and nothing of the system: what it does with strangers' questions.

    The odd ones were kept from all work on the system until its figures were taken; the weights now know all.
    """
    return Path(str(resources.files("evals") / "fresh.jsonl"))


def load_questions(path: Path) -> list[Question]:
    """The questions of a JSON-lines file. Raises IngestError naming the line when one is malformed or an id repeats."""
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise IngestError(f"读不了问题集 {path.name}：{error}。请给出 UTF-8 编码的 JSON Lines 文件。") from None
    questions: list[Question] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            questions.append(Question.model_validate(json.loads(line)))
        except (ValueError, ValidationError) as error:
            raise IngestError(f"问题集 {path.name} 第 {number} 行不对：{_first_reason(error)}。") from None
    if not questions:
        raise IngestError(f"问题集 {path.name} 里没有问题。")
    seen: set[str] = set()
    for question in questions:
        if question.id in seen:
            raise IngestError(f"问题集 {path.name} 里编号 {question.id} 出现了两次，请改其一。")
        seen.add(question.id)
    return questions


def _first_reason(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"字段 {'.'.join(map(str, first['loc']))}：{first['msg']}"
    return "不是 JSON 对象"


class Fault(StrEnum):
    """What can be wrong with a question."""

    QUOTE = "引文不在来源里"
    FILE = "没有这个来源文件"
    DUPLICATE = "与另一题重复"
    NEAR_DUPLICATE = "与另一题几乎相同"
    LABEL = "类型、文体或角色不在约定之列"
    FACT_MISSING = "可答的题没有要点或证据"
    FACT_EXTRA = "不可答的题带了要点或证据"
    FACT_NOT_IN_GOLD = "参考答案里没有这个要点"
    FACT_SHORT = "要点太短，容易误中"
    FACT_IN_QUESTION = "要点已写在问题里，抄题也算对"


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding about one question; `serious` ones make its score meaningless."""

    id: str
    fault: Fault
    detail: str

    @property
    def serious(self) -> bool:
        return self.fault not in (Fault.NEAR_DUPLICATE, Fault.FACT_SHORT, Fault.FACT_IN_QUESTION)

    def __str__(self) -> str:
        return f"{self.id}\t{self.fault.value}\t{self.detail}"


def check(questions: Sequence[Question], sources: Mapping[str, str], *, alike: float = 93.0) -> list[Problem]:
    """What is wrong in a set: quotes not in `sources` (file name → decoded text), duplicates, ambiguous facts.

    Text is compared without white space, after NFKC. `alike` is the similarity in percent from which two questions
    of the same gold answer are reported as nearly the same.
    """
    squeezed = {name: squeeze(text) for name, text in sources.items()}
    problems = [problem for question in questions for problem in _check_one(question, squeezed)]
    return problems + list(_duplicates(questions, alike))


def _check_one(question: Question, sources: Mapping[str, str]) -> Iterable[Problem]:
    for value, known in ((question.type, TYPES), (question.style, STYLES), (question.persona, PERSONAS)):
        if value not in known:
            yield Problem(question.id, Fault.LABEL, value)
    if not question.answerable:
        if question.answer_facts or question.evidence:
            yield Problem(question.id, Fault.FACT_EXTRA, "")
        return
    if not question.answer_facts or not question.evidence:
        yield Problem(question.id, Fault.FACT_MISSING, "")
    for evidence in (*question.evidence, *(e for choice in question.evidence_alt for e in choice)):
        if evidence.file not in sources:
            yield Problem(question.id, Fault.FILE, evidence.file)
        elif not (quote := squeeze(evidence.quote)) or quote not in sources[evidence.file]:
            yield Problem(question.id, Fault.QUOTE, evidence.quote[:60])
    gold, asked = squeeze(question.answer), squeeze(question.question)
    for fact in question.answer_facts:
        if not has_fact(fact, gold):
            yield Problem(question.id, Fault.FACT_NOT_IN_GOLD, fact)
        if min(len(squeeze(alternative)) for alternative in fact.split("|")) < 2:
            yield Problem(question.id, Fault.FACT_SHORT, fact)
        if any(char.isdigit() for char in fact) and has_fact(fact, asked):
            yield Problem(question.id, Fault.FACT_IN_QUESTION, fact)


def _duplicates(questions: Sequence[Question], alike: float) -> Iterable[Problem]:
    by_text: dict[str, str] = {}
    by_facts: dict[tuple[str, ...], list[Question]] = defaultdict(list)
    for question in questions:
        text = squeeze(question.question)
        if text in by_text:
            yield Problem(question.id, Fault.DUPLICATE, by_text[text])
            continue
        by_text[text] = question.id
        for other in by_facts[question.answer_facts]:
            if fuzz.ratio(text, squeeze(other.question)) >= alike:
                yield Problem(question.id, Fault.NEAR_DUPLICATE, other.id)
        by_facts[question.answer_facts].append(question)
