"""Ruled lines of a page, and its ink without them. Runs in the engine's process only."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from recita_local.services.textract.reading import Box, Rules

if TYPE_CHECKING:
    from collections.abc import Sequence

    from recita_local.services.textract.raster import Pixels

LEAST_CONTRAST = 20
"""Shades by which ink is darker than what surrounds it; tints of table rows are less."""
SURROUNDINGS = 4
"""In heights of the text: how far around a pixel its paper is looked for."""
LEAST_RULE = 2.5
"""In heights of the text: shorter strokes may be letters."""
THICKEST_RULE = 0.6
"""In heights of the text: thicker bars are fills."""


def ink_of(shades: Pixels, tall: float) -> Pixels:
    """1 where a pixel is darker than its surroundings; ``tall`` is the height of the text."""
    block = 2 * round(SURROUNDINGS * tall / 2) + 1
    ink: Pixels = cv2.adaptiveThreshold(
        shades, 1, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, max(3, block), LEAST_CONTRAST
    )
    return ink


def stroke(length: float) -> Pixels:
    """A level stroke as a kernel; of odd length, or OpenCV would move what it finds by a pixel."""
    return np.ones((1, 2 * round(length / 2) + 1), np.uint8)


def without_strokes(ink: Pixels, strokes: Sequence[Pixels]) -> Pixels:
    """The ink that is no part of any such stroke."""
    rest = ink
    for one in strokes:
        rest = np.where(cv2.morphologyEx(ink, cv2.MORPH_OPEN, one), 0, rest)
    return rest


def find_rules(ink: Pixels, tall: float) -> Rules:
    """Straight strokes too long to be letters."""
    least = stroke(LEAST_RULE * tall)
    level = [box for box in _strokes(ink, least) if box.height <= THICKEST_RULE * tall]
    upright = [box for box in _strokes(ink, least.T) if box.width <= THICKEST_RULE * tall]
    return Rules(tuple(level), tuple(upright))


def rules_beside(rules: Rules, words: Sequence[Box]) -> Rules:
    """The rules that are no strokes of letters: bold print, blurred, runs on within a word."""
    level = (rule for rule in rules.level if not any(_within(rule, word) for word in words))
    return Rules(tuple(level), rules.upright)


def _within(rule: Box, word: Box) -> bool:
    """Whether a stroke runs through a word, or along its feet without leaving it."""
    shared = min(rule.right, word.right) - max(rule.left, word.left)
    edge = 0.15 * word.height
    through = word.top + edge < rule.middle < word.bottom - edge and shared > 0.5 * rule.width
    feet = word.top - 1 <= rule.middle <= word.bottom + 1 and shared >= rule.width - 1
    return through or feet


def without_rules(ink: Pixels, tall: float) -> Pixels:
    """The ink that is no ruled line; a rule's ragged edge goes with it."""
    least = stroke(LEAST_RULE * tall)
    rules = ink - without_strokes(ink, [least, least.T])
    return np.where(cv2.dilate(rules, np.ones((3, 3), np.uint8)), 0, ink)


def _strokes(ink: Pixels, least: Pixels) -> list[Box]:
    """Runs of ink as long as ``least``; those that a scan broke are one again."""
    runs = cv2.morphologyEx(ink, cv2.MORPH_OPEN, least)
    bridge = stroke(least.size / 2) if least.shape[0] == 1 else stroke(least.size / 2).T
    whole = cv2.morphologyEx(runs, cv2.MORPH_CLOSE, bridge)
    _, _, stats, _ = cv2.connectedComponentsWithStats(whole, connectivity=8)
    return [
        Box(float(left), float(top), float(left + width), float(top + height))
        for left, top, width, height, _ in stats[1:]
    ]
