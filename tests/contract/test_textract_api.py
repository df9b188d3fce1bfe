"""Textract's operations against botocore's shapes and the parsers people use."""

from __future__ import annotations

import functools
import io
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import botocore.session
import pytest
import reportlab
from botocore.exceptions import ClientError
from botocore.response import StreamingBody
from botocore.validate import ParamValidator
from PIL import Image, ImageDraw, ImageFont
from pypdf import PdfWriter
from recita_local import engines
from recita_local.services.textract import work
from recita_local.services.textract.api import OPERATIONS
from recita_local.wire.service import RequestContext, ServiceError

FONT = str(Path(reportlab.__file__).parent / "fonts" / "Vera.ttf")
MODEL = botocore.session.get_session().get_service_model("textract")
LOCATION = {"S3Object": {"Bucket": "in", "Name": "a.pdf"}}
TABLE = [["Item", "Count", "Price"], ["Lamp", "2", "19.90"], ["Chair", "1", "75.00"]]
TOPIC = "arn:aws:sns:us-east-1:000000000000:done"
ROLE = "arn:aws:iam::000000000000:role/textract"


@dataclass
class Laptop(RequestContext):
    """A request's context whose S3 and SNS are in memory."""

    objects: dict[tuple[str, str], bytes] = field(default_factory=dict)
    sizes: dict[tuple[str, str], int] = field(default_factory=dict)
    """Sizes of objects that are too large to make."""
    messages: list[str] = field(default_factory=list)
    told: threading.Event = field(default_factory=threading.Event)

    def client(self, service: str) -> Any:  # noqa: ARG002 - one object plays both
        return self

    def head_object(self, Bucket: str, Key: str, **_: str) -> dict[str, Any]:  # noqa: N803
        if (Bucket, Key) not in self.objects:
            raise ClientError({"Error": {"Code": "404", "Message": "Not Found"}}, "HeadObject")
        return {"ContentLength": self.sizes.get((Bucket, Key), len(self.objects[Bucket, Key]))}

    def get_object(self, Bucket: str, Key: str, **_: str) -> dict[str, Any]:  # noqa: N803
        size = self.head_object(Bucket, Key)["ContentLength"]
        body = StreamingBody(io.BytesIO(self.objects[Bucket, Key]), size)
        return {"ContentLength": size, "Body": body}

    def put_object(self, Bucket: str, Key: str, Body: bytes) -> None:  # noqa: N803
        if Bucket == "gone":
            raise ClientError({"Error": {"Code": "NoSuchBucket", "Message": ""}}, "PutObject")
        self.objects[Bucket, Key] = Body

    def publish(self, TopicArn: str, Message: str) -> None:  # noqa: N803
        assert TopicArn == TOPIC
        self.messages.append(Message)
        self.told.set()


@pytest.fixture
def laptop() -> Laptop:
    return Laptop("textract", "", "us-east-1", "000000000000", "http://127.0.0.1:1")


@pytest.fixture(scope="module", autouse=True)
def _engine_ends() -> Iterator[None]:
    yield
    engines.engine("ocr").close()


def drawn(*lines: str, form: str = "PNG") -> bytes:
    image = Image.new("RGB", (1000, 120 + 70 * len(lines)), "white")
    draw = ImageDraw.Draw(image)
    for number, text in enumerate(lines):
        draw.text((60, 60 + 70 * number), text, fill="black", font=ImageFont.truetype(FONT, 32))
    return saved(image, form)


def saved(image: Image.Image, form: str, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def ruled_table() -> bytes:
    image = Image.new("RGB", (1000, 600), "white")
    draw = ImageDraw.Draw(image)
    for row, cells in enumerate(TABLE):
        for column, text in enumerate(cells):
            left, top = 80 + 280 * column, 200 + 80 * row
            draw.rectangle((left, top, left + 280, top + 80), outline="black", width=3)
            draw.text((left + 30, top + 20), text, fill="black", font=ImageFont.truetype(FONT, 34))
    draw.text((80, 80), "Customer: Ana Souza", fill="black", font=ImageFont.truetype(FONT, 34))
    return saved(image, "PNG")


def pages_pdf(*pages: str) -> bytes:
    images = [Image.open(io.BytesIO(drawn(page))).convert("RGB") for page in pages]
    return saved(images[0], "PDF", save_all=True, append_images=images[1:])


def blank_pages(count: int) -> bytes:
    writer = PdfWriter()
    for _ in range(count):
        writer.add_blank_page(100, 100)
    return written(writer)


def encrypted(pdf: bytes) -> bytes:
    writer = PdfWriter(clone_from=io.BytesIO(pdf))
    writer.encrypt("secret", algorithm="AES-256")
    return written(writer)


def written(writer: PdfWriter) -> bytes:
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


def call(operation: str, params: dict[str, Any], laptop: Laptop) -> dict[str, Any]:
    reply = OPERATIONS[operation](params, laptop)
    shape = MODEL.operation_model(operation).output_shape
    assert shape is not None
    assert not ParamValidator().validate(reply, shape).has_errors()
    assert set(reply) <= set(shape.members)
    return reply


def refused(operation: str, params: dict[str, Any], laptop: Laptop) -> str:
    with pytest.raises(ServiceError) as caught:
        OPERATIONS[operation](params, laptop)
    names = {shape.name for shape in MODEL.operation_model(operation).error_shapes}
    assert caught.value.code in names
    return caught.value.code


def lines(reply: dict[str, Any]) -> list[str]:
    return [block["Text"] for block in reply["Blocks"] if block["BlockType"] == "LINE"]


def finished(laptop: Laptop, **extra: Any) -> str:
    params = {
        "DocumentLocation": LOCATION,
        "NotificationChannel": {"SNSTopicArn": TOPIC, "RoleArn": ROLE},
        **extra,
    }
    job_id = call("StartDocumentTextDetection", params, laptop)["JobId"]
    assert laptop.told.wait(60), "no notification came"
    return str(job_id)


@pytest.mark.engines
def test_an_image_is_read(laptop: Laptop) -> None:
    reply = call("DetectDocumentText", {"Document": {"Bytes": drawn("São João 42", "fim")}}, laptop)
    assert lines(reply) == ["São João 42", "fim"]
    assert laptop.engine.startswith("rapidocr/")


@pytest.mark.engines
@pytest.mark.parametrize("angle", [90, 180, 270])
def test_a_turned_page_is_read(laptop: Laptop, angle: int) -> None:
    text = ("The quick brown fox jumps", "over the lazy dog again", "and sleeps until noon")
    image = Image.open(io.BytesIO(drawn(*text))).rotate(angle, expand=True)
    reply = call("DetectDocumentText", {"Document": {"Bytes": saved(image, "PNG")}}, laptop)
    assert lines(reply) == list(text)


@pytest.mark.engines
def test_known_parsers_read_our_tables_and_forms(laptop: Laptop) -> None:
    import trp
    from textractor.parsers.response_parser import parse
    from trp.trp2 import TDocumentSchema

    features = ["TABLES", "FORMS", "LAYOUT", "SIGNATURES"]
    params = {"Document": {"Bytes": ruled_table()}, "FeatureTypes": features}
    reply = call("AnalyzeDocument", params, laptop)

    parsed = parse(reply)
    cells = parsed.tables[0].table_cells
    texts = {(cell.row_index, cell.col_index): cell.text.strip() for cell in cells}
    assert [[texts[row, column] for column in (1, 2, 3)] for row in (1, 2, 3)] == TABLE
    pair = parsed.key_values[0]
    assert ([word.text for word in pair.key], str(pair.value)) == (["Customer:"], "Ana Souza")
    assert trp.Document(reply).pages[0].tables[0].rows[1].cells[2].text.strip() == "19.90"
    assert TDocumentSchema().load(reply).blocks


@pytest.mark.engines
def test_a_job_reads_every_page_and_announces_itself(laptop: Laptop) -> None:
    laptop.objects["in", "a.pdf"] = pages_pdf("first page", "second page")
    job_id = finished(laptop, JobTag="tag-1")
    message = json.loads(laptop.messages[0])
    assert isinstance(message.pop("Timestamp"), int)
    assert message == {
        "JobId": job_id,
        "Status": "SUCCEEDED",
        "API": "StartDocumentTextDetection",
        "JobTag": "tag-1",
        "DocumentLocation": {"S3ObjectName": "a.pdf", "S3Bucket": "in"},
    }
    reply = call("GetDocumentTextDetection", {"JobId": job_id}, laptop)
    assert reply["DocumentMetadata"] == {"Pages": 2}
    assert lines(reply) == ["first page", "second page"]
    assert [b["Page"] for b in reply["Blocks"] if b["BlockType"] == "PAGE"] == [1, 2]


@pytest.mark.engines
def test_results_come_in_portions(laptop: Laptop) -> None:
    laptop.objects["in", "a.pdf"] = pages_pdf("one two three", "four five")
    job_id = finished(laptop)
    whole = call("GetDocumentTextDetection", {"JobId": job_id}, laptop)["Blocks"]
    params: dict[str, Any] = {"JobId": job_id, "MaxResults": 4}
    collected: list[dict[str, Any]] = []
    while True:
        reply = call("GetDocumentTextDetection", params, laptop)
        assert len(reply["Blocks"]) <= 4
        collected += reply["Blocks"]
        if "NextToken" not in reply:
            break
        params["NextToken"] = reply["NextToken"]
    assert collected == whole


@pytest.mark.engines
def test_an_output_config_stores_the_results_in_portions(
    laptop: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "PAGE_SIZE", 4)
    laptop.objects["in", "a.pdf"] = pages_pdf("one two three", "four five")
    job_id = finished(laptop, OutputConfig={"S3Bucket": "out", "S3Prefix": "ocr/"})
    names = [key for bucket, key in laptop.objects if bucket == "out"]
    assert names == [f"ocr/{job_id}/{name}" for name in (".s3_access_check", "1", "2", "3")]
    assert laptop.objects["out", names[0]] == b""

    stored = [json.loads(laptop.objects["out", name]) for name in names[1:]]
    whole = call("GetDocumentTextDetection", {"JobId": job_id}, laptop)
    assert [block for part in stored for block in part["Blocks"]] == whole["Blocks"]
    assert ["NextToken" in part for part in stored] == [True, True, False]
    for part in stored:
        assert part["JobStatus"] == "SUCCEEDED"
        assert part["DocumentMetadata"] == {"Pages": 2}
        assert part["DetectDocumentTextModelVersion"] == "1.0"


def test_an_output_bucket_that_can_not_be_written_is_refused_at_once(laptop: Laptop) -> None:
    laptop.objects["in", "a.pdf"] = b"%PDF-1.7"
    params = {"DocumentLocation": LOCATION, "OutputConfig": {"S3Bucket": "gone"}}
    assert refused("StartDocumentTextDetection", params, laptop) == "InvalidS3ObjectException"


@pytest.mark.engines
def test_a_token_stands_for_a_place_in_one_job(laptop: Laptop) -> None:
    laptop.objects["in", "a.pdf"] = pages_pdf("one two three")
    first = finished(laptop)
    laptop.told.clear()
    second = finished(laptop, JobTag="other")
    get = functools.partial(refused, "GetDocumentTextDetection", laptop=laptop)
    token = call("GetDocumentTextDetection", {"JobId": first, "MaxResults": 2}, laptop)["NextToken"]
    assert get(params={"JobId": second, "NextToken": token}) == "InvalidParameterException"
    assert get(params={"JobId": first, "NextToken": "nonsense"}) == "InvalidParameterException"


@pytest.mark.engines
def test_one_bad_page_costs_that_page(laptop: Laptop) -> None:
    first, second, rest = pages_pdf("kept", "lost").split(b"0 0 1000.0", 2)
    # The second page is then 125 inches wide; the service takes 40.
    laptop.objects["in", "a.pdf"] = first + b"0 0 1000.0" + second + b"0 0 9000.0" + rest
    job_id = finished(laptop)
    assert json.loads(laptop.messages[0])["Status"] == "PARTIAL_SUCCESS"
    reply = call("GetDocumentTextDetection", {"JobId": job_id}, laptop)
    assert reply["JobStatus"] == "PARTIAL_SUCCESS"
    assert reply["Warnings"] == [{"ErrorCode": "BadDocumentException", "Pages": [2]}]
    assert lines(reply) == ["kept"]


@pytest.mark.engines
def test_a_job_on_a_broken_file_fails_and_says_so(laptop: Laptop) -> None:
    laptop.objects["in", "a.pdf"] = b"%PDF-1.7 and no more"
    job_id = finished(laptop)
    assert json.loads(laptop.messages[0])["Status"] == "FAILED"
    reply = call("GetDocumentTextDetection", {"JobId": job_id}, laptop)
    assert (reply["JobStatus"], reply["StatusMessage"]) == ("FAILED", "BAD_DOCUMENT")


@pytest.mark.engines
@pytest.mark.parametrize(
    ("data", "message"),
    [
        (blank_pages(3001), "DOCUMENT_TOO_LARGE"),
        (b"\xff\xd8\xff" + bytes(10 * 1024 * 1024), "DOCUMENT_TOO_LARGE"),
        (b"GIF89a", "UNSUPPORTED_DOCUMENT"),
        (encrypted(pages_pdf("secret")), "UNSUPPORTED_DOCUMENT"),
    ],
)
def test_a_job_beyond_the_service_fails_and_says_why(
    laptop: Laptop, data: bytes, message: str
) -> None:
    laptop.objects["in", "a.pdf"] = data
    job_id = finished(laptop)
    reply = call("GetDocumentTextDetection", {"JobId": job_id}, laptop)
    assert (reply["JobStatus"], reply["StatusMessage"]) == ("FAILED", message)


@pytest.mark.parametrize(
    ("operation", "member", "limit"),
    [
        ("DetectDocumentText", "Document", 10 * 1024 * 1024),
        ("StartDocumentTextDetection", "DocumentLocation", 500 * 1024 * 1024),
    ],
)
def test_an_object_that_is_too_large_is_not_downloaded(
    laptop: Laptop, operation: str, member: str, limit: int
) -> None:
    laptop.objects["in", "a.pdf"] = b"%PDF-1.7"
    laptop.sizes["in", "a.pdf"] = limit + 1
    assert refused(operation, {member: LOCATION}, laptop) == "DocumentTooLargeException"


@pytest.mark.engines
@pytest.mark.parametrize(
    ("data", "code"),
    [
        (pages_pdf("one", "two"), "UnsupportedDocumentException"),
        (b"%PDF-1.7 and no more", "BadDocumentException"),
        (encrypted(pages_pdf("secret")), "UnsupportedDocumentException"),
        (drawn("cut")[:400], "BadDocumentException"),
        (saved(Image.new("1", (10_001, 20)), "PNG"), "BadDocumentException"),
    ],
)
def test_what_cannot_be_read_is_refused(laptop: Laptop, data: bytes, code: str) -> None:
    assert refused("DetectDocumentText", {"Document": {"Bytes": data}}, laptop) == code


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ({"Bytes": b"GIF89a"}, "UnsupportedDocumentException"),
        ({"Bytes": b"\xff\xd8\xff" + bytes(10 * 1024 * 1024)}, "DocumentTooLargeException"),
        ({"S3Object": {"Bucket": "in", "Name": "missing"}}, "InvalidS3ObjectException"),
        ({}, "InvalidParameterException"),
        ({"Bytes": b"x", "S3Object": LOCATION["S3Object"]}, "InvalidParameterException"),
    ],
)
def test_requests_beyond_the_service_are_refused(
    laptop: Laptop, document: dict[str, Any], code: str
) -> None:
    assert refused("DetectDocumentText", {"Document": document}, laptop) == code


def test_questions_have_no_engine_here(laptop: Laptop) -> None:
    params = {"Document": {"Bytes": drawn("a")}, "FeatureTypes": ["QUERIES"]}
    assert refused("AnalyzeDocument", params, laptop) == "InvalidParameterException"


def test_a_job_on_a_missing_object_is_refused_at_once(laptop: Laptop) -> None:
    params = {"DocumentLocation": LOCATION}
    assert refused("StartDocumentTextDetection", params, laptop) == "InvalidS3ObjectException"


@pytest.mark.parametrize("operation", ["GetDocumentTextDetection", "GetDocumentAnalysis"])
def test_an_unknown_job_is_refused(laptop: Laptop, operation: str) -> None:
    assert refused(operation, {"JobId": "0" * 64}, laptop) == "InvalidJobIdException"
