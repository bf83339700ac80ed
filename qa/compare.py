"""Side by side: the same words in different places, documents or years are shown next to each other, never merged."""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.compose import LEAD, Draft, alike, figures, place_of, shorten
from qa.evidence import Evidence, Term, comparable, pairs_of, share
from qa.question import Question
from qa.sentences import tidy

SAME = 0.75  # share of the question's words in one sentence that another must hold to speak of the same thing

# what places set each for themselves; papers, steps and names are looked up where they stand
_DIFFERS = ("amount", "rate", "target", "condition", "deadline", "compare", "calculation")


def by_region(question: Question, evidence: Sequence[Evidence], terms: Sequence[Term]) -> list[Evidence]:
    """The best evidence of each region, when the question names none (or several) and regions differ; else empty.

    Only sentences count that speak of the same thing as the best one (they hold its weightiest word of the question, or
    nearly all those that it holds) and show what is asked as well as it does.
    """
    if len(question.regions) == 1 or not (question.regions or question.asks(*_DIFFERS)):
        return []
    best = evidence[0]
    things = _things(best, terms)
    if not things:
        return []
    found: dict[str, Evidence] = {}
    for e in evidence[:150]:
        region = e.document.region
        if region is None or region in found or e.score < 0.04 * best.score:
            continue
        if not _same_thing(things, e) or e.feature("shows") < best.feature("shows"):
            continue
        if question.regions and region not in question.regions:
            continue
        if any(q in best.sentence.text and q not in e.sentence.text for q in question.quoted):
            continue  # what is named between quotation marks is what is compared
        if e.feature("interpretation") and not best.feature("interpretation"):
            continue  # a province explaining a national rule makes none of its own
        if e.feature("shows") == 0 or e.feature("context") < best.feature("context") - 0.35:
            continue
        found[region] = e
    return list(found.values()) if len(found) > 1 else []


def _things(best: Evidence, terms: Sequence[Term]) -> list[Term]:
    """The words of the question's matter that the best sentence holds, the weightiest first."""
    said = comparable(best.sentence.text)
    return sorted((t for t in terms if t.matter and t.held(said) == 1), key=lambda t: -t.weight)


def _same_thing(things: Sequence[Term], e: Evidence) -> bool:
    said = comparable(e.sentence.text)
    return things[0].held(said) == 1 or share(things, said) >= SAME


def by_document(question: Question, evidence: Sequence[Evidence], terms: Sequence[Term]) -> list[Evidence]:
    """Sentences of different documents that speak of the same thing with other figures; empty where all agree."""
    best = evidence[0]
    things = _things(best, terms)
    kept = [best]
    for e in evidence[1:60]:
        if len(kept) == 3:
            break
        if e.score < 0.12 * best.score:
            continue
        if e.document.id in {k.document.id for k in kept}:
            continue
        if e.feature("shows") == 0 or not figures(e.sentence.text) or (things and not _same_thing(things, e)):
            continue
        if e.feature("context") < best.feature("context") - 0.12:
            continue
        if all(figures(e.sentence.text) - figures(k.sentence.text) for k in kept):
            kept.append(e)
    return kept if len(kept) > 1 else []


def contradicting(question: Question, evidence: Sequence[Evidence]) -> Evidence | None:
    """A sentence of another document of the region that says the asked thing with another figure; or None.

    The asked thing is the part of the best sentence, between commas, that shares most with the question and has a figure.
    """
    best = evidence[0]
    focus = _focus(question, best.sentence.text)
    if focus is None:
        return None
    for e in evidence[1:60]:
        if e.document.id == best.document.id or e.document.region != best.document.region:
            continue
        if e.feature("context") < best.feature("context") - 0.25:
            continue
        for piece in _pieces(e.sentence.text):
            if figures(piece) and figures(piece) != figures(focus) and _wording(piece, focus) > 0.62:
                return e
    return None


def _pieces(sentence: str) -> list[str]:
    return [p for p in re.split(r"[，,、；;。：:（）()]", sentence) if len(p) > 4]


def _focus(question: Question, sentence: str) -> str | None:
    pairs = pairs_of(comparable(question.text))

    def shared(piece: str) -> int:
        return len(pairs & pairs_of(comparable(piece)))

    with_figures = [p for p in _pieces(sentence) if figures(p)]
    return max(with_figures, key=shared, default=None)


def _wording(one: str, other: str) -> float:
    """How alike two pieces are apart from their figures."""
    return alike(re.sub(r"\d+(\.\d+)?", "", comparable(one)), re.sub(r"\d+(\.\d+)?", "", comparable(other)))


def write(question: Question, chosen: Sequence[Evidence], heading: str, *, regions: bool) -> Draft:
    """The chosen sentences one under another, each with its place and mark."""
    draft = Draft()
    draft.pieces.append(heading)
    each = max(60, min(LEAD, 480 // len(chosen)))
    for e in chosen:
        said = shorten(question, e.sentence.text, each)
        label = (e.document.region or "地区未明") if regions else place_of(e.document)
        draft.pieces.append(f"\n{label}：{tidy(said)}{draft.mark(e.node, e.document, said)}")
        if draft.room() < 60:
            break
    return draft


def differ(chosen: Sequence[Evidence]) -> bool:
    """Whether the chosen sentences name different figures."""
    return len({figures(comparable(e.sentence.text)) for e in chosen}) > 1
