"""What every test may ask for."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
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
