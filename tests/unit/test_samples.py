"""The sample documents: the same each time, and what they claim to be."""

from __future__ import annotations

import io

import pypdf
from recita_local import samples


def text_of(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]


def test_the_contract_is_born_digital_and_holds_things_to_mask() -> None:
    first, second = text_of(samples.contract_pdf())
    assert "11.222.333/0001-81" in first
    assert "R$ 3.480,00" in first
    assert "financeiro@padariaserraazul.example" in second
    assert 230 < len(f"{first} {second}".split()) < 300


def test_the_scan_has_two_pages_and_no_text_layer() -> None:
    assert text_of(samples.scanned_pdf()) == ["", ""]


def test_the_same_bytes_each_time() -> None:
    assert samples.contract_pdf() == samples.contract_pdf()
    assert samples.scanned_pdf() == samples.scanned_pdf()
