"""Side by side: the same words in different places, documents or years are shown next to each other, never merged."""

from __future__ import annotations

from collections.abc import Sequence

from qa.compose import LEAD, Draft, alike, figures, place_of, shorten
from qa.evidence import Evidence, comparable
from qa.question import Question
from qa.sentences import tidy

NATION = "全国"


def by_region(question: Question, evidence: Sequence[Evidence]) -> list[Evidence]:
    """The best evidence of each region, when the question names none (or several) and regions differ; else empty.

    Only regions whose best sentence is about as good as the best of all, and shows what is asked, count.
    """
    if len(question.regions) == 1:
        return []
    best = evidence[0]
    found: dict[str, Evidence] = {}
    for e in evidence[:40]:
        region = e.document.region
        if region is None or region in found or e.score < 0.3 * best.score:
            continue
        if question.regions and region not in question.regions:
            continue
        if e.feature("shows") == 0 or e.feature("context") < best.feature("context") - 0.25:
            continue
        found[region] = e
    return list(found.values()) if len(found) > 1 else []


def by_document(question: Question, evidence: Sequence[Evidence]) -> list[Evidence]:
    """Sentences of different documents that speak of the same thing with other figures; empty where all agree."""
    best = evidence[0]
    kept = [best]
    for e in evidence[1:60]:
        if len(kept) == 3 or e.score < 0.3 * best.score:
            break
        if e.document.id in {k.document.id for k in kept} or e.document.region != best.document.region:
            continue
        if e.feature("shows") == 0 or not figures(e.sentence.text):
            continue
        if all(figures(e.sentence.text) - figures(k.sentence.text) for k in kept):
            kept.append(e)
    return kept if len(kept) > 1 else []


def contradicting(evidence: Sequence[Evidence]) -> Evidence | None:
    """A sentence of another document that says nearly the same as the best one, with other figures; or None."""
    best = evidence[0]
    mine = figures(best.sentence.text)
    for e in evidence[1:40]:
        if e.document.id == best.document.id or e.document.region != best.document.region:
            continue
        theirs = figures(e.sentence.text)
        if mine and theirs and mine != theirs and not (mine < theirs or theirs < mine):
            if alike(best.sentence.text, e.sentence.text) > 0.5:
                return e
    return None


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
