"""References: 《…》 and document numbers as written, tied to the document where it stands in the same store."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from ingest.model import Document, Link, Node, NodeKind
from ingest.text import loose

_TITLE = re.compile(r"[《〈]([^《》〈〉]{2,120}(?:[《〈][^《》〈〉]{2,80}[》〉][^《》〈〉]{0,20})?)[》〉]")
_NUMBER = re.compile(
    r"[\u4e00-\u9fff]{1,8}[〔﹝\[［【（(]\s*(?:19|20)\d{2}\s*[〕﹞\]］】）)]\s*第?\s*\d+\s*号"
    r"|国家税务总局公告\s*(?:19|20)\d{2}\s*年第\s*\d+\s*号"
)
_ISSUED = re.compile(r"《([^《》]+)》")


class Titles:
    """Documents by title, by the text they issue (印发《…》), and by number; built once, asked often."""

    def __init__(self, documents: Iterable[Document]) -> None:
        self._titles: dict[str, str] = {}
        self._numbers: dict[str, str] = {}
        for document in documents:
            for name in (document.title, _without_issuer(document)):
                self._titles.setdefault(loose(name), document.id)
            if document.doc_no and document.relation != "附件":
                self._numbers.setdefault(loose(document.doc_no), document.id)
        for document in documents:
            if "发" in document.title or "公布" in document.title:
                for name in _ISSUED.findall(document.title):
                    self._titles.setdefault(loose(name), document.id)

    def target(self, text: str) -> str | None:
        """The id of the document that a title or number names; None where it does not stand here."""
        bare = loose(text)
        if bare in self._numbers:
            return self._numbers[bare]
        return self._titles.get(bare)

    def number(self, text: str) -> str | None:
        """The id of the document whose number ends the words before 号 (按照财税〔2018〕33号)."""
        bare = loose(text)
        for cut in range(len(bare)):
            if bare[cut:] in self._numbers:
                return self._numbers[bare[cut:]]
        return None


def _without_issuer(document: Document) -> str:
    at = document.title.find("关于")
    return document.title[at:] if at > 0 else document.title


def find(documents: Sequence[Document], nodes: Sequence[Node]) -> tuple[Link, ...]:
    """All references in the nodes. A document is no reference to itself."""
    titles = Titles(documents)
    relation = {d.id: d.relation for d in documents}
    out: list[Link] = []
    for node in nodes:
        note = node.kind is NodeKind.ATTACHMENT_NOTE
        if node.kind is NodeKind.TABLE or not (node.citable or note):
            continue
        kind = "attachment" if note else "interprets" if relation.get(node.document_id) == "解读" else "cites"
        for pattern in (_TITLE, _NUMBER):
            for match in pattern.finditer(node.text):
                target = titles.target(match.group(1)) if pattern is _TITLE else titles.number(match.group())
                if target == node.document_id:
                    continue
                start = node.start + match.start()
                out.append(Link(node.id, kind, match.group(), start, start + len(match.group()), target))
    return tuple(sorted(out, key=lambda link: (link.start, link.end)))
