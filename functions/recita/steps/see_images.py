"""Seeing: labels, faces, moderation and text of a batch of pictures, each paid once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from recita.errors import ProviderRefusedError
from recita.models.document import work_key
from recita.models.picture import Inventory, ModerationAction, Picture, Spotted
from recita.models.steps import SeeInput, StepOutput
from recita.models.summary import GuardrailAction, GuardrailUsed, Verdict
from recita.ports import Seen, Vision
from recita.steps.find_pictures import batch_of
from recita.steps.handover import INVENTORY, picture_file, seen
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


class SeenPicture(Picture):
    """A picture as it was seen, before it may leave."""

    digest: str = ""
    moderation_model: str = ""
    faces_refused: bool = False


def run(given: SeeInput, *, bench: Workbench, vision: Vision, moderated: Moderated) -> StepOutput:
    """Look at each picture of the batch; BLOCKED when one may not even be written about."""
    document = given.document
    name = f"see-images:{given.batch}"
    with bench.step(document.document_id, name, given.attempt) as step:
        inventory = step.recall(INVENTORY, Inventory) or Inventory()
        for spotted in batch_of(inventory, given.batch):
            picture = _seen(step, spotted, vision)
            if picture.faces_refused:
                step.warn("faces-not-counted", f"picture {picture.id}")
            _judge(step, picture, moderated)
        blocked = any(verdict.action == "BLOCKED" for verdict in step.verdicts)
        return StepOutput(status="BLOCKED" if blocked else "SUCCEEDED")


def _seen(step: StepRun, spotted: Spotted, vision: Vision) -> SeenPicture:
    """Return what was seen before, or look and keep it: a retry pays for no picture twice."""
    kept = step.recall(seen(spotted.id), SeenPicture)
    if kept and kept.digest == spotted.digest and not kept.error:
        return kept
    jpeg = step.results.read(work_key(step.document_id, picture_file(spotted.id))) or b""
    try:
        picture = _picture(spotted, vision.look(jpeg))
    except ProviderRefusedError as error:
        if error.code not in REFUSALS:  # a missing permission is no fault of the picture
            raise
        picture = SeenPicture(**_known(spotted), error="image-refused")
    step.keep(seen(spotted.id), picture)
    return picture


def _known(spotted: Spotted) -> dict[str, Any]:
    return spotted.model_dump() | {"image": f"images/{spotted.id}.jpg"}


def _picture(spotted: Spotted, found: Seen) -> SeenPicture:
    return SeenPicture(
        **_known(spotted),
        labels=found.labels,
        faces=None if found.faces is None else len(found.faces),
        face_boxes=found.faces or (),
        faces_refused=found.faces is None,
        moderation=found.moderation,
        moderation_model=found.moderation_model,
        text=found.text,
    )


def _judge(step: StepRun, picture: SeenPicture, moderated: Moderated) -> None:
    """Record a verdict on every picture; the labels say what was found, the action what follows."""
    names = [
        f"moderation/{label.name}"
        for label in picture.moderation
        if label.confidence >= moderated.confidence
    ]
    step.verdicts.append(
        Verdict(
            stage="image",
            target=f"picture {picture.id}",
            action=ACTIONS[moderated.action] if names else "NONE",
            policies=tuple(names),
            guardrail=GuardrailUsed(id="rekognition", version=picture.moderation_model),
        )
    )
