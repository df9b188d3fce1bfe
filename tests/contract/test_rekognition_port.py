"""Rekognition: fake and adapter say the same of the same answer, in botocore's shapes."""

from __future__ import annotations

import pytest
from recita.adapters.rekognition import RekognitionVision
from recita.errors import (
    ProviderRefusedError,
)
from recita.meter import Meter
from recita.models.page import Box
from recita.models.picture import Instance
from recita.ports import (
    Vision,
)

from tests.contract.stubbed import both, stub, used
from tests.fakes import (
    FakeVision,
    files,
)

pytestmark = pytest.mark.usefixtures("aws")


@pytest.fixture
def vision(kind: str, meter: Meter) -> Vision:
    if kind == "fake":
        fake = FakeVision(meter)
        fake.words = "STOP"
        fake.face_boxes = (
            Instance(box=Box(left=0.1, top=0.2, width=0.3, height=0.4), confidence=99.0),
        )
        return fake
    adapter = RekognitionVision(meter)
    dog = {"Name": "Dog", "Confidence": 98.5, "Parents": [{"Name": "Animal"}, {"Name": "Pet"}],
           "Instances": []}  # fmt: skip
    lines = [
        {"DetectedText": "STOP", "Type": "LINE", "Confidence": 99.0},
        {"DetectedText": "fur", "Type": "LINE", "Confidence": 60.0},
        {"DetectedText": "STOP", "Type": "WORD", "Confidence": 99.0},
    ]
    stub(
        adapter,
        ("detect_labels", {"Labels": [dog]}, None),
        (
            "detect_moderation_labels",
            {"ModerationLabels": [], "ModerationModelVersion": "7.0"},
            None,
        ),
        ("detect_text", {"TextDetections": lines}, None),
        ("detect_faces", {"FaceDetails": [FACE]}, None),
    )
    return adapter


FACE = {
    "BoundingBox": {"Left": 0.1, "Top": 0.2, "Width": 0.3, "Height": 0.4},
    "Confidence": 99.0,
    "Pose": {"Roll": 1.0, "Yaw": 2.0, "Pitch": 3.0},
}


@both
def test_vision_gives_labels_and_text(vision: Vision, meter: Meter) -> None:
    image = files.picture()
    assert [(label.name, label.parents) for label in vision.labels(image)] == [
        ("Dog", ("Animal", "Pet"))
    ]
    assert vision.moderation(image) == ((), "7.0")
    assert vision.text(image) == "STOP"
    faces = vision.faces(image)
    assert faces is not None
    assert [(face.box.left, face.box.height, face.confidence) for face in faces] == [
        (0.1, 0.4, 99.0)
    ]
    assert {(u[1], u[2], u[3]) for u in used(meter)} == {
        (operation, 1, "images")
        for operation in ("DetectLabels", "DetectModerationLabels", "DetectText", "DetectFaces")
    }


@pytest.mark.parametrize(
    ("code", "counted"),
    [("InvalidParameterException", True), ("AccessDeniedException", False)],
)
def test_faces_that_nobody_looks_for_are_not_zero(
    meter: Meter, code: str, *, counted: bool
) -> None:
    adapter = RekognitionVision(meter)
    stub(adapter).add_client_error("detect_faces", code)
    if counted:
        assert adapter.faces(files.picture()) is None
    else:
        with pytest.raises(ProviderRefusedError):
            adapter.faces(files.picture())
