"""Working out a calculator that a question asks for: its cases run, and what they come to put into words.

Nothing is guessed: figures and choices that the question does not give are asked for by name; yes/no conditions that it
does not mention are taken as met and said so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_CEILING, Decimal
from functools import cache
from typing import Any

from ingest.regions import reach
from qa.calculators import Calculation, Citation, ClauseFinder, Input, Rule, get, run
from qa.calculators.case import fmt
from qa.calculators.inputs import CalcError
from qa.headline import HEADLINE, TOGETHER, aside, rests_on, within
from qa.headline import headline as say
from qa.question import Question
from qa.reading import Reading
from qa.told import Told
from qa.wordings import Guide, adverse

NAMED_ONLY = (
    0.55  # a calculator fits at most so where the question only names what has a fixed figure: a clause answers
)
OPEN = 0.12  # what an input that is still open costs

_Case = tuple[dict[str, Any], Calculation]  # the inputs of a case that differ from the others', and its result


@dataclass(frozen=True, slots=True)
class Linked:
    """A calculator that the question asks for.

    `fit` 0..1: how surely this rule is meant. `inputs` as read and assumed; `assumed` the conditions taken as met, in
    words; `missing` what must still be given; `given` the inputs that the question states; `partial`: only a part of
    the rule was asked for, so that the rest of its inputs, outputs and steps say nothing of the asker; `told`: the
    question gives figures or days of a case; `named`: it names each choice that the rule turns on (鲁班奖, 省级) and the
    region. `calculation` is None where something is missing. `headline`: at most 180 characters, the asked figure or
    verdict first, then the arithmetic; `citations`: what the headline rests on.
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
            made["steps"] = [self._own_step()]
            made["outputs"] = {
                n: v for n, v in made["outputs"].items() if v is not None and _spoken(v) in self.headline
            }
            made["eligible"] = None
        elif set(_NUMBERS.findall(self.headline)) - set(_NUMBERS.findall(" ".join(s["text"] for s in made["steps"]))):
            # several cases or rules were worked out and put together: the headline is the step that does it
            made["steps"].append(self._own_step())
        return made

    def _own_step(self) -> dict[str, str]:
        """The headline as a step."""
        return {"text": self.headline, "clause_id": self.citations[0].clause_id if self.citations else ""}


_NUMBERS = re.compile(r"\d+(?:\.\d+)?")


def _spoken(value: object) -> str:
    return fmt(value) if isinstance(value, Decimal) else str(value)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A rule that the question may mean. `fit` 0..1; `plain`: the question only names what has a fixed figure."""

    guide: Guide
    rule: Rule
    reading: Reading
    told: Told
    fit: float
    plain: bool

    @property
    def sure(self) -> float:
        """How surely a calculator is asked for, so far as can be said before it is worked out."""
        return min(self.fit, NAMED_ONLY) if self.plain else self.fit


def work_out(candidate: Candidate, question: Question, as_of: date, clauses: ClauseFinder | None) -> Linked | None:
    """The rule run for all cases of the question; what is missing where it cannot be run, None where there is no rule."""
    guide, rule, reading = candidate.guide, candidate.rule, candidate.reading
    cases = _cases(candidate)
    if cases is None:
        return _refused(candidate, question, as_of, clauses) or _asking(candidate, reading.missing)
    results: list[_Case] = []
    for case in cases:
        result = _run(rule, reading.inputs | case, as_of, clauses)
        if result is None:
            return None
        if result.error is not None:
            wrong = tuple(i for i in rule.inputs if i.name == result.error.field)
            return replace(_asking(candidate, wrong), headline=f"不能计算：{result.error.message}"[:HEADLINE])
        if result.eligible is False and (open_ := _assumed_figure(candidate, case, as_of, clauses)):
            return _asking(candidate, (open_,))  # nobody is refused for a figure that was only assumed
        for name, (_, last) in reading.spread.items():
            if not _alike(result, _run(rule, reading.inputs | case | {name: last}, as_of, clauses)):
                return _asking(candidate, (rule.input(name),))  # only month or year was told, and the day decides
        results.append((case, result))
    added = guide.sums and reading.cases and TOGETHER.search(candidate.told.text)
    distinct = results if added else _distinct(results)
    headline = say(guide, rule, reading, distinct, question, candidate.told)
    named = _names_its_case(candidate, question)
    worked = _unmet(candidate, results) or (named and not _stated(guide, rule, results))  # no clause says so
    fit = candidate.fit if worked else candidate.sure
    return Linked(
        calculator=rule.id,
        fit=round(min(1.0, fit + (OPEN if reading.missing else 0)), 4),  # all values of what was open were tried
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


def _assumed_figure(
    candidate: Candidate, case: dict[str, Any], as_of: date, clauses: ClauseFinder | None
) -> Input | None:
    """The assumed figure for another value of which the rule would not refuse; None where it refuses whatever they are."""
    guide, rule, reading = candidate.guide, candidate.rule, candidate.reading
    told = reading.given | case.keys()
    for spec in rule.inputs:
        value = reading.inputs.get(spec.name)
        if spec.name in told or spec.type not in ("number", "integer") or spec.name.endswith("year"):
            continue
        if guide.cue(spec.name).assume is None or not isinstance(value, Decimal | int) or not value:
            continue
        for other in (Decimal(value) * 1000, (Decimal(value) / 1000).to_integral_value(ROUND_CEILING)):
            tried = _run(rule, reading.inputs | case | {spec.name: other}, as_of, clauses)
            if tried is not None and tried.error is None and tried.eligible is True:
                return spec
    return None


def _alike(first: Calculation, last: Calculation | None) -> bool:
    """Whether the first and the last day of a month come to the same: refused on both, or equal in all."""
    if last is None:
        return False
    return (first.eligible is False and last.eligible is False) or first.outputs == last.outputs


def _refused(candidate: Candidate, question: Question, as_of: date, clauses: ClauseFinder | None) -> Linked | None:
    """不符合 where that holds whatever the open figures are: 2019年5月 is after the end of the term for any sum."""
    reading = candidate.reading
    if not question.asks("applicability") or not all(i.type in ("number", "integer") for i in reading.missing):
        return None
    tried: list[Linked] = []
    because: list[str] = []
    for probe in (Decimal(1), Decimal(10) ** 6):
        values = {i.name: min(max(probe, i.min or probe), i.max or probe) for i in reading.missing}
        closed = replace(reading, inputs=reading.inputs | values, missing=())
        one = work_out(replace(candidate, reading=closed), question, as_of, clauses)
        if one is None or one.calculation is None or one.calculation.eligible is not False:
            return None
        failed = [s.text for s in one.calculation.steps if s.text.endswith("：不符合")]
        because = [s for s in because if s in failed] if tried else failed
        tried.append(one)
    if not because:
        return None
    by_flag = all("——" in s for s in because)  # a yes or no that the question tells: a clause answers that
    fit = min(tried[0].fit, NAMED_ONLY) if by_flag else tried[0].fit
    return replace(tried[0], headline=within("不符合条件", because, HEADLINE), partial=True, fit=fit)


def _unmet(candidate: Candidate, results: Sequence[_Case]) -> bool:
    """Whether what the question tells may fail a condition; that a prize which was not named is none fails nothing."""
    if not any(result.eligible is False for _, result in results):
        return False
    told = [i for i in candidate.rule.inputs if i.name in candidate.reading.given]
    inputs = candidate.reading.inputs | results[0][0]
    return any(i.type != "boolean" or inputs[i.name] is adverse(i.name) for i in told)


def merely_named(reading: Reading, spec: Input) -> bool:
    """A thing named, or one of it (评上一个奖多少), is no quantity."""
    return spec.name in reading.mentioned or (spec.type == "integer" and reading.inputs.get(spec.name) == 1)


def aside_year(guide: Guide, spec: Input) -> bool:
    """A year that the rule would also assume is no case by itself."""
    return spec.name.endswith("year") and guide.cue(spec.name).assume is not None


def _of_case(guide: Guide, reading: Reading, spec: Input) -> bool:
    """Whether the question tells a figure, a day or a month of its own case for the input."""
    if spec.type not in ("number", "integer", "date") or spec.name not in reading.given:
        return False
    first, last = reading.spread.get(spec.name, ("", ""))
    return first[:7] == last[:7] and not aside_year(guide, spec) and not merely_named(reading, spec)


def _names_its_case(candidate: Candidate, question: Question) -> bool:
    """Whether each choice that the rule turns on is named (or needs no naming), in a place where the rule applies."""
    choices = [i for i in candidate.rule.inputs if i.type == "choice" and i.required]
    told = [i for i in choices if i.name in candidate.reading.given]
    open_ = [i for i in choices if i not in told and candidate.guide.cue(i.name).assume is None]
    return bool(told) and not open_ and _of_place(candidate.rule, question)


_BELOW = re.compile(r"(市|县|区)(里|级|财政|政府)|另外|额外")


def _of_place(rule: Rule, question: Question) -> bool:
    """Whether a place is named to which the rule applies, and not that place's own addition to it asked for."""
    if rule.region in question.regions:
        return True
    within_it = bool(question.regions) and rule.region in reach(question.regions)
    return within_it and not _BELOW.search(question.text)


def _stated(guide: Guide, rule: Rule, results: Sequence[_Case]) -> bool:
    """Whether the figures that come out stand in the rule's text, so that its clause answers as well."""
    quoted = set(_NUMBERS.findall(" ".join(quotes(rule.id))))
    shown = [result.outputs.get(name) for _, result in results for name in guide.show[:2]]
    return all(not value or fmt(value) in quoted for value in shown if isinstance(value, Decimal))


@cache
def quotes(rule_id: str) -> tuple[str, ...]:
    """The rule's words in its documents, without white space."""
    rule = get(rule_id)
    quotes = [p.quote for p in rule.parameters.values()] + [e.quote for e in rule.evidence.values()]
    return tuple(dict.fromkeys(re.sub(r"\s+", "", q) for q in quotes))


def _run(rule: Rule, inputs: Mapping[str, Any], as_of: date, clauses: ClauseFinder | None) -> Calculation | None:
    try:
        return run(rule.id, inputs, as_of=as_of, clauses=clauses)
    except CalcError:  # the rule is not there
        return None


def _asking(candidate: Candidate, missing: Sequence[Input]) -> Linked:
    wanted = "、".join(f"{i.label}（{i.unit}）" if i.unit else i.label for i in missing)[:120]
    return Linked(
        calculator=candidate.rule.id,
        fit=round(candidate.sure, 4),
        inputs=dict(candidate.reading.inputs),
        assumed=tuple(dict.fromkeys(candidate.reading.assumed.values())),
        missing=tuple(missing),
        calculation=None,
        headline=f"要算出结果，还需要：{wanted}",
    )


def _cases(candidate: Candidate) -> list[dict[str, Any]] | None:
    """The cases to run: those that the question states, the years it runs through, or all values of the one open choice."""
    reading, told = candidate.reading, candidate.told
    stated = list(reading.cases) or [{}]
    if not reading.missing:
        return stated
    if len(reading.missing) > 1:
        return None
    open_ = reading.missing[0]
    values: list[Any] = []
    if open_.name == candidate.guide.sums and open_.type == "integer" and TOGETHER.search(told.text):
        years = next((f.value for f in told.figures if f.unit == "年" and f.value in range(2, 6)), None)
        values = [Decimal(n) for n in range(1, int(years) + 1)] if years is not None else []
    elif open_.type == "choice":
        values = [
            v for v, label in open_.choices.items() if v not in ("other", "none") and not label.startswith("其他")
        ]
        values = values if len(values) <= 3 else []
    return [case | {open_.name: v} for case in stated for v in values] or None


def _distinct(results: Sequence[_Case]) -> list[_Case]:
    """One result where all cases come to the same."""
    first = results[0][1]
    return [results[0]] if all(r.outputs == first.outputs for _, r in results) else list(results)
