"""What an engine's process has used; the engine must run."""

from __future__ import annotations

import os
from pathlib import Path

from recita_local import engines


def processor_seconds(engine: str) -> float:
    """Time on all cores together since the process began."""
    stat = Path(f"/proc/{engines.engine(engine).pid}/stat").read_text(encoding="ascii")
    user, system = stat.rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def peak_megabytes(engine: str) -> int:
    """Resident memory at its highest."""
    status = Path(f"/proc/{engines.engine(engine).pid}/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) // 1024
