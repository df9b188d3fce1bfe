"""The base of all models."""

from __future__ import annotations

from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """Immutable, tolerant of fields that a later minor version adds."""

    # Validation errors reach logs: they must not quote what a document says.
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


def now() -> datetime:
    """The current time, in UTC."""
    return datetime.now(UTC)
