"""Publishing: the manifest last and once; the status only what the ledger proves."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from recita.errors import ProviderRefusedError, ProviderUnavailableError
from recita.models.document import Document
from recita.models.manifest import AudioEntry, Manifest, TranslationEntry
from recita.models.page import Page, Reading
from recita.models.record import StepStatus
from recita.models.row import TableRow, row_of
from recita.models.steps import Failure
from recita.models.summary import Classification, Language, Summary, Understanding
from recita.steps.evidence import Evidence
from recita.steps.ledger import balance, conclude, explain

from tests.fakes import Pipeline, files
from tests.fakes.pipeline import upload_named

pytestmark = pytest.mark.disable_socket

TWO_PAGES = files.pdf([files.good_page(1), files.good_page(2)])


def code(manifest: Manifest) -> str | None:
    return manifest.reason.code if manifest.reason else None


def test_completed_when_everything_adds_up() -> None:
    pipeline = Pipeline("es,pt")
    manifest = pipeline.run(TWO_PAGES)
    assert (manifest.status, manifest.reason) == ("COMPLETED", None)
    assert (manifest.ledger.pages.total, manifest.ledger.pages.read) == (2, 2)
    assert manifest.ledger.characters.extracted == manifest.ledger.characters.summarised
    assert manifest.ledger.languages.spoken == ("es", "pt")


def test_every_artifact_is_there_as_the_manifest_says() -> None:
    pipeline = Pipeline("es")
    manifest = pipeline.run(TWO_PAGES)
    for artifact in manifest.artifacts:
        body = pipeline.artifact(manifest, artifact.key)
        assert (len(body), hashlib.sha256(body).hexdigest()) == (artifact.bytes, artifact.sha256)
    prefix = f"documents/{manifest.document_id}/"
    published = {k.removeprefix(prefix) for k in pipeline.results.objects if k.startswith(prefix)}
    assert published == {artifact.key for artifact in manifest.artifacts} | {"manifest.json"}


@pytest.mark.law(6)
def test_the_manifest_is_written_last_and_once() -> None:
    pipeline = Pipeline("es")
    manifest = pipeline.run(TWO_PAGES)
    written = [key for key in pipeline.results.log if key.startswith("documents/")]
    key = f"documents/{manifest.document_id}/manifest.json"
    assert written[-1] == key
    assert written.count(key) == 1
    assert pipeline.documents.rows[manifest.document_id]["status"] == "COMPLETED"


@pytest.mark.law(1)
def test_partial_when_a_page_is_missing() -> None:
    pipeline = Pipeline("es")
    pipeline.ocr.error = ProviderRefusedError("textract", "detect", "BadDocument", "no")
    manifest = pipeline.run(files.pdf([files.good_page(1), b"Do"]))
    assert (manifest.status, code(manifest)) == ("PARTIAL", "pages-missing")
    assert manifest.ledger.languages.spoken == ("es",)


@pytest.mark.parametrize("languages", ["es", "none"])
def test_blocked_when_the_guardrail_stops_the_text(languages: str) -> None:
    pipeline = Pipeline(languages)
    manifest = pipeline.run(b"This is forbidden.", "a.txt")
    assert (manifest.status, code(manifest)) == ("BLOCKED", "guardrail-blocked")
    assert manifest.summary is None
    assert manifest.facts == ()
    assert manifest.reason is not None
    assert "wordPolicy/customWords" in manifest.reason.message


def test_rejected_with_the_code_of_the_inspection() -> None:
    manifest = Pipeline().run(b"PK\x03\x04", "a.zip")
    assert (manifest.status, code(manifest)) == ("REJECTED", "unsupported-type")
    assert manifest.pages == ()
    assert manifest.route is None


def test_rejected_when_decoding_fails_on_every_page() -> None:
    body = files.picture(files.two_halves(600, 400))
    manifest = Pipeline().run(body[: len(body) // 2], "a.jpg")
    assert (manifest.status, code(manifest)) == ("REJECTED", "corrupt")


def test_failed_when_a_step_fails() -> None:
    pipeline = Pipeline("es")
    pipeline.model.error = ProviderRefusedError("bedrock-runtime", "converse", "AccessDenied", "no")
    manifest = pipeline.run(TWO_PAGES)
    assert (manifest.status, code(manifest)) == ("FAILED", "step-failed")
    assert manifest.reason is not None
    assert "understand-document: ProviderRefusedError: bedrock-runtime converse answered" in (
        manifest.reason.message
    )
    step = next(step for step in manifest.steps if step.name == "understand-document")
    assert step.status == "FAILED"


def test_failed_when_the_guardrail_is_out_of_reach() -> None:
    pipeline = Pipeline("es")
    pipeline.guardrail.error = ProviderUnavailableError("bedrock-runtime", "apply", "X", "down")
    manifest = pipeline.run(TWO_PAGES)
    assert manifest.status == "FAILED"
    assert pipeline.model.prompts == []


def test_failed_when_inspection_itself_fails() -> None:
    pipeline = Pipeline("es")
    upload = upload_named("a.pdf")
    pipeline.uploads.fetch = None  # type: ignore[method-assign,assignment]
    manifest = pipeline.execute(upload, upload.document_id)
    assert (manifest.status, code(manifest)) == ("FAILED", "step-failed")


@pytest.mark.law(1)
@pytest.mark.parametrize("languages", ["es", "none"])
def test_a_blank_document_is_not_completed(languages: str) -> None:
    manifest = Pipeline(languages).run(files.pdf([None, None]))
    assert (manifest.status, code(manifest)) == ("PARTIAL", "nothing-to-summarise")
    assert manifest.ledger.pages.read == 2


def test_running_again_publishes_the_same_manifest_and_event() -> None:
    pipeline = Pipeline("es")
    first = pipeline.run(TWO_PAGES)
    document = pipeline.inspect(upload_named("in/file.pdf"))
    second = pipeline.publish(document, first.execution)
    assert second == first
    events = [event.metadata.event_id for event in pipeline.bus.events]
    assert events == [f"{first.document_id}:COMPLETED"] * 2
    assert pipeline.bus.events[0] == pipeline.bus.events[1]


def test_the_event_says_where_the_manifest_lies() -> None:
    pipeline = Pipeline("es")
    manifest = pipeline.run(TWO_PAGES)
    (event,) = pipeline.bus.events
    assert event.detail_type == "Recita Document Completed"
    assert event.data.bucket == "recita-results"
    assert event.data.manifest_key == f"documents/{manifest.document_id}/manifest.json"
    assert event.data.languages == ("es",)
    assert event.data.document_type == "invoice"


def test_the_row_follows_the_manifest_and_the_latest_run() -> None:
    pipeline = Pipeline("es")
    upload = pipeline.upload(TWO_PAGES, "a.pdf")
    first, second = upload.document_id, f"{upload.document_id}.2"
    manifest = pipeline.execute(upload, first)
    key = f"tables/documents/part={first[0]}/{first}.json"
    body = pipeline.results.objects[key]
    log = pipeline.results.log
    assert log.index(key) == log.index(f"documents/{first}/manifest.json") + 1
    assert TableRow.model_validate_json(body) == row_of(manifest)
    assert body.count(b"\n") == 1
    assert body.endswith(b"}\n")
    pipeline.execute(upload, first)
    assert log.count(key) == 1
    pipeline.execute(upload, second)
    assert TableRow.model_validate_json(pipeline.results.objects[key]).run == 2
    pipeline.execute(upload, first)
    assert TableRow.model_validate_json(pipeline.results.objects[key]).run == 2
    pipeline.results.objects.pop(key)
    pipeline.bus.events.clear()
    pipeline.execute(upload, second)  # a replay after a crash between two writes
    assert key in pipeline.results.objects
    assert len(pipeline.bus.events) == 1


@pytest.mark.parametrize("left", [b"", b"[]", b"{}", b'{"run": 1, "other": "fields"}'])
def test_a_row_that_cannot_be_read_is_replaced(left: bytes) -> None:
    pipeline = Pipeline("es")
    upload = pipeline.upload(TWO_PAGES, "a.pdf")
    key = f"tables/documents/part={upload.document_id[0]}/{upload.document_id}.json"
    pipeline.results.objects[key] = left
    manifest = pipeline.execute(upload, upload.document_id)
    assert TableRow.model_validate_json(pipeline.results.objects[key]) == row_of(manifest)
    assert len(pipeline.bus.events) == 1


def test_a_later_run_replaces_and_an_earlier_one_does_not() -> None:
    pipeline = Pipeline("es")
    upload = pipeline.upload(TWO_PAGES, "a.pdf")
    one, two, ten = (f"{upload.document_id}{end}" for end in ("", ".2", ".10"))
    assert pipeline.execute(upload, one).execution == one
    assert pipeline.execute(upload, two).execution == two
    assert pipeline.execute(upload, ten).execution == ten
    assert pipeline.execute(upload, two).execution == ten


@pytest.mark.law(2)
def test_two_publishers_at_once_leave_one_manifest() -> None:
    pipeline = Pipeline("es")
    upload = pipeline.upload(TWO_PAGES, "a.pdf")
    key = f"documents/{upload.document_id}/manifest.json"
    rival = Pipeline("es")
    rival.run(TWO_PAGES, "a.pdf")
    pipeline.results.rival = lambda: pipeline.results.objects.update(
        {key: rival.results.objects[key]}
    )
    manifest = pipeline.execute(upload, upload.document_id)
    assert pipeline.results.objects[key] == rival.results.objects[key]
    assert manifest == Manifest.model_validate_json(rival.results.objects[key])


def test_a_step_that_left_no_record_is_told_by_the_state_machine() -> None:
    pipeline = Pipeline("none")
    document = pipeline.inspect(pipeline.upload(b"words", "a.txt"))
    pipeline.failures = [Failure(step="read-pages", error="States.Timeout")]
    manifest = pipeline.publish(document)
    assert manifest.status == "FAILED"
    lost = manifest.steps[-1]
    assert (lost.name, lost.status) == ("read-pages", "FAILED")
    assert manifest.ledger.pages.read == 0


@pytest.mark.parametrize(
    ("cause", "expected"),
    [
        ("", "E"),
        ("plain words", "E: plain words"),
        ('{"errorMessage": "it \\"broke\\"", "stackTrace": ["x"', 'E: it "broke"'),
        ('{"errorMessage": "cut of', 'E: {"errorMessage": "cut of'),
        ('{"errorMessage": "bad \\x escape"}', 'E: {"errorMessage": "bad \\x escape"}'),
        ('{"errorMessage": "two\nlines"}', "E: two\nlines"),
    ],
)
def test_explains_any_cause(cause: str, expected: str) -> None:
    assert explain(Failure(step="s", error="E", cause=cause)) == expected


LANGUAGES = ("es", "pt", "fr")
STATUSES = st.sampled_from(["SUCCEEDED", "FAILED", "SKIPPED"])
PAGE_STATES = st.sampled_from(["read", "error", "absent"])


def evidence_of(states: list[str], *, understood: bool) -> Evidence:
    pages = tuple(
        Page(number=n, method="native", why="", text="t", error="x" if s == "error" else None)
        for n, s in enumerate(states, start=1)
        if s != "absent"
    )
    summary = Summary(
        language="en", title="", sentences=(), source_language="en", model="m", prompt_version="1"
    )
    understanding = Understanding(
        language=Language(code="en"),
        classification=Classification(type="other"),
        summary=summary,
        characters_summarised=len(pages),
    )
    return Evidence(
        reading=Reading(pages=pages) if pages else None,
        understanding=understanding if understood else None,
    )


@pytest.mark.law(1)
@settings(deadline=None)
@given(
    st.lists(PAGE_STATES, min_size=1, max_size=6),
    st.lists(STATUSES, max_size=3),
    st.lists(STATUSES, max_size=3),
    st.booleans(),
    st.booleans(),
)
def test_completed_means_that_nothing_is_missing(
    states: list[str],
    translated: list[StepStatus],
    spoken: list[StepStatus],
    understood: bool,  # noqa: FBT001
    wants_speech: bool,  # noqa: FBT001
) -> None:
    document = Document(
        **upload_named("a").model_dump(),
        route="document",
        pages=len(states),
        languages=LANGUAGES[: len(translated)],
        speak="summary" if wants_speech else "none",
    )
    pairs = zip(LANGUAGES, translated, strict=False)
    voiced = list(zip(document.languages, spoken, strict=False)) if wants_speech else []
    evidence = evidence_of(states, understood=understood)
    ledger = balance(
        document,
        evidence,
        [TranslationEntry(language=c, status=s) for c, s in pairs],
        [AudioEntry(language=c, status=s) for c, s in voiced],
    )
    status, why = conclude(document, ledger, evidence, ())
    assert ledger.pages.read + len(ledger.pages.missing) == ledger.pages.total == len(states)
    languages = ledger.languages
    whole = (
        all(state == "read" for state in states)
        and understood
        and all(s == "SUCCEEDED" for s in translated)
        and (not wants_speech or [s for _, s in voiced] == ["SUCCEEDED"] * len(translated))
    )
    assert (status == "COMPLETED") is whole
    assert (why is None) is whole
    delivered = set(languages.translated) & (
        set(languages.spoken) if wants_speech else set(languages.requested)
    )
    gaps = {gap.language for gap in languages.missing}
    assert delivered | gaps == set(languages.requested)
    assert not delivered & gaps


@pytest.mark.law(7)
@pytest.mark.parametrize("languages", ["es,pt", "none"])
@pytest.mark.parametrize("speak", ["summary", "none"])
@pytest.mark.parametrize(
    "broken", ["vision", "ocr", "guardrail", "model", "translate", "voice", None]
)
def test_no_service_can_fail_unnoticed(languages: str, speak: str, broken: str | None) -> None:
    pipeline = Pipeline(languages, speak)
    pipeline.ocr.texts = (files.SENTENCE * 4,)
    down = ProviderUnavailableError("a-service", "an_operation", "X", "down")
    touched = {
        "translate": languages != "none",
        "voice": languages != "none" and speak != "none",
    }.get(broken or "", broken is not None)
    match broken:
        case "vision" | "ocr" | "guardrail" | "model":
            getattr(pipeline, broken).error = down
        case "translate":
            pipeline.translator.failing["pt"] = down
        case "voice":
            pipeline.voice.failing["Camila"] = down
    manifest = pipeline.run(files.picture(), "letter.jpg")
    assert (manifest.status == "COMPLETED") is not touched
    assert (manifest.reason is None) is not touched
