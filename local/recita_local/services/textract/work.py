"""What a job does: download, read page by page, store, tell."""

from __future__ import annotations

import json
import tempfile
import time
from base64 import b64decode, b64encode
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from recita_local.services.textract.blocks import page_blocks
from recita_local.services.textract.documents import download
from recita_local.services.textract.jobs import FAILED, PARTIAL_SUCCESS, SUCCEEDED, Job
from recita_local.services.textract.ocr import ask
from recita_local.wire.faults import FAULTS
from recita_local.wire.lab import LAB
from recita_local.wire.plan import PAGE
from recita_local.wire.service import ServiceError

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_PAGES = 3000
"""Textract's quota of pages in a PDF or TIFF."""
PAGE_SIZE = 1000
"""Blocks in one reply: Textract's default and maximum of MaxResults."""
NOTIFY_ATTEMPTS = 3


def read_document(job: Job) -> None:
    """Read every page; a page that cannot be read costs that page, unless none can be."""
    with tempfile.TemporaryDirectory(prefix="textract-") as folder:
        path = download(job.params["DocumentLocation"]["S3Object"], job.context, Path(folder))
        pages = ask("page_count", path)
        if pages > MAX_PAGES:
            message = f"The document has {pages} pages; the limit is {MAX_PAGES}"
            raise ServiceError("DocumentTooLargeException", message)
        job.pages = pages
        failures = list(_read_pages(job, path))
    if len(failures) == pages:
        raise failures[0]
    status = PARTIAL_SUCCESS if failures else SUCCEEDED
    _store(job, status)
    job.status = status  # last: who sees it finds everything


def _read_pages(job: Job, path: Path) -> Iterator[ServiceError]:
    features = frozenset(job.params.get("FeatureTypes", ()))
    for index in range(job.pages):
        try:
            _meet_faults(job, index + 1)
            page = ask("read_page", path, index, structure=bool(features))
        except ServiceError as error:
            job.warnings.append({"ErrorCode": error.code, "Pages": [index + 1]})
            yield error
        else:
            job.blocks.extend(page_blocks(page, features, number=index + 1))


def _meet_faults(job: Job, number: int) -> None:
    FAULTS.due("textract", PAGE)
    if LAB.spoils(job.params.get("JobTag", ""), number):
        raise ServiceError("InternalServerError", "The page was not read", status=500)


def result(job: Job, start: int = 0, count: int = PAGE_SIZE) -> dict[str, Any]:
    """The reply of a Get operation: blocks from number ``start``, and where to go on."""
    status = job.status  # read once: the job may finish meanwhile
    if status in {SUCCEEDED, PARTIAL_SUCCESS}:
        return _portion(job, status, start, count)
    message = {"StatusMessage": job.message} if status == FAILED else {}
    return _head(job, status) | message


def _head(job: Job, status: str) -> dict[str, Any]:
    version = "DetectDocumentText" if job.api == "StartDocumentTextDetection" else "AnalyzeDocument"
    return {"JobStatus": status, f"{version}ModelVersion": "1.0"}


def _portion(job: Job, status: str, start: int, count: int) -> dict[str, Any]:
    reply = _head(job, status) | {
        "DocumentMetadata": {"Pages": job.pages},
        "Blocks": job.blocks.read(start, count),
    }
    if job.warnings:
        reply["Warnings"] = job.warnings
    if start + count < len(job.blocks):
        reply["NextToken"] = b64encode(f"{job.id}/{start + count}".encode()).decode()
    return reply


def position(job: Job, token: str) -> int:
    """The number of the block that a NextToken of this job stands for."""
    try:
        job_id, _, number = b64decode(token, validate=True).decode().partition("/")
        if job_id == job.id:
            return int(number)
    except ValueError:  # binascii's and Unicode's errors among them
        pass
    raise ServiceError("InvalidParameterException", "Request has an invalid NextToken")


def check_output(job: Job) -> None:
    """Write the empty object by which Textract finds out whether it may write results."""
    _put(job, ".s3_access_check", b"")


def _store(job: Job, status: str) -> None:
    """Results as objects ``prefix/JobId/1``, ``2``, … where an OutputConfig asks for them."""
    for number, start in enumerate(range(0, len(job.blocks), PAGE_SIZE), start=1):
        _put(job, str(number), json.dumps(_portion(job, status, start, PAGE_SIZE)).encode())


def _put(job: Job, name: str, body: bytes) -> None:
    output = job.params.get("OutputConfig")
    if output is None:
        return
    prefix = output.get("S3Prefix", "textract_output").rstrip("/")
    key = f"{prefix}/{job.id}/{name}"
    try:
        job.context.client("s3").put_object(Bucket=output["S3Bucket"], Key=key, Body=body)
    except (ClientError, BotoCoreError) as error:
        message = f"Unable to write to the output bucket {output['S3Bucket']}"
        raise ServiceError("InvalidS3ObjectException", message) from error


def notify(job: Job) -> None:
    """Publish Textract's completion message to the job's SNS topic, if it named one."""
    channel = job.params.get("NotificationChannel")
    if channel is None:
        return
    for attempt in range(1, NOTIFY_ATTEMPTS + 1):
        try:
            message = json.dumps(completion_message(job))
            job.context.client("sns").publish(TopicArn=channel["SNSTopicArn"], Message=message)
        except Exception:
            if attempt == NOTIFY_ATTEMPTS:
                raise
            time.sleep(attempt)
        else:
            return


def completion_message(job: Job) -> dict[str, Any]:
    """The message as Textract writes it; the timestamp is in milliseconds."""
    location = job.params["DocumentLocation"]["S3Object"]
    tag = {"JobTag": job.params["JobTag"]} if "JobTag" in job.params else {}
    return {
        "JobId": job.id,
        "Status": job.status,
        "API": job.api,
        **tag,
        "Timestamp": round(time.time() * 1000),
        "DocumentLocation": {"S3ObjectName": location["Name"], "S3Bucket": location["Bucket"]},
    }
