"""What a rule is, as data: its inputs, outputs, parameters with the words that prove them, and what the text leaves open.

A family file (`families/<family>.yaml`) holds the rules of one policy; `load_family` reads it. No binary float is ever
made: decimal numbers in YAML become Decimal.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, NoReturn

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

FAMILIES = Path(__file__).with_name("families")


def _whole(value: object) -> object:
    """Whole numbers are Decimal too, so that no union can take a 1 for a yes."""
    return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value


Scalar = bool | Decimal | date | str
Kind = Literal[
    "reward", "eligibility", "subsidy", "limit", "tax", "rate", "formula", "deduction", "score", "interest-subsidy"
]
InputType = Literal["number", "integer", "boolean", "choice", "date"]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Input(_Model):
    """One input: `type` decides what is accepted; `min`/`max` are inclusive; `unit` is what numbers are given in."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    label: str
    type: InputType
    unit: str = ""
    choices: dict[str, str] = {}  # value → label
    required: bool = True
    default: Annotated[Scalar | None, BeforeValidator(_whole)] = None
    min: Decimal | None = None
    max: Decimal | None = None
    help: str = ""


class Output(_Model):
    """One output; numbers are in `unit`, written with at most six decimals, rounded half up."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    label: str
    type: InputType
    unit: str = ""
    choices: dict[str, str] = {}


class Parameter(_Model):
    """A figure, threshold, share or date of the text.

    `quote` is verbatim from the source and holds the number; `reads` are the words within the quote from which the
    value is read, where the value is not a plain number with its unit (三免三减半, 翻番, 二分之一, a text value).
    """

    value: Annotated[Scalar | list[Decimal] | dict[str, Decimal], BeforeValidator(_whole)]
    unit: str = ""
    quote: str
    reads: str = ""
    source: str = ""  # file name; the rule's source where left out
    valid_from: date | None = None
    valid_to: date | None = None


class Evidence(_Model):
    """Words of the text that steps may cite, beside the parameters' own quotes."""

    quote: str
    source: str = ""


def _quoted(value: object) -> object:
    return {"quote": value} if isinstance(value, str) else value


class Rule(_Model):
    """One calculator. `evidence` names further verbatim quotes that steps may cite, beside the parameters' own."""

    id: str
    title: str
    kind: Kind
    family: str
    region: str
    issuer: str
    document: str
    doc_no: str | None = None
    source: str
    valid_from: date | None = None
    valid_to: date | None = None
    inputs: list[Input]
    outputs: list[Output]
    parameters: dict[str, Parameter]
    evidence: dict[str, Annotated[Evidence, BeforeValidator(_quoted)]] = {}
    notes: list[str] = []  # what the text leaves open, as users read it
    boundaries: list[str] = []  # how limits are read, cases worth a test
    excludes: list[str] = []  # ids of rules that cannot be had beside this one
    combines: list[str] = []  # ids of rules that the text lets stand beside this one

    @model_validator(mode="after")
    def _names_are_unique(self) -> Rule:
        for what, names in (
            ("inputs", [i.name for i in self.inputs]),
            ("outputs", [o.name for o in self.outputs]),
            ("parameters and evidence", [*self.parameters, *self.evidence]),
        ):
            if len(names) != len(set(names)):
                raise ValueError(f"{self.id}: two {what} share a name")
        return self

    def input(self, name: str) -> Input:
        """The input called `name`; KeyError where there is none."""
        return next((i for i in self.inputs if i.name == name), None) or _missing(self.id, name)

    def output(self, name: str) -> Output:
        """The output called `name`; KeyError where there is none."""
        return next((o for o in self.outputs if o.name == name), None) or _missing(self.id, name)

    def quote_of(self, cite: str) -> tuple[str, str]:
        """(quote, source file) of a parameter or a named piece of evidence."""
        if cite in self.parameters:
            found: Parameter | Evidence = self.parameters[cite]
        elif cite in self.evidence:
            found = self.evidence[cite]
        else:
            _missing(self.id, cite)
        return found.quote, found.source or self.source


def _missing(rule: str, name: str) -> NoReturn:
    raise KeyError(f"{rule} has no {name!r}")


class _Loader(yaml.CSafeLoader):
    """YAML in which 0.9 is a Decimal, not the binary float nearest to it."""


def _decimal(loader: _Loader, node: yaml.ScalarNode) -> Decimal:
    return Decimal(node.value.replace("_", ""))


_Loader.add_constructor("tag:yaml.org,2002:float", _decimal)

_ID = re.compile(r"^  - id: (\S+)$", re.M)


class Unused(_Model):
    """An amount of an incentive clause that no calculator needs: the words it stands in (verbatim), and why (Chinese)."""

    quote: str
    reason: str
    source: str = ""


def family_of(folder: Path = FAMILIES) -> dict[str, str]:
    """Rule id → family, from a glance at the files: no YAML is parsed until a rule of it is wanted."""
    return {
        rule_id: path.stem
        for path in sorted(folder.glob("*.yaml"))
        for rule_id in _ID.findall(path.read_text(encoding="utf-8"))
    }


def load_family(family: str, folder: Path = FAMILIES) -> list[Rule]:
    """The rules of one family file. What stands at the head of the file (region, document …) holds for all its rules.

    Errors: pydantic's ValidationError or a YAML error — a fault in our own data, found by the tests.
    """
    data = _read(family, folder)
    common: Mapping[str, Any] = {k: v for k, v in data.items() if k not in ("rules", "unused")}
    return [Rule.model_validate({**common, **rule, "family": family}) for rule in data["rules"]]


def load_unused(family: str, folder: Path = FAMILIES) -> list[Unused]:
    """The amounts that the family file lists as known and not used."""
    data = _read(family, folder)
    return [Unused.model_validate({"source": data.get("source", ""), **entry}) for entry in data.get("unused") or []]


def _read(family: str, folder: Path) -> dict[str, Any]:
    return yaml.load((folder / f"{family}.yaml").read_text(encoding="utf-8"), Loader=_Loader)  # type: ignore[no-any-return]
