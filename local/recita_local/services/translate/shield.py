"""What must come through a translation unchanged, or be said in one known way."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from recita_local.services.translate import calendar, clock

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from recita_local.services.translate.apertium import Analysis
    from recita_local.services.translate.repairs import Phrase

SUFFIX = (
    r"(?:(?:Ltda|Ltd|Inc|Corp|Co|Cia|S\.A|S\.L|S\.R\.L)\b\.?"
    r"|(?:LLC|LLP|Corporation|Company|PLC|GmbH|AG|SARL|SAS|S/A|SpA|ME|EPP|EIRELI)\b)"
)
NAME = r"[^\W\d_a-zà-ÿ][\w&'\u2019-]*"
PATTERNS = (
    r"\{[A-Z][A-Z_]*\}",  # what a guardrail masked
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+",
    r"(?:https?://|www\.)[^\s<>()]*[\w/]",
    r"\b\d{1,4}([/.-])\d{1,2}\1\d{1,4}\b",  # dates in figures
    r"(?:R\$|US\$|[$€£¥]|\b(?:BRL|USD|EUR|GBP)\s)\s?\d+(?:[.,\u00a0\u202f ]\d{3})*(?:[.,]\d+)?\b",
    r"\b\d+(?:[.,\u00a0\u202f ]\d{3})*(?:[.,]\d+)?\s?(?:€|£|(?:BRL|USD|EUR|GBP)\b)",
    r"\b\d+(?:[.,/-]\d+)+\b",  # figures with separators, tax numbers
    # telephones
    r"(?<![\w.,+(])\(?\+?\d{1,3}\)?(?:[ .-]\(?\d{2,5}\)?){2,}(?![.,]?\w)",
    r"\(\d{2,3}\)\s?\d{4,5}-?\d{4}\b",
    r"\b(?=\w*[-/.]?\w*\d)(?:[A-Z]{1,6}[-/]?)+\d[\w/-]*\b",  # codes: INV-2026-0042, A4, ISO9001
    rf"\b{NAME}(?:\s+(?:(?:&|e|and|y|et|de|da|do|dos)\s+)?{NAME}){{0,4}},?\s+{SUFFIX}",
)
FIXED = re.compile("|".join(f"(?:{p})" for p in PATTERNS).replace(r"\1", r"(?:[/.-])"))

TOKEN = re.compile(r"\b[xX][qQ]\d{2,}[zZ]\b")
"""Lower case, because Apertium spreads capitals to the words around."""

ACRONYM = re.compile(
    r"(?<![A-ZÀ-Ý] )(?<!\w)(?!(?:VAT|IVA|TVA|EU|UE|UN|ONU|USA|EUA|UK|GDP|PIB|CEO|AI|IA|PM|AM)\b)"
    r"[A-Z]{2,5}(?!\w)(?! [A-ZÀ-Ý]{2})"
)
"""Short capitals between ordinary words; those Apertium translates rightly are left to it."""

PARTICLES = frozenset({"da", "de", "do", "dos", "das", "del", "van", "von", "di", "du", "la", "y"})
GAP = re.compile(rf"\s+(?:(?:{'|'.join(sorted(PARTICLES))})\s+)?")
MAX_NAME = 6
OPEN_CLASS = frozenset({"n", "np", "adj"})


@dataclass(frozen=True)
class Span:
    """Characters ``start`` to ``end`` of the source, and what stands there afterwards."""

    start: int
    end: int
    put: str


@dataclass(frozen=True)
class Shielded:
    """Text with tokens in it, and what each token stands for."""

    text: str
    tokens: dict[str, str]

    def restored(self, translated: str) -> tuple[str, list[str]]:
        """The text with every token replaced, and the tokens that did not come back once."""
        back = TOKEN.findall(translated)
        lost = [token for token in self.tokens if sum(b.lower() == token for b in back) != 1]
        return TOKEN.sub(lambda m: self.tokens.get(m[0].lower(), m[0]), translated), lost


def spans(
    text: str,
    pair: tuple[str, str],
    words: Sequence[Analysis],
    phrases: Sequence[Phrase],
    fixed: Sequence[Span] = (),
) -> list[Span]:
    """Everything to shield, without overlaps, in order; fixed ones and earlier kinds win."""
    found: list[Span] = list(fixed)
    for span in _candidates(text, pair, words, phrases):
        if all(span.end <= other.start or span.start >= other.end for other in found):
            found.append(span)
    return sorted(found, key=lambda span: span.start)


def _candidates(
    text: str, pair: tuple[str, str], words: Sequence[Analysis], phrases: Sequence[Phrase]
) -> Iterator[Span]:
    source, target = pair
    for match in calendar.pattern(source).finditer(text):
        yield Span(*match.span(), calendar.rewritten(match, source, target))
    for match in clock.pattern(source).finditer(text):
        yield Span(*match.span(), clock.rewritten(match, target))
    for match in FIXED.finditer(text):
        yield Span(*match.span(), match.group())
    for phrase in phrases:
        for match in phrase.pattern.finditer(text):
            yield Span(*match.span(), phrase.said(match, target))
    kept = [match.span() for match in ACRONYM.finditer(text)] if not text.isupper() else []
    for start, end in [*kept, *_names(text, words)]:
        yield Span(start, end, text[start:end])


def shield(text: str, found: Sequence[Span]) -> Shielded:
    """Replace each span by a token that no dictionary has."""
    pieces: list[str] = []
    tokens: dict[str, str] = {}
    position = 0
    for number, span in enumerate(found):
        token = f"xq{number:02d}z"
        pieces += [text[position : span.start], token]
        tokens[token] = span.put
        position = span.end
    return Shielded("".join([*pieces, text[position:]]), tokens)


def _names(text: str, words: Sequence[Analysis]) -> list[tuple[int, int]]:
    """Runs of capitalised words with a person's name among them."""
    runs: list[list[Analysis]] = [[]]
    for word in words:
        after = runs[-1][-1].end if runs[-1] else 0
        joined = not runs[-1] or GAP.fullmatch(text[after : word.start])
        if not _may_be_name(text, word, first=_begins(text, word)):
            if text[word.start : word.end] not in PARTICLES:
                runs.append([])
            continue
        if not joined:
            runs.append([])
        runs[-1].append(word)
    return [
        (run[0].start, run[-1].end)
        for run in runs
        if 1 < len(run) <= MAX_NAME and any(w.tags & {"ant", "cog"} for w in run)
    ]


def _may_be_name(text: str, word: Analysis, *, first: bool) -> bool:
    surface = text[word.start : word.end]
    if not surface[:1].isupper() or (surface.isupper() and len(surface) > 4):
        return False
    if first:
        return "np" in word.tags or not word.tags
    return not word.tags or bool(word.tags & OPEN_CLASS)


def _begins(text: str, word: Analysis) -> bool:
    before = text[: word.start].rstrip()
    return not before or before[-1] in ".!?:;\n"
