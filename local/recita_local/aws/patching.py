"""Replacing a function of ministack, or saying loudly that it is no longer there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

MARK = "recita_correction"


class CorrectionError(RuntimeError):
    """ministack changed where we correct it: pin the version the corrections were made for."""


def replaced(module: Any, name: str, build: Callable[[Any], Any]) -> None:
    """Put ``build(original)`` in the place of ``module.name``, once."""
    original = getattr(module, name, None)
    if original is None:
        raise CorrectionError(
            f"{module.__name__} has no {name} any more: install the pinned ministack, "
            "or look whether the correction is still needed"
        )
    if getattr(original, MARK, False):
        return
    replacement = build(original)
    setattr(replacement, MARK, True)
    setattr(module, name, replacement)
