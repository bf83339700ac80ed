"""What has been read of a question so far, for one rule: passed from reader to reader, each adding what it knows."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from qa.calculators.spec import Input, Rule
from qa.fitting import fits
from qa.told import COUNTERS, Figure, Told, nearness
from qa.wordings import Cue, Guide, Words


@dataclass(slots=True)
class Notes:
    """`inputs` as read; `cases` the alternatives that the question states; `used` the figures that mean something;
    `assumed`: input → how its assumption is put; `spread`: first and last day of dates told by month or year alone."""

    rule: Rule
    guide: Guide
    told: Told
    inputs: dict[str, Any] = field(default_factory=dict)
    cases: list[dict[str, Any]] = field(default_factory=list)
    used: set[Figure] = field(default_factory=set)
    assumed: dict[str, str] = field(default_factory=dict)
    spread: dict[str, tuple[str, str]] = field(default_factory=dict)

    def cue(self, spec: Input) -> Cue:
        """How people speak of the input."""
        return self.guide.cue(spec.name)

    def open(self, *types: str) -> list[Input]:
        """The inputs of these types that were not read yet."""
        return [i for i in self.rule.inputs if i.type in types and i.name not in self.inputs]

    def take(self, spec: Input, value: Decimal, *figures: Figure) -> None:
        """Note the value, which these figures tell."""
        self.inputs[spec.name] = value
        self.used.update(figures)

    def free(self, spec: Input) -> list[tuple[Figure, Decimal]]:
        """The figures that mean nothing yet and may stand for the input, with their values for it."""
        return [(f, v) for f in self.told.figures if f not in self.used and (v := fits(f, spec)) is not None]

    def near(self, wording: Words, figure: Figure) -> float:
        """How surely the wording speaks of the figure."""
        return nearness(wording, figure, self.told)


def is_year(spec: Input) -> bool:
    """Whether the input is a year of the calendar."""
    return spec.type == "integer" and spec.unit == "年" and spec.name.endswith("year")


def is_count(spec: Input) -> bool:
    """Whether the input counts things."""
    ordinal = spec.name.endswith(("_index", "_rank", "_no"))
    return spec.type == "integer" and spec.unit[:1] in COUNTERS and not ordinal
