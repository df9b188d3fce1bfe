"""Take the pictures in docs/how-to/console.md: ``python -m scripts.console_screenshots``.

Runs the demo's four files through a laptop stack of its own and looks at them in Chromium; takes
some minutes. ``--stack`` uses the laptop stack that runs already.
"""

from __future__ import annotations

import io
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from recita.models.manifest import Manifest
from recita_cli import target
from recita_cli.web.server import Server
from recita_local import samples, stack

from tests import browser
from tests.browser import Browser
from tests.laptop import DocumentLaptop

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "how-to" / "console"
WIDE, LOW, PHONE = (1120, 840), (1120, 620), (360, 760)
COLOURS = (256, 128, 64, 32)
MOST_BYTES = 200_000


def main(arguments: list[str]) -> int:
    """Return 1 where there is no Chromium."""
    chromium = browser.program()
    if chromium is None:
        print("no Chromium here: apt-get install chromium")
        return 1
    with tempfile.TemporaryDirectory() as home, laptop(Path(home), arguments) as running:
        found = [
            running.process(one.path.read_bytes(), one.path.name, languages="es")
            for one in samples.make(Path(home) / "samples")
        ]
        with (
            served(running) as address,
            browser.started(chromium, Path(home) / "profile") as tab,
        ):
            shoot(tab, address, found)
    return 0


@contextmanager
def laptop(home: Path, arguments: list[str]) -> Iterator[DocumentLaptop]:
    """Lend a laptop stack."""
    found = stack.running() if "--stack" in arguments else None
    try:
        yield DocumentLaptop(found or stack.start(home, port=4719))
    finally:
        if found is None:
            stack.stop(home)


@contextmanager
def served(running: DocumentLaptop) -> Iterator[str]:
    """Serve its console."""
    with Server(target.from_stack(running.stack)) as server:
        thread = threading.Thread(target=server.serve)
        thread.start()
        try:
            yield server.address
        finally:
            server.stop()
            thread.join()


def shoot(tab: Browser, address: str, found: list[Manifest]) -> None:
    """Look at the list, a document, a page, a picture and words as they sound."""
    contract, scan, photo, _ = (f"/documents/{one.document_id}" for one in found)
    tab.open(address)
    take(tab, "documents-light", "/", WIDE)
    take(tab, "document-light", contract, WIDE)
    take(tab, "page-light", f"{scan}/pages/1", LOW)
    take(tab, "picture-dark", f"{photo}/pictures/{found[2].images[0].id}", WIDE, dark=True)
    take(tab, "document-phone", contract, PHONE)
    take(tab, "documents-dark", "/", WIDE, dark=True)
    spoken = next((one.language for one in found[0].audio if one.artifact), None)
    if spoken is None:
        print("no voice here: the page to listen is not taken anew")
        return
    take(tab, "listen-dark", f"{contract}/listen/{spoken}", WIDE, dark=True)


def take(tab: Browser, name: str, path: str, size: tuple[int, int], *, dark: bool = False) -> None:
    """Write one picture."""
    tab.call(
        "Emulation.setDeviceMetricsOverride",
        width=size[0], height=size[1], deviceScaleFactor=1, mobile=size == PHONE,
    )  # fmt: skip
    scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
    tab.call("Emulation.setEmulatedMedia", features=[scheme])
    tab.open(tab.run("location.origin") + path)
    tab.wait("[...document.images].every((one) => one.complete)")
    if "/listen/" in path:
        tab.run("document.querySelector('#s2 .say').click()")
        tab.wait("document.querySelector('#s2 .lit')")
    write(FOLDER / f"{name}.png", Image.open(io.BytesIO(tab.photograph())).convert("RGB"))


def write(place: Path, picture: Image.Image) -> None:
    """Write a picture with as many colours as fit."""
    place.parent.mkdir(exist_ok=True)
    for colours in COLOURS:
        picture.quantize(colours, dither=Image.Dither.NONE).save(place, optimize=True)
        if place.stat().st_size <= MOST_BYTES:
            print(f"{place.relative_to(ROOT)}: {place.stat().st_size:,} bytes")
            return
    raise SystemExit(f"{place.name} is larger than {MOST_BYTES:,} bytes")


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
