"""The result of a run, as users and programs get it (CONTRACT: the calculation object), and its exact JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, ConfigDict

from .inputs import CalcError, Value, plain


class StepText(BaseModel):
    """One line of the working and the clause it rests on ("" while nothing is ingested)."""

    model_config = ConfigDict(frozen=True)
    text: str
    clause_id: str = ""


class Citation(BaseModel):
    """A clause as the contract writes it, with the words relied on."""

    model_config = ConfigDict(frozen=True)
    n: int
    clause_id: str = ""
    document_id: str = ""
    document: str = ""
    doc_no: str | None = None
    issuer: str = ""
    region: str | None = None
    path: list[str] = []
    source: str = ""
    start: int | None = None
    end: int | None = None
    text: str = ""
    validity: dict[str, str | None] = {}
    quote: str


class FieldError(BaseModel):
    """What is wrong with which input, in Chinese."""

    model_config = ConfigDict(frozen=True)
    field: str
    message: str


class Calculation(BaseModel):
    """Outputs hold no figure at all where `error` is set. Decimals are exact; `to_json` writes them as JSON numbers."""

    model_config = ConfigDict(frozen=True)
    calculator: str
    inputs: dict[str, Value]
    outputs: dict[str, Value] = {}
    eligible: bool | None = None
    steps: list[StepText] = []
    citations: list[Citation] = []
    warnings: list[str] = []
    error: FieldError | None = None

    @classmethod
    def refused(cls, calculator: str, error: CalcError) -> Calculation:
        """What cannot be run at all (no such calculator, inputs that are no JSON): the reason, and no figure."""
        return cls(calculator=calculator, inputs={}, error=FieldError(field=error.field, message=error.message))

    def to_dict(self) -> dict[str, Any]:
        """Plain dicts and lists, dates as ISO text, figures still Decimal (see `dumps`)."""
        return _plain(self.model_dump())  # type: ignore[no-any-return]

    def to_json(self) -> str:
        """One line of JSON."""
        return dumps(self.to_dict())


def _plain(value: object) -> Any:
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    return value.isoformat() if isinstance(value, date) else value


def dumps(value: object) -> str:
    """JSON (UTF-8, one line) in which a Decimal is written digit for digit: 34.285714, 120, never 1.2E+2.

    The json module cannot do this: it would turn a Decimal into a binary float or a string first.
    """
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{json.dumps(str(k), ensure_ascii=False)}: {dumps(v)}" for k, v in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(map(dumps, value)) + "]"
    if isinstance(value, Decimal):
        return plain(value) if value else "0"
    if isinstance(value, date):
        return json.dumps(value.isoformat())
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
