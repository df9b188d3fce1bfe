"""Amazon Translate: segments in, as many segments out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import astuple, dataclass
from typing import Any

from recita.adapters.provider import Provider
from recita.errors import ProviderRefusedError, TerminologyMissingError
from recita.meter import Meter
from recita.ports import Once, always
from recita.ports.limits import Pace
from recita.text.cutting import cut
from recita.text.protecting import ELEMENT

MAX_BYTES = 10_000
"""TranslateText's limit on UTF-8 bytes (developer guide, "Guidelines and quotas")."""
FORMAL = frozenset({"de", "es", "es-MX", "fr", "fr-CA", "hi", "it", "ja", "ko", "nl", "pt-PT"})
"""Targets that know formality (developer guide, "Setting formality"); others would ignore it."""


@dataclass(frozen=True)
class TranslationSettings:
    """What the deployment asks of every translation, as template.yaml's parameters say it."""

    formality: str = "none"
    profanity: str = "none"
    terminology: str = "none"
    """One custom terminology: TranslateText takes no more in a request."""

    def request(self, target: str) -> dict[str, Any]:
        """Return the parameters of a request that say so."""
        settings = {}
        if self.formality != "none" and target in FORMAL:
            settings["Formality"] = self.formality
        if self.profanity != "none":
            settings["Profanity"] = self.profanity
        names = {"TerminologyNames": [self.terminology]} if self.terminology != "none" else {}
        return names | ({"Settings": settings} if settings else {})


class AmazonTranslator:
    """TranslateText; segments travel as lines of one call where they fit."""

    def __init__(
        self,
        meter: Meter,
        settings: TranslationSettings | None = None,
        *,
        pace: Pace | None = None,
    ) -> None:
        self._translate = Provider("translate", meter, read_timeout=60, pace=pace)
        self._settings = settings or TranslationSettings()

    @property
    def fingerprint(self) -> str:
        """The settings that a translation depends on."""
        return "/".join(astuple(self._settings))

    def translate(
        self, segments: Sequence[str], source: str, target: str, once: Once = always
    ) -> list[str]:
        """Translate each segment; the result has as many.

        A segment that is larger than a call is cut and put together again.
        """

        def call(text: str) -> str:
            return once(text, lambda: self._call(text, source, target))

        lines = [" ".join(segment.split()) for segment in segments]  # a line break would count
        pieces = [list(cut(line, MAX_BYTES, ELEMENT)) for line in lines]
        done = _lines([text for cuts in pieces for _, text in cuts], call)
        return ["".join(before + next(done) for before, _ in cuts) for cuts in pieces]

    def _call(self, text: str, source: str, target: str) -> str:
        try:
            reply = self._translate.call(
                "translate_text",
                Text=text,
                SourceLanguageCode=source,
                TargetLanguageCode=target,
                **self._settings.request(target),
            )
        except ProviderRefusedError as error:
            raise self._told(error) from error
        self._translate.count("TranslateText", len(text), "characters")
        translated: str = reply["TranslatedText"]
        return translated

    def _told(self, error: ProviderRefusedError) -> ProviderRefusedError:
        """Say which terminology is missing: TranslateText looks up nothing else by its name."""
        if error.code != "ResourceNotFoundException":
            return error
        message = f"there is no terminology {self._settings.terminology!r}, as Terminology names it"
        return TerminologyMissingError(error.service, error.operation, error.code, message)


def _lines(lines: Sequence[str], call: Callable[[str], str]) -> Iterator[str]:
    for batch in _batches(lines):
        found = call("\n".join(batch)).split("\n")
        if len(found) != len(batch):  # the engine joined or split lines: ask one by one
            found = [call(line) for line in batch]
        yield from (" ".join(line.split()) for line in found)


def _batches(lines: Sequence[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    size = 0
    for line in lines:
        if batch and size + len(line.encode()) + 1 > MAX_BYTES:
            yield batch
            batch, size = [], 0
        batch.append(line)
        size += len(line.encode()) + 1
    if batch:
        yield batch
