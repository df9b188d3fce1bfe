"""A document's row in the index: where it stands while no manifest can say."""

from __future__ import annotations

from datetime import datetime

from recita.models.base import Model
from recita.models.document import Upload, execution_name


class IndexRow(Model):
    """What admission needs to know of a document."""

    upload: Upload
    status: str
    """QUEUED, PROCESSING, or what the manifest says."""
    run: int = 1
    """Number of the run that waits, goes on or has ended: 1 is the upload's own."""
    restarts: int = 0
    """How many of the runs began because the one before ended without a manifest."""
    queued_at: datetime | None = None
    """Since when the run has waited, or had waited before it began."""
    updated_at: datetime

    @property
    def execution(self) -> str:
        """Name of the run's execution."""
        return execution_name(self.upload.document_id, self.run)
