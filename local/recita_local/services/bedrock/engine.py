"""The language engine: summaries, picture descriptions and guardrails, in a process of its own."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from recita_local.services.bedrock.guard.evaluate import Evaluation, Grounds
from recita_local.services.bedrock.language.describe import describe
from recita_local.services.bedrock.language.embed import Embedder, encodable
from recita_local.services.bedrock.language.grounding import grounding, relevance
from recita_local.services.bedrock.language.summary import summarise, synthesise


class LanguageEngine:
    """Deterministic: the same text gives the same answer; loads in about a second."""

    def __init__(self) -> None:
        self._embedder = Embedder()

    def summarise(
        self, pages: list[str], language: str | None = None, max_sentences: int = 5
    ) -> dict[str, Any]:
        """Title, type, language, quoted sentences with pages (1-based) and facts."""
        return summarise([encodable(page) for page in pages], language, max_sentences)

    def synthesise(
        self, pages: list[str], language: str | None = None, max_sentences: int = 5
    ) -> dict[str, Any]:
        """The same reply from summaries of parts, a line of a page for each sentence."""
        return synthesise([encodable(page) for page in pages], language, max_sentences)

    def describe(
        self,
        labels: list[dict[str, Any]],
        text: str,
        faces: int | None = None,
        language: str | None = None,
        caption: str = "",
    ) -> dict[str, Any]:
        """The same reply for a picture, from labels ``{name, confidence, parents}``."""
        return describe(labels, encodable(text), faces, language, encodable(caption))

    def grounding(self, source: str, claims: list[str]) -> float:
        """0 to 0.99: how well the claims rest on the source."""
        return grounding(encodable(source), claims, self._embedder)

    def relevance(self, query: str, answer: str, source: str = "") -> float:
        """0 to 0.99: how well the answer fits the question."""
        return relevance(query, answer, encodable(source), self._embedder)

    def assess(self, request: dict[str, Any]) -> dict[str, Any]:
        """Run a guardrail.

        ``request`` has ``config`` (GetGuardrail's reply), ``source`` (INPUT or OUTPUT), ``texts``,
        ``full``, ``grounds`` (source, query, claims; or nothing) and ``pictures`` (confidence by
        content filter, where there are pictures). The answer has
        ``assessment``, ``texts`` (masked), ``blocked`` and ``masked``.
        """
        grounds = request.get("grounds")
        evaluation = Evaluation(
            request["config"],
            request["source"],
            self._embedder,
            full=bool(request.get("full")),
        )
        verdict = evaluation.run(
            request["texts"], Grounds(**grounds) if grounds else None, request.get("pictures")
        )
        return asdict(verdict)
