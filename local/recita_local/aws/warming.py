"""Starts the processes of Lambda functions before they are called: each imports for a second."""

from __future__ import annotations

import json
import threading
from typing import Any

from ministack.core import lambda_runtime
from ministack.services import lambda_svc


def request(body: bytes) -> dict[str, Any]:
    """Warm ``{"functions": [name, …]}`` in the background, last name first.

    Names come in the order in which a document meets them, and the first document may already be
    on its way: whoever warms from the end does not start what is being started for it.
    """
    names = [str(name) for name in json.loads(body)["functions"]]
    threading.Thread(target=_warm, args=(names[::-1],), name="recita-warm", daemon=True).start()
    return {"warming": len(names)}


def _warm(names: list[str]) -> None:
    for name in names:
        record, config, _ = lambda_svc._get_func_record_for_ref(name)  # noqa: SLF001 - no public API
        if not record or not config or _has_process(name):
            continue
        worker, _ = lambda_runtime.acquire_worker(name, config, record["code_zip"])
        try:
            lambda_runtime.ensure_spawned(worker)
        except Exception:  # noqa: BLE001, S110 - its first call starts it again, and reports
            pass
        finally:
            lambda_runtime.release_worker(worker)


def _has_process(name: str) -> bool:
    with lambda_runtime._lock:  # noqa: SLF001 - the pool has no public interface
        return any(
            pool and key.split(":")[2] == name
            for key, pool in lambda_runtime._workers.items()  # noqa: SLF001 - as above
        )
