"""What kind of document a text is: its telling words, and the shapes of its lines."""

from __future__ import annotations

import re
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from recita_local.services.bedrock.language.lexicon import fold, words

OTHER = "other"
FIELDS_NOT_PROSE = frozenset({"invoice", "receipt", "bank-statement", "form", "id"})
"""Types whose content is in fields: their sentences are mostly small print."""

MOSTLY_PROSE, ALL_PROSE = 0.45, 0.7
LINES = 60
"""Lines looked at: a document says what it is near its beginning."""

LAST_LINES = 12
"""And those at its end, where letters and minutes close."""

TOP_LINES = 12
TITLE_LINES = 5
TITLE = 5.0
"""What a telling word adds that is a line of its own, or half of one, among the first."""

LONGEST = 6
"""Words of the longest telling phrase."""

SHORTEST_END = 3
"""Letters of the shortest end of a compound."""

LINE_WEIGHTS = (3.0, 2.0, 1.0)
"""Of the first, second and third line of a telling shape; more tell nothing new."""

LEAST = 4.0
"""Points below which nothing is claimed."""

RUNNING_TEXT, RUNNING_WORDS = 0.6, 100
"""Share and words of whole sentences that make an article of what is nothing else."""


@dataclass(frozen=True)
class Classification:
    """A document type and how sure we are (0 to 1)."""

    type: str
    confidence: float


@dataclass(frozen=True)
class Signs:
    """What tells a type: weighted phrases, weighted ends of compounds, shapes of lines."""

    phrases: dict[str, list[tuple[str, int]]]
    ends: dict[str, tuple[str, int]]
    lines: list[tuple[str, re.Pattern[str]]]


def classify(pages: list[str], prose: float = 0.0) -> Classification:
    """The likeliest type; ``other`` when neither words nor lines tell.

    ``prose`` is the share of the text in whole sentences (0 to 1): a text that only mentions an
    invoice is none.
    """
    text = "\n".join(pages[:2])
    if len(re.findall(r"\w", text)) < 20:
        return Classification(OTHER, 0.2)
    scores = _scores([line for line in text.splitlines() if line.strip()])
    if prose >= MOSTLY_PROSE:
        rest = 0 if prose >= ALL_PROSE else 0.25
        scores = {
            kind: score * rest if kind in FIELDS_NOT_PROSE else score
            for kind, score in scores.items()
        }
    ranked = sorted(scores.items(), key=lambda item: -item[1])[:2]
    best, score = ranked[0] if ranked else (OTHER, 0.0)
    if score < LEAST:
        article = prose >= RUNNING_TEXT and len(text.split()) >= RUNNING_WORDS
        return Classification("article", 0.35) if article else Classification(OTHER, 0.3)
    lead = score - (ranked[1][1] if len(ranked) > 1 else 0.0)
    return Classification(best, round(min(0.95, 0.4 + 0.05 * min(lead, score / 2)), 2))


def _scores(lines: list[str]) -> dict[str, float]:
    """Points of each type; phrases in the first lines count double, titles most."""
    scores: defaultdict[str, float] = defaultdict(float)
    seen: Counter[tuple[str, str]] = Counter()
    shapes: Counter[str] = Counter()
    looked_at = (
        lines if len(lines) <= LINES else [*lines[: LINES - LAST_LINES], *lines[-LAST_LINES:]]
    )
    for number, line in enumerate(looked_at):
        tokens = words(line)
        for phrase, kind, weight in _hits(tokens):
            seen[phrase, kind] += 1
            if seen[phrase, kind] <= (2 if weight == 3 else 1):
                scores[kind] += weight * (2 if number < TOP_LINES else 1)
            title = weight == 3 and number < TITLE_LINES and 2 * len(phrase.split()) >= len(tokens)
            if title and seen[phrase, kind] == 1:
                scores[kind] += TITLE
        folded = fold(line).strip()
        for kind, shape in signs().lines:
            if shape.search(folded):
                scores[kind] += dict(enumerate(LINE_WEIGHTS)).get(shapes[kind], 0.0)
                shapes[kind] += 1
    return scores


def _hits(tokens: list[str]) -> Iterator[tuple[str, str, int]]:
    """Phrase, type and weight of every telling phrase on a line; the longest at each place."""
    phrases, ends = signs().phrases, signs().ends
    start = 0
    while start < len(tokens):
        step = 1
        for size in range(min(LONGEST, len(tokens) - start), 0, -1):
            phrase = " ".join(tokens[start : start + size])
            if found := phrases.get(phrase):
                yield from ((phrase, kind, weight) for kind, weight in found)
                step = size
                break
        else:
            token = tokens[start]
            for length in range(min(len(token) - 2, 15), SHORTEST_END - 1, -1):
                if end := ends.get(token[-length:]):
                    yield (token, *end)
                    break
        start += step


@cache
def signs() -> Signs:
    """What tells the types apart, from the file beside this module."""
    found = Signs({}, {}, [])
    file = tomllib.loads((Path(__file__).parent / "types.toml").read_text("utf-8"))
    for kind, groups in file.items():
        for name, entries in groups.items():
            if not name.isdigit():
                found.lines.extend((kind, re.compile(entry)) for entry in entries)
                continue
            for entry in entries:
                phrase = " ".join(words(entry))
                if entry.startswith("*"):
                    found.ends[phrase] = (kind, int(name))
                else:
                    found.phrases.setdefault(phrase, []).append((kind, int(name)))
    return found
