"""What the state machine hands to each function and gets back: references only."""

from __future__ import annotations

from typing import Any, Literal

from recita.models.base import Model
from recita.models.document import Document, Upload


class InspectInput(Model):
    """Input of ``inspect_document``."""

    upload: Upload
    attempt: int = 1


class StepInput(Model):
    """Input of every step after inspection."""

    document: Document
    attempt: int = 1


class OcrCursor(Model):
    """Where to go on in a job's results: a page, and the token of the reply it begins in."""

    token: str | None = None
    page: int | None = None


class OcrProgress(Model):
    """How far OCR has come, handed from state to state; what was read lies in the bucket."""

    status: Literal["START", "COLLECT", "WAIT", "DONE"] = "START"
    round: int = 0
    """Round 0 reads the text, or all that was asked for; later ones read again or analyse."""
    part: int = 0
    """Parts collected so far, in all rounds."""
    cursor: OcrCursor | None = None
    checks: int = 0
    """How often the job was found running."""
    wait_seconds: int = 0
    error: str = ""
    """Name of the error that ended the round."""


class StartOcrInput(StepInput):
    """Input of ``start_ocr``: the token lets the SNS notification resume the execution."""

    task_token: str
    ocr: OcrProgress = OcrProgress()


class WaitingTask(Model):
    """The token of the task that waits for a job."""

    task_token: str


class CollectOcrInput(StepInput):
    """Input of ``collect_ocr``."""

    ocr: OcrProgress = OcrProgress()


class PicturesFound(Model):
    """Output of ``find_pictures``: numbers of the batches in which pictures are seen."""

    status: Literal["SUCCEEDED", "SKIPPED"]
    batches: tuple[int, ...] = ()


class SeeInput(StepInput):
    """Input of ``see_images``: one batch of pictures."""

    batch: int = 1


class DescribeProgress(Model):
    """How far ``describe_images`` has come, handed from one invocation to the next."""

    status: Literal["CONTINUE", "DONE"] = "CONTINUE"
    part: int = 0
    following: int = 0
    """Index of the first picture that is not published yet."""


class DescribeInput(StepInput):
    """Input of ``describe_images``."""

    progress: DescribeProgress = DescribeProgress()


class LanguageInput(StepInput):
    """Input of ``translate_summary``."""

    language: str


class SpeechProgress(Model):
    """How far a text that tasks speak has come, handed from state to state."""

    checks: int = 0
    """How often it was looked at."""
    given_up: str = ""
    """Name of the error that kept its tasks from being started."""


class SpeakInput(LanguageInput):
    """Input of ``speak_summary``."""

    speech: SpeechProgress = SpeechProgress()


class StartSpeechInput(LanguageInput):
    """Input of ``start_speech``: the token lets SNS notifications resume the execution."""

    task_token: str


class Failure(Model):
    """A step that ended in an error the state machine did not retry, or retried in vain."""

    step: str
    error: str
    cause: str = ""


class PublishInput(Model):
    """Input of ``publish_result``."""

    document: Document
    execution: str
    attempt: int = 1
    failures: tuple[Failure, ...] = ()


class StepOutput(Model):
    """What a step returns to the state machine; the outcome itself lies in the results bucket."""

    status: Literal["SUCCEEDED", "SKIPPED", "BLOCKED", "CONTINUE", "OCR_NEEDED", "START_TASKS"]


class LanguageOutput(StepOutput):
    """Output of ``translate_summary`` and ``speak_summary``."""

    language: str
    speech: SpeechProgress = SpeechProgress()


class PublishOutput(Model):
    """Output of ``publish_result`` and so of the execution."""

    document_id: str
    status: str
    manifest_key: str


Event = dict[str, Any]
"""A raw Lambda event."""


class SweepInput(Model):
    """Input of ``sweep_documents``."""

    grace_seconds: float = 120
    """How long an event, or the function that works on it, may be on its way."""
