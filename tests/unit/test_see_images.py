"""Seeing: what leaves is upright, carries nothing of the camera, and is paid once."""

from __future__ import annotations

import io
import json

import pytest
from PIL import Image
from recita.errors import (
    ProviderRefusedError,
    ProviderThrottledError,
    ProviderUnavailableError,
)
from recita.models.document import result_key, step_key, work_key
from recita.models.picture import Moderation, ModerationAction, Picture
from recita.pricing import estimate
from recita.steps.see_images import Moderated

from tests.fakes import Pipeline, files
from tests.fakes.pictures import drawn, illustrated
from tests.unit.test_image import photo

pytestmark = pytest.mark.disable_socket

PLACE = (100, 300, 240, 180)
NUDITY = Moderation(name="Explicit Nudity", confidence=93.0, parent="Explicit")


def refusal(code: str) -> ProviderRefusedError:
    return ProviderRefusedError("rekognition", "detect_labels", code, "no")


def three_pictures() -> bytes:
    return illustrated([[(drawn(n), PLACE)] for n in range(3)])


def test_the_derived_jpeg_has_no_exif() -> None:
    pipeline = Pipeline("none")
    manifest = pipeline.run(photo(), "a.jpg")
    jpeg = pipeline.artifact(manifest, "images/0001.jpg")
    assert b"Marker" not in jpeg
    assert not Image.open(io.BytesIO(jpeg)).getexif()
    assert pipeline.vision.seen == [jpeg]
    picture = Picture.model_validate_json(pipeline.artifact(manifest, "images/0001.json"))
    assert (picture.width, picture.height) == (100, 200)
    assert picture.labels[0].name == "Dog"
    assert picture.faces == 0


def test_an_animation_is_warned_of() -> None:
    frames = [drawn(1), drawn(2)]
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


def test_a_picture_full_of_text_is_read_like_a_page_and_described() -> None:
    pipeline = Pipeline("none")
    pipeline.ocr.texts = (files.SENTENCE * 3,)
    manifest = pipeline.run(files.picture(), "letter.png.jpg")
    assert [prompt.task for prompt in pipeline.model.prompts] == ["summarise", "describe"]
    assert manifest.images[0].description


def test_a_picture_that_was_not_seen_costs_the_seeing() -> None:
    pipeline = Pipeline("es")
    pipeline.ocr.texts = (files.SENTENCE * 3,)
    pipeline.vision.error = ProviderUnavailableError("rekognition", "detect_labels", "X", "down")
    manifest = pipeline.run(files.picture(), "letter.jpg")
    assert manifest.status == "PARTIAL"
    assert manifest.reason is not None
    assert manifest.reason.code == "images-not-seen"
    assert "down" in manifest.reason.message
    assert manifest.ledger.languages.translated == ("es",)


def test_a_picture_that_is_refused_costs_itself() -> None:
    pipeline = Pipeline("none")
    pipeline.vision.failing = {1: refusal("InvalidImageFormatException")}
    manifest = pipeline.run(three_pictures())
    assert manifest.status == "PARTIAL"
    assert [image.error for image in manifest.images] == [None, "image-refused", None]
    images = manifest.ledger.images
    assert (images.found, images.seen) == (3, 2)
    assert [(gap.image, gap.reason) for gap in images.missing] == [("0002", "image-refused")]


def test_a_missing_permission_is_no_fault_of_the_picture() -> None:
    pipeline = Pipeline("none")
    pipeline.vision.failing = {0: refusal("AccessDeniedException")}
    manifest = pipeline.run(three_pictures())
    assert [failure.step for failure in pipeline.failures] == ["see-images:1"]
    assert manifest.reason is not None
    assert "AccessDenied" in manifest.reason.message


def test_a_retry_pays_for_no_picture_twice() -> None:
    pipeline = Pipeline("none")
    document = pipeline.inspect(pipeline.upload(three_pictures(), "a.pdf"))
    pipeline.find(document)
    throttle = ProviderThrottledError("rekognition", "detect_labels", "ThrottlingException", "")
    pipeline.vision.failing = {2: throttle}
    with pytest.raises(ProviderThrottledError):
        pipeline.see(document)
    pipeline.see(document, attempt=2)
    assert len(pipeline.vision.seen) == 3
    assert len(set(pipeline.vision.seen)) == 3


def test_a_batch_is_ten_pictures() -> None:
    pipeline = Pipeline("none")
    manifest = pipeline.run(illustrated([[(drawn(n), PLACE)] for n in range(12)]))
    assert len(manifest.images) == 12
    seen = [step.name for step in manifest.steps if step.name.startswith("see-images")]
    assert seen == ["see-images:1", "see-images:2"]
    assert len(set(pipeline.vision.seen)) == 12


@pytest.mark.parametrize(
    ("action", "status", "verdict"),
    [
        ("flag", "COMPLETED", "NONE"),
        ("withhold", "COMPLETED", "WITHHELD"),
        ("block", "BLOCKED", "BLOCKED"),
    ],
)
def test_moderation_has_consequences(action: ModerationAction, status: str, verdict: str) -> None:
    pipeline = Pipeline("es")
    pipeline.moderated = Moderated(action)
    pipeline.vision.moderations = {1: NUDITY}
    manifest = pipeline.run(three_pictures())
    assert manifest.status == status
    judged = [v for v in manifest.guardrails if v.stage == "image"]
    assert [v.action for v in judged][:2] == ["NONE", verdict]
    assert judged[1].policies == ("moderation/Explicit Nudity",)
    assert (judged[1].guardrail.id, judged[1].guardrail.version) == ("rekognition", "7.0")
    jpeg = result_key(manifest.document_id, "images/0002.jpg")
    assert (jpeg in pipeline.results.objects) is (action == "flag")
    if action == "withhold":
        assert manifest.images[1].image is None
        assert manifest.images[1].description is None
        assert manifest.images[1].moderation == (NUDITY,)
        assert manifest.ledger.images.withheld == 1
        assert b"withheld" in pipeline.artifact(manifest, "images/index.html")
    if action == "block":
        assert manifest.images == ()
        assert manifest.summary is None
        assert pipeline.model.prompts == []
        assert manifest.reason is not None
        assert manifest.reason.code == "picture-blocked"
        prefix = result_key(manifest.document_id, "images/")
        assert not [key for key in pipeline.results.objects if key.startswith(prefix)]


def test_a_picture_that_blocks_is_not_forgotten_by_a_batch_that_dies() -> None:
    pipeline = Pipeline("es")
    pipeline.moderated = Moderated("block")
    pipeline.vision.moderations = {0: NUDITY}
    document = pipeline.inspect(pipeline.upload(three_pictures(), "a.pdf"))
    pipeline.read(document)
    pipeline.find(document)
    pipeline.see(document)
    del pipeline.results.objects[step_key(document.document_id, "see-images:1")]
    assert pipeline.understand(document).status == "BLOCKED"
    assert pipeline.model.prompts == []
    assert pipeline.publish(document).status == "BLOCKED"


def test_moderation_blocks_though_nothing_else_answers() -> None:
    pipeline = Pipeline("none")
    pipeline.moderated = Moderated("block")
    pipeline.vision.moderations = {0: NUDITY}
    down = ProviderUnavailableError("rekognition", "detect_labels", "X", "down")
    pipeline.vision.refusing = {"DetectLabels": down}
    manifest = pipeline.run(three_pictures())
    assert manifest.status == "BLOCKED"
    assert pipeline.model.prompts == []


def test_a_picture_that_is_withheld_stays_so_when_its_batch_dies() -> None:
    pipeline = Pipeline("none")
    pipeline.moderated = Moderated("withhold")
    pipeline.vision.moderations = {0: NUDITY}
    pipeline.vision.failing = {2: ProviderUnavailableError("rekognition", "x", "X", "down")}
    manifest = pipeline.run(three_pictures())
    assert manifest.status == "PARTIAL"
    assert [image.image for image in manifest.images] == [None, "images/0002.jpg"]
    assert len([p for p in pipeline.model.prompts if p.task == "describe"]) == 1


@pytest.mark.parametrize("action", ["withhold", "block"])
def test_a_picture_that_nobody_moderated_is_withheld(action: ModerationAction) -> None:
    pipeline = Pipeline("none")
    pipeline.moderated = Moderated(action)
    pipeline.vision.failing = {0: refusal("ImageTooLargeException")}
    manifest = pipeline.run(three_pictures())
    assert manifest.images[0].image is None
    assert manifest.images[0].error == "image-refused"
    assert [v.action for v in manifest.guardrails if v.stage == "image"] == [
        "WITHHELD",
        "NONE",
        "NONE",
    ]


def test_an_upload_that_is_withheld_is_not_shown_to_the_model() -> None:
    pipeline = Pipeline("es")
    pipeline.ocr.texts = ("STOP",)
    pipeline.moderated = Moderated("withhold")
    pipeline.vision.moderations = {0: NUDITY}
    manifest = pipeline.run(files.picture(), "a.jpg")
    assert all(prompt.image is None for prompt in pipeline.model.prompts)
    assert manifest.images[0].image is None
    assert manifest.images[0].description is None


def test_a_retry_pays_for_no_operation_twice() -> None:
    pipeline = Pipeline("none")
    document = pipeline.inspect(pipeline.upload(three_pictures(), "a.pdf"))
    pipeline.find(document)
    throttle = ProviderThrottledError("rekognition", "detect_faces", "ThrottlingException", "")
    pipeline.vision.refusing = {"DetectFaces": throttle}
    with pytest.raises(ProviderThrottledError):
        pipeline.see(document)
    pipeline.see(document, attempt=2)
    assert len(pipeline.vision.paid) == 12
    assert len(set(pipeline.vision.paid)) == 12


def test_faces_are_on_the_bill() -> None:
    manifest = Pipeline("none").run(three_pictures())
    rekognition = [use for use in manifest.usage if use.service == "rekognition"]
    assert estimate(rekognition).estimated == pytest.approx(0.012)


def test_moderation_below_the_threshold_is_only_told() -> None:
    pipeline = Pipeline("none")
    pipeline.moderated = Moderated("block", 95)
    pipeline.vision.moderations = {0: NUDITY}
    manifest = pipeline.run(three_pictures())
    assert manifest.status == "COMPLETED"
    assert manifest.images[0].moderation == (NUDITY,)


def test_faces_that_nobody_counted_are_told() -> None:
    pipeline = Pipeline("none")
    pipeline.vision.face_boxes = None
    manifest = pipeline.run(files.picture(), "a.jpg")
    assert manifest.images[0].faces is None
    assert "faces-not-counted" in [warning.code for warning in manifest.warnings]


def test_what_was_seen_of_another_picture_is_not_believed() -> None:
    pipeline = Pipeline("none")
    document = pipeline.inspect(pipeline.upload(three_pictures(), "a.pdf"))
    pipeline.find(document)
    pipeline.see(document)
    key = work_key(document.document_id, "seen/0002.json")
    kept = json.loads(pipeline.results.objects[key])
    pipeline.results.write(
        key, json.dumps(kept | {"digest": "0" * 64}).encode(), "application/json"
    )
    pipeline.see(document, attempt=2)
    assert len(pipeline.vision.seen) == 4
    assert pipeline.vision.seen[3] == pipeline.vision.seen[1]


def test_a_refused_picture_is_not_described() -> None:
    pipeline = Pipeline("none")
    pipeline.vision.failing = {0: refusal("InvalidImageFormatException")}
    manifest = pipeline.run(files.picture(), "a.jpg")
    assert [prompt for prompt in pipeline.model.prompts if prompt.image] == []
    assert manifest.images[0].description is None


def test_pictures_of_a_blocked_document_were_seen_and_not_published() -> None:
    pipeline = Pipeline("none")
    pipeline.guardrail.blocked = ("Invoice",)
    manifest = pipeline.run(three_pictures())
    assert manifest.status == "BLOCKED"
    images = manifest.ledger.images
    assert (images.found, images.seen) == (3, 3)
    assert {gap.reason for gap in images.missing} == {"not-published"}
