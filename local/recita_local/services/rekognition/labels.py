"""Rekognition's labels: names, parents, categories, instances, confidence of 0 to 100."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from recita_local.services.rekognition.evidence import along, instances, strengths
from recita_local.services.rekognition.taxonomy import ancestors, groups

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from recita_local.services.rekognition.evidence import Instance
    from recita_local.services.rekognition.seeing import Box, Sight

FLOOR = 0.1
"""Strength below which a label says nothing, whatever MinConfidence asks for."""
SCALE = ((0.0, 0.0), (0.2, 55.0), (0.35, 70.0), (0.6, 85.0), (0.9, 97.0), (1.0, 100.0))
"""Strength to confidence. The classifier is right in nine of ten images from 0.3 on, while
clients filter at 55 to 80, where the real service is as sure."""
ECLIPSED, DOUBTFUL = 1.8, 75.0
"""A doubtful label is left out when one above it is so many times as sure: what looks like a
castle, a monastery and a barn is a building."""


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


def confidence(strength: float) -> float:
    """Percent, 0 to 100, on the scale of the real service."""
    return along(SCALE, min(1.0, strength))


def image_labels(
    sight: Sight, least: float, filters: Filters | None = None
) -> list[dict[str, Any]]:
    """Labels of ``least`` percent or more, surest first, each with all of its ancestors."""
    filters = filters or Filters()
    places = instances(sight)
    shown = [
        _label(name, strength, places.get(name, ()))
        for name, strength in _chosen(strengths(sight), least).items()
        if filters.keep(name, groups()[name].category)
    ]
    return sorted(shown, key=lambda label: (-label["Confidence"], label["Name"]))


def bounding_box(box: Box) -> dict[str, float]:
    """A box as the service writes it."""
    left, top, width, height = box
    return {"Width": width, "Height": height, "Left": left, "Top": top}


def _chosen(seen: Mapping[str, float], least: float) -> dict[str, float]:
    """Labels that mean something by themselves, and what is above them, no surer than they are."""
    chosen = {
        name: strength
        for name, strength in seen.items()
        if strength >= FLOOR
        and confidence(strength) >= least
        and groups()[name].alone
        and not _eclipsed(name, seen)
    }
    following: dict[str, float] = {}
    for name, strength in chosen.items():
        for above in ancestors(name):
            following[above] = max(following.get(above, 0.0), strength)
    return following | chosen


def _eclipsed(name: str, seen: Mapping[str, float]) -> bool:
    return confidence(seen[name]) < DOUBTFUL and any(
        seen[above] >= ECLIPSED * seen[name] for above in ancestors(name) if groups()[above].alone
    )


def _label(name: str, strength: float, places: Sequence[Instance]) -> dict[str, Any]:
    group = groups()[name]
    return {
        "Name": name,
        "Confidence": confidence(strength),
        "Instances": [
            {"BoundingBox": bounding_box(box), "Confidence": confidence(one)} for one, box in places
        ],
        "Parents": [{"Name": parent} for parent in ancestors(name)],
        "Aliases": [{"Name": alias} for alias in group.aliases],
        "Categories": [{"Name": group.category}],
    }
