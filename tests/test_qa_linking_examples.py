"""Questions as their askers put them reach their calculator and get its figure; the near misses get none.

Each file of `linking_examples` holds lines {"question", "region"?, "calculator", "says"}: the calculator that must be linked
(null: none may work anything out) and the facts that the answer must hold, each with its alternatives divided by "|".
"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from evals.text import has_fact, squeeze
from ingest.workspace import Workspace
from qa.engine import Engine

TODAY = date(2026, 11, 21)
LONGEST = 600  # characters; what a longer answer says does not count
FOLDER = Path(__file__).parent / "linking_examples"
EXAMPLES = [
    pytest.param(json.loads(line), id=f"{file.stem}-{number}")
    for file in sorted(FOLDER.glob("*.jsonl"))
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
]


@pytest.fixture(scope="module")
def engine(workspace: Path) -> Engine:
    return Engine.open(Workspace(workspace))


@pytest.mark.parametrize("example", EXAMPLES)
def test_a_question_reaches_its_calculator_and_its_figure(engine: Engine, example: dict[str, Any]) -> None:
    answer = engine.ask(example["question"], as_of=TODAY, region=example.get("region"))
    calculation = answer.calculation or {}
    if example["calculator"] is None:
        assert not calculation or calculation["missing"], answer.answer
        return
    assert calculation.get("calculator") == example["calculator"], answer.answer
    said = squeeze(answer.answer)
    assert not answer.abstained and len(said) <= LONGEST
    assert [fact for fact in example.get("says", ()) if not has_fact(fact, said)] == [], answer.answer
