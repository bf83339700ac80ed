"""Proof that the parameters are the text's: `zhengce calc check`.

For every parameter the quote stands in an ingested clause, and the value is a number that the amount reader reads from
the quote (or from the narrower words in `reads`). For every clause that such quotes stand in, each amount is used by a
parameter or listed under `unused` in a family file with the reason. So a changed text cannot leave a calculator silently wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from ingest.amounts import Amount, base_unit, read_amounts, read_dates, read_number
from ingest.model import Node

from .clauses import ClauseFinder, squeeze
from .registry import all_rules
from .spec import Parameter, Rule, Unused, family_of, load_unused

_NUMERAL = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?|[零一二三四五六七八九两十百千万亿]+")
# units that only say what is counted: the number alone must be read
_LOOSE = {"", "日期", "等级", "等级及以上", "类", "个行业", "个大类"}
_IN_WORDS = {"减半": Decimal(50), "免征": Decimal(100)}  # shares that the law says without a figure, in %
_COUNTED_IN_PROSE = {"种", "个", "条", "款", "次", "项", "家", "名", "场", "期", "批"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that does not hold: which rule or source, what (a parameter, a quote), and why, in Chinese."""

    where: str
    what: str
    problem: str

    def __str__(self) -> str:
        return f"{self.where} · {self.what}：{self.problem}"


@dataclass(slots=True)
class CheckReport:
    """Figures and findings; clean when there is no finding."""

    rules: int = 0
    parameters: int = 0
    quotes: int = 0
    clauses: int = 0
    numerals: int = 0
    used: int = 0
    unused: int = 0
    findings: list[Finding] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        return not self.findings

    def summary(self) -> str:
        """One line for people."""
        return (
            f"{self.rules} 个计算器，{self.parameters} 个参数，{self.quotes} 处引文，{self.clauses} 个条款；"
            f"数字 {self.numerals} 个，其中参数采用 {self.used} 个，列明不用 {self.unused} 个；问题 {len(self.findings)} 个"
        )


def check(clauses: ClauseFinder, rules: Iterable[Rule] | None = None) -> CheckReport:
    """Check these rules (default: all) against the clauses. Pure: reads, never writes."""
    report = CheckReport()
    entries = [entry for family in sorted(set(family_of().values())) for entry in load_unused(family)]
    touched: dict[str, tuple[Node, str, list[Parameter]]] = {}
    for rule in all_rules() if rules is None else rules:
        report.rules += 1
        for name, parameter in rule.parameters.items():
            report.parameters += 1
            if (problem := misread(parameter)) is not None:
                report.findings.append(Finding(rule.id, name, problem))
        for cite in (*rule.parameters, *rule.evidence):
            report.quotes += 1
            quote, source = rule.quote_of(cite)
            node = clauses.find_quote(quote, source, rule.document)
            if node is None:
                report.findings.append(Finding(rule.id, cite, f"引文不在任何已入库条款中：{quote[:60]}"))
            elif cite in rule.parameters:
                touched.setdefault(node.id, (node, source, []))[2].append(rule.parameters[cite])
    for node, source, parameters in touched.values():
        report.clauses += 1
        _account(node, source, parameters, entries, report)
    return report


def misread(parameter: Parameter) -> str | None:
    """Why the value is not what the quote says; None where it is."""
    words = squeeze(parameter.reads or parameter.quote)
    if parameter.reads and words not in squeeze(parameter.quote):
        return f"“{parameter.reads}”不在引文中"
    value = parameter.value
    if isinstance(value, bool | str):
        return None if parameter.reads or squeeze(str(value)) in words else "文字值不在引文中，须用 reads 指明所据字句"
    if isinstance(value, date):
        return None if _says_date(words, value) else f"引文中没有日期{value.isoformat()}"
    numbers = value if isinstance(value, list) else list(value.values()) if isinstance(value, dict) else [value]
    lacking = [n for n in numbers if not _says(words, n, parameter.unit)]
    return f"引文中读不出{'、'.join(f'{n}{parameter.unit}' for n in lacking)}" if lacking else None


def _says(words: str, number: Decimal, unit: str) -> bool:
    """Whether the words hold this number of this unit, as the amount reader reads it."""
    head = unit.split("/")[0].split("（")[0]
    base, factor = base_unit("%" if head in ("百分点", "个百分点") else head)
    for amount in read_amounts(words):
        of = "%" if amount.unit == "个百分点" else amount.unit
        if (of == base or head in _LOOSE) and number * (factor if of == base else 1) in (amount.value, amount.upper):
            return True
    if base == "%" and any(word in words and number == share for word, share in _IN_WORDS.items()):
        return True
    if head in _LOOSE or not any(a.unit == base for a in read_amounts(words)):
        # a number the reader gives no unit to (42.5等级, 第12个月, 2018年): the numeral itself must stand there
        return any(read_number(m[0]) == number for m in _NUMERAL.finditer(words))
    return False


def _says_date(words: str, day: date) -> bool:
    years = {d.year for d in read_dates(words) if d.year}
    for mention in read_dates(words):
        year = mention.year or (day.year if not years or day.year in years else None)
        if (year, mention.month or day.month, mention.dom or day.day) == (day.year, day.month, day.day):
            return True
    return False


def _account(node: Node, source: str, parameters: list[Parameter], entries: list[Unused], report: CheckReport) -> None:
    """Every amount of the clause is used by a parameter whose quote covers it, or listed as unused."""
    text = squeeze(node.text)
    covered = [(span, p) for p in parameters for span in _spans(text, p.quote)]
    excused = [span for e in entries if e.source == source for span in _spans(text, e.quote)]
    for amount in read_amounts(text):
        if (
            amount.unit in _COUNTED_IN_PROSE and amount.text[0] in "一两二三四"
        ):  # 两种方式, 一个项目: words, not figures
            continue
        report.numerals += 1
        if any(s <= amount.start and amount.end <= e and _uses(p, amount) for (s, e), p in covered):
            report.used += 1
        elif any(s <= amount.start and amount.end <= e for s, e in excused):
            report.unused += 1
        else:
            around = text[max(0, amount.start - 12) : amount.end + 8]
            report.findings.append(
                Finding(source, amount.text, f"没有参数采用，也未列入 unused：…{around}…（{node.id}）")
            )


def _spans(text: str, quote: str) -> Iterator[tuple[int, int]]:
    words, at = squeeze(quote), -1
    while words and (at := text.find(words, at + 1)) >= 0:
        yield at, at + len(words)


def _uses(parameter: Parameter, amount: Amount) -> bool:
    value = parameter.value
    if isinstance(value, bool | str | date):
        return bool(parameter.reads) and amount.text in squeeze(parameter.reads)
    numbers = value if isinstance(value, list) else list(value.values()) if isinstance(value, dict) else [value]
    return any(_says(amount.text, n, parameter.unit) for n in numbers)
