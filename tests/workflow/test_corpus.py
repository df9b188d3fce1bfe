"""Real files of every kind, good and bad, through the real state machine on the laptop."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from benchmarks import outcomes
from benchmarks.outcomes import Sample
from tests.conftest import CORPUS

if TYPE_CHECKING:
    from pathlib import Path

    from tests.laptop import DocumentLaptop

pytestmark = [pytest.mark.stack, pytest.mark.engines, pytest.mark.timeout(2400)]

SAMPLES = outcomes.samples(CORPUS) if CORPUS.is_dir() else []
PATIENCE = 1800.0
"""Seconds for all files, which are uploaded at once, while other tests run beside them."""


@pytest.fixture(scope="module")
def uploaded(recita: DocumentLaptop) -> dict[str, str]:
    """Document ids by file: the whole corpus at once, as a crowd of people would."""
    return {
        sample.file: recita.upload(
            (CORPUS / sample.file).read_bytes(), sample.upload_key, languages="none", speak="none"
        )
        for sample in SAMPLES
    }


def test_the_sample_files_are_here(corpus: Path) -> None:
    assert len(SAMPLES) == len({sample.file for sample in SAMPLES}) > 0
    assert all((corpus / sample.file).is_file() for sample in SAMPLES)


@pytest.mark.parametrize("sample", [pytest.param(sample, id=sample.file) for sample in SAMPLES])
def test_every_file_ends_as_it_must(
    recita: DocumentLaptop, uploaded: dict[str, str], sample: Sample
) -> None:
    document = uploaded[sample.file]
    manifest = recita.manifest(document, PATIENCE)
    assert outcomes.problems(sample, manifest, lambda key: recita.read(document, key)) == []
    pages = manifest.ledger.pages
    assert pages.total == pages.read + len(pages.missing)
