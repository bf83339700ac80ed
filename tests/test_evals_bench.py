"""The benchmark's figures are what they say, and its page and charts stand alone."""

from __future__ import annotations

import json
import time
from pathlib import Path
from xml.etree import ElementTree

import pytest

from evals.bench import PARTS, Curve, Measure, bench_calculators, bench_ingest, percentile, timed, write
from evals.charts import Bar, bars, grouped, lines


def test_the_median_of_the_runs_is_shown() -> None:
    waits = iter([0.0, 0.05, 0.0])
    assert timed(lambda: time.sleep(next(waits)), runs=3) < 0.02
    assert timed(time.sleep, 0.02) >= 0.02


def test_a_percentile_is_one_of_the_values() -> None:
    assert percentile([5.0, 1.0, 3.0], 0.5) == 3.0
    assert percentile([float(i) for i in range(100)], 0.95) == 95.0
    assert percentile([7.0], 0.95) == 7.0


def test_ingestion_is_measured_on_the_bundled_corpus(tmp_path: Path) -> None:
    made = {m.name: m for m in bench_ingest(tmp_path) if isinstance(m, Measure)}
    assert made["corpus into an empty store"].note == "266,411 characters"
    rate = 266_411 / made["corpus into an empty store"].value
    assert made["characters a second"].value == pytest.approx(rate)
    assert made["again, nothing changed"].value < 1000 * made["corpus into an empty store"].value


def test_every_calculator_is_counted(tmp_path: Path) -> None:
    made = {m.name: m.value for m in bench_calculators(tmp_path) if isinstance(m, Measure)}
    assert made["rules"] == 161
    assert made["calculations a second"] > 50


def test_the_page_holds_every_figure_and_loads_nothing(tmp_path: Path) -> None:
    measures = [Measure("query", "<b>ask</b>", 12.5, "ms", "163 questions")]
    write(tmp_path, measures, [Curve("search", "clauses", "ms", {"ours": [(10, 1.0), (1000, 2.0)]})])
    page = (tmp_path / "bench.html").read_text(encoding="utf-8")
    assert "12.5" in page and "<svg" in page and "<b>" not in page
    assert "src=" not in page and "href=" not in page
    assert json.loads((tmp_path / "bench.json").read_text(encoding="utf-8"))["measures"][0]["value"] == 12.5
    assert set(PARTS) == {"ingest", "index", "query", "cold", "calculators", "app", "growth"}


@pytest.mark.parametrize("hostile", ["<script>", "a&b", '"x"'])
def test_charts_are_well_formed_whatever_the_labels(hostile: str) -> None:
    drawn = [
        bars([Bar(hostile, 0.5, 0.4, 0.6, hostile), Bar("空", 0.0)], title=hostile),
        grouped({hostile: {hostile: 0.3, "乙": 1.2}}, title=hostile),
        lines({hostile: [(1, 1), (10, 5)]}, x_label=hostile, y_label=hostile, log=True),
        lines({"零": [(0, 0)]}, x_label="x", y_label="y"),
    ]
    for chart in drawn:
        root = ElementTree.fromstring(str(chart))
        assert root.tag.endswith("svg")
        assert all(element.tag.rpartition("}")[2] != "script" for element in root.iter())
