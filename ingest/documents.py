"""Where one document ends and the next begins: title blocks, attachment marks, and what confirms them.

A compendium holds dozens of documents, a newsletter a dozen, a statute file one. A title is a run of short lines that ends
in the name of a kind of document; a document number, addressees, or the end of the text before confirm it. The plan that
a notice 印发s stays with its notice; attachments are documents of their own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from pathlib import Path

import yaml

from ingest import regions
from ingest.blocks import Block
from ingest.text import loose, tidy_title

_PARENTHESIS = re.compile(r"(?:[（(【\[][^（()）]*[）)】\]]|[》”])+$")
_DOC_NO = re.compile(
    r"^[（(]?(?:[\u4e00-\u9fff]{1,14}\s*[〔﹝\[［【（(〈]\s*(?:19|20)\d{2}\s*[〕﹞\]］】）)〉]\s*第?\s*\d+\s*号"
    r"|[\u4e00-\u9fff]{2,12}(?:公告|令|通告)\s*(?:(?:19|20)\d{2}\s*年\s*)?第\s*\d+\s*号)[）)]?$"
)
_ADDRESSEE = re.compile(
    r"^(?!为|根据|按照|依据|经|现|鉴于)(?:各|全|有关|本|市|省|区|县|[\u4e00-\u9fff]{2,8}(?:省|市|区|县))[^。；]{1,400}[：:]$"
)
_FRONT = re.compile(r"^(?:前\s*言|序\s*言|序|卷首语|编者按)$")
_BODY = re.compile(r"^(?:为|根据|按照|依据|经|现|当前|近年|第[一1]|以|党|自|随着|今|在|中|民营|县域|战略)")
_ISSUES = re.compile(r"(?:印发|发布|公布|转发)(?:修订后的|修订的)?(.+?)的?(?:通知|公告|决定|命令|令)$")
_MENTION = re.compile(r"《([^《》]+(?:《[^》]*》[^《》]*)?)》")
_ORDINAL = re.compile(r"^(?:附\s*件|附表|附)?\s*([0-9０-９一二三四五六七八九十]{0,3})\s*[．.、：:]?\s*")
_NO_WORD = re.compile(r"\W+")
_ENTRY = re.compile(r"^[0-9０-９]{1,2}\s*[．.、：:]")
_DIVIDER = re.compile(r"^第[一二三四五六七八九十]+(?:部分|篇|辑)$|^[\u4e00-\u9fff]{2,6}领域$|^\[.*\]$")
_HEADING_WORDS = re.compile(r"^(?:总体|基本|主要|工作|推进|保障|组织|认定|申报|目标|指导)[\u4e00-\u9fff]{2,4}$")


@cache
def bodies() -> dict[str, list[str]]:
    """What issuers.yaml knows of issuing bodies and of kinds of documents."""
    loaded: dict[str, list[str]] = yaml.safe_load(Path(__file__).with_name("issuers.yaml").read_text(encoding="utf-8"))
    return loaded


@cache
def _org_pattern() -> re.Pattern[str]:
    suffixes = "|".join(sorted(map(re.escape, bodies()["suffixes"]), key=len, reverse=True))
    return re.compile(rf"^[\u4e00-\u9fff（）()·]{{0,24}}?(?:{suffixes})(?:[（(][\u4e00-\u9fff]+[）)])?$")


def is_issuers(text: str) -> bool:
    """Whether a line holds nothing but names of bodies: 财政部 税务总局, 河北省人民政府办公厅."""
    words = text.split()
    return (
        bool(words)
        and len(text) <= 60
        and all(_org_pattern().match(w) and len(w) > 2 for w in words)
        and not any(w.startswith(("关于", "印发", "各")) for w in words)
    )


def kind_of(title: str) -> str | None:
    """The kind of document a title ends in (通知, 实施意见, 办法 …), None where it ends in none."""
    bare = title.strip()
    while (shorter := _PARENTHESIS.sub("", bare).strip()) != bare:
        bare = shorter
    for kind in sorted(bodies()["kinds"], key=len, reverse=True):
        if bare.endswith(kind):
            return kind
    return None


def is_doc_no(block: Block) -> bool:
    """Whether a block is a document number and nothing else."""
    return block.table is None and len(block.text) <= 50 and bool(_DOC_NO.match(block.text))


def is_addressee(block: Block) -> bool:
    """Whether a block names the bodies addressed: 各市人民政府，省政府各部门："""
    return block.table is None and not block.role and block.number is None and bool(_ADDRESSEE.match(block.text))


@dataclass(slots=True)
class Draft:
    """A document as found: its blocks by part. `own_title` are title blocks within the text (印发件)."""

    blocks: list[Block]
    marks: list[Block] = field(default_factory=list)  # dividers, 附件1
    title_blocks: list[Block] = field(default_factory=list)
    title: str = ""
    issuer_lines: list[str] = field(default_factory=list)
    inner_titles: list[Block] = field(default_factory=list)
    signatures: list[Block] = field(default_factory=list)
    attachment: str | None = None  # "" or the number of the attachment; None where it is none
    main: Draft | None = None
    notes: list[str] = field(default_factory=list)  # the attachments it lists

    @property
    def issued(self) -> list[str]:
        """Names of the texts that this notice issues, for comparison."""
        names = [_key(m) for m in _MENTION.findall(self.title)] if "发" in self.title or "公布" in self.title else []
        if match := _ISSUES.search(self.title):
            names.append(_key(match.group(1)))
        return [*names, _key(self.title)]


def split(blocks: Sequence[Block]) -> list[Draft]:
    """The documents in a sequence of blocks; every block belongs to exactly one of them."""
    return _Splitter(blocks).run()


class _Opening(StrEnum):
    """What a title begins."""

    DOCUMENT = "a document"
    ATTACHMENT = "an attachment of the main document"
    PART = "an attachment that the document before announces in its text"
    ISSUED = "the text that a notice issues: no document of its own"


@dataclass(frozen=True, slots=True)
class _Title:
    """A title found in blocks[first:last], its issuers included."""

    opening: _Opening
    first: int
    last: int


class _Splitter:
    """Goes through the blocks once and gathers them into documents."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        self.blocks = blocks
        self.drafts: list[Draft] = []
        self.current = Draft([])
        self.main: Draft | None = None

    def run(self) -> list[Draft]:
        """The documents, in order."""
        i = 0
        while i < len(self.blocks):
            i = self._step(i)
        drafts = [draft for draft in (*self.drafts, self.current) if draft.blocks]
        if drafts and not drafts[0].title:
            _name_by_first_line(drafts[0])
        return drafts

    def _begin(self, draft: Draft) -> None:
        if self.current.blocks:
            self.drafts.append(self.current)
        self.current = draft
        if draft.attachment is None:
            self.main = draft

    def _step(self, i: int) -> int:
        """Take in the block at `i`, and those that belong with it; returns the index behind them."""
        block = self.blocks[i]
        untitled = not self.drafts and not self.current.title
        if untitled and _FRONT.match(block.text):
            self._begin(Draft([block], title_blocks=[block], title=re.sub(r"\s", "", block.text)))
            return i + 1
        if block.role == "attach" and not _opens_list(self.blocks, i):
            last = _attached_title(self.blocks, i + 1, self.main)
            self._begin(Draft([block], marks=[block], attachment=_ordinal(block.text), main=self.main))
            self.current.blocks += self.blocks[i + 1 : last]
            _take_title(self.current, self.blocks[i + 1 : last])
            return last
        if block.role in ("note", "attach"):
            return _note(self.blocks, i, self.current)
        if block.short and (title := self._title(i)) is not None:
            self._open(i, title)
            return title.last
        self.current.blocks.append(block)
        return i + 1

    def _open(self, i: int, title: _Title) -> None:
        lead, named = list(self.blocks[i : title.first]), list(self.blocks[title.first : title.last])
        if title.opening is _Opening.ISSUED:
            self.current.blocks += [*lead, *named]
            self.current.signatures += lead
            self.current.inner_titles += named
            return
        if title.opening is _Opening.ATTACHMENT:
            number = _listed(self.main, _joined(named)) or ""
            self._begin(Draft([*lead, *named], marks=lead, attachment=number, main=self.main))
        elif title.opening is _Opening.PART:
            host = _announcer([*self.drafts, self.current], _joined(named))
            self._begin(Draft([*lead, *named], marks=lead, attachment="", main=host))
        else:
            if not self.drafts and not self.current.title and _is_letterhead(self.current.blocks):
                lead = [*self.current.blocks, *lead]
                self.current = Draft([])
            self._begin(Draft([*lead, *named], marks=lead))
        _take_title(self.current, named)

    def _title(self, i: int) -> _Title | None:
        """The title that stands in the run of short lines from `i` on; None where there is none."""
        end = _run(self.blocks, i, 9)
        first = _title_start(self.blocks, i, end)
        core = first
        while core < end - 1 and is_issuers(self.blocks[core].text):
            core += 1
        for last in range(end, core, -1):
            title = _joined(self.blocks[core:last])
            if _titled(title) and not _HEADING_WORDS.match(title) and not title.startswith(("（", "(")):
                opening = self._opening(i, first, core, last, title)
                if opening is not None:
                    bare = opening in (_Opening.ISSUED, _Opening.ATTACHMENT)
                    return _Title(opening, core if bare else first, last)
        return None

    def _opening(self, i: int, first: int, core: int, last: int, title: str) -> _Opening | None:
        """What the title in blocks[core:last] (issuers from `first`) begins; None where it is only a heading."""
        before = self.blocks[i - 1] if i else None
        after = self.blocks[last] if last < len(self.blocks) else None
        name = _key(title)
        current = self.current
        if any(_key(note) == name for host in (current, self.main) if host for note in host.notes):
            return _Opening.ATTACHMENT
        numbered = after is not None and is_doc_no(after)
        names = {name, _key(_joined(self.blocks[first:last]))}
        if current.title and current.attachment is None and names & set(current.issued):
            if kind_of(title) == "解读" and core > first:  # the same title again, by another department
                return _Opening.DOCUMENT
            again = _key(current.title) in names and not any(b.number or b.table for b in current.blocks)
            if again or not numbered:
                return _Opening.ISSUED
        if numbered or (after is not None and is_addressee(after)):
            return _Opening.DOCUMENT
        if before is not None and is_doc_no(before) and not current.title:
            return _Opening.DOCUMENT
        top = self.blocks[core].level == 1
        if after is None and before is not None and not top:
            return None
        begins = _begins_body(after) or (top and before is None)
        if not (_closed(before) or top) or not begins or not (top or core > first or _distinct(title)):
            return None
        if _announces(current, name):
            return _Opening.PART
        if current.attachment is None or not current.title:
            return _Opening.DOCUMENT
        if top:  # a head of the first level inside an attachment: another part of it
            return _Opening.ATTACHMENT
        # behind an attachment: another one of the same kind, unless its main document lists them all
        listed = current.main is not None and bool(current.main.notes)
        return _Opening.DOCUMENT if core > first or "关于" in title or listed else _Opening.ATTACHMENT


def _is_letterhead(blocks: Sequence[Block]) -> bool:
    """Whether what stands above the first title belongs to it: 内部明电, a number, a label; not a text of its own."""
    return len(blocks) <= 10 and all(
        b.table is None and len(b.text) <= 60 and (b.number is None or is_doc_no(b)) and b.text[-1:] not in "。；"
        for b in blocks
    )


def _name_by_first_line(draft: Draft) -> None:
    """Take the first line (or lines, up to a kind of document) as title where no title was recognised."""
    at = 0
    while at < len(draft.blocks) - 1 and draft.blocks[at].role in ("label", "page", "public"):
        at += 1
    first = draft.blocks[at]
    if draft.attachment is not None or first.number is not None or len(draft.blocks) <= at + 1:
        return
    if not (first.level or first.short) or len(first.text) < 2:
        return
    last = at + 1
    for end in range(at + 1, min(at + 4, len(draft.blocks))):
        if kind_of(_joined(draft.blocks[at:end])):
            last = end
            break
        if not draft.blocks[end].short or draft.blocks[end].level:
            break
    _take_title(draft, draft.blocks[at:last])


def _opens_list(blocks: Sequence[Block], i: int) -> bool:
    """附件： followed by a numbered list of titles is a note, not the beginning of an attachment."""
    if blocks[i].text.rstrip()[-1:] not in "：:":
        return False
    after = blocks[i + 1] if i + 1 < len(blocks) else None
    return after is not None and after.number is not None and after.number.rank == 7


def _note(blocks: Sequence[Block], i: int, draft: Draft) -> int:
    """Take in the list of attachments that begins at `i`; returns the index behind it."""
    entry = ""
    first = True
    while i < len(blocks):
        block = blocks[i]
        if not first:
            numbered = bool(_ENTRY.match(block.text))
            listed = numbered and len(block.text) < 90 and block.text[-1:] not in "。；;："
            if not (listed or block.role in ("note", "link") or _goes_on(block, entry)):
                break
            if block.role == "link" and block.text.startswith(("相关", "http")):
                break
        if first or _ENTRY.match(block.text) or block.role == "note":
            if entry:
                draft.notes.append(entry)
            entry = re.sub(
                r"^附\s*件\s*[0-9０-９]{0,2}\s*[：:、.．]?\s*(?:[0-9０-９]{1,2}\s*[．.、]?(?!\d{2,3}\s*年)\s*)?",
                "",
                block.text,
            )
            entry = re.sub(r"^[0-9０-９]{1,2}\s*[．.、：:]\s*", "", entry)
        elif block.role != "link":
            entry += block.text
        draft.blocks.append(Block(block.start, block.end, block.text, block.level, None, None, "note", block.lines))
        first = False
        i += 1
    if entry:
        draft.notes.append(entry)
    return i


def _goes_on(block: Block, entry: str) -> bool:
    """Whether a line continues the last entry of the list: the entry does not yet end in a kind of document."""
    return (
        block.short
        and len(block.text) <= 40
        and not is_issuers(block.text)
        and bool(entry)
        and (kind_of(entry) is None or (block.text.startswith(("（", "(")) and block.text[-1] in "）)"))
    )


def _run(blocks: Sequence[Block], i: int, limit: int) -> int:
    """Index behind the run of title-like lines that begins at `i`."""
    end = i
    marked = end < len(blocks) and blocks[end].level > 0
    while end < len(blocks) and end - i < limit and blocks[end].short and not is_doc_no(blocks[end]):
        if end > i and (blocks[end].level > 0) != marked and not blocks[end].text.startswith(("（", "(")):
            break
        if end > i and blocks[end].level > 0 and _titled(_joined(blocks[i:end])):
            break
        end += 1
    return end


def _attached_title(blocks: Sequence[Block], i: int, main: Draft | None) -> int:
    """Index behind the title that follows 附件1: as the main document lists it, else up to a kind of document."""
    end = _run(blocks, i, 4)
    if end == i:
        return i
    listed = {_key(note) for note in main.notes} if main else set()
    prefixes = range(end, i, -1)
    return next(
        (n for n in prefixes if _key(_joined(blocks[i:n])) in listed),
        next((n for n in prefixes if kind_of(_joined(blocks[i:n]))), i + 1),
    )


def _key(title: str) -> str:
    """A title for comparing: letters and digits only."""
    return _NO_WORD.sub("", loose(title))


def _titled(text: str) -> bool:
    """Ends in a kind of document and is long enough to be more than a heading (认定标准（附…评分细则） is one)."""
    return kind_of(text) is not None and len(_PARENTHESIS.sub("", text)) >= 7 and not re.search("[（(]附", text)


def _joined(blocks: Sequence[Block]) -> str:
    return tidy_title(" ".join(b.text for b in blocks))


def _distinct(title: str) -> bool:
    """Whether a title names its matter, its place or its law: more than a heading such as 保障和促进措施."""
    named = re.search(r"关于|[《“]|^(?:19|20)\d\d\s*年|^中华人民共和国", title)
    return bool(named) or regions.leading_region(title.removeprefix("中共")) is not None


def _announces(draft: Draft, name: str) -> bool:
    """Whether a document says in its text that this is attached: （附河北省“专精特新”中小企业评分细则）."""
    return bool(draft.title) and any(
        len(block.text) < 80 and "附" in block.text[:3] and name in _key(block.text) for block in draft.blocks
    )


def _announcer(drafts: Sequence[Draft], title: str) -> Draft | None:
    """The document, of those before, that announces an attachment of this title."""
    name = _key(title)
    return next((draft for draft in reversed(drafts) if _announces(draft, name)), None)


def _title_start(blocks: Sequence[Block], i: int, end: int) -> int:
    """Where in a run the title with its issuers begins: dividers (第二部分, 工信领域) stand before it."""
    while i < end - 1 and _DIVIDER.match(blocks[i].text):
        i += 1
    about = next(
        (n for n in range(i, end) if re.match(r"^(?:[^，。]{2,30}[ \u3000]?)?(?:关于|印发)", blocks[n].text)), None
    )
    if about is None:
        groups = [
            n
            for n in range(i, end)
            if is_issuers(blocks[n].text) and n + 1 < end and not is_issuers(blocks[n + 1].text)
        ]
        if not groups:
            return i
        about = groups[-1] + 1
    while about > i and is_issuers(blocks[about - 1].text):
        about -= 1
    return about


def _closed(before: Block | None) -> bool:
    """Whether the text before has come to an end."""
    if (
        before is None
        or before.table is not None
        or before.role in ("date", "link", "label", "public", "attach", "note", "page", "form")
    ):
        return True
    return before.text[-1:] in "。；;！：:）)”》，," or is_issuers(before.text)


def _begins_body(after: Block | None) -> bool:
    if after is None:
        return True
    if after.table is not None or after.level or after.role in ("link", "attach", "form") or after.number is not None:
        return True
    return len(after.text) >= 20 and (after.text[-1:] in "。：:；" or bool(_BODY.match(after.text)))


def _take_title(draft: Draft, blocks: Sequence[Block]) -> None:
    """Set title, title blocks and issuers of a document from the lines of its title."""
    if not blocks:
        return
    draft.title_blocks = list(blocks)
    issuers = [b.text for b in blocks]
    while len(issuers) > 1 and is_issuers(issuers[0]):
        draft.issuer_lines.append(issuers.pop(0))
    title = tidy_title(" ".join(issuers))
    if draft.issuer_lines and title.startswith(("关于", "印发")):
        title = tidy_title(" ".join([*draft.issuer_lines, title]))
    if draft.issuer_lines and title.endswith("解读"):
        title = f"{title}（{''.join(draft.issuer_lines)}）"
    if title.startswith("《") and title.endswith("》") and title.count("《") == 1:
        title = title[1:-1]
    draft.title = title


def _listed(main: Draft | None, title: str) -> str | None:
    """The number under which the main document lists an attachment of this title."""
    if main is None:
        return None
    for n, note in enumerate(main.notes, start=1):
        if _key(note) == _key(title):
            return str(n) if len(main.notes) > 1 else ""
    return None


def _ordinal(text: str) -> str:
    match = _ORDINAL.match(text)
    return match.group(1) if match else ""
