"""A match as people read it: text for the command line, Markdown, and a Word file. Strangers' words are escaped."""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any

from .model import APPLIES, DOES_NOT, FAILED, MAY_APPLY, MET, OPEN, MatchReport, Policy

_HEADS = {
    APPLIES: "一、适用的政策",
    MAY_APPLY: "二、可能适用的政策（缺信息）",
    DOES_NOT: "三、不适用的政策",
}
_MARKS = {MET: "✓", FAILED: "✗", OPEN: "？"}
_SAID = "原文未载"
CLOSING = "由“政策问答”依据所引条款生成，不是审批结论；申报前请核对原文与有效期。"
SHOWN = 12  # questions worth answering that are listed


def validity(policy: Policy) -> str:
    """有效 / 已到期 … with the days the text gives."""
    v = policy.validity
    days = [f"自{v.valid_from}"] if v.valid_from else []
    days.append(f"至{v.valid_to}" if v.valid_to else "止期原文未载")
    return f"{v.status}（{'，'.join(days)}）"


def worth(policy: Policy) -> str:
    """The certain amount, or the possible one said as such; "" where there is neither."""
    if policy.amount:
        label = "" if policy.amount.label.startswith("金额") else f"{policy.amount.label}："
        return f"{label}{policy.amount.text}"
    return f"若条件都符合：{policy.possible.text}" if policy.possible else ""


def heading(policy: Policy) -> str:
    """The policy's title with what it is for."""
    return f"{policy.title}——{policy.what}" if policy.what else policy.title


def departments(policy: Policy) -> str:
    """Departments with their part, as the clauses name them; 原文未载 where they name none."""
    said = [f"{d.department}（{d.part}）" if d.part else d.department for d in policy.departments]
    return "、".join(dict.fromkeys(said)) or _SAID


def deadlines(policy: Policy) -> str:
    """Deadlines in the words of the clauses; 原文未载 where there are none."""
    return "；".join(d.text for d in policy.deadlines) or _SAID


def source(policy: Policy) -> str:
    """《文件》（文号）."""
    return f"《{policy.document}》{f'（{policy.doc_no}）' if policy.doc_no else ''}"


def summary(report: MatchReport) -> str:
    """One line: where, when, how many."""
    counts = "，".join(f"{status} {count} 项" for status, count in report.counts().items())
    return f"{report.region}，按{report.as_of}判断：{counts}"


# --- text ---------------------------------------------------------------------------------------------------------------


def show(report: MatchReport) -> str:
    """The report for the command line."""
    lines = [f"政策匹配{f'：{_line(report.name)}' if report.name else ''}", summary(report)]
    lines += [f"注意：{_line(w)}" for w in report.warnings]
    for status in (APPLIES, MAY_APPLY, DOES_NOT):
        lines += ["", _HEADS[status]]
        if not report.of(status):
            lines.append("  （无）")
        for region, group, expired, policies in report.groups(status):
            lines.append(f"  【{region} · {group}{' · 已到期' if expired else ''}】")
            for policy in policies:
                lines += [f"    {line}" for line in _text(policy)]
    if report.alternatives:
        lines += ["", "只能择一的政策"]
        lines += [f"  · {'  或  '.join(group)}" for group in _titles(report)]
    if report.wanted:
        lines += ["", "补充这些信息可判断更多政策（填在 inputs 里）"]
        lines += [
            f"  {w.input}  {w.label}{f'（{w.unit}）' if w.unit else ''}  {w.policies} 项" for w in report.wanted[:SHOWN]
        ]
    lines += ["", "政策日历"]
    lines += [f"  {line}" for line in _calendar(report)] or ["  （无）"]
    return "\n".join([*lines, "", CLOSING])


def _text(policy: Policy) -> Iterator[str]:
    money = worth(policy)
    yield f"· {heading(policy)}{f'  {money}' if money else ''}"
    if policy.status == DOES_NOT:
        yield f"    {policy.reason}"
        if policy.clauses:
            yield f"    依据 {source(policy)}，条款 {policy.clauses[0].clause_id}"
        return
    if policy.status == MAY_APPLY:
        yield f"    {policy.reason}"
    for note in policy.assumed:
        yield f"    {note}"
    yield f"    {validity(policy)} · 部门：{departments(policy)} · 期限：{deadlines(policy)}"
    if policy.clauses:
        yield f"    依据 {source(policy)}，条款 {policy.clauses[0].clause_id}"


def _titles(report: MatchReport) -> list[list[str]]:
    by_id = {p.calculator: p.title for p in report.policies}
    return [[by_id[c] for c in group] for group in report.alternatives]


def _calendar(report: MatchReport) -> list[str]:
    out = []
    for event in report.calendar:
        turn = ("每年，最后一次 " if event.passed else "每年，下次 ") if event.yearly else ""
        day = f"{turn}{event.day.isoformat()}" if event.day else "原文未写明年月日"
        out.append(f"{day} {event.kind}{'（已过）' if event.passed else ''}  {event.title}：{event.text}")
    return out


def _line(text: str) -> str:
    return " ".join(_visible(text).split())


_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


def _visible(text: str) -> str:
    """Text without control and direction-changing characters, and without what XML cannot hold."""
    text = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return "".join(c for c in text if unicodedata.category(c) not in ("Cs", "Cn"))


# --- Markdown -----------------------------------------------------------------------------------------------------------

_SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|$~^=&])")
_ADDRESS = re.compile(r"(https?|ftp|mailto|www|@)", re.I)
_JOINER = "\u2060"  # shows nothing and takes the meaning from addresses and :names:


def _md(text: object) -> str:
    """Text as one line of Markdown that shows exactly these characters."""
    line = _ADDRESS.sub(lambda a: a.group()[0] + _JOINER + a.group()[1:], _line(str(text)))
    return re.sub(r":(?=\S)", ":" + _JOINER, _SPECIAL.sub(r"\\\1", line))


def to_markdown(report: MatchReport) -> str:
    """The whole report as Markdown; every character of documents and profile shows as it is."""
    out = [f"# 政策匹配报告{f'：{_md(report.name)}' if report.name else ''}", "", _md(summary(report)), ""]
    out += [f"> 注意：{_md(w)}\n" for w in report.warnings]
    for status in (APPLIES, MAY_APPLY):
        out += [f"## {_HEADS[status]}", ""]
        if not report.of(status):
            out += ["（无）", ""]
        for region, group, expired, policies in report.groups(status):
            out += [f"### {_md(region)} · {group}{' · 已到期' if expired else ''}", ""]
            for policy in policies:
                out += [*_markdown(policy), ""]
    out += [f"## {_HEADS[DOES_NOT]}", "", "| 政策 | 原因 | 依据 |", "| --- | --- | --- |"]
    for p in report.of(DOES_NOT):
        basis = p.clauses[0].clause_id if p.clauses else ""
        out.append(f"| {_md(heading(p))} | {_md(p.reason)} | {_md(source(p))} {_md(basis)} |")
    if report.alternatives:
        out += ["", "## 只能择一的政策", ""]
        out += [f"- {' 或 '.join(_md(t) for t in group)}" for group in _titles(report)]
    out += ["", "## 政策日历", "", *([f"- {_md(line)}" for line in _calendar(report)] or ["（无）"]), "", CLOSING, ""]
    return "\n".join(out)


def _markdown(policy: Policy) -> Iterator[str]:
    yield f"#### {_md(heading(policy))}"
    yield ""
    for name, text in _facts(policy):
        yield f"- **{name}**：{_md(text)}"
    if policy.conditions:
        yield ""
        yield "自测："
        yield ""
        for c in policy.conditions:
            yield f"- {_MARKS[c.state]} {_md(c.text)}（{c.state}）{f' `{c.clause_id}`' if _plain_id(c.clause_id) else ''}"
    yield ""
    yield "申报清单："
    yield ""
    for item in policy.checklist:
        if not item.quotes:
            yield f"- **{item.topic}**：{_SAID}"
        for q in item.quotes:
            yield f"- **{item.topic}**：“{_md(q.quote)}”（{_md(q.clause_id)}）"
        if item.left_out:
            yield f"- **{item.topic}**：另有 {item.left_out} 条，见原文"


def _plain_id(clause_id: str) -> bool:
    return bool(clause_id) and "`" not in clause_id


def _facts(policy: Policy) -> list[tuple[str, str]]:
    """What is said of a policy beside its self-test and checklist, name and text."""
    facts = [("结论", policy.reason)]
    if money := worth(policy):
        facts.append(("金额", money))
    if policy.missing:
        facts.append(("需补充", "、".join(f"{n.label}{f'（{n.unit}）' if n.unit else ''}" for n in policy.missing)))
    if policy.assumed:
        facts.append(("说明", "；".join(policy.assumed)))
    facts += [("部门", departments(policy)), ("期限", deadlines(policy)), ("有效期", validity(policy))]
    if policy.calculation and policy.status == APPLIES:
        facts.append(("计算", "；".join(step["text"] for step in policy.calculation["steps"])))
    if policy.clauses:
        facts.append(
            ("依据", f"{source(policy)}：" + "；".join(f"“{c.quote}”（{c.clause_id}）" for c in policy.clauses[:4]))
        )
    if policy.warnings:
        facts.append(("注意", "；".join(w.rstrip("。") for w in policy.warnings)))
    return facts


# --- Word ---------------------------------------------------------------------------------------------------------------


def to_docx(report: MatchReport) -> bytes:
    """The whole report as a Word file (DOCX)."""
    from docx import Document as Word

    word = Word()
    _chinese(word)
    _paragraph(word, _line(f"政策匹配报告{f'：{report.name}' if report.name else ''}"), "Heading1")
    word.add_paragraph(_line(summary(report)))
    for warning in report.warnings:
        word.add_paragraph(_line(f"注意：{warning}"))
    for status in (APPLIES, MAY_APPLY):
        _paragraph(word, _HEADS[status], "Heading2")
        if not report.of(status):
            word.add_paragraph("（无）")
        for region, group, expired, policies in report.groups(status):
            _paragraph(word, _line(f"{region} · {group}{' · 已到期' if expired else ''}"), "Heading3")
            for policy in policies:
                _policy(word, policy)
    _paragraph(word, _HEADS[DOES_NOT], "Heading2")
    _table(
        word,
        ("政策", "原因", "依据"),
        [
            (heading(p), p.reason, f"{source(p)} {p.clauses[0].clause_id if p.clauses else ''}")
            for p in report.of(DOES_NOT)
        ],
    )
    if report.alternatives:
        _paragraph(word, "只能择一的政策", "Heading2")
        for titles in _titles(report):
            _paragraph(word, _line(" 或 ".join(titles)), "ListBullet")
    _paragraph(word, "政策日历", "Heading2")
    for line in _calendar(report) or ["（无）"]:
        _paragraph(word, _line(line), "ListBullet")
    word.add_paragraph(CLOSING).runs[0].italic = True
    out = io.BytesIO()
    word.save(out)
    return out.getvalue()


def _paragraph(word: Any, text: str, style: str) -> Any:
    """A paragraph in a style by its id: python-docx takes milliseconds to look a style up by its name."""
    paragraph = word.add_paragraph(text)
    paragraph._p.style = style
    return paragraph


def _policy(word: Any, policy: Policy) -> None:
    _paragraph(word, _line(heading(policy)), "Heading4")
    for name, text in _facts(policy):
        paragraph = _paragraph(word, "", "ListBullet")
        paragraph.add_run(f"{name}：").bold = True
        paragraph.add_run(_line(text))
    if policy.conditions:
        word.add_paragraph("自测")
        _table(word, ("结果", "条件", "条款"), [(c.state, c.text, c.clause_id) for c in policy.conditions])
    word.add_paragraph("申报清单")
    rows = [
        (item.topic, q.quote if q else _SAID, q.clause_id if q else "")
        for item in policy.checklist
        for q in item.quotes or (None,)
    ]
    _table(word, ("项目", "原文", "条款"), rows)


def _table(word: Any, header: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    table = word.add_table(rows=len(rows) + 1, cols=len(header))
    table._tbl.tblStyle_val = "TableGrid"
    cells = iter(table._cells)  # asking the table for each row's cells anew takes seconds
    for number, row in enumerate([header, *rows]):
        for text in row:
            cell = next(cells)
            cell.text = _line(text)
            if number == 0:
                cell.paragraphs[0].runs[0].bold = True


def _chinese(word: Any) -> None:
    """Chinese type for all styles: 宋体 for text, 黑体 for headings."""
    from docx.oxml.ns import qn

    for name in ("Normal", *(f"Heading {level}" for level in range(1, 5))):
        font = "宋体" if name == "Normal" else "黑体"
        word.styles[name].font.name = font
        word.styles[name].element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)
