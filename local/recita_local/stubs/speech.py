"""A speech engine that is silent for a while at each word, with marks as exact as Polly's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from recita_local.services.polly.engine import SpeechEngine
from recita_local.services.polly.speakers import Said

if TYPE_CHECKING:
    from recita_local.services.polly.script import Phrase
    from recita_local.services.polly.voices import Voice

WORD_SECONDS = 0.05


class _Silence:
    name = "stub"
    sample_rate = 16000

    def say(self, phrase: Phrase, voice: Voice) -> Said:  # noqa: ARG002 - the speaker's own
        count = len(phrase.words)
        samples = np.zeros(round(count * WORD_SECONDS * self.sample_rate), np.float32)
        return Said(samples, [WORD_SECONDS * index for index in range(count)])


class Engine(SpeechEngine):
    """Real scripts, sound files and marks; nobody speaks."""

    def __init__(self) -> None:
        super().__init__(_Silence())
