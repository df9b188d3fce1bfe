"""What pixels say without a model: whether a picture is written paper, and how green it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import cv2
import numpy as np

from recita_local.services.rekognition.seeing import Surface

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL import Image

    from recita_local.services.rekognition.seeing import Box

    Array = NDArray[Any]

SIDE, GREEN_SIDE = 1024, 256
"""Pixels a picture is scaled down to: letters must last, leaves need not."""
NEIGHBOURHOOD = 24
"""What is around a letter: this part of the picture's longer side."""
INK, PAPER = 45, 25
"""Grey levels below what is around: at least so many for ink, at most so many for paper."""
DARKEST_PAPER, MOST_COLOUR = 105, 90
"""Grey level and saturation, 0 to 255, that photographed paper keeps to."""
LETTER_HEIGHT, LETTER_WIDTH = (4, 0.05), (2, 0.25)
"""Least pixels, and most as share of the longer side; joined letters make a word."""
LETTER_PIXELS = 6
QUIET = 16
"""Pixels of white around the picture: a code is found by the quiet zone that it should have."""
LEAF_HUES, LEAF_COLOUR, LEAF_LIGHT = (22, 80), 50, (25, 245)
"""Yellow to green of OpenCV's 180 hues, not grey, neither black nor white."""
LEAF_WINDOW, LEAF_ROUGHNESS = 9, 9.0
"""Pixels, and grey levels of deviation within: a wall or a screen is smoother than leaves."""


def surface(image: Image.Image) -> Surface:
    """Paper, letters and foliage of an RGB picture; some hundredths of a second."""
    whole = image.copy()
    whole.thumbnail((SIDE, SIDE))
    pixels = np.asarray(whole)
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    darker = _around(grey).astype(np.int16) - grey
    letters, share = _letters((darker > INK).astype(np.uint8))
    return Surface(_paper(pixels, grey, darker), letters, share, _foliage(image), _codes(grey))


def _around(grey: Array) -> Array:
    """How light the picture is around each pixel, the ink left out."""
    window = max(7, max(grey.shape) // NEIGHBOURHOOD // 2)
    half = cv2.resize(grey, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    light = cv2.blur(cv2.dilate(half, np.ones((window, window), np.uint8)), (window, window))
    return cast("Array", cv2.resize(light, (grey.shape[1], grey.shape[0])))


def _letters(ink: Array) -> tuple[int, float]:
    """Number of spots like letters, and their share of the ink."""
    _, _, spots, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    widths, heights, areas = (
        spots[1:, column] for column in (cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT, cv2.CC_STAT_AREA)
    )
    side = max(ink.shape)
    alike = (
        (heights >= LETTER_HEIGHT[0])
        & (heights <= LETTER_HEIGHT[1] * side)
        & (widths >= LETTER_WIDTH[0])
        & (widths <= LETTER_WIDTH[1] * side)
        & (areas >= LETTER_PIXELS)
    )
    return int(alike.sum()), float(areas[alike].sum() / max(1, ink.sum()))


def _paper(pixels: Array, grey: Array, darker: Array) -> float:
    colour = cv2.cvtColor(pixels, cv2.COLOR_RGB2HSV)[..., 1]
    light = grey + darker
    return float(((darker < PAPER) & (light > DARKEST_PAPER) & (colour < MOST_COLOUR)).mean())


def _codes(grey: Array) -> tuple[Box, ...]:
    """Boxes of the QR codes, whether or not they can be read."""
    framed = cv2.copyMakeBorder(grey, QUIET, QUIET, QUIET, QUIET, cv2.BORDER_CONSTANT, value=255)
    found, corners = cv2.QRCodeDetector().detectMulti(framed)
    if not found:
        return ()
    height, width = grey.shape
    places = (np.clip(points - QUIET, 0, (width, height)) / (width, height) for points in corners)
    edges = ((*place.min(axis=0), *place.max(axis=0)) for place in places)
    return tuple(
        (float(left), float(top), float(right - left), float(bottom - top))
        for left, top, right, bottom in edges
    )


def _foliage(image: Image.Image) -> float:
    small = np.asarray(image.resize((GREEN_SIDE, GREEN_SIDE)))
    low, high = LEAF_LIGHT
    leafy = cv2.inRange(
        cv2.cvtColor(small, cv2.COLOR_RGB2HSV),
        np.array([LEAF_HUES[0], LEAF_COLOUR, low]),
        np.array([LEAF_HUES[1], 255, high]),
    )
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY).astype(np.float32)
    mean, square = (cv2.blur(part, (LEAF_WINDOW, LEAF_WINDOW)) for part in (grey, grey * grey))
    rough = np.sqrt(np.maximum(square - mean * mean, 0)) > LEAF_ROUGHNESS
    mostly = cv2.blur(leafy, (LEAF_WINDOW, LEAF_WINDOW)) > 127
    return float((mostly & rough).mean())
