"""One self-contained HTML page for a run: charts, groups, every miss beside its gold answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from evals.charts import Bar, bars, grouped, lines
from evals.compare import Comparison
from evals.intervals import Difference, interval
from evals.metrics import BY_NAME, METRICS
from evals.run import GROUPS, Row, Run, calibration

if TYPE_CHECKING:
    from evals.ablations import Ablation
    from evals.workshop import Robustness

COLUMNS = [
    "answer_right",
    "answer_first",
    "right_cited",
    "evidence@5",
    "evidence@1500c",
    "citation_recall",
    "citation_precision",
    "grounded",
    "calculation_right",
    "abstain_right",
    "abstained_wrongly",
    "misled",
]
GROUP_LABELS = dict(zip(GROUPS, ("按类型", "按文体", "按角色", "按地区", "按来源文件"), strict=True))


@dataclass(frozen=True, slots=True)
class _Cell:
    mean: float
    low: float
    high: float
    n: int
    color: str


def write_report(
    path: Path,
    run: Run,
    *,
    others: Sequence[Run] = (),
    comparison: Comparison | None = None,
    trec: Mapping[str, float] | None = None,
    ablations: Sequence[Ablation] = (),
    robustness: Sequence[Robustness] = (),
) -> None:
    """Write the page. `others` are shown as further columns of the overview (the same set asked another way)."""
    page = (
        Environment(loader=PackageLoader("evals", "."), autoescape=True, undefined=StrictUndefined, trim_blocks=True)
        .get_template("report.html.j2")
        .render(
            run=run,
            about=list(_flat(run.about)),
            overview=[(group, _overview(run, group)) for group in ("答案", "引用", "检索", "计算", "拒答")],
            rows=[(BY_NAME[name], i) for name, i in run.intervals.items()],
            others=others,
            trec=trec,
            columns=[BY_NAME[name] for name in COLUMNS],
            groups=[(kind, GROUP_LABELS[kind], _groups(run, kind)) for kind in GROUPS],
            calibration=_calibration(run),
            latency=run.summary().get("latency_ms"),
            comparison=comparison,
            better={m.name: m.better for m in METRICS},
            violations=[(row, violation) for row in run.rows for violation in row.violations],
            ablations=_ablations(ablations),
            robustness=_robustness(robustness),
        )
    )
    path.write_text(page, encoding="utf-8")


def _flat(about: Mapping[str, Any], prefix: str = "") -> Sequence[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for key, value in about.items():
        found += _flat(value, f"{key}.") if isinstance(value, Mapping) else [(f"{prefix}{key}", str(value))]
    return found


def _overview(run: Run, group: str) -> Any:
    items = [
        Bar(m.label, i.mean, i.low, i.high, f"（{i.n} 题）")
        for m in METRICS
        if m.group == group and m.share and (i := run.intervals.get(m.name)) is not None
    ]
    return bars(items, title=group, width=720) if items else ""


def _groups(run: Run, kind: str) -> list[tuple[str, int, list[_Cell | None]]]:
    return [
        (name, len(rows), [_cell(run, metric, rows) for metric in COLUMNS]) for name, rows in run.groups(kind).items()
    ]


def _cell(run: Run, metric: str, rows: Sequence[Row]) -> _Cell | None:
    values = run.values(metric, rows)
    if not values:
        return None
    i = interval(values, resamples=500)
    good = i.mean if BY_NAME[metric].better >= 0 else 1 - i.mean
    return _Cell(i.mean, i.low, i.high, i.n, f"hsl({int(good * 120)} 55% 88%)")


def _calibration(run: Run) -> Any:
    table = calibration(run)
    if not table:
        return ""
    return lines(
        {"所答对的比例": [(c, right) for c, right, _ in table], "理想": [(0.0, 0.0), (1.0, 1.0)]},
        x_label="答案自报的把握度",
        y_label="答对的比例",
        title="把握度",
        width=480,
    )


def _ablations(found: Sequence[Ablation]) -> dict[str, Any] | None:
    if not found:
        return None
    from evals.ablations import chart

    metrics = list(found[0].values)
    return {
        "metrics": metrics,
        "chart": chart(found),
        "rows": [
            {"label": a.label, "values": [a.values.get(m) for m in metrics], "p": _p(a.difference)} for a in found
        ],
    }


def _p(difference: Difference | None) -> str:
    return "" if difference is None else f"{difference.p:.4f}（{difference.mean:+.4f}）"


def _robustness(found: Sequence[Robustness]) -> dict[str, Any] | None:
    if not found:
        return None
    return {
        "rows": found,
        "chart": grouped({r.label: {"原题": r.before, "改写": r.after} for r in found}, title="抗扰动"),
    }
