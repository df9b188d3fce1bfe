"""Amazon Translate: segments in, as many segments out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from recita.adapters.provider import Provider
from recita.meter import Meter

MAX_BYTES = 10_000
"""TranslateText's limit on UTF-8 bytes (developer guide, "Guidelines and quotas")."""


class AmazonTranslator:
    """TranslateText; segments travel as lines of one call where they fit."""

    def __init__(self, meter: Meter) -> None:
        self._translate = Provider("translate", meter, read_timeout=60)

    def translate(self, segments: Sequence[str], source: str, target: str) -> list[str]:
        """Translate each segment; the result has as many."""
        translated: list[str] = []
        for batch in _batches(segments):
            lines = self._call("\n".join(batch), source, target).split("\n")
            if len(lines) != len(batch):  # the engine joined or split lines: ask one by one
                lines = [self._call(segment, source, target) for segment in batch]
            translated += (" ".join(line.split()) for line in lines)
        return translated

    def _call(self, text: str, source: str, target: str) -> str:
        reply = self._translate.call(
            "translate_text", Text=text, SourceLanguageCode=source, TargetLanguageCode=target
        )
        self._translate.count("TranslateText", len(text), "characters")
        translated: str = reply["TranslatedText"]
        return translated


def _batches(segments: Sequence[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    size = 0
    for segment in segments:
        line = " ".join(segment.split())  # a line break inside would count as a segment
        if batch and size + len(line.encode()) + 1 > MAX_BYTES:
            yield batch
            batch, size = [], 0
        batch.append(line)
        size += len(line.encode()) + 1
    if batch:
        yield batch
