"""Deterministic calculators: `run(id, inputs, as_of=…)` works a rule out exactly, with its steps and the clauses they rest on."""

from .calculation import Calculation, Citation, dumps
from .clauses import ClauseFinder, NodeClauses
from .inputs import CalcError, loads, missing
from .registry import all_rules, get, ids, run
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
    "dumps",
    "get",
    "ids",
    "loads",
    "missing",
    "run",
]
