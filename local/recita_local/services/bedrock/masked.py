"""Texts as a guardrail reads them: a JSON reply by its strings, so that masks never break it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from recita_local.services.bedrock.answers import parsed


@dataclass(frozen=True)
class Reading:
    """The parts to check, and how each text is put together from its checked parts."""

    parts: list[str]
    shapes: list[tuple[Any, int]]

    def rebuilt(self, parts: Sequence[str]) -> list[str]:
        """The texts, with every part replaced by the one at its place."""
        remaining = iter(parts)
        texts = []
        for shape, count in self.shapes:
            mine = [next(remaining) for _ in range(count)]
            texts.append(_write(shape, mine))
        return texts


def checkable(texts: Sequence[str]) -> Reading:
    """Plain texts are one part; a JSON object is as many as it has strings."""
    parts: list[str] = []
    shapes: list[tuple[Any, int]] = []
    for text in texts:
        shape = parsed(text)
        mine = list(_strings(shape)) if shape is not None else [text]
        parts += mine
        shapes.append((shape, len(mine)))
    return Reading(parts, shapes)


def _write(shape: Any, parts: list[str]) -> str:
    if shape is None:
        return parts[0]
    remaining = iter(parts)
    return json.dumps(_mapped(shape, lambda _: next(remaining)), ensure_ascii=False)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)


def _mapped(value: Any, change: Callable[[str], str]) -> Any:
    """The same value with every string changed, in the order of :func:`_strings`."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {key: _mapped(inner, change) for key, inner in value.items()}
    if isinstance(value, list):
        return [_mapped(inner, change) for inner in value]
    return value
