"""`zhengce eval`: run a set, print the figures, write run.json, run-without-region.json, run.csv, answers.jsonl, report.html."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evals.compare import Comparison
from evals.compare import compare as compare_runs
from evals.metrics import METRICS
from evals.questions import Question, check, dev_set, load_questions, shipped_set
from evals.report import write_report
from evals.run import Progress, Run, asking, digest, machine, run, source_texts
from evals.trec import measures
from ingest.model import IngestError
from ingest.workspace import Workspace, bundled_corpus

if TYPE_CHECKING:
    from qa.engine import Engine

WITHOUT_REGION = "不给地区"
SHOWN = 20  # faults of the set that are printed


def main_eval(
    set: Path | None = None,
    out: Path | None = None,
    workspace: Path | None = None,
    compare: Path | None = None,
    *,
    as_of: date | None = None,
    ablations: bool = False,
    robustness: bool = False,
    limit: int | None = None,
    progress: Progress | None = None,
) -> int:
    """Evaluate `set` (default: the development set and our own questions) in `workspace`, print the figures, write the report into `out`.

    Every set is asked twice: with the region of each question line, and without it. Returns the exit status: 1 when
    the set itself has a serious fault (the run is still made, the faults are printed), else 0.
    Raises IngestError for what the user can put right.
    """
    from qa.engine import Engine

    paths = (set,) if set is not None else (dev_set(), shipped_set())
    name = set.stem if set is not None else "shipped"
    questions = [question for path in paths for question in load_questions(path)][:limit]
    place: Workspace = Workspace.resolve(workspace)
    earlier = Run.load(compare) if compare is not None else None
    engine = Engine.open(place, progress=progress)
    on = as_of or date.today()
    sources = all_sources(engine)
    faults = check(questions, sources)
    about = {
        "问题集": "、".join(f"{path.name}（{digest(path)}）" for path in paths),
        "基准日": on.isoformat(),
        **describe(engine),
        **machine(),
    }

    made = run(asking(engine, on), questions, sources, name=name, about=about, progress=progress)
    bare = run(
        asking(engine, on, regions=False), questions, sources, name=WITHOUT_REGION, about=about, progress=progress
    )
    clauses = {id: node.text for id, node in engine.nodes.items()}
    trec = measures(made, clauses)
    comparison = compare_runs(earlier, made) if earlier is not None else None

    folder = out or place.path / "eval" / name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        made.write_json(folder / "run.json")
        bare.write_json(folder / "run-without-region.json")
        made.write_csv(folder / "run.csv")
        made.write_answers(folder / "answers.jsonl")
        write_report(
            folder / "report.html",
            made,
            others=[bare],
            comparison=comparison,
            trec=trec,
            ablations=_ablate(engine, questions, progress) if ablations else (),
            robustness=_robust(engine, on, made, sources, progress) if robustness else (),
        )
    except OSError as error:
        raise IngestError(f"写不了评测报告 {folder}：{error.strerror}。请用 --out 换一个可写的文件夹。") from None

    for line in summary_lines(made, bare, trec, comparison):
        print(line)
    for problem in faults[:SHOWN]:
        print(f"问题集：{problem}")
    if len(faults) > SHOWN:
        print(f"问题集：另有 {len(faults) - SHOWN} 处，见 python -m evals.workshop check")
    print(f"报告：{folder / 'report.html'}")
    return 1 if any(problem.serious for problem in faults) else 0


def all_sources(engine: Engine) -> dict[str, str]:
    """The bundled sources as their files decode, and whatever else was ingested as the store keeps it."""
    texts = {info.name: engine.store.source_text(info.name) for info in engine.store.sources()}
    return texts | source_texts(bundled_corpus() / "sources")


def describe(engine: Engine) -> dict[str, Any]:
    """What was asked: how many documents and clauses."""
    return {"文件": len(engine.documents), "条款": len(engine.nodes)}


def summary_lines(made: Run, bare: Run | None, trec: Mapping[str, float], comparison: Comparison | None) -> list[str]:
    """The figures as they are printed: mean, interval, and the mean without region where it differs in kind."""
    summary = made.summary()
    lines = [f"{summary['n']} 题，{summary['missing']} 题没有作答行；{summary['violations']} 处经不起核对"]
    for metric in METRICS:
        value, around = summary["all"][metric.name], made.intervals.get(metric.name)
        if value is None or around is None:
            continue
        other = bare.mean(metric.name) if bare is not None else None
        beside = f"  {WITHOUT_REGION} {other:.4f}" if other is not None else ""
        lines.append(f"  {metric.name:20} {value:.4f}  [{around.low:.3f}, {around.high:.3f}]  n={around.n}{beside}")
    for name, group in summary["type"].items():
        shown = {
            k: group[k] for k in ("n", "evidence@5", "citation_recall", "answer_right", "abstain_right") if k in group
        }
        lines.append(f"  {name:14} " + "  ".join(f"{k}={v}" for k, v in shown.items()))
    if trec:
        lines.append("  条款排序 " + "  ".join(f"{k}={v:.4f}" for k, v in trec.items()))
    if "latency_ms" in summary:
        lines.append("  用时毫秒 " + "  ".join(f"{k}={v:.1f}" for k, v in summary["latency_ms"].items()))
    return lines + (list(comparison.lines()) if comparison is not None else [])


def _ablate(engine: Engine, questions: list[Question], progress: Progress | None) -> Any:
    from evals.ablations import ablate

    return ablate(engine, questions, progress=progress)


def _robust(engine: Engine, on: date, made: Run, sources: Mapping[str, str], progress: Progress | None) -> Any:
    from evals.workshop import robustness

    return robustness(asking(engine, on), made, sources, progress=progress)
