"""Tables and forms of pages drawn on the spot, as a scanner would see them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from recita.adapters.textract_blocks import read_page
from recita_local import engines
from recita_local.services.textract.api import OPERATIONS
from recita_local.wire.service import RequestContext

from benchmarks import agreement
from benchmarks.agreement import Block
from tests import drawn, drawn_forms


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


@pytest.mark.engines
@pytest.mark.parametrize("kind", drawn_forms.FORMS)
def test_a_drawn_form_is_read_pair_by_pair(kind: str) -> None:
    page = drawn.drawn(kind, seed=7)
    found = agreement.pairs(analysed(drawn.scanned(page.pdf, seed=7)))
    score = agreement.bags(page.pairs, found.elements())
    assert score.recall >= 0.85
    assert score.precision >= 0.95


@pytest.fixture(scope="module")
def ticked() -> tuple[list[tuple[str, str]], list[Block]]:
    """A page of boxes with labels: what is on it, and what is read of it."""
    page = drawn.drawn("ticked", seed=7)
    return page.pairs, analysed(drawn.scanned(page.pdf, seed=7))


Ticked = tuple[list[tuple[str, str]], list[Block]]


@pytest.mark.engines
def test_boxes_of_a_form_are_no_words(ticked: Ticked) -> None:
    wanted, blocks = ticked
    labels = " ".join(["Please tick what applies", *(key for key, _ in wanted)])
    assert sorted(agreement.words(blocks)) == sorted(labels.split())


@pytest.mark.engines
def test_known_parsers_read_our_boxes(ticked: Ticked) -> None:
    import trp
    from textractor.parsers.response_parser import parse

    wanted, blocks = ticked
    reply = {"DocumentMetadata": {"Pages": 1}, "Blocks": blocks}
    boxes = parse(reply).checkboxes
    states = {" ".join(word.text for word in box.key): box.is_selected() for box in boxes}
    assert states == {key: value == drawn_forms.SELECTED for key, value in wanted}
    fields = trp.Document(reply).pages[0].form.fields
    assert {(field.key.text, f"[{field.value.text}]") for field in fields} == set(wanted)


@pytest.mark.engines
def test_boxes_arrive_in_the_page_that_the_pipeline_keeps(ticked: Ticked) -> None:
    wanted, blocks = ticked
    page = read_page(blocks)
    assert page is not None
    selected = [value == drawn_forms.SELECTED for _, value in wanted]
    assert sorted(one.selected for one in page.selections) == sorted(selected)
    kept = {(pair.key, pair.selected, pair.value) for pair in page.key_values}
    assert kept == {(key, value == drawn_forms.SELECTED, "[x]" if value == drawn_forms.SELECTED
                     else "[ ]") for key, value in wanted}  # fmt: skip
