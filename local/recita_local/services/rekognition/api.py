"""Rekognition's operations on images; limits and errors are the service's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from recita_local.services.rekognition.images import ask, image_bytes
from recita_local.services.rekognition.installed import (
    classifier_name,
    detectors_name,
    faces_name,
    moderator_name,
)
from recita_local.services.rekognition.labels import Filters, bounding_box, image_labels
from recita_local.services.rekognition.seeing import MIN_SIDE
from recita_local.services.rekognition.text import WordFilter, text_detections
from recita_local.services.textract import ocr
from recita_local.wire.service import ServiceError

if TYPE_CHECKING:
    from recita_local.services.rekognition.seeing import Face
    from recita_local.wire.service import Operations, Params, Reply, RequestContext

LABEL_CONFIDENCE, MODERATION_CONFIDENCE = 55.0, 50.0
"""MinConfidence where a request names none."""
EXPLICIT = (
    {"Name": "Explicit", "ParentName": "", "TaxonomyLevel": 1},
    {"Name": "Explicit Nudity", "ParentName": "Explicit", "TaxonomyLevel": 2},
)
"""The part of moderation taxonomy 7 that one score can tell."""


def detect_labels(params: Params, context: RequestContext) -> Reply:
    """What the image shows, surest first, with the places of what detectors know."""
    if "IMAGE_PROPERTIES" in params.get("Features", ()):
        _refuse("IMAGE_PROPERTIES")
    data = image_bytes(params["Image"], context)
    context.engine = f"{classifier_name()} {detectors_name()} {faces_name()}"
    least = params.get("MinConfidence", LABEL_CONFIDENCE)
    labels = image_labels(ask("see", data), least, _filters(params))
    return {"Labels": labels[: params.get("MaxLabels")], "LabelModelVersion": "3.0"}


def detect_moderation_labels(params: Params, context: RequestContext) -> Reply:
    """Whether the image is explicit; violence, drugs and the like have no engine here."""
    for name in ("HumanLoopConfig", "ProjectVersion"):
        if name in params:
            _refuse(name)
    data = image_bytes(params["Image"], context)
    context.engine = moderator_name()
    percent = 100 * ask("explicit_score", data)
    least = max(params.get("MinConfidence", MODERATION_CONFIDENCE), MODERATION_CONFIDENCE)
    labels = [label | {"Confidence": percent} for label in EXPLICIT] if percent >= least else []
    return {"ModerationLabels": labels, "ModerationModelVersion": "7.0", "ContentTypes": []}


def detect_text(params: Params, context: RequestContext) -> Reply:
    """Lines and words in the image, at most 100 words."""
    data = image_bytes(params["Image"], context)
    context.engine = ocr.engine_name()
    page = _read(data)
    wanted = WordFilter.of(params.get("Filters", {}))
    return {"TextDetections": text_detections(page, wanted), "TextModelVersion": "3.0"}


def detect_faces(params: Params, context: RequestContext) -> Reply:
    """Boxes, confidence, eyes and nose of at most 100 faces; nothing about who they are.

    Of the default attributes, Pose and Quality are left out: no engine here measures them.
    """
    unknown = sorted(set(params.get("Attributes", ())) - {"DEFAULT"})
    if unknown:
        _refuse(f"Attributes {', '.join(unknown)}; give DEFAULT")
    data = image_bytes(params["Image"], context)
    context.engine = faces_name()
    return {"FaceDetails": [_face(face) for face in ask("faces", data)]}


def _face(face: Face) -> dict[str, Any]:
    return {
        "BoundingBox": bounding_box(face.box),
        "Confidence": 100 * face.score,
        "Landmarks": [{"Type": name, "X": x, "Y": y} for name, (x, y) in face.points.items()],
    }


def _read(data: bytes) -> Any:
    try:
        page = ocr.read_only_page(data)
    except ServiceError as error:  # the reader speaks Textract's terms
        raise ServiceError("InvalidImageFormatException", error.message) from error
    if min(page.width, page.height) < MIN_SIDE:
        message = f"The image is {page.width} x {page.height} pixels; a side needs {MIN_SIDE}"
        raise ServiceError("InvalidParameterException", message)
    return page


def _filters(params: Params) -> Filters:
    general = params.get("Settings", {}).get("GeneralLabels", {})
    return Filters(
        frozenset(general.get("LabelInclusionFilters", ())),
        frozenset(general.get("LabelCategoryInclusionFilters", ())),
        frozenset(general.get("LabelExclusionFilters", ())),
        frozenset(general.get("LabelCategoryExclusionFilters", ())),
    )


def _refuse(what: str) -> Reply:
    message = f"Request has invalid parameters: no local engine answers {what}"
    raise ServiceError("InvalidParameterException", message)


OPERATIONS: Operations = {
    "DetectLabels": detect_labels,
    "DetectModerationLabels": detect_moderation_labels,
    "DetectText": detect_text,
    "DetectFaces": detect_faces,
}
