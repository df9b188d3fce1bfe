"""The base of all models."""

from __future__ import annotations

from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """Immutable, tolerant of fields that a later minor version adds."""

    model_config = ConfigDict(
        frozen=True,
        extra="ignore",
        hide_input_in_errors=True,  # validation errors reach logs: no document is quoted there
        json_schema_serialization_defaults_required=True,  # what is always written can be relied on
    )


def now() -> datetime:
    """The current time, in UTC."""
    return datetime.now(UTC)
