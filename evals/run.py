"""Run a question set against an engine and keep everything that was said: `run(ask, questions, sources) -> Run`."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import platform
import statistics
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

from evals import grounding
from evals.intervals import Interval, interval
from evals.metrics import METRICS, Case, mean, score
from evals.questions import Question, load_questions
from ingest.model import IngestError

Progress = Callable[[str, int, int], None]
GROUPS = ("type", "style", "persona", "region", "document")  # what figures are broken down by
NONE = "（未指明）"


class Ask(Protocol):
    """Anything that answers: a question line in, the contract's answer object (as JSON) out."""

    def __call__(self, question: Question, /) -> Mapping[str, Any]: ...


@dataclass(frozen=True)
class Row:
    """One question, what was answered, its metrics and whatever did not stand in the answer."""

    gold: Question
    got: Mapping[str, Any] | None
    metrics: Mapping[str, float]
    violations: tuple[grounding.Violation, ...] = ()

    @property
    def id(self) -> str:
        return self.gold.id

    @property
    def missed(self) -> bool:
        """Answered wrongly, not at all, or answered where the corpus says nothing."""
        return self.metrics.get("answer_right") == 0.0 or self.metrics.get("abstain_right") == 0.0

    def group(self, name: str) -> tuple[str, ...]:
        """The groups of one kind that the question counts in (a question over two documents counts in both)."""
        if name == "document":
            return self.gold.files or (NONE,)
        return (getattr(self.gold, name) or NONE,)


@dataclass(frozen=True)
class Run:
    """A scored run. `about` says how it came to be: set, its digest, date, machine, settings."""

    name: str
    rows: tuple[Row, ...]
    about: Mapping[str, Any] = field(default_factory=dict)

    def values(self, metric: str, rows: Iterable[Row] | None = None) -> list[float]:
        """The values of one metric where it applies, in the order of the questions."""
        return [row.metrics[metric] for row in (self.rows if rows is None else rows) if metric in row.metrics]

    def mean(self, metric: str) -> float | None:
        """The mean to four decimals; None where the metric applies to no question."""
        return mean(self.values(metric))

    @cached_property
    def intervals(self) -> dict[str, Interval]:
        """Every metric that applies, with its 95 % bootstrap interval."""
        return {m.name: interval(values) for m in METRICS if (values := self.values(m.name))}

    @cached_property
    def missing(self) -> int:
        return sum(row.got is None for row in self.rows)

    @cached_property
    def misses(self) -> list[Row]:
        return [row for row in self.rows if row.missed]

    def groups(self, kind: str) -> dict[str, list[Row]]:
        """The rows by type, style, persona, region or document, sorted by name."""
        found: dict[str, list[Row]] = defaultdict(list)
        for row in self.rows:
            for name in row.group(kind):
                found[name].append(row)
        return dict(sorted(found.items()))

    def summary(self) -> dict[str, Any]:
        """The figures as JSON: over all, with intervals, by every group, latency. Keys shared with the scorer agree."""
        result: dict[str, Any] = {
            "n": len(self.rows),
            "missing": self.missing,
            "all": {m.name: self.mean(m.name) for m in METRICS},
            "interval": {name: [round(i.low, 4), round(i.high, 4)] for name, i in self.intervals.items()},
        }
        for kind in GROUPS:
            result[kind] = {
                name: {
                    "n": len(rows),
                    **{m.name: mean(values) for m in METRICS if (values := self.values(m.name, rows))},
                }
                for name, rows in self.groups(kind).items()
            }
        if latencies := sorted(self.values("latency_ms")):
            result["latency_ms"] = {
                "p50": latencies[len(latencies) // 2],
                "p95": latencies[int(len(latencies) * 0.95)],
                "max": latencies[-1],
            }
        result["violations"] = sum(len(row.violations) for row in self.rows)
        return result

    # -- files -------------------------------------------------------------------------------------------------

    def to_json(self) -> dict[str, Any]:
        """The run as JSON; `Run.load` reads it back."""
        return {
            "name": self.name,
            "about": dict(self.about),
            "summary": self.summary(),
            "rows": [
                {
                    "gold": row.gold.model_dump(mode="json", exclude_defaults=True),
                    "got": row.got,
                    "metrics": dict(row.metrics),
                    "violations": [asdict(v) for v in row.violations],
                }
                for row in self.rows
            ],
        }

    def write_json(self, path: Path) -> None:
        """Everything, so that a later run can be compared with this one."""
        path.write_text(json.dumps(self.to_json(), ensure_ascii=False, indent=1, default=_plain), encoding="utf-8")

    def write_csv(self, path: Path) -> None:
        """One line a question: its labels, its metrics, question, gold answer, answer. Opens in a spreadsheet."""
        with path.open("w", encoding="utf-8-sig", newline="") as sink:
            writer = csv.writer(sink)
            names = [m.name for m in METRICS]
            writer.writerow(["id", "type", "style", "persona", "region", *names, "question", "gold", "answer"])
            for row in self.rows:
                gold = row.gold
                got = (row.got or {}).get("answer", "")
                labels = [gold.id, gold.type, gold.style, gold.persona, gold.region or ""]
                texts = [_cell(text) for text in (gold.question, gold.answer, got)]
                writer.writerow([*map(_cell, labels), *(row.metrics.get(n, "") for n in names), *texts])

    def write_answers(self, path: Path) -> None:
        """The answers as `zhengce ask --batch` writes them: what the scorer of record reads."""
        lines = [json.dumps(row.got, ensure_ascii=False, default=_plain) for row in self.rows if row.got is not None]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> Run:
        """A run written by `write_json`; `path` may be its folder. Raises IngestError when it is not one."""
        path = path / "run.json" if path.is_dir() else path
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
            rows = tuple(
                Row(
                    Question.model_validate(row["gold"]),
                    row["got"],
                    row["metrics"],
                    tuple(grounding.Violation(**v) for v in row["violations"]),
                )
                for row in data["rows"]
            )
            return cls(data["name"], rows, data["about"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise IngestError(
                f"{path} 不是一次评测的 run.json（{type(error).__name__}）。请给出 zhengce eval --out 的文件夹。"
            ) from None


def _plain(value: Any) -> Any:
    """Decimals and dates as JSON has them."""
    if isinstance(value, date):
        return value.isoformat()
    return int(value) if value == int(value) else float(value)


def _cell(text: str) -> str:
    """A spreadsheet must show a text, not run it as a formula."""
    return "'" + text if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def run(
    ask: Ask,
    questions: Sequence[Question],
    sources: Mapping[str, str],
    *,
    name: str = "run",
    about: Mapping[str, Any] | None = None,
    progress: Progress | None = None,
) -> Run:
    """Ask every question and score the answers. `sources`: file name → decoded text, for the verbatim checks."""
    answers: dict[str, Mapping[str, Any]] = {}
    for done, question in enumerate(questions, 1):
        answers[question.id] = ask(question)
        if progress is not None:
            progress(f"评测 {name}", done, len(questions))
    return scored(questions, answers, sources, name=name, about=about)


def scored(
    questions: Sequence[Question],
    answers: Mapping[str, Mapping[str, Any]],
    sources: Mapping[str, str],
    *,
    name: str = "run",
    about: Mapping[str, Any] | None = None,
) -> Run:
    """Score answers that were given before (question id → answer object); a question without one scores as missing."""
    rows = []
    for question in questions:
        got = answers.get(question.id)
        found = tuple(grounding.violations(got, sources)) if got is not None else ()
        rows.append(Row(question, got, score(Case(question, got, sources)), found))
    return Run(name, tuple(rows), about or {})


# -- around an engine ------------------------------------------------------------------------------------------


def source_texts(folder: Path) -> dict[str, str]:
    """The decoded text of every UTF-8 text file in `folder`, read here and not through the product."""
    return {path.name: path.read_bytes().decode("utf-8-sig") for path in sorted(folder.glob("*.txt"))}


def asking(engine: Any, as_of: date, *, regions: bool = True) -> Ask:
    """Ask through `Engine.ask`; without `regions` the region of a question line is kept from it (people seldom say)."""

    def ask(question: Question, /) -> Mapping[str, Any]:
        answer = engine.ask(
            question.question,
            as_of=date.fromisoformat(question.as_of) if question.as_of else as_of,
            region=question.region if regions else None,
            id=question.id,
        )
        answered: dict[str, Any] = json.loads(answer.json_line())
        return answered

    return ask


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    model = ""
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [line.partition(":")[2].strip() for line in info.read_text().splitlines() if "model name" in line]
        model = names[0] if names else ""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") if hasattr(os, "sysconf") else 0
    return {
        "cpu": model or platform.processor(),
        "cores": os.cpu_count(),
        "memory_gib": round(memory / 2**30, 1),
        "system": platform.platform(terse=True),
        "python": platform.python_version(),
    }


def digest(path: Path) -> str:
    """The first sixteen hex digits of a file's SHA-256."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]


def calibration(run: Run, bins: int = 5) -> list[tuple[float, float, int]]:
    """(mean confidence, share right, how many) of the answers given, by confidence from low to high."""
    pairs = [
        (float(row.got["confidence"]), row.metrics.get("answer_right", 0.0))
        for row in run.rows
        if row.got is not None and not row.got.get("abstained") and isinstance(row.got.get("confidence"), int | float)
    ]
    table = []
    for low in range(bins):
        part = [p for p in pairs if low / bins <= p[0] < (low + 1) / bins or (low == bins - 1 and p[0] == 1.0)]
        if part:
            table.append((statistics.mean(p[0] for p in part), statistics.mean(p[1] for p in part), len(part)))
    return table


__all__ = [
    "GROUPS",
    "Ask",
    "Row",
    "Run",
    "asking",
    "calibration",
    "digest",
    "load_questions",
    "machine",
    "run",
    "scored",
    "source_texts",
]
