"""What a reliability check found: how many trials, how many failed and how. Shared by all `evals.faults*` modules."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Finding:
    """One check. `trials` were made, `failures` say what went wrong (one line each); `figures` are what was measured."""

    name: str
    promise: str  # what must hold, in a sentence (Chinese)
    trials: int
    failures: tuple[str, ...] = ()
    figures: dict[str, Any] = field(default_factory=dict)
    seconds: float = 0.0
    skipped: str = ""  # why it was not made, if so

    @property
    def ok(self) -> bool:
        return not self.failures

    def line(self) -> str:
        """The finding as one line of text."""
        if self.skipped:
            return f"跳过  {self.name}：{self.skipped}"
        figures = "，".join(f"{k} {v}" for k, v in self.figures.items())
        outcome = "通过" if self.ok else f"失败 {len(self.failures)}"
        shown = "".join(f"\n        {failure}" for failure in self.failures[:5])
        return f"{outcome}  {self.name}：{self.trials} 次，{self.seconds:.1f} 秒。{self.promise}{'　' + figures if figures else ''}{shown}"

    def to_json(self) -> dict[str, Any]:
        """The finding as JSON."""
        return asdict(self) | {"ok": self.ok}


def finding(name: str, promise: str, check: Callable[[], tuple[int, Sequence[str], dict[str, Any]]]) -> Finding:
    """Run a check that returns (trials, failures, figures) and time it; a check that breaks off has failed."""
    started = time.perf_counter()
    try:
        trials, failures, figures = check()
    except Exception as error:
        trials, failures, figures = 0, [f"检查中断：{type(error).__name__} {error}"], {}
    return Finding(name, promise, trials, tuple(failures), figures, round(time.perf_counter() - started, 2))
