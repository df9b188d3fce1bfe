"""Translation in a process of its own: Apertium with names, figures and dates shielded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from py3langid import langid

from recita_local.services.translate import apertium, installed, polish, repairs, shield
from recita_local.services.translate.apertium import Analysis
from recita_local.services.translate.shield import Span

DETECTABLE = ("en", "es", "pt", "fr", "de", "it", "nl")
"""What ``auto`` tells apart: the languages here and their nearest neighbours."""


@dataclass(frozen=True)
class Detected:
    """A language and how sure that is, 0..1."""

    code: str
    confidence: float


class TranslationEngine:
    """Built once, in the engine's process."""

    def __init__(self) -> None:
        self._detector: Any = None

    def detect(self, text: str) -> Detected:
        """The dominant language of ``text`` among :data:`DETECTABLE`."""
        if self._detector is None:
            self._detector = langid.LanguageIdentifier.from_model_file(
                langid.MODEL_FILE, norm_probs=True
            )
            self._detector.set_languages(list(DETECTABLE))
        code, confidence = self._detector.classify(text)
        return Detected(str(code), float(confidence))

    def translate(self, text: str, source: str, target: str) -> tuple[str, str]:
        """``text`` in ``target``, its line breaks kept, and the engine's name and version.

        Raises :class:`~recita_local.services.translate.apertium.ApertiumError`.
        """
        lines = text.split("\n")
        numbers = [number for number, line in enumerate(lines) if line.strip()]
        translated = _lines([lines[number].strip() for number in numbers], source, target)
        for number, new in zip(numbers, translated, strict=True):
            lines[number] = _like(lines[number], new)
        return "\n".join(lines), apertium.version()


def _like(line: str, new: str) -> str:
    """``new`` with the white space around ``line``."""
    head = line[: len(line) - len(line.lstrip())]
    return head + new + line[len(line.rstrip()) :]


def _lines(lines: list[str], source: str, target: str) -> list[str]:
    if not lines:
        return []
    found = _spans(lines, source, target)
    shielded = [shield.shield(line, spans) for line, spans in zip(lines, found, strict=True)]
    translated = _hops([one.text for one in shielded], source, target)
    done = []
    for line, spans, one, new in zip(lines, found, shielded, translated, strict=True):
        restored, lost = one.restored(new)
        done.append(
            _without(line, spans, list(one.tokens), lost, (source, target)) if lost else restored
        )
    return done


def _spans(lines: list[str], source: str, target: str) -> list[list[Span]]:
    """What to shield in each line; one analysis serves them all."""
    words = apertium.analyse("\n".join(lines), source)
    phrases = repairs.phrases(source, target)
    found, start = [], 0
    for line in lines:
        end = start + len(line)
        mine = [
            Analysis(word.start - start, word.end - start, word.tags)
            for word in words
            if start <= word.start and word.end <= end
        ]
        found.append(shield.spans(line, (source, target), mine, phrases))
        start = end + 1
    return found


def _without(
    line: str, spans: list[Span], tokens: list[str], lost: list[str], pair: tuple[str, str]
) -> str:
    """A second try in which what was lost goes through Apertium as it stands."""
    kept = [span for span, token in zip(spans, tokens, strict=True) if token not in lost]
    one = shield.shield(line, kept)
    restored, lost_again = one.restored(_hops([one.text], *pair)[0])
    return _hops([line], *pair)[0] if lost_again else restored


def _hops(lines: list[str], source: str, target: str) -> list[str]:
    for here, there, mode in installed.hops(source, target):
        unknown = apertium.unknown("\n".join(lines), here) if there == "es" else []
        translated = apertium.translate(lines, mode)
        lines = [
            _mended(before, polish.hispanised(before, after, unknown, here), mode, there)
            for before, after in zip(lines, translated, strict=True)
        ]
    return lines


def _mended(before: str, after: str, mode: str, target: str) -> str:
    after = polish.tidied(before, after, target)
    for repair in repairs.repairs(mode):
        after = repair.applied(before, after)
    return after
