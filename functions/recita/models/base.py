"""The base of all models."""

from __future__ import annotations

from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """Immutable, tolerant of fields that a later minor version adds."""

    model_config = ConfigDict(frozen=True, extra="ignore")


def now() -> datetime:
    """The current time, in UTC."""
    return datetime.now(UTC)
