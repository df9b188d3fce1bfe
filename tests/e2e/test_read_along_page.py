"""The read-along page in a real browser: words light as they sound, and lead back to the sound."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from recita.models.manifest import Manifest

from tests.browser import Browser
from tests.fakes import Pipeline
from tests.fakes.services import answer

SOUND = "document.querySelector('audio')"
LIT = "document.querySelector('.lit')"
CURRENT = "document.querySelector('[aria-current]')"
HEARD = f"({CURRENT}?.closest('li')?.id)"
FOLLOW = f"""new Promise((done) => {{
  const seen = [], sound = {SOUND};
  new MutationObserver(() => {{
    const lit = {LIT}, time = sound.currentTime * 1000;
    if (lit) seen.push([time, +lit.dataset.t, lit.textContent, {CURRENT}?.textContent]);
  }}).observe(document.querySelector('main'), {{subtree: true, attributeFilter: ['class']}});
  sound.addEventListener('ended', () => setTimeout(() => done(seen)));
  sound.playbackRate = 0.5;
  document.querySelector('button').click();
}})"""
"""Plays from the page's button to the end; tells each word that lit, and when in the sound."""
SENTENCES = ("The library bought 125 books & maps.", "It owes <b>1,250</b> euros.", "Thank you.")


def published(folder: Path) -> tuple[Path, Manifest]:
    """Everything about a document with three sentences, in a folder as ``recita run`` writes it."""
    pipeline = Pipeline("es")
    sentences = [{"text": text, "pages": [1]} for text in SENTENCES]
    said = {"title": "An invoice", "language": "en", "document_type": "invoice", "facts": []}
    pipeline.model.replies = [answer(said | {"sentences": sentences})]
    manifest = pipeline.run(b"Invoice 4711: the library bought 125 books.", "a.txt")
    for artifact in manifest.artifacts:
        place = folder / artifact.key
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(pipeline.artifact(manifest, artifact.key))
    return folder, manifest


@pytest.fixture
def page(chromium: Browser, tmp_path: Path) -> Browser:
    folder, manifest = published(tmp_path / "my results")
    place = manifest.audio[0].read_along
    assert place is not None
    chromium.open((folder / place).as_uri())
    chromium.wait(f"{SOUND}.duration > 0")
    return chromium


def text(page: Browser, expression: str) -> Any:
    return page.run(f"({expression} || {{}}).textContent")


def words(page: Browser) -> list[tuple[int, str]]:
    found = page.run(
        "[...document.querySelectorAll('.say [data-t]')].map(e => [+e.dataset.t, e.textContent])"
    )
    return [(time, word) for time, word in found]


def test_each_word_is_lit_while_it_sounds(page: Browser) -> None:
    seen = page.run(FOLLOW)
    expected = words(page)
    assert [(begin, word) for _, begin, word, _ in seen] == expected
    ends = [begin for begin, _ in expected[1:]] + [float("inf")]
    for (time, begin, *_), end in zip(seen, ends, strict=True):
        assert begin - 10 <= time <= end  # ms of the sound, however slow the machine
    sentences = list(dict.fromkeys(current for *_, current in seen))
    assert sentences == ["(es) An invoice", *(f"(es) {sentence}" for sentence in SENTENCES)]
    page.wait(f"!{LIT} && !{CURRENT}")  # silence lights nothing
    assert text(page, "document.querySelector('button')") == "Reproducir"


def test_a_click_on_a_sentence_plays_from_there(page: Browser) -> None:
    page.click("#s2 .say")
    page.wait(f"!{SOUND}.paused && {HEARD} === 's2'")
    begin = page.run("+document.querySelector('#s2 .say').dataset.t")
    assert page.run(f"{SOUND}.currentTime * 1000") >= begin
    assert text(page, "document.querySelector('button')") == "Pausar"


def test_a_click_on_a_word_plays_from_that_word(page: Browser) -> None:
    page.run(f"{SOUND}.playbackRate = 0.1")
    page.click("#s1 .say [data-t]:nth-of-type(4)")
    page.wait(LIT)
    assert text(page, LIT) == "125" or text(page, LIT) == "bought"
    chosen = page.run("+document.querySelectorAll('#s1 .say [data-t]')[3].dataset.t")
    assert page.run(f"+{LIT}.dataset.t") == chosen


def test_the_keyboard_does_it_all(page: Browser) -> None:
    page.run(f"{SOUND}.playbackRate = 0.1")
    page.run("document.querySelector('button').focus()")
    for _ in range(20):  # past the browser's own controls
        page.press("Tab")
        if page.run("document.activeElement.matches('.say')"):
            break
    focused = "document.activeElement.closest('li, h1').id"
    assert page.run("document.activeElement.closest('h1') !== null")
    page.press("ArrowDown")
    page.press("ArrowDown")
    assert page.run(focused) == "s2"
    assert page.run(f"{SOUND}.paused")
    page.press("Enter", "\r")
    page.wait(f"!{SOUND}.paused && {HEARD} === 's2'")
    page.press("ArrowUp")
    page.press(" ", " ")
    page.wait(f"{HEARD} === 's1'")
    page.press("Home")
    assert page.run("document.activeElement.closest('h1') !== null")
    assert page.run("scrollY") == 0  # the keys that choose do not scroll
    page.run("document.querySelector('button').focus()")
    page.press("Enter", "\r")
    page.wait(f"{SOUND}.paused")


def test_one_sentence_is_a_stop_of_the_tab_key(page: Browser) -> None:
    stops = "[...document.querySelectorAll('.say')].map(e => e.tabIndex)"
    assert page.run(stops) == [0, -1, -1, -1]
    page.press("Tab")
    page.run("document.querySelector('#s2 .say').focus()")
    assert page.run(stops) == [-1, -1, 0, -1]


def test_a_screen_reader_finds_its_way(page: Browser) -> None:
    nodes = page.call("Accessibility.getFullAXTree")["nodes"]
    named = [
        (node["role"]["value"], node["name"]["value"]) for node in nodes if node.get("name", {})
    ]
    assert ("heading", "(es) An invoice") in named
    for sentence in SENTENCES:
        assert ("button", f"(es) {sentence}") in named
    assert ("button", "Reproducir") in named
    assert ("link", "Página 1") in named
    assert page.run("document.querySelectorAll('[aria-live]').length") == 0


def test_it_loads_nothing_but_its_sound_and_breaks_no_rule(page: Browser) -> None:
    page.run(FOLLOW)
    asked = [
        event["params"]["request"]["url"]
        for event in page.events
        if event["method"] == "Network.requestWillBeSent"
    ]
    own = {url.rpartition("/")[2] for url in asked if not url.startswith("data:")}
    assert own == {"es.html", "es.mp3"}  # data: is the browser's own player
    complaints = [
        e for e in page.events if e["method"] in ("Log.entryAdded", "Runtime.exceptionThrown")
    ]
    assert complaints == []


def test_it_can_be_read_without_a_script(chromium: Browser, tmp_path: Path) -> None:
    folder, _ = published(tmp_path)
    chromium.call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        chromium.call("Page.navigate", url=(folder / "audio/es.html").as_uri())
        chromium.wait("document.readyState === 'complete' && !!document.querySelector('.say')")
        assert chromium.run("document.querySelector('button').checkVisibility()") is False
        assert chromium.run("document.querySelector('audio').controls") is True
        assert text(chromium, "document.querySelector('#s2 .say')") == f"(es) {SENTENCES[1]}"
    finally:
        chromium.call("Emulation.setScriptExecutionDisabled", value=False)


def test_a_page_without_its_sound_says_so(chromium: Browser, tmp_path: Path) -> None:
    folder, _ = published(tmp_path)
    (folder / "audio/es.mp3").unlink()
    chromium.open((folder / "audio/es.html").as_uri())
    chromium.wait("document.querySelector('#lost').checkVisibility()")
    assert "es.mp3" in text(chromium, "document.querySelector('#lost')")


def test_it_keeps_the_spoken_sentence_in_sight(page: Browser) -> None:
    page.call(
        "Emulation.setDeviceMetricsOverride",
        width=320, height=300, deviceScaleFactor=1, mobile=False,
    )  # fmt: skip
    try:
        page.run("scrollTo(0, 0)")
        page.run(
            f"{SOUND}.currentTime = +document.querySelector('#s3 .say').dataset.t / 1000 - 0.1"
        )
        page.run(f"{SOUND}.play()")
        page.wait(f"{HEARD} === 's3'")
        page.wait(
            "document.querySelector('#s3 .say').getBoundingClientRect().bottom <= innerHeight"
        )
    finally:
        page.call("Emulation.clearDeviceMetricsOverride")
