"""Blocks: what a reader sees as one paragraph, one heading line or one table, hard-wrapped lines joined."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from ingest.model import Source
from ingest.structure import Number, read_number, strip_marks
from ingest.tables import Line, Table, find_tables, split_lines
from ingest.text import unwrap

_LINK = re.compile(
    r"^(?:相关链接\s*[：:]?\s*)?(?:https?://\S+|www\.\S+|/\S+\.(?:docx?|xlsx?|pdf|html?))$|^相关链接\s*[：:]?$"
)
_LABEL = re.compile(r"^\[[^\[\]]{2,10}\]$|^<!--.*-->$|^【[^【】]{2,10}】$")
_PAGE = re.compile(r"^[-—－–\s·]*\d{1,4}[-—－–\s·]*$|^第\s*\d+\s*页(?:\s*[,，/共]\s*(?:共?\s*\d+\s*页?))?$")
_PUBLIC = re.compile(r"^[（(]?此件.{0,14}[）)]?$")
_INVISIBLE = re.compile(r"^[\u200b-\u200f\u2060\ufeff\s]+$")
_MADE = re.compile(r"^\S{2,30}(?:厅|局|委|部|委员会|办公室)(?:监?制|编印|印制|印发)$")
_CN_DIGIT = "二三四五六七八九十一〇零○00０"
_DATE = re.compile(
    rf"^(?:\d{{4}}|[{_CN_DIGIT}]{{4}})\s*年\s*[\d{_CN_DIGIT}]{{1,3}}\s*月\s*[\d{_CN_DIGIT}]{{1,3}}\s*[日号]$"
)
_ATTACH = re.compile(r"^附\s*(?:件|表|录|则件)?\s*[0-9０-９一二三四五六七八九十]{0,3}\s*[：:]?$")
_NOTE = re.compile(
    r"^附\s*件\s*(?:[0-9０-９]{1,2}\s*)?[：:、]\s*\S|^附\s*件\s*[0-9０-９]{1,2}\s*[.．、：:]\s*\S|^附\s*件\s*[：:]$"
)
_FORM = re.compile(r"(?:\\?_){3,}|[：:]\s{6,}\S{2,10}[：:]$|^[\u4e00-\u9fff]{2,8}（(?:盖章|签字)）\s*[：:]")
_DIVIDER = re.compile(r"^第[一二三四五六七八九十]+(?:部分|篇|辑)$|^\[[^\[\]]{2,10}\]$")
_TERMINAL = "。；;！!？?：:"
_CLOSERS = "”’）)】》」"


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, a heading line or a table. `text` is one line without Markdown marks: for reading, not for citing."""

    start: int
    end: int
    text: str
    level: int = 0  # Markdown head level, 0 where it is none
    number: Number | None = None
    table: Table | None = None
    role: str = ""  # link | label | page | public | date | attach | note | form | ""
    lines: int = 1

    @property
    def short(self) -> bool:
        """Could be a line of a title: no number, no sentence."""
        text = self.text
        if _DIVIDER.match(text) and self.table is None:
            return True
        if self.table is not None or self.role or not text or len(text) > 64 or re.search("[：:](?!$)", text):
            return False
        if self.number is not None and self.number.rank != 7:  # 2019年…, 10条 may begin a title
            return False
        if self.number is not None and self.number.text[-1:] in ".．、":
            return False
        if text[-1] in ".,，、" and (text.count("《") > text.count("》") or text.count("（") > text.count("）")):
            return True
        return text[-1] not in "。；;！!？?：:，,、" and "。" not in text and "；" not in text


def read_blocks(source: Source) -> list[Block]:
    """All non-blank characters of a source as blocks, in order."""
    text = source.text
    lines = split_lines(text)
    tables = find_tables(text, lines, source.tables)
    blocks: list[Block] = []
    loose: list[Line] = []
    width = wrap_width([line for line in lines if not line.blank])
    t = 0
    for line in lines:
        while t < len(tables) and tables[t].end <= line.start:
            blocks += _paragraphs(text, loose, width)
            loose = []
            blocks.append(Block(tables[t].start, tables[t].end, "", table=tables[t]))
            t += 1
        if t < len(tables) and line.end > tables[t].start and line.start < tables[t].end:
            continue
        if not line.blank:
            loose.append(line)
    blocks += _paragraphs(text, loose, width)
    blocks += [Block(table.start, table.end, "", table=table) for table in tables[t:]]
    return blocks


def wrap_width(lines: list[Line]) -> int | None:
    """The width (in half-width columns) at which the lines of a text are hard-wrapped; None where they are not."""
    widths = Counter(min(_width(line.raw.strip()), 400) // 2 for line in lines)
    total = sum(widths.values())
    if total < 20:
        return None
    best = max(range(20, 61), key=lambda w: widths[w] + widths[w - 1] + widths[w + 1])
    crowd = widths[best] + widths[best - 1] + widths[best + 1]
    beyond = sum(n for w, n in widths.items() if w > best + 2)
    return best * 2 if crowd >= 0.3 * total and beyond <= 0.03 * total else None


def _width(text: str) -> int:
    return len(text.encode("gb18030", "replace"))  # two bytes for what is two columns wide


def _paragraphs(text: str, lines: list[Line], width: int | None) -> list[Block]:
    groups: list[list[Line]] = []
    for line in lines:
        if groups and _joins(text, groups[-1], line, width):
            groups[-1].append(line)
        else:
            groups.append([line])
    return [_block(text, group) for group in groups]


def _joins(text: str, group: list[Line], line: Line, width: int | None) -> bool:
    """Whether `line` goes on with the paragraph of `group`."""
    last = group[-1]
    before, after = text[last.start : last.end], text[line.start : line.end]
    bare, level, _ = strip_marks(after)
    if level or _role(bare) or before.startswith("#") or _role(strip_marks(before)[0]):
        return False
    terminal = before.rstrip(_CLOSERS)[-1:] in _TERMINAL or before[-1:] in _TERMINAL
    number = read_number(bare)
    if width is not None:
        size = _width(before)
        whole = before if len(group) == 1 else text[group[0].start : last.end]
        if size < 0.8 * width:
            return False
        if not terminal and _open_bracket(before):
            return True  # （附件 ⏎ 1）…
        if number is not None:  # a wrapped line may begin with a number by chance: 第十一条规定, 2. of 12.
            return False
        if not terminal:
            return size >= 0.8 * width and not (len(whole) < 60 and after.startswith("附件"))
        return size >= width - 3 and _width(after) >= 8
    if number is not None or terminal or len(before) < 45:
        return False
    return any(mark in before for mark in "，。；") and (before[-1] in "，、," or _mid_sentence(before))


def _open_bracket(line: str) -> bool:
    """Whether a line ends inside brackets."""
    return any(line.rfind(a) > line.rfind(b) for a, b in ("（）", "《》", "()"))


def _mid_sentence(line: str) -> bool:
    """A long line that breaks off inside a sentence: pages of a scanned file end so."""
    begun = "\u4e00" <= line[-1] <= "\u9fff" and any(mark in line[:-1] for mark in "。；")
    return begun or line.count("“") > line.count("”")


def _block(text: str, group: list[Line]) -> Block:
    start, end = group[0].start, group[-1].end
    bare, level, _ = strip_marks(text[start:end])
    flat = unwrap(bare) if len(group) > 1 else bare
    role = _role(flat)
    return Block(start, end, flat, level, None if role else read_number(flat), None, role, len(group))


def _role(text: str) -> str:
    """What a line is that is no part of the text: link, label, date …; empty for text."""
    if len(text) > 90 and not text.startswith(("http", "www", "相关", "<!--")):
        return ""
    if _LINK.match(text):
        return "link"
    if _LABEL.match(text):
        return "label"
    if _DATE.match(text):
        return "date"
    if _ATTACH.match(text):
        return "attach"
    if len(text) < 90 and _NOTE.match(text):
        return "note"
    if _PAGE.match(text) or _INVISIBLE.match(text):
        return "page"
    if _PUBLIC.match(text) or _MADE.match(text):
        return "public"
    if len(text) < 90 and _FORM.search(text):
        return "form"
    return ""
