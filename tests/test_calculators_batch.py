"""Batches, packages and what-if: every row answered, figures exact, nothing a spreadsheet would run."""

from __future__ import annotations

import json
import time
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from qa.calculators import CalcError, get
from qa.calculators.batch import read_rows, run_rows, write_rows
from qa.calculators.package import package, sweep, telling_points

DAY = date(2018, 12, 1)
ENERGY = "jizhou-energy-saving-subsidy"
TABLE = [
    ["id", "calculator", "企业类型", "saving_tce", "has_passed_audit"],
    ["甲", ENERGY, "工业企业", "1,234.5678", ""],
    ["=cmd|' /C calc'!A0", "jizhou-clean-production-award", "", "", "是"],
    ["丙", ENERGY, "工业企业", "很多", ""],
    ["丁", "no-such-rule", "", "", ""],
]


def calculate(source: Path, out: Path) -> int:
    return write_rows(out, run_rows(read_rows(source), as_of=DAY))


def test_jsonl_gives_one_line_a_row_in_order_and_a_bad_row_stops_no_other(tmp_path: Path) -> None:
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    good = {"id": "a", "calculator": ENERGY, "inputs": {"enterprise_type": "industrial", "saving_tce": 4000.1}}
    source.write_text(
        json.dumps(good) + "\n{broken\n[]\n" + json.dumps({**good, "id": "b", "inputs": 3}), encoding="utf-8"
    )
    assert calculate(source, out) == 4
    lines = [json.loads(line, parse_float=Decimal) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [line["id"] for line in lines] == ["a", "2", "3", "b"]
    assert lines[0]["outputs"]["amount_wan"] == Decimal("96.0024")
    assert all(line["error"] and line["outputs"] == {} for line in lines[1:])


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_tables_are_read_by_name_or_label_and_written_without_formulas(tmp_path: Path, suffix: str) -> None:
    import csv

    from openpyxl import Workbook, load_workbook

    source, out = tmp_path / f"in{suffix}", tmp_path / f"out{suffix}"
    if suffix == ".csv":
        with source.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(TABLE)
    else:
        book = Workbook()
        for line in TABLE:
            book.active.append(line)
        book.active["A3"].data_type = "s"
        book.save(source)
    assert calculate(source, out) == 4
    if suffix == ".csv":
        with out.open(encoding="utf-8-sig", newline="") as file:
            head, *rows = list(csv.reader(file))
    else:
        sheet = load_workbook(out).worksheets[0]
        assert all(cell.data_type != "f" for line in sheet.iter_rows() for cell in line)
        head, *rows = [[str(c or "") for c in line] for line in sheet.iter_rows(values_only=True)]
    amount = [row[head.index("amount_wan")] for row in rows]
    assert Decimal(amount[0]) == Decimal("29.629627") and amount[1] == "5"
    assert rows[1][0].startswith("'=")
    assert "应为数字" in rows[2][-1] and "没有编号为" in rows[3][-1]


def test_a_file_that_cannot_be_read_is_said_in_chinese(tmp_path: Path) -> None:
    (tmp_path / "x.xlsx").write_bytes(b"PK\x03\x04 no workbook")
    for name in ("x.xlsx", "none.csv", "none.jsonl"):
        with pytest.raises(CalcError, match="无法读取"):
            list(read_rows(tmp_path / name))


def test_a_thousand_rows_take_less_than_two_seconds(tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    row = {"calculator": ENERGY, "inputs": {"enterprise_type": "industrial", "saving_tce": 4000.1}}
    source.write_text("".join(json.dumps({"id": str(n), **row}) + "\n" for n in range(1000)), encoding="utf-8")
    begin = time.perf_counter()
    assert calculate(source, tmp_path / "out.jsonl") == 1000
    assert time.perf_counter() - begin < 2


def test_a_package_sorts_what_is_had_from_what_is_not_and_from_what_is_missing() -> None:
    known = {
        "is_registered_and_taxed_in_jizhou": True,
        "is_listed_on_neeq": True,
        "has_passed_audit": False,
        f"{ENERGY}.saving_tce": 5000,
    }
    found = package(["天津市蓟州区"], known, as_of=DAY)
    assert [[c.rule.id for c in group] for group in found.granted] == [["jizhou-neeq-subsidy"]]
    assert [c.rule.id for c in found.refused] == ["jizhou-clean-production-award"]
    energy = next(c for c in found.open if c.rule.id == ENERGY)
    assert [i.name for i in energy.missing] == ["enterprise_type"]


def test_what_if_shows_the_threshold_and_the_cap() -> None:
    points = telling_points(get(ENERGY), "saving_tce")
    rows = sweep(ENERGY, {"enterprise_type": "industrial"}, "saving_tce", [*points, Decimal(20000)], as_of=DAY)
    amounts = {value: result.outputs["amount_wan"] for value, result in rows}
    assert amounts[Decimal("999.99")] == 0 and amounts[Decimal(1000)] == 24 and amounts[Decimal(20000)] == 300


def test_what_if_is_for_numbers_only() -> None:
    with pytest.raises(CalcError, match="数字"):
        sweep(ENERGY, {}, "enterprise_type", [Decimal(1)], as_of=DAY)
