"""From question to answer: understand → retrieve → weigh evidence → calculate or compose → cite, or abstain."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from index import Filters, Hit
from ingest.model import Node
from ingest.regions import reach, strip_regions
from qa import calculators, compare, documents, sections, settle, tables
from qa.applicability import verdict
from qa.compose import LEAD, MAX_ANSWER, Draft, originals_first, shorten, write_plain
from qa.evidence import FEATURES, Evidence, Term, comparable, gather, share, terms_of
from qa.followup import resolve
from qa.linking import link
from qa.model import EXPIRED, PENDING, Answer, Citation, Retrieved, Turn, titled
from qa.parts import Part, parts
from qa.question import Question, understand
from qa.sentences import tidy
from qa.working import Linked

if TYPE_CHECKING:
    from qa.engine import Engine

CANDIDATES = 24  # clauses whose sentences are weighed; more find no more and cost time
RETRIEVED = 20  # clauses handed back
SPOKEN_OF = 0.6  # share of a question's matter that a sentence holds which speaks of just that
SURE = 0.6  # a calculator this fitting carries the answer


def answer(
    engine: Engine,
    text: str,
    *,
    as_of: date,
    region: str | None = None,
    history: Sequence[Turn] = (),
    explain: bool = False,
) -> Answer:
    """The answer to one question of a conversation. Whatever a user types gets an answer object, never an error."""
    question = understand(resolve(text, history), region=region, repair=engine.index.repaired)
    question = documents.spoken_of(question, engine.cores)
    if not settle.speaks_of_policy(question) or not settle.names_a_matter(
        question, terms_of(question, engine.index.idf)
    ):
        return Answer(question=text, answer=settle.SAY_MORE, abstained=True, confidence=0.0)
    hits = retrieve(engine, question)
    evidence = weigh(engine, question, hits)
    linked = link(question, evidence, as_of=as_of, clauses=engine.clauses)
    sure = confidence(engine, question, hits, evidence, linked)
    draft, used = choose(engine, question, evidence, linked, sure)
    abstained = draft is None
    if draft is None:
        draft = declined(question, evidence, terms_of(question, engine.index.idf))
    elif used is None and (open_ := settle.left_open(question, draft.text)):
        draft, abstained = unstated(open_, evidence[0]), True
    shown = used or next((one for one in linked if not abstained and worth_showing(question, one)), None)
    return Answer(
        question=text,
        answer=draft.text[:MAX_ANSWER],
        abstained=abstained,
        confidence=round(max(sure, used.fit if used else 0.0), 4),
        citations=cite(draft, as_of),
        retrieved=ranked(engine, hits, evidence, draft, as_of),
        calculation=calculation_of(shown),
        warnings=[*draft.warnings, *validity_warnings(draft, as_of)],
        explain=explained(question, hits, evidence, linked, sure) if explain else None,
    )


def retrieve(engine: Engine, question: Question) -> list[Hit]:
    """Candidates from the index, of the asked region and those above it; those of a named document first of all."""
    regions = reach(question.regions)
    hits = engine.index.search(question.text, CANDIDATES, Filters(regions=regions))
    if own := documents.named(question, engine.documents):
        hits = [*engine.index.search(question.text, CANDIDATES, Filters(document_ids=own)), *hits]
    first: dict[str, Hit] = {}
    for hit in hits:
        if hit.clause_id in engine.nodes:
            first.setdefault(hit.clause_id, hit)
    return list(first.values())


def weigh(engine: Engine, question: Question, hits: Sequence[Hit]) -> list[Evidence]:
    """The sentences of the candidates, best first; where the question names a document, its own come first."""
    evidence = originals_first(
        gather(question, hits, engine.nodes, engine.documents, engine.index.idf, engine.index.similarity, engine.titles)
    )
    if own := documents.named(question, engine.documents):
        evidence.sort(key=lambda e: e.document.id not in own)
    return evidence


def confidence(
    engine: Engine, question: Question, hits: Sequence[Hit], evidence: Sequence[Evidence], linked: Sequence[Linked]
) -> float:
    """How likely the evidence settles the question, 0..1; 0 where a place is named of which nothing is here."""
    if not evidence or settle.places_without_text(question, engine.regions):
        return 0.0
    terms = terms_of(question, engine.index.idf)
    return settle.confidence(settle.features(question, hits, evidence, terms, engine.index.knows, worked_fit(linked)))


def worked_fit(linked: Sequence[Linked]) -> float:
    """How well the best calculator fits that could be worked out; 0 where none could."""
    return max((one.fit for one in linked if one.calculation is not None), default=0.0)


def wants_figure(question: Question) -> bool:
    """Whether the question gives figures to work with, so that a calculator not filled in yet is worth showing."""
    return bool(question.amounts) or question.asks("calculation", "score")


def worth_showing(question: Question, linked: Linked) -> bool:
    """Whether the calculator belongs beside the clauses: the question has figures, or names what its amount is for."""
    named = question.asks("amount") and not question.asks("compare") and linked.calculation is not None
    return wants_figure(question) or (named and bool(linked.given))


def not_met(linked: Linked) -> bool:
    """Whether a condition of the rule is not met: no clause says so."""
    return linked.calculation is not None and linked.calculation.eligible is False


def choose(
    engine: Engine, question: Question, evidence: Sequence[Evidence], linked: Sequence[Linked], sure: float
) -> tuple[Draft | None, Linked | None]:
    """The way to answer, most specific first; no draft where the corpus does not settle the question."""
    worked_out = next((one for one in linked if one.calculation is not None and one.fit >= SURE), None)
    named = next((one for one in linked if one.named and one.calculation is not None), None)
    if not evidence:
        return None, None
    judged = worked_out is not None and question.asks("applicability")
    if not judged and (cells := tables.look_up(question, evidence, engine.documents, engine.below, engine.nodes)):
        return tables.write(cells), None
    terms = terms_of(question, engine.index.idf)
    known = [t for t in terms if engine.index.knows(t.text)] or terms  # the asker's own words head no section
    section = sections.best(question, known, evidence, engine.nodes, engine.below)
    divided = parts(question.text)
    surely = worked_out is not None or (section is not None and section.fit >= sections.SURE)
    if not surely and sure < settle.threshold():  # each part by itself, or the figure of what is named, may be settled
        if named is not None and not settle.outlived(question, evidence[0]):
            return write_calculation(engine, named), named
        return (write_parts(engine, question, divided, linked) if divided else None), None
    draft: Draft | None
    if documents.asks_which(question) and (draft := write_documents(engine, question, evidence, terms)):
        return draft, None
    told = worked_out is not None and worked_out.told
    if not told and not question.amounts and (chosen := compare.by_region(question, evidence, terms)):
        return compare.write(
            question, chosen, "各地规定不同：" if compare.differ(chosen) else "各地规定：", regions=True
        ), None
    worth_it = told or wants_figure(question) or question.asks("applicability", "deadline", "amount")
    if worked_out is not None and (worth_it or not_met(worked_out)):
        return write_calculation(engine, worked_out, [one for one in linked if one is not worked_out]), worked_out
    if divided and (draft := write_parts(engine, question, divided, linked)):
        return draft, None
    if section is not None and section.fit >= sections.SURE:
        return sections.write(question, section), None
    if listed := sections.of_table(question, evidence[0], engine.below):
        return sections.write(question, listed), None
    if (wanted := sections.asked_count(question)) and (counted := sections.enumerating(evidence, wanted)):
        return write(engine, question, counted), None
    if section is not None:
        return sections.write(question, section), None
    if question.asks("compare") and (chosen := compare.by_document(question, evidence, terms)):
        return compare.write(question, chosen, "不同文件的规定：", regions=False), None
    return write(engine, question, evidence), None


def write_documents(
    engine: Engine, question: Question, evidence: Sequence[Evidence], terms: Sequence[Term]
) -> Draft | None:
    """Which document it is, and the best sentence of it for whatever else is asked; None where no title fits."""
    draft = Draft()
    divided = parts(question.text)
    if divided:
        for part in divided:
            asked = understand(part.text, repair=engine.index.repaired)
            found = weigh(engine, asked, retrieve(engine, asked))
            for document in documents.candidates(terms_of(asked, engine.index.idf), found, 1):
                documents.write(draft, document, engine.documents, engine.margins)
        return draft
    document = documents.candidates(terms, evidence, 1)[0]
    matter = [t for t in terms if t.matter]
    if share(matter, comparable(f"{document.title} {evidence[0].sentence.text}")) < 0.4:
        return None
    documents.write(draft, document, engine.documents, engine.margins)
    own = documents.relatives(document, engine.documents)
    best = next((e for e in evidence if e.document.id in own and e.feature("shows") > 0), None)
    if best is not None:
        said = shorten(question, best.sentence.text, LEAD)
        draft.pieces.append(f"\n{tidy(said)}{draft.mark(best.node, best.document, said)}")
    return draft


def write_parts(engine: Engine, question: Question, divided: Sequence[Part], linked: Sequence[Linked]) -> Draft | None:
    """The best sentence for each part of a question, side by side; None where a part has none of its own."""
    draft = Draft()
    for part in divided:
        asked = understand(part.text, region=next(iter(question.regions), None), repair=engine.index.repaired)
        hits = retrieve(engine, asked)
        found = weigh(engine, asked, hits)
        if confidence(engine, asked, hits, found, linked) < settle.threshold():
            return None
        found = _of_part(engine, part, found)
        if not found:
            return None
        said = shorten(asked, found[0].sentence.text, max(60, 480 // len(divided)))
        mark = draft.mark(found[0].node, found[0].document, said)
        draft.pieces.append(f"{chr(10) if draft.pieces else ''}{part.label}：{tidy(said)}{mark}")
        if beside := _beside(found):  # another item of the same list that answers nearly as well
            said = shorten(asked, beside.sentence.text, max(60, 240 // len(divided)))
            draft.pieces.append(f"{tidy(said)}{draft.mark(beside.node, beside.document, said)}")
    return draft if len(draft.passages) > 1 else None


def _of_part(engine: Engine, part: Part, found: Sequence[Evidence]) -> list[Evidence]:
    """The evidence that speaks, with its headings, of the part itself, best first: what is said of one part must not be
    said of another."""
    own = [t for t in terms_of(understand(strip_regions(part.label)), engine.index.idf) if t.matter]
    if not own:
        return list(found)

    def spoken(e: Evidence) -> float:
        return share(own, settle.around(e) + comparable(e.document.doc_no or ""))

    of_it = [e for e in found[:12] if spoken(e) >= 0.3]
    return sorted(of_it, key=lambda e: -e.score * (0.2 + spoken(e)))


def _beside(found: Sequence[Evidence]) -> Evidence | None:
    """An item under the same head as the best evidence, and nearly as good."""
    best = found[0]
    for e in found[1:8]:
        if e.node.id != best.node.id and e.node.parent_id and e.node.parent_id == best.node.parent_id:
            return e if e.score >= 0.4 * best.score else None
    return None


def write(engine: Engine, question: Question, evidence: Sequence[Evidence]) -> Draft:
    """The plain answer, with a verdict where figures can be compared, and what another document says differently."""
    terms = terms_of(question, engine.index.idf)
    draft = write_plain(question, evidence, terms, lambda node_id: engine.below.get(node_id, ()))
    best = evidence[0]
    above = engine.nodes.get(best.node.parent_id or "")
    around = " ".join((*best.node.path, above.text if above is not None else ""))
    if held := verdict(question, best.sentence.text, around):
        draft.pieces.insert(0, f"{held.text}：")
    if other := compare.contradicting(question, evidence):
        said = other.sentence.text
        line = f"\n口径不同，{titled(other.document.title)}：{tidy(said)}"
        if len(line) + 6 < draft.room():
            draft.pieces.append(line + draft.mark(other.node, other.document, said))
        draft.warnings.append(f"{titled(other.document.title)}对同一事项写的数字不同，请以原文为准。")
    return draft


def write_calculation(engine: Engine, linked: Linked, others: Sequence[Linked] = ()) -> Draft:
    """The worked-out result first, what other documents make of it, then the clauses that the steps rest on."""
    draft = Draft()
    assert linked.calculation is not None
    draft.pieces.append(f"{linked.headline.rstrip('。')}。{_marks(engine, draft, linked)}")
    for other in others:  # another document or region decides otherwise
        if other.calculation is not None and draft.room() > len(other.headline) + 12:
            draft.pieces.append(f"\n另：{other.headline.rstrip('。')}。{_marks(engine, draft, other)}")
    if linked.assumed:
        draft.pieces.append(f"\n前提：{'、'.join(linked.assumed)[:160]}。")
    for passage in list(draft.passages):
        quote = tidy(passage.quote)
        if draft.room() > len(quote) + 12 and quote not in draft.text:
            draft.pieces.append(f"\n依据：{quote}{draft.mark(passage.node, passage.document, passage.quote)}")
    standing = set(calculators.get(linked.calculator).notes)  # what always holds is shown with the calculator
    draft.warnings += [w for w in linked.calculation.warnings if w not in standing]
    return draft


def _marks(engine: Engine, draft: Draft, linked: Linked) -> str:
    """The marks of the clauses that a headline rests on."""
    cited = ((engine.nodes.get(c.clause_id), c.quote) for c in linked.citations[:3])
    found = (draft.mark(n, engine.documents[n.document_id], quote) for n, quote in cited if n is not None)
    return "".join(dict.fromkeys(found))


def nearest(evidence: Sequence[Evidence]) -> Draft:
    """Say that the corpus does not settle it and name the nearest clauses; their figures are not repeated."""
    draft = Draft()
    draft.pieces.append("现有政策文本没有对此作出明确规定，无法给出有依据的答案。")
    named: list[str] = []
    for e in evidence[:12]:
        where = titled(e.document.title) + (f"“{tidy(e.node.path[-1])[:40]}”" if e.node.path else "")
        if where not in named and len(named) < 3:
            named.append(where)
            draft.pieces.append(("\n最接近的条款：" if len(named) == 1 else "；") + where)
            draft.pieces.append(draft.mark(e.node, e.document, e.sentence.text))
    return draft


def declined(question: Question, evidence: Sequence[Evidence], terms: Sequence[Term]) -> Draft:
    """Why there is no answer: the text speaks of the matter but leaves the figure open, or does not settle it at all."""
    if evidence and (open_ := settle.left_open(question, evidence[0].sentence.text)):
        matter = [t for t in terms if t.matter]
        if share(matter, settle.around(evidence[0])) >= SPOKEN_OF:
            return unstated(open_, evidence[0])
    return nearest(evidence)


def unstated(what: str, best: Evidence) -> Draft:
    """Say that the text speaks of the matter but leaves the asked figure open, and show where."""
    draft = Draft()
    said = best.sentence.text
    mark = draft.mark(best.node, best.document, said)
    draft.pieces.append(f"现有政策文本没有写明具体{what}。最接近的条款：{tidy(said)[:400]}{mark}")
    return draft


def cite(draft: Draft, as_of: date) -> list[Citation]:
    """The passages as citations, numbered as marked."""
    return [Citation.of(p.node, p.document, as_of, n=n, quote=p.quote) for n, p in enumerate(draft.passages, start=1)]


def ranked(
    engine: Engine, hits: Sequence[Hit], evidence: Sequence[Evidence], draft: Draft, as_of: date
) -> list[Retrieved]:
    """The retrieved clauses: those the answer rests on, then those with the best evidence."""
    best: dict[str, float] = {}
    for e in evidence:
        best.setdefault(e.node.id, e.score)
    order: dict[str, Node] = {p.node.id: p.node for p in draft.passages}
    for hit in sorted(hits, key=lambda h: -best.get(h.clause_id, 0.0)):
        order.setdefault(hit.clause_id, engine.nodes[hit.clause_id])
    return [
        Retrieved.of(node, engine.documents[node.document_id], as_of, score=round(best.get(node.id, 0.0), 6))
        for node in list(order.values())[:RETRIEVED]
    ]


def calculation_of(linked: Linked | None) -> dict[str, Any] | None:
    """The linked calculation as the contract's object, with the inputs still missing by name."""
    if linked is None:
        return None
    made = linked.shown()
    return {
        "calculator": linked.calculator,
        "inputs": made.get("inputs", linked.inputs),
        "outputs": made.get("outputs", {}),
        "eligible": made.get("eligible"),
        "steps": made.get("steps", []),
        "missing": [{"name": i.name, "label": i.label, "unit": i.unit} for i in linked.missing],
        "assumed": list(linked.assumed),
        "citations": made.get("citations", []),
    }


def validity_warnings(draft: Draft, as_of: date) -> list[str]:
    """One line for each cited document whose validity is over or has not begun on `as_of`."""
    out: list[str] = []
    for passage in draft.passages:
        document = passage.document
        if document.valid_to is not None and as_of > document.valid_to:
            out.append(
                f"{titled(document.title)}{EXPIRED}（有效期至{document.valid_to:%Y-%m-%d}），请核对是否有新的规定。"
            )
        elif document.valid_from is not None and as_of < document.valid_from:
            out.append(f"{titled(document.title)}{PENDING}（{document.valid_from:%Y-%m-%d}起施行）。")
    return list(dict.fromkeys(out))


def explained(
    question: Question, hits: Sequence[Hit], evidence: Sequence[Evidence], linked: Sequence[Linked], sure: float
) -> dict[str, Any]:
    """How the answer came about, for officials and evaluators (`--explain`)."""
    return {
        "question": {
            "text": question.text,
            "asked": list(question.asked),
            "regions": list(question.regions),
            "amounts": [a.text for a in question.amounts],
            "doc_nos": list(question.doc_nos),
        },
        "candidates": [
            {"clause_id": h.clause_id, "score": h.score, "lexical": h.lexical, "dense": h.dense} for h in hits
        ],
        "evidence": [
            {
                "clause_id": e.node.id,
                "sentence": e.sentence.text,
                "score": round(e.score, 4),
                "features": dict(zip(FEATURES, (round(f, 3) for f in e.features), strict=True)),
            }
            for e in evidence[:10]
        ],
        "calculators": [{"calculator": one.calculator, "fit": one.fit} for one in linked],
        "confidence": round(sure, 4),
        "threshold": settle.threshold(),
    }
