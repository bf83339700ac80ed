"""Scanned pages through Tesseract, where it is installed with simplified Chinese; else the line that says what to install."""

from __future__ import annotations

import subprocess
from functools import lru_cache
from typing import Any

from ingest.model import IngestError
from ingest.readers.lines import Glyph

_DPI = 300
_LANGUAGE = "chi_sim"
_SECONDS = 60  # for one page
_MOST_PIXELS = 60_000_000


@lru_cache(maxsize=1)
def missing() -> str | None:
    """What to install before scans can be read ("安装 …"), or None where all is there."""
    try:
        import pytesseract
    except ImportError:
        return "运行 pip install zhengce[ocr] 并安装 tesseract-ocr tesseract-ocr-chi-sim"
    try:
        languages = pytesseract.get_languages(config="")
    except (pytesseract.TesseractNotFoundError, pytesseract.TesseractError, OSError, subprocess.SubprocessError):
        languages = []
    return None if _LANGUAGE in languages else "安装 OCR（apt-get install tesseract-ocr tesseract-ocr-chi-sim）"


def words(page: Any, name: str) -> list[Glyph]:
    """The words on a pdfplumber page, placed in the page's own points."""
    import pytesseract

    scale = min(_DPI / 72, (_MOST_PIXELS / max(1.0, float(page.width) * float(page.height))) ** 0.5)
    image = page.to_image(resolution=scale * 72).original
    try:
        found = pytesseract.image_to_data(
            image, lang=_LANGUAGE, config="--psm 3", timeout=_SECONDS, output_type=pytesseract.Output.DICT
        )
    except (pytesseract.TesseractError, RuntimeError) as error:
        raise IngestError(f"{name}：第 {page.page_number} 页 OCR 失败或超时：请降低扫描分辨率后再导入") from error
    boxes: dict[tuple[int, int, int], tuple[int, int]] = {}  # a comma is as tall as the line it stands on
    for line, y, h, text in zip(_lines(found), found["top"], found["height"], found["text"], strict=True):
        if text.strip():
            top, bottom = boxes.get(line, (y, y + h))
            boxes[line] = min(top, y), max(bottom, y + h)
    glyphs = []
    columns = ("text", "left", "width")
    for line, text, x, w in zip(_lines(found), *(found[column] for column in columns), strict=True):
        if text.strip():
            left = page.bbox[0] + x / scale
            top, bottom = (page.bbox[1] + y / scale for y in boxes[line])
            glyphs.append(Glyph(text.strip(), left, left + w / scale, top, bottom, bottom - top))
    return glyphs


def _lines(found: dict[str, list[Any]]) -> list[tuple[int, int, int]]:
    return list(zip(found["block_num"], found["par_num"], found["line_num"], strict=True))
