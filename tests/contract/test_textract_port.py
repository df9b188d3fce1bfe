"""Textract: fake and adapter say the same of the same answer, in botocore's shapes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from botocore.stub import ANY
from recita.adapters.textract import TextractOcr
from recita.errors import (
    OcrFailedError,
)
from recita.meter import Meter
from recita.models.steps import OcrCursor
from recita.ports import (
    Ocr,
    OcrOrder,
    OcrPart,
)

from tests.contract.stubbed import both, engines, stub, used
from tests.fakes import (
    FakeOcr,
    FakeResults,
    files,
)

pytestmark = pytest.mark.usefixtures("aws")

GEOMETRY = {"BoundingBox": {"Left": 0.1, "Top": 0.2, "Width": 0.3, "Height": 0.04}}


def blocks(page: int, *lines: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    ids = []
    for number, line in enumerate(lines):
        words = [f"{page}-{number}-{n}" for n in range(len(line.split()))]
        ids.append(f"{page}-{number}")
        found.append(
            {"BlockType": "LINE", "Id": ids[-1], "Text": line, "Confidence": 99.0, "Page": page,
             "Geometry": GEOMETRY, "Relationships": [{"Type": "CHILD", "Ids": words}]}
        )  # fmt: skip
        found += [
            {"BlockType": "WORD", "Id": name, "Text": word, "Confidence": 98.0, "Page": page,
             "Geometry": GEOMETRY}
            for name, word in zip(words, line.split(), strict=True)
        ]  # fmt: skip
    children = [{"Type": "CHILD", "Ids": ids}] if ids else []
    top = {"BlockType": "PAGE", "Id": f"p{page}", "Page": page, "Geometry": GEOMETRY,
           "Relationships": children}  # fmt: skip
    return [top, *found]


@pytest.fixture
def ocr(kind: str, meter: Meter) -> Ocr:
    if kind == "fake":
        fake = FakeOcr(meter, FakeResults())
        fake.texts = ("Hello world\nagain",)
        return fake
    adapter = TextractOcr(meter)
    reply = {"DocumentMetadata": {"Pages": 1}, "Blocks": blocks(1, "Hello world", "again")}
    stub(adapter, ("detect_document_text", reply, {"Document": {"Bytes": ANY}}))
    return adapter


@both
def test_ocr_reads_one_page(ocr: Ocr, meter: Meter) -> None:
    (page,) = ocr.read(files.pdf(["x"])).pages
    assert (page.number, page.method, page.text) == (1, "ocr", "Hello world\nagain")
    assert [line.text for line in page.lines] == ["Hello world", "again"]
    assert page.confidence == 99.0
    assert used(meter) == [("textract", "DetectDocumentText", 1, "pages")]
    assert engines(meter) == [("textract", "aws")]


TOPIC, ROLE = "arn:topic-1234567890", "arn:aws:iam::123456789012:role/x"
ORDER = OcrOrder(key="work/x/ocr.pdf", tag="x.0", seal="1")
STARTED = {
    "DocumentLocation": {"S3Object": {"Bucket": "results", "Name": "work/x/ocr.pdf"}},
    "ClientRequestToken": ANY,
    "JobTag": "x.0",
    "NotificationChannel": {"SNSTopicArn": TOPIC, "RoleArn": ROLE},
}


@pytest.fixture
def jobs(kind: str, meter: Meter) -> Ocr:
    if kind == "fake":
        results = FakeResults()
        results.write("work/x/ocr.pdf", files.pdf(["x", "y", "z"]), "application/pdf")
        fake = FakeOcr(meter, results)
        fake.texts, fake.failed, fake.looks = ("One", "Two", "Three"), {2: "X"}, 1
        return fake
    adapter = TextractOcr(meter, bucket="results", topic=TOPIC, role=ROLE)
    head = {"JobStatus": "PARTIAL_SUCCESS", "DocumentMetadata": {"Pages": 3},
            "Warnings": [{"ErrorCode": "X", "Pages": [2]}]}  # fmt: skip
    third = blocks(3, "Three")
    stub(
        adapter,
        ("start_document_text_detection", {"JobId": "job-x"}, STARTED),
        ("get_document_text_detection", {"JobStatus": "IN_PROGRESS"},
         {"JobId": "job-x", "MaxResults": 1}),
        # A reply ends anywhere: here amid the third page.
        ("get_document_text_detection",
         head | {"Blocks": [*blocks(1, "One"), *third[:1]], "NextToken": "n"}, {"JobId": "job-x"}),
        ("get_document_text_detection", head | {"Blocks": third[1:]},
         {"JobId": "job-x", "NextToken": "n"}),
    )  # fmt: skip
    return adapter


@both
def test_a_job_gives_its_pages_and_those_it_could_not_read(jobs: Ocr, meter: Meter) -> None:
    job = jobs.start(ORDER)
    assert job.startswith("job-")
    assert jobs.running(job)
    first, last = jobs.collect(job)
    assert [page.text for part in (first, last) for page in part.pages] == ["One", "Three"]
    assert {**first.failed, **last.failed} == {2: "X"}
    assert first.following is not None
    assert last.following is None
    assert used(meter) == [("textract", "StartDocumentTextDetection", 3, "pages")]


def test_collecting_goes_on_at_the_page_that_was_not_complete(meter: Meter) -> None:
    adapter = TextractOcr(meter)
    head: dict[str, Any] = {"JobStatus": "SUCCEEDED", "DocumentMetadata": {"Pages": 3}}
    second, third = blocks(2, "Two"), blocks(3, "Three")
    replies = [
        head | {"Blocks": [*blocks(1, "One"), *second[:2]], "NextToken": "n"},
        head | {"Blocks": second[2:], "NextToken": "o"},
        head | {"Blocks": third},
    ]
    asked = [{"JobId": "j"}, {"JobId": "j", "NextToken": "n"}, {"JobId": "j", "NextToken": "o"}]
    calls: list[tuple[str, dict[str, Any], dict[str, Any] | None]] = [
        ("get_document_text_detection", reply, request)
        for reply, request in zip(replies, asked, strict=True)
    ]
    stub(adapter, calls[0], *calls)
    first = next(adapter.collect("j"))
    assert [page.text for page in first.pages] == ["One"]
    assert first.following == OcrCursor(token=None, page=2)
    later = list(adapter.collect("j", (), first.following))
    assert [page.text for part in later for page in part.pages] == ["Two", "Three"]
    begun = OcrCursor(token=None, page=2)
    assert [part.following for part in later] == [begun, begun, None]


def test_a_page_whose_blocks_are_lost_is_not_passed_off_as_whole(meter: Meter) -> None:
    adapter = TextractOcr(meter)
    head = {"JobStatus": "SUCCEEDED", "DocumentMetadata": {"Pages": 1}}
    stub(adapter, ("get_document_text_detection", head | {"Blocks": blocks(1, "One")[:1]}, None))
    (part,) = adapter.collect("j")
    assert part.pages == ()
    assert part.failed == {1: "BLOCKS_MISSING"}


@both
def test_a_job_that_runs_has_nothing_to_give_yet(kind: str, meter: Meter) -> None:
    if kind == "fake":
        results = FakeResults()
        results.write("work/x/ocr.pdf", files.pdf(["x"]), "application/pdf")
        fake = FakeOcr(meter, results)
        fake.looks = 1
        parts = fake.collect(fake.start(ORDER))
    else:
        adapter = TextractOcr(meter)
        stub(adapter, ("get_document_text_detection", {"JobStatus": "IN_PROGRESS"}, None))
        parts = adapter.collect("j")
    assert list(parts) == [OcrPart(running=True)]
    assert used(meter) == []


@both
def test_a_job_without_a_result_is_an_error(kind: str, meter: Meter) -> None:
    port: Ocr = FakeOcr(meter, FakeResults())
    if kind == "adapter":
        port = TextractOcr(meter)
        stub(port, ("get_document_text_detection", {"JobStatus": "FAILED"}, None))
    with pytest.raises(OcrFailedError, match="FAILED"):
        list(port.collect("job-unknown"))


def tokens(*orders: OcrOrder) -> list[str]:
    adapter = TextractOcr(Meter(), bucket="results", topic=TOPIC, role=ROLE)
    sent: list[str] = []

    def call(_: str, **given: Any) -> dict[str, Any]:
        sent.append(given["ClientRequestToken"])
        return {"JobId": "j"}

    adapter._textract.call = call  # type: ignore[method-assign,assignment]
    for order in orders:
        adapter.start(order)
    return sent


def test_the_same_order_is_one_job_and_another_is_another() -> None:
    changes: list[dict[str, Any]] = [
        {"key": "work/x/ocr.1.pdf"}, {"tag": "x.1"}, {"features": ("TABLES",)}, {"seal": "2"},
    ]  # fmt: skip
    first, again, *others = tokens(ORDER, ORDER, *(replace(ORDER, **c) for c in changes))
    assert first == again
    assert len({first, *others}) == 1 + len(changes)
    assert re.fullmatch(r"[a-zA-Z0-9-_]{1,64}", first)


CELLS = {"table": [("Town", 1, 1), ("Plums", 1, 2), ("Aurich", 2, 1), ("11", 2, 2)]}


def analysed() -> list[dict[str, Any]]:
    """A page with a table of four cells, a checked field, and a box nobody labelled."""
    words = ["Town", "Plums", "Aurich", "11", "Paid:"]
    page, *found = blocks(1, " ".join(words))
    named = {block["Text"]: block["Id"] for block in found if block["BlockType"] == "WORD"}
    here = {"Page": 1, "Geometry": GEOMETRY, "Confidence": 90.0}

    def block(kind: str, name: str, children: Sequence[str] = (), **more: Any) -> dict[str, Any]:
        related = [{"Type": "CHILD", "Ids": list(children)}] if children else []
        related += more.pop("Relationships", [])
        return {"BlockType": kind, "Id": name, "Relationships": related, **here, **more}

    cells = [
        block("CELL", f"c{row}{column}", [named[text]], RowIndex=row, ColumnIndex=column,
              EntityTypes=["COLUMN_HEADER"] if row == 1 else [])
        for text, row, column in CELLS["table"]
    ]  # fmt: skip
    table = block("TABLE", "t", [cell["Id"] for cell in cells])
    box = block("SELECTION_ELEMENT", "s1", SelectionStatus="SELECTED")
    other = block("SELECTION_ELEMENT", "s2", SelectionStatus="NOT_SELECTED")
    value = block("KEY_VALUE_SET", "v", ["s1"], EntityTypes=["VALUE"])
    to_value = [{"Type": "VALUE", "Ids": ["v"]}]
    key = block("KEY_VALUE_SET", "k", [named["Paid:"]], EntityTypes=["KEY"],
                Relationships=to_value)  # fmt: skip
    page["Relationships"][0]["Ids"] += ["t", "k", "v"]
    return [page, *found, table, *cells, box, other, value, key]


def test_analysis_gives_tables_fields_and_checkboxes(meter: Meter) -> None:
    adapter = TextractOcr(meter)
    reply = {"DocumentMetadata": {"Pages": 1}, "Blocks": analysed()}
    request = {"Document": {"Bytes": b"x"}, "FeatureTypes": ["TABLES", "FORMS", "LAYOUT"]}
    stub(adapter, ("analyze_document", reply, request))
    (page,) = adapter.read(b"x", ("TABLES", "FORMS", "LAYOUT")).pages
    (table,) = page.tables
    assert table.rows == (("Town", "Plums"), ("Aurich", "11"))
    assert table.header_rows == 1
    (pair,) = page.key_values
    assert (pair.key, pair.value, pair.selected) == ("Paid:", "[x]", True)
    assert [box.selected for box in page.selections] == [True, False]
    # Layout is free with tables and forms.
    assert used(meter) == [
        ("textract", "AnalyzeDocument", 1, "TABLES pages"),
        ("textract", "AnalyzeDocument", 1, "FORMS pages"),
    ]
