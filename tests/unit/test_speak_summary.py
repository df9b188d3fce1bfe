"""Speech: marks lead from each word to its sentence and its pages."""

from __future__ import annotations

import html
import io
import json
from typing import Any

import pytest
import webvtt
from recita.errors import ProviderThrottledError
from recita.models.manifest import Manifest
from recita.models.summary import Sentence, Summary
from recita.ports import Mark, VoiceChoice
from recita.text import ssml
from recita.text.marks import SpokenSentence, spoken_sentences

from tests.fakes import FakeVoice, Pipeline

pytestmark = pytest.mark.disable_socket

TEXT = "Invoice 4711 & more <was> issued."


def marks_of(pipeline: Pipeline, manifest: Manifest, language: str = "es") -> list[dict[str, Any]]:
    lines = pipeline.artifact(manifest, f"audio/{language}.marks.jsonl").decode().splitlines()
    return [json.loads(line) for line in lines]


def captions(pipeline: Pipeline, manifest: Manifest, language: str = "es") -> str:
    vtt = pipeline.artifact(manifest, f"audio/{language}.vtt").decode()
    cues = webvtt.from_buffer(io.StringIO(vtt)).captions
    return html.unescape(" ".join(cue.raw_text for cue in cues))


def test_marks_lead_to_sentences_and_pages() -> None:
    pipeline = Pipeline("es")
    manifest = pipeline.run(TEXT.encode(), "a.txt")
    words = [mark for mark in marks_of(pipeline, manifest) if mark["type"] == "word"]
    assert [(w["value"], w["sentence"], w["pages"]) for w in words][:5] == [
        ("(es)", 0, []),
        ("A", 0, []),
        ("summary", 0, []),
        ("(es)", 1, [1]),
        ("Invoice", 1, [1]),
    ]
    (audio,) = manifest.audio
    assert audio.duration_seconds == pytest.approx(0.24 * len(words))
    assert (audio.voice, audio.engine) == ("Lucia", "neural")


def test_captions_hold_every_word_as_written() -> None:
    pipeline = Pipeline("es")
    manifest = pipeline.run(TEXT.encode(), "a.txt")
    assert captions(pipeline, manifest) == "(es) A summary (es) Invoice 4711 & more <was> issued."


def test_words_whose_marks_read_otherwise_stay_in_the_captions() -> None:
    class Reads(FakeVoice):
        """A voice whose marks spell numbers out and know no word for the last thing it says."""

        def mark(self, ssml: str, choice: VoiceChoice) -> tuple[Mark, ...]:
            return tuple(
                Mark(m.time, m.type, m.start, m.end, "unheard" if "4711" in m.value else m.value)
                for m in super().mark(ssml, choice)
                if "issued" not in m.value or m.type == "sentence"
            )

    pipeline = Pipeline("es")
    pipeline.voice = Reads(pipeline.meter)
    manifest = pipeline.run(TEXT.encode(), "a.txt")
    assert captions(pipeline, manifest) == "(es) A summary (es) Invoice 4711 & more <was> issued."


def test_a_sentence_without_any_word_mark_is_captioned() -> None:
    class Mute(FakeVoice):
        def mark(self, ssml: str, choice: VoiceChoice) -> tuple[Mark, ...]:
            return tuple(m for m in super().mark(ssml, choice) if m.type == "sentence")

    pipeline = Pipeline("es")
    pipeline.voice = Mute(pipeline.meter)
    manifest = pipeline.run(TEXT.encode(), "a.txt")
    assert captions(pipeline, manifest) == "(es) A summary (es) Invoice 4711 & more <was> issued."


def test_marks_are_not_paid_again_when_the_sound_fails() -> None:
    pipeline = Pipeline("es")
    pipeline.voice.silent["Lucia"] = ProviderThrottledError("polly", "speak", "Throttling", "slow")
    upload = pipeline.upload(TEXT.encode(), "a.txt")
    assert pipeline.execute(upload, upload.document_id).status == "PARTIAL"
    assert len(pipeline.voice.marked) == 1
    pipeline.voice.silent.clear()
    assert pipeline.execute(upload, f"{upload.document_id}.2").status == "COMPLETED"
    assert pipeline.voice.marked == pipeline.voice.spoken
    assert len(pipeline.voice.marked) == 1


def test_parts_are_joined_on_one_time_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ssml, "MAX_BILLED", 40)
    pipeline = Pipeline("es")
    manifest = pipeline.run(TEXT.encode(), "a.txt")
    assert len(pipeline.voice.spoken) > 1
    words = [mark for mark in marks_of(pipeline, manifest) if mark["type"] == "word"]
    assert [word["time"] for word in words] == [240 * n for n in range(len(words))]
    assert manifest.audio[0].duration_seconds == pytest.approx(0.24 * len(words))
    assert captions(pipeline, manifest) == "(es) A summary (es) Invoice 4711 & more <was> issued."


def test_a_language_without_a_voice_costs_its_speech() -> None:
    pipeline = Pipeline("es,xx")
    manifest = pipeline.run(TEXT.encode(), "a.txt")
    assert manifest.status == "PARTIAL"
    assert manifest.ledger.languages.translated == ("es", "xx")
    assert manifest.ledger.languages.spoken == ("es",)
    assert manifest.audio[1].reason is not None
    assert manifest.audio[1].reason.code == "voice-missing"
    assert "no voice is known for xx" in manifest.audio[1].reason.message


def test_equal_text_is_spoken_once() -> None:
    pipeline = Pipeline("es")
    upload = pipeline.upload(TEXT.encode(), "a.txt")
    first = pipeline.execute(upload, upload.document_id)
    again = pipeline.execute(upload, f"{upload.document_id}.2")
    assert len(pipeline.voice.spoken) == 1
    assert again.audio == first.audio
    assert again.engines == first.engines
    assert again.usage == first.usage
    pipeline.voice.engine = "standard"
    other = pipeline.execute(upload, f"{upload.document_id}.3")
    assert len(pipeline.voice.spoken) == 2
    assert other.audio[0].engine == "standard"


def test_a_part_that_was_spoken_before_a_throttle_is_not_paid_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ssml, "MAX_BILLED", 40)

    class Throttled(FakeVoice):
        def speak(self, ssml: str, choice: VoiceChoice) -> bytes:
            if len(self.spoken) == 1 and not self.unmarked:
                self.unmarked.add("nothing")
                raise ProviderThrottledError("polly", "speak", "Throttling", "slow")
            return super().speak(ssml, choice)

    pipeline = Pipeline("es")
    pipeline.voice = Throttled(pipeline.meter)
    upload = pipeline.upload(TEXT.encode(), "a.txt")
    assert pipeline.execute(upload, upload.document_id).status == "PARTIAL"
    manifest = pipeline.execute(upload, f"{upload.document_id}.2")
    assert manifest.status == "COMPLETED"
    assert len(pipeline.voice.spoken) == len(set(pipeline.voice.spoken)) > 1
    words = [mark for mark in marks_of(pipeline, manifest) if mark["type"] == "word"]
    assert [word["time"] for word in words] == [240 * n for n in range(len(words))]


def test_an_engine_that_gives_no_marks_is_passed_over() -> None:
    pipeline = Pipeline("pt")
    pipeline.voice.engine = "generative"
    pipeline.voice.unmarked = {"generative"}
    manifest = pipeline.run(TEXT.encode(), "a.txt")
    assert (manifest.audio[0].voice, manifest.audio[0].engine) == ("Camila", "neural")
    assert {u.unit for u in manifest.usage if u.service == "polly"} == {"neural characters"}


def test_the_ledger_holds_seconds_against_characters() -> None:
    pipeline = Pipeline("es,pt")
    manifest = pipeline.run(TEXT.encode(), "a.txt")
    languages = manifest.ledger.languages
    texts = [
        json.loads(pipeline.artifact(manifest, f"summary/{code}.json")) for code in ("es", "pt")
    ]
    written = [t for s in texts for t in (s["title"], *(n["text"] for n in s["sentences"]))]
    assert languages.characters_spoken == sum(map(len, written))
    assert languages.seconds_spoken == pytest.approx(
        sum(entry.duration_seconds or 0 for entry in manifest.audio)
    )


def test_a_summary_without_words_is_not_spoken() -> None:
    pipeline = Pipeline("es")
    pipeline.translator.phrases = {"A summary": "{}", "Invoice 4711 & more <was> issued.": " "}
    manifest = pipeline.run(TEXT.encode(), "a.txt")
    assert pipeline.voice.spoken == []
    assert manifest.audio[0].status == "SKIPPED"


def test_emoji_and_right_to_left_text_are_spoken_and_captioned() -> None:
    pipeline = Pipeline("es")
    said = "\u0634\u0643\u0631\u0627 \U0001f469\u200d\U0001f4bb\U0001f44d\U0001f3fd & <b>"
    pipeline.translator.phrases = {"Invoice 4711 & more <was> issued.": said}
    manifest = pipeline.run(TEXT.encode(), "a.txt")
    assert manifest.status == "COMPLETED"
    assert captions(pipeline, manifest).endswith(said)


def test_no_speech_is_made_when_none_is_wanted() -> None:
    pipeline = Pipeline("es", speak="none")
    manifest = pipeline.run(TEXT.encode(), "a.txt")
    assert (manifest.status, manifest.audio) == ("COMPLETED", ())
    assert pipeline.voice.spoken == []


def test_a_speech_left_by_a_failed_attempt_is_no_success() -> None:
    pipeline = Pipeline("es")
    upload = pipeline.upload(TEXT.encode(), "a.txt")
    assert pipeline.execute(upload, upload.document_id).status == "COMPLETED"
    pipeline.results.objects = {
        key: body for key, body in pipeline.results.objects.items() if "/spoken/" not in key
    }
    pipeline.voice.failing["Lucia"] = ProviderThrottledError("polly", "speak", "Throttling", "slow")
    manifest = pipeline.execute(upload, f"{upload.document_id}.2")
    assert manifest.status == "PARTIAL"
    assert manifest.ledger.languages.spoken == ()
    assert manifest.audio[0].status == "FAILED"


def test_every_sentence_index_is_kept_when_the_title_is_empty() -> None:
    summary = Summary(
        language="en",
        title="",
        sentences=(Sentence(text="One.", pages=(2,)),),
        source_language="en",
        model="m",
        prompt_version="1",
    )
    one = SpokenSentence("One.", 0, (2,))
    assert spoken_sentences(summary) == [one]
    titled = summary.model_copy(update={"title": "T"})
    assert spoken_sentences(titled) == [SpokenSentence("T"), one]
