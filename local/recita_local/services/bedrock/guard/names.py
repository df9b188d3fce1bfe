"""Names of people: after a label, a title or a common first name, and where they return."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

WORD = r"(?:[A-ZÀ-Þ]\w?\.|[A-ZÀ-Þ][\w'’-]*)"  # noqa: RUF001
PARTICLE = r"(?:d[aeo]s?|del|de la|von|van|der|di|e|y|le|la)"
PERSON = rf"({WORD}(?:[ ](?:{PARTICLE}[ ])?{WORD}){{0,5}})"
FAMILY = rf"(?:[ \u00a0](?:{PARTICLE}[ ])?(?!(?:{PARTICLE})\b){WORD}){{1,4}}"

LABELLED = (
    re.compile(
        r"(?i:\b(?:(?:full|first|last|customer|client|patient|employee|contact|insured"
        r"|account holder)? ?name|nome(?: completo| do cliente)?|nombre(?: completo)?"
        r"|nom(?: et pr[eé]nom)?|pr[eé]nom|vorname|nachname"
        r"|kontoinhaber|titular|cliente|customer|cashier|patient))"
        rf"[ \t]{{0,3}}:[ \t]{{0,3}}{PERSON}"
    ),
    re.compile(
        r"(?i:\b(?:Mr|Mrs|Ms|Miss|Mme|Mlle|Sr|Sra|Srta|Herrn?|Frau|Sig|Dr|Dra|Prof|Doña|Don|Dña|Madame"
        rf"|Monsieur|Señora?|Senhora?))\.?[ ]{PERSON}"
    ),
    re.compile(
        r"(?i:\b(?:my name is|me chamo|meu nome é|me llamo|mi nombre es|je m'appelle"
        rf"|ich hei(?:ß|ss)e|mein name ist|mi chiamo)) {PERSON}"
    ),
)
"""The first group is the name."""

TELLING = 4
"""Letters of a family name that is looked for by itself."""


def name_spans(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each name, and of its parts where they return in the text."""
    sure = {match.span(1) for pattern in LABELLED for match in pattern.finditer(text)}
    likely = {match.span() for match in _listed().finditer(text)}
    found = sure | likely
    again = {text[start:end] for start, end in found if " " in text[start:end]}
    again |= {family for start, end in sure for family in _family(text[start:end])}
    if again:
        pattern = "|".join(map(re.escape, sorted(again, key=len, reverse=True)))
        found |= {match.span() for match in re.finditer(rf"(?<!\w)(?:{pattern})(?!\w)", text)}
    yield from sorted(found)


def _family(name: str) -> Iterator[str]:
    """The last word of a name, if that is hardly anything else."""
    last = name.rsplit(maxsplit=1)[-1]
    if " " in name and len(last) >= TELLING and last[1:].islower():
        yield last


@cache
def _listed() -> re.Pattern[str]:
    """A common first name with what follows it."""
    lists = tomllib.loads((Path(__file__).parent / "names.toml").read_text("utf-8"))
    firsts = sorted({name for names in lists.values() for name in names.split()})
    return re.compile(rf"(?<![\w@.-])(?:{'|'.join(firsts)})(?:-{WORD})?{FAMILY}")
