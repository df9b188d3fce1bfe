"""Known errors of the dictionaries, and what to say instead; the list is ``repairs.toml``."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True)
class Phrase:
    """An expression with one translation per target, kept out of Apertium's sight."""

    pattern: re.Pattern[str]
    targets: dict[str, str]

    def said(self, match: re.Match[str], target: str) -> str:
        """The target's words, capitalised as the source was."""
        words = self.targets[target]
        return words[0].upper() + words[1:] if match.group()[0].isupper() else words


@dataclass(frozen=True)
class Repair:
    """After one hop: where the hop's source has ``when`` and not ``unless``, put for find."""

    when: re.Pattern[str]
    unless: re.Pattern[str] | None
    find: re.Pattern[str]
    put: str

    def applied(self, source: str, translated: str) -> str:
        """One line, mended; the case of its first letter stays."""
        if not self.when.search(source) or (self.unless and self.unless.search(source)):
            return translated
        return self.find.sub(self._same_case, translated)

    def _same_case(self, match: re.Match[str]) -> str:
        words = match.expand(self.put)
        return words[:1].upper() + words[1:] if words and match.group()[:1].isupper() else words


@cache
def phrases(source: str, target: str) -> tuple[Phrase, ...]:
    """Expressions of ``source`` whose translation into ``target`` is known; longest first."""
    table = _table()["phrases"].get(source, [])
    known = sorted((row for row in table if target in row), key=lambda row: -len(row["say"]))
    return tuple(Phrase(re.compile(rf"\b{row['say']}(?!\w)", re.IGNORECASE), row) for row in known)


@cache
def repairs(mode: str) -> tuple[Repair, ...]:
    """Repairs of one hop, in the order they are applied."""
    return tuple(_repair(row) for row in _table()["repairs"].get(mode, []))


def _repair(row: dict[str, str]) -> Repair:
    find = row["find"]
    edge = "" if "(?=" in find else r"(?!\w)"
    return Repair(
        when=re.compile(row.get("when", ""), re.IGNORECASE),
        unless=re.compile(row["unless"], re.IGNORECASE) if "unless" in row else None,
        find=re.compile(rf"\b{find}{edge}", re.IGNORECASE),
        put=row["put"],
    )


@cache
def _table() -> dict[str, dict[str, list[dict[str, str]]]]:
    file = Path(__file__).with_name("repairs.toml")
    return tomllib.loads(file.read_text(encoding="utf-8"))
