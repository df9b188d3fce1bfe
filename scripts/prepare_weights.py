"""Prepares every model and voice the laptop's engines use; says what can't be had here."""

from __future__ import annotations

import sys

from recita_local.services.rekognition import models
from recita_local.weights import WeightsChecksumError, prepare_all


def say(line: str) -> None:
    """Show progress."""
    print(f"setup: {line}", file=sys.stderr)


def main() -> int:
    """Return 1 only when a file is not the one this version was tested with."""
    problems = prepare_all(say)
    for model in models.prepare_all():
        say(f"converted: {model.name}")
    return int(any(isinstance(problem, WeightsChecksumError) for problem in problems))


if __name__ == "__main__":
    raise SystemExit(main())
