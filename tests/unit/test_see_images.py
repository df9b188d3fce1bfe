"""Seeing: what leaves is upright and carries nothing of the camera."""

from __future__ import annotations

import io
import json

import pytest
from PIL import Image
from recita.errors import ProviderUnavailableError
from recita.models.document import result_key
from recita.models.picture import Picture

from tests.fakes import Pipeline, files
from tests.unit.test_image import photo

pytestmark = pytest.mark.disable_socket


def test_the_derived_jpeg_has_no_exif() -> None:
    pipeline = Pipeline("none")
    document = pipeline.inspect(pipeline.upload(photo(), "a.jpg"))
    pipeline.see(document)
    jpeg = pipeline.results.objects[result_key(document.document_id, "images/0001.jpg")]
    assert b"Marker" not in jpeg
    assert not Image.open(io.BytesIO(jpeg)).getexif()
    assert pipeline.vision.seen == [jpeg]
    body = pipeline.results.objects[result_key(document.document_id, "images/0001.json")]
    picture = Picture.model_validate_json(body)
    assert (picture.width, picture.height) == (100, 200)
    assert picture.labels[0].name == "Dog"


def test_an_animation_is_warned_of() -> None:
    frames = [Image.new("RGB", (100, 100), colour) for colour in ("red", "blue")]
    body = files.picture(frames[0], "GIF", save_all=True, append_images=frames[1:])
    manifest = Pipeline("none").run(body, "a.gif")
    assert [warning.code for warning in manifest.warnings] == ["first-frame-only"]


def test_a_picture_is_described() -> None:
    pipeline = Pipeline("es")
    pipeline.ocr.texts = ("STOP",)
    manifest = pipeline.run(files.picture(), "dog.jpg")
    assert manifest.status == "COMPLETED"
    assert manifest.route == "image"
    (image,) = manifest.images
    assert image.description == "The picture shows a dog."
    published = json.loads(pipeline.artifact(manifest, image.artifact))
    assert published["description"] == image.description
    (prompt,) = pipeline.model.prompts
    assert prompt.task == "describe"
    assert prompt.image is not None
    assert prompt.image.startswith(b"\xff\xd8")
    assert '"Dog"' in prompt.document


def test_a_picture_full_of_text_is_read_like_a_page() -> None:
    pipeline = Pipeline("none")
    pipeline.ocr.texts = (files.SENTENCE * 3,)
    pipeline.run(files.picture(), "letter.png.jpg")
    assert pipeline.model.prompts[0].task == "summarise"


def test_a_picture_that_was_not_seen_costs_the_seeing() -> None:
    pipeline = Pipeline("es")
    pipeline.ocr.texts = (files.SENTENCE * 3,)
    pipeline.vision.error = ProviderUnavailableError("rekognition", "detect_labels", "X", "down")
    manifest = pipeline.run(files.picture(), "letter.jpg")
    assert manifest.status == "PARTIAL"
    assert manifest.reason is not None
    assert manifest.reason.code == "images-not-seen"
    assert manifest.ledger.languages.translated == ("es",)
