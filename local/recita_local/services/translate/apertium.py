"""Apertium's programs, run as processes of their own: they are GPL, nothing here links them."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from recita_local.services.translate.installed import HOPS, modes_dir

SECONDS = 60
ANALYSED = re.compile(r"\^((?:\\.|[^/\\$])+)/((?:\\.|[^$\\])*)\$")


class ApertiumError(Exception):
    """Apertium ended with an error, took too long, or lost lines."""


@dataclass(frozen=True)
class Analysis:
    """One word as Apertium's dictionary sees it; ``tags`` is empty for a word it lacks."""

    start: int
    end: int
    tags: frozenset[str]


@cache
def version() -> str:
    """``apertium/3.8.3``."""
    said = _run(["apertium", "-V"], "")
    match = re.search(r"\d+(?:\.\d+)+", said)
    return f"apertium/{match.group() if match else 'unknown'}"


def translate(lines: list[str], mode: str) -> list[str]:
    """Each line through one mode; a line never influences another.

    Raises :class:`ApertiumError`.
    """
    # An empty line ends a sentence for Apertium; single line feeds do not.
    said = _run(["apertium", "-u", mode], "\n\n".join(lines))
    translated = [line.strip() for line in said.split("\n\n")]
    if len(translated) == len(lines):
        return translated
    if len(lines) == 1:
        return [" ".join(said.split())]
    return [translate([line], mode)[0] for line in lines]


def analyse(text: str, source: str) -> list[Analysis]:
    """Words of ``text`` with the tags of all their readings; empty where no analyser is found."""
    automaton = _analyser(source)
    if automaton is None:
        return []
    found, position = [], 0
    for match in ANALYSED.finditer(_run(["lt-proc", str(automaton)], _escaped(text))):
        surface = re.sub(r"\\(.)", r"\1", match[1])
        start = text.find(surface, position)
        if start < 0:
            continue
        position = start + len(surface)
        tags = (
            frozenset() if match[2].startswith("*") else frozenset(re.findall(r"<(\w+)>", match[2]))
        )
        found.append(Analysis(start, position, tags))
    return found


def unknown(text: str, source: str) -> list[str]:
    """Words of ``text`` that Apertium's dictionary lacks."""
    return [text[word.start : word.end] for word in analyse(text, source) if not word.tags]


def _escaped(text: str) -> str:
    return re.sub(r"([\[\]{}\\^$/<>@])", r"\\\1", text)


@cache
def _analyser(source: str) -> Path | None:
    """The first automaton that a mode from ``source`` runs."""
    for (origin, _), mode in HOPS.items():
        file = modes_dir() / f"{mode}.mode"
        if origin == source and file.is_file():
            match = re.search(r"lt-proc\s+'?([^'\s]+\.automorf\.bin)", file.read_text())
            return Path(match[1]) if match else None
    return None


def _run(command: list[str], text: str) -> str:
    try:
        done = subprocess.run(  # noqa: S603 - fixed commands, the text goes to standard input
            command, input=text, capture_output=True, text=True, timeout=SECONDS, check=True
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise ApertiumError(f"{command[0]} failed: {error}") from error
    return done.stdout
