"""Pictures on the real stack: an upload, pictures in documents, what is blocked and left out."""

from __future__ import annotations

import io
from email.message import EmailMessage

import pytest
from PIL import Image
from recita.models.document import result_key
from recita.models.manifest import Manifest
from recita_local import weights

from tests.fakes import files
from tests.fakes.pictures import drawn, illustrated
from tests.laptop import DocumentLaptop

pytestmark = pytest.mark.stack

PLACE = (100, 300, 300, 200)
LOGO = (520, 740, 48, 36)


@pytest.fixture(scope="module")
def cat() -> Image.Image:
    with Image.open(weights.ensure("sample-photos") / "chelsea.png") as opened:
        return opened.convert("RGB")


@pytest.fixture(scope="module")
def report(recita: DocumentLaptop, cat: Image.Image) -> Manifest:
    """Three pictures, of which one repeats."""
    logo = drawn(1)
    pages = [[(logo, LOGO), (cat, PLACE)], [(logo, LOGO)], [(logo, LOGO), (drawn(2), PLACE)]]
    wishes = {"languages": "none", "describe-images": "labels any of [Animal] or width > 9999"}
    return recita.process(illustrated(pages), "illustrated.pdf", **wishes)


def test_a_photo_is_seen_and_described(recita: DocumentLaptop, cat: Image.Image) -> None:
    manifest = recita.process(files.picture(cat), "cat.jpg", languages="none")
    assert manifest.status == "COMPLETED", manifest.reason
    (image,) = manifest.images
    assert "Cat" in {label.name for label in image.labels}
    assert image.faces == 0
    assert image.description is not None
    assert "cat" in image.description
    assert manifest.summary is not None
    assert manifest.summary.text == image.description


def test_pictures_of_a_document_are_seen_once_each(
    recita: DocumentLaptop, report: Manifest
) -> None:
    assert report.status == "COMPLETED", report.reason
    assert [(image.page, image.repeats) for image in report.images] == [(1, 2), (1, 0), (3, 0)]
    paid = {use.operation: use.units for use in report.usage if use.service == "rekognition"}
    assert paid == dict.fromkeys(
        ("DetectLabels", "DetectModerationLabels", "DetectText", "DetectFaces"), 3
    )
    for image in report.images:
        jpeg = recita.read(report.document_id, f"images/{image.id}.jpg")
        assert Image.open(io.BytesIO(jpeg)).format == "JPEG"
    sheet = recita.read(report.document_id, "images/index.html").decode()
    assert sheet.count("<article") == 3


def test_the_rule_leaves_pictures_without_description(report: Manifest) -> None:
    described = [image.description is not None for image in report.images]
    assert described == [False, True, False]
    assert report.ledger.images.described == 1
    assert report.images[1].description is not None
    assert "cat" in report.images[1].description
    assert {use.service for use in report.engines} >= {"rekognition", "bedrock-runtime"}


def test_a_picture_that_is_moderated_blocks_its_document(
    recita: DocumentLaptop, cat: Image.Image
) -> None:
    nudity = {"Name": "Explicit Nudity", "ParentName": "Explicit", "Confidence": 97.0}
    recita.fault(
        service="rekognition",
        operation="DetectModerationLabels",
        reply={"ModerationLabels": [nudity], "ModerationModelVersion": "7.0"},
    )
    before = recita.calls().get("bedrock-runtime.Converse", 0)
    body = illustrated([[(cat, PLACE)]])
    manifest = recita.process(body, "moderated.pdf", languages="es")
    assert manifest.status == "BLOCKED"
    assert manifest.reason is not None
    assert manifest.reason.code == "picture-blocked"
    assert manifest.images == ()
    assert recita.calls().get("bedrock-runtime.Converse", 0) == before
    prefix = result_key(manifest.document_id, "images/")
    bucket = recita.stack.outputs["ResultsBucketName"]
    listing = recita.client("s3").list_objects_v2(Bucket=bucket, Prefix=prefix)
    assert listing["KeyCount"] == 0


def test_a_picture_shown_in_a_mail_is_seen(recita: DocumentLaptop, cat: Image.Image) -> None:
    message = EmailMessage()
    message["Subject"] = "Our cat"
    message.set_content(files.SENTENCE)
    message.add_alternative(f"<p>{files.SENTENCE}<img src='cid:cat' alt='Our cat'>", subtype="html")
    page = message.get_payload()[1]  # type: ignore[index]
    page.add_related(files.picture(cat), "image", "jpeg", cid="<cat>")  # type: ignore[union-attr]
    manifest = recita.process(message.as_bytes(), "cat.eml", languages="none")
    assert manifest.status == "COMPLETED", manifest.reason
    (image,) = manifest.images
    assert image.alt == "Our cat"
    assert image.description is not None
    assert manifest.children == ()


def test_one_throttled_picture_is_retried_and_the_others_not_paid_again(
    recita: DocumentLaptop,
) -> None:
    before = recita.calls()["rekognition.DetectFaces"]
    recita.fault(
        service="rekognition", operation="DetectFaces", code="ThrottlingException", times=1
    )
    body = illustrated([[(drawn(3), PLACE)], [(drawn(4), PLACE)]])
    manifest = recita.process(body, "throttled-pictures.pdf", languages="none")
    assert manifest.status == "COMPLETED", manifest.reason
    (step,) = (step for step in manifest.steps if step.name == "see-images:1")
    assert step.attempts == 2
    assert recita.calls()["rekognition.DetectFaces"] == before + 3
