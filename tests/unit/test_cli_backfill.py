"""`recita backfill`: what it says before, and how it ends; tests/workflow has it run."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from recita_cli import backfilling

if TYPE_CHECKING:
    from tests.operated import OperatedStack

PLACE = "s3://archive/2019/"


@pytest.fixture
def archive(operated: OperatedStack) -> OperatedStack:
    operated.s3.create_bucket(Bucket="archive")
    return operated


def estimate(stack: OperatedStack, **files: int) -> dict[str, Any]:
    for name, size in files.items():
        key = f"2019/{name.replace('_', '.')}"
        stack.s3.put_object(Bucket="archive", Key=key, Body=b"x" * size)
    told = stack.recita("backfill", PLACE, "--dry-run", "--json")
    assert told.exit_code == 0, told.stderr
    found: dict[str, Any] = json.loads(told.stdout)
    return found


def test_a_dry_run_counts_by_type_and_size(archive: OperatedStack) -> None:
    archive.s3.put_object(Bucket="archive", Key="2020/later.pdf", Body=b"")
    archive.s3.put_object(Bucket="archive", Key="2019/", Body=b"")
    cold: Any = {"StorageClass": "DEEP_ARCHIVE"}
    archive.s3.put_object(Bucket="archive", Key="2019/cold.pdf", Body=b"x", **cold)

    told = estimate(archive, a_PDF=250_000, b_pdf=1, c_txt=4_001, d_jpg=10, e_zip=5)

    kinds = {name: (one["objects"], one["pages"]) for name, one in told["kinds"].items()}
    assert kinds == {
        "pages": (2, 4),
        "text": (1, 3),
        "pictures": (1, 1),
        "other types": (1, 0),
        "folders": (1, 0),
        "archived": (1, 0),
    }
    assert told["documents"] == 4


def test_ocr_is_the_difference_between_least_and_most(archive: OperatedStack) -> None:
    told = estimate(archive, a_pdf=3_000_000)  # 30 pages: 10 of them with tables and forms
    scanned = 30 * 0.0015 + 10 * (0.015 + 0.05)
    assert told["cost"]["most"] - told["cost"]["least"] == pytest.approx(scanned, abs=0.011)
    assert told["cost"]["least"] > 0
    assert told["assumptions"]


def test_text_costs_no_ocr(archive: OperatedStack) -> None:
    told = estimate(archive, a_txt=100, b_jpg=100)
    assert told["cost"]["most"] == told["cost"]["least"]


def test_the_time_is_what_the_bound_allows(archive: OperatedStack) -> None:
    files: Any = {f"n{number}_txt": 1 for number in range(21)}
    told = estimate(archive, **files)
    assert told["in_flight"] == 10
    assert told["hours"] == pytest.approx(3 * 30 / 3600, abs=0.01)


def test_a_dry_run_speaks_to_people_too(archive: OperatedStack) -> None:
    estimate(archive, a_pdf=1)
    told = archive.recita("backfill", PLACE, "--dry-run")
    assert "1 objects" in told.stdout
    assert "list prices of 2026" in told.stdout
    assert "a page is 100 kB" in told.stderr


@pytest.mark.parametrize("place", ["archive/2019", "s3://", "s3://UPPER/x", "https://archive/x"])
def test_a_place_must_be_one(operated: OperatedStack, place: str) -> None:
    assert operated.recita("backfill", place).exit_code == 2


def test_another_bucket_is_refused_before_anything_starts(operated: OperatedStack) -> None:
    told = operated.recita("backfill", "s3://secrets/")
    assert told.exit_code == 1
    assert "BackfillBucket is archive" in told.stderr
    assert "BackfillBucket=secrets" in told.stderr


def test_a_stack_from_before_has_no_backfill(operated: OperatedStack) -> None:
    told = operated.recita("backfill", PLACE)
    assert told.exit_code == 1
    assert "no backfill" in told.stderr


@pytest.mark.parametrize(
    ("status", "failed", "code"),
    [("SUCCEEDED", 0, 0), ("SUCCEEDED", 12, 3), ("FAILED", 12, 1), ("ABORTED", 0, 1)],
)
def test_the_exit_code_says_how_it_ended(
    operated: OperatedStack, monkeypatch: pytest.MonkeyPatch, status: str, failed: int, code: int
) -> None:
    failures = [{"key": f"2019/{n}.pdf\x07", "error": "AccessDenied"} for n in range(failed)]
    report = {
        "status": status,
        "error": "States.ExceedToleratedFailureThreshold",
        "objects": {"copied": 1_200, "failed": failed},
        "failed": failures,
        "refused": [],
    }
    monkeypatch.setattr(backfilling, "run", lambda *_, **__: report)

    told = operated.recita("backfill", PLACE)

    assert told.exit_code == code
    assert "1,200" in told.stdout
    assert "\x07" not in told.stderr
    assert ("and 2 others" in told.stderr) == bool(failed)
    assert ("ExceedToleratedFailureThreshold" in told.stderr) == (status != "SUCCEEDED")
    assert json.loads(operated.recita("backfill", PLACE, "--json").stdout) == report


def test_results_are_read_a_line_at_a_time(operated: OperatedStack) -> None:
    files = {
        "manifest.json": "{}",
        "SUCCEEDED_0.jsonl": '"copied"\n"present"',
        "SUCCEEDED_1.jsonl": '"copied"',
        "FAILED_0.jsonl": json.dumps({"Input": '{"key": "a"}', "Error": "AccessDenied"}),
    }
    for name, body in files.items():
        key = f"backfill/run/some-map/{name}"
        operated.s3.put_object(Bucket=operated.outputs["ResultsBucketName"], Key=key, Body=body)

    counted, failed = backfilling._outcomes(operated.target, "backfill/run/")

    assert counted == {"copied": 2, "present": 1}
    assert failed == [{"key": "a", "error": "AccessDenied"}]
