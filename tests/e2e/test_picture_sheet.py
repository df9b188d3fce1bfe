"""The sheet of pictures in a real browser: boxes lie on pictures, nothing is fetched elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from recita.models.page import Box
from recita.models.picture import Instance, Label, Picture
from recita.text.sheet import picture_sheet

from tests.browser import Browser
from tests.fakes import files
from tests.fakes.pictures import drawn

PLACES = """(() => {
  const rect = (e) => { const r = e.getBoundingClientRect(); return [r.x, r.y, r.width, r.height] };
  return [...document.querySelectorAll('article')].map((a) => ({
    picture: rect(a.querySelector('img')), box: rect(a.querySelector('i')),
    tag: rect(a.querySelector('b')), loaded: a.querySelector('img').naturalWidth}));
})()"""
BOX = Box(left=0.25, top=0.5, width=0.5, height=0.25)
SIZES = ((640, 480), (90, 1200), (3000, 400))


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    """Pictures of many shapes, each with a box at the same place."""
    pictures = [
        Picture(
            id=f"{number:04d}",
            page=number,
            width=size[0],
            height=size[1],
            labels=(
                Label(name="Dog", confidence=97, instances=(Instance(box=BOX, confidence=96),)),
            ),
            faces=0,
            description="A dog. <script>document.title = 'taken over'</script>",
            image=f"images/{number:04d}.jpg",
        )
        for number, size in enumerate(SIZES, start=1)
    ]
    folder = tmp_path / "images"
    folder.mkdir()
    for picture in pictures:
        jpeg = files.picture(drawn(1, (picture.width, picture.height)))
        (folder / f"{picture.id}.jpg").write_bytes(jpeg)
    (folder / "index.html").write_text(picture_sheet("dogs.pdf", pictures), encoding="utf-8")
    return folder / "index.html"


@pytest.fixture(params=[1200, 400])
def width(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[int]:
    """Pixels of a screen, and of one held in a hand."""
    screen = {"width": request.param, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    chromium.call("Emulation.setDeviceMetricsOverride", **screen)
    yield request.param
    chromium.call("Emulation.clearDeviceMetricsOverride")


def test_boxes_lie_on_their_pictures(chromium: Browser, sheet: Path, width: int) -> None:
    chromium.open(sheet.as_uri())
    for number, size in enumerate(SIZES, start=1):  # they load when they come into sight
        chromium.run(f"document.getElementById('{number:04d}').scrollIntoView()")
        chromium.wait(f"document.getElementById('{number:04d}').querySelector('img').complete")
        assert chromium.run(
            f"document.getElementById('{number:04d}').querySelector('img').naturalWidth"
        ) == pytest.approx(size[0], abs=1)
    for place in chromium.run(PLACES):
        left, top, across, down = place["picture"]
        assert across <= width
        expected = (left + across / 4, top + down / 2, across / 2, down / 4)
        assert place["box"] == pytest.approx(expected, abs=2)
        assert place["tag"][1] + place["tag"][3] <= place["box"][1] + 3  # above, not over it


def test_nothing_runs_and_nothing_is_fetched_from_elsewhere(chromium: Browser, sheet: Path) -> None:
    chromium.open(sheet.as_uri())
    asked = {
        event["params"]["request"]["url"].partition(":")[0]
        for event in chromium.events
        if event.get("method") == "Network.requestWillBeSent"
    }
    assert asked == {"file"}
    assert chromium.run("document.title") == "Pictures of dogs.pdf"
    assert "taken over" in chromium.run("document.querySelector('blockquote').textContent")
