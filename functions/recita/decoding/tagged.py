"""Alternative texts of a tagged PDF (ISO 32000-1, 14.9.3), by the marked content they stand for."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

from pypdfium2 import raw

MAX_ELEMENTS = 10_000
"""Elements of a page's structure that are looked at."""


def alts(page: Any) -> dict[int, str]:
    """Return the alternative texts of a page by the ids of its marked content."""
    tree = raw.FPDF_StructTree_GetForPage(page)
    if not tree:
        return {}
    found: dict[int, str] = {}
    try:
        count = raw.FPDF_StructTree_CountChildren(tree)
        stack = [(raw.FPDF_StructTree_GetChildAtIndex(tree, n), "") for n in range(count)]
        for _ in range(MAX_ELEMENTS):
            if not stack:
                break
            element, inherited = stack.pop()
            if element:
                alt = _text(raw.FPDF_StructElement_GetAltText, element) or inherited
                found |= dict.fromkeys(_marks(element), alt) if alt else {}
                children = range(raw.FPDF_StructElement_CountChildren(element))
                stack += [
                    (raw.FPDF_StructElement_GetChildAtIndex(element, n), alt) for n in children
                ]
    finally:
        raw.FPDF_StructTree_Close(tree)
    return found


def _marks(element: Any) -> list[int]:
    count = raw.FPDF_StructElement_GetMarkedContentIdCount(element)
    return [raw.FPDF_StructElement_GetMarkedContentIdAtIndex(element, n) for n in range(count)]


def _text(get: Callable[..., int], element: Any) -> str:
    size = get(element, None, 0)
    if size <= 2:
        return ""
    buffer = ctypes.create_string_buffer(size)
    get(element, buffer, size)
    return buffer.raw[: size - 2].decode("utf-16-le", "replace")
