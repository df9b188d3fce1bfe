"""Replacing what was found by its type in braces, as the service does."""

from __future__ import annotations

from collections.abc import Iterable

from recita_local.services.bedrock.guard.pii import Span


def mask(text: str, spans: Iterable[Span]) -> str:
    """The text with each finding replaced by ``{KIND}``.

    Of overlapping ones the longer wins, and what the other covers beside it is replaced as well.
    """
    kept: list[Span] = []
    for span in sorted(spans, key=lambda one: (-(one.end - one.start), one.start)):
        kept += [part for part in _rest(span, kept) if any(map(str.isalnum, part.match))]
    for span in sorted(kept, reverse=True):
        text = f"{text[: span.start]}{{{span.kind}}}{text[span.end :]}"
    return text


def _rest(span: Span, kept: list[Span]) -> list[Span]:
    """What no other finding covers, without the blanks at its ends."""
    parts, start = [], span.start
    for other in sorted(one for one in kept if one.start < span.end and one.end > span.start):
        parts.append((start, other.start))
        start = max(start, other.end)
    return [_part(span, *part) for part in [*parts, (start, span.end)] if part[0] < part[1]]


def _part(span: Span, start: int, end: int) -> Span:
    written = span.match[start - span.start : end - span.start]
    start += len(written) - len(written.lstrip())
    return Span(start, start + len(written.strip()), span.kind, written.strip())
