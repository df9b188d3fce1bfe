"""Which of Polly's voices the laptop has, and what speaks each of them."""

from __future__ import annotations

from dataclasses import dataclass

LANGUAGE_NAMES = {
    "en-US": "US English",
    "en-GB": "British English",
    "pt-BR": "Brazilian Portuguese",
    "es-ES": "Castilian Spanish",
    "fr-FR": "French",
    "it-IT": "Italian",
    "de-DE": "German",
}

# By file, not by language: "en-gb" is an alias that only the program understands.
ESPEAK_VOICES = {
    "en-US": "gmw/en-US",
    "en-GB": "gmw/en",
    "pt-BR": "roa/pt-BR",
    "es-ES": "roa/es",
    "fr-FR": "roa/fr",
    "it-IT": "roa/it",
    "de-DE": "gmw/de",
}


@dataclass(frozen=True)
class Voice:
    """One Polly voice: ``kokoro`` names its style vectors, ``engines`` what Polly has it in."""

    id: str
    name: str
    gender: str
    language_code: str
    kokoro: str
    engines: tuple[str, ...] = ("neural", "standard")

    @property
    def language(self) -> str:
        """The two letters of the language."""
        return self.language_code[:2]


BOTH = ("neural", "standard")
NEURAL = ("neural",)
STANDARD = ("standard",)

# Genders, codes and engines are Polly's own. Kokoro has one French voice and no German one: an
# Italian man lends his. Women's voices were tried in German; a listener lost every third word.
_ALL = (
    Voice("Joanna", "Joanna", "Female", "en-US", "af_heart", BOTH),
    Voice("Ruth", "Ruth", "Female", "en-US", "af_bella", NEURAL),
    Voice("Matthew", "Matthew", "Male", "en-US", "am_michael", BOTH),
    Voice("Amy", "Amy", "Female", "en-GB", "bf_emma", BOTH),
    Voice("Brian", "Brian", "Male", "en-GB", "bm_george", BOTH),
    Voice("Camila", "Camila", "Female", "pt-BR", "pf_dora", BOTH),
    Voice("Vitoria", "Vitória", "Female", "pt-BR", "pf_dora", BOTH),
    Voice("Thiago", "Thiago", "Male", "pt-BR", "pm_alex", NEURAL),
    Voice("Ricardo", "Ricardo", "Male", "pt-BR", "pm_alex", STANDARD),
    Voice("Lucia", "Lucia", "Female", "es-ES", "ef_dora", BOTH),
    Voice("Sergio", "Sergio", "Male", "es-ES", "em_alex", NEURAL),
    Voice("Lea", "Léa", "Female", "fr-FR", "ff_siwis", BOTH),
    Voice("Remi", "Rémi", "Male", "fr-FR", "im_nicola", NEURAL),
    Voice("Bianca", "Bianca", "Female", "it-IT", "if_sara", BOTH),
    Voice("Adriano", "Adriano", "Male", "it-IT", "im_nicola", NEURAL),
    Voice("Vicki", "Vicki", "Female", "de-DE", "im_nicola", BOTH),
    Voice("Daniel", "Daniel", "Male", "de-DE", "im_nicola", NEURAL),
)

VOICES = {voice.id: voice for voice in _ALL}
"""VoiceId to voice, in the order DescribeVoices lists them."""
