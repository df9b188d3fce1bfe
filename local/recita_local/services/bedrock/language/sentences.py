"""The sentences of a document that can be quoted: whole and readable."""

from __future__ import annotations

import re
from dataclasses import dataclass

import sentencex

from recita_local.services.bedrock.language.identify import is_latin
from recita_local.services.bedrock.language.lexicon import LANGUAGES, fold, function_words
from recita_local.services.bedrock.language.lines import paragraphs

SHORTEST, LONGEST = 5, 75
"""Words of a sentence worth quoting."""

SHORTEST_UNSPACED = 12
"""Characters of one in a script that may not set blanks between words."""

CAPTION = re.compile(
    r"(?:abb(?:ildung|\.)|fig(?:ur[ae]?|s?\.)|tab(?:le|elle|ela|la|leau|\.)|quadro|cuadro)\s*[\d.]+\s*:",
    re.IGNORECASE,
)
BLANK = re.compile(r"[._…]{5,}")
"""Room to write in: a form's, or the dots of a table of contents."""

LAST_CHARACTERS = 40
"""What is looked at of a sentence to see whether it has ended."""

LETTERS = 0.7
"""Share of letters and blanks; a row of a table has fewer."""

LONGEST_CHARACTERS = 480
END = re.compile(r"[.!?…;。！？؟।][\"'”’»)\]」]*$")  # noqa: RUF001
ABBREVIATED = re.compile(
    r"(?:^|[\s(])(?:figs?|nos?|nrs?|n[uú]ms?|arts?|abb|tab|eqs?|sec|pp?|s|vol|cf|vgl|prof|dr|drs?a|dras?|mrs?|ms|ca|bzw"
    r"|sra?s?|srta|hrn|fr|mmes?|mlles?|(?-i:MM?)"
    r"|approx|inc|corp|st|av|al|n|p\.? ex|z\.? ?b|d\.? ?h|e\.? ?g|i\.? ?e)\.$",
    re.IGNORECASE,
)
LOST_BEGINNING = re.compile(r"\{(?!NAME\})[A-Z][\w -]*\}|\{NAME\}\s*[,;)]")
"""Sentences begin with a person's name, but hardly with a number, an address or an e-mail."""

START = re.compile(r"^[\"'“«„(\[¿¡]*[A-ZÀ-ÞŒŠŽ\d{]")
FORMULA = re.compile(
    r"^[!?:]$|[=<>^\\|∈⊂∩∪∞≤≥]|\w;\w|[A-Za-z]\d[A-Z]|^[A-Za-z]\d$|^[b-df-hj-np-xzB-HJ-NP-Z]$"  # noqa: RUF001
)
LIST_MARK = re.compile(r"^(?:[-–•*·●■○▪]+|\(?[a-z\d]{1,3}[.)])\s+(?=\S)", re.IGNORECASE)  # noqa: RUF001


@dataclass(frozen=True)
class Sentence:
    """A sentence as it stands in the document, and its pages (1-based)."""

    text: str
    pages: tuple[int, ...]


def all_sentences(pages: list[str], language: str) -> list[Sentence]:
    """Every sentence-like piece in reading order, tables and headings included."""
    found: list[Sentence] = []
    for paragraph in paragraphs(pages):
        for piece in _pieces(paragraph.text, language):
            text = LIST_MARK.sub("", piece.strip())
            if text:
                found.append(Sentence(text, tuple(paragraph.pages)))
    return found


def _pieces(text: str, language: str) -> list[str]:
    """Sentences as the library splits them, glued again where it stops at an abbreviation."""
    found: list[list[str]] = []
    for piece in sentencex.segment(language, text):
        if found and _goes_on(found[-1][-1].rstrip()[-LAST_CHARACTERS:], piece.lstrip()):
            found[-1].append(piece)
        else:
            found.append([piece])
    return ["".join(parts) for parts in found]


def _goes_on(before: str, after: str) -> bool:
    """Whether the stop between two pieces was an abbreviation's, as what follows may show."""
    if ABBREVIATED.search(before):
        return True
    begun = after[:1].islower() or LOST_BEGINNING.match(after)
    return before.endswith(".") and bool(begun) and not LIST_MARK.match(after)


def quotable(sentences: list[Sentence], language: str) -> list[Sentence]:
    """The sentences that read as prose, each once."""
    seen: set[str] = set()
    kept: list[Sentence] = []
    for sentence in sentences:
        key = fold(sentence.text)
        if key not in seen and is_prose(sentence.text, language):
            kept.append(sentence)
            seen.add(key)
    return kept


def unbroken(sentences: list[Sentence]) -> list[Sentence]:
    """Those with their beginnings, or all if none has: half a sentence misleads a listener."""
    whole = [one for one in sentences if not LOST_BEGINNING.match(one.text)]
    return whole or sentences


def is_prose(text: str, language: str) -> bool:
    """Whether a person would read this aloud as a sentence."""
    if len(text) > LONGEST_CHARACTERS or not END.search(text):
        return False
    if CAPTION.match(text) or BLANK.search(text):
        return False
    tokens = text.split()
    if not is_latin(language):
        return len(text) >= SHORTEST_UNSPACED and _letters(text) >= LETTERS * len(text)
    if not START.match(text):
        return False
    if not SHORTEST <= len(tokens) <= LONGEST:
        return False
    return _reads_well(text, tokens, language)


def _reads_well(text: str, tokens: list[str], language: str) -> bool:
    numeric = sum(any(c.isdigit() for c in token) for token in tokens)
    capitals = sum(token.isupper() and len(token) > 2 for token in tokens)
    formula = sum(bool(FORMULA.search(token)) for token in tokens)
    small = function_words(language)
    function = sum(word in small for word in re.findall(r"\w+", fold(text)))
    return (
        _letters(text) >= LETTERS * len(text)
        and numeric <= 0.34 * len(tokens)
        and capitals <= 0.4 * len(tokens)
        and formula <= min(1, 0.1 * len(tokens))
        and (function >= max(1, 0.15 * len(tokens)) or language not in LANGUAGES)
    )


def _letters(text: str) -> int:
    return sum(character.isalpha() or character == " " for character in text)
