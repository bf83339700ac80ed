"""Small charts as inline SVG: nothing to load, nothing to run, every label escaped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from markupsafe import Markup, escape

PALETTE = ("#2f6fab", "#d1793b", "#4c9a6a", "#9a5fa8", "#b5475a", "#8a8a2f", "#5a7f8f", "#444444")
_FONT = 'font-family="system-ui,Noto Sans CJK SC,PingFang SC,Microsoft YaHei,sans-serif" font-size="12"'


@dataclass(frozen=True, slots=True)
class Bar:
    """A labelled value with its interval (None: no whisker) and a note shown at its end."""

    label: str
    value: float
    low: float | None = None
    high: float | None = None
    note: str = ""


def bars(items: Sequence[Bar], *, top: float = 1.0, width: int = 640, title: str = "", percent: bool = True) -> Markup:
    """Horizontal bars from 0 to `top` with 95 % whiskers."""
    row, left, right = 24, 190, 130
    height, span = row * len(items) + 8, width - left - right
    scale = span / top if top else 0.0
    parts = []
    for index, item in enumerate(items):
        y = index * row + 4
        middle, end = y + 9, left + item.value * scale
        parts.append(f'<text x="{left - 8}" y="{y + 13}" text-anchor="end">{escape(item.label)}</text>')
        parts.append(f'<rect x="{left}" y="{y}" width="{span}" height="18" fill="#eef1f4"/>')
        parts.append(f'<rect x="{left}" y="{y}" width="{max(end - left, 0):.1f}" height="18" fill="{PALETTE[0]}"/>')
        if item.low is not None and item.high is not None and item.high > item.low:
            a, b = left + item.low * scale, left + item.high * scale
            parts.append(
                f'<path d="M{a:.1f} {middle - 4}v8M{b:.1f} {middle - 4}v8M{a:.1f} {middle}H{b:.1f}" stroke="#111" fill="none"/>'
            )
        shown = f"{item.value * 100:.1f}%" if percent else f"{item.value:,.3g}"
        parts.append(f'<text x="{left + span + 8}" y="{y + 13}">{escape(shown)} {escape(item.note)}</text>')
    return _svg(width, height, parts, title)


def grouped(
    groups: Mapping[str, Mapping[str, float]], *, width: int = 760, title: str = "", top: float = 1.0
) -> Markup:
    """Upright bars: for each group (x axis) one bar a series, with a legend."""
    series = list(dict.fromkeys(name for values in groups.values() for name in values))
    left, bottom, height, head = 44, 60, 300, 24
    plot = height - bottom - head
    step = (width - left - 8) / max(len(groups), 1)
    bar = step * 0.8 / max(len(series), 1)
    parts = _legend(series, left)
    for tick in range(6):
        y = head + plot - plot * tick / 5
        parts.append(f'<path d="M{left} {y:.1f}H{width}" stroke="#dde2e7"/>')
        parts.append(f'<text x="{left - 6}" y="{y + 4:.1f}" text-anchor="end">{top * tick / 5:.2g}</text>')
    for g, (group, values) in enumerate(groups.items()):
        x = left + g * step + step * 0.1
        for s, name in enumerate(series):
            if name in values:
                tall = plot * min(values[name] / top, 1)
                parts.append(
                    f'<rect x="{x + s * bar:.1f}" y="{head + plot - tall:.1f}" width="{bar * 0.9:.1f}" height="{tall:.1f}" '
                    f'fill="{PALETTE[s % len(PALETTE)]}"><title>{escape(group)} {escape(name)} {values[name]:.4g}</title></rect>'
                )
        parts.append(
            f'<text x="{x + step * 0.4:.1f}" y="{head + plot + 18}" text-anchor="middle">{escape(group)}</text>'
        )
    return _svg(width, height, parts, title)


def lines(
    series: Mapping[str, Sequence[tuple[float, float]]],
    *,
    x_label: str,
    y_label: str,
    log: bool = False,
    width: int = 640,
    title: str = "",
) -> Markup:
    """Curves through (x, y) points, y from 0 (or both axes logarithmic), each point with its values on hover."""
    points = [point for curve in series.values() for point in curve]
    if not points:
        return Markup("")
    left, head, plot_w, plot_h = 70, 24, width - 90, 240
    xs, ys = _axis([p[0] for p in points], log), _axis([p[1] for p in points], log)
    parts = _legend(list(series), left)
    for at, shown in xs.ticks:
        x = left + at * plot_w
        parts.append(f'<path d="M{x:.1f} {head}v{plot_h}" stroke="#eef1f4"/>')
        anchor = "end" if at == 1 and len(shown) > 6 else "middle"  # a long number would stand out over the edge
        parts.append(f'<text x="{x:.1f}" y="{head + plot_h + 16}" text-anchor="{anchor}">{shown}</text>')
    for at, shown in ys.ticks:
        y = head + plot_h * (1 - at)
        parts.append(f'<path d="M{left} {y:.1f}h{plot_w}" stroke="#dde2e7"/>')
        parts.append(f'<text x="{left - 6}" y="{y + 4:.1f}" text-anchor="end">{shown}</text>')
    for index, (_name, curve) in enumerate(series.items()):
        color = PALETTE[index % len(PALETTE)]
        placed = [(left + xs.place(x) * plot_w, head + plot_h * (1 - ys.place(y)), x, y) for x, y in curve]
        if path := "L".join(f"{px:.1f} {py:.1f}" for px, py, _, _ in placed):
            parts.append(f'<path d="M{path}" fill="none" stroke="{color}" stroke-width="2"/>')
        parts += [
            f'<circle cx="{px:.1f}" cy="{py:.1f}" r="3" fill="{color}"><title>{x:,.6g}, {y:,.6g}</title></circle>'
            for px, py, x, y in placed
        ]
    foot = head + plot_h + 34
    parts.append(f'<text x="{left + plot_w / 2}" y="{foot}" text-anchor="middle">{escape(x_label)}</text>')
    parts.append(
        f'<text x="14" y="{head + plot_h / 2}" transform="rotate(-90 14 {head + plot_h / 2})" text-anchor="middle">{escape(y_label)}</text>'
    )
    return _svg(width, foot + 10, parts, title)


def stacked(
    charts: Sequence[Markup], *, columns: int = 1, width: int = 640, height: int = 320, title: str = ""
) -> Markup:
    """Charts in rows of `columns` in one SVG, on white: a picture that stands in a page of any colour."""
    rows = -(-len(charts) // columns)
    parts = [f'<rect width="{width * columns}" height="{height * rows}" fill="#fff"/>']
    for number, chart in enumerate(charts):
        row, column = divmod(number, columns)
        parts.append(f'<g transform="translate({column * width} {row * height})">{chart}</g>')
    return _svg(width * columns, height * rows, parts, title)


@dataclass(frozen=True, slots=True)
class _Scale:
    low: float
    high: float
    log: bool

    def place(self, value: float) -> float:
        value = log10(value) if self.log else value
        return (value - self.low) / ((self.high - self.low) or 1)

    @property
    def ticks(self) -> list[tuple[float, str]]:
        if self.log:
            powers = range(int(self.low), int(self.high) + 1)
            return [((p - self.low) / ((self.high - self.low) or 1), f"{10.0**p:,.10g}") for p in powers]
        return [(t / 4, f"{self.low + (self.high - self.low) * t / 4:,.3g}") for t in range(5)]


def _axis(values: Sequence[float], log: bool) -> _Scale:
    if log:
        positive = [v for v in values if v > 0] or [1.0]
        low = floor(log10(min(positive)))
        return _Scale(low, max(ceil(log10(max(positive))), low + 1), True)
    return _Scale(min(0.0, *values), max(values) or 1.0, False)


def _legend(names: Sequence[str], left: int) -> list[str]:
    parts, x = [], left
    for index, name in enumerate(names):
        parts.append(f'<rect x="{x}" y="4" width="10" height="10" fill="{PALETTE[index % len(PALETTE)]}"/>')
        parts.append(f'<text x="{x + 14}" y="13">{escape(name)}</text>')
        x += 26 + sum(12 if ord(c) > 255 else 7 for c in name)
    return parts


def _svg(width: int, height: int, parts: Sequence[str], title: str) -> Markup:
    name = f"<title>{escape(title)}</title>" if title else ""
    return Markup(
        f'<svg viewBox="0 0 {width} {height:.0f}" width="{width}" height="{height:.0f}" role="img" xmlns="http://www.w3.org/2000/svg" {_FONT}>'
        f"{name}{''.join(parts)}</svg>"
    )
