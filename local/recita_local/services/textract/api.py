"""Textract's operations; limits and errors are the service's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from recita_local.services.textract.blocks import page_blocks
from recita_local.services.textract.documents import check_object, document_bytes
from recita_local.services.textract.jobs import Jobs
from recita_local.services.textract.ocr import engine_name, read_only_page
from recita_local.services.textract.work import (
    PAGE_SIZE,
    check_output,
    notify,
    position,
    read_document,
    result,
)
from recita_local.wire.service import ServiceError

if TYPE_CHECKING:
    from recita_local.wire.service import Operations, Params, Reply, RequestContext

NOT_LOCAL = ("HumanLoopConfig", "QueriesConfig", "AdaptersConfig")
"""Parameters that need a service which nothing here stands in for."""

TEXT, ANALYSIS = "StartDocumentTextDetection", "StartDocumentAnalysis"
_jobs = Jobs(check_output, read_document, notify)


def detect_document_text(params: Params, context: RequestContext) -> Reply:
    """PAGE, LINE and WORD blocks of a one-page document."""
    blocks = _read(params, context, frozenset())
    return {
        "DocumentMetadata": {"Pages": 1},
        "Blocks": blocks,
        "DetectDocumentTextModelVersion": "1.0",
    }


def analyze_document(params: Params, context: RequestContext) -> Reply:
    """The same, with tables, key-value pairs and layout; there is no engine for signatures."""
    _check_features(params)
    blocks = _read(params, context, frozenset(params["FeatureTypes"]))
    return {
        "DocumentMetadata": {"Pages": 1},
        "Blocks": blocks,
        "AnalyzeDocumentModelVersion": "1.0",
    }


def start_document_text_detection(params: Params, context: RequestContext) -> Reply:
    """Begin to read a document of up to 3,000 pages; the reply comes at once."""
    return _start(TEXT, params, context)


def start_document_analysis(params: Params, context: RequestContext) -> Reply:
    """Begin to analyse a document of up to 3,000 pages; the reply comes at once."""
    _check_features(params)
    return _start(ANALYSIS, params, context)


def get_document_text_detection(params: Params, context: RequestContext) -> Reply:
    """Status and blocks of a text detection job."""
    return _get(TEXT, params, context)


def get_document_analysis(params: Params, context: RequestContext) -> Reply:
    """Status and blocks of an analysis job."""
    return _get(ANALYSIS, params, context)


def _read(
    params: Params, context: RequestContext, features: frozenset[str]
) -> list[dict[str, Any]]:
    data = document_bytes(params["Document"], context)
    context.engine = engine_name()
    page = read_only_page(data, structure=bool(features))
    return page_blocks(page, features)


def _start(api: str, params: Params, context: RequestContext) -> Reply:
    check_object(params["DocumentLocation"]["S3Object"], context)
    context.engine = engine_name()
    return {"JobId": _jobs.start(api, params, context).id}


def _get(api: str, params: Params, context: RequestContext) -> Reply:
    job = _jobs.get(api, params["JobId"])
    context.engine = engine_name()
    start = position(job, params["NextToken"]) if "NextToken" in params else 0
    return result(job, start, min(params.get("MaxResults", PAGE_SIZE), PAGE_SIZE))


def _check_features(params: Params) -> None:
    asked = [name for name in NOT_LOCAL if name in params]
    if "QUERIES" in params["FeatureTypes"]:
        asked.append("QUERIES")
    if asked:
        message = f"Request has invalid parameters: no local engine answers {', '.join(asked)}"
        raise ServiceError("InvalidParameterException", message)


OPERATIONS: Operations = {
    "DetectDocumentText": detect_document_text,
    "AnalyzeDocument": analyze_document,
    "StartDocumentTextDetection": start_document_text_detection,
    "GetDocumentTextDetection": get_document_text_detection,
    "StartDocumentAnalysis": start_document_analysis,
    "GetDocumentAnalysis": get_document_analysis,
}
