"""Descriptions of pictures: from the picture itself, what was recognised in it, and its page."""

from __future__ import annotations

import json

from recita.models.document import work_key
from recita.models.picture import Picture
from recita.ports import Results
from recita.steps.asking import ModelAnswer
from recita.steps.handover import picture_file
from recita.steps.interview import Interview, Question
from recita.text.prompting import PAGE, neutralised

DESCRIBE = "describe"
"""The task, and the name of its prompt."""
MAX_IMAGE_BYTES = 3_750_000
MAX_IMAGE_SIDE = 8_000
"""Converse's limits on one image (botocore's service model and its developer guide)."""
SENTENCES = 2
"""Of a picture in a document; one that is the document has as many as a summary."""
LANGUAGE = "en"
"""Of a picture that no text surrounds."""


def describe_upload(
    interview: Interview, picture: Picture, text: str, jpeg: bytes
) -> ModelAnswer | None:
    """Return the description of an uploaded picture; it stands for the summary."""
    page = _page(picture, {"text": text or picture.text})
    question = Question(DESCRIBE, page, "picture", _image(picture, jpeg), language=LANGUAGE)
    return interview.ask("picture", question).answer


def describe_picture(
    interview: Interview, picture: Picture, language: str, around: str, jpeg: bytes
) -> ModelAnswer | None:
    """Return the description of a picture inside a document, None when it is blocked.

    ``around`` is the text that stands near the picture; ``language`` a code such as ``pt``.
    """
    found = {"text": picture.text, "alt": picture.alt, "around": around}
    question = Question(
        DESCRIBE,
        _page(picture, found),
        f"picture {picture.id}",
        _image(picture, jpeg),
        sentences=SENTENCES,
        language=language,
        stages=("description", "description"),
    )
    return interview.ask(f"picture-{picture.id}", question).answer


def derived(results: Results, document_id: str, picture: Picture) -> bytes:
    """Return the JPEG of a picture before it may leave."""
    return results.read(work_key(document_id, picture_file(picture.id))) or b""


def _page(picture: Picture, texts: dict[str, str]) -> str:
    labels = [
        # Rounded: the guardrail takes sixteen digits for a credit card and masks them.
        {"name": one.name, "confidence": round(one.confidence, 1), "parents": one.parents}
        for one in picture.labels
    ]
    found = {"kind": picture.kind, "labels": labels, "faces": picture.faces}
    known = found | {name: text for name, text in texts.items() if text}
    return PAGE.format(number=1, text=neutralised(json.dumps(known, ensure_ascii=False)))


def _image(picture: Picture, jpeg: bytes) -> bytes | None:
    """Return the picture for the model's eyes, unless it is larger than the model takes."""
    small = max(picture.width, picture.height) <= MAX_IMAGE_SIDE
    return jpeg if jpeg and small and len(jpeg) <= MAX_IMAGE_BYTES else None
