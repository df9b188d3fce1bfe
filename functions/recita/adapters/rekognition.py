"""Amazon Rekognition: labels, moderation, text and faces of one picture."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from recita.adapters.provider import Provider
from recita.errors import ProviderRefusedError
from recita.meter import Meter
from recita.models.page import Box
from recita.models.picture import Instance, Label, Moderation
from recita.ports.limits import Pace

MIN_CONFIDENCE = 55.0
"""DetectLabels' own default."""
MAX_LABELS = 20
MIN_TEXT_CONFIDENCE = 80.0
"""Below it, DetectText finds letters in fur and foliage."""


class RekognitionVision:
    """Rekognition's image operations; each call is billed as one image."""

    def __init__(self, meter: Meter, *, pace: Pace | None = None) -> None:
        self._rekognition = Provider("rekognition", meter, read_timeout=60, pace=pace)

    def labels(self, image: bytes) -> tuple[Label, ...]:
        """What the picture shows, surest first."""
        reply = self._ask(
            "detect_labels",
            "DetectLabels",
            image,
            MaxLabels=MAX_LABELS,
            MinConfidence=MIN_CONFIDENCE,
        )
        return tuple(_label(label) for label in reply["Labels"])

    def moderation(self, image: bytes) -> tuple[tuple[Moderation, ...], str]:
        """Moderation labels, and the version of what moderated."""
        reply = self._ask("detect_moderation_labels", "DetectModerationLabels", image)
        labels = tuple(_moderation(label) for label in reply["ModerationLabels"])
        return labels, reply.get("ModerationModelVersion", "")

    def text(self, image: bytes) -> str:
        """Lines of text in the picture."""
        reply = self._ask("detect_text", "DetectText", image)
        return "\n".join(_lines(reply["TextDetections"]))

    def faces(self, image: bytes) -> tuple[Instance, ...] | None:
        """Where faces are and nothing else about them; None when nobody looks for any.

        Rekognition took this very image a moment ago: a refusal is about the request.
        """
        try:
            reply = self._ask("detect_faces", "DetectFaces", image)
        except ProviderRefusedError as error:
            if error.code != "InvalidParameterException":
                raise
            return None
        return tuple(_instance(face) for face in reply["FaceDetails"])

    def _ask(self, method: str, operation: str, image: bytes, **params: Any) -> dict[str, Any]:
        reply = self._rekognition.call(method, Image={"Bytes": image}, **params)
        self._rekognition.count(operation, 1, "images")
        return reply


def _lines(found: Iterable[dict[str, Any]]) -> Iterator[str]:
    for text in found:
        if text["Type"] == "LINE" and text["Confidence"] >= MIN_TEXT_CONFIDENCE:
            yield text["DetectedText"]


def _label(label: dict[str, Any]) -> Label:
    return Label(
        name=label["Name"],
        confidence=label["Confidence"],
        parents=tuple(parent["Name"] for parent in label.get("Parents", ())),
        instances=tuple(_instance(instance) for instance in label.get("Instances", ())),
    )


def _instance(instance: dict[str, Any]) -> Instance:
    box = instance["BoundingBox"]
    return Instance(
        box=Box(left=box["Left"], top=box["Top"], width=box["Width"], height=box["Height"]),
        confidence=instance["Confidence"],
    )


def _moderation(label: dict[str, Any]) -> Moderation:
    return Moderation(
        name=label["Name"], confidence=label["Confidence"], parent=label.get("ParentName", "")
    )
