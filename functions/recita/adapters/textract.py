"""Amazon Textract: reading pages, at once or as a job."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from recita.adapters.provider import Provider
from recita.errors import OcrFailedError
from recita.meter import Meter
from recita.models.page import Box, Line, Page, Word
from recita.ports import OcrResult

Block = dict[str, Any]


class TextractOcr:
    """Textract's text detection; ``topic`` and ``role`` let a job announce its end."""

    def __init__(self, meter: Meter, *, bucket: str = "", topic: str = "", role: str = "") -> None:
        self._textract = Provider("textract", meter, read_timeout=120)
        self._bucket = bucket
        self._channel = {"SNSTopicArn": topic, "RoleArn": role}

    def read(self, page: bytes) -> OcrResult:
        """Read one page (PDF, PNG or JPEG of at most 10 MB) at once."""
        reply = self._textract.call("detect_document_text", Document={"Bytes": page})
        self._textract.count("DetectDocumentText", 1, "pages")
        return OcrResult(_pages(reply["Blocks"]))

    def start(self, key: str, token: str) -> str:
        """Start a job on a PDF in the results bucket and return its id; ``token`` is idempotent."""
        reply = self._textract.call(
            "start_document_text_detection",
            DocumentLocation={"S3Object": {"Bucket": self._bucket, "Name": key}},
            ClientRequestToken=token,
            JobTag=token,
            NotificationChannel=self._channel,
        )
        job: str = reply["JobId"]
        return job

    def collect(self, job_id: str) -> OcrResult:
        """Return all pages of a finished job; raises OcrFailedError when it has none."""
        blocks: list[Block] = []
        failed: set[int] = set()
        pages = 0
        for reply in self._replies(job_id):
            status = reply["JobStatus"]
            if status not in ("SUCCEEDED", "PARTIAL_SUCCESS"):
                detail = reply.get("StatusMessage", "no message")
                raise OcrFailedError(f"Textract job {job_id} is {status}: {detail}")
            blocks += reply["Blocks"]
            failed |= {page for w in reply.get("Warnings", ()) for page in w.get("Pages", ())}
            pages = reply["DocumentMetadata"]["Pages"]
        self._textract.count("StartDocumentTextDetection", pages, "pages")
        return OcrResult(_pages(blocks), tuple(sorted(failed)))

    def _replies(self, job_id: str) -> Iterator[dict[str, Any]]:
        token: str | None = None
        while True:
            more = {"NextToken": token} if token else {}
            reply = self._textract.call("get_document_text_detection", JobId=job_id, **more)
            yield reply
            token = reply.get("NextToken")
            if not token:
                return


def _pages(blocks: Iterable[Block]) -> tuple[Page, ...]:
    by_id = {block["Id"]: block for block in blocks}
    pages = [block for block in by_id.values() if block["BlockType"] == "PAGE"]
    return tuple(_page(block, by_id) for block in sorted(pages, key=_number))


def _number(block: Block) -> int:
    return int(block.get("Page", 1))


def _page(block: Block, by_id: dict[str, Block]) -> Page:
    lines = tuple(_line(b, by_id) for b in _children(block, by_id) if b["BlockType"] == "LINE")
    scores = [line.confidence for line in lines if line.confidence is not None]
    return Page(
        number=_number(block),
        method="ocr",
        why="",
        text="\n".join(line.text for line in lines),
        confidence=round(sum(scores) / len(scores), 2) if scores else None,
        lines=lines,
    )


def _line(block: Block, by_id: dict[str, Block]) -> Line:
    words = tuple(
        Word(text=word["Text"], confidence=word["Confidence"], box=_box(word))
        for word in _children(block, by_id)
    )
    return Line(text=block["Text"], confidence=block["Confidence"], box=_box(block), words=words)


def _children(block: Block, by_id: dict[str, Block]) -> list[Block]:
    ids = [
        identifier
        for relation in block.get("Relationships", ())
        if relation["Type"] == "CHILD"
        for identifier in relation["Ids"]
    ]
    return [by_id[identifier] for identifier in ids if identifier in by_id]


def _box(block: Block) -> Box:
    box = block["Geometry"]["BoundingBox"]
    return Box(left=box["Left"], top=box["Top"], width=box["Width"], height=box["Height"])
