"""The heading grammar: how Chinese official texts number their parts, and how deep each kind of number lies.

第X编 ▸ 第X章/第X部分 ▸ 第X节 ▸ 第X条 ▸ 一、 ▸ （一） ▸ 1. 1、 ▸ （1） 1) ▸ ①. Ranks are fixed: a number of a lower rank closes
every open part of its rank and below. 一是/二是 stay inside their paragraph: they are sentences, not parts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_CN = "一二三四五六七八九十百千零〇两"
# after 第X条 these make it a reference in running text (第十一条规定，…), not the beginning of an article
_REFERENCE = r"(?![规的第、，,和及至与所或款中]|项|以外|之外)"
_STYLES: tuple[tuple[str, int, str], ...] = (
    ("编", 1, rf"第[{_CN}\d]+(?:编|分编)(?![制写辑])"),
    ("章", 2, rf"第[{_CN}\d]+(?:章|部分)(?![程])"),
    ("节", 3, rf"第[{_CN}\d]+节(?!能|约)"),
    ("条", 4, rf"第\s*[{_CN}\d]+\s*条(?:之[{_CN}]+)?{_REFERENCE}"),
    ("第、", 5, rf"第[{_CN}]+[、，]"),
    ("一、", 5, rf"(?!一、二、)[{_CN}]+[、．.](?!\d)"),
    ("（一）", 6, rf"[（(][{_CN}]+[）)][、.]?"),
    ("1.", 7, r"[0-9０-９]{1,3}\s*(?:[．、]|\.(?![0-9０-９]))"),
    ("（1）", 8, r"[（(][0-9０-９]{1,3}[）)]|[0-9０-９]{1,3}[)）]"),
    ("①", 9, r"[①-⑳⑴-⒇]"),
)
_NUMBER = re.compile("|".join(f"(?P<s{i}>{pattern})" for i, (_, _, pattern) in enumerate(_STYLES)))
_RANKS = {f"s{i}": (style, rank) for i, (style, rank, _) in enumerate(_STYLES)}
_MARK = re.compile(r"(#{1,6})\s+|\*{2,3}|[-*+]\s+(?=\S)|>\s+")
_LABEL = re.compile(r"[\s、．.，]")
_FIRST_SENTENCE = re.compile(r"[。：:；;]")

UNNUMBERED_HEAD = 5  # 总体目标, 基本思路: heads that lost their number stand where 一、 does
ARTICLE = 4


@dataclass(frozen=True, slots=True)
class Number:
    """A number at the beginning of a block: as written, its style, its rank, and where its text begins."""

    text: str
    style: str
    rank: int
    end: int  # offset in the block's bare text

    @property
    def label(self) -> str:
        """The number without its punctuation, as it goes into an id: 一、 → 一, 1. → 1, （三） stays."""
        return _LABEL.sub("", self.text)


def read_number(text: str) -> Number | None:
    """The number with which `text` (marks stripped) begins, or None."""
    match = _NUMBER.match(text)
    if match is None or match.lastgroup is None:
        return None
    style, rank = _RANKS[match.lastgroup]
    return Number(match.group().strip(), style, rank, match.end())


def strip_marks(text: str) -> tuple[str, int, int]:
    """Text without Markdown marks at its beginning and end; the head's level (0: none); how many characters went."""
    level = 0
    at = 0
    while match := _MARK.match(text, at):
        if match.group(1):
            level = len(match.group(1))
        at = match.end()
    bare = text[at:].rstrip()
    if at and bare.endswith("**"):
        bare = bare.rstrip("*").rstrip()
    elif level and bare.endswith("#"):
        bare = bare.rstrip("#").rstrip()
    return bare, level, at


def head_of(text: str, number: str, limit: int = 40) -> str:
    """What a numbered paragraph is called in the path of those below it: its run-in head, else its number."""
    match = _FIRST_SENTENCE.search(text)
    head = text[: match.start()] if match else text
    return head.strip() if len(head) <= limit else number or head[:limit]
