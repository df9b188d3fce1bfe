"""The console in a real browser, on the laptop: upload, watch, read, play, and nothing runs."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from recita_cli import target
from recita_cli.web.server import Server

from tests import browser as browsers
from tests.browser import Browser
from tests.fakes.files import pdf
from tests.laptop import PATIENCE, DocumentLaptop

pytestmark = pytest.mark.stack

TEXT = """The library of Harbour Town bought 125 books in May.
It owes the bookseller 1250 euros until the first of July.
<script>document.title = 'taken over'</script> <img src=x onerror=alert(1)>
The librarian thanks all readers for their patience this spring."""
NAME = "<img src=x onerror=alert(1)> & 'May'.pdf"
AUDIO = "document.querySelector('audio')"


@pytest.fixture(scope="module")
def console(recita: DocumentLaptop) -> Iterator[Server]:
    with Server(target.from_stack(recita.stack)) as server:
        thread = threading.Thread(target=server.serve)
        thread.start()
        try:
            yield server
        finally:
            server.stop()
            thread.join()


@pytest.fixture
def page(chromium: Browser, console: Server) -> Iterator[Browser]:
    chromium.open(console.address)
    chromium.wait("location.search === ''")
    yield chromium
    assert complaints(chromium) == []


def complaints(browser: Browser) -> list[Any]:
    """What broke the policy, failed to load or threw."""
    told = [one for one in browser.events if one["method"] == "Runtime.exceptionThrown"]
    return told + [one for one in browser.events if one["method"] == "Log.entryAdded"]


def patiently(browser: Browser, condition: str) -> None:
    """Wait for what the pipeline has to come to first."""
    steps = int(PATIENCE / browsers.PATIENCE)
    for number in range(steps):
        try:
            browser.wait(condition)
        except AssertionError:
            if number == steps - 1:
                raise
        else:
            return


def chosen(browser: Browser, *files: Path) -> None:
    root = browser.call("DOM.getDocument")["root"]["nodeId"]
    node = browser.call("DOM.querySelector", nodeId=root, selector="#file")["nodeId"]
    browser.call("DOM.setFileInputFiles", nodeId=node, files=[str(one) for one in files])


def dropped(browser: Browser, *files: Path) -> None:
    data = {"items": [], "files": [str(one) for one in files], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        browser.call("Input.dispatchDragEvent", type=kind, x=300, y=200, data=data)


def go(browser: Browser, selector: str) -> None:
    """Follow a link to the page it leads to."""
    before = browser.run("location.href")
    browser.run(f"document.querySelector({selector!r}).click()")
    browser.wait(f"location.href !== {before!r} && document.readyState === 'complete'")


def test_upload_watch_read_play(page: Browser, tmp_path: Path) -> None:
    file = tmp_path / NAME.replace("/", "")
    file.write_bytes(pdf([TEXT]))
    page.run("document.querySelector('#languages').value = 'es'")

    dropped(page, file)

    page.wait("location.pathname.startsWith('/documents/')")
    patiently(page, "document.querySelector('.status.completed')")
    assert page.run("document.querySelector('h1').textContent") == file.name
    assert page.run("document.title") == f"{file.name} · Recita"
    assert page.run("document.querySelectorAll('.sentences li').length") >= 1

    go(page, ".sentences .ref")
    page.wait("document.querySelector('.stage img').complete")
    assert page.run("document.querySelector('.stage img').naturalWidth") > 800
    word = page.run(
        "(() => { const r = [...document.querySelectorAll('rect.word')]"
        ".find(e => e.textContent === 'library').getBoundingClientRect();"
        "const s = document.querySelector('.stage').getBoundingClientRect();"
        "return [(r.x - s.x) / s.width, (r.y - s.y) / s.height, r.width / s.width]; })()"
    )
    assert 0 < word[0] < 0.5
    assert 0 < word[1] < 0.3
    assert 0.01 < word[2] < 0.2
    assert "taken over" in page.run("document.querySelector('.text').textContent")
    page.click("#show-words")
    assert page.run("getComputedStyle(document.querySelector('g.words')).display") == "none"

    go(page, ".trail li:nth-child(2) a")
    go(page, "a[href$='/listen/es']")
    page.wait(f"{AUDIO}.duration > 0")
    page.click(".player button")
    page.wait("document.querySelector('.lit')")
    begin = page.run("+document.querySelector('.lit').dataset.t")
    page.run(f"{AUDIO}.pause()")
    assert page.run(f"{AUDIO}.currentTime * 1000") >= begin - 10


def test_what_can_not_be_taken_says_why(page: Browser, tmp_path: Path) -> None:
    program = tmp_path / "setup.exe"
    program.write_bytes(b"MZ")
    empty = tmp_path / "empty.txt"
    empty.touch()
    chosen(page, program, empty)
    page.run("document.querySelector('#upload button').click()")
    page.wait("document.querySelectorAll('#sent .error').length === 2")
    told = page.run("document.querySelector('#sent').textContent")
    assert "content_type is no type that is read" in told
    assert "at least one byte" in told
    refused = [e for e in page.events if e["method"] == "Log.entryAdded"]
    assert {e["params"]["entry"]["source"] for e in refused} == {"network"}  # 415 and 400
    page.events.clear()


def test_a_phone_does_not_scroll_sideways(page: Browser, recita: DocumentLaptop) -> None:
    document = recita.upload(b"", "w" * 120 + ".pdf")
    recita.manifest(document)
    here = page.run("location.origin")
    page.call(
        "Emulation.setDeviceMetricsOverride",
        width=360, height=780, deviceScaleFactor=1, mobile=True,
    )  # fmt: skip
    try:
        for path in ("/", f"/documents/{document}"):
            page.open(here + path)
            assert page.run("document.documentElement.scrollWidth") == 360, path
    finally:
        page.call("Emulation.clearDeviceMetricsOverride")


def test_the_keyboard_comes_to_the_content_first(page: Browser) -> None:
    page.press("Tab")
    assert page.run("document.activeElement.className") == "skip"
    page.press("Enter", "\r")
    page.wait("location.hash === '#content'")
    nodes = page.call("Accessibility.getFullAXTree")["nodes"]
    roles = {node["role"]["value"] for node in nodes}
    assert {"main", "banner", "search", "status"} <= roles
    fields = [n for n in nodes if n["role"]["value"] in ("textbox", "combobox", "Date", "button")]
    assert [n for n in fields if not n.get("name", {}).get("value")] == []
