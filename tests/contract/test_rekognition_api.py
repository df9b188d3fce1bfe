"""Rekognition's operations against botocore's shapes, on drawn and real images."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import botocore.session
import pytest
import reportlab
from botocore.exceptions import ClientError
from botocore.response import StreamingBody
from botocore.validate import ParamValidator
from PIL import Image, ImageDraw, ImageFont
from recita_local import engines, weights
from recita_local.services.rekognition import api
from recita_local.services.rekognition.api import OPERATIONS
from recita_local.services.rekognition.seeing import Sight, Surface
from recita_local.wire.service import RequestContext, ServiceError

FONT = str(Path(reportlab.__file__).parent / "fonts" / "Vera.ttf")
MODEL = botocore.session.get_session().get_service_model("rekognition")
MEGABYTE = 1024 * 1024


@dataclass
class Laptop(RequestContext):
    """A request's context whose S3 is in memory."""

    objects: dict[tuple[str, str], bytes] = field(default_factory=dict)

    def client(self, service: str) -> Any:
        assert service == "s3"
        return self

    def get_object(self, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: N803
        if (Bucket, Key) not in self.objects:
            raise ClientError({"Error": {"Code": "NoSuchKey", "Message": "no"}}, "GetObject")
        data = self.objects[Bucket, Key]
        return {"ContentLength": len(data), "Body": StreamingBody(io.BytesIO(data), len(data))}


@pytest.fixture
def laptop() -> Laptop:
    return Laptop("rekognition", "", "us-east-1", "000000000000", "http://127.0.0.1:1")


@pytest.fixture(scope="module", autouse=True)
def _engines_end() -> Iterator[None]:
    yield
    engines.engine("vision").close()
    engines.engine("ocr").close()


def saved(image: Image.Image, form: str = "PNG") -> bytes:
    file = io.BytesIO()
    image.save(file, form)
    return file.getvalue()


def sign(*lines: str) -> bytes:
    image = Image.new("RGB", (900, 100 + 70 * len(lines)), "white")
    for number, text in enumerate(lines):
        font = ImageFont.truetype(FONT, 36)
        ImageDraw.Draw(image).text((60, 50 + 70 * number), text, fill="black", font=font)
    return saved(image)


def call(operation: str, params: dict[str, Any], laptop: Laptop) -> dict[str, Any]:
    reply = OPERATIONS[operation](params, laptop)
    shape = MODEL.operation_model(operation).output_shape
    assert shape is not None
    assert not ParamValidator().validate(reply, shape).has_errors()
    assert set(reply) <= set(shape.members)
    return reply


def refused(operation: str, params: dict[str, Any], laptop: Laptop) -> str:
    with pytest.raises(ServiceError) as caught:
        OPERATIONS[operation](params, laptop)
    names = {shape.name for shape in MODEL.operation_model(operation).error_shapes}
    assert caught.value.code in names
    return caught.value.code


@pytest.mark.engines
@pytest.mark.parametrize(
    ("photo", "expected"),
    [
        ("dog.jpg", "Dog"),
        ("dog.jpg", "Bicycle"),
        ("dog.jpg", "Car"),
        ("eagle.jpg", "Bird"),
        ("kite.jpg", "Beach"),
        ("kite.jpg", "Kite"),
        ("kite.jpg", "Person"),
        ("china.jpg", "Building"),
    ],
)
def test_photos_are_labelled(laptop: Laptop, corpus: Path, photo: str, expected: str) -> None:
    data = (corpus / "photos" / photo).read_bytes()
    reply = call("DetectLabels", {"Image": {"Bytes": data}, "MinConfidence": 75}, laptop)
    assert expected in [label["Name"] for label in reply["Labels"]]
    assert all(label["Confidence"] >= 75 for label in reply["Labels"])
    assert laptop.engine.startswith("efficientnet-lite0/")


def sample(name: str) -> bytes:
    return (weights.ensure("sample-photos") / name).read_bytes()


def within(box: dict[str, float]) -> bool:
    return (
        0 <= box["Left"] <= box["Left"] + box["Width"] <= 1.0001
        and 0 <= box["Top"] <= box["Top"] + box["Height"] <= 1.0001
    )


@pytest.mark.engines
@pytest.mark.parametrize(
    ("photo", "expected", "objects"),
    [
        ("astronaut.png", "Person", 1),
        ("camera.png", "Person", 1),
        ("chelsea.png", "Cat", 1),
        ("coffee.png", "Coffee Cup", 1),
        ("rocket.jpg", "Vehicle", 0),
    ],
)
def test_packaged_photos_are_labelled(
    laptop: Laptop, photo: str, expected: str, objects: int
) -> None:
    reply = call("DetectLabels", {"Image": {"Bytes": sample(photo)}, "MinConfidence": 70}, laptop)
    labels = {label["Name"]: label for label in reply["Labels"]}
    assert len(labels[expected]["Instances"]) == objects
    boxes = [instance["BoundingBox"] for one in labels.values() for instance in one["Instances"]]
    assert all(within(box) for box in boxes)
    assert {"efficientnet-lite0", "nanodet-g", "ssd-mobilenet-v2-openimages", "blazeface"} == {
        name.partition("/")[0] for name in laptop.engine.split()
    }


@pytest.mark.engines
@pytest.mark.parametrize("photo", ["brick.png", "hubble_deep_field.jpg"])
def test_textures_and_stars_show_nothing(laptop: Laptop, photo: str) -> None:
    params = {"Image": {"Bytes": sample(photo)}, "MinConfidence": 70}
    assert call("DetectLabels", params, laptop)["Labels"] == []
    assert call("DetectFaces", {"Image": params["Image"]}, laptop)["FaceDetails"] == []


@pytest.mark.engines
def test_a_page_is_a_document(laptop: Laptop) -> None:
    words = "The visits take place on the first Monday"
    params = {"Image": {"Bytes": sign(*[words] * 20)}, "MinConfidence": 80}
    names = [label["Name"] for label in call("DetectLabels", params, laptop)["Labels"]]
    assert {"Document", "Text"} <= set(names)


@pytest.mark.engines
def test_a_face_has_a_box_eyes_and_a_nose(laptop: Laptop) -> None:
    reply = call("DetectFaces", {"Image": {"Bytes": sample("astronaut.png")}}, laptop)
    (face,) = reply["FaceDetails"]
    assert set(face) == {"BoundingBox", "Confidence", "Landmarks"}
    box = face["BoundingBox"]
    assert within(box)
    assert 0.35 < box["Left"] + box["Width"] / 2 < 0.52  # her face is left of the middle
    points = {point["Type"]: (point["X"], point["Y"]) for point in face["Landmarks"]}
    assert points["eyeLeft"][0] < points["nose"][0] < points["eyeRight"][0]
    assert points["eyeLeft"][1] < points["nose"][1]
    assert laptop.engine.startswith("blazeface/")


@pytest.mark.engines
def test_a_turned_photo_has_upright_boxes(laptop: Laptop) -> None:
    with Image.open(io.BytesIO(sample("astronaut.png"))) as photo:
        turned = photo.convert("RGB").transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned clockwise to be seen
    file = io.BytesIO()
    turned.save(file, "JPEG", exif=exif, quality=95)
    upright = call("DetectFaces", {"Image": {"Bytes": sample("astronaut.png")}}, laptop)
    found = call("DetectFaces", {"Image": {"Bytes": file.getvalue()}}, laptop)
    boxes = [reply["FaceDetails"][0]["BoundingBox"] for reply in (upright, found)]
    assert boxes[0] == pytest.approx(boxes[1], abs=0.03)


@pytest.mark.engines
@pytest.mark.parametrize("photo", ["chelsea.png", "coffee.png", "rocket.jpg"])
def test_cats_and_cups_have_no_faces(laptop: Laptop, photo: str) -> None:
    assert call("DetectFaces", {"Image": {"Bytes": sample(photo)}}, laptop) == {"FaceDetails": []}


@pytest.mark.parametrize("attributes", [["ALL"], ["DEFAULT", "AGE_RANGE"]])
def test_what_is_not_known_of_faces_is_refused(laptop: Laptop, attributes: list[str]) -> None:
    params = {"Image": {"Bytes": sign("a")}, "Attributes": attributes}
    assert refused("DetectFaces", params, laptop) == "InvalidParameterException"


@pytest.mark.engines
@pytest.mark.parametrize("operation", ["DetectLabels", "DetectFaces"])
def test_models_that_are_not_prepared_are_refused_with_the_fix(
    laptop: Laptop, operation: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engines.engine("vision").close()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with pytest.raises(ServiceError, match="make setup") as caught:
        OPERATIONS[operation]({"Image": {"Bytes": sign("a")}}, laptop)
    assert caught.value.code == "InvalidParameterException"
    engines.engine("vision").close()


@pytest.mark.engines
def test_a_blank_image_shows_nothing(laptop: Laptop) -> None:
    blank = saved(Image.new("RGB", (400, 300), (120, 130, 140)), "JPEG")
    assert call("DetectLabels", {"Image": {"Bytes": blank}}, laptop)["Labels"] == []
    reply = call("DetectModerationLabels", {"Image": {"Bytes": blank}}, laptop)
    assert reply["ModerationLabels"] == []
    assert laptop.engine.startswith("opennsfw/")


def test_labels_are_at_most_as_many_as_asked_for(
    laptop: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    fish = Sight((0.9, *[0.0] * 999), (), (), Surface(0.1, 0, 0.0, 0.0), 600)
    monkeypatch.setattr(api, "ask", lambda _method, _data: fish)
    laptop.objects["in", "fish"] = sign("a")
    place = {"S3Object": {"Bucket": "in", "Name": "fish"}}
    reply = call("DetectLabels", {"Image": place, "MaxLabels": 2}, laptop)
    assert len(reply["Labels"]) == 2


def test_an_explicit_image_is_named_on_two_levels(
    laptop: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api, "ask", lambda _method, _data: 0.93)
    reply = call("DetectModerationLabels", {"Image": {"Bytes": sign("a")}}, laptop)
    assert [
        (label["Name"], label["ParentName"], label["TaxonomyLevel"])
        for label in reply["ModerationLabels"]
    ] == [("Explicit", "", 1), ("Explicit Nudity", "Explicit", 2)]
    assert reply["ModerationLabels"][0]["Confidence"] == pytest.approx(93)


@pytest.mark.engines
def test_text_comes_as_lines_and_their_words(laptop: Laptop) -> None:
    reply = call("DetectText", {"Image": {"Bytes": sign("Saída de emergência", "Exit")}}, laptop)
    found = reply["TextDetections"]
    assert [(item["Type"], item["DetectedText"], item["Id"]) for item in found] == [
        ("LINE", "Saída de emergência", 0),
        ("LINE", "Exit", 1),
        ("WORD", "Saída", 2),
        ("WORD", "de", 3),
        ("WORD", "emergência", 4),
        ("WORD", "Exit", 5),
    ]
    assert [item.get("ParentId") for item in found] == [None, None, 0, 0, 0, 1]


@pytest.mark.engines
def test_small_words_are_filtered_out(laptop: Laptop) -> None:
    filters = {"WordFilter": {"MinBoundingBoxWidth": 0.2}}
    params = {"Image": {"Bytes": sign("Saída de emergência")}, "Filters": filters}
    words = [d for d in call("DetectText", params, laptop)["TextDetections"] if "ParentId" in d]
    assert [word["DetectedText"] for word in words] == ["emergência"]


@pytest.mark.engines
@pytest.mark.parametrize(
    "region",
    [
        {"BoundingBox": {"Left": 0.0, "Top": 0.5, "Width": 1.0, "Height": 0.5}},
        {"Polygon": [{"X": 0.0, "Y": 0.4}, {"X": 0.0, "Y": 1.0}, {"X": 1.0, "Y": 1.0}]},
    ],
)
def test_text_is_looked_for_in_regions(laptop: Laptop, region: dict[str, Any]) -> None:
    params = {
        "Image": {"Bytes": sign("Entrance", "Exit")},
        "Filters": {"RegionsOfInterest": [region]},
    }
    found = call("DetectText", params, laptop)["TextDetections"]
    assert [item["DetectedText"] for item in found] == ["Exit", "Exit"]


@pytest.mark.engines
def test_no_more_than_a_hundred_words_are_found(laptop: Laptop) -> None:
    data = sign(*["a bc de fg hi jk lm no"] * 15)
    found = call("DetectText", {"Image": {"Bytes": data}}, laptop)["TextDetections"]
    assert sum(item["Type"] == "WORD" for item in found) == 100


@pytest.mark.engines
@pytest.mark.parametrize(
    ("data", "code"),
    [
        (saved(Image.new("RGB", (300, 79))), "InvalidParameterException"),
        (saved(Image.new("1", (10_001, 80))), "ImageTooLargeException"),
        (sign("cut")[:300], "InvalidImageFormatException"),
    ],
)
def test_images_beyond_the_limits_are_refused(laptop: Laptop, data: bytes, code: str) -> None:
    assert refused("DetectLabels", {"Image": {"Bytes": data}}, laptop) == code


@pytest.mark.parametrize(
    "operation", ["DetectFaces", "DetectLabels", "DetectModerationLabels", "DetectText"]
)
@pytest.mark.parametrize(
    ("image", "code"),
    [
        ({"Bytes": b"GIF89a"}, "InvalidImageFormatException"),
        ({"Bytes": b"%PDF-1.7"}, "InvalidImageFormatException"),
        ({"Bytes": b"\xff\xd8\xff" + bytes(5 * MEGABYTE)}, "ImageTooLargeException"),
        ({"S3Object": {"Bucket": "in", "Name": "large"}}, "ImageTooLargeException"),
        ({"S3Object": {"Bucket": "in", "Name": "missing"}}, "InvalidS3ObjectException"),
        ({}, "InvalidParameterException"),
    ],
)
def test_requests_beyond_the_service_are_refused(
    laptop: Laptop, operation: str, image: dict[str, Any], code: str
) -> None:
    laptop.objects["in", "large"] = b"\xff\xd8\xff" + bytes(15 * MEGABYTE)
    assert refused(operation, {"Image": image}, laptop) == code


@pytest.mark.parametrize(
    ("operation", "extra"),
    [
        ("DetectLabels", {"Features": ["IMAGE_PROPERTIES"]}),
        ("DetectModerationLabels", {"ProjectVersion": "arn:aws:rekognition:x"}),
    ],
)
def test_what_has_no_engine_says_so(laptop: Laptop, operation: str, extra: dict[str, Any]) -> None:
    params = {"Image": {"Bytes": sign("a")}, **extra}
    assert refused(operation, params, laptop) == "InvalidParameterException"
