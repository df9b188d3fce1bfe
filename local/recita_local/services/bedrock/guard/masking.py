"""Replacing what was found by its type in braces, as the service does."""

from __future__ import annotations

from collections.abc import Iterable

from recita_local.services.bedrock.guard.pii import Span


def mask(text: str, spans: Iterable[Span]) -> str:
    """The text with each finding replaced by ``{KIND}``; of overlapping ones the longer wins."""
    kept: list[Span] = []
    for span in sorted(spans, key=lambda one: (-(one.end - one.start), one.start)):
        if all(span.end <= other.start or span.start >= other.end for other in kept):
            kept.append(span)
    for span in sorted(kept, reverse=True):
        text = f"{text[: span.start]}{{{span.kind}}}{text[span.end :]}"
    return text
