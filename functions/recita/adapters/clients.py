"""How services are asked that cost next to nothing: S3, DynamoDB, Step Functions, EventBridge.

A step makes dozens of these calls, and each may be made again without harm; were none, one lost
answer would run the step again. What is paid is asked once: see ``provider``.
"""

from __future__ import annotations

from typing import Any, TypeVar

from botocore.config import Config

ATTEMPTS = 4
CONFIG = Config(
    connect_timeout=2,
    read_timeout=10,
    retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
)
"""All attempts and the waits between them fit into the shortest function's time, a minute."""
SKEWED = frozenset({"RequestTimeTooSkewed", "RequestExpired", "InvalidSignatureException"})
"""Errors of a clock that is wrong, as it is for a moment when a frozen function is woken."""
PAUSE_SECONDS = 0.5

C = TypeVar("C")


def minding_the_clock(client: C) -> C:
    """Return a client that also repeats what met a wrong clock, which botocore does not.

    For writes of what was paid: an answer that can't be kept is paid again.
    """
    events: Any = getattr(client, "meta").events  # noqa: B009 - of every client, in no type
    events.register("needs-retry", _soon)
    return client


def _soon(response: tuple[Any, dict[str, Any]] | None, attempts: int, **_: Any) -> float | None:
    """Return the seconds to wait before the next attempt; None: none for this reason."""
    if response is None or attempts >= ATTEMPTS:
        return None
    code = response[1].get("Error", {}).get("Code")
    return PAUSE_SECONDS if code in SKEWED else None
