"""What every test may ask for."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # for `tests.fakes`, whatever the import mode
CORPUS = ROOT.parent / "shared" / "corpus"


@pytest.fixture
def root() -> Path:
    return ROOT


@pytest.fixture
def corpus() -> Path:
    """The folder of real sample documents that lies beside some checkouts."""
    if not CORPUS.is_dir():
        pytest.skip("no corpus beside this checkout: tests on real sample files did not run")
    return CORPUS
