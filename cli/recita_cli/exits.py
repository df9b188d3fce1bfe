"""Exit codes: what a script may rely on."""

from __future__ import annotations

DONE = 0
FAILED = 1
"""Something could not be done; standard error says what, why and what next."""
USAGE = 2
"""The command was not understood; nothing was done."""
INCOMPLETE = 3
"""Every file has a manifest, and not all of them say COMPLETED."""
INTERRUPTED = 130
"""Ctrl-C or SIGTERM, as shells report it: 128 + SIGINT."""
