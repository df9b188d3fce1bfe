"""Amazon Textract: reading pages, at once or as a job."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from itertools import dropwhile, groupby
from typing import Any

from recita.adapters.provider import Provider
from recita.adapters.textract_blocks import Block, page_number, read_page
from recita.errors import OcrFailedError
from recita.meter import Meter
from recita.models.page import Feature, Page
from recita.models.steps import OcrCursor
from recita.ports import OcrOrder, OcrPart, OcrResult
from recita.ports.limits import Pace

DONE = frozenset({"SUCCEEDED", "PARTIAL_SUCCESS"})
LOST = "BLOCKS_MISSING"
"""Our own code beside Textract's: a page's blocks refer to others that never came."""


class TextractOcr:
    """Text detection, and analysis where features are asked for, which read the text as well.

    ``topic`` and ``role`` let a job announce its end.
    """

    def __init__(
        self,
        meter: Meter,
        *,
        bucket: str = "",
        topic: str = "",
        role: str = "",
        pace: Pace | None = None,
    ) -> None:
        self._textract = Provider("textract", meter, read_timeout=120, pace=pace)
        self._bucket = bucket
        self._channel = {"SNSTopicArn": topic, "RoleArn": role}

    def read(self, page: bytes, features: Sequence[Feature] = ()) -> OcrResult:
        """Read one page (PDF, PNG or JPEG of at most 10 MB) at once."""
        document = {"Bytes": page}
        if features:
            reply = self._textract.call(
                "analyze_document", Document=document, FeatureTypes=list(features)
            )
            self._count("AnalyzeDocument", 1, features)
        else:
            reply = self._textract.call("detect_document_text", Document=document)
            self._count("DetectDocumentText", 1, features)
        found = read_page(reply["Blocks"])
        return OcrResult((found,)) if found else OcrResult((), {1: LOST})

    def start(self, order: OcrOrder) -> str:
        """Start a job on a PDF in the results bucket and return its id.

        The same order is one job, however often it is given: Textract returns the id of the job
        that a token has started, and the token is the digest of everything that makes the job.
        """
        request: dict[str, Any] = {
            "DocumentLocation": {"S3Object": {"Bucket": self._bucket, "Name": order.key}},
            "JobTag": order.tag,
            "NotificationChannel": self._channel,
        }
        if order.features:
            request["FeatureTypes"] = list(order.features)
        made = json.dumps([request, order.seal], sort_keys=True).encode()
        reply = self._textract.call(
            "start_document_analysis" if order.features else "start_document_text_detection",
            ClientRequestToken=hashlib.sha256(made).hexdigest(),
            **request,
        )
        job: str = reply["JobId"]
        return job

    def running(self, job_id: str, features: Sequence[Feature] = ()) -> bool:
        """Return whether a job has not ended yet, well or badly."""
        return bool(self._get(job_id, features, MaxResults=1)["JobStatus"] == "IN_PROGRESS")

    def collect(
        self, job_id: str, features: Sequence[Feature] = (), cursor: OcrCursor | None = None
    ) -> Iterator[OcrPart]:
        """Yield what a job has read, a reply at a time; asking again costs nothing.

        Textract keeps the blocks of a page together, so a page is whole when another begins.
        Raises OcrFailedError when the job has nothing to give.
        """
        cursor = cursor or OcrCursor()
        token, rest = cursor.token, list[Block]()
        while True:
            reply = self._get(job_id, features, token)
            if reply["JobStatus"] == "IN_PROGRESS":
                yield OcrPart(running=True)
                return
            blocks = _from(cursor.page if token == cursor.token else None, _blocks(reply, job_id))
            pages = _by_page([*rest, *blocks])
            if not rest or len(pages) > 1:  # the last page begins in this reply
                begun = OcrCursor(token=token, page=page_number(pages[-1][0]) if pages else None)
            token = reply.get("NextToken")
            rest = pages.pop() if token and pages else []
            yield _part(pages, reply, begun if token else None)
            if not token:
                self._count(_operation(features), reply["DocumentMetadata"]["Pages"], features)
                return

    def _get(
        self, job_id: str, features: Sequence[Feature], token: str | None = None, **more: Any
    ) -> dict[str, Any]:
        operation = "get_document_analysis" if features else "get_document_text_detection"
        if token:
            more["NextToken"] = token
        return self._textract.call(operation, JobId=job_id, **more)

    def _count(self, operation: str, pages: int, features: Sequence[Feature]) -> None:
        """Count each feature that is paid: layout comes free with tables and forms."""
        paid = [feature for feature in features if feature != "LAYOUT"] or features
        for unit in [f"{feature} pages" for feature in paid] or ["pages"]:
            self._textract.count(operation, pages, unit)


def _operation(features: Sequence[Feature]) -> str:
    return "StartDocumentAnalysis" if features else "StartDocumentTextDetection"


def _blocks(reply: dict[str, Any], job_id: str) -> list[Block]:
    if reply["JobStatus"] not in DONE:
        detail = reply.get("StatusMessage", "no message")
        raise OcrFailedError(f"Textract job {job_id} is {reply['JobStatus']}: {detail}")
    blocks: list[Block] = reply["Blocks"]
    return blocks


def _from(page: int | None, blocks: list[Block]) -> Iterator[Block]:
    """Yield the blocks from the first of ``page``; those before it were collected earlier."""
    return dropwhile(lambda block: page not in (None, page_number(block)), blocks)


def _by_page(blocks: list[Block]) -> list[list[Block]]:
    return [list(group) for _, group in groupby(blocks, key=page_number)]


def _part(pages: list[list[Block]], reply: dict[str, Any], following: OcrCursor | None) -> OcrPart:
    failed = {n: w["ErrorCode"] for w in reply.get("Warnings", ()) for n in w.get("Pages", ())}
    whole: list[Page] = []
    for blocks in pages:
        page = read_page(blocks)
        if page:
            whole.append(page)
        else:
            failed[page_number(blocks[0])] = LOST
    return OcrPart(tuple(whole), failed, following)
