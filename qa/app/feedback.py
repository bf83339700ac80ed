"""What people say about answers, and the questions that found none: one small SQLite file in the workspace.

Each entry is one transaction. Nothing that identifies a person is kept.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

REASONS = ("答非所问", "数字不对", "条款不对", "已经失效", "不够具体", "其他")
MOST = 20_000  # entries kept; the oldest go
_LIMIT = 2000

_SCHEMA = """
CREATE TABLE IF NOT EXISTS feedback (
    id INTEGER PRIMARY KEY, at TEXT NOT NULL, vote TEXT NOT NULL CHECK (vote IN ('up', 'down', 'unanswered')),
    question TEXT NOT NULL, answer TEXT NOT NULL, clauses TEXT NOT NULL, reason TEXT NOT NULL, comment TEXT NOT NULL,
    region TEXT NOT NULL, as_of TEXT NOT NULL, done INTEGER NOT NULL DEFAULT 0
)"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One piece of feedback. `vote` is up, down, or unanswered (the answer abstained)."""

    vote: str
    question: str
    answer: str = ""
    clauses: Sequence[str] = ()
    reason: str = ""
    comment: str = ""
    region: str = ""
    as_of: str = ""
    at: str = ""
    id: int = 0
    done: bool = False


class Feedback:
    """The feedback file of a workspace; safe to use from several sessions at once."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def add(self, entry: Entry) -> int:
        """Keep an entry; its number. Texts are cut to 2000 characters."""
        values = (
            entry.at or datetime.now(UTC).isoformat(timespec="seconds"),
            entry.vote,
            entry.question[:_LIMIT],
            entry.answer[:_LIMIT],
            "\n".join(entry.clauses)[:_LIMIT],
            entry.reason[:_LIMIT],
            entry.comment[:_LIMIT],
            entry.region[:_LIMIT],
            entry.as_of[:_LIMIT],
        )
        with self._database() as db:
            cursor = db.execute(
                "INSERT INTO feedback (at, vote, question, answer, clauses, reason, comment, region, as_of)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                values,
            )
            id = int(cursor.lastrowid or 0)
            db.execute("DELETE FROM feedback WHERE id <= ?", (id - MOST,))
            return id

    def explain(self, id: int, reason: str, comment: str) -> None:
        """Add to an entry why it was given."""
        with self._database() as db:
            db.execute(
                "UPDATE feedback SET reason = ?, comment = ? WHERE id = ?", (reason[:_LIMIT], comment[:_LIMIT], id)
            )

    def entries(self, vote: str | None = None, *, limit: int = 1000) -> list[Entry]:
        """The latest entries first."""
        where, values = ("WHERE vote = ?", [vote]) if vote else ("", [])
        with self._database() as db:
            rows = db.execute(
                "SELECT vote, question, answer, clauses, reason, comment, region, as_of, at, id, done"
                f" FROM feedback {where} ORDER BY id DESC LIMIT ?",
                [*values, limit],
            ).fetchall()
        return [_entry(*row) for row in rows]

    def mark_done(self, ids: Sequence[int], done: bool = True) -> None:
        """Tick entries off (or back on)."""
        with self._database() as db:
            db.executemany("UPDATE feedback SET done = ? WHERE id = ?", [(int(done), id) for id in ids])

    @contextmanager
    def _database(self) -> Iterator[sqlite3.Connection]:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        db = sqlite3.connect(self._path, timeout=10)
        try:
            with db:  # one transaction: all or nothing
                db.execute(_SCHEMA)
                yield db
        finally:
            db.close()


def _entry(*row: Any) -> Entry:
    vote, question, answer, clauses, *more, id, done = row
    reason, comment, region, as_of, at = more
    return Entry(
        vote,
        question,
        answer,
        tuple(clauses.split("\n")) if clauses else (),
        reason,
        comment,
        region,
        as_of,
        at,
        id,
        bool(done),
    )
