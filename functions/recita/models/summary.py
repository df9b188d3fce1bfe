"""Summaries, and what was checked about them."""

from __future__ import annotations

from typing import Literal

from recita.models.base import Model

Stage = Literal["input", "summary", "translation", "image", "description"]
"""``image``: Rekognition's moderation of a picture; ``description``: the text about it."""
GuardrailAction = Literal["NONE", "ANONYMIZED", "BLOCKED", "WITHHELD"]
"""WITHHELD: the picture is not published; what is known about it is."""


class Sentence(Model):
    """One sentence and the pages it rests on."""

    text: str
    pages: tuple[int, ...] = ()


class Fact(Model):
    """One key fact, quoted from its page."""

    name: str
    value: str
    page: int | None = None
    confidence: float | None = None


class Language(Model):
    """BCP 47 code and, where the source gives one, a confidence from 0 to 1."""

    code: str
    confidence: float | None = None


class Classification(Model):
    """What kind of document it is; confidence from 0 to 1."""

    type: str
    confidence: float | None = None


class Grounding(Model):
    """How far the summary rests on the document, 0 to 1, and the threshold it was held against."""

    score: float
    threshold: float


class GuardrailUsed(Model):
    """Which guardrail, in which version."""

    id: str
    version: str


class Verdict(Model):
    """One verdict of the guardrail."""

    stage: Stage
    target: str
    action: GuardrailAction
    policies: tuple[str, ...] = ()
    guardrail: GuardrailUsed


class Summary(Model):
    """The content of ``summary/<lang>.json``."""

    language: str
    title: str
    sentences: tuple[Sentence, ...]
    source_language: str
    model: str
    prompt_version: str
    grounding: Grounding | None = None

    @property
    def text(self) -> str:
        """All sentences, as one paragraph."""
        return " ".join(sentence.text for sentence in self.sentences)

    @property
    def artifact(self) -> str:
        """Key relative to the document's prefix."""
        return f"summary/{self.language}.json"


class Understanding(Model):
    """Everything that was understood about a document."""

    language: Language
    classification: Classification
    summary: Summary
    facts: tuple[Fact, ...] = ()
    characters_summarised: int = 0


class Speech(Model):
    """One spoken summary; keys are relative to the document's prefix."""

    language: str
    voice: str
    engine: str
    characters: int = 0
    """Of the text that was spoken; pauses and markup are none."""
    duration_seconds: float
    artifact: str
    captions: str
    marks: str
    read_along: str | None = None


class SpokenMark(Model):
    """A line of ``audio/<lang>.marks.jsonl``: what is said when, and what it rests on.

    ``start`` and ``end`` count characters (Unicode code points) of the sentence's text as
    ``summary/<lang>.json`` has it; both are null where no place in it is known. The title is
    spoken first when there is one: then sentence 0, with no ``source``.
    """

    time: int
    """Milliseconds from the start of the MP3."""
    type: Literal["sentence", "word"]
    value: str
    """What the voice says; it may read otherwise than the text, such as a number in words."""
    sentence: int
    """Which of the spoken sentences, from 0."""
    pages: tuple[int, ...]
    source: int | None
    """Which of the summary's sentences, from 0: the same one in every language."""
    start: int | None
    end: int | None
