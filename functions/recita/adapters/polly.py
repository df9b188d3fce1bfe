"""Amazon Polly: speech and speech marks."""

from __future__ import annotations

import json
from typing import Any

from recita.adapters.provider import Provider
from recita.errors import ProviderRefusedError
from recita.meter import Meter
from recita.ports import Mark, Spoken
from recita.text.languages import voice_of


class PollyVoice:
    """SynthesizeSpeech; sound and marks are two calls on the same SSML."""

    def __init__(self, meter: Meter) -> None:
        self._polly = Provider("polly", meter, read_timeout=240)

    def speak(self, ssml: str, language: str) -> Spoken:
        """Speak at most 3,000 billed characters of SSML."""
        voice = voice_of(language)
        if voice is None:
            message = f"no voice is known for {language}"
            raise ProviderRefusedError(
                "polly", "synthesize_speech", "LanguageNotSupported", message
            )
        sound = self._call(ssml, voice.id, voice.engine, OutputFormat="mp3")
        marks = self._call(
            ssml,
            voice.id,
            voice.engine,
            OutputFormat="json",
            SpeechMarkTypes=["sentence", "word"],
        )
        lines = marks["AudioStream"].read().decode().splitlines()
        return Spoken(
            mp3=sound["AudioStream"].read(),
            marks=tuple(Mark(**_known(json.loads(line))) for line in lines if line),
            voice=voice.id,
            engine=voice.engine,
        )

    def _call(self, ssml: str, voice: str, engine: str, **output: Any) -> dict[str, Any]:
        reply = self._polly.call(
            "synthesize_speech",
            Text=ssml,
            TextType="ssml",
            VoiceId=voice,
            Engine=engine,
            **output,
        )
        self._polly.count("SynthesizeSpeech", reply["RequestCharacters"], f"{engine} characters")
        return reply


def _known(mark: dict[str, Any]) -> dict[str, Any]:
    return {name: mark.get(name, 0) for name in ("time", "type", "start", "end", "value")}
