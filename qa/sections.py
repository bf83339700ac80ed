"""Lists gathered whole: "哪四大类", "条件有哪些", "走哪些步骤" are answered by the items below a heading, not by one sentence."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from index.tokenizer import chinese_number
from ingest.model import Document, Node, NodeKind
from qa.compose import Draft, beginning, body_rows
from qa.evidence import Evidence, Term, comparable, share
from qa.model import titled
from qa.question import Question
from qa.sentences import tidy

_COUNT = re.compile(r"([一二两三四五六七八九十]{1,2}|\d{1,2})(?:大|个|种|类|项|条|方面|块|样|步|支|张|批)")
ENUMERATING = 0.5  # how likely a sentence that lists as many things as asked must be, compared with the best one
DOCUMENTS = 4  # of the best evidence, whose sections are looked through
FIT = 0.95  # a section must fit at least so well, and clearly better than the best sentence

SURE = 1.3  # a section fitting so well answers, however doubtful its single sentences are

_KINDS = {
    "condition": re.compile(r"条件|要求|资格|标准|范围|对象"),
    "procedure": re.compile(r"程序|流程|步骤|申报|办理|审核|列入"),
    "materials": re.compile(r"材料|资料|提交|提供"),
    "list": re.compile(r"内容|范围|重点|任务|目标|政策|措施|支持|扶持|否决|路径|原则|领域"),
    "department": re.compile(r"职责|分工|组织"),
}


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, clause or document with the items below it, and how well it fits the question."""

    head: Node | None  # None: the document itself
    document: Document
    items: tuple[Node, ...]
    fit: float


def asked_count(question: Question) -> int | None:
    """How many items the question says there are ("哪四大类" → 4)."""
    for found in _COUNT.finditer(question.text):
        around = question.text[found.end() : found.end() + 12]
        if (
            re.search(r"什么|哪|是啥|指|分别|有|清单|路径|行动|工程", around)
            or "哪" in question.text[max(0, found.start() - 2) : found.start()]
        ):
            number = int(found[1]) if found[1].isdigit() else chinese_number(found[1])
            if number and number > 1:
                return number
    return None


def enumerating(evidence: Sequence[Evidence], wanted: int) -> list[Evidence]:
    """The evidence with the best sentence that lists as many things as asked put first; empty where none does."""
    for e in evidence[:12]:
        if e.score >= ENUMERATING * evidence[0].score and any(
            len(re.split(r"、|和|以及|及", run)) == wanted for run in _LIST.findall(tidy(e.sentence.text))
        ):
            return [e, *(other for other in evidence if other is not e)]
    return []


_LIST = re.compile(r"[^，,。；;：:（）()、]+(?:、[^，,。；;：:（）()、]+)+")


def head_of(node: Node) -> str:
    """What an item is called: a heading whole, a run-in heading up to its first stop."""
    text = tidy(node.cells[0] if node.kind is NodeKind.ROW and node.cells else node.text)
    if node.kind is NodeKind.HEADING:
        return text
    stop = re.search(r"[。；;：:]", text)
    return text[: stop.start()] if stop and stop.start() <= 60 else text[:60]


def best(
    question: Question,
    terms: Sequence[Term],
    evidence: Sequence[Evidence],
    nodes: Mapping[str, Node],
    below: Mapping[str, Sequence[Node]],
) -> Section | None:
    """The section that answers a question for a list, or None where a sentence will do."""
    if not question.asks("list", "condition", "procedure", "materials"):
        return None
    wanted = asked_count(question)
    terms = [t for t in terms if t.matter] or terms
    weighed = {e.node.id: e.score for e in reversed(evidence[:24])}
    found: dict[str, Section] = {}
    documents = {e.document.id: e.document for e in evidence[:24]}
    for document in list(documents.values())[:DOCUMENTS]:
        for holder in _holders(document.id, below):
            items = _run(below[holder]) or _rows(below[holder], below)
            if len(items) < 2:
                continue
            head = nodes.get(holder)
            fit = _fit(question, terms, head, document, items, wanted) + 0.5 * weighed.get(holder, 0.0)
            found[holder] = Section(head, document, items, fit)
    if not found:
        return None
    chosen = max(found.values(), key=lambda s: s.fit)
    held = evidence[0].feature("own")
    return chosen if chosen.fit >= max(FIT, 0.3 + held) else None


def of_table(question: Question, best: Evidence, below: Mapping[str, Sequence[Node]]) -> Section | None:
    """The outer rows (一、…, 二、…) of the table that answers a question for a list; None where it has none."""
    if best.node.kind is not NodeKind.TABLE or not question.asks("list"):
        return None
    items = _run(body_rows(below.get(best.node.id, ())))
    return Section(None, best.document, items, FIT) if len(items) > 1 else None


def _holders(document_id: str, below: Mapping[str, Sequence[Node]]) -> list[str]:
    """The document and every node of it that has citable nodes below it."""
    out, todo = [], [document_id]
    while todo:
        holder = todo.pop()
        if children := below.get(holder):
            out.append(holder)
            todo += [c.id for c in children]
    return out


_YEAR = re.compile(r"20[012]\d")
_NUMBER = re.compile(r"\s*(第[一二三四五六七八九十\d]+[章节条]|[（(]?[一二三四五六七八九十\d]{1,3}[）)]?[、．.]?)")


def _run(items: Sequence[Node]) -> tuple[Node, ...]:
    """The items that are numbered in the same way as most are; a row of a table carries its number in its text."""
    ways: dict[str, list[Node]] = {}
    for item in items:
        number = item.number or (found[1] if item.kind is NodeKind.ROW and (found := _NUMBER.match(item.text)) else "")
        if number:
            ways.setdefault(re.sub(r"[一二三四五六七八九十]+", "汉", re.sub(r"\d+", "数", number)), []).append(item)
    # of a table's rows, those of the outer numbering: 一、 before 1.
    outer = [w for way, w in ways.items() if "汉" in way and len(w) > 1]
    most: list[Node] = max(outer or [*ways.values()], key=lambda way: len(way), default=[])
    return tuple(most)


def _rows(items: Sequence[Node], below: Mapping[str, Sequence[Node]]) -> tuple[Node, ...]:
    """The rows of the only table that stands there, without its heads."""
    tables = [i for i in items if i.kind is NodeKind.TABLE]
    if len(tables) != 1:
        return ()
    return tuple(
        r for r in below.get(tables[0].id, ()) if r.cells and r.cells[0].strip() and r.cells != tables[0].columns
    )


def _fit(
    question: Question,
    terms: Sequence[Term],
    head: Node | None,
    document: Document,
    items: Sequence[Node],
    wanted: int | None,
) -> float:
    own = comparable(" ".join((document.title, *(head.path if head else ()), head.text[:120] if head else "")))
    heads = comparable(" ".join(head_of(i) for i in items))
    fit = share(terms, own) + 0.3 * (share(terms, f"{own} {heads}") - share(terms, own))
    if head is not None:  # of sections under one title, the one whose own words are asked for
        fit += 0.3 * share(terms, comparable(head.text[:120])) - 0.1
    if wanted is not None:
        fit += 0.45 if len(items) == wanted else -0.5
    asked, spoken = set(_YEAR.findall(comparable(question.text))), set(_YEAR.findall(own))
    if asked and spoken and not asked & spoken:
        fit -= 0.4  # of another year
    heaviest = max(terms, key=lambda t: t.weight, default=None)
    if heaviest is not None and heaviest.held(f"{own} {heads}") < 0.5:
        fit -= 0.3
    title = head.text[:60] if head else ""
    if any(name in question.asked and pattern.search(title) for name, pattern in _KINDS.items() if name != "list"):
        fit += 0.35
    elif wanted is None and not (question.asks("list") and _KINDS["list"].search(title)):
        fit -= 0.25
    return fit


def write(question: Question, section: Section) -> Draft:
    """The heading and its items: whole where there is room, else what each is called, or what must be done first."""
    draft = Draft()
    if section.head is not None:
        lead = tidy(section.head.text)
        draft.pieces.append(lead if len(lead) <= 80 else head_of(section.head))
        draft.pieces.append(draft.mark(section.head, section.document, section.head.text.strip()))
    else:
        draft.pieces.append(f"{titled(section.document.title)}分为：")
    room = draft.room() - 6 * len(section.items)
    whole = sum(len(tidy(i.text)) + 1 for i in section.items) <= room
    each = max(12, room // len(section.items) - 1)
    told = question.asks("procedure", "materials", "condition") and not question.asks("list")
    for item in section.items:
        said = tidy(item.text) if whole else beginning(tidy(item.text), each) if told else head_of(item)[:each]
        if len(said) + 6 > draft.room():
            break
        quote = item.text.strip() if whole else _quote(item, said)
        draft.pieces.append(f"\n{said}{draft.mark(item, section.document, quote)}")
    return draft


def _quote(item: Node, said: str) -> str:
    """The verbatim words of an item that `said` is the tidied form of."""
    for end in range(len(said), len(item.text) + 1):
        if tidy(item.text[:end]) == said:
            return item.text[:end]
    return item.text.strip()
