"""Geometry of blocks: shares of the page as it was sent, not as it was turned for reading."""

from __future__ import annotations

from typing import Any

from recita_local.services.textract.reading import (
    Box,
    PageReading,
    Point,
    Polygon,
    bounds,
    corners,
    turned_about,
)

WHOLE_PAGE: Polygon = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))


def box_geometry(page: PageReading, box: Box) -> dict[str, Any]:
    """Geometry of a box given in pixels of the straight page."""
    return polygon_geometry(page, corners(box))


def polygon_geometry(page: PageReading, polygon: Polygon) -> dict[str, Any]:
    """Geometry of a polygon given in pixels of the straight page."""
    crooked = turned_about(polygon, (page.width / 2, page.height / 2), page.skew)
    first, second, third, fourth = (_share(page, point) for point in crooked)
    return shares_geometry((first, second, third, fourth))


def shares_geometry(polygon: Polygon) -> dict[str, Any]:
    """Textract's Geometry; the corners are shares of width and height, 0 to 1."""
    box = bounds(polygon)
    return {
        "BoundingBox": {
            "Width": box.width,
            "Height": box.height,
            "Left": box.left,
            "Top": box.top,
        },
        "Polygon": [{"X": x, "Y": y} for x, y in polygon],
    }


def _share(page: PageReading, point: Point) -> Point:
    x = min(1.0, max(0.0, point[0] / page.width))
    y = min(1.0, max(0.0, point[1] / page.height))
    # Undoes numpy.rot90(pixels, turns), which turned the page upright.
    return ((x, y), (1 - y, x), (1 - x, 1 - y), (y, 1 - x))[page.turns]
