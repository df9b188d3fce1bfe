"""Lambda calls wait for one of few slots: a laptop has no thousand processes to give.

ministack refuses calls above its cap at once, which on AWS happens at 1,000. A machine with a
cap of eight would meet throttling in every document; here a call waits instead, and is only
throttled when no slot comes free for a long time.
"""

from __future__ import annotations

import time
from typing import Any

from recita_local.aws.patching import replaced

LONGEST_WAIT_SECONDS = 300.0
POLL_SECONDS = 0.02


def apply(lambda_service: Any) -> None:
    """Make calls wait while the account's slots are taken."""
    replaced(lambda_service, "_acquire_execution_slot", _waiting)


def _waiting(acquire: Any) -> Any:
    def wait(function: dict[str, Any], config: dict[str, Any]) -> Any:
        deadline = time.monotonic() + LONGEST_WAIT_SECONDS
        slot, limit = acquire(function, config)
        while slot is None and limit == "account" and time.monotonic() < deadline:
            time.sleep(POLL_SECONDS)
            slot, limit = acquire(function, config)
        return slot, limit

    return wait
