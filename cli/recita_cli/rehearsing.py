"""The steps of one document, rehearsed with stand-ins that count what services would be paid."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from sys import maxsize
from typing import TypeVar

from recita.meter import Meter
from recita.models.document import Document
from recita.models.page import Feature, Page, Reading
from recita.models.record import Usage
from recita.models.steps import (
    DescribeInput,
    DescribeProgress,
    LanguageInput,
    PicturesFound,
    SeeInput,
    SpeakInput,
    StepInput,
)
from recita.steps import (
    describe_images,
    see_images,
    speak_summary,
    translate_summary,
    understand_document,
)
from recita.steps.handover import READING
from recita.steps.interview import Models
from recita.steps.workbench import StepRun, Workbench

from recita_cli.ordering import Order
from recita_cli.outcomes import Outcome
from recita_cli.scratch import ScratchResults
from recita_cli.standins import (
    CountingGuardrail,
    CountingModel,
    CountingTranslator,
    CountingVoice,
    filled,
)
from recita_cli.standins_reading import CountingVision, NoTasks

T = TypeVar("T")

DEAREST: tuple[Feature, ...] = ("TABLES", "FORMS")
RULES_ON_SIGHT = ("labels", "faces", "text")
"""What a rule for descriptions may ask that only Rekognition can answer."""


@dataclass
class Rehearsal:
    """One outcome of a document that was read and searched for pictures as far as it can be."""

    order: Order
    outcome: Outcome
    document: Document
    pages: tuple[Page, ...]
    """All of them; those for OCR have no text."""
    found: PicturesFound
    results: ScratchResults
    usage: dict[str, list[Usage]] = field(default_factory=dict)
    """What is paid, by stage."""
    invocations: int = 3
    """Of functions: inspection, reading and the search for pictures have run already."""

    def run(self) -> None:
        """Go through all steps that are paid."""
        self.document = self.document.model_copy(update={"describe_images": self._rule()})
        self._read()
        for batch in self.found.batches:
            self._step("see", partial(self._see, batch))
        if not self._understood():
            return
        if self.found.batches:
            self._describe()
        for language in self.document.languages:
            self._translate(language)
            if self.document.speak != "none":
                self._speak(language)

    def _rule(self) -> str:
        rule = self.document.describe_images
        known = not any(word in rule.lower() for word in RULES_ON_SIGHT)
        return rule if known else "always" if self.outcome.described else "never"

    def _read(self) -> None:
        """Pay Textract for the pages it has to read, and put something on them."""
        waiting = [page for page in self.pages if page.method == "ocr"]
        uploaded = self.document.route == "image"
        size = self.outcome.photo_characters if uploaded else self.outcome.page_characters
        read = [
            page.model_copy(update={"text": filled(size)}) if page.method == "ocr" else page
            for page in self.pages
        ]
        step = StepRun(self.results, self.document.document_id, "read-pages", 1)
        step.keep(READING, Reading(pages=tuple(read)))
        for page in read:
            if page.method == "ocr":
                step.publish_model(page.artifact, page, "page")
        self.usage["read"] = list(self._ocr(len(waiting)))

    def _ocr(self, pages: int) -> Iterator[Usage]:
        asked = self.document.ocr_features
        rounds: list[tuple[Feature, ...]] = [() if asked == "auto" else asked]
        if asked == "auto" and self.outcome.analysed:
            rounds.append(DEAREST)
        if pages:
            self.invocations += 2 * len(rounds) if pages > 1 else 0
        for features in rounds if pages else ():
            meter = Meter()
            paid = [feature for feature in features if feature != "LAYOUT"] or features
            operation = "AnalyzeDocument" if features else "DetectDocumentText"
            for unit in [f"{feature} pages" for feature in paid] or ["pages"]:
                meter.count("textract", operation, units=pages, unit=unit)
            yield from meter.usage()

    def _see(self, batch: int, bench: Workbench) -> None:
        given = SeeInput(document=self.document, batch=batch)
        vision = CountingVision(bench.meter, self.outcome)
        see_images.run(given, bench=bench, vision=vision, moderated=see_images.Moderated())

    def _understood(self) -> bool:
        def understand(bench: Workbench) -> str:
            models, guardrail = self._models(bench), self._guardrail(bench)
            given = StepInput(document=self.document)
            return understand_document.run(
                given, bench=bench, models=models, guardrail=guardrail
            ).status

        while (status := self._step("understand", understand)) == "CONTINUE":
            pass
        return status == "SUCCEEDED"

    def _describe(self) -> None:
        progress = DescribeProgress()

        def describe(bench: Workbench) -> DescribeProgress:
            given = DescribeInput(document=self.document, progress=progress)
            models, guardrail = self._models(bench), self._guardrail(bench)
            return describe_images.run(given, bench=bench, models=models, guardrail=guardrail)

        while progress.status == "CONTINUE":
            progress = self._step("describe", describe)

    def _translate(self, language: str) -> None:
        def translate(bench: Workbench) -> str:
            given = LanguageInput(document=self.document, language=language)
            translator = CountingTranslator(bench.meter, self.outcome)
            guardrail = self._guardrail(bench)
            return translate_summary.run(
                given, bench=bench, translator=translator, guardrail=guardrail
            ).status

        while self._step("translate", translate) == "CONTINUE":
            pass

    def _speak(self, language: str) -> None:
        def speak(bench: Workbench) -> str:
            given = SpeakInput(document=self.document, language=language)
            voice = CountingVoice(bench.meter, self.order.engine)
            return speak_summary.run(
                given, bench=bench, voice=voice, tasks=NoTasks(), threshold=maxsize
            ).status

        while self._step("speak", speak) == "CONTINUE":
            pass

    def _step(self, stage: str, run: Callable[[Workbench], T]) -> T:
        """Run one invocation of a step, and add to its stage what it would be paid."""
        bench = Workbench(self.results, Meter())
        self.invocations += 1
        done = run(bench)
        self.usage.setdefault(stage, []).extend(bench.meter.usage())
        return done

    def _models(self, bench: Workbench) -> Models:
        whole, window = (self._model(bench, model_id) for model_id in self.order.models)
        return Models(whole=whole, window=window)

    def _model(self, bench: Workbench, model_id: str) -> CountingModel:
        known = self.document.languages[:1] if self.outcome.name == "least" else ()
        return CountingModel(
            model_id=model_id,
            guardrail=self._guardrail(bench),
            outcome=self.outcome,
            guards_pictures=self.order.guards_pictures,
            language=known[0] if known else "und",
        )

    def _guardrail(self, bench: Workbench) -> CountingGuardrail:
        return CountingGuardrail(bench.meter, self.order.policies)
