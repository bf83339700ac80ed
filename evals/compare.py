"""Two runs over the same questions: what got better, what got worse, and whether that is more than chance."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from evals.intervals import Difference, paired
from evals.metrics import METRICS
from evals.run import Row, Run
from ingest.model import IngestError

MOVERS = ("answer_right", "abstain_right", "right_cited", "evidence@5")  # by which a question is called better or worse


@dataclass(frozen=True)
class Moved:
    """A question that changed, with both answers."""

    before: Row
    after: Row
    metrics: tuple[str, ...]


@dataclass(frozen=True)
class Comparison:
    """The paired difference of every shared metric and the questions that moved."""

    before: Run
    after: Run
    differences: dict[str, Difference]
    better: tuple[Moved, ...]
    worse: tuple[Moved, ...]
    unmatched: int

    def lines(self) -> Iterator[str]:
        """The comparison as lines of text."""
        yield f"与 {self.before.name} 相比（{self.unmatched} 题只在其一，不计）："
        for name, d in self.differences.items():
            if d.up or d.down:
                yield (
                    f"  {name:20} {d.mean:+.4f}  [{d.low:+.4f}, {d.high:+.4f}]  p={d.p:.4f}  升 {d.up} 降 {d.down} / {d.n}"
                )
        for word, moved in (("变好", self.better), ("变差", self.worse)):
            yield f"  {word} {len(moved)} 题：{' '.join(m.after.id for m in moved[:40])}"


def compare(before: Run, after: Run) -> Comparison:
    """Pair the runs by question id. Raises IngestError when they share no question."""
    earlier = {row.id: row for row in before.rows}
    pairs = [(earlier[row.id], row) for row in after.rows if row.id in earlier]
    if not pairs:
        raise IngestError("两次评测没有共同的题，无法比较。请用同一问题集的结果。")
    differences = {}
    for metric in METRICS:
        both = [
            (b.metrics[metric.name], a.metrics[metric.name])
            for b, a in pairs
            if metric.name in b.metrics and metric.name in a.metrics
        ]
        if both:
            differences[metric.name] = paired([b for b, _ in both], [a for _, a in both])
    unmatched = len(before.rows) + len(after.rows) - 2 * len(pairs)
    return Comparison(before, after, differences, _moved(pairs, 1), _moved(pairs, -1), unmatched)


def _moved(pairs: list[tuple[Row, Row]], way: int) -> tuple[Moved, ...]:
    found = []
    for before, after in pairs:
        names = tuple(
            name
            for name in MOVERS
            if name in before.metrics
            and name in after.metrics
            and (after.metrics[name] - before.metrics[name]) * way > 0
        )
        if names:
            found.append(Moved(before, after, names))
    return tuple(found)
