"""Stand-ins for Textract and Rekognition, and for what an estimate never asks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NoReturn

from recita.meter import Meter
from recita.models.page import Feature, Page
from recita.models.picture import Instance, Label, Moderation
from recita.models.steps import OcrCursor
from recita.ports import (
    OcrOrder,
    OcrPart,
    OcrResult,
    SpeechOrder,
    SpeechTask,
    TaskState,
)

from recita_cli.outcomes import Outcome
from recita_cli.standins import filled

LABEL = 20
"""Characters of a label, and of each of the two above it."""


@dataclass(frozen=True)
class CountingVision:
    """Rekognition: each operation on a picture is paid as an image."""

    meter: Meter
    outcome: Outcome

    def labels(self, image: bytes) -> tuple[Label, ...]:  # noqa: ARG002 - of any size
        """Count the labels."""
        self._count("DetectLabels")
        name = filled(LABEL)
        label = Label(name=name, confidence=99.9, parents=(name, name))
        return (label,) * self.outcome.labels

    def moderation(self, image: bytes) -> tuple[tuple[Moderation, ...], str]:  # noqa: ARG002
        """Count the moderation."""
        self._count("DetectModerationLabels")
        return (), ""

    def text(self, image: bytes) -> str:  # noqa: ARG002 - of any size
        """Count the text."""
        self._count("DetectText")
        return filled(self.outcome.picture_text)

    def faces(self, image: bytes) -> tuple[Instance, ...]:  # noqa: ARG002 - of any size
        """Count the faces."""
        self._count("DetectFaces")
        return ()

    def _count(self, operation: str) -> None:
        self.meter.count("rekognition", operation, units=1, unit="images")


class BlankOcr:
    """Textract while a document is being looked at: which pages are for it is all that counts."""

    def read(self, page: bytes, features: Sequence[Feature] = ()) -> OcrResult:  # noqa: ARG002
        """Find nothing on the page."""
        return OcrResult((Page(number=1, method="ocr", why=""),))

    def start(self, order: OcrOrder) -> NoReturn:
        """Never asked: an estimate ends where a job would begin."""
        raise AssertionError(order)

    def running(self, job_id: str, features: Sequence[Feature] = ()) -> NoReturn:  # noqa: ARG002
        """Never asked, as above."""
        raise AssertionError(job_id)

    def collect(
        self,
        job_id: str,
        features: Sequence[Feature] = (),  # noqa: ARG002 - as the port has it
        cursor: OcrCursor | None = None,  # noqa: ARG002 - as the port has it
    ) -> Iterator[OcrPart]:
        """Never asked, as above."""
        raise AssertionError(job_id)


class NoTasks:
    """Polly's tasks, which cost what calls cost: an estimate speaks everything by calls."""

    def start(self, order: SpeechOrder) -> SpeechTask:
        """Never asked."""
        raise AssertionError(order)

    def find(self, order: SpeechOrder) -> SpeechTask | None:
        """Never asked."""
        raise AssertionError(order)

    def state(self, task_id: str) -> TaskState:
        """Never asked."""
        raise AssertionError(task_id)
