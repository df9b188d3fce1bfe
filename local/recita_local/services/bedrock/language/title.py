"""A title for a document: its own first heading, if it has one."""

from __future__ import annotations

import re

from recita_local.services.bedrock.language.lexicon import fold, function_words
from recita_local.services.bedrock.language.lines import clean_lines
from recita_local.services.bedrock.language.money import date_pattern

LOOK_AT = 25
"""Lines of the first page with text among which a title may stand."""

LONGEST = 110
WIDE = 34
"""Characters of a heading that probably goes on in the next line."""

GOES_ON = re.compile(r"[:.;,]|\d")
"""What the second line of a heading does not hold."""

UNFIT = re.compile(
    r"@|[<>=\\|]|https?:|www\.|^\W*\d|[\d.,]{6,}|^(?:page|pag|seite|tel|fone|fax|phone|cep|cnpj|cpf|iban)\b"
    r"|\b(?:street|avenue|road|blvd|rua|avenida|calle|rue|chemin|stra(?:ss|ß)e)\b|\{[A-Z_]+\}"
    r"|^(?:abstract|summary|resumo|resumen|zusammenfassung)\b|^[^:]{1,30}:\s*\S+(?:\s\S+)?$"
    r"|^(?:tab(?:le|ela|la|elle|leau)|figur[ae]?|abbildung|quadro|cuadro)\b",
    re.IGNORECASE,
)


def title_of(pages: list[str]) -> str:
    """The likeliest title, as written; empty when no line looks like one."""
    for lines in clean_lines(pages):
        solid = [line for line in lines if line][:LOOK_AT]
        if solid:
            return _best(solid)
    return ""


def _best(lines: list[str]) -> str:
    scored = [(_score(lines, index), -index) for index in range(len(lines))]
    score, index = max(scored)
    if score <= 0:
        return ""
    title = lines[-index]
    following = lines[1 - index] if 1 - index < len(lines) else ""
    wide = len(title) >= WIDE and len(following.split()) >= 3 and not GOES_ON.search(following)
    if (
        (wide or _is_open(title))
        and _score(lines, 1 - index) > -1
        and len(title + following) < LONGEST
    ):
        title = f"{title} {following}"
    return title.strip(" -–:=*")  # noqa: RUF001


def _score(lines: list[str], index: int) -> float:
    if index >= len(lines):
        return -9
    line = lines[index]
    tokens = line.split()
    letters = sum(character.isalpha() or character == " " for character in line)
    fits = 1 <= len(tokens) <= 16 and len(line) <= LONGEST and letters >= 0.75 * len(line)
    if not fits or UNFIT.search(line) or line[0].islower() or not line[0].isalpha():
        return -9
    score = 3 - 0.2 * index + (0.5 if 2 <= len(tokens) <= 12 else -1.5)
    score -= 2 if re.search(r"[.,;]$", line) else 0
    score += 0.8 if line.isupper() and len(line) > 8 else 0
    following = lines[index + 1] if index + 1 < len(lines) else ""
    score -= 3 if following[:1].islower() and not _is_open(line) else 0
    score -= 1.5 if date_pattern().search(line) else 0
    return score - (1.5 if len(line) < 6 else 0)


def _is_open(line: str) -> bool:
    """Whether a heading goes on in the next line."""
    last = fold(line).split()[-1]
    return last in function_words("") or line.endswith((":", "-")) or last == "&"
