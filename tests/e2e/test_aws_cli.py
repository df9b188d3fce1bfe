"""The real AWS CLI and plain boto3 with nothing but ``AWS_ENDPOINT_URL`` set."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image, ImageDraw, ImageFont
from recita_local import stack as laptop

if TYPE_CHECKING:
    from tests.laptop import DocumentLaptop

pytestmark = [pytest.mark.stack, pytest.mark.engines]

AWS = Path(sys.executable).with_name("aws")


def environment(recita: DocumentLaptop) -> dict[str, str]:
    """What ``recita up`` tells people to export, and nothing of the machine's own AWS set-up."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return {**clean, **laptop.credentials_environment(recita.stack), "AWS_PAGER": ""}


def aws(recita: DocumentLaptop, *arguments: str) -> Any:
    answer = subprocess.run(  # noqa: S603 - the locked AWS CLI
        [str(AWS), *arguments, "--output", "json"],
        env=environment(recita),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    return json.loads(answer.stdout or "null")


def picture_of(text: str) -> bytes:
    import reportlab

    font = ImageFont.truetype(Path(reportlab.__file__).parent / "fonts" / "Vera.ttf", 40)
    image = Image.new("RGB", (900, 200), "white")
    ImageDraw.Draw(image).text((40, 70), text, fill="black", font=font)
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def test_the_cli_lists_buckets_by_its_own_flag(recita: DocumentLaptop) -> None:
    found = aws(recita, "--endpoint-url", recita.stack.endpoint_url, "s3api", "list-buckets")
    names = {bucket["Name"] for bucket in found["Buckets"]}
    assert recita.stack.outputs["InputBucketName"] in names


def test_the_cli_starts_an_execution(recita: DocumentLaptop) -> None:
    machine = recita.stack.outputs["StateMachineArn"]
    bucket = recita.stack.outputs["InputBucketName"]
    upload = {"document_id": "0" * 32, "bucket": bucket, "key": "none.pdf", "version_id": "null"}
    started = aws(recita, "stepfunctions", "start-execution", "--state-machine-arn", machine,
                  "--input", json.dumps(upload))  # fmt: skip
    assert started["executionArn"].startswith(machine.replace(":stateMachine:", ":execution:"))


def test_the_cli_reads_a_picture(recita: DocumentLaptop) -> None:
    place = {"Bucket": recita.stack.outputs["ResultsBucketName"], "Name": "work/cli/picture.png"}
    body = picture_of("Invoice 2026-117")
    recita.client("s3").put_object(Bucket=place["Bucket"], Key=place["Name"], Body=body)
    document = json.dumps({"S3Object": place})
    found = aws(recita, "textract", "detect-document-text", "--document", document)
    lines = [block["Text"] for block in found["Blocks"] if block["BlockType"] == "LINE"]
    assert lines == ["Invoice 2026-117"]


def test_the_cli_translates(recita: DocumentLaptop) -> None:
    found = aws(recita, "translate", "translate-text", "--source-language-code", "en",
                "--target-language-code", "es", "--text", "The house is white.")  # fmt: skip
    assert found["TranslatedText"].lower().startswith("la casa es blanca")


def test_boto3_with_one_variable(recita: DocumentLaptop, monkeypatch: pytest.MonkeyPatch) -> None:
    import boto3

    for name, value in environment(recita).items():
        monkeypatch.setenv(name, value)
    session = boto3.session.Session()
    assert session.client("s3").list_buckets()["Buckets"]
    found = session.client("textract").detect_document_text(
        Document={"Bytes": picture_of("Quarterly report")}
    )
    assert [b["Text"] for b in found["Blocks"] if b["BlockType"] == "LINE"] == ["Quarterly report"]
