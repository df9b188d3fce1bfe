"""Builds adapters from the environment, once a container, each on first use."""

from __future__ import annotations

import time
from datetime import timedelta
from functools import cached_property

from recita.meter import Meter
from recita.models.steps import SweepInput
from recita.models.summary import GuardrailUsed
from recita.ports import (
    Documents,
    EventBus,
    Guardrail,
    Model,
    Ocr,
    Results,
    SpeechTasks,
    Translator,
    Uploads,
    Vision,
    Voice,
    Workflow,
)
from recita.ports.backfill import Objects
from recita.ports.copies import Copies
from recita.ports.limits import Pace, Places
from recita.settings import cost_cap, parse_engine, parse_voices, required, whole
from recita.steps.admission import Admission
from recita.steps.desk import Desk
from recita.steps.interview import Models
from recita.steps.settle_document import Settlement
from recita.steps.sweep_documents import Sweep
from recita.steps.workbench import Workbench

# Adapters are imported where they are built: a function loads only the clients it uses.
# ruff: noqa: PLC0415


class Wiring:
    """The adapters of one container; the meter counts for one invocation at a time."""

    def __init__(self) -> None:
        self.meter = Meter()

    def bench(self) -> Workbench:
        """Return the workbench of a new invocation, its meter at zero."""
        self.meter.reset()
        return Workbench(self.results, self.meter, cost_cap())

    @cached_property
    def uploads(self) -> Uploads:
        """The input bucket."""
        from recita.adapters.s3 import S3Uploads

        return S3Uploads()

    @cached_property
    def results(self) -> Results:
        """The results bucket."""
        from recita.adapters.s3 import S3Results

        return S3Results(required("RESULTS_BUCKET"))

    @cached_property
    def documents(self) -> Documents:
        """The table of documents."""
        from recita.adapters.dynamodb import DynamoDocuments

        return DynamoDocuments(required("TABLE_NAME"))

    @cached_property
    def workflow(self) -> Workflow:
        """The state machine."""
        from recita.adapters.stepfunctions import StepFunctionsWorkflow

        return StepFunctionsWorkflow()

    @cached_property
    def admission(self) -> Admission:
        """The way in, with the places in flight and the state machine to start."""
        from recita.adapters.limits import DynamoPlaces
        from recita.adapters.stepfunctions import StepFunctionsWorkflow

        most = whole(required("MAX_IN_FLIGHT"))
        return Admission(
            documents=self.documents,
            places=DynamoPlaces(required("LIMITS_TABLE"), "in-flight", most),
            workflow=StepFunctionsWorkflow(required("STATE_MACHINE_ARN")),
            meter=self.meter,
        )

    @cached_property
    def desk(self) -> Desk:
        """What the HTTP API works with."""
        from recita.adapters.catalogue import DynamoCatalogue
        from recita.adapters.links import S3Links

        return Desk(
            documents=self.documents,
            catalogue=DynamoCatalogue(required("TABLE_NAME")),
            results=self.results,
            links=S3Links(required("INPUT_BUCKET"), required("RESULTS_BUCKET")),
        )

    @cached_property
    def objects(self) -> Objects:
        """What was there before: the input bucket, and whatever else may be read."""
        from recita.adapters.backfill import S3Objects

        return S3Objects(required("INPUT_BUCKET"))

    @cached_property
    def copies(self) -> Copies:
        """A consumer's bucket."""
        from recita.adapters.copies import S3Copies

        bucket, prefix = required("COPY_BUCKET"), required("COPY_PREFIX")
        return S3Copies(required("RESULTS_BUCKET"), bucket, prefix)

    def settlement(self) -> Settlement:
        """Return what settles documents whose execution has ended, its meter at zero."""
        return Settlement(self.bench(), self.documents, self.admission.workflow, self.bus)

    def sweep(self, given: SweepInput, seconds: float) -> Sweep:
        """Return a sweep that looks at uploads for so long."""
        from recita.adapters.limits import DynamoBookmark
        from recita.adapters.s3 import S3Listing

        return Sweep(
            admission=self.admission,
            settlement=self.settlement(),
            listing=S3Listing(required("INPUT_BUCKET")),
            bookmark=DynamoBookmark(required("LIMITS_TABLE"), "sweep"),
            until=time.monotonic() + seconds,
            grace=timedelta(seconds=given.grace_seconds),
            jobs=self.open_jobs,
        )

    @cached_property
    def ocr(self) -> Ocr:
        """Textract at once, and the results of its jobs."""
        from recita.adapters.textract import TextractOcr

        return TextractOcr(self.meter, pace=self._pace("textract", required("TEXTRACT_TPS")))

    @cached_property
    def ocr_jobs(self) -> Ocr:
        """Textract as jobs on the results bucket that announce their end."""
        from recita.adapters.textract import TextractOcr

        return TextractOcr(
            self.meter,
            bucket=required("RESULTS_BUCKET"),
            topic=required("TEXTRACT_TOPIC_ARN"),
            role=required("TEXTRACT_ROLE_ARN"),
            pace=self._pace("textract", required("TEXTRACT_TPS")),
        )

    @cached_property
    def open_jobs(self) -> Places | None:
        """Places of Textract jobs; None where the stack sets no bound."""
        from recita.adapters.limits import DynamoPlaces

        most = whole(required("TEXTRACT_OPEN_JOBS"))
        return DynamoPlaces(required("LIMITS_TABLE"), "textract-jobs", most) if most else None

    @cached_property
    def vision(self) -> Vision:
        """Rekognition."""
        from recita.adapters.rekognition import RekognitionVision

        pace = self._pace("rekognition", required("REKOGNITION_TPS"))
        return RekognitionVision(self.meter, pace=pace)

    @cached_property
    def guardrail(self) -> Guardrail:
        """The guardrail alone."""
        from recita.adapters.bedrock import BedrockGuardrail

        pace = self._pace("guardrail", required("GUARDRAIL_UPS"))
        return BedrockGuardrail(self.meter, self._guardrail_used, pace=pace)

    @cached_property
    def models(self) -> Models:
        """The models under the guardrail."""
        whole, window = required("MODEL_ID"), required("WINDOW_MODEL_ID")
        return Models(whole=self._model(whole), window=self._model(window))

    @cached_property
    def translator(self) -> Translator:
        """Translate."""
        from recita.adapters.translate import AmazonTranslator, TranslationSettings

        settings = TranslationSettings(
            formality=required("TRANSLATION_FORMALITY"),
            profanity=required("TRANSLATION_PROFANITY"),
            terminology=required("TERMINOLOGY"),
        )
        pace = self._pace("translate", required("TRANSLATE_TPS"))
        return AmazonTranslator(self.meter, settings, pace=pace)

    @cached_property
    def voice(self) -> Voice:
        """Polly."""
        from recita.adapters.polly import PollySpeech

        named = parse_voices(required("VOICES"))
        pace = self._pace("polly", required("POLLY_TPS"))
        return PollySpeech(self.meter, named, parse_engine(required("SPEECH_ENGINE")), pace=pace)

    @cached_property
    def speech_tasks(self) -> SpeechTasks:
        """Polly's tasks, to ask how they are."""
        from recita.adapters.polly_tasks import PollyTasks

        return PollyTasks(self.meter)

    @cached_property
    def speech_orders(self) -> SpeechTasks:
        """Polly's tasks, to be started on the results bucket; they announce their end."""
        from recita.adapters.polly_tasks import PollyTasks

        bucket, topic = required("RESULTS_BUCKET"), required("SPEECH_TOPIC_ARN")
        pace = self._pace("polly", required("POLLY_TPS"))
        return PollyTasks(self.meter, bucket=bucket, topic=topic, pace=pace)

    @cached_property
    def bus(self) -> EventBus:
        """The event bus."""
        from recita.adapters.eventbridge import EventBridgeBus

        return EventBridgeBus(required("EVENT_BUS_NAME"))

    def _model(self, model_id: str) -> Model:
        from recita.adapters.bedrock import BedrockModel

        guards = required("GUARDRAIL_PICTURES") == "on"
        pace = self._pace(model_id, required("BEDROCK_TPM"), seconds=60)
        return BedrockModel(
            self.meter, model_id, self._guardrail_used, guards_pictures=guards, pace=pace
        )

    def _pace(self, name: str, units: str, *, seconds: int = 1) -> Pace | None:
        """So many units in so many seconds, half of them at once; 0 keeps no rate."""
        from recita.adapters.pace import DynamoPace

        most = float(units)
        if not most:
            return None
        return DynamoPace(required("LIMITS_TABLE"), name, most / seconds, saved=most / 2)

    @property
    def _guardrail_used(self) -> GuardrailUsed:
        return GuardrailUsed(id=required("GUARDRAIL_ID"), version=required("GUARDRAIL_VERSION"))


wiring = Wiring()
