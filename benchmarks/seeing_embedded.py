"""Pictures inside documents: how many of those that PDFium and the archives know are found."""

from __future__ import annotations

import io
import resource
import time
import zipfile
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pypdfium2 as pdfium
from PIL import Image
from pypdfium2 import raw
from recita import cage
from recita.decoding import pictures, sniff
from recita.decoding.found import Found
from recita.errors import DocumentRejectedError
from reportlab.pdfgen.canvas import Canvas

LIMITS = cage.Limits(seconds=60, cpu_seconds=400)
MANY = 100
SIDES = (2000, 1500)
MIN_SIDE = 64
MAX_DEPTH = 15
MEDIA = ("word/media/", "ppt/media/", "xl/media/", "Pictures/")


def embedded(corpus: Path) -> dict[str, Any]:
    """Count and time the pictures of a generated PDF, then those of the sample files."""
    with TemporaryDirectory() as folder:
        many = Path(folder, "many.pdf")
        _write(many)
        result: dict[str, Any] = {"hundred": _searched(many, sniff.PDF)}
    # The largest child so far was the one of the hundred pictures.
    result["hundred"]["peak_megabytes"] = _peak()
    result["files"] = {}
    for path in sorted((*corpus.glob("*.pdf"), *corpus.glob("*.docx"), *corpus.glob("*.pptx"))):
        known = _known(path)
        if known:
            found = _searched(path, sniff.media_type(path, path.name))
            result["files"][path.name] = {"known": known, **found}
    files = result["files"].values()
    known = sum(file["known"] for file in files)
    told = sum(min(file["known"], file["told"]) for file in files)
    return result | {"known": known, "told": told, "peak_megabytes": _peak()}


def _searched(path: Path, media: str) -> dict[str, Any]:
    """Search a document; ``told``: its pictures of at least 64 pixels, and what became of them."""
    started = time.perf_counter()
    found = list(pictures.search(LIMITS, path, media, frozenset(), 10 * MANY))
    seconds = time.perf_counter() - started
    outcomes = Counter(one.skipped or "seen" for one in found if _counts(one))
    return {
        "told": sum(outcomes.values()),
        "outcomes": dict(sorted(outcomes.items())),
        "seconds": round(seconds, 2),
    }


def _counts(found: Found) -> bool:
    return found.skipped not in ("small", "mask") and min(found.width, found.height) >= MIN_SIDE


def _known(path: Path) -> int:
    """Return how many pictures a document has by the count of others than us."""
    if path.suffix != ".pdf":
        if not zipfile.is_zipfile(path):
            return 0
        with zipfile.ZipFile(path) as archive:
            return sum(name.startswith(MEDIA) for name in archive.namelist())
    try:
        return cage.run(LIMITS, _painted, path)
    except DocumentRejectedError:
        return 0


def _painted(path: Path) -> int:
    """Return how many images of at least 64 pixels a side PDFium paints, stencils left out."""
    count = 0
    with pdfium.PdfDocument(path) as document:
        for page in document:
            for item in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=MAX_DEPTH):
                if min(item.get_px_size()) >= MIN_SIDE:
                    about = item.get_metadata()
                    unpainted = about.colorspace == raw.FPDF_COLORSPACE_UNKNOWN
                    count += not (about.bits_per_pixel == 1 and unpainted)
    return count


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024


def _write(path: Path) -> None:
    """Write a PDF of a hundred different pictures of 3 megapixels, on as many pages."""
    canvas = Canvas(str(path), pagesize=(600, 800))
    width, height = SIDES
    noise = Image.effect_noise(SIDES, 40).tobytes()
    for number in range(MANY):
        rolled = noise[number * width :] + noise[: number * width]
        picture = Image.frombytes("L", SIDES, rolled).convert("RGB")
        tone = Image.new("RGB", SIDES, (number, 255 - number, 2 * number))
        with io.BytesIO() as jpeg:
            Image.blend(picture, tone, 0.5).save(jpeg, "JPEG", quality=70)
            stored = path.with_name(f"{number}.jpg")
            stored.write_bytes(jpeg.getvalue())
        canvas.drawImage(str(stored), 50, 50, 500, 500 * height / width)
        canvas.showPage()
    canvas.save()
