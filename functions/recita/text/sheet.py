"""``images/index.html``: every picture of a document with its boxes, labels and description."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from importlib.resources import files
from itertools import cycle

from recita.models.picture import Instance, Picture

COLOURS = ("#7dd3fc", "#fca5a5", "#86efac", "#fcd34d", "#d8b4fe", "#fdba74")
FACE = "#f9a8d4"
PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; img-src 'self' file:; style-src 'unsafe-inline'">
<title>{title}</title>
<style>
{style}</style>
</head>
<body>
<header><h1>{title}</h1><p>{subtitle}</p></header>
{pictures}
</body>
</html>
"""
"""It stands alone: no script, nothing from elsewhere but the JPEGs beside it."""


def picture_sheet(name: str, pictures: Sequence[Picture]) -> str:
    """Return the page; everything a document says stands in it as text only."""
    style = files("recita.text").joinpath("sheet.css").read_text(encoding="utf-8")
    described = sum(picture.description is not None for picture in pictures)
    count = f"{len(pictures)} picture" + ("s" if len(pictures) != 1 else "")
    return PAGE.format(
        title=escape(f"Pictures of {name}"),
        subtitle=f"{count}, {described} described. Boxes are places of labels and faces.",
        style=style,
        pictures="\n".join(_article(picture) for picture in pictures),
    )


def _article(picture: Picture) -> str:
    said = picture.description
    described = f"<blockquote>{escape(said)}</blockquote>" if said else ""
    rows = "".join(
        f"<dt>{escape(term)}</dt><dd{_alarm(term)}>{escape(text)}</dd>"
        for term, text in _rows(picture)
        if text
    )
    return (
        f'<article id="{escape(picture.id)}">\n{_figure(picture)}\n'
        f"<div><h2>{escape(_heading(picture))}</h2>\n"
        f"{described}<dl>{rows}</dl></div>\n</article>"
    )


def _alarm(term: str) -> str:
    return ' class="alarm"' if term in ("moderation", "error") else ""


def _figure(picture: Picture) -> str:
    if picture.image is None:
        return '<figure class="none">This picture is withheld.</figure>'
    alt = escape(picture.description or picture.alt or f"Picture {picture.id}")
    source = escape(picture.image.rpartition("/")[2])
    boxes = "".join(_box(*place) for place in _places(picture))
    return f'<figure><img src="{source}" alt="{alt}" loading="lazy">{boxes}</figure>'


def _places(picture: Picture) -> Iterator[tuple[str, str, Instance]]:
    for label, colour in zip(picture.labels, cycle(COLOURS), strict=False):
        for instance in label.instances:
            yield label.name, colour, instance
    for face in picture.face_boxes:
        yield "Face", FACE, face


def _box(name: str, colour: str, instance: Instance) -> str:
    box = instance.box
    sides = zip(
        ("left", "top", "width", "height"),
        (box.left, box.top, box.width, box.height),
        strict=True,
    )
    style = ";".join(f"{side}:{100 * ratio:.2f}%" for side, ratio in sides)
    sure = escape(f"{name} {instance.confidence:.0f} %")
    return f'<i style="--c:{colour};{style}" title="{sure}"><b>{escape(name)}</b></i>'


def _heading(picture: Picture) -> str:
    where = f", page {picture.page}" if picture.page else ""
    again = f", and {picture.repeats} times more" if picture.repeats else ""
    return f"Picture {picture.id}{where}{again}"


def _rows(picture: Picture) -> Iterator[tuple[str, str]]:
    yield "kind", f"{picture.kind}, {picture.width} x {picture.height} pixels"
    yield "labels", _percents((label.name, label.confidence) for label in picture.labels)
    yield "faces", "not counted" if picture.faces is None else str(picture.faces)
    yield "text in it", picture.text
    yield "alt text", picture.alt
    yield "moderation", _percents((label.name, label.confidence) for label in picture.moderation)
    yield "error", picture.error or ""


def _percents(named: Iterable[tuple[str, float]]) -> str:
    return ", ".join(f"{name} {confidence:.0f} %" for name, confidence in named)
