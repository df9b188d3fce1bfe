"""The chart of the endurance run: two panels over the same time, drawn by hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

WIDTH, HEIGHT, LEFT, TOP, GAP = 720, 190, 56, 34, 60
COLOURS = ("#1b6ca8", "#c2571a", "#3c8d40")
PANELS = (
    ("Documents", (("waiting", "without an ending"), ("in_flight", "in flight"))),
    ("Megabytes", (("server_mb", "server"), ("function_mb", "largest function"),
                   ("engine_mb", "largest engine"))),
)  # fmt: skip
"""Title of a panel and its lines: name in the samples, name in the legend."""


def drawn(samples: Sequence[dict[str, Any]]) -> str:
    """The whole picture as SVG."""
    last = max(float(sample["second"]) for sample in samples) or 1.0
    height = len(PANELS) * (HEIGHT + GAP) + TOP
    panels = "".join(
        _panel(title, lines, samples, (TOP + place * (HEIGHT + GAP), last))
        for place, (title, lines) in enumerate(PANELS)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH + LEFT + 24} {height}" '
        'font-family="sans-serif" font-size="12" role="img" '
        'aria-label="Documents waiting and memory used over the time of the endurance run">\n'
        f'<rect width="100%" height="100%" fill="#fff"/>\n{panels}</svg>\n'
    )


def _panel(
    title: str,
    lines: Sequence[tuple[str, str]],
    samples: Sequence[dict[str, Any]],
    place: tuple[float, float],
) -> str:
    top, last = place
    most = _round(max(float(sample[name]) for sample in samples for name, _ in lines))
    bottom = top + HEIGHT
    parts = [f'<text x="{LEFT}" y="{top - 12}" font-weight="bold">{title}</text>']
    for share in (0, 0.5, 1):
        y = bottom - share * HEIGHT
        parts.append(f'<path d="M{LEFT} {y:.0f}h{WIDTH}" stroke="#ddd"/>')
        parts.append(_text(LEFT - 6, y + 4, f"{share * most:g}", "end"))
        parts.append(_text(LEFT + share * WIDTH, bottom + 16, f"{share * last:.0f} s", "middle"))
    for number, (name, legend) in enumerate(lines):
        points = " ".join(
            f"{LEFT + one['second'] / last * WIDTH:.1f},{bottom - one[name] / most * HEIGHT:.1f}"
            for one in samples
        )
        colour = COLOURS[number]
        parts.append(
            f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>'
        )
        x = LEFT + 120 + number * 170
        parts.append(f'<path d="M{x} {top - 16}h20" stroke="{colour}" stroke-width="2"/>')
        parts.append(_text(x + 26, top - 12, legend, "start"))
    return "\n".join(parts) + "\n"


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}" fill="#333">{text}</text>'


def _round(value: float) -> float:
    """The next number that is good to read on an axis."""
    step = 10.0
    while step * 10 < value:
        step *= 10
    return max(step, (int(value / step) + 1) * step)
