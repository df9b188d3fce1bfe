"""Language codes, and which of Polly's voices speaks each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from recita.ports import VoiceChoice

LOCALES = {
    "ar": "arb",
    "de": "de-DE",
    "en": "en-US",
    "es": "es-ES",
    "fr": "fr-FR",
    "nl": "nl-NL",
    "no": "nb-NO",
    "pt": "pt-BR",
    "zh": "cmn-CN",
}
"""What Amazon Translate's code means where Polly has several, or another name for it."""
PREFERRED = (
    "Amy", "Bianca", "Camila", "Gabrielle", "Ines", "Joanna",
    "Lea", "Lucia", "Lupe", "Mia", "Vicki",
)  # fmt: skip
"""Adults' voices for reading aloud; among others the alphabet decides."""
ENGINES = {
    "auto": ("neural", "standard", "generative"),
    "generative": ("generative", "neural", "standard"),
    "neural": ("neural",),
    "standard": ("standard",),
}
"""The SpeechEngine parameter to Polly's engines, best first. Generative voices give no speech marks
(developer guide, "Speech marks"), so nothing of theirs could be followed: ``auto`` takes them last.
"""


@dataclass(frozen=True)
class PollyVoice:
    """A voice as DescribeVoices tells it; ``codes`` begins with its own language."""

    id: str
    engines: tuple[str, ...]
    codes: tuple[str, ...]


def primary(code: str) -> str:
    """Return the language of a tag: ``pt`` for ``pt-BR``."""
    return code.split("-", maxsplit=1)[0].lower()


def same_language(one: str, other: str) -> bool:
    """Whether text in one needs no translation for a reader of the other."""
    if primary(one) == "zh":  # two scripts
        return one.lower() == other.lower()
    return one.lower() == other.lower() or (
        primary(one) == primary(other) and ("-" not in one or "-" not in other)
    )


def chosen_voice(language: str, named: Mapping[str, str]) -> str | None:
    """Return the voice that the deployment chose for a language, or for all of its variants."""
    return named.get(language) or named.get(primary(language))


def voices_for(
    language: str, voices: Sequence[PollyVoice], named: Mapping[str, str], engine: str
) -> list[VoiceChoice]:
    """Return the voices to try, one an engine, best first; none when the language has none.

    ``named`` maps languages to voices that the deployment chose.
    """
    chosen = chosen_voice(language, named)
    group = (
        [voice for voice in voices if voice.id == chosen] if chosen else _speaking(language, voices)
    )
    choices = []
    for wanted in ENGINES[engine]:
        able = sorted(
            (voice for voice in group if wanted in voice.engines),
            key=lambda voice: (voice.id not in PREFERRED, voice.id),
        )
        if able:
            code = None if chosen else _foreign(language, able[0])
            choices.append(VoiceChoice(able[0].id, wanted, code))
    return choices


def _speaking(language: str, voices: Sequence[PollyVoice]) -> list[PollyVoice]:
    """Return the voices of the nearest variant that has any."""
    locale = LOCALES.get(primary(language), "")
    for wanted in (language, locale):
        found = [voice for voice in voices if wanted in voice.codes]
        if found:
            return found
    return [v for v in voices if any(primary(code) == primary(language) for code in v.codes)]


def _foreign(language: str, voice: PollyVoice) -> str | None:
    """Return the code to name when the language is not the voice's first one."""
    if primary(voice.codes[0]) in (primary(language), primary(LOCALES.get(primary(language), ""))):
        return None
    return next((code for code in voice.codes if primary(code) == primary(language)), None)
