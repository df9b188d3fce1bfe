"""A long text by synthesis tasks: paid once, resumed by a notification or without, gaps told."""

from __future__ import annotations

import json
from typing import Any

import pytest
import webvtt
from recita.errors import ProviderThrottledError, ProviderUnavailableError
from recita.models.document import Document, work_key
from recita.models.manifest import AudioEntry, Manifest
from recita.models.steps import LanguageOutput, SpeakInput, SpeechProgress
from recita.models.summary import SpokenText
from recita.steps import speak_text, speech_tasks

from tests.fakes import Pipeline
from tests.unit.test_speak_text import THREE

pytestmark = pytest.mark.disable_socket

BUSY = ProviderThrottledError("polly", "start", "ThrottlingException", "slow")


def long(*, threshold: int = 0, language: str = "es") -> Pipeline:
    """A deployment in which tasks speak every whole text."""
    pipeline = Pipeline(language)
    pipeline.speech_threshold = threshold
    return pipeline


def run(pipeline: Pipeline, number: int = 1) -> Manifest:
    upload = pipeline.upload(THREE, "a.pdf", {"recita-speak": "full"})
    name = upload.document_id
    return pipeline.execute(upload, name if number == 1 else f"{name}.{number}")


def text_of(manifest: Manifest) -> SpokenText:
    (audio,) = manifest.audio
    assert isinstance(audio, AudioEntry)
    assert audio.text is not None
    return audio.text


def marks_of(pipeline: Pipeline, manifest: Manifest) -> list[dict[str, Any]]:
    body = pipeline.artifact(manifest, "audio/es.text.marks.jsonl").decode()
    return [json.loads(line) for line in body.splitlines()]


def waiting() -> tuple[Pipeline, Document]:
    """A document whose tasks are still running after they were started."""
    pipeline = long()
    upload = pipeline.upload(THREE, "a.pdf", {"recita-speak": "full"})
    pipeline.execute(upload, upload.document_id)
    pipeline.results.objects = {
        key: body for key, body in pipeline.results.objects.items() if "/spoken/" not in key
    }
    pipeline.speech_tasks.orders.clear()
    pipeline.speech_tasks.looks = 1000
    return pipeline, Document.model_validate(pipeline.inspect(upload))


def speak(pipeline: Pipeline, document: Document, **progress: Any) -> LanguageOutput:
    looked = SpeechProgress(**progress)
    return pipeline.say(SpeakInput(document=document, language="es", speech=looked))


def published(pipeline: Pipeline, document: Document) -> Manifest:
    return pipeline.publish(document, f"{document.document_id}.2")


def notice(pipeline: Pipeline, name: str) -> str:
    order = pipeline.speech_tasks.orders[name]
    uri = f"https://s3.us-east-1.amazonaws.com/results/{order.prefix}.{name}.mp3"
    return json.dumps({"taskId": name, "taskStatus": "COMPLETED", "outputUri": uri})


def notify(pipeline: Pipeline, message: str) -> None:
    speech_tasks.resume(
        message, results=pipeline.results, tasks=pipeline.speech_tasks, workflow=pipeline.workflow
    )


def test_tasks_say_what_calls_say() -> None:
    called = long(threshold=60_000)
    told = run(called)
    pipeline = long()
    manifest = run(pipeline)
    assert manifest.status == "COMPLETED", manifest.reason
    assert [order.kind for order in pipeline.speech_tasks.orders.values()] == ["sound", "marks"]
    assert len(pipeline.voice.spoken) == 1  # the summary
    assert text_of(manifest) == text_of(told)
    assert marks_of(pipeline, manifest) == marks_of(called, told)
    captions = pipeline.artifact(manifest, "audio/es.text.vtt")
    assert captions == called.artifact(told, "audio/es.text.vtt")
    (paid,) = (used for used in manifest.usage if used.operation == "StartSpeechSynthesisTask")
    assert (paid.calls, paid.units) == (2, 2 * text_of(manifest).characters)


def test_a_text_below_the_threshold_needs_no_task() -> None:
    pipeline = long(threshold=20_000)
    assert run(pipeline).status == "COMPLETED"
    assert not pipeline.speech_tasks.orders


def test_several_tasks_make_one_file_on_one_time_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("recita.text.ssml.MAX_TASK", 200)
    pipeline = long()
    manifest = run(pipeline)
    assert len(pipeline.speech_tasks.orders) > 4
    words = [mark for mark in marks_of(pipeline, manifest) if mark["type"] == "word"]
    assert [word["time"] for word in words] == [240 * n for n in range(len(words))]
    assert text_of(manifest).duration_seconds == pytest.approx(0.24 * len(words))
    captions = webvtt.from_string(pipeline.artifact(manifest, "audio/es.text.vtt").decode())
    assert "Third line 5" in " ".join(caption.text for caption in captions.captions)


def test_a_run_again_starts_nothing_and_has_the_same_bill() -> None:
    pipeline = long()
    first = run(pipeline)
    again = run(pipeline, 2)
    assert len(pipeline.speech_tasks.orders) == 2
    assert (again.audio, again.usage, again.engines) == (first.audio, first.usage, first.engines)


def test_what_polly_has_forgotten_is_taken_from_the_bucket() -> None:
    pipeline = long()
    first = run(pipeline)
    pipeline.speech_tasks.forgotten = set(pipeline.speech_tasks.orders)
    assert run(pipeline, 2).audio == first.audio
    assert len(pipeline.speech_tasks.orders) == 2


def test_a_start_that_died_before_it_knew_the_task_starts_no_second_one() -> None:
    pipeline, document = waiting()
    speak(pipeline, document)
    pipeline.speech_tasks.crash = ProviderUnavailableError("polly", "start", "Internal", "cut off")
    with pytest.raises(ProviderUnavailableError):
        pipeline.start_speech(document, "es")
    pipeline.start_speech(document, "es", attempt=2)
    prefixes = [order.prefix for order in pipeline.speech_tasks.orders.values()]
    assert len(prefixes) == len(set(prefixes)) == 2
    pipeline.speech_tasks.looks = 0
    assert speak(pipeline, document, checks=1).status == "SUCCEEDED"
    counted = [u for u in published(pipeline, document).usage if u.operation.startswith("Start")]
    assert [usage.calls for usage in counted] == [2]


def test_other_words_are_other_tasks() -> None:
    pipeline = long()
    run(pipeline)
    pipeline.translator.suffix = " otra vez"
    pipeline.results.objects = {
        key: body for key, body in pipeline.results.objects.items() if "/translated/" not in key
    }
    upload = pipeline.upload(THREE.replace(b"Second", b"Fourth"), "a.pdf", {"recita-speak": "full"})
    manifest = pipeline.execute(upload, f"{upload.document_id}.2")
    assert len(pipeline.speech_tasks.orders) == 4
    assert "Fourth" in {mark["value"] for mark in marks_of(pipeline, manifest)}


def test_a_task_that_fails_costs_the_sound_and_a_new_run_starts_another() -> None:
    pipeline = long()
    pipeline.speech_tasks.failing = "Error occurred while synthesizing"
    manifest = run(pipeline)
    assert manifest.status == "PARTIAL"
    (audio,) = manifest.audio
    assert audio.artifact == "audio/es.mp3"
    assert [gap.reason for gap in text_of(manifest).missing] == ["speech-failed"] * 3
    assert manifest.translations[0].text == "translations/es/text.md"
    assert manifest.ledger.languages.missing[0].reason.startswith("pages not spoken: 1")
    (warning,) = (w for w in manifest.warnings if w.code == "speech-task-failed")
    assert "Error occurred while synthesizing" in warning.message
    pipeline.speech_tasks.failing = ""
    again = run(pipeline, 2)
    assert again.status == "COMPLETED", again.reason
    assert not [w for w in again.warnings if w.code == "speech-task-failed"]
    assert [order.prefix[-2:] for order in pipeline.speech_tasks.orders.values()][-1] in (
        ".0",
        ".1",
    )


def test_tasks_that_can_not_be_started_cost_the_sound_of_the_text() -> None:
    pipeline = long()
    pipeline.speech_tasks.error = BUSY
    manifest = run(pipeline)
    assert manifest.status == "PARTIAL"
    assert [gap.reason for gap in text_of(manifest).missing] == ["speech-failed"] * 3
    assert "ProviderThrottledError" in " ".join(w.message for w in manifest.warnings)
    assert manifest.audio[0].artifact == "audio/es.mp3"


def test_a_task_lost_in_mid_run_is_started_again_but_not_for_ever() -> None:
    pipeline, document = waiting()
    progress = speak(pipeline, document)
    starts = 0
    while progress.status == "START_TASKS":
        starts += 1
        pipeline.start_speech(document, "es")
        pipeline.speech_tasks.forgotten = set(pipeline.speech_tasks.orders)
        progress = speak(pipeline, document, checks=starts)
    assert starts == speech_tasks.MOST_TRIES
    assert progress.status == "SUCCEEDED"
    assert [gap.reason for gap in text_of(published(pipeline, document)).missing] == [
        "speech-failed"
    ] * 3


def test_tasks_are_waited_for_again_and_given_up() -> None:
    pipeline, document = waiting()
    looks, progress = 0, SpeechProgress()
    while (output := speak(pipeline, document, **progress.model_dump())).status == "START_TASKS":
        looks += 1
        pipeline.start_speech(document, "es")
        progress = output.speech
    assert looks == speak_text.MAX_CHECKS
    assert len(pipeline.speech_tasks.orders) == 2
    assert output.status == "SUCCEEDED"
    assert text_of(published(pipeline, document)).artifact is None


def test_no_task_is_started_beyond_the_cost_cap() -> None:
    whole = {"recita-translate": "full", "recita-speak": "summary"}
    cost = Pipeline("es").run(THREE, "a.pdf", whole).cost.estimated
    pipeline = long()
    pipeline.cost_cap = cost + 0.0025
    manifest = run(pipeline)
    assert not pipeline.speech_tasks.orders
    assert [gap.reason for gap in text_of(manifest).missing] == ["cost-cap-reached"] * 3
    pipeline.cost_cap = cost + 0.05
    assert run(pipeline, 2).status == "COMPLETED"
    # What is paid already is not asked for once more.
    pipeline.cost_cap = run(pipeline, 3).cost.estimated
    assert run(pipeline, 4).status == "COMPLETED"


def test_the_last_notification_resumes_the_waiting_task_once() -> None:
    pipeline, document = waiting()
    speak(pipeline, document)
    pipeline.workflow.waiting.add("t")
    pipeline.start_speech(document, "es", token="t")
    first, second = pipeline.speech_tasks.orders
    notify(pipeline, notice(pipeline, first))
    assert pipeline.workflow.resumed == {}
    pipeline.speech_tasks.looks = 0
    for name in (second, second, first):
        notify(pipeline, notice(pipeline, name))
    assert pipeline.workflow.resumed == {"t": {}}


def test_tasks_that_ended_before_anybody_waited_resume_at_once() -> None:
    """Their notifications came for an earlier attempt's token, and come once."""
    pipeline, document = waiting()
    speak(pipeline, document)
    pipeline.start_speech(document, "es", token="first")
    pipeline.workflow.waiting.add("second")
    pipeline.speech_tasks.looks = 0
    pipeline.start_speech(document, "es", token="second", attempt=2)
    assert pipeline.workflow.resumed == {"second": {}}
    assert len(pipeline.speech_tasks.orders) == 2


def test_the_token_is_stored_before_a_task_starts() -> None:
    pipeline, document = waiting()
    speak(pipeline, document)
    pipeline.speech_tasks.error = BUSY
    with pytest.raises(ProviderThrottledError):
        pipeline.start_speech(document, "es", token="early")
    stored = pipeline.results.read(work_key(document.document_id, "speech-token.es.json"))
    assert json.loads(stored or b"") == {"task_token": "early"}


@pytest.mark.parametrize(
    "message",
    [
        {"taskId": "x", "taskStatus": "FAILED"},
        {"taskId": "x", "outputUri": "https://s3.us-east-1.amazonaws.com/results/other.mp3"},
        {
            "taskId": "x",
            "outputUri": f"https://s3/results/work/{'0' * 32}/spoken/es/k.sound.0.x.mp3",
        },
    ],
)
def test_a_notification_of_something_else_is_no_error(message: dict[str, str]) -> None:
    pipeline, document = waiting()
    pipeline.workflow.waiting.add("t1")
    speak(pipeline, document)
    pipeline.start_speech(document, "es")
    notify(pipeline, json.dumps(message))
    assert pipeline.workflow.resumed == {}
