"""Inspection: the route, or a rejection that a person can act on."""

from __future__ import annotations

from dataclasses import replace

import pytest
from recita.errors import ConfigurationError
from recita.models.document import Document, step_key
from recita.models.reasons import REJECTIONS
from recita.models.record import StepRecord
from recita.steps import inspect_document

from tests.fakes import Pipeline, files

pytestmark = pytest.mark.disable_socket


def inspected(
    body: bytes, key: str, metadata: dict[str, str] | None = None
) -> tuple[Document, StepRecord]:
    pipeline = Pipeline("es,pt", "summary")
    document = pipeline.inspect(pipeline.upload(body, key, metadata))
    record = pipeline.results.objects[step_key(document.document_id, "inspect-document")]
    return document, StepRecord.model_validate_json(record)


@pytest.mark.parametrize(
    ("body", "key", "route", "pages"),
    [
        (files.pdf(["x", "y"]), "a.pdf", "document", 2),
        (files.picture(), "a.jpg", "image", 1),
        (b"plain words", "a.txt", "text", 1),
    ],
)
def test_finds_the_route(body: bytes, key: str, route: str, pages: int) -> None:
    document, record = inspected(body, key)
    assert (document.route, document.pages, document.reason) == (route, pages, None)
    assert (document.bytes, len(document.sha256)) == (len(body), 64)
    assert (document.languages, document.speak) == (("es", "pt"), "summary")
    assert record.status == "SUCCEEDED"


def test_a_tiff_of_several_pages_travels_as_a_document() -> None:
    frame = files.two_halves()
    body = files.picture(frame, "TIFF", save_all=True, append_images=[frame])
    document, _ = inspected(body, "a.tif")
    assert (document.route, document.pages) == ("document", 2)


@pytest.mark.parametrize(
    ("body", "key", "code"),
    [
        (b"", "a.pdf", "empty"),
        (b"PK\x03\x04", "a.docx", "corrupt"),
        (b"PK\x03\x04", "a.zip", "unsupported-type"),
        (files.picture(), "a.pdf", "type-mismatch"),
        (files.pdf(["x"])[:100], "a.pdf", "corrupt"),
        (files.pdf(["x"], media_box="0 0 99999 10"), "a.pdf", "page-too-large"),
        (files.picture(files.two_halves(60, 60)), "a.jpg", "too-small"),
    ],
)
def test_a_rejection_is_an_outcome_with_a_hint(body: bytes, key: str, code: str) -> None:
    document, record = inspected(body, key)
    assert document.reason is not None
    assert (document.reason.code, document.reason.hint) == (code, REJECTIONS[code])
    assert document.route is None
    assert record.status == "SUCCEEDED"
    assert document.bytes == len(body)


def test_a_file_too_large_is_refused_before_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inspect_document, "MAX_BYTES", 10)
    document, _ = inspected(b"eleven byte", "a.txt")
    assert document.reason is not None
    assert document.reason.code == "too-large"


def test_an_upload_that_was_deleted_again_is_rejected() -> None:
    pipeline = Pipeline()
    upload = pipeline.upload(b"x", "a.txt")
    pipeline.uploads.files.clear()
    document = pipeline.inspect(upload)
    assert document.reason is not None
    assert document.reason.code == "empty"


def test_metadata_overrides_the_deployment() -> None:
    wishes = {"recita-languages": "fr", "recita-speak": "none"}
    document, record = inspected(b"words", "a.txt", wishes)
    assert (document.languages, document.speak) == (("fr",), "none")
    assert record.warnings == ()


@pytest.mark.parametrize(
    ("metadata", "languages", "speak"),
    [
        ({"recita-languages": "Klingon"}, ("es", "pt"), "summary"),
        ({"recita-speak": "loudly"}, ("es", "pt"), "summary"),
        ({"recita-languages": "Klingon", "recita-speak": "none"}, ("es", "pt"), "none"),
        ({"recita-languages": "fr", "recita-speak": "loudly"}, ("fr",), "summary"),
        ({"recita-languages": ",".join(f"a{c}" for c in "abcdefghijk")}, ("es", "pt"), "summary"),
    ],
)
def test_a_wrong_wish_falls_to_the_default_and_is_warned_of(
    metadata: dict[str, str], languages: tuple[str, ...], speak: str
) -> None:
    document, record = inspected(b"words", "a.txt", metadata)
    assert (document.languages, document.speak) == (languages, speak)
    assert [warning.code for warning in record.warnings] == ["metadata-ignored"]


@pytest.mark.parametrize(
    ("wish", "features", "ignored"),
    [
        ("auto", "auto", False),
        ("None", (), False),
        ("forms, TABLES,forms", ("TABLES", "FORMS"), False),
        ("layout", ("LAYOUT",), False),
        ("QUERIES", "auto", True),
        ("TABLES,SIGNATURES", "auto", True),
        (" , ", "auto", True),
    ],
)
def test_what_ocr_looks_for_may_be_asked_for(wish: str, features: object, ignored: bool) -> None:  # noqa: FBT001
    document, record = inspected(b"words", "a.txt", {"recita-ocr-features": wish})
    assert document.ocr_features == features
    assert [w.code for w in record.warnings] == ["metadata-ignored"] * ignored


def test_a_default_that_can_not_be_read_is_named() -> None:
    pipeline = Pipeline("none")
    pipeline.defaults = replace(pipeline.defaults, describe_images="labels any of Person")
    with pytest.raises(ConfigurationError, match="describe_images: the rule has 'person'"):
        pipeline.inspect(pipeline.upload(files.picture(), "a.jpg"))
