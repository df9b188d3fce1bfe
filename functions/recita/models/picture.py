"""Pictures as they were seen."""

from __future__ import annotations

from recita.models.base import Model
from recita.models.page import Box


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


class Picture(Model):
    """The content of ``images/0001.json``: one picture, upright and free of metadata."""

    id: str
    page: int | None = None
    width: int
    height: int
    labels: tuple[Label, ...] = ()
    faces: int | None = None
    moderation: tuple[Moderation, ...] = ()
    text: str = ""
    description: str | None = None
    image: str
    """Key of the derived JPEG, relative to the document's prefix."""

    @property
    def artifact(self) -> str:
        """Key relative to the document's prefix."""
        return f"images/{self.id}.json"
