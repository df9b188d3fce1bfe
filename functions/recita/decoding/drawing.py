"""Text and numbers in drawings, the same in Word, PowerPoint and Excel (DrawingML)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from recita.text.markdown import inline

A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
DIAGRAM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
PICTURE = "{http://schemas.openxmlformats.org/drawingml/2006/picture}"
VML = "{urn:schemas-microsoft-com:vml}"
WORD = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
Crop = tuple[float, float, float, float]
"""Shares that are cut off at the left, top, right and bottom."""
NO_CROP: Crop = (0, 0, 0, 0)


@dataclass(frozen=True)
class Pictured:
    """A picture in a drawing: the relation that leads to its file, what is said of it, its crop."""

    relation: str
    alt: str
    crop: Crop


def references(element: Any) -> Iterator[tuple[str, str]]:
    """Yield ``chart`` or ``diagram`` and its part's id for each of them below an element."""
    for found in element.iter(f"{C}chart", f"{DIAGRAM}relIds"):
        if found.tag == f"{C}chart":
            yield "chart", found.get(f"{RELATION}id") or ""
        else:
            yield "diagram", found.get(f"{RELATION}dm") or ""


def pictures(element: Any) -> Iterator[Pictured]:
    """Yield the pictures that fill the shapes of an element, without those of text boxes in it."""
    around = alt = ""
    for found in _outside_boxes(element):
        if found.tag == f"{WORD}docPr":
            around = alt = found.get("descr") or ""
        elif found.tag == f"{PICTURE}cNvPr":
            alt = found.get("descr") or around
        elif found.tag == f"{A}blip":
            name = found.get(f"{RELATION}embed")
            if name:
                yield Pictured(name, alt, crop(found.getnext()))
        elif found.tag == f"{VML}imagedata":
            name = found.get(f"{RELATION}id")
            if name:
                yield Pictured(name, found.getparent().get("alt") or "", NO_CROP)


def _outside_boxes(element: Any) -> Iterator[Any]:
    """Yield an element and what is below it: one form of each choice, and no text boxes."""
    yield element
    form = alternative(element)
    for child in element if form is None else form:
        if isinstance(child.tag, str) and not child.tag.endswith("}txbxContent"):
            yield from _outside_boxes(child)


def alternative(element: Any) -> Any | None:
    """Return the form to read of content in several forms, for programs of different age."""
    if element.tag != f"{MC}AlternateContent":
        return None
    form = element.find(f"{MC}Choice")
    return element.find(f"{MC}Fallback") if form is None else form


def crop(following: Any | None) -> Crop:
    """Return the shares that the ``srcRect`` among an element and its next ones cuts off."""
    while following is not None and following.tag != f"{A}srcRect":
        following = following.getnext()
    if following is None:
        return NO_CROP
    left, top, right, bottom = (_share(following.get(side)) for side in "ltrb")
    return left, top, right, bottom


def _share(value: str | None) -> float:
    """Return a share (ECMA-376-1, 22.9.2.9); also as newer files write it, with a percent sign."""
    try:
        given = value or "0"
        return float(given.rstrip("%")) / (100 if given.endswith("%") else 100_000)
    except ValueError:
        return 0.0


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
