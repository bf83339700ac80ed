"""A small store made of real corpus text, one clause a paragraph: enough to test the index without the segmenter."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from ingest.model import Document, Node, NodeKind, Parsed, Source
from ingest.store import Store

SOURCES = Path(__file__).resolve().parents[1] / "corpus" / "sources"


@dataclass(frozen=True)
class Sample:
    """One document to be: its fields and its paragraphs."""

    id: str
    title: str
    paragraphs: Sequence[str]
    region: str | None = None
    region_code: str | None = None
    doc_no: str | None = None
    kind: str = "通知"
    relation: str | None = None
    signed: date | None = None
    path: tuple[str, ...] = field(default=())


def parsed(sample: Sample) -> Parsed:
    """The sample as ingestion would hand it over: one source, one document, one clause a paragraph."""
    text, nodes, at = "", [], 0
    for order, paragraph in enumerate(sample.paragraphs):
        number = re.match(
            r"第[一二三四五六七八九十百]+条|（[一二三四五六七八九十]+）|[一二三四五六七八九十]+、", paragraph
        )
        nodes.append(
            Node(
                id=f"{sample.id}/{order}", document_id=sample.id, parent_id=None, order=order, kind=NodeKind.CLAUSE,
                number=number[0] if number else "", path=sample.path, start=at, end=at + len(paragraph), text=paragraph,
            )
        )  # fmt: skip
        text += paragraph + "\n"
        at = len(text)
    document = Document(
        id=sample.id, source=f"{sample.id}.txt", start=0, end=len(text), title=sample.title, kind=sample.kind,
        doc_no=sample.doc_no, region=sample.region, region_code=sample.region_code, relation=sample.relation,
        signed=sample.signed,
    )  # fmt: skip
    digest = hashlib.sha256(text.encode()).hexdigest()
    source = Source(name=f"{sample.id}.txt", sha256=digest, format="text", text=text)
    return Parsed(source=source, documents=(document,), nodes=tuple(nodes))


def store_of(path: Path, samples: Sequence[Sample]) -> Store:
    """A store that holds the samples."""
    store = Store.open(path)
    for sample in samples:
        store.replace(parsed(sample))
    return store


def paragraphs(name: str, shortest: int = 20) -> list[str]:
    """The paragraphs of a corpus source that have at least `shortest` characters."""
    text = (SOURCES / name).read_text(encoding="utf-8")
    return [p for p in (line.strip() for line in text.split("\n")) if len(p) >= shortest]


def corpus_samples() -> list[Sample]:
    """Two of the corpus' files, whole, and a piece of the compendium."""
    return [
        Sample("jizhou", "2018年蓟州区新一轮中小企业创新转型行动计划", paragraphs("003_6083bda8034c3915.txt"),
               "天津市蓟州区", "120119", signed=date(2018, 5, 12)),
        Sample("pilot", "关于开展2019年工业转型升级试点示范县（市、区）创建工作的通知", paragraphs("002_8638f2724e834911.txt"),
               "河北省", "130000", "冀工信明传〔2018〕118号"),
        Sample("compendium", "河北省支持民营经济政策汇编", paragraphs("001_995e29078fff7534.txt", 40)[:1500], "河北省", "130000"),
    ]  # fmt: skip
