"""How sure one may be of each label, from everything that was seen: 0 to 1.

The scale is that of the classifier's probabilities, summed over what a label stands for. Scores
of detectors are brought to it by tables, and independent sightings add up: the chance that all
of them err is the product of the chances that each does. A class's probability counts for every
label above it, so that three kinds of cat make one sure Cat.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING

from recita_local.services.rekognition.frames import corners, holds, overlap_of
from recita_local.services.rekognition.taxonomy import ancestors, classes, objects

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from recita_local.services.rekognition.seeing import Box, Found, Sight, Surface

    Strengths = dict[str, float]
    Table = tuple[tuple[float, float], ...]
    Instance = tuple[float, Box]

PERSON, TEXT, PAGE, DOCUMENT, VEGETATION = "Person", "Text", "Page", "Document", "Vegetation"
CODE, CODE_STRENGTH = "QR Code", 0.95
"""The detector finds three nested squares in place of each other, which nothing else has."""
TABLES: dict[str, Table] = {
    "coco": ((0.45, 0.05), (0.6, 0.15), (0.7, 0.3), (0.78, 0.6), (0.9, 0.95), (1.0, 1.0)),
    "open-images": ((0.35, 0.05), (0.5, 0.25), (0.6, 0.5), (0.75, 0.8), (1.0, 1.0)),
}
"""Score to strength. Measured on photos, logos, charts, maps and textures: NanoDet's wrong boxes
go up to 0.71, those of SSD to 0.5."""
PERSON_TABLES: dict[str, Table] = {
    "coco": ((0.4, 0.05), (0.5, 0.25), (0.6, 0.5), (0.7, 0.7), (0.85, 0.93), (1.0, 1.0)),
    "open-images": ((0.35, 0.05), (0.45, 0.2), (0.55, 0.4), (0.65, 0.65), (1.0, 1.0)),
}
"""Of people, whom both know best: NanoDet's wrong ones stay below 0.46."""
LEAF_TABLE: Table = ((0.1, 0.0), (0.2, 0.2), (0.3, 0.35), (0.45, 0.6), (0.6, 0.8), (1.0, 0.8))
"""Share of foliage to strength: a lawn behind a dog is 0.25, a valley 0.4."""
RELIABLE_SIDE = 160
"""Pixels of the shorter side; what is smaller was enlarged to be looked at, and trusted less."""
LETTERS, LETTER_SHARE, PAPER = (40, 150), (0.2, 0.4), (0.5, 0.7)
"""Where a picture begins to be written paper, and where it surely is; a logo has ten letters."""
SAME = 0.5
"""Overlap from which two detectors' boxes are one instance."""
SHOWN = 0.1
"""Strength that a box needs to be an instance of its label."""


def strengths(sight: Sight) -> Strengths:
    """Strength of every label, those above others included."""
    written = document(sight.surface)
    size = min(1.0, sight.short_side / RELIABLE_SIDE)
    seen = _scaled(mass(sight.probabilities), size)
    page = max(written, seen[PAGE])  # no two witnesses: both look at the paper
    other = 1 - _covered(sight.surface.codes)  # a QR code is no crossword puzzle
    seen = {name: s * _on_paper(name, written, page) * other for name, s in seen.items()}
    for name, strength in _noticed(sight, size).items():
        _add(seen, name, strength * _on_paper(name, written, page))
    _add(seen, DOCUMENT, page)
    _add(seen, CODE, CODE_STRENGTH if sight.surface.codes else 0.0)
    _add(seen, VEGETATION, along(LEAF_TABLE, sight.surface.foliage) * (1 - page))
    return seen


def instances(sight: Sight) -> dict[str, list[Instance]]:
    """Boxes of each label with their strengths, surest first; each thing once.

    A face outside every person's box is a person of whom no more was found.
    """
    found: defaultdict[str, list[Instance]] = defaultdict(list)
    ranked = sorted(sight.objects, key=lambda one: -strength_of(one))
    for one in ranked:
        held = found[label_of(one)]
        if strength_of(one) >= SHOWN and not _held(one.box, held):
            held.append((strength_of(one), one.box))
    people = found[PERSON]
    people += [
        (face.score, face.box)
        for face in sight.faces
        if not any(holds(person, face.box) for _, person in people)
    ]
    found[CODE] += [(CODE_STRENGTH, box) for box in sight.surface.codes]
    return dict(found)


def strength_of(found: Found) -> float:
    """Of one box, by its detector's table."""
    tables = PERSON_TABLES if label_of(found) == PERSON else TABLES
    return along(tables[found.detector], found.score)


def document(surface: Surface) -> float:
    """How surely a picture is a page of text, photographed or scanned, whatever it says."""
    return (
        _between(LETTERS, surface.letters)
        * _between(LETTER_SHARE, surface.letter_share)
        * _between(PAPER, surface.paper)
    )


def mass(probabilities: Sequence[float]) -> Strengths:
    """Probabilities of the classes below each label, summed."""
    held: defaultdict[str, float] = defaultdict(float)
    for name, probability in zip(classes(), probabilities, strict=True):
        for counted in (name, *ancestors(name)):
            held[counted] += probability
    return {name: min(1.0, strength) for name, strength in held.items()}


def along(table: Table, value: float) -> float:
    """Read a table of points, straight lines between them."""
    if value < table[0][0]:
        return 0.0
    for (low, low_result), (high, high_result) in pairwise(table):
        if value <= high:
            share = (value - low) / (high - low)
            return low_result + share * (high_result - low_result)
    return table[-1][1]


def _noticed(sight: Sight, size: float) -> Strengths:
    """What detectors and faces say, by label; one detector's surest box speaks for it."""
    surest: defaultdict[tuple[str, str], float] = defaultdict(float)
    for one in sight.objects:
        key = (label_of(one), one.detector)
        surest[key] = max(surest[key], strength_of(one) * size)
    noticed: Strengths = {PERSON: max((face.score for face in sight.faces), default=0.0)}
    for (name, _), strength in surest.items():
        noticed[name] = _either(noticed.get(name, 0.0), strength)
    return noticed


def _covered(boxes: Iterable[Box]) -> float:
    """Share of the picture that boxes cover, which do not overlap."""
    return min(1.0, sum(width * height for _, _, width, height in boxes))


def _on_paper(name: str, written: float, page: float) -> float:
    """What remains of a label on a page: a form looks like a laptop, and a text like a menu."""
    if name in {TEXT, PAGE, PERSON}:
        return 1.0
    return 1 - written if TEXT in ancestors(name) else 1 - page


def _add(seen: Strengths, name: str, strength: float) -> None:
    for counted in (name, *ancestors(name)):
        seen[counted] = _either(seen.get(counted, 0.0), strength)


def _either(one: float, other: float) -> float:
    return 1 - (1 - one) * (1 - other)


def _scaled(seen: Mapping[str, float], factor: float) -> Strengths:
    return {name: strength * factor for name, strength in seen.items()}


def _between(edges: tuple[float, float], value: float) -> float:
    low, high = edges
    return min(1.0, max(0.0, (value - low) / (high - low)))


def label_of(found: Found) -> str:
    """The label that a detector's class has here."""
    return objects()[found.detector, found.kind]


def _held(box: Box, held: Iterable[Instance]) -> bool:
    place = corners(box)
    return any(overlap_of(place, corners(other)) >= SAME for _, other in held)
