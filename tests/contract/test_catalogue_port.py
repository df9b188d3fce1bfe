"""Lists of documents on moto, in the indexes that template.yaml gives the table."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from recita.adapters import catalogue
from recita.adapters.catalogue import DynamoCatalogue
from recita.adapters.dynamodb import row
from recita.adapters.erasure import erased_row
from recita.models.listing import Listed, Page, Wanted

from tests import tables
from tests.fakes import Pipeline

pytestmark = pytest.mark.usefixtures("account")

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
def table() -> Any:
    return tables.create("DocumentsTable", "documents")


@pytest.fixture
def lists(table: Any) -> DynamoCatalogue:
    assert table
    return DynamoCatalogue("documents")


def put(table: Any, number: int, minutes: float = 0, **more: Any) -> str:
    name = f"{number:032x}"
    at = (NOON + timedelta(minutes=minutes)).isoformat()
    item = {"status": "COMPLETED", "source_key": f"{number}.txt"} | more
    table.put_item(Item={"document_id": name, "updated_at": at, "run": 1, **item})
    return name


def pages(lists: DynamoCatalogue, limit: int = 2, **wanted: Any) -> list[list[str]]:
    """Ids, page by page."""
    found, after = [], None
    while True:
        page: Page = lists.page(Wanted(**wanted), limit, after)
        assert len(page.documents) <= limit
        found.append([one.document_id for one in page.documents])
        if page.following is None:
            return found
        after = page.following


def every(lists: DynamoCatalogue, **wanted: Any) -> list[str]:
    return [name for page in pages(lists, **wanted) for name in page]


def test_a_status_is_listed_newest_first_page_by_page(table: Any, lists: DynamoCatalogue) -> None:
    names = [put(table, number, number) for number in range(1, 6)]
    put(table, 9, 9, status="FAILED")

    assert pages(lists, status="COMPLETED") == [names[:2:-1], names[2:0:-1], names[:1]]


def test_a_day_holds_what_changed_on_it(table: Any, lists: DynamoCatalogue) -> None:
    before = put(table, 1, -12 * 60 - 0.001)
    first = put(table, 2, -12 * 60)
    last = put(table, 3, 12 * 60 - 0.001)
    after = put(table, 4, 12 * 60)

    assert every(lists, status="COMPLETED", day="2026-05-01") == [last, first]
    assert every(lists, status="COMPLETED", day="2026-04-30") == [before]
    assert every(lists, day="2026-05-02") == [after]
    assert every(lists, day="2026-05-03") == []


def test_without_a_status_all_are_merged_but_those_that_are_gone(
    table: Any, lists: DynamoCatalogue
) -> None:
    statuses = ("QUEUED", "COMPLETED", "FAILED", "PARTIAL", "PROCESSING", "REJECTED", "BLOCKED")
    names = [put(table, n, n, status=status) for n, status in enumerate(statuses, start=1)]
    gone = f"{99:032x}"
    table.put_item(Item=erased_row(gone, NOON))

    assert every(lists) == names[::-1]
    assert every(lists, status="ERASED") == [gone]


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
@pytest.mark.parametrize("wanted", [{}, {"status": "COMPLETED"}, {"document_type": "letter"}])
def test_documents_of_one_moment_are_each_met_once(
    table: Any, lists: DynamoCatalogue, limit: int, wanted: dict[str, str]
) -> None:
    names = {put(table, number, number // 4, document_type="letter") for number in range(1, 10)}

    met = [name for page in pages(lists, limit, **wanted) for name in page]

    assert len(met) == len(names)
    assert set(met) == names


def test_a_key_that_was_uploaded_often_lists_each_upload(
    table: Any, lists: DynamoCatalogue
) -> None:
    key = "in/nota nº 7 + 50% (v2)/../ção %2e.txt"
    older, newer = put(table, 7, 1, source_key=key), put(table, 3, 2, source_key=key)
    put(table, 5, 3)

    assert every(lists, source_key=key) == [newer, older]
    assert every(lists, source_key=key, status="FAILED") == []
    assert every(lists, source_key=key[:-1]) == []


def test_a_class_can_be_asked_for_with_a_status(table: Any, lists: DynamoCatalogue) -> None:
    partial = [
        put(table, n, n, document_type="invoice", status="COMPLETED" if n % 3 else "PARTIAL")
        for n in range(1, 30)
    ][2::3]
    put(table, 50, document_type="letter", status="PARTIAL")

    assert every(lists, document_type="invoice", status="PARTIAL") == partial[::-1]


def test_a_search_that_finds_little_ends_and_goes_on_where_it_was(
    table: Any, lists: DynamoCatalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalogue, "MOST_QUERIES", 2)
    rare = put(table, 1, 0, document_type="letter", status="FAILED")
    for number in range(2, 30):
        put(table, number, number, document_type="letter")

    found = pages(lists, document_type="letter", status="FAILED")

    assert [] in found
    assert [name for page in found for name in page] == [rare]


def test_a_row_tells_what_lists_show_in_every_index(table: Any, lists: DynamoCatalogue) -> None:
    manifest = Pipeline("es").run(b"Invoice 4711. " * 40, "in/invoice.txt")
    table.put_item(Item=row(manifest, "documents/x/manifest.json"))
    kind = manifest.classification
    assert kind

    found: list[Listed] = []
    for wanted in (
        {"status": manifest.status},
        {"source_key": manifest.source.key},
        {"document_type": kind.type},
    ):
        found += lists.page(Wanted.model_validate(wanted), 5).documents

    assert len(found) == 3
    assert found[0] == found[1] == found[2]
    assert (
        found[0].model_dump().items()
        >= {
            "document_id": manifest.document_id,
            "created_at": manifest.created_at,
            "document_type": kind.type,
            "pages": 1,
        }.items()
    )


def test_rows_that_say_little_are_listed(table: Any, lists: DynamoCatalogue) -> None:
    """Of before this table had them, or erased with empty names."""
    name = put(table, 1)
    table.update_item(Key={"document_id": name}, UpdateExpression="REMOVE run, source_key")

    (listed,) = lists.page(Wanted(status="COMPLETED"), 5).documents

    assert (listed.run, listed.source_key, listed.created_at) == (1, None, None)
