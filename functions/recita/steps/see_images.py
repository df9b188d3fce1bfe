"""Seeing: labels, faces, moderation and text of a batch of pictures, each paid once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from recita.errors import ProviderRefusedError
from recita.models.document import work_key
from recita.models.picture import Inventory, ModerationAction, Spotted
from recita.models.record import Usage
from recita.models.steps import SeeInput, StepOutput
from recita.models.summary import GuardrailAction
from recita.ports import Vision
from recita.steps.evidence import budget
from recita.steps.find_pictures import batch_of
from recita.steps.handover import INVENTORY, picture_file, seen
from recita.steps.seen import OPERATIONS, SeenPicture, blocking, recalled
from recita.steps.workbench import StepRun, Workbench

REFUSALS = frozenset(
    {"ImageTooLargeException", "InvalidImageFormatException", "InvalidParameterException"}
)
"""What Rekognition says of a picture it will not look at: costs that picture."""
ACTIONS: dict[ModerationAction, GuardrailAction] = {
    "flag": "NONE",
    "withhold": "WITHHELD",
    "block": "BLOCKED",
}


@dataclass(frozen=True)
class Moderated:
    """What becomes of a picture with a moderation label of at least ``confidence`` per cent."""

    action: ModerationAction = "flag"
    confidence: float = 60.0


def run(given: SeeInput, *, bench: Workbench, vision: Vision, moderated: Moderated) -> StepOutput:
    """Look at each picture of the batch; BLOCKED as soon as one may not even be written about."""
    document = given.document
    name = f"see-images:{given.batch}"
    with bench.step(document.document_id, name, given.attempt) as step:
        inventory = step.recall(INVENTORY, Inventory) or Inventory()
        budget(bench, document).afford((_paid(step, batch_of(inventory, given.batch)),))
        for spotted in batch_of(inventory, given.batch):
            picture = _seen(step, spotted, vision, moderated)
            if picture.faces is None and picture.error is None:
                step.warn("faces-not-counted", f"picture {picture.id}")
            if picture.error is None or picture.action != "NONE":
                step.verdicts.append(picture.verdict)
            if blocking([picture]):
                return StepOutput(status="BLOCKED")
        return StepOutput(status="SUCCEEDED")


def _paid(step: StepRun, pictures: Sequence[Spotted]) -> Usage:
    """Return what a batch will cost: nothing of it is begun that can't be ended."""
    kept = [recalled(step, spotted) for spotted in pictures]
    left = sum(len(OPERATIONS) - len(picture.asked if picture else ()) for picture in kept)
    # All four operations cost the same.
    return Usage(
        service="rekognition", operation="DetectLabels", calls=left, units=left, unit="images"
    )


def _seen(step: StepRun, spotted: Spotted, vision: Vision, moderated: Moderated) -> SeenPicture:
    """Return what was seen before, or look and keep it: a retry pays for nothing twice."""
    kept = recalled(step, spotted)
    picture = kept if kept and not kept.error else SeenPicture(**_known(spotted))
    missing = [operation for operation in OPERATIONS if operation not in picture.asked]
    body = (
        step.results.read(work_key(step.document_id, picture_file(spotted.id))) if missing else b""
    )
    try:
        for operation in missing:
            found = ASKED[operation](vision, body or b"")
            update = found | {"asked": (*picture.asked, operation)}
            picture = picture.model_copy(update=update)
    except ProviderRefusedError as error:
        if error.code not in REFUSALS:  # a missing permission is no fault of the picture
            raise
        picture = picture.model_copy(update={"error": "image-refused"})
    finally:
        # What was paid before an error is kept, by one write for four calls. Only a process that
        # is killed pays again; a write after every call would slow each picture down for that.
        picture = _judged(picture, moderated)
        if picture != kept:
            step.keep(seen(spotted.id), picture)
    return picture


def _known(spotted: Spotted) -> dict[str, Any]:
    return spotted.model_dump() | {"image": f"images/{spotted.id}.jpg"}


def _moderation(vision: Vision, body: bytes) -> dict[str, Any]:
    labels, model = vision.moderation(body)
    return {"moderation": labels, "moderation_model": model}


def _faces(vision: Vision, body: bytes) -> dict[str, Any]:
    faces = vision.faces(body)
    return {"faces": None if faces is None else len(faces), "face_boxes": faces or ()}


ASKED: dict[str, Callable[[Vision, bytes], dict[str, Any]]] = {
    "moderation": _moderation,
    "labels": lambda vision, body: {"labels": vision.labels(body)},
    "text": lambda vision, body: {"text": vision.text(body)},
    "faces": _faces,
}
"""Operation to what asks it, and what then is known."""


def _judged(picture: SeenPicture, moderated: Moderated) -> SeenPicture:
    """Return the picture with what becomes of it; one that nobody moderated is not harmless."""
    names = tuple(
        f"moderation/{label.name}"
        for label in picture.moderation
        if label.confidence >= moderated.confidence
    )
    action = ACTIONS[moderated.action] if names else "NONE"
    if picture.error and moderated.action != "flag":
        action, names = "WITHHELD", ("moderation/none",)
    return picture.model_copy(update={"action": action, "policies": names})
