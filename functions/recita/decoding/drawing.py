"""Text and numbers in drawings, the same in Word, PowerPoint and Excel (DrawingML)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from recita.text.markdown import inline

A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
DIAGRAM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"


def references(element: Any) -> Iterator[tuple[str, str]]:
    """Yield ``chart`` or ``diagram`` and its part's id for each of them below an element."""
    for found in element.iter(f"{C}chart", f"{DIAGRAM}relIds"):
        if found.tag == f"{C}chart":
            yield "chart", found.get(f"{RELATION}id") or ""
        else:
            yield "diagram", found.get(f"{RELATION}dm") or ""


def diagram_lines(root: Any) -> list[str]:
    """Return the texts of a diagram (SmartArt), as they lie in its data part."""
    texts = (" ".join(lines(point)) for point in root.iter(f"{DIAGRAM}t"))
    return [text for text in texts if text]


def chart_title(root: Any) -> str:
    """Return what stands above a chart."""
    title = root.find(f"{C}chart/{C}title")
    return "" if title is None else " ".join(lines(title))


def chart_rows(root: Any) -> list[list[str]]:
    """Return the numbers that a chart shows, a column for each series."""
    series = list(root.iter(f"{C}ser"))
    columns = [_points(one, "val", "yVal") for one in series]
    labels: dict[int, str] = {}
    for one in series:
        labels = _points(one, "cat", "xVal") | labels
    places = sorted(set(labels).union(*columns))
    names = [inline(" ".join(v.text or "" for v in _below(one, "tx", "v"))) for one in series]
    values = [[labels.get(p, ""), *(column.get(p, "") for column in columns)] for p in places]
    return [["", *names], *values]


def lines(element: Any) -> list[str]:
    """Return the paragraphs below an element that hold text."""
    return [text for p in element.iter(f"{A}p") if (text := inline(paragraph(p)))]


def paragraph(element: Any) -> str:
    """Return a paragraph's text; line breaks are newlines."""
    pieces = []
    for child in element.iter():
        if child.tag == f"{A}br":
            pieces.append("\n")
        elif isinstance(child.tag, str) and child.tag.endswith("}t"):  # also of formulas
            pieces.append(child.text or "")
    return "".join(pieces)


def _points(series: Any, *names: str) -> dict[int, str]:
    """Return the cached values of a chart's series by their place."""
    return {
        int(point.get("idx") or 0): "".join(v.text or "" for v in point.iter(f"{C}v"))
        for name in names
        for point in _below(series, name, "pt")
    }


def _below(element: Any, child: str, name: str) -> Iterator[Any]:
    found = element.find(f"{C}{child}")
    return iter(()) if found is None else found.iter(f"{C}{name}")
