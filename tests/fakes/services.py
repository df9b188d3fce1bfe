"""AI services that compute small, checkable answers; every one can be told to fail."""

from __future__ import annotations

import functools
import hashlib
import io
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from xml.etree import ElementTree as ET

from pypdf import PdfReader
from recita.errors import (
    OcrFailedError,
    ProviderRefusedError,
    ProviderThrottledError,
    VoiceMissingError,
)
from recita.meter import Meter
from recita.models.page import Box, Feature, KeyValue, Line, Page, Table, Word
from recita.models.picture import Instance, Label, Moderation
from recita.models.steps import OcrCursor
from recita.models.summary import GuardrailUsed
from recita.ports import (
    Answer,
    GuardedText,
    Mark,
    OcrOrder,
    OcrPart,
    OcrResult,
    Once,
    Prompt,
    Results,
    VoiceChoice,
    always,
)
from recita.text.languages import PollyVoice, voices_for
from recita.text.protecting import unmarked

EMAIL = re.compile(r"\b[\w.]+@[\w.]+\w")
PAGES = re.compile(r'<page number="(\d+)">\n(.*?)\n</page>', re.DOTALL)
SILENCE = bytes([0xFF, 0xF3, 0x64, 0xC4]) + bytes(140)
"""One MPEG-2 layer III frame at 48 kbit/s and 24 kHz: 144 bytes, 24 ms."""
FRAME_MS = 24
WORD_FRAMES = 10


@dataclass(frozen=True)
class FakeJob:
    order: OcrOrder
    body: bytes


class FakeOcr:
    """Textract: page ``n`` of what it is given says ``texts[n - 1]``.

    A page whose content has the comment ``% table`` or ``% form`` looks like one, and is found to
    be one by those who pay for it.
    """

    def __init__(self, meter: Meter, results: Results) -> None:
        self.meter = meter
        self.results = results
        self.texts: Sequence[str] = ()
        self.failed: dict[int, str] = {}
        self.error: Exception | None = None
        self.job_error = ""
        self.looks = 0
        """How often a job is still found running."""
        self.reply_pages = 2
        self.throttled_replies: set[int] = set()
        """Replies, counted from 1 over all jobs, that are refused once."""
        self.replies = 0
        self.sent: list[bytes] = []
        self.jobs: dict[str, FakeJob] = {}

    def read(self, page: bytes, features: Sequence[Feature] = ()) -> OcrResult:
        if self.error:
            raise self.error
        self.sent.append(page)
        self._paid("AnalyzeDocument" if features else "DetectDocumentText", page, features)
        if 1 in self.failed:
            return OcrResult((), {1: self.failed[1]})
        return OcrResult((self._page(page, 1, features),))

    def start(self, order: OcrOrder) -> str:
        if self.error:
            raise self.error
        digest = hashlib.sha256(repr(order).encode()).hexdigest()
        job = f"job-{digest[:16]}"
        self.jobs.setdefault(job, FakeJob(order, self.results.read(order.key) or b""))
        self.meter.answered("textract", "aws")
        return job

    def running(self, job_id: str, features: Sequence[Feature] = ()) -> bool:
        assert self.jobs[job_id].order.features == tuple(features)
        self.looks -= 1
        return self.looks >= 0

    def collect(
        self, job_id: str, features: Sequence[Feature] = (), cursor: OcrCursor | None = None
    ) -> Iterator[OcrPart]:
        if job_id not in self.jobs or self.job_error:
            raise OcrFailedError(f"Textract job {job_id} is FAILED: {self.job_error or 'unknown'}")
        if self.running(job_id, features):
            yield OcrPart(running=True)
            return
        if self.error:
            raise self.error
        body = self.jobs[job_id].body
        count = _page_count(body)
        first = cursor.page if cursor and cursor.page else 1
        for begin in range(first, count + 1, self.reply_pages):
            self._reply()
            end = min(begin + self.reply_pages - 1, count)
            numbers = [n for n in range(begin, end + 1) if n not in self.failed]
            pages = tuple(self._page(body, n, features) for n in numbers)
            more = OcrCursor(token=f"reply-{end}", page=end + 1) if end < count else None
            yield OcrPart(pages, self.failed, more)
        self._paid(f"StartDocument{'Analysis' if features else 'TextDetection'}", body, features)

    def _reply(self) -> None:
        self.replies += 1
        if self.replies in self.throttled_replies:
            raise ProviderThrottledError("textract", "get", "ThrottlingException", "slow down")

    def _paid(self, operation: str, body: bytes, features: Sequence[Feature]) -> None:
        self.meter.answered("textract", "aws")
        for unit in [f"{feature} pages" for feature in features] or ["pages"]:
            self.meter.count("textract", operation, units=_page_count(body), unit=unit)

    def _page(self, body: bytes, number: int, features: Sequence[Feature]) -> Page:
        content = _content(body, number)
        if b"% table" in content:
            return ocr_page(number, TABLE, TABLE_ROWS if "TABLES" in features else ())
        if b"% form" in content:
            return ocr_page(number, FORM, pairs=FORM_PAIRS if "FORMS" in features else ())
        if number <= len(self.texts):
            return ocr_page(number, self.texts[number - 1])
        return ocr_page(number, f"Scanned page number {number} speaks of invoice 4711.")


TABLE = """Town    Plums    Pears
Aurich    11    12
Berlin    21    22
Celle    31    =32"""
TABLE_ROWS = tuple(tuple(line.split()) for line in TABLE.splitlines())
FORM = """Name: Ana Lima
Street: Harbour Road
Town: Aurich
Country: Germany
Profession: Baker
Member: yes"""
FORM_PAIRS = tuple((key, value) for key, _, value in (x.partition(": ") for x in FORM.splitlines()))


def ocr_page(
    number: int,
    text: str,
    rows: tuple[tuple[str, ...], ...] = (),
    pairs: tuple[tuple[str, str], ...] = (),
) -> Page:
    """A page as OCR reads it: words stand where the text has them, one character 0.01 wide."""
    rows_of_text = enumerate(text.splitlines())
    lines = tuple(_ocr_line(line, index) for index, line in rows_of_text if line.strip())
    return Page(
        number=number,
        method="ocr",
        why="",
        text=text,
        confidence=99.0,
        lines=lines,
        tables=(Table(rows=rows, header_rows=1),) if rows else (),
        key_values=tuple(KeyValue(key=key, value=value) for key, value in pairs),
    )


def _ocr_line(text: str, index: int) -> Line:
    def box(start: int, end: int) -> Box:
        across, down = 0.01, 0.015
        return Box(
            left=0.05 + across * start,
            top=0.05 + 1.5 * down * index,
            width=across * (end - start),
            height=down,
        )

    words = tuple(
        Word(text=found[0], confidence=99.0, box=box(*found.span()))
        for found in re.finditer(r"\S+", text)
    )
    return Line(text=" ".join(text.split()), confidence=99.0, box=box(0, len(text)), words=words)


def _page_count(body: bytes) -> int:
    return len(PdfReader(io.BytesIO(body)).pages) if body.startswith(b"%PDF-") else 1


def _content(body: bytes, number: int) -> bytes:
    if not body.startswith(b"%PDF-"):
        return b""
    content = PdfReader(io.BytesIO(body)).pages[number - 1].get_contents()
    return content.get_data() if content is not None else b""


class FakeVision:
    """Rekognition: every picture shows a dog."""

    def __init__(self, meter: Meter) -> None:
        self.meter = meter
        self.seen: list[bytes] = []
        self.paid: list[tuple[str, bytes]] = []
        self.words = ""
        self.confidence = 98.5
        self.error: Exception | None = None
        self.failing: dict[int, Exception] = {}
        """Errors by how many pictures were seen before, from 0."""
        self.refusing: dict[str, Exception] = {}
        """Errors by operation, once each."""
        self.moderations: dict[int, Moderation] = {}
        """By how many pictures were seen before."""
        self.face_boxes: tuple[Instance, ...] | None = ()

    def moderation_labels(self) -> tuple[Moderation, ...]:
        found = self.moderations.get(len(self.seen) - 1)
        return (found,) if found else ()

    def moderation(self, image: bytes) -> tuple[tuple[Moderation, ...], str]:
        error = self.failing.pop(len(self.seen), None)
        if error:
            raise error
        self._paid("DetectModerationLabels", image)
        self.seen.append(image)
        return self.moderation_labels(), "7.0"

    def labels(self, image: bytes) -> tuple[Label, ...]:
        self._paid("DetectLabels", image)
        return (Label(name="Dog", confidence=self.confidence, parents=("Animal", "Pet")),)

    def text(self, image: bytes) -> str:
        self._paid("DetectText", image)
        return self.words

    def faces(self, image: bytes) -> tuple[Instance, ...] | None:
        self._paid("DetectFaces", image)
        return self.face_boxes

    def _paid(self, operation: str, image: bytes) -> None:
        error = self.error or self.refusing.pop(operation, None)
        if error:
            raise error
        assert image.startswith(b"\xff\xd8"), "Rekognition takes JPEG or PNG"
        self.paid.append((operation, image))
        self.meter.answered("rekognition", "aws")
        self.meter.count("rekognition", operation, units=1, unit="images")


class FakeGuardrail:
    """Bedrock Guardrails: masks e-mail addresses, blocks the words in ``blocked``."""

    def __init__(self, meter: Meter) -> None:
        self.meter = meter
        self.used = GuardrailUsed(id="gr-fake", version="1")
        self.blocked: tuple[str, ...] = ("forbidden",)
        self.error: Exception | None = None
        self.inputs: list[str] = []
        self.outputs: list[str] = []
        self.grounded: list[tuple[str, str]] = []
        self.scores: dict[str, float] = {}
        """By a word of the sentence; others score 0.93 of 0.5."""

    def check_grounding(self, text: str, source: str, query: str) -> GuardedText:
        assert len(source) <= 100_000
        assert 0 < len(query) <= 1_000
        self.grounded.append((text, source))
        score = next((score for word, score in self.scores.items() if word in text), 0.93)
        return replace(self._check(text), grounding=(score, 0.5))

    def check_input(self, text: str) -> GuardedText:
        self.inputs.append(text)
        return self._check(text)

    def check_output(self, text: str) -> GuardedText:
        self.outputs.append(text)
        return self._check(text)

    def _check(self, text: str) -> GuardedText:
        if self.error:
            raise self.error
        self.meter.answered("bedrock-runtime", "aws")
        units = -(-len(text) // 1000)
        self.meter.count(
            "bedrock-runtime", "ApplyGuardrail", units=units, unit="contentPolicyUnits"
        )
        return guarded(text, self.blocked)


def guarded(text: str, blocked: Sequence[str] = ()) -> GuardedText:
    if any(word in text for word in blocked):
        return GuardedText("Blocked.", "BLOCKED", ("wordPolicy/customWords",))
    masked = EMAIL.sub("{EMAIL}", text)
    if masked != text:
        return GuardedText(masked, "ANONYMIZED", ("sensitiveInformationPolicy/EMAIL",))
    return GuardedText(text, "NONE")


class FakeModel:
    """Bedrock Converse: quotes the first line of each page; ``replies`` go first, in order."""

    def __init__(self, meter: Meter) -> None:
        self.meter = meter
        self.model_id = "amazon.nova-lite-v1:0"
        self.language = "en"
        self.confidence = 0.98
        self.title = "A summary"
        self.replies: list[Answer | Callable[[Prompt], Answer]] = []
        self.error: Exception | None = None
        self.prompts: list[Prompt] = []

    def ask(self, prompt: Prompt) -> Answer:
        if self.error:
            raise self.error
        self.prompts.append(prompt)
        self.meter.answered("bedrock-runtime", "aws")
        self.meter.count(
            "bedrock-runtime",
            "Converse",
            units=len(prompt.document) // 4,
            unit="inputTokens",
            resource=self.model_id,
        )
        reply = self.replies.pop(0) if self.replies else self._quote
        return reply(prompt) if callable(reply) else reply

    def _quote(self, prompt: Prompt) -> Answer:
        pages = [(int(n), text) for n, text in PAGES.findall(prompt.document)]
        firsts = [(number, text.splitlines()[0]) for number, text in pages if text.strip()]
        if prompt.task == "describe":
            firsts = [(1, "The picture shows a dog.")]
        sentences = [{"text": text, "pages": [number]} for number, text in firsts[:5]]
        facts = [
            {"name": "number", "value": found[0], "page": number, "confidence": 0.9}
            for number, text in pages
            if (found := re.search(r"\d{3,}", text))
        ]
        return answer(
            {
                "title": self.title,
                "language": self.language,
                "language_confidence": self.confidence,
                "document_type": "picture" if prompt.task == "describe" else "invoice",
                "type_confidence": 0.9,
                "sentences": sentences,
                "facts": facts,
            }
        )


def answer(
    content: dict[str, object] | str,
    *,
    stop_reason: str = "end_turn",
    blocked: Sequence[str] = (),
) -> Answer:
    """A model's reply, checked the way the guardrail does in the same call."""
    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    return Answer(guarded(text, blocked).text, stop_reason, guarded(text, blocked))


class FakeTranslator:
    """Translate: knows ``phrases``; marks any other segment with the target language."""

    def __init__(self, meter: Meter) -> None:
        self.meter = meter
        self.failing: dict[str, Exception] = {}
        self.asked: list[tuple[str, str]] = []
        self.suffix = ""
        self.phrases: dict[str, str] = {}
        self.fingerprint = "none/none/none"
        self.sent: list[str] = []
        self.spoils: Callable[[str], str] = str
        """What becomes of a segment's translation on its way back."""
        self.per_call = 1000
        """Segments that one call takes."""

    def translate(
        self, segments: Sequence[str], source: str, target: str, once: Once = always
    ) -> list[str]:
        done: list[str] = []
        for at in range(0, len(segments), self.per_call):
            batch = segments[at : at + self.per_call]
            said = once("\0".join(batch), functools.partial(self._call, batch, source, target))
            done += said.split("\0")
        return done

    def _call(self, segments: Sequence[str], source: str, target: str) -> str:
        self.asked.append((source, target))
        self.sent += segments
        if target in self.failing:
            raise self.failing[target]
        self.meter.answered("translate", "aws")
        units = sum(len(segment) for segment in segments)
        self.meter.count("translate", "TranslateText", units=units, unit="characters")
        return "\0".join(
            self.phrases.get(unmarked(segment), self.spoils(f"({target}) {segment}{self.suffix}"))
            for segment in segments
        )


VOICES = (
    PollyVoice("Joanna", ("neural", "standard"), ("en-US",)),
    PollyVoice("Danielle", ("generative", "neural"), ("en-US",)),
    PollyVoice("Amy", ("generative", "neural", "standard"), ("en-GB",)),
    PollyVoice("Lucia", ("neural", "standard"), ("es-ES",)),
    PollyVoice("Camila", ("generative", "neural", "standard"), ("pt-BR",)),
    PollyVoice("Aditi", ("standard",), ("en-IN", "hi-IN")),
)


class FakeVoice:
    """Polly: silence of 240 ms a word, with marks on the SSML's bytes as Polly gives them."""

    def __init__(self, meter: Meter) -> None:
        self.meter = meter
        self.spoken: list[str] = []
        self.failing: dict[str, Exception] = {}
        """Errors by voice."""
        self.marked: list[str] = []
        self.silent: dict[str, Exception] = {}
        """Errors of the sound alone."""
        self.engine = "auto"
        self.unmarked: set[str] = set()
        """Engines that give no marks."""

    def choices(self, language: str) -> Sequence[VoiceChoice]:
        found = voices_for(language, VOICES, {}, self.engine)
        if not found:
            message = f"no voice is known for {language} with the engine {self.engine}"
            raise VoiceMissingError("polly", "describe_voices", "NoVoice", message)
        return found

    def mark(self, ssml: str, choice: VoiceChoice) -> tuple[Mark, ...]:
        if choice.id in self.failing:
            raise self.failing[choice.id]
        if choice.engine in self.unmarked:
            raise ProviderRefusedError("polly", "synthesize_speech", "Validation", "no marks")
        self.marked.append(ssml)
        return tuple(marks_of(ssml))

    def speak(self, ssml: str, choice: VoiceChoice) -> bytes:
        if choice.id in self.silent:
            raise self.silent[choice.id]
        ET.fromstring(ssml)  # noqa: S314 - our own SSML; Polly refuses what is not well-formed
        self.spoken.append(ssml)
        self.meter.answered("polly", "aws")
        billed = len(re.sub(r"<[^>]*>", "", ssml))
        unit = f"{choice.engine} characters"
        self.meter.count("polly", "SynthesizeSpeech", units=billed, unit=unit)
        words = sum(mark.type == "word" for mark in marks_of(ssml))
        return SILENCE * WORD_FRAMES * words


def marks_of(ssml: str) -> list[Mark]:
    marks: list[Mark] = []
    time = 0
    for sentence in re.finditer(r"<s>(.*?)</s>", ssml, re.DOTALL):
        start = len(ssml[: sentence.start(1)].encode())
        size = len(sentence[1].encode())
        marks.append(Mark(time, "sentence", start, start + size, sentence[1]))
        for word in re.finditer(r"<[^>]*>|[^\s.,;:!?<]+", sentence[1]):
            if word[0].startswith("<"):
                continue
            at = start + len(sentence[1][: word.start()].encode())
            marks.append(Mark(time, "word", at, at + len(word[0].encode()), word[0]))
            time += WORD_FRAMES * FRAME_MS
    return marks
