"""A language engine that quotes the first sentences and finds nothing to object to."""

from __future__ import annotations

from typing import Any

SURE = 0.99
LONGEST = 300


class Engine:
    """See :class:`recita_local.services.bedrock.engine.LanguageEngine`."""

    def summarise(
        self, pages: list[str], language: str | None = None, max_sentences: int = 5
    ) -> dict[str, Any]:
        """The first line of each page."""
        found = [
            {"text": lines[0].strip()[:LONGEST], "pages": [number]}
            for number, page in enumerate(pages, start=1)
            if (lines := [line for line in page.splitlines() if line.strip()])
        ]
        sentences = found[:max_sentences] or [{"text": "Nothing.", "pages": [1]}]
        return _reply(sentences, "letter", language)

    synthesise = summarise

    def describe(
        self,
        labels: list[dict[str, Any]],  # noqa: ARG002 - the engine's own
        text: str,  # noqa: ARG002 - as above
        faces: int | None = None,  # noqa: ARG002 - as above
        language: str | None = None,
        caption: str = "",  # noqa: ARG002 - as above
    ) -> dict[str, Any]:
        """One sentence."""
        return _reply([{"text": "A picture.", "pages": [1]}], "picture", language)

    def grounding(self, source: str, claims: list[str]) -> float:  # noqa: ARG002 - the engine's own
        """Everything rests on everything."""
        return SURE

    def relevance(self, query: str, answer: str, source: str = "") -> float:  # noqa: ARG002 - as above
        """Every answer fits."""
        return SURE

    def assess(self, request: dict[str, Any]) -> dict[str, Any]:
        """No finding but the scores of grounding."""
        assessment: dict[str, Any] = {}
        if request.get("grounds"):
            filters = [
                {"type": kind, "threshold": 0.7, "score": SURE, "action": "NONE", "detected": False}
                for kind in ("GROUNDING", "RELEVANCE")
            ]
            assessment["contextualGroundingPolicy"] = {"filters": filters}
        texts = list(request["texts"])
        return {"assessment": assessment, "texts": texts, "blocked": False, "masked": False}


def _reply(sentences: list[dict[str, Any]], kind: str, language: str | None) -> dict[str, Any]:
    return {
        "title": f"On: {sentences[0]['text'][:70]}",  # else its check is that of the sentence
        "document_type": kind,
        "type_confidence": 0.9,
        "language": language or "en",
        "language_confidence": SURE,
        "sentences": sentences,
        "facts": [],
    }
