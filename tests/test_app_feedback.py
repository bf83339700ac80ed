"""Feedback is kept whole, from many sessions at once, and outlives the program."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from qa.app.feedback import Entry, Feedback


def test_a_vote_with_its_reason_is_read_back(tmp_path: Path) -> None:
    book = Feedback(tmp_path / "w" / "feedback.sqlite3")
    id = book.add(Entry("down", "问？", "答。[1]", ("c1", "c2"), region="河北省", as_of="2019-01-01"))
    book.explain(id, "数字不对", "应为 50万元")
    [entry] = Feedback(tmp_path / "w" / "feedback.sqlite3").entries("down")
    assert (entry.question, entry.clauses, entry.reason) == ("问？", ("c1", "c2"), "数字不对")
    assert (entry.comment, entry.region, entry.done) == ("应为 50万元", "河北省", False)


def test_kinds_are_told_apart_latest_first(tmp_path: Path) -> None:
    book = Feedback(tmp_path / "f")
    for vote in ("up", "unanswered", "up"):
        book.add(Entry(vote, f"{vote}？"))
    assert [e.id for e in book.entries("up")] == [3, 1]
    assert [e.question for e in book.entries("unanswered")] == ["unanswered？"]


def test_entries_can_be_ticked_off_and_on(tmp_path: Path) -> None:
    book = Feedback(tmp_path / "f")
    id = book.add(Entry("down", "问？"))
    book.mark_done([id])
    assert book.entries()[0].done
    book.mark_done([id], False)
    assert not book.entries()[0].done


def test_sessions_writing_at_once_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "f"
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: Feedback(path).add(Entry("up", f"问题{n}'; DROP TABLE feedback; --")), range(40)))
    entries = Feedback(path).entries()
    assert len(entries) == 40
    assert {e.question for e in entries} == {f"问题{n}'; DROP TABLE feedback; --" for n in range(40)}


def test_a_very_long_text_is_cut(tmp_path: Path) -> None:
    book = Feedback(tmp_path / "f")
    book.add(Entry("up", "长" * 100_000))
    assert len(book.entries()[0].question) == 2000


def test_the_oldest_entries_go_when_there_are_too_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qa.app.feedback.MOST", 3)
    book = Feedback(tmp_path / "f")
    for n in range(5):
        book.add(Entry("up", f"{n}"))
    assert [e.question for e in book.entries()] == ["4", "3", "2"]
