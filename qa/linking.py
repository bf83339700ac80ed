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

from ingest.regions import related
from qa.calculators import Calculation, ClauseFinder, Input, Output, Rule, get, run
from qa.calculators.case import fmt, show_value
from qa.calculators.inputs import CalcError
from qa.evidence import Evidence
from qa.question import Question
from qa.reading import Guide, Reading, Told, read, tell, wordings

HEADLINE = 180  # characters
LEAST = 0.45  # below this fit a calculator is not linked
NAMED_ONLY = 0.55  # … and at most this, where the question only names what has a fixed figure: a clause answers that
KEPT = 3
NATIONAL = "全国"

_TOGETHER = re.compile(r"共|合计|加起来|加总|总计|总额|全部|累计|两项|都算上|一起")
_FIGURES = ("calculation", "score", "amount", "rate", "applicability", "deadline", "compare")
_WORKED = ("calculation", "score", "amount", "rate", "applicability")
_ELSE = ("document", "contact", "materials", "list", "definition")  # kinds of question that no calculator answers


@dataclass(frozen=True, slots=True)
class Linked:
    """A calculator that the question asks for.

    `fit` 0..1: how surely this rule is meant. `inputs` as read and assumed; `assumed` the conditions taken as met, in
    words; `missing` what must still be given. `calculation` is None where something is missing. `headline`: at most
    180 characters, the asked figure or verdict first, then the arithmetic.
    """

    calculator: str
    fit: float
    inputs: dict[str, object]
    assumed: tuple[str, ...]
    missing: tuple[Input, ...]
    calculation: Calculation | None
    headline: str


@dataclass(frozen=True, slots=True)
class _Candidate:
    guide: Guide
    rule: Rule
    reading: Reading
    fit: float


def link(
    question: Question, evidence: Sequence[Evidence], *, as_of: date, clauses: ClauseFinder | None
) -> tuple[Linked, ...]:
    """The calculators that the question asks for, best first; usually none or one.

    Several where documents or regions give different figures for the same thing: then each headline names its document.
    """
    told = tell(question.text)
    if len(told.text) > 1000:  # a pasted page, not a case to work out
        return ()
    found = sorted(_candidates(question, told, evidence), key=lambda c: (-c.fit, c.guide.rank))
    if not found:
        return ()
    if (pair := _pair(found)) and _TOGETHER.search(told.text):
        both = [_worked(c, question, told, as_of, clauses) for c in pair]
        if (added := _added(pair, both)) is not None:
            return added
    chosen = _chosen(found)
    linked = [one for c in chosen if (one := _worked(c, question, told, as_of, clauses)) is not None]
    return tuple(_named(linked, chosen)) if len(linked) > 1 else tuple(linked)


# --- which rule ------------------------------------------------------------------------------------------------------


def _candidates(question: Question, told: Told, evidence: Sequence[Evidence]) -> Iterable[_Candidate]:
    named = frozenset(key for key, names in wordings().documents.items() if names.held(told.text))
    regions = _regions(question, told)
    for guide in wordings().guides:
        if not all(group.held(told.text) for group in guide.about):
            continue
        if guide.never.held(told.text) or not _in_region(guide, regions):
            continue
        rule = get(guide.id)
        reading = read(rule, guide, told)
        if not _enough(guide, rule, reading, question):
            continue
        fit = _fit(guide, rule, reading, question, named, evidence)
        if fit >= LEAST:
            yield _Candidate(guide, rule, reading, fit)


def _regions(question: Question, told: Told) -> tuple[str, ...]:
    """The regions asked about: one that an enterprise comes from (从北京迁来) is not."""

    def origin(region: str) -> bool:
        name = re.escape(region.removesuffix("省").removesuffix("市"))
        return bool(re.search(rf"(从|由|自){name}|{name}市?[^,。;]{{0,4}}(迁|搬|转移)(来|入|过来|至|到)", told.text))

    return tuple(r for r in question.regions if not origin(r))


def _in_region(guide: Guide, regions: Sequence[str]) -> bool:
    if not regions or guide.region == NATIONAL:
        return True
    return any(r == guide.region or related(guide.region, r) for r in regions)


def _enough(guide: Guide, rule: Rule, reading: Reading, question: Question) -> bool:
    """Whether the question gives the rule something to work with, and asks for something that it works out."""
    figures = [i for i in rule.inputs if i.type in ("number", "integer", "date") and i.name in reading.given]
    told = [i for i in figures if i.name not in reading.spread and not i.name.endswith("year")]
    if not told and question.asks(*_ELSE) and not question.asks(*_WORKED):
        return False
    if guide.fixed:
        choices = [i for i in rule.inputs if i.type == "choice" and i.required]
        named = all(i.name in reading.given or i.name in reading.inputs for i in choices)
        asks = question.asks(*_FIGURES) or bool(_TOGETHER.search(question.text))
        return bool(figures) or (named and asks and (not choices or bool(reading.given)))
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
    evidence: Sequence[Evidence],
) -> float:
    asked = [i for i in rule.inputs if i.name in reading.given]
    complete = len(asked) / (len(asked) + len(reading.missing)) if asked or reading.missing else 1.0
    fit = 0.5 + 0.3 * complete + 0.02 * len(guide.about) - 0.08 * min(reading.unused, 3) - 0.03 * guide.rank
    if reading.missing:
        fit -= 0.12
    figures = [i for i in asked if i.type in ("number", "integer", "date") and i.name not in reading.mentioned]
    if not figures and not question.asks("score", "applicability") and not _TOGETHER.search(question.text):
        fit = min(fit, NAMED_ONLY)
    if guide.document and guide.document in named:
        fit += 0.15
    elif named and guide.document and any(n in _rivals(guide.theme) for n in named):
        fit -= 0.3
    fit += _support(rule, evidence)
    if question.regions and guide.region not in question.regions and NATIONAL in question.regions:
        fit -= 0.2
    return max(0.0, min(1.0, fit))


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
    return replace(second, headline=headline[:HEADLINE], fit=max(first.fit, second.fit)), first


# --- working it out --------------------------------------------------------------------------------------------------


def _worked(
    candidate: _Candidate, question: Question, told: Told, as_of: date, clauses: ClauseFinder | None
) -> Linked | None:
    guide, rule, reading = candidate.guide, candidate.rule, candidate.reading
    cases = _cases(guide, rule, reading, told)
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
            if other is None or other.outputs != result.outputs:
                return _asking(candidate, (rule.input(name),))  # only month or year was told, and the day decides
        results.append((case, result))
    distinct = _distinct(results)
    headline = _headline(guide, rule, reading, distinct, question, told)
    return Linked(
        calculator=rule.id,
        fit=round(candidate.fit, 4),
        inputs=dict(reading.inputs | distinct[0][0]),
        assumed=() if _aside(guide, reading) else tuple(dict.fromkeys(reading.assumed.values())),
        missing=(),
        calculation=distinct[0][1],
        headline=headline,
    )


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
    if open_.name == guide.sums and open_.type == "integer" and _TOGETHER.search(told.text):
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


# --- words -----------------------------------------------------------------------------------------------------------


def _headline(
    guide: Guide,
    rule: Rule,
    reading: Reading,
    results: Sequence[tuple[dict[str, Any], Calculation]],
    question: Question,
    told: Told,
) -> str:
    asks = question.asks("applicability")
    if len(results) == 1:
        return _said(guide, rule, reading, results[0][1], HEADLINE, asks)
    each = HEADLINE // len(results) - 8
    lines = []
    for case, result in results:
        what = "、".join(_case_name(rule, k, v, len(case) > 1) for k, v in case.items() if v or len(case) == 1)
        lines.append(f"{what}：{_said(guide, rule, reading, result, max(24, each - len(what)), asks)}")
    total = ""
    if guide.sums and all(guide.sums in case for case, _ in results) and _TOGETHER.search(told.text):
        total = _sum(guide, rule, [r for _, r in results])
    return (total + "；".join(lines))[:HEADLINE]


def _sum(guide: Guide, rule: Rule, results: Sequence[Calculation]) -> str:
    name = (guide.show or ("amount_wan",))[-1]
    parts = [r.outputs.get(name) for r in results]
    if not all(isinstance(p, Decimal) for p in parts):
        return ""
    figures = [p for p in parts if isinstance(p, Decimal)]
    unit = rule.output(name).unit
    return f"合计{fmt(sum(figures, Decimal(0)), unit)}（{'＋'.join(fmt(p) for p in figures)}）："


def _case_name(rule: Rule, name: str, value: Any, several: bool) -> str:
    spec = rule.input(name)
    if several and isinstance(value, Decimal):
        return f"{spec.label}{fmt(value, spec.unit)}"
    if spec.type == "choice":
        return re.sub(r"[（(][^）)]*[）)]", "", spec.choices[str(value)])
    if spec.type == "boolean":
        what = re.sub(r"^是否", "", spec.label)
        return what if value else f"不是{what}"
    if name.endswith("_index"):
        return f"第{fmt(value)}年"
    return fmt(value, spec.unit) if isinstance(value, Decimal) else show_value(value)


def _said(guide: Guide, rule: Rule, reading: Reading, result: Calculation, room: int, asks_whether: bool) -> str:
    """Verdict or figure first, then the steps that lead to it while there is room."""
    focus = _shown(guide, reading)
    names = focus or guide.show or tuple(o.name for o in rule.outputs)
    steps = _telling(rule, reading, result)
    judged = result.eligible is not None and (focus is None or "eligible" in focus)
    worked = [s for s in steps if re.search(r" = |÷|上限|封顶|限额", s)]
    if judged and not result.eligible:
        failed = [s for s in steps if s.endswith("：不符合")]
        nothing = [n for n in names if n.startswith("exempt_")]
        head = "不符合条件" + (f"，{_figure(guide, rule, result, nothing)}" if nothing else "")
        told = [s.removesuffix("：不符合") for s in failed] + [s for s in worked if s not in failed]
        return _within(head, told or steps, room)
    head = _figure(guide, rule, result, names)
    if judged and (asks_whether or "eligible" in names or (rule.kind == "eligibility" and not guide.show)):
        head = "符合条件" + (f"，{head}" if head else "")
    return _within(head, worked + [s for s in steps if s not in worked], room)


_NUMBER = re.compile(r"\d+(?:\.\d+)?")


def _telling(rule: Rule, reading: Reading, result: Calculation) -> list[str]:
    """The steps about the asker's own case: those that only assumptions lead to are left out."""
    steps = [s.text for s in result.steps if not _silent(s.text)]
    taken = [i for i in rule.inputs if i.name in reading.inputs and i.name not in reading.given]
    if not any(i.type in ("number", "integer", "date") for i in taken):
        return steps
    known = {n for name in reading.given for n in _NUMBER.findall(_written(reading.inputs.get(name)))}
    known |= {n for case in reading.cases for v in case.values() for n in _NUMBER.findall(_written(v))}
    labels = tuple(i.label for i in taken)
    guessed = {
        n for i in taken if i.type != "date" for n in _NUMBER.findall(_written(reading.inputs[i.name])) if len(n) > 1
    } - known
    told = []
    for step in steps:
        numbers = _NUMBER.findall(step)
        if not step.endswith("：不符合") and (step.startswith(labels) or guessed & set(numbers)):
            continue
        if step.endswith("：不符合") or not numbers or known & set(numbers):
            told.append(step)
            if " = " in step:
                known |= set(_NUMBER.findall(step.split(" = ")[-1])[:1])
    return told or steps


def _written(value: Any) -> str:
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        value = date.fromisoformat(value)
    return fmt(value) if isinstance(value, Decimal) else show_value(value) if isinstance(value, date) else ""


def _within(head: str, steps: Sequence[str], room: int) -> str:
    """The head and as many whole steps as there is room for."""
    text = head
    for step in dict.fromkeys(steps):
        longer = _in_yi(f"{text}{'；' if text != head else '：' if head else ''}{step}")
        if len(longer) > room and text != head:
            continue
        text = longer[:room]
    return text


def _in_yi(text: str) -> str:
    """Large sums as people say them too: 250000万元（25亿元）, each once."""
    said: set[str] = set()

    def both(m: re.Match[str]) -> str:
        yi = Decimal(m[1]) / 10_000
        if yi < 1 or m[1] in said or f"{m[0]}（" in text or yi != round(yi, 2):
            return m[0]
        said.add(m[1])
        return f"{m[0]}（{fmt(yi)}亿元）"

    return re.sub(r"(?<![\d.])(\d{5,})万元(?!（)", both, text)


def _aside(guide: Guide, reading: Reading) -> bool:
    """Whether only a part of the rule is asked for, on which the other conditions have no bearing."""
    focus = _shown(guide, reading)
    return focus is not None and "eligible" not in focus


def _shown(guide: Guide, reading: Reading) -> tuple[str, ...] | None:
    return next((show for wants, show in guide.focus if wants <= reading.given), None)


def _silent(step: str) -> bool:
    """A condition said outright or taken as met, and sums of nothing, need no words."""
    return bool(re.search(r"——[是否]：符合|(?<![\d.])0(?:项|万元|人|个|元)? × .* = 0", step))


def _figure(guide: Guide, rule: Rule, result: Calculation, names: Sequence[str]) -> str:
    """The asked outputs in words: 最多可奖励100万元; 100—300万元; 税率16%，销项税额16万元."""
    parts: list[str] = []
    done: set[str] = set()
    for name in names:
        if name in done or name == "eligible":
            continue
        output, value = rule.output(name), result.outputs.get(name)
        low = name.replace("_max", "_min")
        high = name.replace("_min", "_max")
        if low != high and low in result.outputs and high in result.outputs:
            done |= {low, high}
            parts.append(_range(guide, rule, result, low, high, output, first=not parts))
        elif isinstance(value, bool):
            parts.append(_yes(output, value))
        elif isinstance(value, Decimal):
            if parts and not value:
                continue
            lead = (
                guide.verb
                if guide.verb and not parts
                else _short(output.label) or ("" if parts else _VERBS.get(rule.kind, ""))
            )
            parts.append(f"{lead}{_number(value, output)}")
        elif output.type == "choice" and isinstance(value, str):
            parts.append(output.choices[value])
        elif value is not None:
            parts.append(f"{output.label}{show_value(value)}")
    return "，".join(parts)


_VERBS = {"reward": "奖励", "subsidy": "可补助", "interest-subsidy": "可补助"}


def _short(label: str) -> str:
    """A label as it stands before a figure: without its remarks; 金额 needs no saying."""
    if m := re.fullmatch(r"比例[（(](.+)[）)]", label):
        return m[1]
    label = re.sub(r"[（(][^）)]*[）)]", "", label)
    return "" if label.startswith("金额") else label


def _number(value: Decimal, output: Output) -> str:
    if output.unit == "年" and output.name.endswith(("year", "_carry_year")):
        return f"{fmt(value)}年"
    return fmt(value, output.unit)


def _range(guide: Guide, rule: Rule, result: Calculation, low: str, high: str, output: Output, *, first: bool) -> str:
    least, most = result.outputs[low], result.outputs[high]
    assert isinstance(least, Decimal) and isinstance(most, Decimal)
    verb = (guide.verb or _VERBS.get(rule.kind, "")) if first else ""
    if least == most:
        return f"{verb.replace('最多', '').replace('最高', '')}{fmt(most, output.unit)}"
    if not least:
        return f"{verb if verb.startswith('最') else '最高' + verb}{fmt(most, output.unit)}"
    return f"{verb.replace('最多', '').replace('最高', '')}{fmt(least)}—{fmt(most, output.unit)}"


def _yes(output: Output, value: bool) -> str:
    label = re.sub(r"[（(][^）)]*[）)]", "", output.label)
    if "是否" in label:
        return label.replace("是否", "" if value else "不")
    if label.startswith("达到"):
        return label if value else "未" + label
    if label.startswith(("可", "能", "须", "应", "属于", "符合")):
        return label if value else "不" + label
    if "超过" in label:
        return label if value else label.replace("超过", "未超过")
    if label.endswith("达标"):
        return label if value else label.removesuffix("达标") + "不达标"
    return f"{label}：{'是' if value else '否'}"


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
        title = re.sub(r"[（(].*", "", rule.document.split("》")[0].strip("《")).removeprefix(rule.region)
        head, _, rest = one.headline.partition("：")
        named = f"{head}（{rule.region}《{title}》）"
        out.append(replace(one, headline=_within(named, rest.split("；"), HEADLINE) if rest else named))
    return out
