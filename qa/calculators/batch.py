"""Many rows at once: JSON lines, CSV and XLSX in and out (an adviser's client list).

A row names its `id`, its `calculator` and its inputs. In tables every further column is an input by its name or label;
blank cells are inputs not given. A bad row gives a row with `error`; it never stops the others.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import chain
from pathlib import Path
from typing import Any

from .calculation import Calculation, dumps
from .clauses import ClauseFinder
from .inputs import CalcError, loads, plain
from .registry import get, run
from .spec import Input

MAX_ROWS = 100_000

_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?")
_YES_NO = {"是": True, "否": False, "true": True, "false": False, "TRUE": True, "FALSE": False}


@dataclass(frozen=True, slots=True)
class Row:
    """One row as read. `fault` says why it cannot be run at all."""

    id: str
    calculator: str
    inputs: Any
    fault: CalcError | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """One row as worked out."""

    id: str
    calculation: Calculation

    def to_dict(self) -> dict[str, Any]:
        """The contract's calculation object with the row's id before it."""
        return {"id": self.id, **self.calculation.to_dict()}


def read_rows(path: Path) -> Iterator[Row]:
    """The rows of a .jsonl, .csv or .xlsx file. Errors: CalcError where the file itself cannot be read."""
    try:
        match path.suffix.lower():
            case ".csv":
                with path.open(encoding="utf-8-sig", newline="") as file:
                    yield from _table(csv.reader(file))
            case ".xlsx":
                yield from _table(_sheet(path))
            case _:
                with path.open(encoding="utf-8-sig") as file:
                    yield from (_line(n, line) for n, line in enumerate(file, start=1) if line.strip())
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise CalcError("", f"无法读取 {path.name}：请确认文件存在且为 UTF-8 编码的 jsonl、csv 或 xlsx") from error


def run_rows(rows: Iterable[Row], *, as_of: date, clauses: ClauseFinder | None = None) -> Iterator[Result]:
    """Each row worked out, in order."""
    for count, row in enumerate(rows, start=1):
        if count > MAX_ROWS:
            raise CalcError("", f"一次最多 {MAX_ROWS} 行，请分批计算")
        yield Result(row.id, _run(row, as_of, clauses))


def write_rows(path: Path, results: Iterable[Result]) -> int:
    """Write results as .jsonl, .csv or .xlsx, by the name's ending; returns how many. Errors: CalcError."""
    try:
        return _write(path, results)
    except OSError as error:
        raise CalcError("", f"无法写入 {path}：请确认所在目录存在、可写，文件没有被其他程序打开") from error


def _write(path: Path, results: Iterable[Result]) -> int:
    match path.suffix.lower():
        case ".csv":
            table = _columns(list(results))
            with path.open("w", encoding="utf-8-sig", newline="") as file:  # the mark makes Excel read UTF-8
                csv.writer(file).writerows([_text_cell(c) for c in line] for line in table)
            return len(table) - 1
        case ".xlsx":
            return _write_sheet(path, _columns(list(results)))
        case _:
            count = 0
            with path.open("w", encoding="utf-8", newline="\n") as file:
                for count, result in enumerate(results, start=1):  # noqa: B007
                    file.write(dumps(result.to_dict()) + "\n")
            return count


def _run(row: Row, as_of: date, clauses: ClauseFinder | None) -> Calculation:
    try:
        if row.fault is not None:
            raise row.fault
        return run(row.calculator, row.inputs, as_of=as_of, clauses=clauses)
    except CalcError as error:
        return Calculation.refused(row.calculator, error)


def _line(number: int, line: str) -> Row:
    try:
        data = loads(line)
    except CalcError as error:
        return Row(str(number), "", {}, CalcError("", f"第{number}行：{error.message}"))
    if not isinstance(data, Mapping) or not isinstance(data.get("calculator"), str):
        fault = CalcError("calculator", f"第{number}行：应为含 id、calculator、inputs 的 JSON 对象")
        row_id = data.get("id", number) if isinstance(data, Mapping) else number
        return Row(str(row_id), "", {}, fault)
    return Row(str(data.get("id", number)), data["calculator"], data.get("inputs", {}))


def _table(lines: Iterable[Iterable[Any]]) -> Iterator[Row]:
    rows = iter(lines)
    heads = [str(h or "").strip() for h in next(rows, [])]
    if "calculator" not in heads:
        raise CalcError("calculator", "表格首行须有 id 和 calculator 两列，其余各列为输入项的名称")
    for number, line in enumerate(rows, start=2):
        cells = {h: c for h, c in zip(heads, line, strict=False) if h and c is not None and str(c).strip() != ""}
        if not cells:
            continue
        row_id, calculator = str(cells.pop("id", number)).strip(), str(cells.pop("calculator", "")).strip()
        try:
            yield Row(row_id, calculator, _typed_cells(calculator, cells))
        except CalcError as error:
            yield Row(row_id, calculator, {}, error)


def _typed_cells(calculator: str, cells: Mapping[str, Any]) -> dict[str, Any]:
    """Cells by input name; a column that another row's calculator uses may be blank here, but not filled."""
    inputs = {i.name: i for i in get(calculator).inputs}
    by_label = {i.label: i for i in inputs.values()}
    typed: dict[str, Any] = {}
    for head, cell in cells.items():
        spec = inputs.get(head) or by_label.get(head)
        typed[spec.name if spec else head] = _typed_cell(spec, cell) if spec else cell
    return typed


def _typed_cell(spec: Input, cell: Any) -> Any:
    if isinstance(cell, datetime):
        return cell.date()
    if not isinstance(cell, str):
        return cell
    text = cell.strip().removeprefix("'")
    if spec.type == "boolean":
        return _YES_NO.get(text, text)
    if spec.type in ("number", "integer"):
        plain_text = text.replace(",", "")
        return Decimal(plain_text) if _NUMBER.fullmatch(plain_text) else text
    if spec.type == "choice":
        return next((value for value, label in spec.choices.items() if text == label), text)
    return text


def _sheet(path: Path) -> Iterator[tuple[Any, ...]]:
    from openpyxl import load_workbook  # slow to import, and only spreadsheets need it

    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except Exception as error:  # whatever a stranger's file makes the reader raise
        raise CalcError("", f"无法读取 {path.name}：不是有效的 xlsx 文件") from error
    yield from book.worksheets[0].iter_rows(values_only=True)


def _columns(results: list[Result]) -> list[list[Any]]:
    """A header and one line a row; the outputs of all calculators side by side."""
    names = list(dict.fromkeys(chain.from_iterable(r.calculation.outputs for r in results)))
    names = [n for n in names if n != "eligible"]
    lines: list[list[Any]] = [["id", "calculator", "eligible", *names, "steps", "warnings", "error"]]
    for result in results:
        c = result.calculation
        wrong = f"{c.error.field}：{c.error.message}" if c.error else None
        steps, warnings = "\n".join(s.text for s in c.steps), "\n".join(c.warnings)
        lines.append([result.id, c.calculator, c.eligible, *map(c.outputs.get, names), steps, warnings, wrong])
    return lines


def _text_cell(value: object) -> str:
    """A CSV cell: figures exact, and no text that a spreadsheet would run as a formula."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Decimal):
        return plain(value)
    text = value.isoformat() if isinstance(value, date) else str(value)
    return "'" + text if text[:1] in tuple("=+-@\t\r\n|%") and text else text


def _write_sheet(path: Path, table: list[list[Any]]) -> int:
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.utils.exceptions import IllegalCharacterError

    book = Workbook(write_only=True)
    sheet = book.create_sheet("计算结果")
    for line in table:
        cells = []
        for value in line:
            cell = WriteOnlyCell(sheet, value="")
            with suppress(IllegalCharacterError):
                cell.value = value if isinstance(value, Decimal | date) else _text_cell(value)
            if isinstance(value, str):
                cell.data_type = "s"  # never a formula
            cells.append(cell)
        sheet.append(cells)
    book.save(path)
    return len(table) - 1
