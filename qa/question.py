"""Understanding a question: what is asked, where, when, about which document, with which quantities.

Pure: a question in, a frozen `Question` out. The wordings stand in `intents.yaml`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml

from index.tokenizer import simplify
from ingest.amounts import Amount, read_amounts
from ingest.regions import find_regions

MAX_CHARS = 2000  # what a question is read up to; the rest of a pasted page adds nothing to what is asked

_DOC_NO = re.compile(
    r"[\u4e00-\u9fff]{2,12}[〔\[［﹝(（]\s*(?:19|20)\d{2}\s*[〕\]］﹞)）]\s*(?:第)?\d+号?|公告\s*\d{4}年第\s*\d+号|\d{4}年第\s*\d+号公告"
)
_TITLE = re.compile(r"《([^》]{2,80})》")
_QUOTED = re.compile(r"[“\"「]([^”\"」]{1,40})[”\"」]")


@dataclass(frozen=True, slots=True)
class Intent:
    """One kind of question: how people ask it and what a sentence that answers it shows."""

    name: str
    asks: tuple[re.Pattern[str], ...]
    shows: tuple[re.Pattern[str], ...]


@dataclass(frozen=True, slots=True)
class Question:
    """A question as understood.

    `original` is as typed, `text` normalised (NFKC) with misspellings mended; `asked` the kinds asked for, most specific first;
    `regions` those named (full names, empty when none is); `amounts` the quantities that it gives.
    """

    original: str
    text: str
    asked: tuple[str, ...]
    regions: tuple[str, ...]
    amounts: tuple[Amount, ...]
    doc_nos: tuple[str, ...]
    titles: tuple[str, ...]
    quoted: tuple[str, ...]
    spoken: tuple[str, ...] = ()  # titles named without book-title marks, see `documents.spoken_of`

    def asks(self, *kinds: str) -> bool:
        return any(kind in self.asked for kind in kinds)


@cache
def intents() -> dict[str, Intent]:
    """The kinds of question, in the order of `intents.yaml`."""
    raw = yaml.load(files("qa").joinpath("intents.yaml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return {
        name: Intent(
            name, tuple(map(re.compile, spec.get("asks") or ())), tuple(map(re.compile, spec.get("shows") or ()))
        )
        for name, spec in raw.items()
    }


def normalise(text: str) -> str:
    """NFKC, simplified, control characters and runs of white space taken out; what is read of a question."""
    text = simplify(unicodedata.normalize("NFKC", text[:MAX_CHARS]))
    text = "".join(c for c in text if c == "\n" or unicodedata.category(c)[0] != "C")
    text = re.sub(r"\s+", " ", text).strip()
    if text.count(" ") > len(text) / 3:  # 每 字 一 空, as copied from a scan; fewer spaces part keywords
        text = re.sub(r"(?<=[一-鿿]) (?=[一-鿿])", "", text)
    return text


def _left(region: str, dense: str) -> bool:
    """Whether it is where an enterprise comes from (从北京迁来, 北京外迁的企业), not where it asks."""
    name = re.escape(region.removesuffix("省").removesuffix("市"))
    return bool(
        re.search(
            rf"(从|由|自){name}|{name}市?[^,。;]{{0,4}}((迁|搬|转移)(来|入|过来|至|到|移|出)|外迁|疏解|外溢)", dense
        )
    )


def understand(question: str, *, region: str | None = None, repair: Callable[[str], str] = str) -> Question:
    """Read a question, its misspellings mended by `repair`.

    `region` is what the user chose outside the text; a region that the text names comes first.
    """
    text = repair(normalise(question))
    dense = text.replace(" ", "")
    asked = tuple(name for name, intent in intents().items() if any(p.search(dense) for p in intent.asks))
    regions = tuple(r for r in find_regions(text) if not _left(r, dense)) or ((region,) if region else ())
    return Question(
        original=question,
        text=text,
        asked=asked,
        regions=regions,
        amounts=tuple(read_amounts(text)),
        doc_nos=tuple(m.group().replace(" ", "") for m in _DOC_NO.finditer(text)),
        titles=tuple(_TITLE.findall(text)),
        quoted=tuple(_QUOTED.findall(text)),
    )
