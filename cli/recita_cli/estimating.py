"""What a backfill would bring in, and about what it would cost."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from math import ceil
from pathlib import PurePosixPath
from typing import Any

from botocore.exceptions import ClientError
from recita.adapters.backfill import ARCHIVED, MISSING
from recita.models.record import Usage
from recita.pricing import price, table
from recita.steps.handover import MAX_BYTES

from recita_cli.console import say
from recita_cli.listing import Named, Wanted
from recita_cli.target import Target

PROGRESS = 10_000
AT_ONCE = 16
PAGE_BYTES = 100_000
PAGE_CHARACTERS = 2_000
MOST_PAGES = 3_000
SUMMARY_CHARACTERS = 1_200
ANSWER_TOKENS = 800
LANGUAGES = 2
SECONDS = 30
MODEL = "amazon.nova-lite-v1:0"
ASSUMPTIONS = (
    f"a page is {PAGE_BYTES // 1000} kB of PDF, TIFF or office file and {PAGE_CHARACTERS:,} signs",
    f"no document has more than {MOST_PAGES:,} pages",
    "least: all pages have a text layer; most: all are scanned, a third with tables and forms",
    f"summaries of {SUMMARY_CHARACTERS:,} signs by {MODEL}",
    f"they are translated into {LANGUAGES} languages and spoken by neural voices",
    "guardrails look at all text and at every summary and translation",
    "four Rekognition operations look at a picture; those inside documents are not counted",
    f"a document takes {SECONDS} s, and all places in flight are the backfill's",
)

TYPES = {
    "pages": (".pdf", ".tif", ".tiff"),
    "office": (".docx", ".pptx", ".xlsx", ".xls", ".xlsb", ".ods"),
    "text": (".txt", ".md", ".csv", ".html", ".htm", ".eml"),
    "pictures": (".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".heic", ".avif", ".jp2"),
}
KIND = {suffix: kind for kind, suffixes in TYPES.items() for suffix in suffixes}


@dataclass
class Count:
    """Objects of one kind; ``pages`` is a guess from their size."""

    objects: int = 0
    bytes: int = 0
    pages: int = 0


@dataclass
class Estimate:
    """What a prefix holds, and what bringing it in costs, in US dollars, and takes."""

    in_flight: int
    kinds: dict[str, Count] = field(default_factory=lambda: defaultdict(Count))
    least: float = 0.0
    most: float = 0.0
    prices: str = field(default_factory=lambda: str(table()["version"]))
    assumptions: tuple[str, ...] = ASSUMPTIONS

    @property
    def documents(self) -> int:
        """Objects that become documents; others are skipped or rejected before they cost."""
        return sum(count.objects for kind, count in self.kinds.items() if kind in TYPES)

    @property
    def hours(self) -> float:
        """Time that admission's bound allows it to take."""
        return ceil(self.documents / self.in_flight) * SECONDS / 3600

    def as_data(self) -> dict[str, Any]:
        """The line that ``--json`` prints."""
        return {
            "kinds": {kind: asdict(count) for kind, count in sorted(self.kinds.items())},
            "documents": self.documents,
            "cost": {
                "currency": table()["currency"],
                "least": round(self.least, 2),
                "most": round(self.most, 2),
                "price_table": self.prices,
            },
            "hours": round(self.hours, 2),
            "in_flight": self.in_flight,
            "assumptions": list(self.assumptions),
        }


def estimate(target: Target, wanted: Wanted, *, quiet: bool) -> Estimate:
    """Look at names and sizes, at no object itself."""
    found = Estimate(in_flight=int(target.outputs.get("MaxInFlight", 100)))
    if wanted.documents is None:
        _add_prefix(found, target.s3, wanted, quiet=quiet)
    else:
        _add_list(found, target.s3, wanted.documents)
    return found


def _add_prefix(found: Estimate, s3: Any, wanted: Wanted, *, quiet: bool) -> None:
    listing = s3.get_paginator("list_objects_v2")
    pages = listing.paginate(Bucket=wanted.bucket, Prefix=wanted.prefix)
    seen = 0
    for page in pages:
        for entry in page.get("Contents", ()):
            _add(found, entry)
            seen += 1
            if not quiet and seen % PROGRESS == 0:
                say(f"{seen:,} objects listed")


def _add_list(found: Estimate, s3: Any, documents: Sequence[Named]) -> None:
    def size(named: Named) -> dict[str, Any] | None:
        try:
            head = s3.head_object(Bucket=named.bucket, Key=named.key)
        except ClientError as error:
            if error.response["Error"]["Code"] in MISSING:
                return None
            raise
        storage = head.get("StorageClass")
        return {"Key": named.key, "Size": head["ContentLength"], "StorageClass": storage}

    with ThreadPoolExecutor(AT_ONCE) as pool:
        for entry in pool.map(size, documents):
            if entry:
                _add(found, entry)
            else:
                found.kinds["gone"].objects += 1


def _add(found: Estimate, entry: dict[str, Any]) -> None:
    key, size = entry["Key"], int(entry["Size"])
    kind = KIND.get(PurePosixPath(key).suffix.lower(), "other types")
    if key.endswith("/"):
        kind = "folders"
    elif entry.get("StorageClass") in ARCHIVED:
        kind = "archived"
    elif size > MAX_BYTES:
        kind = "too large"
    count = found.kinds[kind]
    count.objects += 1
    count.bytes += size
    if kind in TYPES:
        pages = 1 if kind == "pictures" else _pages(kind, size)
        count.pages += pages
        found.least += price(_usage(kind, pages, size))
        found.most += price([*_usage(kind, pages, size), *_ocr(kind, pages)])


def _pages(kind: str, size: int) -> int:
    held = PAGE_CHARACTERS if kind == "text" else PAGE_BYTES
    return min(MOST_PAGES, max(1, ceil(size / held)))


def _ocr(kind: str, pages: int) -> Iterator[Usage]:
    """A scan of all pages, and an analysis of every third."""
    if kind == "pages":
        yield _used("textract", "StartDocumentTextDetection", pages, "pages")
        for feature in ("TABLES", "FORMS"):
            yield _used("textract", "StartDocumentAnalysis", ceil(pages / 3), f"{feature} pages")


def _usage(kind: str, pages: int, size: int) -> Iterator[Usage]:
    """What every document of a kind is billed for, as far as it can be known from outside."""
    characters = min(size, pages * PAGE_CHARACTERS) if kind == "text" else pages * PAGE_CHARACTERS
    if kind == "pictures":
        characters = 0
        for operation in ("DetectLabels", "DetectModerationLabels", "DetectText", "DetectFaces"):
            yield _used("rekognition", operation, 1, "images")
    spoken = LANGUAGES * SUMMARY_CHARACTERS
    checked = ceil(characters / 1000) + ceil((SUMMARY_CHARACTERS + spoken) / 1000)
    for unit in ("contentPolicyUnits", "sensitiveInformationPolicyUnits"):
        yield _used("bedrock-runtime", "ApplyGuardrail", checked, unit)
    yield _used("bedrock-runtime", "Converse", characters / 4 + 500, "inputTokens", MODEL)
    yield _used("bedrock-runtime", "Converse", ANSWER_TOKENS, "outputTokens", MODEL)
    yield _used("translate", "TranslateText", spoken, "characters")
    yield _used("polly", "SynthesizeSpeech", spoken, "neural characters")


def _used(
    service: str, operation: str, units: float, unit: str, resource: str | None = None
) -> Usage:
    return Usage(
        service=service,
        operation=operation,
        resource=resource,
        calls=1,
        units=units,
        unit=unit,
        estimated=True,
    )
