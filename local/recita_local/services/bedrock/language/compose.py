"""Plain sentences for documents that have hardly any: type, title, number, dates and total."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from recita_local.services.bedrock.language.classify import FIELDS_NOT_PROSE
from recita_local.services.bedrock.language.fact import Fact
from recita_local.services.bedrock.language.lexicon import fold
from recita_local.services.bedrock.language.lexicon import words as words_of
from recita_local.services.bedrock.language.lines import clean_lines
from recita_local.services.bedrock.language.sentences import Sentence

COMPANY = re.compile(
    r"^([\w&.'’-]+(?:,? [\w&.'’-]+){0,5}?,? "  # noqa: RUF001
    r"(?:Ltd|Limited|Inc|LLC|Corp|Corporation|GmbH|AG|KG|SARL|SAS|SASU|Ltda|LTDA|S\.?A\.?"
    r"|S\.?L\.?|S\.?r\.?l|EIRELI|Company|Co|Bank|Credit Union)\.?"
    r"(?: Credit Union)?)(?=$|\s*[-,(●·|])"
)
LOWER_WORDS = 4
"""A name of more words than this has capitals throughout."""

PRICED = frozenset({"invoice", "receipt", "bank-statement"})
CONTACT = re.compile(r"(?:tel\w*|fone|phone|fax|mobil|celular|e-?mail|web|www|ssn|us ssn|card)\b")
DETAILS = 3
ROWS = 12
LONGEST_OPENING = 180


@cache
def templates(language: str) -> dict[str, Any]:
    """The sentence parts of a language; English for one we have none of."""
    parts = tomllib.loads((Path(__file__).parent / "templates.toml").read_text("utf-8"))
    chosen: dict[str, Any] = parts.get(language, parts["en"])
    return chosen


@cache
def frame_words() -> frozenset[str]:
    """The folded words of all sentence parts, without what fills them."""
    parts = tomllib.loads((Path(__file__).parent / "templates.toml").read_text("utf-8"))
    texts = [
        text
        for language in parts.values()
        for part in language.values()
        for text in (part.values() if isinstance(part, dict) else [part])
    ]
    return frozenset(word for text in texts for word in words_of(re.sub(r"{\w+}", " ", text)))


def composed(
    pages: list[str], kind: str, title: str, facts: list[Fact], language: str
) -> list[Sentence]:
    """One to three sentences that say only what the rules found."""
    words = templates(language)
    if not any(character.isalnum() for page in pages for character in page):
        return [Sentence(words["empty"], (1,))]
    opening, used = _opening(pages, kind, title, facts, words)
    bare = opening == words["types"][kind]
    found = [] if bare else [Sentence(opening + ".", _pages_of(used))]
    rest = _details(facts, used)
    if kind not in FIELDS_NOT_PROSE and sum(len(page.splitlines()) for page in pages) >= ROWS:
        found.append(Sentence(words["tables"], (1,)))
    if rest:
        details = "; ".join(f"{fact.name.rstrip(' .:')}: {fact.value.rstrip('.')}" for fact in rest)
        found.append(Sentence(words["details"].format(details=details), _pages_of(rest)))
    if not rest and not (found and kind in PRICED):
        found += _beginning(pages, title, words)
    return found or _as_it_stands(pages, words) or [Sentence(opening + ".", (1,))]


def _as_it_stands(pages: list[str], words: dict[str, Any]) -> list[Sentence]:
    """What a text of numbers or signs alone says, page numbers included: there is nothing else."""
    for number, page in enumerate(pages, start=1):
        text = " ".join(page[: 10 * LONGEST_OPENING].split())
        if any(character.isalnum() for character in text):
            part = "picture_text" if len(text) <= LONGEST_OPENING else "opening"
            cut = text if len(text) <= LONGEST_OPENING else text[:LONGEST_OPENING].rstrip() + " …"
            return [Sentence(words[part].format(text=cut), (number,))]
    return []


def _beginning(pages: list[str], title: str, words: dict[str, Any]) -> list[Sentence]:
    """The first words of a text that offers nothing else."""
    for number, lines in enumerate(clean_lines(pages), start=1):
        fit = [line for line in lines if line != title and _is_words(line)]
        text = " ".join(fit)[:LONGEST_OPENING]
        if text:
            cut = text.rsplit(" ", 1)[0] + " …" if len(text) == LONGEST_OPENING else text
            return [Sentence(words["opening"].format(text=cut.rstrip(".")), (number,))]
    return []


def _is_words(line: str) -> bool:
    letters = sum(character.isalpha() or character == " " for character in line)
    tokens = line.split()
    varied = len(set(tokens)) > 0.6 * len(tokens)  # the heads of columns repeat themselves
    return letters > 0.6 * len(line) and varied


def _opening(
    pages: list[str], kind: str, title: str, facts: list[Fact], words: dict[str, Any]
) -> tuple[str, list[Fact]]:
    text: str = words["types"][kind]
    used: list[Fact] = []
    issuer = issuer_of(pages) if kind in PRICED else ""
    number = _first(facts, "number")
    if kind in PRICED and number:
        text += words["numbered"].format(number=number.value)
        used.append(number)
    if issuer:
        text += words["issued"].format(issuer=issuer)
    elif title and kind not in {"invoice", "bank-statement"} and fold(title) != fold(text):
        text += words["titled"].format(title=title)
    for part, fact in (("dated", _first(facts, "date")), ("total", _first(facts, "total"))):
        if fact and (part == "dated" or kind in PRICED or kind == "other"):
            text += words[part].format(date=fact.value, total=fact.value)
            used.append(fact)
    return text, used


def _first(facts: list[Fact], rule: str) -> Fact | None:
    return next((fact for fact in facts if fact.rule == rule), None)


def _details(facts: list[Fact], used: list[Fact]) -> list[Fact]:
    """A few more facts, none that repeats another or is nobody else's business."""
    told = [fold(one.value) for one in used]
    kept: list[Fact] = []
    for fact in facts:
        value = fold(fact.value)
        if _worth_telling(fact) and not any(value in one or one in value for one in told):
            told.append(value)
            kept.append(fact)
    return kept[:DETAILS]


def _worth_telling(fact: Fact) -> bool:
    if fact.rule == "date":
        return fact.name != "Date"
    private = {"iban", "cpf", "cnpj", "e-mail", "vat number"}
    if fact.rule in private or CONTACT.match(fold(fact.name)):
        return False
    return len(fact.value) <= 60


def _pages_of(facts: list[Fact]) -> tuple[int, ...]:
    return tuple(sorted({fact.page for fact in facts})) or (1,)


def issuer_of(pages: list[str]) -> str:
    """The first company the first page names: who sends an invoice stands on top."""
    for line in clean_lines(pages)[0] if pages else []:
        match = COMPANY.match(line)
        if match and (len(match[1].split()) <= LOWER_WORDS or match[1].istitle()):
            return match[1].strip(" ,-")
    return ""
