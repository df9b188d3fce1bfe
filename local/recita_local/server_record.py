"""Which process is this home's server, and does it live: what ``<home>/stack.json`` is for."""

from __future__ import annotations

import json
import subprocess
import time
import urllib.error
import urllib.request
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from recita_local.aws.settings import HOST

POLL_SECONDS = 0.05
FILE = "stack.json"


@dataclass
class ServerRecord:
    """The server that was started last, and what was deployed to its state."""

    pid: int
    started: str
    """When the process started: pids are used again, the pair is not."""
    port: int
    code: str = ""
    """Digest of the server's own source, as it was when the server started."""
    digest: str = ""
    """Digest of what was deployed."""
    parameters: dict[str, str] = field(default_factory=dict)
    outputs: dict[str, str] = field(default_factory=dict)

    @property
    def endpoint(self) -> str:
        """The address of the laptop's AWS."""
        return f"http://{HOST}:{self.port}"


def load(home: Path) -> ServerRecord | None:
    """The record of a home, if it has one that can be read."""
    try:
        return ServerRecord(**json.loads((home / FILE).read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def save(home: Path, record: ServerRecord) -> None:
    """Write the record, whole or not at all."""
    partial = home / f"{FILE}.partial"
    partial.write_text(json.dumps(asdict(record), indent=2), "utf-8")
    partial.replace(home / FILE)


def is_alive(record: ServerRecord) -> bool:
    """Whether the very process that was started still runs."""
    return identity(record.pid) == str(record.started)


def is_healthy(record: ServerRecord, home: Path) -> bool:
    """Whether it says that it is this process for this home, and has taken up what was left."""
    try:
        with urllib.request.urlopen(f"{record.endpoint}/_recita/health", timeout=2) as reply:  # noqa: S310
            report: dict[str, Any] = json.load(reply)
    except (OSError, ValueError, urllib.error.URLError):
        return False
    ours = report.get("pid") == record.pid and report.get("home") == str(home)
    return ours and report.get("status") == "ok"


def ends(record: ServerRecord, seconds: float) -> bool:
    """Wait for its end; False when it still runs after ``seconds``."""
    deadline = time.monotonic() + seconds
    while is_alive(record):
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True


def identity(pid: int) -> str | None:
    """When a process started, as the system says it; None when it is gone or a zombie."""
    if not Path("/proc/self/stat").exists():
        return _identity_by_ps(pid)
    try:
        after_name = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    except OSError:
        return None
    return None if after_name[0] == "Z" else after_name[19]  # field 22: ticks since boot


def _identity_by_ps(pid: int) -> str | None:
    """On macOS, which has no ``/proc``."""
    command = ["/bin/ps", "-o", "stat=,lstart=", "-p", str(pid)]
    found = subprocess.run(command, capture_output=True, text=True, check=False).stdout  # noqa: S603
    state, _, started = found.strip().partition(" ")
    return started.strip() if started and not state.startswith("Z") else None
