"""What the product says: answer, citation, retrieved clause, validity. Field names are those of the contract's JSON."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from ingest.model import Document, Node
from qa.calculators.calculation import dumps

IN_FORCE, EXPIRED, PENDING, UNKNOWN = "有效", "已到期", "未生效", "未定"


def titled(title: str) -> str:
    """A title between book-title marks; marks within it become single ones, as Chinese punctuation wants."""
    if title.startswith("《") and title.endswith("》") and title.count("《") == 1:
        return title
    return f"《{title.replace('《', '〈').replace('》', '〉')}》"


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, populate_by_name=True)


class Validity(Frozen):
    """From when to when a document says it holds, and what that means on the `as_of` date.

    `status` is 有效, 已到期, 未生效, or 未定 where the text gives no end: nothing is assumed.
    """

    valid_from: date | None = Field(default=None, serialization_alias="from")
    valid_to: date | None = Field(default=None, serialization_alias="to")
    status: str = UNKNOWN

    @classmethod
    def on(cls, as_of: date, valid_from: date | None, valid_to: date | None) -> Validity:
        if valid_to is not None and as_of > valid_to:
            status = EXPIRED
        elif valid_from is not None and as_of < valid_from:
            status = PENDING
        elif valid_to is not None:
            status = IN_FORCE
        else:
            status = UNKNOWN
        return cls(valid_from=valid_from, valid_to=valid_to, status=status)


class ClauseRef(Frozen):
    """A clause as shown to people: verbatim text and where it stands."""

    clause_id: str
    document_id: str
    document: str
    doc_no: str | None
    issuer: str | None
    region: str | None
    path: list[str]
    source: str
    start: int
    end: int
    text: str
    page: int | None = None
    validity: Validity

    @classmethod
    def of(cls, node: Node, document: Document, as_of: date, **more: Any) -> Any:
        """The reference to `node` of `document`, its validity worked out on `as_of`; `more` fills a subclass' fields."""
        return cls(
            clause_id=node.id,
            document_id=document.id,
            document=document.title,
            doc_no=document.doc_no,
            issuer="、".join(document.issuers) or None,
            region=document.region,
            path=list(node.path),
            source=document.source,
            start=node.start,
            end=node.end,
            text=node.text,
            page=node.page,
            validity=Validity.on(as_of, document.valid_from, document.valid_to),
            **more,
        )


class Retrieved(ClauseRef):
    """A ranked clause."""

    score: float


class Citation(ClauseRef):
    """A clause that an answer rests on; `quote` stands verbatim in `text`; `[n]` in the answer points here."""

    n: int
    quote: str


class Turn(Frozen):
    """One earlier exchange of a conversation, for follow-up questions."""

    question: str
    answer: str = ""


class Answer(Frozen):
    """The answer object of the contract (`ask --json`)."""

    id: str | None = None
    question: str
    answer: str
    abstained: bool
    confidence: float = Field(ge=0, le=1)
    citations: list[Citation] = []
    retrieved: list[Retrieved] = []
    calculation: dict[str, Any] | None = None
    warnings: list[str] = []
    latency_ms: float = 0.0
    explain: dict[str, Any] | None = None

    def json_line(self) -> str:
        """One line of JSON as the contract fixes it, figures digit for digit; `id` and `explain` only where asked for."""
        left_out = {name for name in ("id", "explain") if getattr(self, name) is None}
        return dumps(self.model_dump(by_alias=True, exclude=left_out))
