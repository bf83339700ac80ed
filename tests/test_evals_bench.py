"""The benchmark's figures are what they say, and its page and charts stand alone."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from xml.etree import ElementTree

import pytest

from evals.bench import PARTS, Curve, Measure, bench_calculators, bench_ingest, timed, write
from evals.bench_index import HYBRID, OURS, RANK, apart, lexical, memory, picture, spread
from evals.charts import Bar, bars, grouped, lines
from evals.resampled import resampled, sentences
from index.train import Article


def test_the_median_of_the_runs_is_shown() -> None:
    waits = iter([0.0, 0.05, 0.0])
    assert timed(lambda: time.sleep(next(waits)), runs=3) < 0.02
    assert timed(time.sleep, 0.02) >= 0.02


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


ARTICLES = [
    Article("法.md", "法", "第一章", "第一条", "企业应当登记。登记不收费；另有规定的除外。"),
    Article("法.md", "法", "第一章", "第二条", "本法自公布之日起施行。"),
    Article("条例.md", "条例", "第二章", "第一条", "违反规定的，处以罚款。"),
]


def test_synthetic_clauses_are_sentences_of_real_ones_and_the_same_each_time() -> None:
    made = resampled(ARTICLES, 200)
    known = {s for a in ARTICLES for s in sentences(a.text)}
    assert len(made) == 200 and made == resampled(ARTICLES, 200) != resampled(ARTICLES, 200, seed=1)
    assert all(known >= set(sentences(a.text)) for a in made)
    assert {len(sentences(a.text)) for a in made} == {1, 3}
    assert len({(a.file, a.number) for a in made}) == 200 and len({a.title for a in made}) == 5
    assert all("".join(sentences(a.text)) == a.text for a in ARTICLES)


def test_each_way_is_measured_in_a_process_of_its_own() -> None:
    parent = os.getpid()
    found = apart(lambda: {"pid": os.getpid(), "sum": float(sum(bytearray(80 << 20)))}, "memory_mb")
    assert found["pid"] != parent and found["memory_mb"] >= 70
    assert apart(lambda: os._exit(3), "memory_mb") == {}
    assert memory() > 0


def test_time_spent_waiting_is_not_the_processors() -> None:
    found = spread(lambda seconds: time.sleep(seconds), [0.02] * 5)
    assert found["p50_ms"] >= 20 > 5 > found["cpu_p50_ms"]


def test_our_words_and_the_peers_are_measured_side_by_side() -> None:
    pytest.importorskip("bm25s")
    made = lexical([["企业", "登记", str(i)] for i in range(50)], [["企业"], ["登记", "没有"], ["没有"]])
    assert list(made) == [OURS, RANK, "bm25s"]
    assert all({"build_s", "p50_ms", "p95_ms", "memory_mb"} <= set(figures) for figures in made.values())


def test_the_growth_picture_names_every_way_in_every_panel() -> None:
    rows = [
        {"clauses": n, "what": what, "build_s": n / 1e3, "p50_ms": 1.0, "p95_ms": 2.0, "memory_mb": 9.0}
        for n in (3_000, 1_000_000)
        for what in (HYBRID, RANK)
    ]
    root = ElementTree.fromstring(picture(rows))
    words = [e.text for e in root.iter() if e.text]
    assert words.count(HYBRID) == words.count(RANK) >= 4 and "建索引，秒" in words and "条款" in words
    assert "bm25s" not in words
