"""From a profile to verdicts: each policy of the region and those above it tried against what is known, and no more."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

from ingest.model import Fact, IngestError, Node
from ingest.regions import NATION, ancestors
from qa.calculators import Input, Rule, all_rules, run
from qa.calculators.case import fmt, show_value
from qa.calculators.clauses import squeeze
from qa.calculators.inputs import Value
from qa.calculators.registry import function
from qa.model import EXPIRED, Validity

from . import model as m
from .answers import Asked, ask, unknown_honours
from .calendar import events
from .checklist import checklist, home, quote
from .profile import Audience, Profile, knowledge
from .trial import Outcome, Tested, Trial, attempt

if TYPE_CHECKING:
    from qa.engine import Engine

REASONS = 3  # failed conditions named in a line; all of them stand in the self-test
_UNTIL = re.compile(r"截止|[日月年]底?前|之前|以前|止")
_YEARLY = re.compile(r"每年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日")


def match(engine: Engine, profile: Mapping[str, Any] | Profile, *, as_of: date) -> m.MatchReport:
    """The policies of the profile's region and those above it: 适用, 可能适用 (what is missing), 不适用 (why).

    Errors: IngestError, one line that names the wrong field.
    """
    told = profile if isinstance(profile, Profile) else Profile.of(profile)
    if (founded := told.values.get("founded")) and founded > as_of:
        raise IngestError(f"企业画像的“成立（注册）日期”（founded）{founded}晚于{as_of}，请核对。")
    regions = [told.region, *(r for r in ancestors(told.region) if r != told.region)]
    if NATION not in regions:
        regions.append(NATION)
    desk = _Desk(engine, told, as_of)
    found = [p for rule in all_rules() if rule.region in regions and function(rule.id) for p in desk.policies(rule)]
    found = _with_alternatives(sorted(found, key=lambda p: _order(p, regions)))
    warnings = [f"没有计算器问到“{name}”，未参与匹配" for name in unknown_honours(told)]
    if not any(rule.region in regions and rule.region != NATION for rule in all_rules()):
        warnings.append(f"政策库里没有{told.region}自己的可计算政策，只列出全国政策")
    return m.MatchReport(
        region=told.region,
        as_of=as_of,
        name=told.values.get("name", ""),
        profile=told.told(),
        policies=tuple(found),
        alternatives=_groups(found),
        wanted=_wanted(found),
        calendar=events(found, as_of),
        warnings=tuple(warnings),
    )


_RANK = {m.APPLIES: 0, m.MAY_APPLY: 1, m.DOES_NOT: 2}


def _order(policy: m.Policy, regions: Sequence[str]) -> tuple[object, ...]:
    groups = [g.label for g in knowledge().groups]
    worth = policy.amount or policy.possible
    known = -worth.in_wan if worth is not None else Decimal(1)
    place = regions.index(policy.region), groups.index(policy.group)
    return _RANK[policy.status], policy.expired, *place, known, len(policy.missing), policy.key


@cache
def _audiences() -> dict[str, Audience]:
    return {rule: audience for audience in knowledge().audiences for rule in audience.rules}


@cache
def _group_of(kind: str) -> str:
    return next(g.label for g in knowledge().groups if kind in g.kinds)


class _Desk:
    """What a match needs at hand of the store, read once."""

    def __init__(self, engine: Engine, profile: Profile, as_of: date) -> None:
        self.engine = engine
        self.profile = profile
        self.government = profile.values.get("applicant") == "government"
        self.as_of = as_of
        self.facts: dict[str, list[Fact]] = {}
        for fact in engine.store.facts():
            if fact.kind in ("department", "deadline"):
                self.facts.setdefault(fact.clause_id, []).append(fact)

    def policies(self, rule: Rule) -> Iterator[m.Policy]:
        """One policy, or one for each honour, listing, standard or project that it asks for."""
        quoted = self._quoted(rule)
        own = list({node.id: node for node, _ in quoted}.values())
        common = self._common(rule, own, quoted)
        for asked in ask(rule, self.profile, self.as_of):
            yield m.Policy(**(common | self._verdict(rule, asked)))

    # --- what holds of the policy, whoever asks ---------------------------------------------------------------------

    def _quoted(self, rule: Rule) -> list[tuple[Node, str]]:
        """The clauses that prove the rule with the words that do, in the order of the rule's parameters."""
        found: dict[tuple[str, str], tuple[Node, str]] = {}
        for cite in (*rule.parameters, *rule.evidence):
            words, source = rule.quote_of(cite)
            node = self.engine.clauses.find_quote(words, source, rule.document)
            if node is not None:
                found.setdefault((node.id, words), (node, words))
        return list(found.values())

    def _common(self, rule: Rule, own: Sequence[Node], quoted: Sequence[tuple[Node, str]]) -> dict[str, Any]:
        document = home(self.engine, rule, own)
        start, end = rule.valid_from, rule.valid_to
        if document is not None:
            start, end = start or document.valid_from, end or document.valid_to
        validity = Validity.on(self.as_of, start, end)
        items = checklist(self.engine, rule, own)
        return {
            "calculator": rule.id,
            "title": rule.title,
            "kind": rule.kind,
            "group": _group_of(rule.kind),
            "region": rule.region,
            "issuer": "、".join(document.issuers) if document and document.issuers else rule.issuer,
            "document_id": document.id if document else "",
            "document": document.title if document else rule.document,
            "doc_no": (document.doc_no if document else None) or rule.doc_no,
            "validity": validity,
            "expired": validity.status == EXPIRED,
            "departments": tuple(self._departments(quoted)),
            "deadlines": tuple(self._deadlines(rule, quoted, items)),
            "clauses": tuple(quote(self.engine, node, words) for node, words in quoted),
            "checklist": items,
            "alternatives": (),
        }

    def _departments(self, quoted: Sequence[tuple[Node, str]]) -> Iterator[m.Duty]:
        """The departments that the clause names for this provision: those right after its words, else those before."""
        seen: set[str] = set()
        for node, words in quoted:
            facts = [f for f in self.facts.get(node.id, ()) if f.kind == "department"]
            at = node.start + _find(node.text, words)
            after = [f for f in facts if f.start >= at]
            if after:
                text = node.text[after[0].start - node.start :]
                stop = next((i for i, c in enumerate(text) if c in "）。；\n"), len(text))
                facts = [f for f in after if f.start < after[0].start + stop]
            for fact in facts:
                if fact.text not in seen:
                    seen.add(fact.text)
                    yield m.Duty(
                        department=fact.text, part=fact.bound if fact.bound != "exact" else "", clause_id=node.id
                    )

    def _deadlines(
        self, rule: Rule, quoted: Sequence[tuple[Node, str]], items: Sequence[m.ChecklistItem]
    ) -> Iterator[m.Deadline]:
        """Days named in the sentences that prove the rule and in the checklist's clauses on time, each once."""
        seen: set[tuple[str, object]] = set()

        def once(found: m.Deadline) -> Iterator[m.Deadline]:
            key = (found.clause_id, found.day or (found.month, found.day_of_month) if found.yearly else found.text)
            if key not in seen:
                seen.add(key)
                yield found

        for parameter in rule.parameters.values():
            if isinstance(parameter.value, date) and _UNTIL.search(parameter.quote) and not _begins(parameter.quote):
                node = self.engine.clauses.find_quote(parameter.quote, parameter.source or rule.source, rule.document)
                at = _find(node.text, parameter.quote) if node else 0
                if node and self._for_applicants(sentence := _sentence(node.text, at)):
                    yield from once(m.Deadline(text=sentence, clause_id=node.id, day=parameter.value))
        for node, words in quoted:
            yield from (d for f in self._dated(node, words) for d in once(f))
        for quoted_clause in (q for item in items if item.topic == "期限" for q in item.quotes):
            node = self.engine.nodes[quoted_clause.clause_id]
            yield from (d for f in self._dated(node, quoted_clause.quote) for d in once(f))

    def _dated(self, node: Node, words: str) -> Iterator[m.Deadline]:
        start = _find(node.text, words)
        first = max(node.text.rfind(mark, 0, start) + 1 for mark in "。\n")
        last = next((i for i in range(start + len(words), len(node.text)) if node.text[i] in "。\n"), len(node.text))
        for fact in self.facts.get(node.id, ()):
            at = fact.start - node.start
            if fact.kind != "deadline" or fact.unit == "年份" or not first <= at < last:
                continue
            sentence = _sentence(node.text, at)
            if not self._for_applicants(sentence):
                continue
            if yearly := _YEARLY.search(sentence):
                month, day = int(yearly[1]), int(yearly[2])
                if 1 <= month <= 12 and 1 <= day <= 28 + (month != 2) * 2 + (month in (1, 3, 5, 7, 8, 10, 12)):
                    yield m.Deadline(text=sentence, clause_id=node.id, yearly=True, month=month, day_of_month=day)
            else:
                yield m.Deadline(text=sentence, clause_id=node.id, day=fact.day)

    def _for_applicants(self, sentence: str) -> bool:
        """Whether a sentence with a date says by when applicants have to hand something in."""
        data = knowledge().checklist
        if not self.government and re.search(data.officials, sentence):
            return False
        return bool(re.search(data.handing_in, sentence))

    # --- the verdict ------------------------------------------------------------------------------------------------

    def _verdict(self, rule: Rule, asked: Asked) -> dict[str, Any]:
        verdict: dict[str, Any] = {
            "what": asked.what,
            "status": m.MAY_APPLY,
            "reason": "",
            "amount": None,
            "possible": None,
            "missing": (),
            "assumed": (),
            "conditions": (),
            "warnings": tuple(rule.notes),
            "calculation": None,
        }
        applicant = self.profile.values.get("applicant", "enterprise")
        audience = _audiences().get(rule.id)
        if audience is not None and audience.applicant != applicant:
            return verdict | {"status": m.DOES_NOT, "reason": f"对象是{audience.label}：{audience.reason}"}
        if audience is None and applicant in ("government", "person"):
            return verdict | {"status": m.DOES_NOT, "reason": "该政策以企业（单位）为对象"}
        trial = attempt(rule.id, asked.known)
        if trial.error:
            return verdict | {"reason": f"所填内容不能一起成立：{trial.error}", "missing": _needs(trial.open)}
        failed = trial.settled(False)
        met = trial.settled(True)
        verdict["conditions"] = (
            *(self._condition(rule, c, m.MET) for c in met),
            *(self._condition(rule, c, m.FAILED) for c in failed),
        )
        if asked.known and trial.outcomes and not trial.can_hold and (failed or not (trial.open or trial.silent)):
            return verdict | self._refused(rule, asked, trial, failed)
        missing = self._missing(trial)
        if not missing and trial.usual is not None and trial.usual.holds:
            shaping = trial.shaping()
            worth = _worth(rule, trial.usual)
            if not (shaping and worth is not None and worth.high == 0):
                verdict |= self._granted(rule, asked, shaping)
                return verdict | (_only_planned(asked, verdict) if asked.planned else {})
            missing = _needs(shaping, required=False)
        return verdict | {
            "reason": "还不能判断，需补充：" + "、".join(n.label for n in missing),
            "missing": (*((_yet(asked),) if asked.planned else ()), *missing),
            "possible": _possible(rule, trial),
            "assumed": asked.derived,
            "conditions": (
                *verdict["conditions"],
                *(m.Condition(text=n.label, state=m.OPEN) for n in missing),
            ),
        }

    def _missing(self, trial: Trial) -> tuple[m.Need, ...]:
        """What must be told before the rule can be judged; empty where its verdict stands."""
        if not trial.outcomes:
            return _needs((*trial.open, *trial.silent))
        if trial.open:
            return (*_needs(trial.open), *_needs(trial.deciding(), required=False))
        deciding = _needs(trial.deciding(), required=False)
        if trial.usual is not None and trial.usual.holds:
            return deciding
        return deciding or _needs(trial.silent, required=False)

    def _granted(self, rule: Rule, asked: Asked, shaping: Sequence[Input]) -> dict[str, Any]:
        result = run(rule.id, asked.known, as_of=self.as_of, clauses=self.engine.clauses)
        assumed = [f"“{i.label}”未填，按{_shown(i)}计" for i in shaping]
        cited = [(c, self.engine.nodes.get(c.clause_id)) for c in result.citations]
        clauses = tuple(quote(self.engine, node, c.quote) for c, node in cited if node is not None)
        return {
            **({"clauses": clauses} if clauses else {}),
            "status": m.APPLIES,
            "reason": "所列条件均符合",
            "amount": _worth_of(rule, result.outputs),
            "assumed": (*asked.derived, *assumed),
            "warnings": tuple(result.warnings),
            "calculation": result.to_dict(),
        }

    def _refused(self, rule: Rule, asked: Asked, trial: Trial, failed: Sequence[Tested]) -> dict[str, Any]:
        texts = [c.text for c in failed[:REASONS]]
        more = f"等{len(failed)}项" if len(failed) > REASONS else ""
        said: dict[str, Any] = {
            "status": m.DOES_NOT,
            "reason": f"不符合：{'；'.join(texts)}{more}" if texts else "按所填内容算得的结果为否或为零",
            "assumed": asked.derived,
        }
        if trial.usual is not None:
            said["calculation"] = run(rule.id, asked.known, as_of=self.as_of, clauses=self.engine.clauses).to_dict()
        return said

    def _condition(self, rule: Rule, tested: Tested, state: m.State) -> m.Condition:
        clause_id = ""
        for cite in tested.cites:
            words, source = rule.quote_of(cite)
            if node := self.engine.clauses.find_quote(words, source, rule.document):
                clause_id = node.id
                break
        return m.Condition(text=tested.text, state=state, clause_id=clause_id)


def _begins(quote_: str) -> bool:
    """Whether a quote names the day from which something holds."""
    return bool(re.search(r"(日起|以后|之后|后(?!的))", quote_)) and not re.search("截止|止", quote_)


def _sentence(text: str, at: int) -> str:
    """The sentence about this position, on one line."""
    begin = max(text.rfind(mark, 0, at) + 1 for mark in "。；\n")
    end = next((i for i in range(at, len(text)) if text[i] in "。；\n"), len(text))
    return " ".join(text[begin:end].split())


def _find(text: str, words: str) -> int:
    """Where `words` begin in `text`, white space aside; 0 where they do not stand there."""
    if (at := text.find(words)) >= 0:
        return at
    places = [i for i, c in enumerate(text) if not c.isspace()]
    at = squeeze(text).find(squeeze(words))
    return places[at] if at >= 0 else 0


def _needs(inputs: Sequence[Input], *, required: bool = True) -> tuple[m.Need, ...]:
    return tuple(
        m.Need(
            input=i.name, label=i.label, unit=i.unit, type=i.type, choices=tuple(i.choices.values()), required=required
        )
        for i in inputs
    )


def _yet(asked: Asked) -> m.Need:
    return m.Need(input="", label=f"尚未取得或完成“{asked.what}”", type="planned")


def _only_planned(asked: Asked, granted: Mapping[str, Any]) -> dict[str, Any]:
    """What is planned is not had: the figure becomes a possible one."""
    need = _yet(asked)
    return {
        "status": m.MAY_APPLY,
        "reason": f"计划中的“{asked.what}”取得或完成后符合",
        "possible": granted["amount"],
        "amount": None,
        "missing": (need,),
        "conditions": (*granted["conditions"], m.Condition(text=need.label, state=m.OPEN)),
    }


def _shown(spec: Input) -> str:
    value: Value = spec.default
    if value is None:
        return "未知"
    if spec.type == "choice":
        return spec.choices[str(value)]
    return fmt(value, spec.unit) if isinstance(value, Decimal) else show_value(value)


def _worth(rule: Rule, outcome: Outcome) -> m.Amount | None:
    return _worth_of(rule, outcome.outputs)


def _worth_of(rule: Rule, outputs: Mapping[str, Value]) -> m.Amount | None:
    """What a policy is worth by its outputs; None where it gives no sum."""
    for worth in knowledge().worth:
        values = [outputs.get(name) for name in worth.outputs]
        if all(isinstance(v, Decimal) for v in values):
            numbers = [v for v in values if isinstance(v, Decimal)]
            spec = rule.output(worth.outputs[-1])
            low = Decimal(0) if worth.form == "most" else numbers[0]
            form = worth.form if numbers[0] != numbers[-1] or worth.form != "range" else "exact"
            label = spec.label if worth.form == "exact" else "金额"
            return m.Amount(label=label, low=low, high=numbers[-1], unit=spec.unit, form=form)
    return None


def _possible(rule: Rule, trial: Trial) -> m.Amount | None:
    """What would be had if all that is open were met: only where it does not hang on an unknown number."""
    usual = {i.name: i.default for i in trial.silent if i.type not in ("boolean", "choice")}
    ways = [o for o in trial.outcomes if o.holds and all(o.filled.get(n) == v for n, v in usual.items())]
    found = [w for o in ways if (w := _worth(rule, o)) is not None]
    if not found:
        return None
    if not trial.complete:
        if any(w != found[0] for w in found):
            return None
        if any(_worth(rule, o) != found[0] for o in trial.farther() if o.holds):
            return None
    low, high = min(w.low for w in found), max(w.high for w in found)
    if high == 0:
        return None
    form = found[0].form if found[0].form == "most" or low == high else "range"
    return found[0].model_copy(update={"low": low, "high": high, "form": form})


def _with_alternatives(policies: Sequence[m.Policy]) -> list[m.Policy]:
    """Each policy with those of the report that cannot be had beside it (not those that do not apply)."""
    rules = {rule.id: rule for rule in all_rules()}
    live = list(dict.fromkeys(p.calculator for p in policies if p.status != m.DOES_NOT))
    out = []
    for policy in policies:
        if policy.status != m.DOES_NOT:
            mine = rules[policy.calculator]
            others = [o for o in live if o in mine.excludes or mine.id in rules[o].excludes]
            policy = policy.model_copy(update={"alternatives": tuple(others)})
        out.append(policy)
    return out


def _groups(policies: Sequence[m.Policy]) -> tuple[tuple[str, ...], ...]:
    """Policies of which only one can be had, directly or through a third, in the order of the report."""
    groups: list[list[str]] = []
    for policy in policies:
        if not policy.alternatives:
            continue
        mine = [g for g in groups if policy.calculator in g or any(a in g for a in policy.alternatives)]
        groups = [g for g in groups if g not in mine]
        groups.append(list(dict.fromkeys([*(c for g in mine for c in g), policy.calculator])))
    return tuple(tuple(g) for g in groups if len(g) > 1)


def _wanted(policies: Sequence[m.Policy]) -> tuple[m.Wanted, ...]:
    """The answers that most policies wait for, those that settle one alone before long lists."""
    waiting: Counter[tuple[str, str, str]] = Counter()
    weight: Counter[tuple[str, str, str]] = Counter()
    for policy in policies:
        for need in policy.missing:
            if need.input:
                key = (need.input, need.label, need.unit)
                waiting[key] += 1
                weight[key] += 100 // len(policy.missing)
    best = sorted(waiting, key=lambda k: (-weight[k], k))
    return tuple(m.Wanted(input=k[0], label=k[1], unit=k[2], policies=waiting[k]) for k in best)
