"""Each part taken away is really taken away, and the table says what it was worth."""

from __future__ import annotations

from pathlib import Path

import pytest

from evals.ablations import METRICS, Ablation, ablate, chart, lines
from evals.questions import load_questions, shipped_set
from ingest.workspace import Workspace
from qa.engine import Engine


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> list[Ablation]:
    engine = Engine.open(Workspace.resolve(tmp_path_factory.mktemp("home")))
    return ablate(engine, load_questions(shipped_set())[::4])


def test_every_setting_is_measured_against_the_full_search(found: list[Ablation]) -> None:
    assert [a.name for a in found] == ["hybrid", "bm25", "dense", "no-lexicon", "no-metadata", "windows"]
    assert found[0].difference is None
    for ablation in found[1:]:
        assert ablation.difference is not None and ablation.difference.n > 20
        assert all(0 <= (ablation.values[metric] or 0) <= 1 for metric in METRICS)


def test_words_and_vectors_together_find_more_than_either(found: list[Ablation]) -> None:
    figures = {a.name: a.values["mrr@10"] or 0.0 for a in found}
    assert figures["hybrid"] > figures["bm25"]
    assert figures["hybrid"] > figures["dense"]


def test_no_setting_is_the_full_search_under_another_name(found: list[Ablation]) -> None:
    full = [round(v or 0, 4) for v in found[0].values.values()]
    for ablation in found[1:]:
        assert [round(v or 0, 4) for v in ablation.values.values()] != full or ablation.name == "no-lexicon"


def test_the_table_and_the_chart_name_every_setting(found: list[Ablation], tmp_path: Path) -> None:
    text, drawn = "\n".join(lines(found)), chart(found)
    for ablation in found:
        assert ablation.label in text and ablation.label in drawn
