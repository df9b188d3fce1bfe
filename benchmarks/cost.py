"""What documents of several kinds cost at list prices -> ``benchmarks/cost.json``.

``python -m benchmarks.cost`` makes each kind and has ``recita cost``'s own code look at it: no
account, no stack and no network. ``python -m scripts.readme`` then writes ``docs/cost.md``.
"""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator, Mapping
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pypdfium2 as pdfium
from PIL import Image, ImageFilter
from recita.pricing import table
from recita_cli.costing import Asked, Costs, cost_as_data, costs_by_order
from recita_cli.ordering import order
from recita_cli.outcomes import ASSUMPTIONS
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import simpleSplit
from reportlab.pdfgen.canvas import Canvas

from benchmarks import paperwork
from benchmarks.paperwork import invoices

RESULT = Path(__file__).with_suffix(".json")
PAGE = 2_500
"""Characters of a page of running text."""
LETTER = 1_500
DPI = 150
WAYS: dict[str, dict[str, str]] = {
    "read and summed up": {"TargetLanguages": "none"},
    "spoken in its own language": {"TargetLanguages": "en"},
    "translated and spoken": {"TargetLanguages": "es"},
    "two languages (the default)": {"TargetLanguages": "es,pt"},
}
LEVERS: dict[str, dict[str, str]] = {
    "SpeakMode=none": {"SpeakMode": "none"},
    "SpeechEngine=standard": {"SpeechEngine": "standard"},
    "PiiMode=off": {"PiiMode": "off"},
    "ModelId=amazon.nova-micro-v1:0": {"ModelId": "amazon.nova-micro-v1:0"},
    "OcrFeatures=none": {"OcrFeatures": "none"},
    "MaxPictures=0": {"MaxPictures": "0"},
    "DescribeImages=never": {"DescribeImages": "never"},
    "GuardrailPictures=off": {"GuardrailPictures": "off"},
}
SHOWN = "translated and spoken"
"""The way whose calculation stands in the page, and from which the levers start."""


def main() -> int:
    """Look at every kind in every way."""
    with TemporaryDirectory() as folder:
        kinds = {}
        for name, (suffix, body) in made().items():
            print(name, file=sys.stderr)
            path = Path(folder) / f"document{suffix}"
            path.write_bytes(body)
            kinds[name] = _kind(path)
    found = {
        "price_table": table()["version"],
        "assumptions": list(ASSUMPTIONS),
        "kinds": kinds,
    }
    RESULT.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    return 0


def _kind(path: Path) -> dict[str, Any]:
    ways = _costs(path, WAYS)
    shown = ways[SHOWN]
    short = shown.document.pages == 1
    tried = {name: WAYS[SHOWN] | chosen for name, chosen in LEVERS.items() if short}
    levers = _costs(path, tried)
    return {
        "media_type": shown.document.media_type,
        "pages": shown.document.pages,
        "for_ocr": shown.scanned,
        "pictures": shown.pictures,
        "characters": sum(len(page.text) for page in shown.reading.pages),
        "ways": {name: cost_as_data(one) for name, one in ways.items()},
        "small_change": round(shown.small_change("likely"), 6),
        "lines": [line.as_data() for line in shown.lines],
        "levers": {name: _saved(shown, one) for name, one in levers.items()},
    }


def _saved(shown: Costs, other: Costs) -> dict[str, float]:
    return {
        "likely": round(shown.total("likely") - other.total("likely"), 6),
        "most": round(shown.total("most") - other.total("most"), 6),
    }


def _costs(path: Path, ways: Mapping[str, Mapping[str, str]]) -> dict[str, Costs]:
    found = costs_by_order(Asked(path, path.name), map(order, ways.values()))
    return dict(zip(ways, found, strict=True))


def made() -> dict[str, tuple[str, bytes]]:
    """Every kind: its file's suffix, and the file."""
    report = _pdf([_text("report", PAGE, page) for page in range(10)])
    letter = _pdf([_text("letter", LETTER, 1)])
    return {
        "letter, 1 page": (".pdf", letter),
        "invoice, 1 page": (".pdf", _pdf([invoices.invoice("en", "tune", 1).text])),
        "report, 10 pages": (".pdf", report),
        "book, 100 pages": (".pdf", _pdf([_text("article", PAGE, page) for page in range(100)])),
        "scan, 1 page": (".pdf", _scanned(letter)),
        "scan, 10 pages": (".pdf", _scanned(report)),
        "photo": (".jpg", _photo()),
    }


def _text(kind: str, characters: int, page: int) -> str:
    """So much running text of a kind, different on every page."""
    chosen = [one for one in paperwork.templates() if (one.language, one.kind) == ("en", kind)]
    said = ""
    for number in count(page * 100):
        said += paperwork.document(chosen[number % len(chosen)], number) + "\n"
        if len(said) >= characters:
            return said[:characters]
    raise AssertionError


def _pdf(pages: list[str]) -> bytes:
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4, invariant=True)
    for page in pages:
        written = canvas.beginText(60, 790)
        written.setFont("Helvetica", 10)
        for line in _lines(page):
            written.textLine(line)
        canvas.drawText(written)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _lines(page: str) -> Iterator[str]:
    for paragraph in page.splitlines():
        yield from simpleSplit(paragraph, "Helvetica", 10, 475)


def _scanned(body: bytes) -> bytes:
    with pdfium.PdfDocument(body) as document:
        sheets = [
            page.render(scale=DPI / 72).to_pil().convert("L").filter(ImageFilter.BoxBlur(1))
            for page in document
        ]
    buffer = io.BytesIO()
    sheets[0].save(buffer, "PDF", save_all=True, append_images=sheets[1:], resolution=DPI)
    return buffer.getvalue()


def _photo() -> bytes:
    picture = Image.merge(
        "RGB", [Image.effect_noise((1600, 1200), sigma) for sigma in (40, 60, 80)]
    )
    buffer = io.BytesIO()
    picture.filter(ImageFilter.GaussianBlur(8)).save(buffer, "JPEG")
    return buffer.getvalue()


if __name__ == "__main__":
    raise SystemExit(main())
