"""Many calculations from one table: a template, reading CSV or XLSX, and the results as a table again."""

from __future__ import annotations

import csv as csv_module
import io
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from itertools import zip_longest
from typing import Any

from ingest.model import IngestError
from qa import calculators
from qa.app import export, forms
from qa.app.escape import html
from qa.calculators import Input, Rule

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAX_MB = 5
MAX_ROWS = 5000
MAX_COLUMNS = 200
SHOWN = 20  # rows of the preview
_TRUE, _FALSE = {"是", "true", "1", "√", "y", "yes", "对", "有"}, {"否", "false", "0", "×", "n", "no", "无", "没有"}

Row = Mapping[str, Any]


def template(rule: Rule) -> bytes:
    """An XLSX file with one column for each input and one row that says what to fill in."""
    hints = [_hint(i) for i in rule.inputs]
    return export.xlsx_bytes([i.label for i in rule.inputs], [hints])


def _hint(item: Input) -> str:
    what = {
        "boolean": "是/否",
        "choice": "/".join(item.choices.values()),
        "date": "日期，如 2018-07-01",
        "integer": "整数",
        "number": "数字",
    }[item.type]
    unit = f"，单位{item.unit}" if item.unit else ""
    return f"（填写说明，计算前请删去本行）{what}{unit}{'' if item.required else '，可空'}"


def read(name: str, data: bytes) -> list[dict[str, Any]]:
    """The rows of a CSV or XLSX file by column name. Raises IngestError with what is wrong with the file."""
    if len(data) > MAX_MB * 1024 * 1024:
        raise IngestError(f"表格超过 {MAX_MB} MB：请分成几个文件")
    rows = _read_xlsx(data) if name.lower().endswith(".xlsx") else _read_csv(data)
    filled = [row for row in map(_trimmed, rows) if row]
    if len(filled) < 2:
        raise IngestError("表格里没有数据行：第一行写列名，从第二行起每行一个案例")
    if len(filled) - 1 > MAX_ROWS or len(filled[0]) > MAX_COLUMNS:
        raise IngestError(f"表格太大：最多 {MAX_ROWS} 行、{MAX_COLUMNS} 列")
    header = [str(v or "").strip() for v in filled[0]]
    return [dict(zip_longest(header, row[: len(header)])) for row in filled[1:]]


def _trimmed(row: Sequence[Any]) -> list[Any]:
    """A row without the blank cells at its end."""
    cells = list(row)
    while cells and cells[-1] in (None, ""):
        cells.pop()
    return cells


def _read_csv(data: bytes) -> list[list[Any]]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise IngestError("读不了这个 CSV：请存为 UTF-8 或 GB18030 编码")
    try:
        return [list(row) for row in csv_module.reader(io.StringIO(text, newline=""), strict=True)]
    except csv_module.Error as error:
        raise IngestError("读不了这个 CSV：请检查引号与分隔符") from error


def _read_xlsx(data: bytes) -> list[list[Any]]:
    from zipfile import BadZipFile, ZipFile

    from openpyxl import load_workbook

    try:
        with ZipFile(io.BytesIO(data)) as package:
            if sum(item.file_size for item in package.infolist()) > 20 * MAX_MB * 1024 * 1024:
                raise IngestError("表格解压后过大，已拒绝")
        sheet = load_workbook(io.BytesIO(data), read_only=True, data_only=True).active
        if sheet is None:
            return []
        return [list(row) for row in sheet.iter_rows(max_row=MAX_ROWS + 2, max_col=MAX_COLUMNS + 1, values_only=True)]
    except (BadZipFile, KeyError, ValueError, TypeError, OSError, SyntaxError) as error:
        raise IngestError("读不了这个 XLSX：文件已损坏，或不是 Excel 2007 以后的格式") from error


def work_out(rule: Rule, rows: Sequence[Row], as_of: date) -> tuple[list[str], list[list[Any]], int]:
    """Header, one result row for each input row, and how many of them are wrong."""
    used = {i.name: i for i in rule.inputs} | {i.label: i for i in rule.inputs}
    unknown = [name for name in rows[0] if name and name not in used]
    if unknown:
        raise IngestError(f"不认识的列：{'、'.join(unknown[:5])}。可用的列名见模板")
    header = [*(i.label for i in rule.inputs), *(_head(o.label, o.unit) for o in rule.outputs), "错误"]
    results, failed = [], 0
    for row in rows:
        raw = {used[name].name: _typed(used[name], value) for name, value in row.items() if name}
        given = {name: value for name, value in raw.items() if value is not None}
        result = calculators.run(rule.id, given, as_of=as_of)
        failed += result.error is not None
        outputs = [
            "" if result.error or o.name not in result.outputs else _plain(result.outputs[o.name]) for o in rule.outputs
        ]
        results.append(
            [*(_plain(raw.get(i.name)) for i in rule.inputs), *outputs, result.error.message if result.error else ""]
        )
    return header, results, failed


def _head(name: str, unit: str) -> str:
    return f"{name}（{unit}）" if unit else name


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _typed(item: Input, value: Any) -> Any:
    """A cell as the calculator takes it; what does not fit is handed on for the calculator to refuse."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if isinstance(value, datetime):
        return value.date()
    if not isinstance(value, str):
        if item.type == "boolean" and value in (0, 1):
            return bool(value)
        return str(value) if item.type == "choice" else value
    text = value.strip()
    match item.type:
        case "boolean":
            return True if text.lower() in _TRUE else False if text.lower() in _FALSE else text
        case "choice":
            return next((k for k, name in item.choices.items() if text in (k, name)), text)
        case "date":
            return text.replace("/", "-")
        case _:
            return forms.number(text)


def preview(header: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """The first rows as an HTML table."""
    head = "".join(f"<th>{html(h)}</th>" for h in header)
    body = "".join("<tr>" + "".join(f"<td>{html(_shown(v))}</td>" for v in row) + "</tr>" for row in rows[:SHOWN])
    more = f'<div class="zc-dim">只显示前 {SHOWN} 行，全部结果请下载。</div>' if len(rows) > SHOWN else ""
    return f'<div class="zc"><div class="zc-scroll"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>{more}</div>'


def _shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    return forms.plain(value)


def csv(header: Sequence[str], rows: Sequence[Sequence[Any]]) -> bytes:
    """The results as CSV, safe to open in a spreadsheet."""
    return export.csv_bytes(header, rows)


def xlsx(header: Sequence[str], rows: Sequence[Sequence[Any]]) -> bytes:
    """The results as XLSX, safe to open in a spreadsheet."""
    return export.xlsx_bytes(header, rows)
