"""Pictures that a program cut into bands or tiles, put together again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from recita.decoding.placing import Placed, joined

GRID = 2
"""Steps a point in which the edges of bands are compared."""
GAP = 1.5
"""Pixels by which bands may part or overlap."""
SAME = 0.25
"""Share by which the densities of bands differ at most; programs round their places."""
THIN = 4
"""Times that a band is longer than thick, at least: no two pictures of that shape adjoin."""
MIN_TILE = 64
"""Pixels; programs that cut pictures into tiles take powers of two from here on."""
ROUNDS = 4


@dataclass(frozen=True)
class Direction:
    """In which images are joined: the sides that touch, and those that are in line."""

    start: int
    end: int
    line: tuple[int, int]
    axis: Literal[0, 1]


Look = Callable[[Placed, Placed, Literal[0, 1]], Literal["even", "broken", "plain"]]

ACROSS = Direction(0, 2, (1, 3), 0)
UPWARDS = Direction(1, 3, (0, 2), 1)


def together(images: list[Placed], seam: Look) -> list[Placed]:
    """Return the pictures in the order they are painted: what was one picture is one again.

    ``seam`` tells how two images go on in one another: photos may stand side by side, too.
    """
    pictures = images
    for _ in range(ROUNDS):
        count = len(pictures)
        pictures = _chained(_chained(pictures, ACROSS, seam), UPWARDS, seam)
        if len(pictures) == count:
            break
    return sorted(pictures, key=lambda picture: picture.order)


def _chained(images: list[Placed], way: Direction, seam: Look) -> list[Placed]:
    done: list[Placed] = []
    for image in sorted(images, key=lambda image: (_line(image, way), image.area[way.start])):
        if done and _adjoin(done[-1], image, way) and _one(done[-1], image, way, seam):
            done[-1] = joined(done[-1], image, way.axis)
        else:
            done.append(image)
    return done


def _one(one: Placed, other: Placed, way: Direction, seam: Look) -> bool:
    """Whether two adjoining images are parts of one."""
    if max(one.step[way.axis], other.step[way.axis]) * THIN <= one.pixels[1 - way.axis]:
        return True
    found = seam(one, other, way.axis)
    tiles = any(_is_tile(image.step[way.axis]) for image in (one, other))
    return found == "even" or (found == "plain" and tiles)


def _is_tile(pixels: int) -> bool:
    return pixels >= MIN_TILE and pixels.bit_count() == 1


def _line(image: Placed, way: Direction) -> tuple[int, ...]:
    return tuple(round(image.area[side] * GRID) for side in way.line)


def _adjoin(one: Placed, other: Placed, way: Direction) -> bool:
    """Whether two images of one density touch along a whole side."""
    if not (one.straight and other.straight and _line(one, way) == _line(other, way)):
        return False
    if one.pixels[1 - way.axis] != other.pixels[1 - way.axis]:
        return False
    fine, coarse = sorted((one.density[way.axis], other.density[way.axis]))
    gap = abs(other.area[way.start] - one.area[way.end]) * fine
    return gap <= GAP and coarse <= fine * (1 + SAME)
