"""Names of labels, what stands above them, and which outputs of the models they belong to."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Group:
    """A label that stands over classes; one that cannot stand alone only follows another."""

    parents: tuple[str, ...]
    category: str
    aliases: tuple[str, ...] = ()
    alone: bool = True


@cache
def ancestors(name: str) -> tuple[str, ...]:
    """Every label above this one, in the alphabetical order of the real service."""
    found: set[str] = set()
    waiting = list(groups()[name].parents)
    while waiting:
        parent = waiting.pop()
        if parent not in found:
            found.add(parent)
            waiting += groups()[parent].parents
    return tuple(sorted(found))


@cache
def classes() -> tuple[str, ...]:
    """Label of each of the classifier's outputs."""
    return tuple(name for name, _ in _rows("classes.tsv"))


@cache
def objects() -> Mapping[tuple[str, int], str]:
    """Label of each output of a detector, by its name and the output's number."""
    named: dict[str, list[str]] = {}
    for detector, label in _rows("objects.tsv"):
        named.setdefault(detector, []).append(label)
    return {
        (detector, number): label
        for detector, labels in named.items()
        for number, label in enumerate(labels)
    }


@cache
def groups() -> Mapping[str, Group]:
    """Every label; those of classes are groups of one."""
    found = {
        name: Group(_listed(parents), category, _listed(aliases), alone == "alone")
        for name, parents, category, aliases, alone in _rows("groups.tsv")
    }
    for name, group in _rows("classes.tsv"):
        if name not in found:
            found[name] = Group((group,), found[group].category)
    return found


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.split(";") if part)


def _rows(file: str) -> Iterator[list[str]]:
    for line in (HERE / file).read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            yield line.split("\t")
