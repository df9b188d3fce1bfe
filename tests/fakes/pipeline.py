"""All steps in the order of the state machine, in memory."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from recita.meter import Meter
from recita.models.document import Document, Upload, document_id, result_key
from recita.models.manifest import Manifest
from recita.models.steps import (
    CollectOcrInput,
    DescribeInput,
    DescribeProgress,
    Failure,
    InspectInput,
    LanguageInput,
    LanguageOutput,
    OcrProgress,
    PicturesFound,
    PublishInput,
    SeeInput,
    SpeakInput,
    StartOcrInput,
    StartSpeechInput,
    StepInput,
    StepOutput,
)
from recita.steps import (
    collect_ocr,
    describe_images,
    find_pictures,
    inspect_document,
    ocr_job,
    publish_result,
    read_pages,
    see_images,
    speak_summary,
    speech_tasks,
    translate_summary,
    understand_document,
)
from recita.steps.interview import Models
from recita.steps.workbench import Workbench

from tests.fakes.limits import FakePlaces
from tests.fakes.services import (
    FakeGuardrail,
    FakeModel,
    FakeOcr,
    FakeTranslator,
    FakeVision,
    FakeVoice,
)
from tests.fakes.storage import FakeBus, FakeDocuments, FakeResults, FakeUploads, FakeWorkflow
from tests.fakes.tasks import FakeSpeechTasks

T = TypeVar("T")

BUCKET = "recita-input"
READING = ("read-pages", "collect-ocr")
"""Steps whose failure leaves nothing to understand."""


def upload_named(key: str, version: str = "v1") -> Upload:
    return Upload(
        document_id=document_id(BUCKET, key, version), bucket=BUCKET, key=key, version_id=version
    )


class Pipeline:
    """One deployment over fakes; its parameters are as in the template."""

    def __init__(
        self, languages: str = "es,pt", speak: str = "summary", ocr_features: str = "auto"
    ) -> None:
        self.defaults = inspect_document.Defaults(languages, speak, ocr_features)
        self.meter = Meter()
        self.uploads = FakeUploads()
        self.results = FakeResults()
        self.documents = FakeDocuments()
        self.workflow = FakeWorkflow()
        self.jobs = FakePlaces()
        self.ocr = FakeOcr(self.meter, self.results)
        self.vision = FakeVision(self.meter)
        self.guardrail = FakeGuardrail(self.meter)
        self.model = FakeModel(self.meter)
        self.models = Models(whole=self.model, window=self.model)
        self.translator = FakeTranslator(self.meter)
        self.voice = FakeVoice(self.meter)
        self.speech_tasks = FakeSpeechTasks(self.meter, self.results)
        self.speech_threshold = 20_000
        self.bus = FakeBus()
        self.cost_cap = 0.0
        self.max_pictures = 100
        self.moderated = see_images.Moderated()
        self.progress: list[OcrProgress] = []
        self.described: list[DescribeProgress] = []
        self.failures: list[Failure] = []

    def bench(self) -> Workbench:
        self.meter.reset()
        return Workbench(self.results, self.meter, self.cost_cap)

    def upload(self, body: bytes, key: str, metadata: dict[str, str] | None = None) -> Upload:
        upload = upload_named(key)
        self.uploads.put(upload, body, metadata)
        return upload

    def run(
        self, body: bytes, key: str = "in/file.pdf", metadata: dict[str, str] | None = None
    ) -> Manifest:
        """Upload a file and run every step; what the state machine catches becomes a failure."""
        upload = self.upload(body, key, metadata)
        return self.execute(upload, upload.document_id)

    def execute(self, upload: Upload, execution: str) -> Manifest:
        """Run an execution on an upload that lies in the bucket."""
        self.failures = []
        document = self._catch("inspect-document", lambda: self.inspect(upload))
        if document is None:
            document = Document(**upload.model_dump())
        elif document.reason is None:
            self._after_inspection(document)
        return self.publish(document, execution)

    def inspect(self, upload: Upload) -> Document:
        return inspect_document.run(
            InspectInput(upload=upload),
            bench=self.bench(),
            uploads=self.uploads,
            defaults=self.defaults,
        )

    def publish(self, document: Document, execution: str | None = None) -> Manifest:
        given = PublishInput(
            document=document,
            execution=execution or document.document_id,
            failures=tuple(self.failures),
        )
        output = publish_result.run(
            given, bench=self.bench(), documents=self.documents, bus=self.bus
        )
        return Manifest.model_validate_json(self.results.objects[output.manifest_key])

    def artifact(self, manifest: Manifest, name: str) -> bytes:
        return self.results.objects[result_key(manifest.document_id, name)]

    def _after_inspection(self, document: Document) -> None:
        self._read(document)
        found, blocked = self._look(document)
        if blocked or any(failure.step in READING for failure in self.failures):
            return
        output = self._catch("understand-document", lambda: self.understand(document))
        while output is not None and output.status == "CONTINUE":
            output = self._catch("understand-document", lambda: self.understand(document))
        if output is None or output.status == "BLOCKED":
            return
        if found:
            self._describe(document)
        if output.status == "SUCCEEDED":
            for language in document.languages:
                self._language(document, language)

    def _look(self, document: Document) -> tuple[bool, bool]:
        """Whether there are pictures, and whether one stops the document."""
        found = self._catch("find-pictures", lambda: self.find(document))
        outcomes = [
            self._catch(f"see-images:{batch}", partial(self.see, document, batch))
            for batch in (found.batches if found else ())
        ]
        blocked = any(outcome and outcome.status == "BLOCKED" for outcome in outcomes)
        return bool(outcomes), blocked

    def _describe(self, document: Document) -> None:
        progress: DescribeProgress | None = DescribeProgress()
        while progress and progress.status == "CONTINUE":
            self.described.append(progress)
            progress = self._catch("describe-images", partial(self.describe, document, progress))

    def _read(self, document: Document) -> None:
        output = self._catch("read-pages", lambda: self.read(document))
        if output is None or output.status != "OCR_NEEDED":
            return
        progress = OcrProgress()
        while progress.status != "DONE":
            self.progress.append(progress)
            if progress.status == "START":
                progress = self._start_round(document, progress)
            try:
                progress = self.collect(document, progress)
            except Exception as error:  # noqa: BLE001 - as the state machine's Catch does
                given_up = progress.model_copy(update={"error": type(error).__name__})
                found = self._catch("collect-ocr", partial(self.collect, document, given_up))
                if found is None:
                    return
                progress = found

    def _start_round(self, document: Document, progress: OcrProgress) -> OcrProgress:
        try:
            self.start_ocr(document, progress)
        except Exception as error:  # noqa: BLE001 - as the state machine's Catch does
            return progress.model_copy(update={"error": type(error).__name__})
        return progress

    def read(self, document: Document) -> StepOutput:
        return read_pages.run(
            StepInput(document=document), bench=self.bench(), uploads=self.uploads, ocr=self.ocr
        )

    def start_ocr(
        self,
        document: Document,
        progress: OcrProgress | None = None,
        attempt: int = 1,
        token: str = "t1",  # noqa: S107 - no secret
    ) -> ocr_job.OcrJob:
        given = StartOcrInput(
            document=document, task_token=token, attempt=attempt, ocr=progress or OcrProgress()
        )
        return ocr_job.start(
            given, bench=self.bench(), ocr=self.ocr, workflow=self.workflow, jobs=self.jobs
        )

    def collect(
        self, document: Document, progress: OcrProgress | None = None, attempt: int = 1
    ) -> OcrProgress:
        given = CollectOcrInput(document=document, attempt=attempt, ocr=progress or OcrProgress())
        return collect_ocr.run(
            given, bench=self.bench(), ocr=self.ocr, poll_seconds=15, jobs=self.jobs
        )

    def find(self, document: Document) -> PicturesFound:
        return find_pictures.run(
            StepInput(document=document),
            bench=self.bench(),
            uploads=self.uploads,
            most=self.max_pictures,
        )

    def see(self, document: Document, batch: int = 1, attempt: int = 1) -> StepOutput:
        return see_images.run(
            SeeInput(document=document, batch=batch, attempt=attempt),
            bench=self.bench(),
            vision=self.vision,
            moderated=self.moderated,
        )

    def describe(
        self, document: Document, progress: DescribeProgress | None = None, attempt: int = 1
    ) -> DescribeProgress:
        given = DescribeInput(
            document=document, progress=progress or DescribeProgress(), attempt=attempt
        )
        return describe_images.run(
            given, bench=self.bench(), models=self.models, guardrail=self.guardrail
        )

    def understand(self, document: Document) -> StepOutput:
        return understand_document.run(
            StepInput(document=document),
            bench=self.bench(),
            models=self.models,
            guardrail=self.guardrail,
        )

    def _language(self, document: Document, language: str) -> None:
        given = LanguageInput(document=document, language=language)
        output = self._catch(f"translate-summary:{language}", lambda: self.translate(given))
        while output is not None and output.status == "CONTINUE":
            output = self._catch(f"translate-summary:{language}", lambda: self.translate(given))
        if output is not None and output.status == "SUCCEEDED" and document.speak != "none":
            self._catch(f"speak-summary:{language}", lambda: self._speak(document, language))

    def _speak(self, document: Document, language: str) -> None:
        given = SpeakInput(document=document, language=language)
        while (output := self.say(given)).status in ("CONTINUE", "START_TASKS"):
            progress = output.speech
            if output.status == "START_TASKS":
                try:
                    self.start_speech(document, language)
                except Exception as error:  # noqa: BLE001 - as the state machine's Catch does
                    update = {"given_up": type(error).__name__}
                    progress = progress.model_copy(update=update)
            given = given.model_copy(update={"speech": progress})

    def start_speech(
        self,
        document: Document,
        language: str,
        token: str = "t1",  # noqa: S107 - no secret
        attempt: int = 1,
    ) -> LanguageOutput:
        given = StartSpeechInput(
            document=document, language=language, task_token=token, attempt=attempt
        )
        return speech_tasks.start(
            given, bench=self.bench(), tasks=self.speech_tasks, workflow=self.workflow
        )

    def translate(self, given: LanguageInput) -> LanguageOutput:
        return translate_summary.run(
            given, bench=self.bench(), translator=self.translator, guardrail=self.guardrail
        )

    def say(self, given: SpeakInput) -> LanguageOutput:
        return speak_summary.run(
            given,
            bench=self.bench(),
            voice=self.voice,
            tasks=self.speech_tasks,
            threshold=self.speech_threshold,
        )

    def _catch(self, step: str, run: Callable[[], T]) -> T | None:
        try:
            return run()
        except Exception as error:  # noqa: BLE001 - as the state machine's Catch does
            name = type(error).__name__
            cause = json.dumps({"errorMessage": str(error), "errorType": name})
            self.failures.append(Failure(step=step, error=name, cause=cause[:2000]))
            return None
