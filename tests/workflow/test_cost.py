"""What `recita cost` says before, held against what the manifest counts after."""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import reportlab
from PIL import Image, ImageDraw, ImageFont
from recita.models.manifest import Manifest
from recita.pricing import price
from recita_cli.costing import SMALL, Asked, Costs, costs_of
from recita_cli.ordering import order

from tests.fakes.files import pdf, picture
from tests.fakes.office import word
from tests.laptop import DocumentLaptop
from tests.scenes import scenery

pytestmark = [pytest.mark.stack, pytest.mark.engines]

FONT = Path(str(reportlab.__file__)).parent / "fonts" / "Vera.ttf"
MINUTES = (
    "The library committee of Aurich met on 3 March 2026 and heard the treasurer.",
    "The repair of the reading room roof cost 4,200 pounds and was paid in full.",
    "Visitors borrowed 18,400 books, a tenth more than in the year before.",
    "The committee will hire two assistants from the first of May.",
    "The next meeting is on 7 September 2026 at ten in the morning.",
)


def scan() -> bytes:
    sheet = Image.new("L", (1240, 900), 255)
    draw, font = ImageDraw.Draw(sheet), ImageFont.truetype(FONT, size=26)
    for row, line in enumerate(MINUTES):
        draw.text((80, 120 + 60 * row), line, font=font, fill=0)
    body = io.BytesIO()
    sheet.save(body, "PDF", resolution=150)
    return body.getvalue()


def minutes(document: Any) -> None:
    for line in MINUTES:
        document.add_paragraph(line)


FILES: dict[str, tuple[Callable[[], bytes], str]] = {
    "minutes.pdf": (lambda: pdf(["\n".join(MINUTES), "\n".join(reversed(MINUTES))]), "es"),
    "scanned.pdf": (scan, "none"),
    "minutes.docx": (lambda: word(minutes), "none"),
    "scene.jpg": (lambda: picture(scenery(640, 480)), "none"),
}
"""What makes each, and its languages."""


def test_what_is_paid_lies_within_what_was_said_before(
    recita: DocumentLaptop, tmp_path: Path
) -> None:
    """By service, so that no error hides another."""
    sent = {}
    for name, (make, languages) in FILES.items():
        body = make()
        (tmp_path / name).write_bytes(body)
        sent[name] = recita.upload(body, f"cost/{name}", languages=languages)
    for name, document in sent.items():
        asked = order({"TargetLanguages": FILES[name][1]})
        (said,) = costs_of(Asked(tmp_path / name, name), asked)
        manifest = recita.manifest(document)
        assert manifest.status == "COMPLETED", (name, manifest.reason)
        paid, bounds = _paid(manifest), _bounds(said)
        assert {service for service, cost in paid.items() if cost} <= set(bounds), name
        for service, (least, most) in bounds.items():
            assert least - 1e-9 <= paid[service] <= most + 1e-9, (name, service)
        assert said.total("least") <= manifest.cost.estimated <= said.total("most"), name


def _paid(manifest: Manifest) -> dict[str, float]:
    paid: dict[str, float] = defaultdict(float)
    for used in manifest.usage:
        paid[used.service] += price((used,))
    return paid


def _bounds(said: Costs) -> dict[str, tuple[float, float]]:
    services = {line.used.service for line in said.lines if line.stage != SMALL}
    return {
        service: tuple(  # type: ignore[misc]
            sum(line.cost(extent) for line in said.lines if line.used.service == service)
            for extent in ("least", "most")
        )
        for service in services
    }
