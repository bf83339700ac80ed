"""Which calculator a question asks for, run with the inputs that the question gives.

A calculator is linked where the wordings of its matter stand in the question (`reading.yaml`), its region fits, and the
question gives it something to work with; what the evidence says decides between rules alike. Nothing is guessed: figures
and choices that the question does not give are asked for by name; yes/no conditions that it does not mention are taken
as met and said so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from ingest.regions import reach, related
from qa.calculators import Calculation, Citation, ClauseFinder, Input, Rule, get, run
from qa.calculators.case import fmt
from qa.calculators.inputs import CalcError
from qa.evidence import Evidence
from qa.headline import HEADLINE, TOGETHER, aside, rests_on, within
from qa.headline import headline as say
from qa.question import Question, normalise
from qa.reading import Cue, Guide, Reading, Told, adverse, read, tell, wordings

LEAST = 0.45  # below this fit a calculator is not linked
NAMED_ONLY = 0.55  # … and at most this, where the question only names what has a fixed figure: a clause answers that
OPEN = 0.12  # what an input that is still open costs
KEPT = 3
LONGEST = 1000  # characters; a pasted page is not a case to work out
NATIONAL = "全国"

_FIGURES = ("calculation", "score", "amount", "rate", "applicability", "deadline", "compare")
_WORKED = ("calculation", "score", "amount", "rate", "applicability")
_ELSE = ("document", "contact", "materials", "list", "definition")  # kinds of question that no calculator answers


@dataclass(frozen=True, slots=True)
class Linked:
    """A calculator that the question asks for.

    `fit` 0..1: how surely this rule is meant. `inputs` as read and assumed; `assumed` the conditions taken as met, in
    words; `missing` what must still be given; `given` the inputs that the question states; `partial`: only a part of the rule
    was asked for, so that the rest of its inputs, outputs and steps say nothing of the asker; `told`: the question gives
    figures or days of a case; `named`: it names each choice that the rule turns on (鲁班奖, 省级) and the region.
    `calculation` is None where something is missing. `headline`: at most 180 characters, the asked figure or verdict
    first, then the arithmetic; `citations`: what the headline rests on.
    """

    calculator: str
    fit: float
    inputs: dict[str, object]
    assumed: tuple[str, ...]
    missing: tuple[Input, ...]
    calculation: Calculation | None
    headline: str
    citations: tuple[Citation, ...] = ()
    given: frozenset[str] = frozenset()
    partial: bool = False
    told: bool = False
    named: bool = False

    def shown(self) -> dict[str, Any]:
        """The calculation as users see it: what stood in for things not said is left out where a part only was asked."""
        if self.calculation is None:
            return {}
        made = self.calculation.to_dict()
        if self.partial:
            made["inputs"] = {n: v for n, v in made["inputs"].items() if n in self.given}
            made["steps"] = [
                {"text": self.headline, "clause_id": self.citations[0].clause_id if self.citations else ""}
            ]
            made["outputs"] = {
                n: v for n, v in made["outputs"].items() if v is not None and _spoken(v) in self.headline
            }
            made["eligible"] = None
        elif set(_NUMBERS.findall(self.headline)) - set(_NUMBERS.findall(" ".join(s["text"] for s in made["steps"]))):
            # several cases or rules were worked out and put together: the headline is the step that does it
            made["steps"].append(
                {"text": self.headline, "clause_id": self.citations[0].clause_id if self.citations else ""}
            )
        return made


_NUMBERS = re.compile(r"\d+(?:\.\d+)?")


def _spoken(value: object) -> str:
    return fmt(value) if isinstance(value, Decimal) else str(value)


@dataclass(frozen=True, slots=True)
class _Candidate:
    guide: Guide
    rule: Rule
    reading: Reading
    told: Told
    fit: float
    more: float  # the fit where a condition turns out not to be met, or the figure is worked out: no clause says so


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
        both = [_worked(c, question, as_of, clauses) for c in pair]
        if (added := _added(pair, both)) is not None:
            return added
    chosen = _chosen(found)
    linked = [one for c in chosen if (one := _worked(c, question, as_of, clauses)) is not None]
    return tuple(_named(linked, chosen)) if len(linked) > 1 else tuple(linked)


def warm() -> None:
    """Read all wordings and rules now, so that the first questions need not (about a third of a second)."""
    for guide in wordings().guides:
        get(guide.id)
        _quotes(guide.id)


# --- which rule ------------------------------------------------------------------------------------------------------


def _found(question: Question, evidence: Sequence[Evidence]) -> list[_Candidate]:
    """The rules that fit, best first. Mending misspellings can also spoil a question: both wordings are read."""
    best: dict[str, _Candidate] = {}
    texts = dict.fromkeys((normalise(question.original), question.text))
    told = [tell(text) for text in texts if len(text) <= LONGEST]
    for one in told:
        for candidate in _candidates(question, one, evidence):
            held = best.get(candidate.guide.id)
            barred = any(candidate.guide.never.held(other.text) for other in told)
            if not barred and (held is None or candidate.fit > held.fit):
                best[candidate.guide.id] = candidate
    found = list(best.values())
    if not question.regions and len({c.rule.region for c in found}) > 1:  # elsewhere the figure may be another
        found = [c if _has_figures(c.rule, c.reading) else replace(c, fit=min(c.fit, NAMED_ONLY)) for c in found]
    return sorted(found, key=lambda c: (-c.fit, c.guide.rank))


def _has_figures(rule: Rule, reading: Reading) -> bool:
    """Whether the question gives quantities or dates to work with."""
    given = [i for i in rule.inputs if i.name in reading.given and i.type in ("number", "integer", "date")]
    return any(not _merely_named(reading, i) for i in given)


def _candidates(question: Question, told: Told, evidence: Sequence[Evidence]) -> Iterable[_Candidate]:
    named = frozenset(key for key, names in wordings().documents.items() if names.held(told.text))
    for guide in wordings().guides:
        if not all(group.held(told.text) for group in guide.about):
            continue
        if guide.never.held(told.text) or not _in_region(guide, question.regions):
            continue
        rule = get(guide.id)
        reading = read(rule, guide, told)
        if not _enough(guide, rule, reading, question):
            continue
        fit, more = _fit(guide, rule, reading, question, named, evidence)
        if fit >= LEAST:
            yield _Candidate(guide, rule, reading, told, fit, more)


def _in_region(guide: Guide, regions: Sequence[str]) -> bool:
    if not regions or guide.region == NATIONAL:
        return True
    return any(r == guide.region or related(guide.region, r) for r in regions)


def _enough(guide: Guide, rule: Rule, reading: Reading, question: Question) -> bool:
    """Whether the question gives the rule something to work with, and asks for something that it works out."""
    figures = [i for i in rule.inputs if i.type in ("number", "integer", "date") and i.name in reading.given]
    told = [i for i in figures if i.name not in reading.spread and not _aside_year(guide, i)]
    if not told and question.asks(*_ELSE) and not question.asks(*_WORKED):
        return False
    if guide.fixed:
        choices = [i for i in rule.inputs if i.type == "choice" and i.required]
        named = all(i.name in reading.given or i.name in reading.inputs for i in choices)
        asks = question.asks(*_FIGURES) or bool(TOGETHER.search(question.text))
        return bool(figures) or (named and asks and (not choices or bool(reading.given)))
    sums = [i for i in rule.inputs if i.type in ("number", "integer") and not i.name.endswith("year")]
    silent = [i for i in sums if i.name not in reading.given and guide.cues.get(i.name, Cue()).assume is None]
    if rule.kind != "score" and sums and len(silent) == len(sums) and not any(i.required for i in silent):
        return False  # only a year was told, and every sum would be nought
    if figures:
        return True
    if reading.missing and not question.asks("calculation"):
        return False
    wants_figures = any(i.type in ("number", "integer") and i.required for i in rule.inputs)
    worked_out = rule.kind == "score" or not wants_figures or question.asks("applicability")
    return bool(reading.given) and question.asks(*_FIGURES) and worked_out


def _aside_year(guide: Guide, spec: Input) -> bool:
    """A year that the rule would also assume is no case by itself."""
    return spec.name.endswith("year") and guide.cues.get(spec.name, Cue()).assume is not None


def _fit(
    guide: Guide,
    rule: Rule,
    reading: Reading,
    question: Question,
    named: frozenset[str],
    evidence: Sequence[Evidence],
) -> tuple[float, float]:
    """How surely the rule is meant; and how surely if the question is more than the name of what has a fixed figure."""
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
    fit += _support(rule, evidence)
    if question.regions and guide.region not in question.regions:
        if NATIONAL in question.regions:
            fit -= 0.2
        elif any(guide.region.startswith(r) for r in question.regions):  # a district's rule, asked of the whole city
            fit = min(fit, NAMED_ONLY)
    fit = max(0.0, min(1.0, fit))
    several = any(n > 1 for n in reading.counts.values())
    plain = not several and not question.asks("score", "applicability") and not TOGETHER.search(question.text)
    plain = plain and not _has_figures(rule, reading) and not _picked(guide, rule, reading, question)
    return (min(fit, NAMED_ONLY) if plain else fit), fit


def _picked(guide: Guide, rule: Rule, reading: Reading, question: Question) -> bool:
    """Whether the question picks one of several fixed figures (省级, 银奖, 考评最差): a calculator tells which."""
    if not guide.fixed or reading.cases or question.asks("compare") or not question.asks("amount", "calculation"):
        return False
    several = sum(cue.mention is not None for cue in guide.cues.values()) > 1
    return any(
        (several and i.name in reading.mentioned) or (i.type == "choice" and i.required) or adverse(i.name)
        for i in rule.inputs
        if i.name in reading.given
    )


def _merely_named(reading: Reading, spec: Input) -> bool:
    """A thing named, or one of it (评上一个奖多少), is no quantity."""
    return spec.name in reading.mentioned or (spec.type == "integer" and reading.inputs.get(spec.name) == 1)


@cache
def _rivals(theme: str) -> frozenset[str]:
    """The documents that deal with one matter."""
    return frozenset(g.document for g in wordings().guides if g.theme == theme)


def _support(rule: Rule, evidence: Sequence[Evidence]) -> float:
    """What the evidence adds: the rule's document or its very quotes among the best clauses."""
    if not evidence:
        return 0.0
    quotes = [q.replace(" ", "") for q in _quotes(rule.id)]
    for place, e in enumerate(evidence[:25]):
        text = re.sub(r"\s+", "", e.node.text)
        if any(q in text or text in q for q in quotes):
            return 0.12 if place < 5 else 0.06
    return -0.08


@cache
def _quotes(rule_id: str) -> tuple[str, ...]:
    rule = get(rule_id)
    quotes = [p.quote for p in rule.parameters.values()] + [e.quote for e in rule.evidence.values()]
    return tuple(dict.fromkeys(re.sub(r"\s+", "", q) for q in quotes))


def _chosen(found: Sequence[_Candidate]) -> list[_Candidate]:
    """The best rule; beside it, those on the same matter from other documents or regions that fit nearly as well."""
    best = found[0]
    chosen = [best]
    for other in found[1:]:
        alike = other.guide.theme == best.guide.theme or other.rule.region != best.rule.region
        if alike and other.fit >= best.fit - 0.16 and len(chosen) < KEPT and not other.reading.missing:
            chosen.append(other)
    return chosen


def _pair(found: Sequence[_Candidate]) -> tuple[_Candidate, _Candidate] | None:
    """Two rules that one enterprise or county can have beside each other, both asked for."""
    by_id = {c.guide.id: c for c in found}
    return next(((c, by_id[c.guide.beside]) for c in found if c.guide.beside in by_id), None)


def _added(pair: Sequence[_Candidate], both: Sequence[Linked | None]) -> tuple[Linked, ...] | None:
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


# --- working it out --------------------------------------------------------------------------------------------------


def _worked(candidate: _Candidate, question: Question, as_of: date, clauses: ClauseFinder | None) -> Linked | None:
    guide, rule, reading, told = candidate.guide, candidate.rule, candidate.reading, candidate.told
    cases = _cases(guide, rule, reading, told)
    if cases is None and (refused := _refused(candidate, question, as_of, clauses)) is not None:
        return refused
    if cases is None:
        return _asking(candidate, reading.missing)
    results: list[tuple[dict[str, Any], Calculation]] = []
    for case in cases:
        result = _run(rule, reading.inputs | case, as_of, clauses)
        if result is None:
            return None
        if result.error is not None:
            wrong = tuple(i for i in rule.inputs if i.name == result.error.field)
            return replace(_asking(candidate, wrong), headline=f"不能计算：{result.error.message}"[:HEADLINE])
        for name, (_, last) in reading.spread.items():
            other = _run(rule, reading.inputs | case | {name: last}, as_of, clauses)
            settled = other is not None and other.eligible is False and result.eligible is False
            if other is None or not (settled or other.outputs == result.outputs):
                return _asking(candidate, (rule.input(name),))  # only month or year was told, and the day decides
        results.append((case, result))
    distinct = results if guide.sums and reading.cases and TOGETHER.search(told.text) else _distinct(results)
    headline = say(guide, rule, reading, distinct, question, told)
    choices = [i for i in rule.inputs if i.type == "choice" and i.required]
    unmet = any(result.eligible is False for _, result in results)
    told_of = [i for i in choices if i.name in reading.given]
    open_ = [i for i in choices if i not in told_of and guide.cues.get(i.name, Cue()).assume is None]
    named = bool(told_of) and not open_ and _of_place(rule, question)
    worked = unmet or (named and not _stated(guide, rule, results))
    fit = (candidate.more if worked else candidate.fit) + (
        OPEN if reading.missing else 0
    )  # all values of what was open were tried
    return Linked(
        calculator=rule.id,
        fit=round(min(1.0, fit), 4),
        inputs=dict(reading.inputs | distinct[0][0]),
        assumed=() if aside(guide, reading) else tuple(dict.fromkeys(reading.assumed.values())),
        missing=(),
        calculation=distinct[0][1],
        headline=headline,
        citations=rests_on(headline, [result for _, result in distinct]),
        given=reading.given | distinct[0][0].keys(),
        partial=aside(guide, reading) or rule.kind == "score",
        told=any(_of_case(guide, reading, i) for i in rule.inputs),
        named=named,
    )


def _refused(candidate: _Candidate, question: Question, as_of: date, clauses: ClauseFinder | None) -> Linked | None:
    """不符合 where that holds whatever the open figures are: 2019年5月 is after the end of the term for any sum."""
    reading = candidate.reading
    if not question.asks("applicability") or not all(i.type in ("number", "integer") for i in reading.missing):
        return None
    tried: list[Linked] = []
    for probe in (Decimal(1), Decimal(10) ** 6):
        values = {i.name: min(max(probe, i.min or probe), i.max or probe) for i in reading.missing}
        closed = replace(reading, inputs=reading.inputs | values, missing=())
        one = _worked(replace(candidate, reading=closed), question, as_of, clauses)
        if one is None or one.calculation is None or one.calculation.eligible is not False:
            return None
        tried.append(one)
    failed = [
        {s.text for s in one.calculation.steps if s.text.endswith("：不符合")} for one in tried if one.calculation
    ]
    because = (
        [s.text for s in tried[0].calculation.steps if s.text in failed[0] & failed[1]] if tried[0].calculation else []
    )
    if not because:
        return None
    by_flag = all("——" in s for s in because)  # a yes or no that the question tells: a clause answers that
    fit = min(tried[0].fit, NAMED_ONLY) if by_flag else tried[0].fit
    return replace(tried[0], headline=within("不符合条件", because, HEADLINE), partial=True, fit=fit)


def _of_case(guide: Guide, reading: Reading, spec: Input) -> bool:
    """Whether the question tells a figure, a day or a month of its own case for the input."""
    if spec.type not in ("number", "integer", "date") or spec.name not in reading.given:
        return False
    first, last = reading.spread.get(spec.name, ("", ""))
    return first[:7] == last[:7] and not _aside_year(guide, spec) and not _merely_named(reading, spec)


_BELOW = re.compile(r"(市|县|区)(里|级|财政|政府)|另外|额外")


def _of_place(rule: Rule, question: Question) -> bool:
    """Whether a place is named to which the rule applies, and not that place's own addition to it asked for."""
    if rule.region in question.regions:
        return True
    within_it = bool(question.regions) and rule.region in reach(question.regions)
    return within_it and not _BELOW.search(question.text)


def _stated(guide: Guide, rule: Rule, results: Sequence[tuple[dict[str, Any], Calculation]]) -> bool:
    """Whether the figures that come out stand in the rule's text, so that its clause answers as well."""
    quotes = set(_NUMBERS.findall(" ".join(_quotes(rule.id))))
    shown = [result.outputs.get(name) for _, result in results for name in guide.show[:2]]
    return all(not value or fmt(value) in quotes for value in shown if isinstance(value, Decimal))


def _run(rule: Rule, inputs: Mapping[str, Any], as_of: date, clauses: ClauseFinder | None) -> Calculation | None:
    try:
        return run(rule.id, inputs, as_of=as_of, clauses=clauses)
    except CalcError:  # the rule is not there
        return None


def _asking(candidate: _Candidate, missing: Sequence[Input]) -> Linked:
    wanted = "、".join(f"{i.label}（{i.unit}）" if i.unit else i.label for i in missing)[:120]
    return Linked(
        calculator=candidate.rule.id,
        fit=round(candidate.fit, 4),
        inputs=dict(candidate.reading.inputs),
        assumed=tuple(dict.fromkeys(candidate.reading.assumed.values())),
        missing=tuple(missing),
        calculation=None,
        headline=f"要算出结果，还需要：{wanted}",
    )


def _cases(guide: Guide, rule: Rule, reading: Reading, told: Told) -> list[dict[str, Any]] | None:
    """The cases to run: those that the question states, the years it runs through, or all values of the one open choice."""
    stated = list(reading.cases) or [{}]
    if not reading.missing:
        return stated
    if len(reading.missing) > 1:
        return None
    open_ = reading.missing[0]
    values: list[Any] = []
    if open_.name == guide.sums and open_.type == "integer" and TOGETHER.search(told.text):
        years = next((f.value for f in told.figures if f.unit == "年" and f.value in range(2, 6)), None)
        values = [Decimal(n) for n in range(1, int(years) + 1)] if years is not None else []
    elif open_.type == "choice":
        values = [
            v for v, label in open_.choices.items() if v not in ("other", "none") and not label.startswith("其他")
        ]
        values = values if len(values) <= 3 else []
    return [case | {open_.name: v} for case in stated for v in values] or None


def _distinct(results: Sequence[tuple[dict[str, Any], Calculation]]) -> list[tuple[dict[str, Any], Calculation]]:
    """One result where all cases come to the same."""
    first = results[0][1]
    return [results[0]] if all(r.outputs == first.outputs for _, r in results) else list(results)


# --- several documents -------------------------------------------------------------------------------------------------


def _named(linked: Sequence[Linked], chosen: Sequence[_Candidate]) -> list[Linked]:
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
