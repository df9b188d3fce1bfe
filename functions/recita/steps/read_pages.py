"""Reading: each page's own text where it is good, OCR where it is not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from recita import cage
from recita.decoding import image, native, pdf, pdf_layer
from recita.decoding.glyphs import Quad
from recita.decoding.pdf_layer import LayerLine, LayerPage
from recita.decoding.sniff import EML, PDF
from recita.errors import DocumentRejectedError
from recita.models.document import Document, work_key
from recita.models.page import Box, Line, Page, Reading, Table, Word
from recita.models.steps import StepInput, StepOutput
from recita.ports import Ocr, Uploads
from recita.pricing import ocr_page
from recita.steps import attachments, reading
from recita.steps.budget import Budget
from recita.steps.evidence import budget
from recita.steps.handover import MAX_BYTES, MAX_SYNC_BYTES, OCR_PDF, PENDING
from recita.steps.ocr_answer import read_page
from recita.steps.workbench import StepRun, Workbench

PAGE_LIMITS = cage.Limits(seconds=15, cpu_seconds=300, memory=384 * cage.MEGABYTE)
"""For the layer of a page; a dense one takes 50 ms and some megabytes."""
LIMITS = cage.Limits(seconds=120)
FRAME_LIMITS = cage.Limits(seconds=30, cpu_seconds=400)
"""For a page of a TIFF; a fax takes 60 ms."""
MAX_DEATHS = 8
"""Pages that may end the process that reads them; then the rest of the document is given up."""


@dataclass(frozen=True)
class Subset:
    """What OCR has to read: a file, and the pages (by their numbers in the document) in it."""

    path: Path
    numbers: tuple[int, ...]

    @property
    def fits_a_request(self) -> bool:
        """Whether Textract reads it at once."""
        return len(self.numbers) == 1 and self.path.stat().st_size <= MAX_SYNC_BYTES


def run(given: StepInput, *, bench: Workbench, uploads: Uploads, ocr: Ocr) -> StepOutput:
    """Read what can be read at once; ask for OCR of the rest."""
    document = given.document
    with (
        bench.step(document.document_id, "read-pages", given.attempt) as step,
        TemporaryDirectory(prefix="recita-") as folder,
    ):
        target = Path(folder) / OCR_PDF
        try:
            with uploads.fetch(document, MAX_BYTES) as file:
                pages = _read(step, document, file.path)
                pages = _within_cap(pages, document, budget(bench, document))
                subset = _subset(document, pages, file.path, target)
                if document.media_type == EML:
                    attachments.send(step, document, file.path, uploads)
        except DocumentRejectedError as error:  # the cage ended the decoder: nothing can be read
            pages, subset = reading.publish(step, _missing(document, error)), None
        return _carry_on(step, document, pages, subset, ocr)


def _carry_on(
    step: StepRun, document: Document, pages: list[Page], subset: Subset | None, ocr: Ocr
) -> StepOutput:
    """Publish the text, or hand over to the job that reads what still waits."""
    if subset and not subset.fits_a_request:
        step.keep(PENDING, Reading(pages=tuple(pages)))
        step.results.upload(work_key(step.document_id, OCR_PDF), subset.path, PDF)
        return StepOutput(status="OCR_NEEDED")
    if subset:
        waiting = [page for page in pages if page.method == "ocr"]
        result = read_page(step, ocr, subset.path.read_bytes(), document.ocr_features)
        done = reading.numbered(result, waiting)
        pages = [page for page in pages if page.method != "ocr"] + reading.publish(step, done)
    reading.finish(step, pages)
    return StepOutput(status="SUCCEEDED")


def _read(step: StepRun, document: Document, path: Path) -> list[Page]:
    """Publish the pages that carry their own text; return all, those for OCR without text."""
    if document.route == "text":
        return reading.publish(step, _native(step, document, path))
    if document.media_type == PDF:
        waiting: list[Page] = []
        done = reading.publish(step, _set_aside(_layers(path, document.pages), waiting))
        return sorted([*done, *waiting], key=lambda page: page.number)
    why = "an uploaded picture" if document.route == "image" else "a page of a TIFF"
    numbers = range(1, document.pages + 1)
    return [Page(number=number, method="ocr", why=why) for number in numbers]


def _within_cap(pages: list[Page], document: Document, left: Budget) -> list[Page]:
    """Return the pages; of those for OCR, the ones that would cost too much are missing."""
    features = () if isinstance(document.ocr_features, str) else document.ocr_features
    waiting = [page.number for page in pages if page.method == "ocr"]
    beyond = set(waiting[left.affordable([ocr_page(features)] * len(waiting)) :])
    why = "OCR would cost more than the document may"
    return [
        Page(number=page.number, method="none", why=why, error="cost-cap-reached")
        if page.number in beyond
        else page
        for page in pages
    ]


def _set_aside(layers: Iterator[LayerPage], waiting: list[Page]) -> Iterator[Page]:
    for layer in layers:
        page = _page(layer)
        if page.method == "ocr":
            waiting.append(page)
        else:
            yield page


def _layers(path: Path, pages: int) -> Iterator[LayerPage]:
    """Yield every page's layer; one that ends the process that reads it costs itself alone."""
    first, deaths = 1, 0
    while first <= pages and deaths < MAX_DEATHS:
        try:
            for layer in cage.stream(PAGE_LIMITS, pdf_layer.read_layers, path, first):
                yield layer
                first = layer.number + 1
            break
        except DocumentRejectedError as error:
            yield LayerPage(first, "lost", str(error), error=error.code)
            first, deaths = first + 1, deaths + 1
    why = f"{MAX_DEATHS} pages ended the reader" if deaths else "the PDF has no such page"
    for number in range(first, pages + 1):
        yield LayerPage(number, "lost", why, error="corrupt")


def _subset(document: Document, pages: list[Page], path: Path, target: Path) -> Subset | None:
    """Write what OCR has to read; pages that can't be cut out are marked as missing."""
    waiting = [page.number for page in pages if page.method == "ocr"]
    if not waiting:
        return None
    if document.route == "image":
        target.write_bytes(cage.run(LIMITS, image.upright, path).jpeg)
        return Subset(target, (1,))
    try:
        if document.media_type == PDF:
            copied = cage.run(LIMITS, pdf.extract_pages, path, waiting, target)
        else:
            copied = list(cage.stream(FRAME_LIMITS, image.to_pdf, path, target, waiting))
        code, why = "corrupt", "the page can't be copied for OCR"
    except DocumentRejectedError as error:  # costs those pages, not the ones with a good layer
        copied, code, why = [], error.code, str(error)
    for index, page in enumerate(pages):
        if page.method == "ocr" and page.number not in copied:
            pages[index] = Page(number=page.number, method="none", why=why, error=code)
    return Subset(target, tuple(copied)) if copied else None


def _missing(document: Document, error: DocumentRejectedError) -> list[Page]:
    numbers = range(1, document.pages + 1)
    return [Page(number=n, method="none", why=str(error), error=error.code) for n in numbers]


def _native(step: StepRun, document: Document, path: Path) -> Iterator[Page]:
    """Yield the pages of a native type, and warn of what they leave out."""
    last = 0
    try:
        pages = cage.stream(LIMITS, native.reader(document.media_type), path)
        for last, page in enumerate(pages, start=1):
            step.warnings += page.warnings
            yield Page(
                number=last,
                method="native",
                why=page.why,
                text=page.text,
                lines=tuple(
                    Line(text=line.strip()) for line in page.text.splitlines() if line.strip()
                ),
                tables=tuple(Table(rows=rows) for rows in page.tables),
            )
    except DocumentRejectedError as error:
        yield from _missing(document, error)[last:]


def _page(layer: LayerPage) -> Page:
    known = Page(number=layer.number, method="none", why=layer.why, error=layer.error)
    match layer.verdict:
        case "good":
            lines = tuple(_line(line) for line in layer.lines)
            read = {"method": "text-layer", "text": layer.text, "lines": lines}
            return known.model_copy(update=read)
        case "ocr":
            return known.model_copy(update={"method": "ocr"})
    return known


def _line(line: LayerLine) -> Line:
    text, box, words = line
    # Not validated: our own numbers, and a long document has a million of them.
    made = tuple(Word.model_construct(text=word, box=_box(quad)) for word, quad in words)
    return Line.model_construct(text=text, box=_box(box), words=made)


def _box(quad: Quad) -> Box:
    left, top, right, bottom = quad
    return Box.model_construct(
        left=round(left, 5),
        top=round(top, 5),
        width=round(right - left, 5),
        height=round(bottom - top, 5),
    )
