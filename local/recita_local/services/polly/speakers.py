"""Phrases to speech by Kokoro or by espeak-ng alone, each with the second every word begins."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

from recita_local.services.polly import installed, phonemes
from recita_local.services.polly.kokoro import MAX_SYMBOLS, SAMPLE_RATE, Kokoro, Speech
from recita_local.services.polly.voices import ESPEAK_VOICES, Voice

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from recita_local.services.polly.espeak import Espeak
    from recita_local.services.polly.phonemes import Group
    from recita_local.services.polly.script import Phrase, Word

Audio = npt.NDArray[np.float32]

LEAD_SECONDS = 0.08
"""Silence kept before the first word; the model starts with a quarter of a second of it."""

TAIL_SECONDS = 0.30


@dataclass
class Said:
    """Mono samples of a phrase, the second each word begins, and (second, phoneme) pairs."""

    audio: Audio
    starts: list[float]
    phonemes: list[tuple[float, str]] = field(default_factory=list)


class Speaker(Protocol):
    """What can say a phrase."""

    name: str
    sample_rate: int

    def say(self, phrase: Phrase, voice: Voice) -> Said:
        """Speech of ``phrase``; word starts in seconds from its beginning, never decreasing."""


class KokoroSpeaker:
    """Neural speech; word times are the model's own phoneme durations, exact to 25 ms."""

    name = installed.KOKORO
    sample_rate = SAMPLE_RATE

    def __init__(self, espeak: Espeak) -> None:
        self._espeak = espeak
        self._kokoro = Kokoro()

    def say(self, phrase: Phrase, voice: Voice) -> Said:
        """See :class:`Speaker`."""
        found = phonemes.groups(phrase.words, lambda text: self._ipa(text, phrase.language_code))
        said = Said(np.zeros(0, np.float32), [-1.0] * len(phrase.words))
        for batch in _batches(found):
            self._append(said, batch, voice, phrase.rate)
        said.audio *= phrase.gain
        said.starts = _filled(said.starts)
        return said

    def _ipa(self, text: str, language_code: str) -> str:
        ipa = self._espeak.phonemes(text, ESPEAK_VOICES[language_code])
        return self._kokoro.known(phonemes.translate(ipa, language_code))

    def _append(self, said: Said, batch: Sequence[Group], voice: Voice, rate: float) -> None:
        symbols = " ".join(group.phonemes + group.stop for group in batch)[:MAX_SYMBOLS]
        speech = self._kokoro.say(symbols, voice.kokoro, rate)
        cut, audio = _trimmed(speech)
        shift = said.audio.size / SAMPLE_RATE - cut
        starts = speech.starts + shift
        said.phonemes += list(zip(starts.tolist(), symbols, strict=False))
        at = 0
        for group in batch:
            end = min(at + len(group.phonemes), len(symbols))
            _share_out(said.starts, group, float(starts[min(at, end)]), float(starts[end]))
            at += len(group.phonemes) + len(group.stop) + 1
            at = min(at, len(symbols))
        said.audio = np.concatenate([said.audio, audio])


def _trimmed(speech: Speech) -> tuple[float, Audio]:
    """The seconds cut from the beginning, and what is left after trimming both ends."""
    cut = max(0.0, float(speech.starts[0]) - LEAD_SECONDS)
    end = min(speech.audio.size / SAMPLE_RATE, float(speech.starts[-1]) + TAIL_SECONDS)
    first, last = round(cut * SAMPLE_RATE), round(end * SAMPLE_RATE)
    return first / SAMPLE_RATE, speech.audio[first:last]


def _share_out(starts: list[float], group: Group, begin: float, end: float) -> None:
    """Give the words of a group their share of its time."""
    at = begin
    for word, share in zip(group.words, group.shares, strict=True):
        if starts[word] < 0:
            starts[word] = at
        at += (end - begin) * share


def _batches(groups: Sequence[Group]) -> Iterator[list[Group]]:
    """As many groups as the model takes at once, cut after punctuation where there is some."""
    batch: list[Group] = []
    length = 0
    for group in groups:
        size = len(group.phonemes) + len(group.stop) + 1
        if batch and length + size > MAX_SYMBOLS:
            cut = max((n for n, g in enumerate(batch, 1) if g.stop), default=len(batch))
            yield batch[:cut]
            batch = batch[cut:]
            length = sum(len(g.phonemes) + len(g.stop) + 1 for g in batch)
        batch.append(group)
        length += size
    if batch:
        yield batch


class EspeakSpeaker:
    """Formant speech, where Kokoro is not prepared; word times are espeak's own events."""

    name = installed.ESPEAK

    def __init__(self, espeak: Espeak) -> None:
        self._espeak = espeak
        self.sample_rate = espeak.sample_rate

    def say(self, phrase: Phrase, voice: Voice) -> Said:  # noqa: ARG002 - as Speaker has it
        """See :class:`Speaker`; espeak has one voice for a language, ``voice`` is not heard."""
        text, places = _spelled(phrase.words)
        spoken = self._espeak.speak(text, ESPEAK_VOICES[phrase.language_code], phrase.rate)
        starts = [-1.0] * len(phrase.words)
        for position, second in spoken.events:
            word = int(np.searchsorted(places, position, side="right")) - 1
            if 0 <= word < len(starts) and starts[word] < 0:
                starts[word] = second
        audio = np.frombuffer(spoken.samples, np.int16).astype(np.float32)
        audio *= phrase.gain / 32768
        return Said(audio, _filled(starts))


def _spelled(words: Sequence[Word]) -> tuple[str, list[int]]:
    """What espeak reads, and the character at which each word begins."""
    text, places = "", []
    for word in words:
        places.append(len(text))
        text += " ".join(word.spoken) + word.stop + " "
    return text, places


def _filled(starts: list[float]) -> list[float]:
    """Words without a time of their own begin with the word before them."""
    filled, last = [], 0.0
    for start in starts:
        last = max(last, start)
        filled.append(last)
    return filled
