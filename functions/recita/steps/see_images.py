"""Seeing: labels, moderation and text of the uploaded picture."""

from __future__ import annotations

from recita import cage
from recita.decoding import image
from recita.models.picture import Picture
from recita.models.steps import StepInput, StepOutput
from recita.ports import Uploads, Vision
from recita.steps.handover import MAX_BYTES, PICTURE
from recita.steps.workbench import Workbench

LIMITS = cage.Limits(seconds=60)
FIRST = "0001"


def run(given: StepInput, *, bench: Workbench, uploads: Uploads, vision: Vision) -> StepOutput:
    """Look at the upright picture; what leaves carries none of the camera's metadata."""
    document = given.document
    with bench.step(document.document_id, "see-images", given.attempt) as step:
        with uploads.fetch(document, MAX_BYTES) as file:
            upright = cage.run(LIMITS, image.upright, file.path)
        if upright.frames > 1:
            step.warn("first-frame-only", f"The first of {upright.frames} frames was seen.")
        seen = vision.look(upright.jpeg)
        picture = Picture(
            id=FIRST,
            page=1,
            width=upright.width,
            height=upright.height,
            labels=seen.labels,
            moderation=seen.moderation,
            text=seen.text,
            image=f"images/{FIRST}.jpg",
        )
        step.publish(picture.image, upright.jpeg, "image/jpeg", "image")
        step.publish_model(picture.artifact, picture, "image-analysis")
        step.keep(PICTURE, picture)
        return StepOutput(status="SUCCEEDED")
