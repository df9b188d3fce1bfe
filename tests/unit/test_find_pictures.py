"""Finding pictures: each is kept once, and what is left out is counted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from PIL import Image
from recita.decoding import pictures
from recita.errors import DocumentRejectedError
from recita.models.document import work_key
from recita.models.picture import Inventory
from recita.steps import find_pictures

from tests.fakes import Pipeline, files
from tests.fakes.pictures import Place, drawn, illustrated, scan

pytestmark = pytest.mark.disable_socket

PLACE = (100, 300, 240, 180)
LOGO = (500, 720, 80, 60)


def found(pipeline: Pipeline, body: bytes, key: str = "a.pdf") -> Inventory:
    document = pipeline.inspect(pipeline.upload(body, key))
    pipeline.read(document)
    pipeline.find(document)
    kept = pipeline.results.objects[work_key(document.document_id, "inventory.json")]
    return Inventory.model_validate_json(kept)


@pytest.mark.parametrize("place", [LOGO, (520, 740, 48, 36), (17, 701, 123, 92)])
def test_a_repeated_picture_is_one(place: Place) -> None:
    logo = drawn(1)
    body = illustrated([[(logo, place), (drawn(2), PLACE)], [(logo, place)], [(logo, LOGO)]])
    inventory = found(Pipeline("none"), body)
    assert [(one.id, one.page, one.repeats) for one in inventory.pictures] == [
        ("0001", 1, 2),
        ("0002", 1, 0),
    ]
    assert inventory.skipped == ()


def test_a_picture_stands_where_the_page_has_it() -> None:
    (picture,) = found(Pipeline("none"), illustrated([[], [(drawn(3), PLACE)]])).pictures
    assert picture.page == 2
    assert picture.box is not None
    expected = (100 / 600, (800 - 480) / 800, 240 / 600, 180 / 800)
    box = (picture.box.left, picture.box.top, picture.box.width, picture.box.height)
    assert box == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize("failed", [False, True])
def test_the_page_of_a_scan_is_no_picture(*, failed: bool) -> None:
    pipeline = Pipeline("none")
    pipeline.ocr.failed = {1: "UNREADABLE"} if failed else {}
    inventory = found(pipeline, scan(drawn(1, (600, 800))))
    assert inventory.pictures == ()
    assert [(one.reason, one.count) for one in inventory.skipped] == [("scan", 1)]


def test_a_photo_that_was_not_read_but_seen_is_partial() -> None:
    pipeline = Pipeline("none")
    pipeline.ocr.failed = {1: "UNREADABLE"}
    manifest = pipeline.run(files.picture(), "a.jpg")
    assert manifest.status == "PARTIAL"
    assert manifest.images[0].description


def test_more_pictures_than_are_looked_at_are_told() -> None:
    pipeline = Pipeline("none")
    pipeline.max_pictures = 2
    manifest = pipeline.run(illustrated([[(drawn(n), PLACE)] for n in range(5)]))
    assert len(manifest.images) == 2
    assert [warning.code for warning in manifest.warnings] == ["pictures-limit"]
    assert [(one.reason, one.count) for one in manifest.ledger.images.skipped] == [("limit", 3)]
    assert manifest.status == "COMPLETED"  # it is what the deployment asks for


def test_an_upload_is_looked_at_even_where_documents_are_not() -> None:
    pipeline = Pipeline("none")
    pipeline.max_pictures = 0
    assert len(found(pipeline, files.picture(), "a.jpg").pictures) == 1
    assert found(pipeline, illustrated([[(drawn(1), PLACE)]])).pictures == ()


def test_a_search_that_dies_keeps_what_it_found(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = pictures.search

    def torn(*args: Any) -> Iterator[pictures.Found]:
        yield next(whole(*args))
        raise DocumentRejectedError("timeout", "decoding used up its CPU time")

    monkeypatch.setattr(pictures, "search", torn)
    manifest = Pipeline("none").run(illustrated([[(drawn(1), PLACE)], [(drawn(2), PLACE)]]))
    assert manifest.status == "PARTIAL"
    assert manifest.reason is not None
    assert manifest.reason.code == "images-not-seen"
    assert manifest.ledger.images.error == "timeout"
    assert [image.id for image in manifest.images] == ["0001"]


def test_the_frames_of_a_scan_are_pages() -> None:
    body = files.picture(drawn(1), "TIFF", save_all=True, append_images=[drawn(2)])
    manifest = Pipeline("none").run(body, "fax.tiff")
    assert len(manifest.pages) == 2
    assert manifest.images == ()


def test_a_search_that_takes_too_long_ends_with_what_it_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(find_pictures, "SEARCH_SECONDS", -1)
    manifest = Pipeline("none").run(illustrated([[(drawn(n), PLACE)] for n in range(3)]))
    assert manifest.status == "PARTIAL"
    assert manifest.ledger.images.error == "timeout"
    assert len(manifest.images) == 1


@pytest.mark.parametrize("size", [(200, 100), (300, 40), (90, 4)])
def test_an_upload_is_seen_whatever_it_looks_like(size: tuple[int, int]) -> None:
    blank = Image.new("RGB", size, "white")
    (picture,) = found(Pipeline("none"), files.picture(blank), "blank.jpg").pictures
    assert (picture.width, picture.height) == (max(size[0], 80), max(size[1], 80))
