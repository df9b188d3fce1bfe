"""Backfill: what becomes of one object that was there before."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from recita.models.base import Model

Outcome = Literal["copied", "admitted", "present", "folder", "too-large", "archived", "gone"]
"""``copied`` and ``admitted`` are new documents; ``present`` were brought or known before."""


class BackfillInput(Model):
    """Input of ``backfill_object``: one object as it was listed."""

    bucket: str
    key: str
    wishes: dict[str, str] = Field(default_factory=dict)
    """User metadata that a list asks for, before the object's own; copies take it."""


class BackfillOutput(Model):
    """Output of ``backfill_object``."""

    status: Outcome
