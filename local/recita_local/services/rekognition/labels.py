"""Rekognition's labels from ImageNet's classes: names, parents, categories, confidence.

A class's probability also counts for every label above it, so that three kinds of cat make one
sure Cat, and 118 unsure breeds one sure Dog. The model knows no people, documents or crowds.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

HERE = Path(__file__).resolve().parent
FLOOR = 0.1
"""Probability below which a label says nothing, whatever MinConfidence asks for."""
SCALE = ((0.0, 0.0), (0.2, 55.0), (0.35, 70.0), (0.6, 85.0), (0.9, 97.0), (1.0, 100.0))
"""Probability to confidence. The model is right in nine of ten images from 0.3 on, while clients
filter at 55 to 80, where the real service is as sure."""


@dataclass(frozen=True)
class Group:
    """A label that stands over classes; one that cannot stand alone only follows another."""

    parents: tuple[str, ...]
    category: str
    aliases: tuple[str, ...] = ()
    alone: bool = True


@dataclass(frozen=True)
class Filters:
    """Names to keep or drop; an empty set of inclusions keeps everything."""

    labels: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()
    no_labels: frozenset[str] = frozenset()
    no_categories: frozenset[str] = frozenset()

    def keep(self, name: str, category: str) -> bool:
        """Whether a label passes."""
        included = not (self.labels or self.categories) or (
            name in self.labels or category in self.categories
        )
        return included and name not in self.no_labels and category not in self.no_categories


def confidence(probability: float) -> float:
    """Percent, 0 to 100, on the scale of the real service."""
    for (low, low_percent), (high, high_percent) in pairwise(SCALE):
        if probability <= high:
            share = (probability - low) / (high - low)
            return low_percent + share * (high_percent - low_percent)
    return 100.0


def image_labels(
    probabilities: Sequence[float], least: float, filters: Filters | None = None
) -> list[dict[str, Any]]:
    """Labels of ``least`` percent or more, surest first, each with all of its ancestors."""
    filters = filters or Filters()
    mass = _mass(probabilities)
    shown = [
        _label(name, confidence(mass[name]))
        for name in _chosen(mass, least)
        if filters.keep(name, _groups()[name].category)
    ]
    return sorted(shown, key=lambda label: (-label["Confidence"], label["Name"]))


@cache
def ancestors(name: str) -> tuple[str, ...]:
    """Every label above this one, in the alphabetical order of the real service."""
    found: set[str] = set()
    waiting = list(_groups()[name].parents)
    while waiting:
        parent = waiting.pop()
        if parent not in found:
            found.add(parent)
            waiting += _groups()[parent].parents
    return tuple(sorted(found))


def _chosen(mass: dict[str, float], least: float) -> Collection[str]:
    """Labels that mean something by themselves, and what is above them."""
    chosen = {
        name
        for name, held in mass.items()
        if held >= FLOOR and confidence(held) >= least and _groups()[name].alone
    }
    return chosen.union(*(ancestors(name) for name in chosen))


def _mass(probabilities: Sequence[float]) -> dict[str, float]:
    mass: defaultdict[str, float] = defaultdict(float)
    for name, probability in zip(_classes(), probabilities, strict=True):
        for counted in (name, *ancestors(name)):
            mass[counted] += probability
    return {name: min(1.0, held) for name, held in mass.items()}


def _label(name: str, percent: float) -> dict[str, Any]:
    group = _groups()[name]
    return {
        "Name": name,
        "Confidence": percent,
        "Instances": [],  # the model names what it sees, it does not say where
        "Parents": [{"Name": parent} for parent in ancestors(name)],
        "Aliases": [{"Name": alias} for alias in group.aliases],
        "Categories": [{"Name": group.category}],
    }


@cache
def _classes() -> tuple[str, ...]:
    """Label of each of the model's outputs."""
    return tuple(name for name, _ in _rows("classes.tsv"))


@cache
def _groups() -> dict[str, Group]:
    """Every label; those of classes are groups of one."""
    groups = {
        name: Group(_listed(parents), category, _listed(aliases), alone == "alone")
        for name, parents, category, aliases, alone in _rows("groups.tsv")
    }
    for name, group in _rows("classes.tsv"):
        if name not in groups:
            groups[name] = Group((group,), groups[group].category)
    return groups


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.split(";") if part)


def _rows(file: str) -> Iterator[list[str]]:
    for line in (HERE / file).read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            yield line.split("\t")
