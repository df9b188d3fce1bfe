"""What is known of each picture that was looked at, and what may become of it."""

from __future__ import annotations

from collections.abc import Iterable

from recita.models.picture import Inventory, Picture, Spotted
from recita.models.summary import GuardrailAction, GuardrailUsed, Verdict
from recita.steps.handover import INVENTORY, seen
from recita.steps.workbench import StepRun

OPERATIONS = ("moderation", "labels", "text", "faces")
"""In the order in which they are asked: what may not be shown is known first."""


class SeenPicture(Picture):
    """A picture as it was seen, before it may leave."""

    digest: str = ""
    asked: tuple[str, ...] = ()
    """Operations that answered: a retry pays for the others only."""
    moderation_model: str = ""
    action: GuardrailAction = "NONE"
    """What moderation makes of it: it stands here, so that no step that died can hide it."""
    policies: tuple[str, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """Of moderation."""
        return Verdict(
            stage="image",
            target=f"picture {self.id}",
            action=self.action,
            policies=self.policies,
            guardrail=GuardrailUsed(id="rekognition", version=self.moderation_model),
        )

    @property
    def is_known(self) -> bool:
        """Whether all operations have answered, one refused, or moderation has said enough."""
        answered = set(OPERATIONS) <= set(self.asked)
        return answered or self.error is not None or self.action != "NONE"

    @property
    def may_be_shown(self) -> bool:
        """Whether a model, or anybody else, may look at it."""
        return self.action == "NONE" and self.error is None


def recalled(step: StepRun, spotted: Spotted) -> SeenPicture | None:
    """Return what was seen of a picture; None without a record, or with another picture's."""
    kept = step.recall(seen(spotted.id), SeenPicture)
    return kept if kept and kept.digest == spotted.digest else None


def seen_pictures(step: StepRun) -> list[SeenPicture]:
    """Return the pictures that were looked at, in the order of the document."""
    inventory = step.recall(INVENTORY, Inventory) or Inventory()
    found = (recalled(step, spotted) for spotted in inventory.pictures)
    return [picture for picture in found if picture and picture.is_known]


def blocking(pictures: Iterable[SeenPicture]) -> list[Verdict]:
    """Return the verdicts that stop the document."""
    return [picture.verdict for picture in pictures if picture.action == "BLOCKED"]
