"""Language codes, and the voice that speaks each."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PollyVoiceId:
    """One of Polly's voices and the engine to ask it with."""

    id: str
    engine: str


VOICES = {
    "de": PollyVoiceId("Vicki", "neural"),
    "en": PollyVoiceId("Joanna", "neural"),
    "en-GB": PollyVoiceId("Amy", "neural"),
    "es": PollyVoiceId("Lucia", "neural"),
    "es-MX": PollyVoiceId("Mia", "neural"),
    "es-US": PollyVoiceId("Lupe", "neural"),
    "fr": PollyVoiceId("Lea", "neural"),
    "fr-CA": PollyVoiceId("Gabrielle", "neural"),
    "it": PollyVoiceId("Bianca", "neural"),
    "pt": PollyVoiceId("Camila", "neural"),
    "pt-PT": PollyVoiceId("Ines", "neural"),
}
"""One neural voice a language (Polly developer guide, "Available voices")."""


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


def voice_of(code: str) -> PollyVoiceId | None:
    """Return the voice of a language, by its full tag first."""
    return VOICES.get(code) or VOICES.get(primary(code))
