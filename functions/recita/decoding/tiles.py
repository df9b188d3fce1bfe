"""Pictures that a program cut into bands or tiles, put together again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from recita.decoding.placing import Placed, joined

GRID = 2
"""Steps a point in which the edges of bands are compared."""
GAP = 1.5
"""Pixels by which bands may part or overlap."""
SAME = 0.25
"""Share by which the densities of bands differ at most; programs round their places."""
THIN = 2
"""Times that a band is wider than high, at least; two photos may stand side by side."""
ROUNDS = 4


@dataclass(frozen=True)
class Direction:
    """In which images are joined: the sides that touch, and those that are in line."""

    start: int
    end: int
    line: tuple[int, int]
    axis: Literal[0, 1]


ACROSS = Direction(0, 2, (1, 3), 0)
UPWARDS = Direction(1, 3, (0, 2), 1)


def together(images: list[Placed]) -> list[Placed]:
    """Return the pictures in the order they are painted: adjoining images in line are one."""
    pictures = images
    for _ in range(ROUNDS):
        count = len(pictures)
        pictures = _chained(_chained(pictures, ACROSS), UPWARDS)
        if len(pictures) == count:
            break
    return sorted(pictures, key=lambda picture: picture.order)


def _chained(images: list[Placed], way: Direction) -> list[Placed]:
    done: list[Placed] = []
    for image in sorted(images, key=lambda image: (_line(image, way), image.area[way.start])):
        if done and _adjoin(done[-1], image, way):
            before = done.pop()
            across, down = before.pixels
            if way.axis == 0:
                across += image.pixels[0]
            else:
                down += image.pixels[1]
            image = joined(before, image, (across, down))  # noqa: PLW2901 - grows as it goes
        done.append(image)
    return done


def _line(image: Placed, way: Direction) -> tuple[int, ...]:
    return tuple(round(image.area[side] * GRID) for side in way.line)


def _adjoin(one: Placed, other: Placed, way: Direction) -> bool:
    """Whether two images go on in one another."""
    if not (one.straight and other.straight and _line(one, way) == _line(other, way)):
        return False
    if one.pixels[1 - way.axis] != other.pixels[1 - way.axis]:
        return False
    fine, coarse = sorted((one.density[way.axis], other.density[way.axis]))
    gap = abs(other.area[way.start] - one.area[way.end]) * fine
    thin = min(one.pixels[way.axis], other.pixels[way.axis]) * THIN <= one.pixels[1 - way.axis]
    return gap <= GAP and coarse <= fine * (1 + SAME) and thin
