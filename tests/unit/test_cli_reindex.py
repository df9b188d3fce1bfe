"""`recita reindex`: the table follows the manifests, and nobody on their way is disturbed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from recita.adapters.erasure import erased_row
from recita.models.document import result_key
from recita.models.receipt import Receipt, receipt_key
from recita.models.row import table_key

from tests.operated import NOW, RESULTS

if TYPE_CHECKING:
    from tests.operated import OperatedStack

LOST, STALE, GOOD, MOVING, GONE, LEFT = (letter * 32 for letter in "abcdef")


def lines(result: Any) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_rows_are_made_again_from_manifests(operated: OperatedStack) -> None:
    operated.publish(LOST, run=3)
    operated.publish(STALE, "PARTIAL", run=2)
    operated.row(STALE, "COMPLETED", language="xx", queued_at="2026", run=2)

    *changes, summary = lines(operated.recita("reindex", "--json"))

    assert [(one["document_id"], one["change"]) for one in changes] == [
        (LOST, "added"),
        (STALE, "changed"),
    ]
    assert {"language", "status", "manifest_key"} <= set(changes[1]["fields"])
    assert (summary["documents"], summary["added"], summary["changed"]) == (2, 1, 1)
    rows = operated.rows()
    assert rows[LOST]["manifest_key"] == result_key(LOST, "manifest.json")
    assert rows[LOST]["run"] == 3  # so that the next re-run is the fourth
    assert rows[STALE]["status"] == "PARTIAL"
    assert "language" not in rows[STALE]
    assert rows[STALE]["queued_at"] == "2026"


def test_rows_for_queries_are_made_again(operated: OperatedStack) -> None:
    operated.publish(GOOD, run=2)
    operated.recita("reindex")
    operated.s3.delete_object(Bucket=RESULTS, Key=table_key(GOOD))
    (change, _) = lines(operated.recita("reindex", "--dry-run", "--json"))
    assert (change["change"], change["fields"]) == ("changed", ["row for queries"])
    assert "Contents" not in operated.s3.list_objects_v2(Bucket=RESULTS, Prefix="tables/")

    operated.recita("reindex")

    body = operated.s3.get_object(Bucket=RESULTS, Key=table_key(GOOD))["Body"].read()
    row = json.loads(body)
    assert (row["document_id"], row["run"], row["status"]) == (GOOD, 2, "COMPLETED")
    (summary,) = lines(operated.recita("reindex", "--json"))
    assert summary["same"] == 1


def test_a_second_time_changes_nothing(operated: OperatedStack) -> None:
    operated.publish(LOST)
    operated.recita("reindex")
    before = operated.rows()

    (summary,) = lines(operated.recita("reindex", "--json"))

    assert (summary["same"], summary["changed"]) == (1, 0)
    assert operated.rows() == before


def test_a_dry_run_tells_and_changes_nothing(operated: OperatedStack) -> None:
    operated.publish(LOST)

    result = operated.recita("reindex", "--dry-run")

    assert LOST in result.stdout
    assert "1 would be added" in result.stderr
    assert operated.rows() == {}


def test_documents_on_their_way_are_left_alone(operated: OperatedStack) -> None:
    for document, status in ((MOVING, "PROCESSING"), (GOOD, "QUEUED")):
        operated.publish(document)  # an earlier run's
        operated.row(document, status, run=2)
    before = operated.rows()

    (summary,) = lines(operated.recita("reindex", "--json"))

    assert summary["waiting"] == 2
    assert operated.rows() == before


def test_a_row_that_moves_meanwhile_is_left_alone(
    operated: OperatedStack, monkeypatch: Any
) -> None:
    from recita_cli import reindexing

    operated.publish(STALE, "PARTIAL")
    operated.row(STALE, "COMPLETED")
    read = reindexing._Desk._read

    def queued_meanwhile(desk: Any, key: str) -> Any:
        operated.row(STALE, "QUEUED", run=2)
        return read(desk, key)

    monkeypatch.setattr(reindexing._Desk, "_read", queued_meanwhile)
    (summary,) = lines(operated.recita("reindex", "--json"))

    assert summary["waiting"] == 1
    assert operated.rows()[STALE]["status"] == "QUEUED"


def test_erased_documents_stay_erased(operated: OperatedStack) -> None:
    receipt = Receipt(document_id=GONE, erased_at=NOW, status="COMPLETED")
    body = receipt.model_dump_json().encode()
    operated.s3.put_object(Bucket=RESULTS, Key=receipt_key(GONE), Body=body)
    operated.publish(GONE)  # a late write
    operated.row(GONE, "COMPLETED", source_key="name.pdf")  # from a backup

    operated.recita("reindex")

    assert operated.rows() == {GONE: erased_row(GONE, NOW)}
    assert lines(operated.recita("reindex", "--json"))[-1]["erased"] == 1


def test_what_is_no_manifest_is_told_and_fails(operated: OperatedStack) -> None:
    operated.publish(GOOD)
    operated.s3.put_object(Bucket=RESULTS, Key=result_key(LEFT, "manifest.json"), Body=b"{}")
    operated.s3.put_object(Bucket=RESULTS, Key="documents/readme.txt", Body=b"")

    result = operated.recita("reindex")

    assert result.exit_code == 1
    assert LEFT in result.stdout
    assert set(operated.rows()) == {GOOD}


def test_more_documents_than_one_question_takes(operated: OperatedStack, monkeypatch: Any) -> None:
    from recita_cli import reindexing

    monkeypatch.setattr(reindexing, "BATCH", 2)
    for number in range(5):
        operated.publish(f"{number:032x}")

    summary = lines(operated.recita("reindex", "--json"))[-1]

    assert summary["added"] == len(operated.rows()) == 5
