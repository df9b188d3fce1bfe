"""Summaries, and what was checked about them."""

from __future__ import annotations

from typing import Literal

from recita.models.base import Model
from recita.models.reasons import Reason

Stage = Literal["input", "summary", "facts", "translation", "image", "description"]
"""``image``: Rekognition's moderation of a picture; ``description``: the text about it."""
GuardrailAction = Literal["NONE", "ANONYMIZED", "BLOCKED", "WITHHELD"]
"""WITHHELD: the picture is not published; what is known about it is."""


DocumentType = Literal[
    "invoice",
    "receipt",
    "contract",
    "letter",
    "report",
    "form",
    "bank-statement",
    "minutes",
    "article",
    "id",
    "resume",
    "picture",
    "other",
]
FactKind = Literal["date", "amount", "party", "identifier", "other"]


class Grounding(Model):
    """How far a text rests on the document, 0 to 1, and the threshold it was held against."""

    score: float
    threshold: float


class Sentence(Model):
    """One sentence, the pages it rests on, and how well it does.

    ``grounding`` is null where nothing was scored: in translations, descriptions of pictures, and
    under a guardrail without a grounding filter.
    """

    text: str
    pages: tuple[int, ...] = ()
    grounding: Grounding | None = None


class Fact(Model):
    """One key fact, quoted from its page."""

    name: str
    kind: FactKind = "other"
    value: str
    page: int | None = None
    confidence: float | None = None


class Language(Model):
    """BCP 47 code and, where the source gives one, a confidence from 0 to 1."""

    code: str
    confidence: float | None = None


class Classification(Model):
    """What kind of document it is; confidence from 0 to 1."""

    type: DocumentType
    confidence: float | None = None


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
    window_model: str | None = None
    """What summed up the windows of a document too long for one question."""
    prompt_version: str
    grounding: Grounding | None = None
    """The lowest score of all sentences."""

    @property
    def text(self) -> str:
        """All sentences, as one paragraph."""
        return " ".join(sentence.text for sentence in self.sentences)

    @property
    def artifact(self) -> str:
        """Key relative to the document's prefix."""
        return f"summary/{self.language}.json"


class MissingWindow(Model):
    """Pages that no summary has seen, and why."""

    pages: str
    """Such as ``3-7``."""
    reason: str


class WindowLedger(Model):
    """Windows a document was cut into = windows summarised + windows missing."""

    total: int = 0
    summarised: int = 0
    missing: tuple[MissingWindow, ...] = ()


class Understanding(Model):
    """Everything that was understood about a document."""

    language: Language
    classification: Classification
    summary: Summary
    facts: tuple[Fact, ...] = ()
    characters_summarised: int = 0
    windows: WindowLedger = WindowLedger()
    degraded: Reason | None = None
    """Why the summary is less than was asked for."""


class MissingPage(Model):
    """A page that could not be read, or translated, and why."""

    page: int
    reason: str


class TranslatedText(Model):
    """The whole text in one language; ``artifact`` is relative to the document's prefix."""

    language: str
    artifact: str
    missing: tuple[MissingPage, ...] = ()


class SpokenText(Model):
    """The whole text, spoken; a line of the marks tells its page. Nulls: no page was spoken."""

    artifact: str | None = None
    captions: str | None = None
    marks: str | None = None
    duration_seconds: float = 0
    characters: int = 0
    missing: tuple[MissingPage, ...] = ()
    """Pages that are not in it."""


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
    text: SpokenText | None = None
    """Where the whole text was asked for."""


class SpokenMark(Model):
    """A line of ``audio/<lang>.marks.jsonl``: what is said when, and what it rests on.

    ``start`` and ``end`` count characters (Unicode code points) of the sentence's text as
    ``summary/<lang>.json`` has it; both are null where no place in it is known. The title is
    spoken first when there is one: then sentence 0, with no ``source``. In
    ``audio/<lang>.text.marks.jsonl`` the sentences are passages of the whole text, such as its
    paragraphs and cells, numbered through all pages.
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
