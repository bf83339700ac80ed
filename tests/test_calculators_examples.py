"""Worked examples: every figure of every example comes out exactly, from our own file and, where present, the shared one."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from qa.calculators import get, ids, loads, run
from qa.calculators.registry import function

OWN = Path(__file__).with_name("calculator_examples")  # one file a family
SHARED = Path(__file__).resolve().parents[1].parent / "shared" / "rules" / "examples.jsonl"


def read(path: Path) -> list[dict[str, Any]]:
    """The examples of one file, or of all files of a folder; none where there is no such file."""
    files = sorted(path.glob("*.jsonl")) if path.is_dir() else [path] if path.exists() else []
    return [loads(line) for f in files for line in f.read_text(encoding="utf-8").splitlines() if line.strip()]


def cases(path: Path) -> list[Any]:
    return [pytest.param(example, id=example["id"]) for example in read(path)]


def check(example: dict[str, Any]) -> None:
    if function(example["calculator"]) is None:
        pytest.skip(f"{example['calculator']} is not written yet")
    result = run(example["calculator"], example["inputs"], as_of=date(2018, 12, 1))
    if "error" in example:  # the field that must be named; no figure beside it
        assert result.error is not None and result.error.field == example["error"], result.error
        assert result.outputs == {}
        return
    assert result.error is None, result.error
    got = {name: v.isoformat() if isinstance(v, date) else v for name, v in result.outputs.items()}
    assert got == {name: Decimal(v) if type(v) is int else v for name, v in example["expected"].items()}, example["why"]
    assert set(got) == {o.name for o in get(example["calculator"]).outputs}
    assert result.steps and all(step.text for step in result.steps)
    assert result.citations


@pytest.mark.parametrize("example", cases(OWN))
def test_own_worked_example(example: dict[str, Any]) -> None:
    check(example)


@pytest.mark.parametrize("example", cases(SHARED))
def test_shared_worked_example(example: dict[str, Any]) -> None:
    check(example)


def test_shared_examples_are_there() -> None:
    if not SHARED.exists():
        pytest.skip(f"{SHARED} is not here: only our own examples were run")
    assert len(read(SHARED)) > 200


def test_every_calculator_written_has_an_own_example_that_pays_and_one_that_does_not_or_sits_on_a_boundary() -> None:
    counts: dict[str, int] = {}
    for example in read(OWN):
        counts[example["calculator"]] = counts.get(example["calculator"], 0) + 1
    few = [i for i in ids() if function(i) is not None and counts.get(i, 0) < 2]
    assert not few, f"calculators with fewer than two own examples: {few}"
