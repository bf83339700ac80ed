"""What a document says of itself: the elements of GB/T 9704, dates, validity, place. None where the text says nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from ingest import regions
from ingest.clauses import slug
from ingest.documents import Draft, bodies, is_doc_no, is_issuers, kind_of
from ingest.model import Document, Node, NodeKind, Source

_DIGITS = {c: i for i, c in enumerate("〇一二三四五六七八九")} | {"零": 0, "○": 0, "0": 0, "０": 0, "两": 2}
_DAY = r"((?:19|20)\d{2})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*[日号]"
_DATE = re.compile(_DAY)
_CN_DATE = re.compile(
    r"([二一][〇○零0０一二三四五六七八九]{3})年([一二三四五六七八九十]{1,3})月([一二三四五六七八九十]{1,3})[日号]"
)
_FORCE = re.compile(
    rf"(?:本[\u4e00-\u9fff]{{1,10}}?|公布，|发布，|^)自\s*(?:(?P<day>{_DAY})|(?P<issue>(?:发布|印发|公布|下发|颁布)(?:之日)?))\s*(?:起|开始)+"
    r"(?:施行|执行|实施|生效)"
    r"(?:，?(?:有效期|执行期限?)(?:为|至)?\s*(?P<years>[\d一二三四五]{1,2})\s*年|，?试行期到\s*(?P<until>\d{4})\s*年"
    rf"|，?(?:有效期)?至\s*(?P<end>{_DAY}))?"
)
_RANGE = re.compile(rf"(?:自|在)?\s*{_DAY}(?:起)?\s*(?:至|到|—|－|-)\s*{_DAY}")
_SINCE = re.compile(rf"\s*一、\s*自\s*{_DAY}\s*起，")
_SPAN = re.compile(
    r"^\s*(20\d{2})年至(20\d{2})年，|本[\u4e00-\u9fff]{2,6}[（(](20\d{2})\s*[—–－-]+\s*(20\d{2})\s*年[）)]"
)
_YEARS = re.compile(r"[（(]?(20\d{2})\s*年?\s*[—–－―-]+\s*(20\d{2})\s*年?(?:度)?[）)]?")
_SPLIT = re.compile(r"[，,；;](?![^（(]*[）)])")
_FILE_DATE = re.compile(r"[（(]((?:19|20)\d{2}-\d{2}-\d{2})[）)]")
_ORDER = re.compile(r"[\u4e00-\u9fff]{0,12}(?:国务院|主席|部|委员会|总局|人民政府)令第?\s*\d+\s*号")
_PROMULGATED = re.compile(rf"{_DAY}.{{0,80}}?(?:公布|发布|通过|修正|修订)")
_IN_FORCE = re.compile(rf"{_DAY}\s*起?(?:施行|实施)")


def read_day(text: str) -> date | None:
    """The first calendar date in `text` (2018年8月24日, 二00八年九月八日), None where there is none or no such day exists."""
    if match := _DATE.search(text):
        return _day(*match.groups())
    if match := _CN_DATE.search(text):
        year = int("".join(str(_DIGITS[c]) for c in match.group(1)))
        return _day(year, _cn_number(match.group(2)), _cn_number(match.group(3)))
    return None


def _day(year: str | int, month: str | int, day: str | int) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _real(day: str) -> bool:
    year, month, dom = day.split("-")
    return _day(year, month, dom) is not None


def _cn_number(text: str) -> int:
    tens, _, ones = text.rpartition("十")
    if "十" not in text:
        return _DIGITS.get(text, 0)
    return (_DIGITS[tens] if tens else 1) * 10 + (_DIGITS[ones] if ones else 0)


def split_issuers(text: str) -> tuple[str, ...]:
    """Names of bodies written one after another: 财政部　国家税务总局国家发展改革委 → three."""
    national = "|".join(map(re.escape, bodies()["national"]))
    boundary = re.compile(
        rf"(?<=[厅室部局委府院会])(?=中共|{national}|[\u4e00-\u9fff]{{2,3}}[省市](?:人民政府|[\u4e00-\u9fff]{{2,8}}厅))"
    )
    out: list[str] = []
    for word in text.split():
        for part in boundary.split(word):
            if (
                out
                and out[-1].endswith("总局")
                and not out[-1].startswith("中共")
                and part.startswith(tuple(_provinces()))
            ):
                out[-1] += part  # 国家税务总局河北省税务局 is one body
            elif part:
                out.append(part)
    return tuple(out)


def _provinces() -> list[str]:
    return [name for name, place in regions.places().items() if place.code.endswith("0000")]


def describe(source: Source, draft: Draft, main: Document | None, ids: set[str]) -> Document:
    """The document as its header tells it. Its id is new to `ids`, which it joins."""
    title = draft.title or _stem(source.name)
    numbers = [b for b in draft.blocks[:40] if b.table is None and is_doc_no(b)]
    doc_no = _tidy_number(numbers[0].text) if numbers else None
    relation = None
    if draft.attachment is not None:
        relation = "附件"
    elif kind_of(title) == "解读":
        relation = "解读"
    if doc_no and relation is None:
        wanted = doc_no
    elif relation == "附件" and main is not None and main.doc_no:
        wanted = f"{main.id}附件{draft.attachment or ''}"
    else:
        wanted = slug(title)
        if (dated := _FILE_DATE.search(source.name)) and dated.group(1) not in wanted:
            wanted += f"({dated.group(1)})"
    document_id, n = wanted[:120], 1
    while document_id in ids:
        n += 1
        document_id = f"{wanted[:120]}~{n}"
    ids.add(document_id)
    issuers: list[str] = []
    for line in draft.issuer_lines or [_issuers_in_title(title)]:
        issuers += split_issuers(line)
    kind = kind_of(title) or ("附件" if relation == "附件" else "文件")
    first, last = draft.blocks[0], draft.blocks[-1]
    return Document(
        id=document_id,
        source=source.name,
        start=first.start,
        end=last.end,
        title=title,
        kind=kind,
        doc_no=doc_no,
        issuers=tuple(issuers),
        relation=relation,
        main_id=main.id if main is not None and relation == "附件" else None,
    )


def _stem(name: str) -> str:
    return re.sub(r"\.[A-Za-z0-9]{1,5}$", "", name)


def _tidy_number(text: str) -> str:
    text = re.sub(r"\s", "", text).strip("（）()") if text[:1] in "（(" else re.sub(r"\s", "", text)
    return re.sub(r"[﹝\[［【（(〈](\d{4})[〕﹞\]］】）)〉]", r"〔\1〕", text)


def _issuers_in_title(title: str) -> str:
    head = re.split(r"关于|印发", title)[0].strip()
    return head if head and head != title and is_issuers(head) else ""


def complete(document: Document, nodes: Sequence[Node], main: Document | None, source: Source) -> Document:
    """The document with what its text says: addressees, signature, dates, validity, place."""
    addressees = tuple(
        part.strip()
        for node in nodes
        if node.kind is NodeKind.ADDRESSEE
        for part in _SPLIT.split(re.sub(r"\s", "", node.text).rstrip("：:"))
        if part.strip()
    )
    signatures = [n.text for n in nodes if n.kind is NodeKind.SIGNATURE]
    signed = next((day for text in reversed(signatures) if (day := read_day(text))), None)
    published = valid_from = valid_to = None
    if any(n.kind is NodeKind.FURNITURE and n.text.startswith("<!--") for n in nodes):
        signed = None
        for text in signatures:
            if match := _PROMULGATED.search(text):
                published = _day(*match.groups()[:3]) or published
            if match := _IN_FORCE.search(text):
                valid_from = _day(*match.groups()[:3]) or valid_from
            if document.doc_no is None and (order := _ORDER.search(text)):
                document = replace(document, doc_no=re.sub(r"\s", "", order.group()))
    if published is None and (dated := _FILE_DATE.search(source.name)) and document.relation is None:
        published = date.fromisoformat(dated.group(1)) if _real(dated.group(1)) else None
    issuers = document.issuers
    if not issuers and document.relation != "附件":
        issuers = tuple(name for text in signatures if is_issuers(text) for name in split_issuers(text))
    issuers = tuple(dict.fromkeys(_issuers_alias(name) for name in issuers))
    document = replace(
        document,
        addressees=addressees,
        issuers=issuers,
        signed=signed,
        published=published,
        region=_region(document, issuers),
    )
    issuers = tuple(_with_province(name, document.region) for name in issuers)
    start, end = _validity(document, nodes, signed or published or (main.signed if main else None))
    return replace(document, issuers=issuers, valid_from=valid_from or start, valid_to=valid_to or end)


def _issuers_alias(name: str) -> str:
    aliases = bodies()["aliases"]
    return str(aliases.get(name, name)) if isinstance(aliases, dict) else name


def _with_province(name: str, region: str | None) -> str:
    """省财政厅 → 河北省财政厅, where the document's place is known."""
    if region is not None and name.startswith("省") and region.endswith("省"):
        return region + name[1:]
    return name


def _region(document: Document, issuers: tuple[str, ...]) -> str | None:
    title = document.title
    if title.startswith("中华人民共和国"):
        return regions.NATION
    if found := regions.leading_region(title.removeprefix("中共")):
        return found
    for issuer in issuers:
        bare = issuer.removeprefix("中共").removeprefix("国家税务总局")
        if found := regions.leading_region(bare):
            return found
    number = document.doc_no or ""
    known = bodies()
    if any(number.startswith(prefix) for prefix in known["doc_no"]):
        return regions.NATION
    if number and (found := regions.of_doc_no(number)):
        return found
    if any(issuer.startswith(tuple(known["national"])) for issuer in issuers):
        return regions.NATION
    named = regions.find_regions(title)
    return named[0] if len(named) == 1 else None


def _validity(document: Document, nodes: Sequence[Node], issued: date | None) -> tuple[date | None, date | None]:
    """From and to, as the text gives them: 自…起施行, 有效期…年, 自…至…, the years in the title."""
    start = end = None
    numbered = 0
    brief = sum(bool(node.number) and node.citable for node in nodes) <= 3
    for node in nodes:
        if not node.citable or node.kind is NodeKind.TABLE:
            continue
        text = node.text
        if "起" in text and (match := _FORCE.search(re.sub(r"\s", "", text))):
            start = read_day(match["day"]) if match["day"] else issued
            if match["years"] and start:
                end = _years_on(start, match["years"])
            elif match["until"]:
                end = date(int(match["until"]), 12, 31)
            elif match["end"]:
                end = read_day(match["end"])
        numbered += bool(node.number)
        if numbered <= 1 and start is None:
            found = _RANGE.search(text)
            if found and _leads(text, found) and (found.start() < 40 or brief):
                parts = found.groups()
                start, end = _day(*parts[:3]), _day(*parts[3:])
            elif numbered == 1 and (since := _SINCE.match(text)):
                start = _day(*since.groups())
            elif years := _SPAN.search(text[:400]):
                first, last = (
                    (int(y) for y in years.groups()[:2]) if years.group(1) else (int(y) for y in years.groups()[2:])
                )
                start, end = date(first, 1, 1), date(last, 12, 31)
    if start is None and end is None and (match := _YEARS.search(document.title)):
        start, end = date(int(match.group(1)), 1, 1), date(int(match.group(2)), 12, 31)
    return start, end


def _leads(text: str, match: re.Match[str]) -> bool:
    """Whether a period of time at the beginning of the first rule is that of the whole document."""
    return bool(re.match(r"\s*(?:一、)?", text)) and (
        "自" in match.group()[:2] or "期间" in text[match.end() : match.end() + 4]
    )


def _years_on(start: date, years: str) -> date:
    n = int(years) if years.isdigit() else _cn_number(years)
    try:
        return start.replace(year=start.year + n) - timedelta(days=1)
    except ValueError:  # 29 February
        return start.replace(year=start.year + n, day=28)


def settle(documents: Sequence[Document]) -> list[Document]:
    """Attachments take over from their main document what they do not say themselves; places get code and level."""
    done: dict[str, Document] = {}
    for document in documents:
        main = done.get(document.main_id or "")
        if main is not None and document.relation == "附件":
            document = replace(
                document,
                doc_no=document.doc_no or main.doc_no,
                issuers=document.issuers or main.issuers,
                region=document.region or main.region,
                signed=document.signed or main.signed,
                published=document.published or main.published,
                valid_from=document.valid_from or main.valid_from,
                valid_to=document.valid_to or main.valid_to,
            )
        place = regions.place(document.region) if document.region else None
        if place is not None:
            document = replace(document, region=place.name, region_code=place.code, level=place.level)
        done[document.id] = document
    return list(done.values())
