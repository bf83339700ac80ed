"""Questions about documents themselves: which one, its number, who issued it, how long it holds."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from ingest.model import Document, Node, NodeKind
from ingest.regions import strip_regions
from qa.compose import Draft
from qa.evidence import Evidence, Term, comparable, share
from qa.model import titled
from qa.question import Question
from qa.sentences import tidy

_WHICH = re.compile(
    r"文号|(哪|什么|啥)(个|份|一)?(文件|公告|通知|办法|政策文件|规定)|(哪个|什么(?!时)|谁).{0,3}(单位|部门|机关)?.{0,2}(印发?的?|发布|出台|下发)|出自|出处"
)


def asks_which(question: Question) -> bool:
    """Whether the document itself is asked for (and not named by its number already)."""
    return bool(_WHICH.search(question.text)) and not question.doc_nos


_INNER = re.compile(r"[《〈]([^《》〈〉]{6,})[》〉]")
_EDITION = re.compile(r"[（(][^（）()]*[)）]\s*$")
NAMING = 8  # characters that a title must have for a question to name it without book-title marks


def core(title: str) -> str:
    """What people call a document: the inner title, without its place and edition, as compared."""
    inner = _INNER.findall(title)
    return comparable(strip_regions(_EDITION.sub("", inner[-1] if inner else title).strip()))


def spoken_of(question: Question, cores: Sequence[str]) -> Question:
    """The question with the titles that it names without book-title marks (资产证券化奖励资金管理办法的有效期)."""
    asked = comparable(question.text)
    found = tuple(c for c in cores if len(c) >= NAMING and c in asked)
    return replace(question, spoken=found) if found else question


def relatives(document: Document, documents: Mapping[str, Document]) -> frozenset[str]:
    """A document, the one it belongs to, and all that belong to that."""
    main = document.main_id or document.id
    return frozenset(d.id for d in documents.values() if d.id == main or d.main_id == main) | {document.id}


def named(question: Question, documents: Mapping[str, Document]) -> frozenset[str]:
    """Documents that the question names by number, or by a whole title, with what belongs to them."""
    if not question.doc_nos and not question.titles:
        return frozenset()
    out: set[str] = set()
    numbers = [_key(n) for n in question.doc_nos]
    titles = [comparable(t) for t in question.titles if len(t) >= 6]
    for d in documents.values():
        own = _key(d.doc_no or "")
        if any(own and (own == n or own.endswith(n) or n.endswith(own)) for n in numbers):
            out |= relatives(d, documents)
        elif titles and any(t in comparable(d.title) for t in titles):
            out.add(d.id)
    return frozenset(out)


def _key(number: str) -> str:
    return re.sub(r"[^\w]|第|公告|年", "", comparable(number))


def candidates(terms: Sequence[Term], evidence: Sequence[Evidence], limit: int) -> list[Document]:
    """Documents of the best evidence, those whose title holds most of the question first; interpretations last."""
    seen: dict[str, tuple[float, Document]] = {}
    for place, e in enumerate(evidence[:20]):
        title = comparable(f"{e.document.title} {' '.join(e.document.issuers)} {e.document.region or ''}")
        fit = share(terms, title) + 0.4 * e.score - 0.01 * place - 0.5 * e.feature("interpretation")
        if e.document.id not in seen:
            seen[e.document.id] = (fit, e.document)
    return [d for _, d in sorted(seen.values(), key=lambda s: -s[0])][:limit]


def write(
    draft: Draft, document: Document, documents: Mapping[str, Document], margins: Mapping[str, Sequence[Node]]
) -> None:
    """Title, number, issuers and day of a document, each as it stands in the text; what is not there is said."""
    source = document
    if document.doc_no is None and document.main_id and documents[document.main_id].doc_no:
        source = documents[document.main_id]
    nodes = {NodeKind.TITLE: [], NodeKind.DOC_NO: [], NodeKind.SIGNATURE: []}  # type: dict[NodeKind, list[Node]]
    for node in margins.get(source.id, ()):
        if node.kind in nodes:
            nodes[node.kind].append(node)
    said = titled(document.title)
    if nodes[NodeKind.TITLE]:
        title = nodes[NodeKind.TITLE][0]
        said += draft.mark(title, source, title.text.strip())
    if source.doc_no:
        said += f"，文号：{source.doc_no}"
        if nodes[NodeKind.DOC_NO]:
            number = nodes[NodeKind.DOC_NO][0]
            said += draft.mark(number, source, number.text.strip())
    else:
        said += "，原文未载文号"
    if source.issuers:
        said += f"，{'、'.join(source.issuers)}印发"
    if source.signed and nodes[NodeKind.SIGNATURE]:
        signature = nodes[NodeKind.SIGNATURE][-1]
        said += f"（{source.signed.year}年{source.signed.month}月{source.signed.day}日）"
        said += draft.mark(signature, source, signature.text.strip())
    draft.pieces.append(("\n" if draft.pieces else "") + tidy(said) + "。")
