"""Pictures as they were seen."""

from __future__ import annotations

from typing import Literal

from recita.models.base import Model
from recita.models.page import Box

ModerationAction = Literal["flag", "withhold", "block"]
"""Tell, do not publish the picture, or stop the document."""
Kind = Literal["photo", "figure"]
"""Continuous tones, or few colours and flat areas: charts, drawings, screenshots, logos."""


class Instance(Model):
    """Where in the picture one object of a label stands."""

    box: Box
    confidence: float


class Label(Model):
    """One label of Rekognition; ``confidence`` is 0 to 100."""

    name: str
    confidence: float
    parents: tuple[str, ...] = ()
    instances: tuple[Instance, ...] = ()


class Moderation(Model):
    """One moderation label of Rekognition; ``confidence`` is 0 to 100."""

    name: str
    confidence: float
    parent: str = ""


class Placed(Model):
    """A picture that a document holds: where it stands, and what it is before anyone looked."""

    id: str
    page: int | None = None
    """Number of the first page, slide or sheet it stands on."""
    box: Box | None = None
    """Where on that page it stands; boxes of labels and faces refer to the picture."""
    repeats: int = 0
    """How many more times the same picture stands in the document."""
    kind: Kind = "photo"
    width: int
    height: int
    alt: str = ""
    """Alternative text that the document itself gives."""


class Spotted(Placed):
    """A picture as it was found."""

    digest: str = ""
    """SHA-256 of the picture as it is stored: equal pictures are looked at once."""


class SkippedPictures(Model):
    """How many pictures were left out for one reason, such as ``small`` or ``scan``."""

    reason: str
    count: int


class Inventory(Model):
    """All pictures of a document, and how many were left out for which reason."""

    pictures: tuple[Spotted, ...] = ()
    skipped: tuple[SkippedPictures, ...] = ()
    error: str | None = None
    """Why not all pages could be searched: a reason code."""


class Picture(Placed):
    """The content of ``images/0001.json``: one picture, upright and free of metadata."""

    labels: tuple[Label, ...] = ()
    faces: int | None = None
    face_boxes: tuple[Instance, ...] = ()
    moderation: tuple[Moderation, ...] = ()
    text: str = ""
    description: str | None = None
    image: str | None
    """Key of the derived JPEG, relative to the document's prefix; null when it is withheld."""
    error: str | None = None
    """Reason code when the picture could not be seen, or not described."""

    @property
    def artifact(self) -> str:
        """Key relative to the document's prefix."""
        return f"images/{self.id}.json"


class Pictures(Model):
    """All pictures of a document as they were published."""

    pictures: tuple[Picture, ...] = ()
