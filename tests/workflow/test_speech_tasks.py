"""Long texts by Polly's tasks on the laptop stack: notified, not notified, refused."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from mutagen import mp3

if TYPE_CHECKING:
    from recita.models.manifest import Manifest
    from recita.models.summary import SpokenText

    from tests.laptop import DocumentLaptop

pytestmark = [pytest.mark.stack, pytest.mark.engines]

NOTE = """The reading room will be closed in May. Its roof has to be repaired.

Books can be returned at the town hall & borrowed in the bus, which stops at the bridge."""
START, NOW = "polly.StartSpeechSynthesisTask", "polly.SynthesizeSpeech"


def text_of(manifest: Manifest) -> SpokenText:
    (audio,) = manifest.audio
    assert audio.text is not None
    return audio.text


def heard(recita: DocumentLaptop, manifest: Manifest) -> list[dict[str, Any]]:
    """The words that the marks tell, within the sound that there is."""
    text = text_of(manifest)
    assert text.artifact is not None
    assert text.marks is not None
    reader: Any = mp3.MP3
    sound = recita.read(manifest.document_id, text.artifact)
    length = reader(io.BytesIO(sound)).info.length
    assert length == pytest.approx(text.duration_seconds, abs=0.1)
    lines = recita.read(manifest.document_id, text.marks).decode().splitlines()
    words = [mark for mark in map(json.loads, lines) if mark["type"] == "word"]
    times = [word["time"] for word in words]
    assert times == sorted(times)
    assert 0 < times[-1] / 1000 < length
    return words


def test_tasks_speak_a_long_text_and_resume_its_execution(recita: DocumentLaptop) -> None:
    before = recita.calls()
    manifest = recita.process(NOTE.encode(), "long.txt", languages="en", speak="full")
    assert manifest.status == "COMPLETED", manifest.reason
    words = [word["value"] for word in heard(recita, manifest)]
    assert words[:3] == ["The", "reading", "room"]
    assert words[-2:] == ["the", "bridge"]
    assert recita.calls()[START] == before.get(START, 0) + 2
    assert recita.resumed(manifest.document_id)
    (usage,) = (u for u in manifest.usage if u.operation == "StartSpeechSynthesisTask")
    assert (usage.calls, usage.units) == (2, 2 * text_of(manifest).characters)


def test_a_lost_notification_costs_a_wait_and_no_second_task(recita: DocumentLaptop) -> None:
    before = recita.calls()
    with recita.deaf("Speech"):
        body = NOTE.replace("May", "June").encode()
        manifest = recita.process(body, "unheard.txt", languages="en", speak="full")
    assert manifest.status == "COMPLETED", manifest.reason
    assert "June" in [word["value"] for word in heard(recita, manifest)]
    assert recita.calls()[START] == before.get(START, 0) + 2
    assert not recita.resumed(manifest.document_id)


def test_tasks_that_polly_refuses_cost_the_sound_of_the_text(recita: DocumentLaptop) -> None:
    recita.fault(
        service="polly", operation="StartSpeechSynthesisTask", code="AccessDeniedException", times=1
    )
    body = NOTE.replace("May", "July").encode()
    manifest = recita.process(body, "refused.txt", languages="en", speak="full")
    assert manifest.status == "PARTIAL"
    (audio,) = manifest.audio
    assert audio.artifact == "audio/en.mp3"
    assert [gap.reason for gap in text_of(manifest).missing] == ["speech-failed"]
    assert manifest.translations[0].text is not None
    (warning,) = (w.message for w in manifest.warnings if w.code == "speech-task-failed")
    assert "ProviderRefusedError" in warning
