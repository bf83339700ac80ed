"""All calculators: look one up, list them, run one. A family's YAML and module are read when first wanted."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, localcontext
from functools import cache
from typing import Any

from ingest.model import Document, Node

from .calculation import Calculation, Citation, FieldError, StepText
from .case import FUNCTIONS, Case, RuleFunction
from .clauses import ClauseFinder
from .inputs import LIMIT, CalcError, Value, typed
from .spec import Rule, family_of, load_family

PRECISION = 60  # digits carried between steps; outputs are rounded once, at the end


@cache
def _families() -> dict[str, str]:
    return family_of()


@cache
def _family(name: str) -> dict[str, Rule]:
    return {rule.id: rule for rule in load_family(name)}


def ids() -> list[str]:
    """The ids of all calculators, without parsing any."""
    return sorted(_families())


def all_rules() -> list[Rule]:
    """Every calculator, by id."""
    return [get(rule_id) for rule_id in ids()]


def get(rule_id: str) -> Rule:
    """The calculator with this id. Errors: CalcError (Chinese) where there is none."""
    if rule_id not in _families():
        raise CalcError("calculator", f"没有编号为“{rule_id[:80]}”的计算器，可用 zhengce calc list 查看全部编号")
    return _family(_families()[rule_id])[rule_id]


def function(rule_id: str) -> RuleFunction | None:
    """The function that works the rule out; None while it is not written."""
    try:
        importlib.import_module(f"{__package__}.families.{_families()[rule_id]}")
    except ModuleNotFoundError as error:
        if error.name != f"{__package__}.families.{_families()[rule_id]}":
            raise
    return FUNCTIONS.get(rule_id)


def run(rule_id: str, raw: object, *, as_of: date, clauses: ClauseFinder | None = None) -> Calculation:
    """Work a rule out for raw inputs (parsed JSON). A wrong input comes back as `error`, never as a figure.

    `as_of` decides warnings only: the rule is worked out as written. Errors: CalcError for an unknown id;
    RuleFault for a fault of the rule itself.
    """
    rule = get(rule_id)
    worker = function(rule_id)
    if worker is None:
        raise CalcError("calculator", f"计算器“{rule_id}”尚未实现")
    with localcontext() as context:
        context.prec = PRECISION
        try:
            inputs = typed(rule, raw)
            case = Case(rule, inputs)
            worker(case)
        except CalcError as error:
            given = {str(k)[:60]: _echo(v) for k, v in raw.items()} if isinstance(raw, Mapping) else {}
            wrong = FieldError(field=error.field, message=error.message)
            return Calculation(calculator=rule_id, inputs=given, error=wrong)
        outputs = case.finished()
    citations, places = _citations(case, clauses)
    eligible = outputs.get("eligible")
    return Calculation(
        calculator=rule_id,
        inputs=dict(inputs),
        outputs=outputs,
        eligible=eligible if isinstance(eligible, bool) else None,
        steps=[StepText(text=s.text, clause_id=_place(places, s.cites)) for s in case.steps],
        citations=citations,
        warnings=[*validity_warnings(rule, as_of), *case.warnings, *rule.notes],
    )


def validity_warnings(rule: Rule, as_of: date) -> list[str]:
    """What must be said of the rule's validity on that day; empty where nothing must."""
    if rule.valid_to and as_of > rule.valid_to:
        return [
            f"该政策有效期至{rule.valid_to.isoformat()}，在{as_of.isoformat()}已过有效期，结果仅按原文计算，请核实现行规定"
        ]
    if rule.valid_from and as_of < rule.valid_from:
        return [f"该政策自{rule.valid_from.isoformat()}起执行，在{as_of.isoformat()}尚未生效，结果仅按原文计算"]
    return []


def _echo(value: Any) -> Value:
    """A wrong input shown back: as it came where it is harmless, else cut to a short text."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | Decimal):
        number = Decimal(value)
        if number.is_finite() and abs(number) <= LIMIT:
            return number
    return str(value)[:60]


def _place(places: Mapping[str, str], cites: tuple[str, ...]) -> str:
    return next((places[c] for c in cites if places.get(c)), "")


def _citations(case: Case, clauses: ClauseFinder | None) -> tuple[list[Citation], dict[str, str]]:
    """One citation per quote used, in order of use; and for every cite the clause that it stands in."""
    citations: list[Citation] = []
    places: dict[str, str] = {}
    for cite in dict.fromkeys(c for step in case.steps for c in step.cites):
        quote, source = case.spec.quote_of(cite)
        node = clauses.find_quote(quote, source, case.spec.document) if clauses else None
        places[cite] = node.id if node else ""
        if all(c.quote != quote for c in citations):
            document = clauses.document(node.document_id) if clauses and node else None
            citations.append(_citation(len(citations) + 1, case.spec, quote, source, node, document))
    return citations, places


def _citation(n: int, rule: Rule, quote: str, source: str, node: Node | None, document: Document | None) -> Citation:
    valid_from, valid_to = rule.valid_from, rule.valid_to
    validity = {
        "from": valid_from.isoformat() if valid_from else None,
        "to": valid_to.isoformat() if valid_to else None,
        "status": None,
    }
    return Citation(
        n=n,
        clause_id=node.id if node else "",
        document_id=node.document_id if node else "",
        document=document.title if document else rule.document,
        doc_no=(document.doc_no if document else None) or rule.doc_no,
        issuer="、".join(document.issuers) if document and document.issuers else rule.issuer,
        region=(document.region if document else None) or rule.region,
        path=list(node.path) if node else [],
        source=source,
        start=node.start if node else None,
        end=node.end if node else None,
        text=node.text if node else "",
        validity=validity,
        quote=quote,
    )
