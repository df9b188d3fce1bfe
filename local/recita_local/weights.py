"""Model weights and voices: where they lie and how they got there."""

from __future__ import annotations

import os
from pathlib import Path


def cache_dir() -> Path:
    """Folder for prepared models, shared by all checkouts: ``$XDG_CACHE_HOME/recita``."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    path = Path(base) / "recita"
    path.mkdir(parents=True, exist_ok=True)
    return path
