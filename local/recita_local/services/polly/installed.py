"""What can speak here, for ``recita doctor``: files are looked for, none is loaded."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass

from recita_local import weights
from recita_local.services.polly.voices import VOICES

KOKORO = "kokoro-82m-int8/0.1.0"
ESPEAK = "espeak-ng/1.52"


@dataclass(frozen=True)
class InstalledVoice:
    """A Polly voice and the engine that would speak it now."""

    id: str
    language_code: str
    engine: str


def kokoro_ready() -> bool:
    """Whether the neural model and its voices are prepared."""
    return all(map(weights.prepared, ("kokoro-model", "kokoro-vocab", "kokoro-voices")))


def espeak_ready() -> bool:
    """Whether espeak-ng is installed: phonemes come from it, and speech where Kokoro is not."""
    return importlib.util.find_spec("espeakng_loader") is not None


def speech_engine() -> str | None:
    """Name and version of the engine that would answer SynthesizeSpeech, None without any."""
    if not espeak_ready():
        return None
    return KOKORO if kokoro_ready() else ESPEAK


def installed_voices() -> list[InstalledVoice]:
    """Voices that can speak now, in DescribeVoices' order; empty when nothing can."""
    engine = speech_engine()
    if engine is None:
        return []
    return [InstalledVoice(voice.id, voice.language_code, engine) for voice in VOICES.values()]
