"""Writes the JSON Schemas, their examples and docs/errors.md from the models, or checks them."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def main() -> int:
    """Run the drift test, which writes what has drifted unless ``--check`` is given."""
    if "--check" not in sys.argv:
        os.environ["RECITA_UPDATE"] = "1"
    os.chdir(ROOT)
    return pytest.main(["-q", "tests/contract/test_contracts.py"])


if __name__ == "__main__":
    sys.exit(main())
