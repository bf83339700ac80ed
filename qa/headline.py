"""Putting a calculation into one line: the asked figure or verdict first, then the arithmetic that leads to it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from qa.calculators import Calculation, Citation, Output, Rule
from qa.calculators.case import fmt, show_value
from qa.question import Question
from qa.reading import Reading
from qa.scoring import asked_score
from qa.told import Told
from qa.wordings import Guide

HEADLINE = 180  # characters

TOGETHER = re.compile(
    r"(?<!公)共(?![同享建用性花投支贷放缴交融买保])|合计|加起来|加总|总计|总额|全部|累计|两项|两样|都算上|一起|一块|加在"
)


_REMARK = re.compile(r"[（(](?!套[）)])[^）)]*[）)]")  # 首台（套） keeps its 套


def headline(
    guide: Guide,
    rule: Rule,
    reading: Reading,
    results: Sequence[tuple[dict[str, Any], Calculation]],
    question: Question,
    told: Told,
) -> str:
    """What the results come to, at most `HEADLINE` characters; several cases one after the other, or their sum first."""
    asks = question.asks("applicability")

    def said(result: Calculation, room: int) -> str:
        if rule.kind == "score" and (scored := asked_score(rule, reading, told, result)) is not None:
            return within(fmt(scored[0], "分"), scored[1], room)
        return _said(guide, rule, reading, result, room, asks)

    counted = any(n > 1 for n in reading.counts.values())
    summed = counted or (len(results) > 1 and TOGETHER.search(told.text))
    known = all(guide.sums in reading.inputs | case for case, _ in results)
    total = _sum(guide, rule, reading, results) if guide.sums and summed and known else ""
    if len(results) == 1:
        return total + _with_unit(guide, told, said(results[0][1], HEADLINE - len(total)))
    each = HEADLINE // len(results) - 8
    lines = []
    for case, result in results:
        what = "、".join(_case_name(rule, k, v, len(case) > 1) for k, v in case.items() if v or len(case) == 1)
        lines.append(f"{what}：{said(result, max(24, each - len(what)))}")
    return (total + "；".join(lines))[:HEADLINE]


def _with_unit(guide: Guide, told: Told, line: str) -> str:
    """A first figure that has no unit of its own gets the one that the question speaks of."""
    unit = next((unit for unit, about in guide.units if about.held(told.text)), "")
    return re.sub(r"^(\D*[\d.]+)(?=[：，]|$)", rf"\1{unit}", line)


def rests_on(line: str, results: Sequence[Calculation]) -> tuple[Citation, ...]:
    """The citations behind the steps that the line tells of, in its order; all of them where it tells of none."""
    plain = re.sub(r"（[\d.]+亿元）", "", line)
    found: list[tuple[int, Citation]] = []
    for result in results:
        for step in result.steps:
            said = _tidied(step.text)
            at = plain.find(said) if len(said) > 3 else -1
            own = [c for c in result.citations if c.clause_id and c.clause_id == step.clause_id] if at >= 0 else []
            if own:
                found.append((at, max(own, key=lambda c: _likeness(step.text, c.quote))))
    ordered = [c for _, c in sorted(found, key=lambda p: p[0])]
    distinct = tuple({(c.clause_id, c.quote): c for c in ordered}.values())
    return distinct or tuple(results[0].citations)


def _likeness(step: str, quote: str) -> tuple[int, int]:
    """Numbers, then pairs of characters, that a step and a quote have in common."""
    numbers = set(_NUMBER.findall(step)) & set(_NUMBER.findall(quote))
    return len(numbers), len(
        {step[i : i + 2] for i in range(len(step) - 1)} & {quote[i : i + 2] for i in range(len(quote) - 1)}
    )


def _tidied(step: str) -> str:
    return re.sub(r"^[\d、]*(?:及?加分)?\s+|——[是否](?=：得)|：不符合$", "", step)


def _sum(guide: Guide, rule: Rule, reading: Reading, results: Sequence[tuple[dict[str, Any], Calculation]]) -> str:
    """What the cases come to together, each as often as the question counts it: 合计120万元（100＋10×2）."""
    name = (guide.show or ("amount_wan",))[-1]
    low = name.replace("_max", "_min")
    unit = rule.output(name).unit

    def add(output: str) -> tuple[Decimal, str] | None:
        total, parts = Decimal(0), []
        for case, result in results:
            value = result.outputs.get(output)
            times = reading.counts.get(str((reading.inputs | case).get(guide.sums)), Decimal(1))
            if not isinstance(value, Decimal):
                return None
            total += value * times
            parts.append(fmt(value) + (f"×{fmt(times)}" if times > 1 else ""))
        return total, "＋".join(parts)

    most, least = add(name), add(low) if low in results[0][1].outputs else None
    if most is None:
        return ""
    if least is not None and least[0] and least[0] != most[0]:
        return f"合计{fmt(least[0])}—{fmt(most[0], unit)}（{least[1]}至{most[1]}）："
    return f"合计{fmt(most[0], unit)}（{most[1]}）："


def _case_name(rule: Rule, name: str, value: Any, several: bool) -> str:
    spec = rule.input(name)
    if several and isinstance(value, Decimal):
        return f"{spec.label}{fmt(value, spec.unit)}"
    if spec.type == "choice":
        return re.sub(_REMARK, "", spec.choices[str(value)])
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
    named = _named_choices(rule, reading, result)
    steps = sorted(_telling(rule, reading, result, named), key=lambda step: not any(n in step for n in named))
    judged = result.eligible is not None and (focus is None or "eligible" in focus)
    if result.eligible is False and all(result.outputs.get(n) == 0 for n in names if n != "eligible"):
        judged = True  # nothing to show but noughts
    if not judged and focus is not None:
        steps = [s for s in steps if not s.endswith("：不符合")]  # conditions that are not asked about
    worked = [s for s in steps if re.search(r" = |÷|上限|封顶|限额", s)]
    if judged and not result.eligible:
        failed = [s for s in steps if s.endswith("：不符合")]
        nothing = [
            n for n in names if n.startswith("exempt_") or (rule.output(n).type == "date" and not reading.spread)
        ]
        head = "不符合条件" + (f"，{_figure(guide, rule, result, nothing)}" if nothing else "")
        told = [s.removesuffix("：不符合") for s in failed] + [s for s in worked if s not in failed]
        return within(head, told or steps, room)
    if judged:  # what one of several ways would have asked for besides
        steps = [s for s in steps if not s.endswith(("——否：不符合", "——是：不符合"))] or steps
        worked = [s for s in worked if s in steps]
    head = _figure(guide, rule, result, names)
    if judged and (asks_whether or "eligible" in names or (rule.kind == "eligibility" and not guide.show)):
        head = "符合条件" + (f"，{head}" if head else "")
    return within(head, worked + [s for s in steps if s not in worked], room)


_NUMBER = re.compile(r"\d+(?:\.\d+)?")


def _telling(rule: Rule, reading: Reading, result: Calculation, named: Sequence[str]) -> list[str]:
    """The steps about the asker's own case: those that only assumptions lead to are left out."""
    steps = [s.text for s in result.steps if not _silent(s.text)]
    if reading.by_hundred:
        steps = _as_shares(rule, reading, steps)
    taken = [i for i in rule.inputs if i.name in reading.inputs and i.name not in reading.given]
    if not any(i.type in ("number", "integer", "date") for i in taken):
        return steps
    known = {n for name in reading.given for n in _NUMBER.findall(_written(reading.inputs.get(name)))}
    known |= {n for case in reading.cases for v in case.values() for n in _NUMBER.findall(_written(v))}
    labels = tuple(i.label for i in taken)
    guessed = {
        fmt(reading.inputs[i.name], i.unit) for i in taken if i.unit and isinstance(reading.inputs[i.name], Decimal)
    }
    guessed -= {
        fmt(v, i.unit) for i in rule.inputs if isinstance(v := reading.inputs.get(i.name), Decimal) and i not in taken
    }
    told = []
    for step in steps:
        numbers = _NUMBER.findall(step)
        decides = (step.endswith("：不符合") and result.eligible is False) or any(n in step for n in named)
        if not decides and (step.startswith(labels) or any(_stands(g, step) for g in guessed)):
            continue
        if decides or step.endswith("：不符合") or not numbers or known & set(numbers):
            told.append(step)
            if " = " in step:
                known |= set(_NUMBER.findall(step.split(" = ")[-1])[:1])
    return told or steps


def _named_choices(rule: Rule, reading: Reading, result: Calculation) -> list[str]:
    """What the question picks, as the rule's steps name it: 豆粕, 塑料制品."""
    picked = ((i, result.inputs.get(i.name)) for i in rule.inputs if i.type == "choice" and i.name in reading.given)
    return [re.sub(_REMARK, "", i.choices[str(v)]) for i, v in picked if v is not None]


def _as_shares(rule: Rule, reading: Reading, steps: Sequence[str]) -> list[str]:
    """Steps worked out on a hundred, put in per cent: 4万元 ÷ 100万元 = 4% is 4%, and what 100万元 comes to is left out."""
    units = {rule.input(name).unit for name in reading.by_hundred}
    amounts = {fmt(reading.inputs[name], rule.input(name).unit) for name in reading.by_hundred}
    shares = []
    for step in steps:
        if any(_stands(a, step) for a in amounts):
            step = re.sub(r"[\d.]+\D{1,2} ÷ 100\D{1,2} = ", "", step)
            if re.search(r"\d\D{0,3} [×÷] ", step):
                continue
            step = re.sub(rf"([\d.]+)(?:{'|'.join(units)})", r"\1%", step)
        shares.append(step)
    return shares


def _stands(figure: str, step: str) -> bool:
    return bool(re.search(rf"(?<![\d.]){re.escape(figure)}", step))


def _written(value: Any) -> str:
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        value = date.fromisoformat(value)
    return fmt(value) if isinstance(value, Decimal) else show_value(value) if isinstance(value, date) else ""


def within(head: str, steps: Sequence[str], room: int) -> str:
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


def aside(guide: Guide, reading: Reading) -> bool:
    """Whether only a part of the rule is asked for, on which the other conditions have no bearing."""
    focus = _shown(guide, reading)
    return focus is not None and "eligible" not in focus and not any(n.startswith("amount") for n in focus)


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
    label = re.sub(_REMARK, "", label)
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
    label = re.sub(_REMARK, "", output.label)
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
