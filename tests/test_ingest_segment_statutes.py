"""Statutes: every fourteenth of the 3,317 files in the common data (all of them: python -m evals.ingest_statutes)."""

from pathlib import Path

import pytest

from evals.ingest_statutes import statutes, tally

ARCHIVE = Path(__file__).resolve().parents[1].parent / "shared" / "bench" / "statutes.tar.gz"


@pytest.mark.skipif(not ARCHIVE.is_file(), reason="shared/bench/statutes.tar.gz is not here")
def test_statutes_lose_nothing_and_keep_their_articles() -> None:
    total = tally(statutes(ARCHIVE, every=16))
    assert total.files >= 200
    assert total.astray == 0
    assert total.differing == []
    assert total.found == total.counted > 8000
