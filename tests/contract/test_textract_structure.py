"""Tables and forms of pages drawn on the spot, as a scanner would see them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from recita_local import engines
from recita_local.services.textract.api import OPERATIONS
from recita_local.wire.service import RequestContext

from benchmarks import agreement
from benchmarks.agreement import Block
from tests import drawn


@pytest.fixture(scope="module", autouse=True)
def _engine_ends() -> Iterator[None]:
    yield
    engines.engine("ocr").close()


def analysed(page: bytes) -> list[Block]:
    context = RequestContext("textract", "AnalyzeDocument", "us-east-1", "000000000000", "")
    params: dict[str, Any] = {
        "Document": {"Bytes": page},
        "FeatureTypes": ["TABLES", "FORMS", "LAYOUT"],
    }
    blocks: list[Block] = OPERATIONS["AnalyzeDocument"](params, context)["Blocks"]
    return blocks


@pytest.mark.engines
@pytest.mark.parametrize("kind", drawn.TABLES)
def test_a_drawn_table_is_read_cell_by_cell(kind: str) -> None:
    page = drawn.drawn(kind, seed=7)
    blocks = analysed(drawn.scanned(page.pdf, seed=7))
    score = agreement.cells(page.tables, agreement.grids(blocks))
    assert score.recall >= 0.95
    assert score.precision >= 0.95
