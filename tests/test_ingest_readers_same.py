"""The same policy as text, as a Word file, a web page and a PDF gives the same clauses."""

from __future__ import annotations

from pathlib import Path

import pytest
from ingest_rendering import as_docx, as_html, as_pdf, blocks_of, clauses_of, share_identical

from ingest.pipeline import parse_file
from ingest.workspace import bundled_corpus

SOURCES = sorted((bundled_corpus() / "sources").glob("*.txt"))
COMPENDIUM = SOURCES[1]  # 300 pages as a PDF; measured by hand, too long for every run


def rendered(path: Path, folder: Path, format: str, **style: int) -> float:
    text = parse_file(path)
    blocks = blocks_of(text)
    file = folder / f"{path.stem}.{format}"
    if format == "pdf":
        file.write_bytes(as_pdf(blocks, head="政策文件汇编", **style))
    else:
        file.write_bytes(as_docx(blocks) if format == "docx" else as_html(blocks))
    return share_identical(clauses_of(text), clauses_of(parse_file(file)))


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name[:3])
@pytest.mark.parametrize("format", ["docx", "html"])
def test_the_corpus_as_word_files_and_web_pages(path: Path, format: str, tmp_path: Path) -> None:
    assert rendered(path, tmp_path, format) >= 0.95


@pytest.mark.parametrize("path", [path for path in SOURCES if path != COMPENDIUM], ids=lambda path: path.name[:3])
def test_the_corpus_as_pdfs(path: Path, tmp_path: Path) -> None:
    assert rendered(path, tmp_path, "pdf") >= 0.95


def test_a_pdf_that_parts_paragraphs_by_space_alone(tmp_path: Path) -> None:
    assert rendered(SOURCES[3], tmp_path, "pdf", indent=0, space=6) >= 0.95


def test_a_pdf_that_does_not_part_paragraphs_at_all(tmp_path: Path) -> None:
    assert rendered(SOURCES[3], tmp_path, "pdf", indent=0) >= 0.9
