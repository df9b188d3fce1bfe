"""What the domain needs from Amazon Bedrock: a guardrail, and a model under it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from recita.models.summary import GuardrailAction, GuardrailUsed

MAX_TOKENS = 3000
"""Of an answer: room for a summary with facts. Quotas count them whether they are used or not;
where a question sets none, they count the model's own maximum."""


TOO_LONG = "model_context_window_exceeded"
"""Converse's stop reason for a question longer than the model reads; models that answer it with an
error instead are made to say the same."""


@dataclass(frozen=True)
class GuardedText:
    """The verdict on a text, and the text that may go on."""

    text: str
    action: GuardrailAction
    policies: tuple[str, ...] = ()
    detected: tuple[str, ...] = ()
    """Policies that only report, such as ``contentPolicy/PROMPT_ATTACK``."""
    grounding: tuple[float, float] | None = None
    """Score and threshold, where a source was given and the guardrail has a grounding filter."""


class Guardrail(Protocol):
    """Amazon Bedrock Guardrails, called alone."""

    used: GuardrailUsed

    def check_input(self, text: str) -> GuardedText:
        """Check text before a model sees it, for one payment.

        At most 25 text units; an account that takes less raises ProviderTooLargeError.
        """

    def check_output(self, text: str) -> GuardedText:
        """Check text that would leave, as above."""

    def check_grounding(self, text: str, source: str, query: str) -> GuardedText:
        """Check text that would leave, and how far it rests on ``source``.

        At most 5,000 characters of text, 100,000 of source and 1,000 of query.
        """


@dataclass(frozen=True)
class Prompt:
    """One question to a model."""

    task: str
    system: str
    """The same for every document, so that models can cache it."""
    note: str
    """The rest of the instructions: delimiter, language, length."""
    document: str
    """The delimited document; data, never instructions."""
    query: str
    image: bytes | None = None
    hints: dict[str, str] = field(default_factory=dict)
    """Sent as request metadata: language, sentence limit."""


@dataclass(frozen=True)
class Answer:
    """A model's reply after the guardrail."""

    text: str
    stop_reason: str
    verdict: GuardedText
    question_blocked: bool = False
    """Whether the guardrail stopped the question, before the model saw it."""


class Model(Protocol):
    """Amazon Bedrock Converse under the guardrail."""

    model_id: str

    def ask(self, prompt: Prompt) -> Answer:
        """Ask once, for at most :data:`MAX_TOKENS`.

        An answer to what is too long for the model has no text and stops with :data:`TOO_LONG`.
        """
