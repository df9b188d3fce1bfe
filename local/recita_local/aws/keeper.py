"""Saves what ministack holds in memory: it saves by itself only when it ends in peace.

The same thread lets idle Lambda processes go.
"""

from __future__ import annotations

import threading

from ministack import app
from ministack.core.persistence import save_all

from recita_local.aws import lambda_pool

EVERY_SECONDS = 2.0
"""What a power cut can cost: DynamoDB, SQS and executions of this window. S3 loses nothing."""


class Keeper:
    """A thread that saves all services' state at a steady pace."""

    def __init__(self, every_seconds: float = EVERY_SECONDS) -> None:
        self._every = every_seconds
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="recita-keeper", daemon=True)

    def start(self) -> None:
        """Begin to save."""
        self._thread.start()

    def stop(self) -> None:
        """Save no more; returns when no save is under way."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join(timeout=10)

    def _run(self) -> None:
        while not self._stopped.wait(self._every):
            lambda_pool.evict()
            save_all(app._build_persistence_save_dict())  # noqa: SLF001 - what shutdown calls
