"""The laptop's server: ``python -m recita_local.server``, started by :mod:`recita_local.stack`."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import signal
import threading
import time
from dataclasses import asdict
from typing import Any

GRACE_SECONDS = 3
"""How long requests under way may take to end after SIGTERM."""

EXIT_SECONDS = 10
"""When the process leaves whatever still runs."""


def main() -> None:
    """Serve until SIGTERM; the environment comes from :mod:`recita_local.aws.settings`."""
    import uvicorn  # noqa: PLC0415 - engine processes import this module too: keep it light

    from recita_local import engines  # noqa: PLC0415 - as above
    from recita_local.aws import recovery  # noqa: PLC0415 - as above
    from recita_local.aws.keeper import Keeper  # noqa: PLC0415 - as above

    logging.basicConfig(
        level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        # uvicorn ends on the first and then raises it again: that one must not skip `finally`.
        signal.signal(number, lambda *_: None)
    recovered = threading.Event()
    application = gateway(recovered)
    keeper = Keeper(lambda: application.passed)

    def go_on() -> None:
        keeper.start()
        recovered.set()

    recovery.begin(go_on)
    try:
        uvicorn.run(
            application,
            host="127.0.0.1",
            port=int(os.environ["GATEWAY_PORT"]),
            log_level="warning",
            date_header=False,
            timeout_keep_alive=75,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
    finally:
        _leave_after(EXIT_SECONDS)
        keeper.stop()
        engines.close_all()
        _stop_lambda_workers()


def gateway(recovered: threading.Event) -> Any:
    """The ASGI application with ministack corrected and our services beside it.

    Its health says when ``recovered`` is set: what an earlier server left has been taken up.
    """
    from ministack import app as ministack  # noqa: PLC0415 - reads the environment on import

    from recita_local.aws import (  # noqa: PLC0415 - as above
        api_destinations,
        corrections,
        guardrail_resources,
        warming,
    )
    from recita_local.gateway import Gateway  # noqa: PLC0415 - as above
    from recita_local.wire.app import Wire  # noqa: PLC0415 - as above
    from recita_local.wire.faults import FAULTS  # noqa: PLC0415 - as above
    from recita_local.wire.lab import LAB  # noqa: PLC0415 - as above

    corrections.apply()
    guardrail_resources.register()
    api_destinations.register()
    wire = Wire(os.environ["AWS_ENDPOINT_URL"])
    admin = {
        "GET health": _health(recovered),
        "GET usage": _usage,
        "GET effects": LAB.effects,
        "POST faults": FAULTS.request,
        "POST kill": _kill,
        "POST plan": LAB.request,
        "POST warm": warming.request,
    }
    return Gateway(wire, ministack.app, admin)


def _health(recovered: threading.Event) -> Any:
    started = time.time()

    def report(_body: bytes) -> dict[str, Any]:
        return {
            "status": "ok" if recovered.is_set() else "recovering",
            "pid": os.getpid(),
            "home": os.environ.get("RECITA_HOME", ""),
            "uptime_seconds": round(time.time() - started, 1),
        }

    return report


def _usage(_body: bytes) -> dict[str, Any]:
    from recita_local import engines  # noqa: PLC0415 - keep this module light
    from recita_local.wire.calls import CALLS  # noqa: PLC0415 - as above

    used = {name: asdict(usage) for name, usage in engines.usage().items()}
    return {"engines": used, "calls": CALLS.summary()}


def _kill(body: bytes) -> dict[str, Any]:
    """End the process of the engine that ``{"engine": name}`` names, as a lack of memory does."""
    from recita_local import engines  # noqa: PLC0415 - keep this module light

    pid = engines.engine(json.loads(body)["engine"]).pid
    if pid is not None:
        with contextlib.suppress(ProcessLookupError):  # it has just ended by itself
            os.kill(pid, signal.SIGKILL)
    return {"killed": pid}


def _stop_lambda_workers() -> None:
    """They would notice by themselves only seconds later."""
    from ministack.core import lambda_runtime  # noqa: PLC0415 - reads the environment on import

    lambda_runtime.reset()


def _leave_after(seconds: float) -> None:
    """A thread that still computes must not keep the process."""
    timer = threading.Timer(seconds, os._exit, (0,))
    timer.daemon = True
    timer.start()


if __name__ == "__main__":
    main()
