"""A table of cases is worked out row by row; a wrong row says why and stops no other."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal

import pytest
from openpyxl import Workbook, load_workbook

from ingest.model import IngestError
from qa import calculators
from qa.app import forms, tables

RULE = "jizhou-energy-saving-subsidy"
DAY = date(2019, 6, 30)


def xlsx(rows: list[list[object]]) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def results(data: bytes, name: str = "a.csv") -> tuple[list[str], list[list[object]], int]:
    return tables.work_out(calculators.get(RULE), tables.read(name, data), DAY)


def test_rows_may_use_labels_or_names_and_the_words_of_choices() -> None:
    head, rows, failed = results('企业类型,saving_tce\n工业企业,2000\nnon_industrial,"1,000"\n'.encode())
    amount = head.index("金额合计（万元）")
    assert [row[amount] for row in rows] == [Decimal("48"), Decimal("30")]
    assert failed == 0


def test_a_chinese_excel_csv_in_gb18030_is_read() -> None:
    _, rows, failed = results("企业类型,节能改造项目节能量\n工业企业,2000\n".encode("gb18030"))
    assert (len(rows), failed) == (1, 0)


def test_a_wrong_row_says_why_and_gives_no_figure() -> None:
    head, rows, failed = results("企业类型,saving_tce\n工业企业,很多\n工业企业,-5\n工业企业,2000\n".encode())
    amount = head.index("金额合计（万元）")
    assert failed == 2
    assert rows[0][amount] == rows[1][amount] == ""
    assert "节能量" in str(rows[0][-1])
    assert rows[2][amount] == Decimal("48")


def test_xlsx_goes_in_and_comes_out() -> None:
    head, rows, _ = results(xlsx([["企业类型", "节能改造项目节能量"], ["工业企业", 2000]]), "表.xlsx")
    sheet = load_workbook(io.BytesIO(tables.xlsx(head, rows))).active
    assert sheet is not None
    assert sheet.cell(2, head.index("金额合计（万元）") + 1).value == 48


def test_the_template_names_every_input() -> None:
    rule = calculators.get(RULE)
    [row] = tables.read("t.xlsx", tables.template(rule))
    assert list(row) == [i.label for i in rule.inputs]


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("a.xlsx", b"not a zip", "XLSX"),
        ("a.csv", b"\xff\xfe\x00\x80\xff", "编码"),
        ("a.csv", b"", "没有数据行"),
        ("a.csv", b"saving_tce\n", "没有数据行"),
        ("a.csv", b"x" * (6 * 1024 * 1024), "MB"),
        ("a.csv", "不认识\n1\n".encode(), "不认识的列"),
    ],
)
def test_a_table_that_cannot_be_used_says_why(name: str, data: bytes, says: str) -> None:
    with pytest.raises(IngestError, match=says):
        results(data, name)


def test_a_formula_in_a_cell_is_no_number() -> None:
    _, rows, failed = results("企业类型,saving_tce\n工业企业,=1+1\n".encode())
    assert failed == 1
    assert b"'=1+1" in tables.csv(*results("企业类型,saving_tce\n工业企业,=1+1\n".encode())[:2])
    assert rows[0][-1]


@pytest.mark.parametrize(
    ("typed", "figure"),
    [
        ("1,200.50", Decimal("1200.50")),
        ("１２", Decimal(12)),
        ("", None),
        ("  ", None),
        ("十二", "十二"),
        ("0.1", Decimal("0.1")),
    ],
)
def test_figures_are_read_as_typed(typed: str, figure: object) -> None:
    assert forms.number(typed) == figure


def test_a_curve_shows_the_threshold_as_a_cliff() -> None:
    rule = calculators.get(RULE)
    raw = {"enterprise_type": "industrial", "saving_tce": Decimal(2000)}
    points = dict(forms.curve(rule, raw, rule.input("saving_tce"), rule.output("amount_wan"), DAY))
    assert points[Decimal(1000)] == 24
    assert points[Decimal("999.99")] == 0
