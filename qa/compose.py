"""Composing the answer from the clauses' own words: the asked thing first, each statement with its [n].

At most `MAX_ANSWER` characters. What is said is verbatim (white space tidied) but for the joints: region and document
names, verdicts, list numbers. Pure: evidence in, text and cited passages out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ingest.model import Document, Node, NodeKind
from qa.evidence import Evidence, Term, comparable, pairs_of, share, shown
from qa.model import titled
from qa.question import Question, intents
from qa.sentences import Sentence, sentences, tidy

MAX_ANSWER = 600
LEAD = 185  # the asked thing stands within the first two hundred characters, mark included
BODY = 560  # for plain answers; lists may go to MAX_ANSWER

BESIDE = 0.25  # a sentence of the best clause is said where it is this likely, compared with the best one
FURTHER, REPEATING = 0.3, 0.45  # another clause likewise, and where it holds no word of the question not yet said
ADDING, ADDED = 0.1, 0.2  # enough, where it adds this share of the question's weight
ASIDE = 0.6  # share of the question, against the best clause's, below which a clause speaks of something else
ROWS = 3  # of a table that are shown
CLAUSES = 4  # clauses that a plain answer cites

_YEAR = re.compile(r"\[((?:19|20)\d{2})\]")
_FIGURE = re.compile(r"\d+(?:\.\d+)?(?:[%‰]|[万亿]?元|[年月日天家项个倍])?")


@dataclass(frozen=True, slots=True)
class Passage:
    """A verbatim stretch of a clause that the answer relies on."""

    node: Node
    document: Document
    quote: str


@dataclass(slots=True)
class Draft:
    """The answer being written: pieces of text, and the passages in the order of their marks."""

    pieces: list[str] = field(default_factory=list)
    passages: list[Passage] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def mark(self, node: Node, document: Document, quote: str) -> str:
        """The [n] of a clause, given out at its first use; a longer quote of the same clause widens the first one."""
        for n, passage in enumerate(self.passages):
            if passage.node.id == node.id:
                if quote not in passage.quote:
                    self.passages[n] = Passage(node, document, _hull(node.text, passage.quote, quote))
                return f"[{n + 1}]"
        self.passages.append(Passage(node, document, quote))
        return f"[{len(self.passages)}]"

    @property
    def text(self) -> str:
        """What has been written; a year between brackets, [2016], as 〔2016〕, so that only marks look like marks."""
        return _YEAR.sub(r"〔\1〕", "".join(self.pieces)).strip()

    def room(self, limit: int = MAX_ANSWER) -> int:
        return limit - len(self.text)


def _hull(text: str, one: str, other: str) -> str:
    """The smallest stretch of `text` that holds both quotes."""
    starts = (text.find(one), text.find(other))
    if min(starts) < 0:
        return one
    return text[min(starts) : max(starts[0] + len(one), starts[1] + len(other))]


def figures(text: str) -> frozenset[str]:
    """The figures of a passage with their units, as compared."""
    return frozenset(_FIGURE.findall(comparable(text)))


def alike(one: str, other: str) -> float:
    """Jaccard similarity of the character pairs of two passages, 0..1."""
    left, right = pairs_of(comparable(one)), pairs_of(comparable(other))
    return len(left & right) / len(left | right) if left | right else 0.0


def shorten(question: Question, sentence: str, limit: int) -> str:
    """The part of a long sentence (between commas) around what is asked, verbatim, at most `limit` characters."""
    if len(tidy(sentence)) <= limit:
        return sentence
    cuts = [m.end() for m in re.finditer(r"[，,；;：:、）)]", sentence)]
    bounds = [0, *cuts, len(sentence)]
    pairs = pairs_of(comparable(question.text))

    def worth(i: int, j: int) -> float:
        piece = comparable(sentence[bounds[i] : bounds[j]])
        return len(pairs & pairs_of(piece)) + 3 * shown(question, piece)

    best, best_worth = (0, 1), -1.0
    for i in range(len(bounds) - 1):
        j = i + 1
        while j < len(bounds) - 1 and len(tidy(sentence[bounds[i] : bounds[j + 1]])) <= limit:
            j += 1
        if (value := worth(i, j)) > best_worth:
            best, best_worth = (i, j), value
    return sentence[bounds[best[0]] : bounds[best[1]]][: limit * 2]


def place_of(document: Document) -> str:
    """How an answer names a document: title and number."""
    return titled(document.title) + (f"（{document.doc_no}）" if document.doc_no else "")


def _same_said(one: str, other: str) -> bool:
    return alike(one, other) > 0.55 and figures(one) == figures(other)


def distinct(evidence: Sequence[Evidence], limit: int, floor: float) -> list[Evidence]:
    """The best sentence of each clause, repetitions of one another left out, while the score stays above `floor`."""
    kept: list[Evidence] = []
    for e in evidence:
        if e.score < floor or len(kept) == limit:
            break
        if any(e.node.id == k.node.id or _same_said(e.sentence.text, k.sentence.text) for k in kept):
            continue
        kept.append(e)
    return kept


def originals_first(evidence: Sequence[Evidence]) -> list[Evidence]:
    """An interpretation that says the same as an original further down gives way to the original."""
    out = list(evidence)
    for i, e in enumerate(out[:6]):
        if not e.feature("interpretation"):
            continue
        for j in range(i + 1, min(len(out), i + 25)):
            other = out[j]
            if not other.feature("interpretation") and _same_said(e.sentence.text, other.sentence.text):
                out.insert(i, out.pop(j))
                break
    return out


Children = Callable[[str], Sequence[Node]]


def write_plain(question: Question, evidence: Sequence[Evidence], terms: Sequence[Term], children: Children) -> Draft:
    """The usual answer: the best sentence, what stands with it, then further clauses that also answer."""
    draft = Draft()
    best = evidence[0]
    if best.node.kind is not NodeKind.TABLE or not _write_rows(draft, best, terms, children(best.node.id)):
        _write_clause(draft, question, best, evidence, children)
    last = best
    for other in distinct(evidence, limit=2 * CLAUSES, floor=ADDING * best.score)[1:]:
        if draft.room(BODY) < 60 or len(draft.passages) >= CLAUSES:
            break
        if other.node.kind is NodeKind.TABLE or any(other.node.id == p.node.id for p in draft.passages):
            continue
        if not _worth_saying(draft, best, other, terms):
            continue
        label = _label(other, last)
        said = shorten(question, other.sentence.text, min(LEAD, draft.room() - len(label) - 8))
        if comparable(said) and len(label) + len(tidy(said)) + 8 <= draft.room() and tidy(said) not in draft.text:
            draft.pieces.append(f"\n{label}{tidy(said)}{draft.mark(other.node, other.document, said)}")
            last = other
    complete(draft, question, evidence)
    return draft


def _worth_saying(draft: Draft, best: Evidence, other: Evidence, terms: Sequence[Term]) -> bool:
    """Whether a further sentence, of the same matter and showing what is asked, is likely enough or adds enough of the
    question that has not been said yet."""
    if best.feature("shows") > 0 and other.feature("shows") == 0:
        return False
    if other.feature("context") < ASIDE * best.feature("context"):
        return False
    had = comparable(draft.text)
    added = share(terms, f"{had} {comparable(other.sentence.text)}") - share(terms, had)
    return added >= ADDED or other.score >= (FURTHER if added > 0.02 else REPEATING) * best.score


def _heading(question: Question, node: Node) -> str:
    """The heading right above a clause, where the question asks under what something stands (哪一类, 属于 …)."""
    if not node.path or not re.search(r"哪一?[类种级项]|属于|归入", question.text):
        return ""
    head = tidy(node.path[-1])[:40].rstrip("：:。")
    return f"{head}：" if head not in tidy(node.text) else ""


_ANSWERED_BY_FORM = frozenset({"calculation", "compare", "applicability", "list", "score"})


def complete(draft: Draft, question: Question, evidence: Sequence[Evidence]) -> None:
    """For each further thing asked (by when, to whom, how many copies …) that the draft does not show: its best sentence.

    Only sentences of the answer's own document count: another document's deadline would be another policy's.
    """
    home = {e.document.id for e in evidence[:1]}
    for name in question.asked:
        intent = intents()[name]
        if name in _ANSWERED_BY_FORM or any(p.search(comparable(draft.text)) for p in intent.shows):
            continue
        for e in evidence[:40]:
            said = e.sentence.text
            if e.document.id not in home or e.feature("context") < 0.4 * evidence[0].feature("context"):
                continue
            if any(p.search(comparable(said)) for p in intent.shows):
                said = shorten(question, said, min(LEAD, draft.room() - 8))
                if len(said) > 8 and tidy(said) not in draft.text:
                    draft.pieces.append(f"\n{tidy(said)}{draft.mark(e.node, e.document, said)}")
                break


def _label(e: Evidence, last: Evidence) -> str:
    """The place or document of a sentence, where it is another than that of the one said before."""
    if e.document.region != last.document.region:
        return f"{e.document.region or ''}："
    if e.document.id != last.document.id:
        return f"{place_of(e.document)}："
    return ""


def _write_clause(
    draft: Draft, question: Question, best: Evidence, evidence: Sequence[Evidence], children: Children
) -> None:
    """The best sentence first; then the sentences of its clause that belong to it; then the items below it."""
    node, document = best.node, best.document
    text = tidy(node.text)
    below = [c for c in children(node.id) if c.citable]
    if len(text) <= LEAD:
        head = _heading(question, node) if len(text) <= LEAD - 45 else ""
        draft.pieces.append(head + text + draft.mark(node, document, node.text.strip()))
    else:
        lead = shorten(question, best.sentence.text, LEAD)
        draft.pieces.append(tidy(lead) + draft.mark(node, document, lead))
        own = {e.sentence.start: e for e in evidence if e.node.id == node.id}
        rest = [s for s in sentences(node.text) if s.start != best.sentence.start]
        rest.sort(key=lambda s: -own[s.start].score if s.start in own else 0.0)
        chosen: list[Sentence] = []
        budget = draft.room(BODY)
        for s in rest:
            if s.start in own and own[s.start].score >= BESIDE * best.score and len(tidy(s.text)) <= budget:
                chosen.append(s)
                budget -= len(tidy(s.text))
        for s in sorted(chosen, key=lambda s: s.start):
            draft.pieces.append(("\n" if draft.pieces else "") + tidy(s.text) + draft.mark(node, document, s.text))
    if below and (
        node.kind is NodeKind.HEADING or re.search(r"[:：]\s*$|如下|下列|以下|条件|要求|包括|材料", node.text)
    ):
        _write_items(draft, document, below)


def body_rows(rows: Sequence[Node]) -> list[Node]:
    """The rows of a table without the one that holds its heads."""
    return [r for r in rows if r.kind is NodeKind.ROW and r.cells != r.columns]


def _write_rows(draft: Draft, table: Evidence, terms: Sequence[Term], rows: Sequence[Node]) -> bool:
    """Of a table that answers, the rows that speak of the question, each cell with the head of its column.

    False where no row does, so that the table itself has to be shown.
    """
    held = [(share(terms, comparable(r.text)), r) for r in body_rows(rows)]
    best = max((h for h, _ in held), default=0.0)
    if best == 0:
        return False
    for _, row in [pair for pair in held if pair[0] > 0.8 * best][:ROWS]:
        heads = (
            row.columns if len(row.columns) == len(row.cells) and row.columns != row.cells else ("",) * len(row.cells)
        )
        cells = (
            f"{tidy(h)}：{tidy(c)}" if h.strip() else tidy(c)
            for h, c in zip(heads, row.cells, strict=True)
            if c.strip()
        )
        said = "，".join(cells)
        if len(said) + 8 > draft.room(BODY):
            break
        draft.pieces.append(("\n" if draft.pieces else "") + said + draft.mark(row, table.document, row.text.strip()))
    return bool(draft.pieces)


def _write_items(draft: Draft, document: Document, items: Sequence[Node]) -> None:
    """The items of a list, each whole where there is room, else their beginnings."""
    total = sum(len(tidy(n.text)) + 5 for n in items)
    each = max(24, (draft.room() - 10) // len(items) - 5) if total > draft.room() else MAX_ANSWER
    for item in items:
        said = item.text.strip() if len(tidy(item.text)) <= each else beginning(item.text, each)
        line = "\n" + tidy(said)
        if len(line) + 5 > draft.room():
            break
        draft.pieces.append(line + draft.mark(item, document, said))


def beginning(text: str, limit: int) -> str:
    """The beginning of an item: what fits of it, never cut within a phrase where it can be helped."""
    text = text.strip()
    if len(text) <= limit:
        return text
    cuts = [m.start() for m in re.finditer(r"[。；;，,：:]", text) if m.start() <= limit]
    return text[: cuts[-1]] if cuts else text[:limit]
