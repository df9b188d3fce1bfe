"""Amazon Polly: speech and speech marks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from recita.adapters.provider import Provider
from recita.errors import VoiceMissingError
from recita.meter import Meter
from recita.ports import Mark, VoiceChoice
from recita.ports.limits import Pace
from recita.text.languages import PollyVoice, chosen_voice, voices_for
from recita.text.marks import parsed


class PollySpeech:
    """SynthesizeSpeech; marks and sound are two paid calls on the same SSML."""

    def __init__(
        self,
        meter: Meter,
        named: Mapping[str, str] | None = None,
        engine: str = "auto",
        *,
        pace: Pace | None = None,
    ) -> None:
        self._polly = Provider("polly", meter, read_timeout=240, pace=pace)
        self._named = named or {}
        self._engine = engine

    def choices(self, language: str) -> Sequence[VoiceChoice]:
        """Return the voices to try, best first; raises VoiceMissingError without any."""
        found = voices_for(language, self._voices, self._named, self._engine)
        if not found:
            message = f"no voice is known for {language} with the engine {self._engine}"
            if chosen := chosen_voice(language, self._named):
                message += f": {chosen}, which Voices names, is none of this region's that has it"
            raise VoiceMissingError("polly", "describe_voices", "NoVoice", message)
        return found

    def mark(self, ssml: str, choice: VoiceChoice) -> tuple[Mark, ...]:
        """Return the marks of sentences and words."""
        marks = self._call(ssml, choice, OutputFormat="json", SpeechMarkTypes=["sentence", "word"])
        return tuple(parsed(marks["AudioStream"].read()))

    def speak(self, ssml: str, choice: VoiceChoice) -> bytes:
        """Return the sound."""
        sound: bytes = self._call(ssml, choice, OutputFormat="mp3")["AudioStream"].read()
        return sound

    def _call(self, ssml: str, choice: VoiceChoice, **output: Any) -> dict[str, Any]:
        if choice.language_code:
            output["LanguageCode"] = choice.language_code
        reply = self._polly.call(
            "synthesize_speech",
            Text=ssml,
            TextType="ssml",
            VoiceId=choice.id,
            Engine=choice.engine,
            **output,
        )
        unit = f"{choice.engine} characters"
        self._polly.count("SynthesizeSpeech", reply["RequestCharacters"], unit)
        return reply

    @cached_property
    def _voices(self) -> list[PollyVoice]:
        """The voices of this region; asked once a container."""
        voices: list[PollyVoice] = []
        more: dict[str, str] = {}
        while True:
            reply = self._polly.call("describe_voices", IncludeAdditionalLanguageCodes=True, **more)
            voices += (_voice(voice) for voice in reply["Voices"])
            if not reply.get("NextToken"):
                return voices
            more = {"NextToken": reply["NextToken"]}


def _voice(voice: dict[str, Any]) -> PollyVoice:
    codes = (voice["LanguageCode"], *voice.get("AdditionalLanguageCodes", ()))
    return PollyVoice(voice["Id"], tuple(voice["SupportedEngines"]), codes)
