"""Deterministic calculators: `run(id, inputs, as_of=…)` works a rule out exactly, with its steps and the clauses they rest on."""

from .calculation import Calculation, Citation, dumps
from .clauses import ClauseFinder, NodeClauses
from .inputs import CalcError, loads, missing
from .registry import all_rules, get, ids, run
from .schema import describe, input_schema
from .spec import Input, Output, Parameter, Rule

__all__ = [
    "CalcError",
    "Calculation",
    "Citation",
    "ClauseFinder",
    "Input",
    "NodeClauses",
    "Output",
    "Parameter",
    "Rule",
    "all_rules",
    "describe",
    "dumps",
    "get",
    "ids",
    "input_schema",
    "loads",
    "missing",
    "run",
]
