"""Translation in a process of its own: Apertium with names, figures and dates shielded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from py3langid import langid

from recita_local.services.translate import apertium, installed, markup, polish, repairs, shield
from recita_local.services.translate.apertium import Analysis
from recita_local.services.translate.markup import Chunk
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
        lines = [list(markup.chunks(line)) for line in text.split("\n")]
        chunks = [
            chunk
            for line in lines
            for chunk in line
            if isinstance(chunk, Chunk) and chunk.text.strip()
        ]
        translated = dict(zip(map(id, chunks), _chunks(chunks, source, target), strict=True))
        text = "\n".join(
            "".join(translated.get(id(chunk), _as_it_was(chunk)) for chunk in line)
            for line in lines
        )
        return text, apertium.version()


def _as_it_was(chunk: Chunk | str) -> str:
    return chunk if isinstance(chunk, str) else chunk.dressed(chunk.text)


def _chunks(chunks: list[Chunk], source: str, target: str) -> list[str]:
    """Each chunk, translated, with its markup and the white space around it."""
    stripped = [_stripped(chunk) for chunk in chunks]
    translated = _lines([text for text, _ in stripped], source, target, [f for _, f in stripped])
    return [
        _like(chunk.text, chunk.dressed(new)) for chunk, new in zip(chunks, translated, strict=True)
    ]


def _stripped(chunk: Chunk) -> tuple[str, list[Span]]:
    """The text without white space around it, and what is fixed in it."""
    head = len(chunk.text) - len(chunk.text.lstrip())
    text = chunk.text.strip()
    fixed = [Span(s.start - head, min(s.end - head, len(text)), s.put) for s in chunk.fixed]
    return text, [Span(max(s.start, 0), s.end, s.put) for s in fixed]


def _like(line: str, new: str) -> str:
    """``new`` with the white space around ``line``."""
    head = line[: len(line) - len(line.lstrip())]
    return head + new + line[len(line.rstrip()) :]


def _lines(
    lines: list[str], source: str, target: str, fixed: list[list[Span]] | None = None
) -> list[str]:
    if not lines:
        return []
    fixed = fixed or [[] for _ in lines]
    found = _spans(lines, (source, target), fixed)
    shielded = [shield.shield(line, spans) for line, spans in zip(lines, found, strict=True)]
    translated = _hops([one.text for one in shielded], source, target)
    done = []
    for number, (one, new) in enumerate(zip(shielded, translated, strict=True)):
        restored, lost = one.restored(new)
        if lost:
            kept = [s for s, t in zip(found[number], one.tokens, strict=True) if t not in lost]
            restored = _without(lines[number], kept, fixed[number], (source, target))
        done.append(restored)
    return done


def _spans(lines: list[str], pair: tuple[str, str], fixed: list[list[Span]]) -> list[list[Span]]:
    """What to shield in each line; one analysis serves them all."""
    words = apertium.analyse("\n".join(lines), pair[0])
    phrases = repairs.phrases(*pair)
    found, start = [], 0
    for line, known in zip(lines, fixed, strict=True):
        end = start + len(line)
        mine = [
            Analysis(word.start - start, word.end - start, word.tags)
            for word in words
            if start <= word.start and word.end <= end
        ]
        found.append(shield.spans(line, pair, mine, phrases, known))
        start = end + 1
    return found


def _without(line: str, kept: list[Span], fixed: list[Span], pair: tuple[str, str]) -> str:
    """A second try in which what was lost goes through Apertium as it stands."""
    one = shield.shield(line, sorted({*kept, *fixed}, key=lambda span: span.start))
    restored, lost = one.restored(_hops([one.text], *pair)[0])
    if not lost:
        return restored
    return _around(line, fixed, pair) if fixed else _hops([line], *pair)[0]


def _around(line: str, fixed: list[Span], pair: tuple[str, str]) -> str:
    """What is fixed, and between it the rest, each piece translated alone."""
    done, position = "", 0
    for span in [*fixed, Span(len(line), len(line), "")]:
        piece = line[position : span.start]
        done += _like(piece, _lines([piece.strip()], *pair)[0]) if piece.strip() else piece
        done, position = done + span.put, span.end
    return done


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
