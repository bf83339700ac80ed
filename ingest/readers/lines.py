"""Characters with places on a page → lines in reading order → paragraphs. Used for PDF text and for OCR words alike."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from ingest.readers.layout import join


@dataclass(frozen=True, slots=True)
class Glyph:
    """A character or a word where it stands; points (or pixels) from the top left corner."""

    text: str
    x0: float
    x1: float
    top: float
    bottom: float
    size: float

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2

    @property
    def centre(self) -> float:
        return (self.x0 + self.x1) / 2


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text; `left` and `right` are the edges of the column it stands in."""

    text: str
    x0: float
    x1: float
    top: float
    bottom: float
    size: float
    left: float = 0.0
    right: float = 0.0
    gapped: bool = False  # pieces far apart: a row of a list without rules, no prose

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2


def rows_of(glyphs: Iterable[Glyph]) -> list[list[Glyph]]:
    """Glyphs by the line they stand on, top to bottom, left to right."""
    rows: list[list[Glyph]] = []
    middle = tall = 0.0
    for glyph in sorted(glyphs, key=lambda glyph: glyph.middle):
        if rows and glyph.middle - middle <= 0.45 * max(tall, glyph.size):
            rows[-1].append(glyph)
            middle += (glyph.middle - middle) / len(rows[-1])
            tall = max(tall, glyph.size)
        else:
            rows.append([glyph])
            middle, tall = glyph.middle, glyph.size
    return [sorted(row, key=lambda glyph: glyph.x0) for row in rows]


def line_of(row: Sequence[Glyph]) -> Line:
    """One line: wide gaps become a space; between Chinese characters only where a character could stand in the gap."""
    text, end, gapped = "", row[0].x0, False
    for glyph in row:
        gap = glyph.x0 - end
        words = bool(text) and _latin(text[-1]) and _latin(glyph.text[0])
        if text and gap > (0.25 if words else 0.9) * glyph.size and not text[-1].isspace():
            text += " "
        text += glyph.text
        gapped = gapped or (gap > 3 * glyph.size and not glyph.text.isspace())
        end = max(end, glyph.x1)
    solid = [glyph for glyph in row if not glyph.text.isspace()] or list(row)
    return Line(
        text=re.sub(r"[ \u3000\xa0\t]+", " ", text).strip(),
        x0=solid[0].x0,
        x1=max(glyph.x1 for glyph in solid),
        top=min(glyph.top for glyph in solid),
        bottom=max(glyph.bottom for glyph in solid),
        size=median(glyph.size for glyph in solid),
        gapped=gapped,
    )


def lines_of(glyphs: Iterable[Glyph]) -> list[Line]:
    """All lines, top to bottom, as if the page had one column."""
    return [line for row in rows_of(glyphs) if (line := line_of(row)).text]


def reading_order(glyphs: Sequence[Glyph], width: float) -> list[Line]:
    """Lines in the order in which they are read; on pages of two columns the left one comes first.

    Lines that run across both columns (heads) part the page: what stands above them is read before them.
    """
    gutter = _gutter(glyphs, width)
    if gutter is None:
        return lines_of(glyphs)
    left: list[Glyph] = []
    right: list[Glyph] = []
    across: list[Line] = []
    for row in rows_of(glyphs):
        for segment in _segments(row):
            if segment[0].x0 < gutter < segment[-1].x1:
                across.append(line_of(segment))
            else:
                (left if segment[-1].x1 <= gutter else right).extend(segment)
    columns = [bounded(lines_of(left)), bounded(lines_of(right))]
    ordered: list[Line] = []
    for bar in [*sorted(bounded(across), key=lambda line: line.top), None]:
        for column in columns:
            while column and (bar is None or column[0].top < bar.top):
                ordered.append(column.pop(0))
        if bar is not None and bar.text:
            ordered.append(bar)
    return ordered


def bounded(lines: list[Line], left: float | None = None, right: float | None = None) -> list[Line]:
    """The lines with the edges of their column: those given, or as far as the lines themselves reach."""
    if not lines:
        return []
    left = min(line.x0 for line in lines) if left is None else left
    right = max(line.x1 for line in lines) if right is None else right
    return [replace(line, left=left, right=right) for line in lines]


def _segments(row: Sequence[Glyph]) -> list[list[Glyph]]:
    """A row cut at its wide gaps."""
    segments: list[list[Glyph]] = []
    for glyph in row:
        if glyph.text.isspace():
            continue
        if segments and glyph.x0 - segments[-1][-1].x1 < max(0.8 * glyph.size, 6):
            segments[-1].append(glyph)
        else:
            segments.append([glyph])
    return segments


def _gutter(glyphs: Sequence[Glyph], width: float) -> float | None:
    """Where the two columns of a page part, or None. Columns of prose are wide, and most of their lines are full."""
    spans = [(s[0].x0, s[-1].x1) for row in rows_of(glyphs) for s in _segments(row)]
    if len(spans) < 12:
        return None
    em = median(glyph.size for glyph in glyphs)
    best: tuple[int, float] | None = None
    for step in range(61):
        x = width * (0.35 + 0.3 * step / 60)
        left = [span for span in spans if span[1] <= x]
        right = [span for span in spans if span[0] >= x]
        across = len(spans) - len(left) - len(right)
        if across > 0.25 * len(spans) or not (_is_prose(left, em) and _is_prose(right, em)):
            continue
        if best is None or across < best[0]:
            best = (across, x)
    if best is None:
        return None
    # the middle of the white strip, not its first edge
    ends = [b for _, b in spans if b <= best[1]]
    begins = [a for a, _ in spans if a >= best[1]]
    return (max(ends) + min(begins)) / 2


def _is_prose(spans: Sequence[tuple[float, float]], em: float) -> bool:
    if len(spans) < 6:
        return False
    edge = max(b for _, b in spans)
    full = sum(b > edge - 2.2 * em for _, b in spans)
    return edge - min(a for a, _ in spans) > 10 * em and full >= 0.5 * len(spans)


_MARK = re.compile(
    r"#+ |第[一二三四五六七八九十百零〇\d]+[条章节]|[（(]?[一二三四五六七八九十]{1,3}[）)、．.]|[（(]?\d{1,2}[）)、．.](?!\d)|[①-⑳]|附件\s*\d*[：:]?"
)
_NARROW = 15  # ems; shorter lines than this are no column of prose, whatever their right edge
_SENTENCE_END = "。；！？：;!?:"


@dataclass(frozen=True, slots=True)
class Style:
    """How a text shows where paragraphs begin: first lines set in, or space between paragraphs, or neither.

    `spaced` is the step from line to line within paragraphs, in ems, where larger steps part them; else 0.
    """

    set_in: bool = False
    spaced: float = 0.0


def style_of(columns: Sequence[Sequence[Line]]) -> Style:
    """The style of a text, from the lines of its pages."""
    lines = [line for column in columns for line in column]
    flush = sum(line.x0 - line.left <= 0.6 * line.size for line in lines)
    set_in = sum(1.2 * line.size <= line.x0 - line.left <= 2.8 * line.size for line in lines)
    if set_in >= max(2, 0.05 * len(lines)) and flush >= 0.3 * len(lines):
        return Style(set_in=True)
    pairs = [(above, below) for column in columns for above, below in pairwise(column)]
    steps = sorted(step for above, below in pairs if 0.8 < (step := (below.middle - above.middle) / above.size) < 4)
    if not steps:
        return Style()
    pitch = steps[len(steps) // 8]
    wide = sum(1.2 * pitch < step < 3 * pitch for step in steps)
    close = sum(step <= 1.12 * pitch for step in steps)
    # a sentence that ends far from the edge ends its paragraph: here the next one began without space
    against = sum(
        0.8 * pitch < (below.middle - above.middle) / above.size <= 1.15 * pitch
        and ended(above)
        and above.right - above.x1 > 5 * above.size
        for above, below in pairs
    )
    spaced = min(wide, close) >= max(3, 0.15 * (wide + close)) and against <= 0.03 * close
    return Style(spaced=pitch if spaced else 0.0)


def pitch_of(lines: Sequence[Line]) -> float:
    """The step from line to line within paragraphs: the smallest that is common on the page."""
    steps = sorted(b.middle - a.middle for a, b in pairwise(lines) if 0.8 * a.size < b.middle - a.middle < 4 * a.size)
    return steps[len(steps) // 8] if steps else 1.6 * (lines[0].size if lines else 12)


def ended(line: Line) -> bool:
    """Whether a sentence ends with the line."""
    return line.text[-1] in _SENTENCE_END


def continues(paragraph: Sequence[Line], line: Line, pitch: float | None, style: Style) -> bool:
    """Whether a line goes on with the paragraph above it.

    `pitch`: the usual step from line to line of this page; None where the line stands at the top of another column or
    page. `style`: of the whole text.
    """
    last = paragraph[-1]
    em = max(last.size, 1.0)
    if last.right - last.left < _NARROW * em or last.gapped or line.gapped or abs(line.size - last.size) > 0.15 * em:
        return False
    if pitch is not None:
        step = line.middle - last.middle
        if step > 1.25 * pitch:
            return False
        if style.spaced:
            return step <= 1.16 * style.spaced * em
    room = last.right - last.x1
    if room > (1.2 + max(0.9, unbreakable(line.text))) * em:  # ended early, and not because the next word did not fit
        return False
    begins_anew = ended(last) and (room > 1.2 * em or bool(_MARK.match(line.text)))
    indent = line.x0 - line.left  # measured within its own column
    if len(paragraph) > 1:
        usual = last.x0 - last.left
        return abs(indent - usual) <= 0.6 * em and not (begins_anew and not style.set_in and _flush(paragraph))
    first = last.x0 - last.left
    if first - indent >= 1.2 * em:  # first line set in, this one not
        return True
    if indent - first >= 0.6 * em:  # hanging below a number, or the first line of another paragraph
        return bool(_MARK.match(last.text)) and not ended(last)
    if first >= 1.2 * em:  # both set in
        return not style.set_in and not ended(last) and not _MARK.match(line.text)
    return not begins_anew


def unbreakable(text: str) -> float:
    """The width in ems of what cannot be parted at a line's beginning: a word or figure with the marks around it."""
    found = re.match(r"([（《“‘〔「『【]*)([!-~]+|.)([，。、；：！？）》”’〕」』】％%]*)", text)
    if found is None:
        return 1.0
    return len(found[1]) + (0.6 * len(found[2]) if found[2].isascii() else 1.0) + len(found[3])


def _flush(paragraph: Sequence[Line]) -> bool:
    """Whether the paragraph's first line is not set in, so that a new one could not be told by its indent."""
    return abs(paragraph[0].x0 - paragraph[0].left - (paragraph[-1].x0 - paragraph[-1].left)) <= 0.6 * paragraph[0].size


def joined(before: str, after: str) -> str:
    """What is put between two lines of a paragraph, and the second."""
    return join(before[-1:], after)[len(before[-1:]) :]


def _latin(char: str) -> bool:
    return char.isascii() and char.isalnum()
