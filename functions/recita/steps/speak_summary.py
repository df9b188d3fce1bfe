"""Speech: the summary as MP3, with captions and marks that lead back to the pages."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from xml.sax.saxutils import unescape

from recita.errors import UnderstandingFailedError
from recita.models.document import result_key
from recita.models.steps import LanguageInput, LanguageOutput
from recita.models.summary import Sentence, Speech, Summary
from recita.ports import Mark, Spoken, Voice
from recita.steps import handover
from recita.steps.workbench import Workbench
from recita.text import ssml
from recita.text.captions import TimedWord, to_webvtt
from recita.text.mp3 import duration_seconds


@dataclass
class Recording:
    """The parts spoken so far, joined."""

    mp3: bytes = b""
    marks: list[tuple[Mark, int]] = field(default_factory=list)
    """Marks on the time line of the whole, each with the index of its sentence."""
    voice: str = ""
    engine: str = ""

    def append(self, spoken: Spoken, indices: Sequence[int], ranges: Sequence[range]) -> None:
        """Add one part; its marks move behind what was spoken before."""
        offset = round(duration_seconds(self.mp3) * 1000)
        for mark in spoken.marks:
            place = next((n for n, r in enumerate(ranges) if mark.start in r), len(ranges) - 1)
            moved = replace(mark, time=mark.time + offset, value=unescape(mark.value))
            self.marks.append((moved, indices[place]))
        self.mp3 += spoken.mp3
        self.voice, self.engine = spoken.voice, spoken.engine


def run(given: LanguageInput, *, bench: Workbench, voice: Voice) -> LanguageOutput:
    """Publish sound, captions and marks of the summary in one language."""
    document, language = given.document.document_id, given.language
    with bench.step(document, f"speak-summary:{language}", given.attempt) as step:
        body = step.results.read(result_key(document, f"summary/{language}.json"))
        if body is None:
            raise UnderstandingFailedError(f"there is no summary in {language} to speak")
        sentences = _spoken_sentences(Summary.model_validate_json(body))
        recording = _record([sentence.text for sentence in sentences], language, voice)
        speech = _speech(recording, language)
        step.publish(speech.artifact, recording.mp3, "audio/mpeg", "audio", language=language)
        vtt = to_webvtt(_words(recording, sentences), speech.duration_seconds, language)
        step.publish(speech.captions, vtt.encode(), "text/vtt", "captions", language=language)
        marks = "".join(_mark_lines(recording, sentences))
        step.publish(speech.marks, marks.encode(), "application/jsonl", "marks", language=language)
        step.keep(handover.speech(language), speech)
        return LanguageOutput(status="SUCCEEDED", language=language)


def _spoken_sentences(summary: Summary) -> list[Sentence]:
    title = [Sentence(text=summary.title)] if summary.title else []
    return [*title, *summary.sentences]


def _record(texts: Sequence[str], language: str, voice: Voice) -> Recording:
    recording = Recording()
    for part in ssml.parts(texts):
        markup, ranges = ssml.speak([text for _, text in part])
        recording.append(voice.speak(markup, language), [index for index, _ in part], ranges)
    return recording


def _speech(recording: Recording, language: str) -> Speech:
    return Speech(
        language=language,
        voice=recording.voice,
        engine=recording.engine,
        duration_seconds=duration_seconds(recording.mp3),
        artifact=f"audio/{language}.mp3",
        captions=f"audio/{language}.vtt",
        marks=f"audio/{language}.marks.jsonl",
    )


def _words(recording: Recording, sentences: Sequence[Sentence]) -> list[TimedWord]:
    """Return all that is written, at the times of the words' marks."""
    words: list[TimedWord] = []
    rest = [ssml.speakable(sentence.text) for sentence in sentences]
    for mark, index in recording.marks:
        text = rest[index]
        found = text.find(mark.value) if mark.type == "word" else -1
        if found < 0:
            continue
        end = text.find(" ", found + len(mark.value))
        cut = len(text) if end < 0 else end
        words.append(TimedWord(mark.time, text[:cut].strip(), index))
        rest[index] = text[cut:]
    starts = {index: mark.time for mark, index in reversed(recording.marks)}
    return _completed(words, rest, starts)


def _completed(
    words: list[TimedWord], rest: Sequence[str], starts: dict[int, int]
) -> list[TimedWord]:
    """Add what no mark stood for to its sentence's last word: captions lose no text."""
    for index, text in enumerate(rest):
        if not text.strip():
            continue
        last = max((n for n, word in enumerate(words) if word.sentence == index), default=None)
        if last is None:
            words.append(TimedWord(starts.get(index, 0), text.strip(), index))
        else:
            words[last] = replace(words[last], value=f"{words[last].value} {text.strip()}")
    return sorted(words, key=lambda word: word.time)


def _mark_lines(recording: Recording, sentences: Sequence[Sentence]) -> Iterator[str]:
    for mark, index in recording.marks:
        line = {
            "time": mark.time,
            "type": mark.type,
            "value": mark.value,
            "sentence": index,
            "pages": sentences[index].pages,
        }
        yield json.dumps(line, ensure_ascii=False) + "\n"
