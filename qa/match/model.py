"""What a match says: policies with their verdicts, what is missing, checklists and dates. JSON-ready by `to_dict`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict

from qa.calculators.inputs import plain
from qa.model import Validity

APPLIES, MAY_APPLY, DOES_NOT = "适用", "可能适用", "不适用"
Status = Literal["适用", "可能适用", "不适用"]
State = Literal["符合", "不符合", "待说明"]
MET: Final = "符合"
FAILED: Final = "不符合"
OPEN: Final = "待说明"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class Quote(_Frozen):
    """Words of a clause, verbatim, and where they stand."""

    clause_id: str
    document_id: str
    document: str
    doc_no: str | None
    path: tuple[str, ...]
    source: str
    quote: str


class Amount(_Frozen):
    """What a policy is worth: `low` to `high` in `unit`; `form` is exact, range, or most (上限，非必得额)."""

    label: str
    low: Decimal
    high: Decimal
    unit: str
    form: Literal["exact", "range", "most"]

    @property
    def text(self) -> str:
        """120万元 · 30—50万元 · 最高300万元."""
        if self.form == "most":
            return f"最高{plain(self.high)}{self.unit}"
        ends = plain(self.low) if self.low == self.high else f"{plain(self.low)}—{plain(self.high)}"
        return f"{ends}{self.unit}"

    @property
    def in_wan(self) -> Decimal:
        """The upper end in 万元, for sorting."""
        return self.high / 10_000 if self.unit == "元" else self.high


class Need(_Frozen):
    """Something that is to be told before a policy can be judged; `input` is "" for what is yet to be obtained."""

    input: str
    label: str
    unit: str = ""
    type: str = ""
    choices: tuple[str, ...] = ()
    required: bool = True


class Condition(_Frozen):
    """A line of the self-test: 符合, 不符合 or 待说明."""

    text: str
    state: State
    clause_id: str = ""


class Duty(_Frozen):
    """A department and its part (负责, 责任, 牵头 …) as a clause names it."""

    department: str
    part: str
    clause_id: str


class Deadline(_Frozen):
    """A day by which something is to be done, in the words of a clause. `day` None: the text gives no full date.

    `yearly`: every year by `month` and `day_of_month`.
    """

    text: str
    clause_id: str
    day: date | None = None
    yearly: bool = False
    month: int = 0
    day_of_month: int = 0


class ChecklistItem(_Frozen):
    """One topic of the checklist; no quotes: the document does not say (原文未载)."""

    topic: str
    quotes: tuple[Quote, ...] = ()
    left_out: int = 0  # further clauses of this part, to be read in the document


class Policy(_Frozen):
    """One calculator's policy for this enterprise (`what`: for which honour, listing, standard or project).

    `amount` is certain: all that it rests on was told. `possible` is what would be had if all that is missing were met.
    """

    calculator: str
    what: str
    title: str
    kind: str
    group: str
    region: str
    issuer: str
    document_id: str
    document: str
    doc_no: str | None
    status: Status
    expired: bool
    validity: Validity
    reason: str
    amount: Amount | None
    possible: Amount | None
    missing: tuple[Need, ...]
    assumed: tuple[str, ...]
    conditions: tuple[Condition, ...]
    departments: tuple[Duty, ...]
    deadlines: tuple[Deadline, ...]
    clauses: tuple[Quote, ...]
    checklist: tuple[ChecklistItem, ...]
    alternatives: tuple[str, ...]
    warnings: tuple[str, ...]
    calculation: dict[str, Any] | None

    @property
    def key(self) -> str:
        """The policy and the case, unique within a report."""
        return f"{self.calculator}#{self.what}" if self.what else self.calculator


class Event(_Frozen):
    """A line of the calendar: a deadline or the end (or begin) of validity of matched policies."""

    day: date | None
    yearly: bool
    kind: Literal["截止", "有效期止", "生效"]
    title: str
    text: str
    calculators: tuple[str, ...]
    document: str
    clause_id: str
    passed: bool
    until: date | None = None  # the end of validity, beyond which a yearly day does not come again


class Wanted(_Frozen):
    """An answer that would settle something, and how many policies wait for it."""

    input: str
    label: str
    unit: str
    policies: int


class MatchReport(_Frozen):
    """All policies of the region and those above it, best first: by verdict, validity, region, group and worth."""

    region: str
    as_of: date
    name: str
    profile: dict[str, Any]
    policies: tuple[Policy, ...]
    alternatives: tuple[tuple[str, ...], ...]
    wanted: tuple[Wanted, ...]
    calendar: tuple[Event, ...]
    warnings: tuple[str, ...]

    def of(self, status: str, *, expired: bool | None = None) -> list[Policy]:
        """The policies of this status, in order; only those (not) expired where asked."""
        return [p for p in self.policies if p.status == status and expired in (None, p.expired)]

    def groups(self, status: str) -> list[tuple[str, str, bool, list[Policy]]]:
        """(region, group, expired, policies) of a status in order."""
        out: list[tuple[str, str, bool, list[Policy]]] = []
        for p in self.of(status):
            head = (p.region, p.group, p.expired)
            if not out or out[-1][:3] != head:
                out.append((*head, []))
            out[-1][3].append(p)
        return out

    def counts(self) -> dict[str, int]:
        """How many policies of each status."""
        return {status: len(self.of(status)) for status in (APPLIES, MAY_APPLY, DOES_NOT)}

    def to_dict(self) -> dict[str, Any]:
        """Plain dicts and lists, dates as ISO text, figures Decimal (write with `qa.calculators.dumps`)."""
        data = self.model_dump(by_alias=True)
        for policy, said in zip(self.policies, data["policies"], strict=True):
            for name in ("amount", "possible"):
                worth: Amount | None = getattr(policy, name)
                if worth is not None:
                    said[name]["text"] = worth.text
        data["counts"] = self.counts()
        return _plain(data)  # type: ignore[no-any-return]


def _plain(value: object) -> Any:
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(v) for v in value]
    return value.isoformat() if isinstance(value, date) else value
