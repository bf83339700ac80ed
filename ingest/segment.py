"""Hedge segmenter."""
from __future__ import annotations
import re
from dataclasses import dataclass
from datetime import date
from ingest.model import Document, Node, NodeKind, Parsed, Source

VERSION = "hedge-1"
_END = "。；！？!?;:："
_NUM = re.compile(r"(第[一二三四五六七八九十百零]+[编章节条]|[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十]{1,3}[)）]|\d{1,2}[、．.](?!\d)|[（(]\d{1,2}[)）]|[①-⑳]|#{1,6}\s)")
_LEVEL = [(r"第.+编", 1), (r"第.+章", 2), (r"第.+节", 3), (r"第.+条", 4), (r"[一二三四五六七八九十]{1,3}、", 2), (r"[（(][一二三四五六七八九十]", 4), (r"\d{1,2}[、．.]", 5), (r"[（(]\d", 6), (r"[①-⑳]", 7)]
_DOCNO = re.compile(r"^\s*(?:[\u4e00-\u9fff]{1,12}[〔\[﹝]\s*\d{4}\s*[〕\]﹞]\s*\d+\s*号|国家税务总局公告\d{4}年第\d+号)\s*$")
_DATE = re.compile(r"^\s*(\d{4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日\s*$")
_ATT = re.compile(r"^\s*附件\s*\d*\s*[:：]?\s*$")
_TITLE_END = re.compile(r"(通知|意见|办法|方案|公告|函|解读|标准|细则|措施|规定|计划|要点|政策(（?\(?试行\)?）?)?|分解表|若干意见|目录|范围|[（(](试行|暂行)[)）]|[（(]\d{4}[－—-]\d{4}\s*年?[)）])$")
_LINK = re.compile(r"^\s*(相关链接[:：]?)?\s*(https?://\S+)?\s*$")

@dataclass
class P:
    start: int
    end: int
    text: str   # raw
    flat: str   # no whitespace


def paragraphs(text: str) -> list[P]:
    lines = []
    for m in re.finditer(r"[^\n]+", text):
        s = m.group()
        if s.strip():
            a = m.start() + len(s) - len(s.lstrip()); b = m.start() + len(s.rstrip())
            lines.append(P(a, b, text[a:b], re.sub(r"\s+", "", s)))
    long = sorted(len(p.flat) for p in lines if len(p.flat) > 25)
    wrapped = bool(long) and long[int(len(long) * 0.95)] <= 60
    if not wrapped:
        return lines
    out: list[P] = []
    for p in lines:
        if out:
            q = out[-1]
            qlast = q.text.split("\n")[-1]
            if (q.flat[-1] not in _END and len(re.sub(r"\s+", "", qlast)) >= 20 and not _NUM.match(p.flat) and not _LINK.match(p.text) and not _LINK.match(q.text) and not _DOCNO.match(p.text) and not _DATE.match(p.text) and "http" not in q.text) :
                q.end = p.end; q.text = text[q.start:q.end]; q.flat = re.sub(r"\s+", "", q.text)
                continue
        out.append(P(p.start, p.end, p.text, p.flat))
    return out


def titleish(p: P) -> bool:
    f = p.flat
    return 3 <= len(f) <= 70 and f[-1] not in _END + "，、" and not _NUM.match(f) and not _DATE.match(p.text) and not _LINK.match(p.text) and "\t" not in p.text and not _ATT.match(p.text) and not f.isdigit()


def region_of(title: str, issuers: str, source_default):
    t = title + issuers
    for k, v in (("蓟州", "天津市蓟州区"), ("宁波", "宁波市"), ("甬", "宁波市"), ("山西", "山西省"), ("晋科", "山西省"), ("北京", "北京市"), ("天津", "天津市"), ("辽宁", "辽宁省"), ("河北", "河北省"), ("冀", "河北省"), ("我省", "河北省")):
        if k in t:
            return v
    if re.search(r"财税|国家税务总局|财政部|税务总局|国务院|国家发展改革委|中共中央|产业结构调整", t):
        return "全国"
    return source_default


def parse(source: Source, catalog=None) -> Parsed:
    text = source.text
    ps = paragraphs(text)
    starts: dict[int, tuple[int, str]] = {}  # first paragraph -> (title end index exclusive, relation)
    i = 0
    while i < len(ps):
        p = ps[i]
        if _DOCNO.match(p.text):
            j = i
            while j > 0 and titleish(ps[j - 1]) and i - j < 6 and (j - 1) not in starts:
                j -= 1
            starts[j] = (i + 1, ""); i += 1; continue
        if _ATT.match(p.text):
            j = i + 1
            while j < len(ps) and titleish(ps[j]) and j - i < 5 and len(ps[j].flat) < 50:
                j += 1
            starts[i] = (max(j, i + 1), "附件"); i = j; continue
        if titleish(p) and (i == 0 or ps[i-1].flat[-1] in "。；）)号" or _DATE.match(ps[i-1].text) or _LINK.match(ps[i-1].text) or titleish(ps[i-1])):
            j = i
            while j < len(ps) and titleish(ps[j]) and j - i < 5:
                j += 1
            block = "".join(x.flat for x in ps[i:j])
            nxt = ps[j] if j < len(ps) else None
            if _TITLE_END.search(block) and nxt is not None and not _DOCNO.match(nxt.text) and (len(nxt.flat) > 40 or nxt.flat.endswith(("：", ":")) or _NUM.match(nxt.flat)) and len(block) <= 120 and len(block) >= 8:
                starts[i] = (j, ""); i = j; continue
        i += 1
    if 0 not in starts:
        starts[0] = (1 if ps and titleish(ps[0]) else 0, "")
    order = sorted(starts)
    docs: list[Document] = []; nodes: list[Node] = []
    ids: set[str] = set()
    default = {"000": "河北省", "001": "河北省", "002": "河北省", "003": "天津市蓟州区"}.get(source.name[:3])
    main: Document | None = None
    for n, a in enumerate(order):
        b = order[n + 1] if n + 1 < len(order) else len(ps)
        tend, relation = starts[a]
        head = ps[a:tend]
        docno = next((re.sub(r"\s", "", h.text) for h in head if _DOCNO.match(h.text)), None)
        title = "".join(h.flat for h in head if not _DOCNO.match(h.text) and not _ATT.match(h.text)) or (ps[a].flat[:30])
        did = base = (docno or title[:40]).replace("/", "") or f"{source.name}-{a}"
        k = 2
        while did in ids:
            did = f"{base}~{k}"; k += 1
        ids.add(did)
        signed = None
        for p in ps[a:b]:
            if m := _DATE.match(p.text):
                try: signed = date(*map(int, m.groups()))
                except ValueError: pass
        region = region_of(title, docno or "", default) if source.name[:3] in ("001", "004") else default
        if relation == "附件" and main is not None and region_of(title, "", None) is None:
            region = main.region
        kind = next((k for k in ("解读", "通知", "意见", "办法", "公告", "方案", "标准", "细则", "措施", "计划", "函") if k in title[-8:]), "附件" if relation else "其他")
        d = Document(id=did, source=source.name, start=ps[a].start, end=ps[b - 1].end, title=title, kind=kind, doc_no=docno, region=region, signed=signed, main_id=main.id if relation and main else None, relation=relation or ("解读" if kind == "解读" else None))
        docs.append(d)
        if not relation: main = d
        stack: list[tuple[int, Node]] = []
        counts: dict[str, int] = {}
        o = 0
        def add(kind, p, number="", parent=None, path=()):
            nonlocal o
            pid = (parent.id if parent else did) + "/" + (number or "p")
            counts[pid] = counts.get(pid, 0) + 1
            nid = pid if number and counts[pid] == 1 else f"{pid}{'~' if number else ''}{counts[pid]}"
            node = Node(nid, did, parent.id if parent else None, o, kind, number, path, p.start, p.end, text[p.start:p.end]); o += 1
            nodes.append(node); return node
        for x in range(a, b):
            p = ps[x]
            if x < tend:
                add(NodeKind.DOC_NO if _DOCNO.match(p.text) else NodeKind.TITLE, p); continue
            if _LINK.match(p.text): add(NodeKind.LINK, p); continue
            if _DATE.match(p.text): add(NodeKind.SIGNATURE, p); continue
            m = _NUM.match(p.flat)
            if m:
                number = m.group().strip("、．.")
                level = next((l for r, l in _LEVEL if re.match(r, m.group())), 3)
                if number.startswith("#"): level = 1; number = p.flat[:12]
                while stack and stack[-1][0] >= level: stack.pop()
            parent = stack[-1][1] if stack else None
            path = tuple(re.sub(r"\s+", "", s.text)[:40] for _, s in stack)
            heading = (m and len(p.flat) < 40 and p.flat[-1] not in "。；;")
            node = add(NodeKind.HEADING if heading else NodeKind.CLAUSE, p, number if m else "", parent, path)
            if m: stack.append((level, node))
    return Parsed(source=source, documents=tuple(docs), nodes=tuple(nodes))
