"""Speech in a process of its own: text to sound and to the times of its words."""

from __future__ import annotations

from collections import OrderedDict

import numpy as np

from recita_local.services.polly import audio, installed, scripting, timeline
from recita_local.services.polly.espeak import Espeak
from recita_local.services.polly.request import Request
from recita_local.services.polly.speakers import EspeakSpeaker, KokoroSpeaker, Speaker
from recita_local.services.polly.timeline import Timeline
from recita_local.services.polly.voices import VOICES

REMEMBERED = 8
"""Performances kept, at up to 10 MB each: the marks of a text are asked for after its sound."""


class SpeechEngine:
    """Built once, in the engine's process."""

    def __init__(self, speaker: Speaker | None = None) -> None:
        self._speaker = speaker or _best_speaker()
        self._performances: OrderedDict[Request, Timeline] = OrderedDict()

    def sound(self, request: Request, output_format: str, sample_rate: int) -> tuple[bytes, str]:
        """The request in ``output_format`` at ``sample_rate`` hertz, and the engine's name.

        Raises :class:`~recita_local.services.polly.script.SsmlError`.
        """
        said = self._perform(request)
        samples = said.audio.astype(np.float32)
        samples /= 32767
        return audio.encode(samples, said.sample_rate, output_format, sample_rate), said.engine

    def marks(self, request: Request, kinds: tuple[str, ...]) -> tuple[bytes, str]:
        """Speech marks of ``kinds``, one JSON object a line, and the engine's name."""
        said = self._perform(request)
        return said.lines(kinds), said.engine

    def _perform(self, request: Request) -> Timeline:
        """Say it, unless it was said lately: sound and marks of one text cost one synthesis."""
        if request not in self._performances:
            voice = VOICES[request.voice_id]
            script = scripting.write(
                request.text, request.text_type, voice.language_code, neural=request.neural
            )
            self._performances[request] = timeline.perform(script, voice, self._speaker)
            if len(self._performances) > REMEMBERED:
                self._performances.popitem(last=False)
        self._performances.move_to_end(request)
        return self._performances[request]


def _best_speaker() -> Speaker:
    espeak = Espeak()
    return KokoroSpeaker(espeak) if installed.kokoro_ready() else EspeakSpeaker(espeak)
