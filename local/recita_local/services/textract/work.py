"""What a job does: download, read page by page, store, tell."""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recita_local.services.textract.blocks import page_blocks
from recita_local.services.textract.documents import download
from recita_local.services.textract.jobs import FAILED, PARTIAL_SUCCESS, SUCCEEDED, Job
from recita_local.services.textract.ocr import ask
from recita_local.wire.faults import FAULTS
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
    _store(job)
    job.status = PARTIAL_SUCCESS if failures else SUCCEEDED


def _read_pages(job: Job, path: Path) -> Iterator[ServiceError]:
    features = frozenset(job.params.get("FeatureTypes", ()))
    for index in range(job.pages):
        try:
            FAULTS.raise_due("textract", "ReadPage")  # of no operation: a page of a job
            page = ask("read_page", path, index, structure=bool(features))
        except ServiceError as error:
            job.warnings.append({"ErrorCode": error.code, "Pages": [index + 1]})
            yield error
        else:
            job.blocks.extend(page_blocks(page, features, number=index + 1))


def result(job: Job, start: int, count: int) -> dict[str, Any]:
    """The reply of a Get operation, without its NextToken."""
    version = "DetectDocumentText" if job.api == "StartDocumentTextDetection" else "AnalyzeDocument"
    status = job.status  # read once: the job may finish meanwhile
    reply: dict[str, Any] = {"JobStatus": status, f"{version}ModelVersion": "1.0"}
    if status == FAILED:
        return reply | {"StatusMessage": job.message}
    if status in {SUCCEEDED, PARTIAL_SUCCESS}:
        reply["DocumentMetadata"] = {"Pages": job.pages}
        reply["Blocks"] = job.blocks.read(start, count)
        if job.warnings:
            reply["Warnings"] = job.warnings
    return reply


def _store(job: Job) -> None:
    """Results as objects ``prefix/JobId/1``, ``2``, … where an OutputConfig asks for them."""
    output = job.params.get("OutputConfig")
    if output is None:
        return
    s3 = job.context.client("s3")
    prefix = output.get("S3Prefix", "textract_output").rstrip("/")
    for number, start in enumerate(range(0, len(job.blocks), PAGE_SIZE), start=1):
        body = {
            "JobStatus": PARTIAL_SUCCESS if job.warnings else SUCCEEDED,
            "DocumentMetadata": {"Pages": job.pages},
            "Blocks": job.blocks.read(start, PAGE_SIZE),
        }
        key = f"{prefix}/{job.id}/{number}"
        s3.put_object(Bucket=output["S3Bucket"], Key=key, Body=json.dumps(body).encode())


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
