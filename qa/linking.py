"""Which calculator a question asks for, run with the inputs that the question gives.

A calculator is linked where the wordings of its matter stand in the question (`reading.yaml`), its region fits, and the
question gives it something to work with; what the evidence says decides between rules alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache
from itertools import combinations

from ingest.regions import find_regions, related
from qa.calculators import ClauseFinder, Rule, get
from qa.calculators.case import fmt
from qa.evidence import Evidence
from qa.headline import HEADLINE, TOGETHER, within
from qa.question import Question, normalise
from qa.reading import Reading, read
from qa.told import Told, tell
from qa.wordings import Guide, adverse, wordings
from qa.working import NAMED_ONLY, OPEN, Candidate, Linked, aside_year, merely_named, quotes, work_out

LEAST = 0.45  # below this fit a calculator is not linked
OF_PLACE = 0.04  # what a rule gains that is made for the place asked about: the nation's where none is named
KEPT = 3
LONGEST = 1000  # characters; a pasted page is not a case to work out
NATIONAL = "全国"

_TIMES = frozenset(("年", "个月", "月", "天", "日", "工作日", "期"))

_FIGURES = ("calculation", "score", "amount", "rate", "applicability", "deadline", "compare")
_WORKED_OUT = ("calculation", "score", "amount", "applicability")
_WORKED = (*_WORKED_OUT, "rate")
_ELSE = ("document", "contact", "materials", "list", "definition")  # kinds of question that no calculator answers


def link(
    question: Question, evidence: Sequence[Evidence], *, as_of: date, clauses: ClauseFinder | None
) -> tuple[Linked, ...]:
    """The calculators that the question asks for, best first; usually none or one.

    Several where documents or regions give different figures for the same thing: then each headline names its document.
    """
    found = _found(question, evidence)
    if not found:
        return ()
    if (pair := _pair(found)) and TOGETHER.search(question.text):
        both = [work_out(c, question, as_of, clauses) for c in pair]
        if (added := _added(pair, both)) is not None:
            return added
    chosen = _chosen(found)
    linked = [one for c in chosen if (one := work_out(c, question, as_of, clauses)) is not None]
    return tuple(_named(linked, chosen)) if len(linked) > 1 else tuple(linked)


def warm() -> None:
    """Read all wordings and rules now, so that the first questions need not (about a third of a second)."""
    for guide in wordings().guides:
        get(guide.id)
        quotes(guide.id)


# --- which rule ------------------------------------------------------------------------------------------------------


def _found(question: Question, evidence: Sequence[Evidence]) -> list[Candidate]:
    """The rules that fit, best first. Mending misspellings can also spoil a question: both wordings are read."""
    best: dict[str, Candidate] = {}
    texts = dict.fromkeys((normalise(question.original), question.text))
    told = [tell(text) for text in texts if len(text) <= LONGEST]
    for one in told:
        for candidate in _candidates(question, one, evidence):
            held = best.get(candidate.guide.id)
            barred = any(candidate.guide.never.held(other.text) for other in told)
            if not barred and (held is None or candidate.sure > held.sure):
                best[candidate.guide.id] = candidate
    found = list(best.values())
    if not question.regions and len({c.rule.region for c in found}) > 1:  # elsewhere the figure may be another
        found = [c if _has_figures(c.rule, c.reading) else replace(c, fit=min(c.fit, NAMED_ONLY)) for c in found]

    def order(c: Candidate) -> tuple[float, int]:
        of_place = (c.rule.region == NATIONAL) != bool(question.regions)
        return -c.sure - OF_PLACE * of_place, c.guide.rank

    return sorted(found, key=order)


def _has_figures(rule: Rule, reading: Reading) -> bool:
    """Whether the question gives quantities or dates to work with."""
    given = [i for i in rule.inputs if i.name in reading.given and i.type in ("number", "integer", "date")]
    return any(not merely_named(reading, i) for i in given)


def _candidates(question: Question, told: Told, evidence: Sequence[Evidence]) -> Iterable[Candidate]:
    named = frozenset(key for key, names in wordings().documents.items() if names.held(told.text))
    regions = _asked_regions(question, told)
    for guide in wordings().guides:
        if not all(group.held(told.text) for group in guide.about):
            continue
        if guide.never.held(told.text) or not _in_region(guide, regions):
            continue
        rule = get(guide.id)
        reading = read(rule, guide, told)
        if not _enough(guide, rule, reading, question):
            continue
        support = _support(rule, evidence)
        fit = _fit(guide, rule, reading, question, named, support)
        if fit >= LEAST:
            plain = _is_plain(guide, rule, reading, question, support)
            yield Candidate(guide, rule, reading, told, fit, plain)


_HOME = re.compile(r"(?:我们?|咱们?|本)(?:公司|企业|厂|单位)?(?:开|设|注册|位于)?在([^,。;?]{2,8})")
_MOVES = re.compile(r"迁|搬|落户|投资|转移|引进|承接|合作|设立|分公司|子公司")


def _asked_regions(question: Question, told: Told) -> tuple[str, ...]:
    """The regions whose rules may apply: of those named, where the asker says to be (我们在唐山), only that one's."""
    home = [r for m in _HOME.finditer(told.text) for r in find_regions(m[1])]
    if not home or _MOVES.search(told.text):
        return question.regions
    return tuple(r for r in question.regions if any(related(r, h) for h in home))


def _in_region(guide: Guide, regions: Sequence[str]) -> bool:
    if not regions or guide.region == NATIONAL:
        return True
    return any(r == guide.region or related(guide.region, r) for r in regions)


def _enough(guide: Guide, rule: Rule, reading: Reading, question: Question) -> bool:
    """Whether the question gives the rule something to work with, and asks for something that it works out."""
    figures = [i for i in rule.inputs if i.type in ("number", "integer", "date") and i.name in reading.given]
    told = [i for i in figures if i.name not in reading.spread and not aside_year(guide, i)]
    if not told and question.asks(*_ELSE) and not question.asks(*_WORKED):
        return False
    if guide.fixed:
        choices = [i for i in rule.inputs if i.type == "choice" and i.required]
        named = all(i.name in reading.given or i.name in reading.inputs for i in choices)
        asks = question.asks(*_FIGURES) or bool(TOGETHER.search(question.text))
        return bool(figures) or (named and asks and (not choices or bool(reading.given)))
    sums = [i for i in rule.inputs if i.type in ("number", "integer") and not i.name.endswith("year")]
    silent = [i for i in sums if i.name not in reading.given and guide.cue(i.name).assume is None]
    if rule.kind != "score" and sums and len(silent) == len(sums) and not any(i.required for i in silent):
        return False  # only a year was told, and every sum would be nought
    if figures:
        return True
    if reading.missing and not question.asks("calculation"):
        return False
    wants_figures = any(i.type in ("number", "integer") and i.required for i in rule.inputs)
    worked_out = rule.kind == "score" or not wants_figures or question.asks("applicability")
    return bool(reading.given) and question.asks(*_FIGURES) and worked_out


def _fit(
    guide: Guide,
    rule: Rule,
    reading: Reading,
    question: Question,
    named: frozenset[str],
    support: float,
) -> float:
    """How surely the rule is meant, 0..1."""
    asked = [i for i in rule.inputs if i.name in reading.given]
    complete = len(asked) / (len(asked) + len(reading.missing)) if asked or reading.missing else 1.0
    fit = (
        0.5
        + 0.3 * complete
        + 0.02 * len(guide.about)
        - 0.08 * min(reading.unused, 3)
        - 0.04 * min(reading.idle, 2)
        - 0.03 * guide.rank
    )
    if reading.missing:
        fit -= OPEN
    if guide.document and guide.document in named:
        fit += 0.15
    elif any(n in _rivals(guide.theme) for n in named):
        fit -= 0.3
    if question.asks("deadline") and not question.asks(*_WORKED_OUT) and not _tells_when(rule):
        fit -= OPEN
    fit += support
    if question.regions and guide.region not in question.regions:
        if NATIONAL in question.regions:
            fit -= 0.2
        elif any(guide.region.startswith(r) for r in question.regions):  # a district's rule, asked of the whole city
            fit = min(fit, NAMED_ONLY)
    return max(0.0, min(1.0, fit))


def _tells_when(rule: Rule) -> bool:
    """Whether the rule works out a day or a length of time."""
    return any(o.type == "date" or o.unit in _TIMES for o in rule.outputs)


def _is_plain(guide: Guide, rule: Rule, reading: Reading, question: Question, support: float) -> bool:
    """Whether the question only names what has a fixed figure."""
    if question.asks("score", "applicability") or TOGETHER.search(question.text):
        return False
    if any(n > 1 for n in reading.counts.values()) or _has_figures(rule, reading):
        return False
    return support < 0 or not _picked(guide, rule, reading, question)


def _picked(guide: Guide, rule: Rule, reading: Reading, question: Question) -> bool:
    """Whether the question picks one of several fixed figures (省级, 银奖, 考评最差): a calculator tells which."""
    if not guide.fixed or reading.cases or _compares(question) or not question.asks("amount", "calculation"):
        return False
    several = sum(cue.mention is not None for cue in guide.cues.values()) > 1
    return any(
        (several and i.name in reading.mentioned) or (i.type == "choice" and i.required) or adverse(i.name)
        for i in rule.inputs
        if i.name in reading.given
    )


def _compares(question: Question) -> bool:
    """Whether things or places are to be set side by side."""
    return question.asks("compare") or any(not related(a, b) for a, b in combinations(question.regions, 2))


@cache
def _rivals(theme: str) -> frozenset[str]:
    """The documents that deal with one matter."""
    return frozenset(g.document for g in wordings().guides if g.theme == theme)


def _support(rule: Rule, evidence: Sequence[Evidence]) -> float:
    """What the evidence adds: the rule's document or its very quotes among the best clauses."""
    if not evidence:
        return 0.0
    for place, e in enumerate(evidence[:25]):
        text = re.sub(r"\s+", "", e.node.text)
        if any(q in text or text in q for q in quotes(rule.id)):
            return 0.12 if place < 5 else 0.06
    return -0.08


def _chosen(found: Sequence[Candidate]) -> list[Candidate]:
    """The best rule; beside it, those on the same matter from other documents or regions that fit nearly as well."""
    best = found[0]
    chosen = [best]
    for other in found[1:]:
        alike = other.guide.theme == best.guide.theme or other.rule.region != best.rule.region
        if alike and other.sure >= best.sure - 0.16 and len(chosen) < KEPT and not other.reading.missing:
            chosen.append(other)
    return chosen


def _pair(found: Sequence[Candidate]) -> tuple[Candidate, Candidate] | None:
    """Two rules that one enterprise or county can have beside each other, both asked for."""
    by_id = {c.guide.id: c for c in found}
    return next(((c, by_id[c.guide.beside]) for c in found if c.guide.beside in by_id), None)


def _added(pair: Sequence[Candidate], both: Sequence[Linked | None]) -> tuple[Linked, ...] | None:
    """Both results, the first one's headline giving the sum; None where one of them could not be worked out."""
    amounts = []
    for candidate, one in zip(pair, both, strict=True):
        name = (candidate.guide.show or ("amount_wan",))[0]
        amount = one.calculation.outputs.get(name) if one is not None and one.calculation is not None else None
        if not isinstance(amount, Decimal):
            return None
        amounts.append(amount)
    first, second = both
    assert first is not None and second is not None
    unit = pair[0].rule.output((pair[0].guide.show or ("amount_wan",))[0]).unit
    parts = "＋".join(fmt(a, unit) for a in amounts)
    headline = f"合计{fmt(sum(amounts, Decimal(0)), unit)}：{parts}（{first.headline}；{second.headline}）"
    citations = tuple({c.clause_id or c.quote: c for c in (*second.citations, *first.citations)}.values())
    fit = max(first.fit, second.fit)
    return replace(second, headline=headline[:HEADLINE], fit=fit, citations=citations), first


# --- several documents -------------------------------------------------------------------------------------------------


def _named(linked: Sequence[Linked], chosen: Sequence[Candidate]) -> list[Linked]:
    """Where several documents speak, each headline says whose figure it gives; one that says the same is left out."""
    by_id = {c.rule.id: c.rule for c in chosen}
    distinct: list[Linked] = []
    for one in linked:
        said = re.split("[：，]", one.headline)[0]
        alike = by_id[one.calculator].region
        if not any(said == re.split("[：，]", d.headline)[0] and by_id[d.calculator].region == alike for d in distinct):
            distinct.append(one)
    if len(distinct) == 1:
        return distinct
    out = []
    for one in distinct:
        rule = by_id[one.calculator]
        title = re.sub(r"[（(](?!套).*", "", rule.document.split("》")[0].strip("《")).removeprefix(rule.region)
        head, _, rest = one.headline.partition("：")
        named = f"{head}（{rule.region}《{title}》）"
        out.append(replace(one, headline=within(named, rest.split("；"), HEADLINE) if rest else named))
    return out
