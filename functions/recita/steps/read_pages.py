"""Reading: each page's own text where it is good, OCR where it is not."""

from __future__ import annotations

from recita import cage
from recita.decoding import image, pdf
from recita.decoding.pdf import LayerPage
from recita.decoding.sniff import decode_text
from recita.errors import DocumentRejectedError, ProviderRefusedError
from recita.models.document import Document, work_key
from recita.models.page import Line, Page, Reading
from recita.models.steps import StepInput, StepOutput
from recita.ports import Ocr, OcrResult, UploadedFile, Uploads
from recita.steps import reading
from recita.steps.handover import MAX_BYTES, OCR_PDF, PENDING
from recita.steps.workbench import StepRun, Workbench

LIMITS = cage.Limits(seconds=200)
PDF = "application/pdf"
MAX_SYNC_BYTES = 10 * 1024 * 1024
"""Textract's limit for one page in the request (developer guide, "Limits")."""
BOMB = "decompression-bomb"


def run(given: StepInput, *, bench: Workbench, uploads: Uploads, ocr: Ocr) -> StepOutput:
    """Read what can be read at once; ask for OCR of the rest."""
    document = given.document
    with bench.step(document.document_id, "read-pages", given.attempt) as step:
        try:
            file = uploads.fetch(document, MAX_BYTES)
            pages, subset = _read(document, file)
        except DocumentRejectedError as error:  # the cage ended the decoder: nothing can be read
            pages, subset = _missing(document, error), None
        waiting = [page for page in pages if page.method == "ocr"]
        if subset and (len(waiting) > 1 or len(subset) > MAX_SYNC_BYTES):
            step.keep(PENDING, Reading(pages=tuple(pages)))
            step.results.write(work_key(document.document_id, OCR_PDF), subset, PDF)
            return StepOutput(status="OCR_NEEDED")
        if subset:
            done = reading.numbered(_read_now(ocr, subset, step), waiting)
            pages = [*(page for page in pages if page.method != "ocr"), *done]
        reading.finish(step, pages)
        return StepOutput(status="SUCCEEDED")


def _read(document: Document, file: UploadedFile) -> tuple[list[Page], bytes | None]:
    """Return the pages, those that need OCR without text, and what OCR has to read."""
    if document.route == "text":
        return [_native(decode_text(file.body))], None
    if document.route == "image":
        picture = cage.run(LIMITS, image.upright, file.body)
        return [Page(number=1, method="ocr", why="an uploaded picture")], picture.jpeg
    if document.media_type == "image/tiff":
        numbers = range(1, document.pages + 1)
        pages = [Page(number=number, method="ocr", why="a page of a TIFF") for number in numbers]
        return pages, cage.run(LIMITS, image.to_pdf, file.body)
    pages = [_layered(layer) for layer in cage.run(LIMITS, pdf.read_layers, file.body)]
    waiting = [page.number for page in pages if page.method == "ocr"]
    if not waiting:
        return pages, None
    try:
        return pages, cage.run(LIMITS, pdf.extract_pages, file.body, waiting)
    except DocumentRejectedError as error:  # costs those pages, not the ones with a good layer
        return [_lost(page, error) if page.method == "ocr" else page for page in pages], None


def _read_now(ocr: Ocr, subset: bytes, step: StepRun) -> OcrResult:
    try:
        return ocr.read(subset)
    except ProviderRefusedError as error:  # one page that OCR will not take costs that page
        step.warn("ocr-refused", str(error))
        return OcrResult(())


def _missing(document: Document, error: DocumentRejectedError) -> list[Page]:
    numbers = range(1, document.pages + 1)
    return [Page(number=n, method="none", why=str(error), error=error.code) for n in numbers]


def _lost(page: Page, error: DocumentRejectedError) -> Page:
    return Page(number=page.number, method="none", why=page.why, error=error.code)


def _native(text: str) -> Page:
    lines = tuple(Line(text=line.strip()) for line in text.splitlines() if line.strip())
    return Page(number=1, method="native", why="plain text", text=text, lines=lines)


def _layered(layer: LayerPage) -> Page:
    match layer.verdict:
        case "good":
            lines = tuple(Line(text=line) for line in layer.text.splitlines() if line.strip())
            return Page(
                number=layer.number,
                method="text-layer",
                why=layer.why,
                text=layer.text,
                lines=lines,
            )
        case "blank":
            return Page(number=layer.number, method="none", why=layer.why)
        case "bomb":
            return Page(number=layer.number, method="none", why=layer.why, error=BOMB)
        case "ocr":
            return Page(number=layer.number, method="ocr", why=layer.why)
