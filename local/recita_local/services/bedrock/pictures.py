"""A guardrail's content filters on pictures; one of them has an engine here.

``SEXUAL`` is judged by the score that DetectModerationLabels answers with. HATE, INSULTS, VIOLENCE,
MISCONDUCT and PROMPT_ATTACK find nothing in pictures on the laptop.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from recita_local.services.bedrock.models import invalid
from recita_local.services.rekognition.images import ask as ask_vision
from recita_local.wire.service import ServiceError

MEGABYTE = 1024 * 1024
IMAGES, IMAGE_BYTES = 20, 4 * MEGABYTE
"""Limits of one check (Bedrock user guide, "Block harmful images with content filters")."""
CONFIDENT = (("HIGH", 0.8), ("MEDIUM", 0.5), ("LOW", 0.2))
"""Scores from which a picture counts as explicit; harmless ones reach 0.03."""

Score = Callable[[bytes], float]


def explicit_score(image: bytes) -> float:
    """0 to 1, from the vision engine."""
    return float(ask_vision("explicit_score", image))


def sees_pictures(config: Mapping[str, Any], source: str) -> bool:
    """Whether a content filter of this side has the modality IMAGE."""
    member = f"{source.lower()}Modalities"
    filters = (config.get("contentPolicy") or {}).get("filters") or []
    return any("IMAGE" in item.get(member, ()) for item in filters)


def confidences(images: Sequence[bytes], score: Score = explicit_score) -> dict[str, str]:
    """How surely the pictures hold what each filter looks for; raises ValidationException."""
    if len(images) > IMAGES or any(len(image) > IMAGE_BYTES for image in images):
        raise invalid(
            f"A guardrail checks at most {IMAGES} images of {IMAGE_BYTES // MEGABYTE} MB each."
        )
    try:
        highest = max((score(image) for image in images), default=0.0)
    except ServiceError as error:
        raise invalid(f"The guardrail can't read an image: {error.message}") from error
    return {"SEXUAL": next((name for name, least in CONFIDENT if highest >= least), "NONE")}
