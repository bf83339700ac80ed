"""Facts read from clauses, each with its span: amounts, dates and deadlines, who is responsible, contacts, honours."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from functools import cache
from pathlib import Path

import yaml

from ingest.amounts import read_amounts, read_dates
from ingest.model import Fact, Node, NodeKind

# 一批, 两种: words, no figures; 6月 is a month of the calendar, not a duration
_IDLE = re.compile(r"^(?:[一二两三]\s*(?:批|种|位|个|家|项|条|次|件|套|户|名|人)|\D*[批种位])$")
_MONTH = re.compile(r"^\d{1,2}\s*月$")
_FIGURE = re.compile(r"\d|[一二三四五六七八九十百千两]")
_DATED = re.compile(r"\d\s*[年月]|\d[-/.]\d")
_DURATIONS = frozenset({"年", "个月", "周", "天", "工作日", "小时"})
_MONEY = frozenset({"元", "美元", "欧元", "日元", "港元"})
_RATES = frozenset({"%", "个百分点"})
_DEADLINE_AFTER = re.compile(r"\s*(?:底\s*)?(?:以?前|之前|截止|止)")
_DEADLINE_BEFORE = re.compile(r"(?:截止(?:时间|日期)?(?:为|是|：|:)?|最晚|不迟于|延长至)\s*$")
_NAMES = r"[\u4e00-\u9fff（）()、，,\s及和与]{2,160}?"
_BRACKETED = re.compile(r"[（(]([^（()）]*(?:[（(][^（()）]*[）)][^（()）]*)*)[）)]")
_ROLE_BEFORE = re.compile(r"(牵头|责任|配合|实施)(?:单位|部门)\s*[：:]\s*([^；。;\n]+)")
_ROLE_AFTER = re.compile(r"([^，,；;]+?)(?:按职责分工)?(负责|牵头负责|牵头|参加|配合|分工负责)$")
_BODY = re.compile(
    r"(?:省|市|区|县|各|人行|河北|国家|石家庄|雄安|财政|税务)?[\u4e00-\u9fff（）()]{0,24}(?:厅|局|委|办|部|行|政府|单位|园区|中心支行|海关|管委会|分局|小组)$"
)
_PHONE = re.compile(r"(?<!\d)(?:0\d{2,3}\s*[-－—]\s*\d{7,8}|1[3-9]\d{9}|[2-8]\d{7})(?!\d)")
_EMAIL = re.compile(r"[A-Za-z0-9._-]+[@＠][A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_PERSON = re.compile(
    r"联\s*系\s*人\s*[：:]\s*([\u4e00-\u9fff]{2,3}(?=\s|联|电|$)(?:\s+(?!电话|联系)[\u4e00-\u9fff]{2,3}(?=\s|$))*)"
)
_CONTACT_NEAR = re.compile(r"联\s*系|电\s*话|咨询|手\s*机|邮\s*箱|受理|窗口|处：")


@cache
def honour_names() -> tuple[str, ...]:
    """The honours and recognitions that policies reward, the longer names first."""
    names = yaml.safe_load(Path(__file__).with_name("honours.yaml").read_text(encoding="utf-8"))["honours"]
    return tuple(sorted(map(str, names), key=len, reverse=True))


@cache
def _honours() -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, honour_names())))


def find(nodes: Sequence[Node]) -> tuple[Fact, ...]:
    """The facts of all clauses and table rows, in the order of the text. Offsets are into the source."""
    out: list[Fact] = []
    for node in nodes:
        if node.kind in (NodeKind.CLAUSE, NodeKind.ROW):
            out += sorted(_facts(node), key=lambda fact: (fact.start, fact.end))
    return tuple(out)


def _facts(node: Node) -> Iterator[Fact]:
    text = node.text
    if _FIGURE.search(text):
        dates = list(_dates(node))
        yield from dates
        taken = [(f.start, f.end) for f in dates]
        for amount in read_amounts(text):
            start, end = node.start + amount.start, node.start + amount.end
            if any(a < end and start < b for a, b in taken):
                continue
            kind = (
                "money"
                if amount.unit in _MONEY
                else "rate"
                if amount.unit in _RATES
                else "duration"
                if amount.unit in _DURATIONS
                else "count"
            )
            if (kind == "count" and (not amount.unit or _IDLE.match(amount.text))) or _MONTH.match(amount.text):
                continue
            yield Fact(node.id, kind, amount.text, start, end, amount.value, amount.upper, amount.unit, amount.bound)
    yield from _departments(node)
    yield from _contacts(node)
    for match in _honours().finditer(text):
        yield _span(node, "honour", match.start(), match.end())


def _span(node: Node, kind: str, start: int, end: int, unit: str = "") -> Fact:
    return Fact(node.id, kind, node.text[start:end], node.start + start, node.start + end, unit=unit)


def _dates(node: Node) -> Iterator[Fact]:
    if not _DATED.search(node.text):
        return
    for mention in read_dates(node.text):
        due = _DEADLINE_AFTER.match(node.text, mention.end) or _DEADLINE_BEFORE.search(
            node.text, max(0, mention.start - 10), mention.start
        )
        whole = mention.month is None and mention.dom is None and mention.year is not None
        yield Fact(
            node.id,
            "deadline" if due else "date",
            mention.text,
            node.start + mention.start,
            node.start + mention.end,
            value=Decimal(mention.year) if whole and mention.year is not None else None,
            unit="年份" if whole else "",
            day=mention.day,
        )


def _departments(node: Node) -> Iterator[Fact]:
    text = node.text
    seen: set[int] = set()
    for match in _ROLE_BEFORE.finditer(text):
        for start, end in _listed(text, match.start(2), match.end(2)):
            seen.add(start)
            yield _span(node, "department", start, end, match.group(1))
    for bracket in _BRACKETED.finditer(text):
        if not any(word in bracket.group(1) for word in ("负责", "牵头", "参加", "责任单位")):
            continue
        at = bracket.start(1)
        for part in re.split(r"(?<=负责)[，,；;]|(?<=牵头)[，,；;]|(?<=参加)[，,；;]", bracket.group(1)):
            role = re.search(r"(?:按职责)?(?:分工)?(负责|牵头负责|牵头|参加)$", part)
            if role:
                for start, end in _listed(text, at, at + role.start()):
                    if start not in seen:
                        yield _span(node, "department", start, end, role.group(1))
            at += len(part) + 1


def _listed(text: str, start: int, end: int) -> Iterable[tuple[int, int]]:
    """Spans of the names in a list 省科技厅、省财政厅，各市政府; what stands in brackets stays with its name."""
    depth = 0
    begin = start
    for at in range(start, end + 1):
        char = text[at] if at < end else "、"
        if char in "（(":
            depth += 1
        elif char in "）)":
            if depth == 0:
                char, end = "、", at
            else:
                depth -= 1
        if (char in "、，," and depth == 0) or at == end:
            left, right = begin, at
            while left < right and text[left].isspace():
                left += 1
            while right > left and text[right - 1].isspace():
                right -= 1
            if 2 <= right - left <= 40:
                yield left, right
            begin = at + 1
            if at >= end:
                return


def _contacts(node: Node) -> Iterator[Fact]:
    text = node.text
    for match in _EMAIL.finditer(text):
        yield _span(node, "contact", match.start(), match.end(), "邮箱")
    if not _CONTACT_NEAR.search(text):
        return
    for match in _PHONE.finditer(text):
        yield _span(node, "contact", match.start(), match.end(), "电话")
    for match in _PERSON.finditer(text):
        yield _span(node, "contact", match.start(1), match.end(1), "联系人")
