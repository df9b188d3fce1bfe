"""Stand-ins for the services: they answer nothing of worth, and count what would be paid.

The pipeline's own steps ask them, so what is asked, cut, checked and repeated is what AWS would be
asked. An :class:`~recita_cli.outcomes.Outcome` says how long answers are.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle, islice
from typing import Any

from recita.meter import Meter
from recita.models.summary import GuardrailUsed
from recita.ports import (
    MAX_TOKENS,
    Answer,
    GuardedText,
    Mark,
    Once,
    Prompt,
    VoiceChoice,
    always,
)
from recita.steps.asking import REPAIRS
from recita.text import protecting
from recita.text.measure import units
from recita.text.prompting import PAGES, STRICTER

from recita_cli.outcomes import Outcome

BEDROCK = "bedrock-runtime"
DOUBT = "~? "
"""How a sentence begins that the grounding check will not pass."""
FILLER = "x~~~ " + "~~~~~~ ~~ ~~~~~~~ " * 14
"""Text in no language, whatever is asked for: with a letter, or nobody would translate it, and too
few of them to tell a language by."""
TITLE, FACT = 60, 30
"""Characters."""
ELEMENTS = re.compile(r"<[^>]*>")


def filled(characters: int, text: str = FILLER) -> str:
    """Return so many characters of a text, said again where it is too short."""
    return "".join(islice(cycle(text or FILLER), characters))


@dataclass
class CountingGuardrail:
    """Bedrock Guardrails: each policy is paid by the unit of 1,000 characters."""

    meter: Meter
    policies: tuple[str, ...]
    used: GuardrailUsed = field(default_factory=lambda: GuardrailUsed(id="estimate", version="1"))

    def check_input(self, text: str) -> GuardedText:
        """Count a check of what goes in."""
        self.count("ApplyGuardrail", text)
        return GuardedText(text, "NONE")

    def check_output(self, text: str) -> GuardedText:
        """Count a check of what goes out."""
        return self.check_input(text)

    def check_grounding(self, text: str, source: str, query: str) -> GuardedText:
        """Count a check against a source."""
        self.count("ApplyGuardrail", text)
        paid = units(text + source + query)
        self.meter.count(
            BEDROCK, "ApplyGuardrail", units=paid, unit="contextualGroundingPolicyUnits"
        )
        score = 0.0 if text.startswith(DOUBT) else 1.0
        return GuardedText(text, "NONE", grounding=(score, 0.5))

    def count(self, operation: str, text: str) -> None:
        """Count one text by every policy."""
        for policy in self.policies:
            self.meter.count(BEDROCK, operation, units=units(text), unit=policy)


@dataclass
class CountingModel:
    """Bedrock Converse: answers with pieces of what it was asked about."""

    model_id: str
    guardrail: CountingGuardrail
    outcome: Outcome
    guards_pictures: bool
    language: str
    """Of an answer, where none is asked for."""

    def ask(self, prompt: Prompt) -> Answer:
        """Count a question and its answer, which can't be used the first time where that may be."""
        text = json.dumps(self._answer(prompt), ensure_ascii=False)
        self._count(prompt, text)
        repaired = any(said in prompt.note for said in REPAIRS.values())
        usable = repaired or not self.outcome.doubtful
        return Answer(text if usable else "", "end_turn", GuardedText(text, "NONE"))

    def _count(self, prompt: Prompt, text: str) -> None:
        said = f"{prompt.system}{prompt.note}{prompt.document}{prompt.query}"
        asked = self._tokens(said) + bool(prompt.image) * self.outcome.picture_tokens
        meter = self.guardrail.meter
        for unit, paid in (
            ("inputTokens", asked),
            ("outputTokens", min(MAX_TOKENS, self._tokens(text))),
        ):
            meter.count(BEDROCK, "Converse", units=paid, unit=unit, resource=self.model_id)
        self.guardrail.count("Converse", prompt.query)
        self.guardrail.count("Converse", text)
        if prompt.image and self.guards_pictures:
            meter.count(BEDROCK, "Converse", units=1, unit="contentPolicyImageUnits")

    def _tokens(self, text: str) -> int:
        return round(len(text.encode()) / self.outcome.token_bytes)

    def _answer(self, prompt: Prompt) -> dict[str, Any]:
        texts = [text for _, text in PAGES.findall(prompt.document)]
        own = " ".join(" ".join(texts).split()) if prompt.task != "describe" else ""
        return {
            "title": self._said(own, TITLE),
            "language": prompt.hints.get("language", self.language),
            "sentences": [{"text": text} for text in self._sentences(prompt, own)],
            "facts": [
                {"name": f"fact {number}", "value": own[at : at + FACT]}
                for number in range(self.outcome.facts)
                if (at := number * FACT % max(1, len(own) - FACT)) < len(own)
            ],
        }

    def _sentences(self, prompt: Prompt, own: str) -> Iterator[str]:
        most = min(int(prompt.hints["max_sentences"]), self.outcome.sentences)
        doubt = DOUBT if self.outcome.doubtful and STRICTER not in prompt.note else ""
        size = self.outcome.sentence
        for number in range(most):
            text = own[number * size :]
            if number and not text and own and not self.outcome.doubtful:
                return  # a summary is not longer than what it is of
            yield doubt + self._said(text, size)

    def _said(self, own: str, size: int) -> str:
        """Return so much of a text; where it is short, only an outcome in doubt says more."""
        text = own[:size] if own and not self.outcome.doubtful else filled(size, own)
        return text.strip() or filled(size)


@dataclass(frozen=True)
class CountingTranslator:
    """Translate: lines of another length; in doubt, names and numbers are lost the first time."""

    meter: Meter
    outcome: Outcome
    fingerprint: str = "estimate"

    def translate(
        self,
        segments: Sequence[str],
        source: str,  # noqa: ARG002 - as the port has it
        target: str,  # noqa: ARG002 - as the port has it
        once: Once = always,
    ) -> list[str]:
        """Count all segments as one call's text."""
        lines = [" ".join(segment.split()) for segment in segments]
        text = "\n".join(lines)

        def pay() -> str:
            self.meter.count("translate", "TranslateText", units=len(text), unit="characters")
            return "\n".join(self._line(protecting.unmarked(line)) for line in lines)

        return once(text, pay).split("\n")

    def _line(self, text: str) -> str:
        size = max(1, round(len(text) * self.outcome.longer))
        if self.outcome.doubtful:
            return filled(size).strip() or "~"
        kept = " ".join(text[a:b] for a, b in protecting.tokens(text, numbers=True))
        return f"{kept} {filled(size, f'{text} ')}"[: max(size, len(kept))].strip() or "~"


@dataclass(frozen=True)
class CountingVoice:
    """Polly: sound and marks are paid by the character, markup is free."""

    meter: Meter
    engine: str

    def choices(self, language: str) -> Sequence[VoiceChoice]:
        """Name a voice that speaks every language."""
        return (VoiceChoice(f"any-{language}", self.engine),)

    def mark(self, ssml: str, choice: VoiceChoice) -> tuple[Mark, ...]:
        """Count the marks."""
        self._count(ssml, choice)
        return ()

    def speak(self, ssml: str, choice: VoiceChoice) -> bytes:
        """Count the sound."""
        self._count(ssml, choice)
        return b""

    def _count(self, ssml: str, choice: VoiceChoice) -> None:
        text = html.unescape(ELEMENTS.sub("", ssml))
        unit = f"{choice.engine} characters"
        self.meter.count("polly", "SynthesizeSpeech", units=len(text), unit=unit)
