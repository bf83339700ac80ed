"""`zhengce`: answers on stdout, messages and progress on stderr. Exit 0 done, 1 a clear error, 2 wrong usage."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ingest.model import IngestError
from qa.calculators.inputs import CalcError

if TYPE_CHECKING:
    from ingest.workspace import Workspace
    from qa.calculators import Calculation, NodeClauses
    from qa.engine import Engine, Progress
    from qa.model import Answer, ClauseRef, Retrieved

app = typer.Typer(
    name="zhengce",
    help="政策问答：检索政策条款、给出有出处的回答、按条款计算金额。",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
calc = typer.Typer(help="计算器：每个数字都出自条款。", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(calc, name="calc")

Folder = Annotated[Path | None, typer.Option("--workspace", help="数据目录（默认 $ZHENGCE_HOME，再默认用户数据目录）")]
Json = Annotated[bool, typer.Option("--json", help="输出 JSON")]
AsOf = Annotated[
    str | None, typer.Option("--as-of", metavar="DATE", help="按哪一天判断有效期（默认今天，如 2019-06-30）")
]
Region = Annotated[str | None, typer.Option("--region", help="地区，如 河北省、天津市蓟州区")]
Reranker = Annotated[
    str | None,
    typer.Option(
        "--reranker",
        metavar="NAME_OR_PATH",
        help="用交叉编码器重排前 20 条（任何 sentence-transformers CrossEncoder，本机没有才下载；默认 $ZHENGCE_RERANKER，没有设就不用）",
    ),
]


def fail(message: str) -> typer.Exit:
    """One clear line on stderr and exit 1."""
    print(" ".join(message.split()), file=sys.stderr)
    return typer.Exit(1)


def day(text: str | None) -> date:
    """`--as-of`, or today: the one place where the clock is read."""
    if text is None:
        return date.today()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise fail(f"日期写法不对：{text}。请写成 2019-06-30 这样的形式。") from None


def emit(value: Any) -> None:
    """Print JSON, one value, Chinese as it is, decimals digit for digit."""
    from qa.calculators import dumps

    print(dumps(value))


@contextmanager
def progress_bar() -> Iterator[Progress]:
    """A bar on stderr for each stage that reports itself; silent where stderr is no terminal and nothing is slow."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bars:
        tasks: dict[str, TaskID] = {}

        def report(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=total)
            bars.update(tasks[what], completed=done, total=total)

        yield report


def workspace(folder: Path | None) -> Workspace:
    from ingest.workspace import Workspace

    return Workspace.resolve(folder)


@contextmanager
def opened(folder: Path | None, reranker: str | None = None) -> Iterator[Engine]:
    """The engine over the workspace; an empty one is built first, with a progress bar."""
    from qa.engine import Engine

    with progress_bar() as progress:
        engine = Engine.open(workspace(folder), reranker=reranker, progress=progress)
    yield engine


# -- building --------------------------------------------------------------------------------------------------


@app.command("ingest")
def ingest_command(
    paths: Annotated[list[Path] | None, typer.Argument(help="文件或目录（默认：自带语料）")] = None,
    folder: Folder = None,
    remove: Annotated[str | None, typer.Option("--remove", metavar="SOURCE", help="移除一个来源文件")] = None,
) -> None:
    """读取文件，切分文档与条款，存入工作区；再次运行只处理有变化的文件。"""
    from ingest.pipeline import ingest
    from ingest.store import Store
    from qa.engine import files_progress

    store = Store.open(workspace(folder).store_path)
    if remove is not None:
        if not store.remove(remove):
            raise fail(f"工作区里没有来源“{remove}”。用 zhengce documents 可以看到全部来源。")
        print(f"已移除：{remove}")
        return
    with progress_bar() as progress:
        report = ingest(paths or [], store, progress=files_progress(progress))
    print(
        f"读入 {len(report.ingested)} 个文件（{report.documents} 份文档、{report.clauses} 个条款），"
        f"{len(report.unchanged)} 个没有变化，{len(report.failed)} 个失败"
    )
    for warning in report.warnings:
        print(warning, file=sys.stderr)
    for problem in report.failed:
        print(" ".join(problem.message.split()), file=sys.stderr)
    if report.failed:
        raise typer.Exit(1)


@app.command("index")
def index_command(
    folder: Folder = None,
    backend: Annotated[str, typer.Option(help="local 或 milvus")] = "local",
    uri: Annotated[str | None, typer.Option(help="milvus 的地址")] = None,
    model: Annotated[str | None, typer.Option(metavar="NAME_OR_PATH", help="向量模型（默认自带模型）")] = None,
) -> None:
    """建立或更新混合索引。"""
    from index import build_index
    from ingest.store import Store
    from qa.engine import fill

    space = workspace(folder)
    store = Store.open(space.store_path)
    with progress_bar() as progress:
        if not store.sources():
            fill(store, progress)
        build_index(store, space.index_path, model=model, backend=backend, uri=uri, progress=progress)
    print(f"索引已就绪：{len(store.clauses())} 个条款")


# -- looking up ------------------------------------------------------------------------------------------------


@app.command("documents")
def documents_command(folder: Folder = None, as_json: Json = False, as_of: AsOf = None) -> None:
    """文档目录。"""
    from dataclasses import asdict

    from qa.model import Validity

    on = day(as_of)
    with opened(folder) as engine:
        documents = list(engine.documents.values())
    if as_json:
        emit(
            [
                {**asdict(d), "validity": Validity.on(on, d.valid_from, d.valid_to).model_dump(by_alias=True)}
                for d in documents
            ]
        )
        return
    for d in documents:
        status = Validity.on(on, d.valid_from, d.valid_to).status
        head = f"{d.title}（{d.doc_no}）" if d.doc_no else d.title
        print(
            f"{d.id}\n  {head}\n  {d.region or '地区未明'} · {'、'.join(d.issuers) or '发文机关未明'} · {d.kind} · {status} · {d.source}"
        )


def show_ref(ref: ClauseRef) -> str:
    """Where a clause stands, in a line."""
    from qa.model import titled

    number = f"（{ref.doc_no}）" if ref.doc_no else ""
    place = " > ".join(ref.path)
    page = f" 第{ref.page}页" if ref.page else ""
    return f"{titled(ref.document)}{number}{' ' + place if place else ''}{page} [{ref.region or '地区未明'}·{ref.validity.status}]"


@app.command("clause")
def clause_command(
    clause_id: Annotated[str, typer.Argument(metavar="ID")],
    folder: Folder = None,
    as_json: Json = False,
    as_of: AsOf = None,
) -> None:
    """一个条款：原文、位置、前后文。"""
    with opened(folder) as engine:
        view = engine.clause(clause_id, day(as_of))
    if as_json:
        emit(
            view.clause.model_dump(by_alias=True)
            | {"kind": view.kind, "number": view.number, "columns": view.columns, "cells": view.cells}
            | {
                name: other.model_dump(by_alias=True) if other else None
                for name, other in (("before", view.before), ("after", view.after))
            }
            | {"children": [c.model_dump(by_alias=True) for c in view.children]}
        )
        return
    print(show_ref(view.clause))
    print(f"来源 {view.clause.source} 第 {view.clause.start}–{view.clause.end} 字")
    print()
    print(view.clause.text.strip())
    for title, other in (("前一条", view.before), ("后一条", view.after)):
        if other:
            print(f"\n{title} {other.clause_id}\n  {' '.join(other.text.split())[:80]}")


@app.command("search")
def search_command(
    query: Annotated[str, typer.Argument(metavar="QUERY")],
    k: Annotated[int, typer.Option("--k", min=1, max=1000, help="返回条数")] = 10,
    region: Region = None,
    doc_no: Annotated[str | None, typer.Option("--doc-no", help="文号")] = None,
    reranker: Reranker = None,
    folder: Folder = None,
    as_json: Json = False,
    as_of: AsOf = None,
) -> None:
    """检索条款：词语、文号、标题，或粘贴一段原文。"""
    with opened(folder, reranker) as engine:
        hits: list[Retrieved] = engine.search(query, as_of=day(as_of), k=k, region=region, doc_no=doc_no)
    if as_json:
        emit([h.model_dump(by_alias=True) for h in hits])
        return
    if not hits:
        print("没有找到。请换个说法，或去掉地区、文号的限制。")
    for rank, hit in enumerate(hits, 1):
        print(f"{rank}. {show_ref(hit)}  {hit.score:.3f}\n   {hit.clause_id}\n   {' '.join(hit.text.split())[:160]}")


# -- asking ----------------------------------------------------------------------------------------------------


def show_answer(answer: Answer) -> str:
    """An answer as a person reads it: answer, sources, calculation, warnings."""
    lines = [answer.answer, ""]
    for c in answer.citations:
        lines += [f"[{c.n}] {show_ref(c)}", f"    {' '.join(c.quote.split())}", f"    条款 {c.clause_id}"]
    if answer.calculation:
        lines += ["", f"计算器 {answer.calculation['calculator']}"]
        lines += [f"  · {step['text']}" for step in answer.calculation.get("steps", [])]
    lines += [f"注意：{w}" for w in answer.warnings]
    return "\n".join(lines)


@app.command("ask")
def ask_command(
    question: Annotated[str | None, typer.Argument(metavar="QUESTION")] = None,
    region: Region = None,
    as_of: AsOf = None,
    folder: Folder = None,
    as_json: Json = False,
    explain: Annotated[bool, typer.Option("--explain", help="附上回答是怎样得出的")] = False,
    reranker: Reranker = None,
    batch: Annotated[Path | None, typer.Option("--batch", metavar="IN.jsonl", help="批量提问")] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="OUT.jsonl", help="批量回答写到哪里")] = None,
    rewrite: Annotated[
        bool, typer.Option("--rewrite", help="由语言模型改写文字并逐项核对（须设 ZHENGCE_LLM_URL、ZHENGCE_LLM_MODEL）")
    ] = False,
) -> None:
    """提问：得到有出处的回答和对应的计算。"""
    on = day(as_of)
    if (question is None) == (batch is None) or (batch is None) != (out is None):
        raise typer.BadParameter("给出一个问题，或同时给出 --batch IN.jsonl 与 --out OUT.jsonl")
    if batch is not None and out is not None:
        _ask_batch(batch, out, on, region, folder, explain, rewrite, reranker)
        return
    assert question is not None
    with opened(folder, reranker) as engine:
        answer = engine.ask(question, as_of=on, region=region, explain=explain)
    if rewrite:
        answer = _rewritten(answer)
    if as_json:
        print(answer.json_line())
    else:
        print(show_answer(answer))
        if explain:
            emit(answer.explain)


def read_jsonl(path: Path, needed: tuple[str, ...]) -> list[dict[str, Any]]:
    """The objects of a JSON-lines file; each must have the fields `needed`. Raises IngestError with the line."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise IngestError(f"读不了 {path.name}：{error}。请给出 UTF-8 编码的 JSON Lines 文件。") from None
    rows = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line, parse_float=Decimal)
        except ValueError:
            row = None
        if not isinstance(row, dict) or not all(name in row for name in needed):
            raise IngestError(f"{path.name} 第 {number} 行不对：每行应是含 {'、'.join(needed)} 的 JSON 对象。")
        rows.append(row)
    return rows


def _rewritten(answer: Answer) -> Answer:
    from qa.rewrite import Settings
    from qa.rewrite import rewrite as by_model

    return by_model(answer, Settings.from_env())


def _ask_batch(
    path: Path,
    out: Path,
    on: date,
    region: str | None,
    folder: Path | None,
    explain: bool,
    rewrite: bool,
    reranker: str | None,
) -> None:
    rows = read_jsonl(path, ("id", "question"))
    with opened(folder, reranker) as engine, out.open("w", encoding="utf-8") as sink, progress_bar() as progress:
        engine.warm()
        for done, row in enumerate(rows, 1):
            answer = engine.ask(
                str(row["question"]),
                as_of=day(row["as_of"]) if row.get("as_of") else on,
                region=row.get("region") or region,
                id=str(row["id"]),
                explain=explain,
            )
            sink.write((_rewritten(answer) if rewrite else answer).json_line() + "\n")
            progress("回答", done, len(rows))


# -- calculating -----------------------------------------------------------------------------------------------


@calc.command("list")
def calc_list(as_json: Json = False) -> None:
    """全部计算器。"""
    from qa import calculators

    rules = calculators.all_rules()
    if as_json:
        emit([{"id": r.id, "title": r.title, "kind": r.kind, "region": r.region} for r in rules])
        return
    for r in rules:
        print(f"{r.id}\t{r.region}\t{r.title}")


@calc.command("show")
def calc_show(calculator: Annotated[str, typer.Argument(metavar="ID")], as_json: Json = False) -> None:
    """一个计算器：输入、输出、参数与出处。"""
    from qa import calculators
    from qa.model import titled

    rule = calculators.get(calculator)
    if as_json:
        emit(calculators.describe(rule))
        return
    print(f"{rule.title}\n{rule.region} · {titled(rule.document)}{rule.doc_no or ''}\n\n输入：")
    for i in rule.inputs:
        choices = (
            "（" + " / ".join(f"{value}={label}" for value, label in i.choices.items()) + "）" if i.choices else ""
        )
        print(f"  {i.name}  {i.label}  {i.type} {i.unit} {choices} {'必填' if i.required else f'默认 {i.default}'}")
    print("输出：")
    for o in rule.outputs:
        print(f"  {o.name}  {o.label}  {o.unit}")
    print("参数：")
    for name, p in rule.parameters.items():
        print(f"  {name} = {p.value} {p.unit}  “{' '.join(p.quote.split())}”")


@calc.command("run")
def calc_run(
    calculator: Annotated[str | None, typer.Argument(metavar="ID")] = None,
    inputs: Annotated[str | None, typer.Option("--input", metavar="JSON", help="输入，JSON 对象")] = None,
    as_of: AsOf = None,
    folder: Folder = None,
    as_json: Json = False,
    batch: Annotated[Path | None, typer.Option("--batch", metavar="IN", help="批量：.jsonl、.csv 或 .xlsx")] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="OUT", help="批量结果写到哪里")] = None,
) -> None:
    """按条款计算。"""
    from qa import calculators
    from qa.calculators.batch import read_rows, run_rows, write_rows

    on = day(as_of)
    if batch is not None and out is not None:
        rows = write_rows(out, run_rows(read_rows(batch), as_of=on, clauses=_clauses(folder)))
        print(f"完成：{rows} 行已写入 {out}", file=sys.stderr)
        return
    if calculator is None or inputs is None:
        raise typer.BadParameter("给出计算器 ID 与 --input JSON，或同时给出 --batch 与 --out")
    try:
        result = calculators.run(calculator, calculators.loads(inputs), as_of=on, clauses=_clauses(folder))
    except calculators.CalcError as error:
        result = calculators.Calculation.refused(calculator, error)
    if as_json:
        print(result.to_json())
    elif result.error is None:
        print("\n".join(_calculation_lines(result)))
    if result.error is not None:
        raise fail("：".join(filter(None, (result.error.field, result.error.message))))


def _calculation_lines(result: Calculation) -> Iterator[str]:
    """A calculation as a person reads it: figures, working with its clauses, sources, warnings."""
    from qa import calculators
    from qa.calculators.case import show_value
    from qa.calculators.inputs import plain
    from qa.model import titled

    for spec in calculators.get(result.calculator).outputs:
        value = result.outputs[spec.name]
        if value is None:
            shown = "原文未定"
        elif isinstance(value, Decimal):
            shown = f"{plain(value)}{spec.unit}"
        else:
            shown = spec.choices.get(value, value) if isinstance(value, str) else show_value(value)
        yield f"{spec.label}：{shown}"
    for step in result.steps:
        yield f"  · {step.text}" + (f"［{step.clause_id}］" if step.clause_id else "")
    for source in result.citations:
        yield f"依据：{titled(source.document)}{source.doc_no or ''}“{' '.join(source.quote.split())}”"
    for warning in result.warnings:
        yield f"注意：{warning}"


@calc.command("check")
def calc_check(folder: Folder = None) -> None:
    """核对：每个参数的引文在条款里，引文里的数等于参数值。"""
    from qa.calculators.check import check

    report = check(_clauses(folder))
    for finding in report.findings:
        print(finding)
    print(report.summary())
    if not report.clean:
        raise typer.Exit(1)


def _clauses(folder: Path | None) -> NodeClauses:
    """Where quotes stand, so that steps name their clauses; the bundled corpus is read in first where there is none."""
    from ingest.store import Store
    from qa.calculators import NodeClauses
    from qa.engine import fill

    store = Store.open(workspace(folder).store_path)
    if not store.sources():
        with progress_bar() as progress:
            fill(store, progress)
    return NodeClauses(store.clauses(), store.documents())


# -- matching --------------------------------------------------------------------------------------------------


@app.command("match")
def match_command(
    profile: Annotated[Path | None, typer.Option("--profile", metavar="FILE", help="企业画像，YAML 或 JSON")] = None,
    as_of: AsOf = None,
    folder: Folder = None,
    as_json: Json = False,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="报告写到哪里：.docx、.md、.ics（日历）、.json 或 .txt")
    ] = None,
    template: Annotated[bool, typer.Option("--template", help="打印空白的企业画像（YAML），每个字段都有说明")] = False,
) -> None:
    """政策匹配：企业画像对全部政策，哪些适用、可能适用（缺什么）、不适用（为什么）。"""
    from qa import match
    from qa.calculators import dumps

    if template:
        print(match.template(), end="")
        return
    if profile is None:
        raise typer.BadParameter("给出 --profile 文件；--template 可打印空白的企业画像")
    writers: dict[str, Callable[[match.MatchReport], bytes]] = {
        ".docx": match.to_docx,
        ".md": lambda r: match.to_markdown(r).encode(),
        ".ics": match.to_ics,
        ".json": lambda r: dumps(r.to_dict()).encode(),
        ".txt": lambda r: match.show(r).encode(),
    }
    if out is not None and out.suffix.lower() not in writers:
        raise typer.BadParameter(f"--out 的扩展名应是 {'、'.join(writers)}")
    on = day(as_of)
    told = match.load_profile(profile)
    with opened(folder) as engine:
        report = match.match(engine, told, as_of=on)
    if out is not None:
        try:
            out.write_bytes(writers[out.suffix.lower()](report))
        except OSError as error:
            raise fail(f"写不了 {out}：{error.strerror or error}。请换一个可写的位置。") from None
        print(f"已写入 {out}", file=sys.stderr)
    if as_json:
        emit(report.to_dict())
    elif out is None:
        print(match.show(report))


@app.command("serve")
def serve_command(
    folder: Folder = None,
    port: Annotated[int, typer.Option(min=1, max=65535, help="端口")] = 8501,
    host: Annotated[str, typer.Option(help="监听地址")] = "127.0.0.1",
) -> None:
    """在浏览器里使用。"""
    from qa.app.serve import serve

    serve(folder, port, host)


@app.command("eval")
def eval_command(
    questions: Annotated[Path | None, typer.Option("--set", metavar="FILE", help="题目集（默认自带题目）")] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="报告写到哪里")] = None,
    compare: Annotated[Path | None, typer.Option("--compare", metavar="RUN", help="与之前的一次比较")] = None,
    ablations: Annotated[bool, typer.Option("--ablations", help="逐项拿掉检索的一件，看各值多少")] = False,
    robustness: Annotated[bool, typer.Option("--robustness", help="错字、同音、繁体等改写后重问，看降多少")] = False,
    as_of: AsOf = None,
    folder: Folder = None,
) -> None:
    """跑一套问答题，打印指标，写出报告。"""
    from evals import main_eval

    on = day(as_of)
    with progress_bar() as progress:
        code = main_eval(
            questions, out, folder, compare, as_of=on, ablations=ablations, robustness=robustness, progress=progress
        )
    if code:
        raise typer.Exit(code)


# -- entry point -----------------------------------------------------------------------------------------------


def main() -> None:
    """Run the command line; every foreseen error is one line on stderr and exit 1."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        app()
    except KeyboardInterrupt:
        print("已中断。", file=sys.stderr)
        sys.exit(1)
    except BrokenPipeError:  # the reader of our output has gone: nothing is left to say
        sys.exit(1)
    except Exception as error:
        if os.environ.get("ZHENGCE_DEBUG"):
            raise
        print(told(error), file=sys.stderr)
        sys.exit(1)


def told(error: Exception) -> str:
    """An error as its one line: what is wrong, where, what to do. What was not foreseen says so."""
    from index.errors import IndexError_

    if isinstance(error, IngestError | IndexError_ | CalcError):
        line = str(error)
    elif isinstance(error, OSError):
        line = f"{error.filename or '文件'}：{error.strerror or error}。请检查路径、权限和磁盘空间。"
    else:
        line = f"程序内部错误（{type(error).__name__}：{error}）。设 ZHENGCE_DEBUG=1 可看详情，请把问题报告给开发者。"
    return " ".join(line.split())


if __name__ == "__main__":
    main()
