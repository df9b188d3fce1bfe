"""How fast text layers are read, beside other readers on the same file in the same run."""

from __future__ import annotations

import difflib
import io
import multiprocessing as mp
import random
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
from recita.decoding.pdf_layer import read_layers
from reportlab.pdfgen.canvas import Canvas

from tests.fakes import Pipeline

BOOK = "de_book_117p.pdf"
REPEATS = 3
LONG_PAGES = 3000
TEXT = (
    "the council approved a budget for schools libraries roads parks and water in the town "
    "of Porto after long debate on costs risks and benefits"
)

RIVALS = {
    "pypdf": "import pypdf\nfor page in pypdf.PdfReader(path).pages: page.extract_text()",
    "pdfplumber": "import pdfplumber\nwith pdfplumber.open(path) as pdf:\n"
    "    for page in pdf.pages: page.extract_text(); page.close()",
    "markitdown": "from markitdown import MarkItDown\nMarkItDown().convert(path)",
}
"""Other readers, each as its documentation shows it."""

TIMED = """
import sys, time, logging
logging.disable(logging.CRITICAL)
path = sys.argv[1]
{imports}
started = time.perf_counter()
{body}
print(time.perf_counter() - started)
"""

Found = dict[str, Any]


def born_digital(corpus: Path) -> Found:
    """Pages a second of a 117-page book, by the whole reading step and by other readers."""
    path = corpus / BOOK
    pages = len(pdfium.PdfDocument(path))
    speeds: dict[str, list[float]] = {}
    for repeat in range(REPEATS):  # in turn: what else the machine does meets all alike
        print(f"born digital: {repeat + 1} of {REPEATS}", file=sys.stderr, flush=True)
        speeds.setdefault("Recita, every word with its box, pages published", []).append(
            pages / _reading_step(path)
        )
        for name, body in RIVALS.items():
            speeds.setdefault(f"{name}, text alone", []).append(pages / _rival(name, body, path))
    return {
        "pages": pages,
        "pages_a_second": {name: round(max(found), 1) for name, found in speeds.items()},
        "similarity_to_pdfium": round(_similarity(path), 4),
    }


def long_document(_: Path) -> Found:
    """Seconds and megabytes of the reading step on 3,000 drawn pages; the child reads for it."""
    context = mp.get_context("spawn")  # a process of its own: its peak is nobody else's
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        return pool.submit(_long_document).result()


def _long_document() -> Found:
    pipeline = Pipeline("none")
    document = pipeline.inspect(pipeline.upload(_drawn(LONG_PAGES), "long.pdf"))
    before = _peak(resource.RUSAGE_SELF)
    started = time.perf_counter()
    pipeline.read(document)
    return {
        "pages": LONG_PAGES,
        "seconds": round(time.perf_counter() - started, 1),
        "function_megabytes_before": before,
        # The results bucket is in this process, too: 3,000 published pages of the peak are its.
        "results_megabytes": sum(map(len, pipeline.results.objects.values())) // 2**20,
        "function_megabytes": _peak(resource.RUSAGE_SELF),
        "reader_megabytes": _peak(resource.RUSAGE_CHILDREN),
    }


def _peak(who: int) -> int:
    return resource.getrusage(who).ru_maxrss // 1024


def _drawn(pages: int) -> bytes:
    pick, buffer = random.Random(1), io.BytesIO()  # noqa: S311 - the same pages in every run
    canvas = Canvas(buffer)
    for number in range(1, pages + 1):
        canvas.drawString(50, 780, f"Chapter {number}")
        for line in range(45):
            text = " ".join(pick.choices(TEXT.split(), k=12))
            canvas.drawString(50, 765 - 15 * line, f"{text}.")
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _reading_step(path: Path) -> float:
    pipeline = Pipeline("none")
    document = pipeline.inspect(pipeline.upload(path.read_bytes(), path.name))
    started = time.perf_counter()
    pipeline.read(document)
    return time.perf_counter() - started


def _rival(name: str, body: str, path: Path) -> float:
    """Seconds without the start of the process and the import, in an environment of its own."""
    imports, work = body.split("\n", 1)
    script = TIMED.format(imports=imports, body=work)
    package = f"{name}[pdf]" if name == "markitdown" else name
    uv = str(Path(sys.executable).with_name("uv"))
    command = [uv, "run", "-q", "--no-project", "--isolated", "--with", package, "python", "-c"]
    done = subprocess.run(  # noqa: S603 - our own script
        [*command, script, str(path)], check=True, capture_output=True, text=True
    )
    return float(done.stdout)


def _similarity(path: Path) -> float:
    """Words in common with PDFium's own text, in order; the mean of all pages by their length."""
    ours = (layer.text.split() for layer in read_layers(path))
    pairs = list(zip(ours, _plain(path), strict=True))
    ratios = [difflib.SequenceMatcher(None, *pair, autojunk=False).ratio() for pair in pairs]
    return statistics.fmean(ratios, weights=[max(1, len(theirs)) for _, theirs in pairs])


def _plain(path: Path) -> Iterator[list[str]]:
    for page in pdfium.PdfDocument(path):
        yield page.get_textpage().get_text_range().replace("\ufffe", "-").split()
