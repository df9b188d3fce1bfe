"""What must become of the sample files: their list's expectations, held against manifests."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from recita.models.manifest import Manifest

READ = 40
"""Characters of text on an uploaded picture that make it a page rather than a photo."""
GENERATED = ("summary", "image-analysis")
"""Kinds of artifacts that were written about a document, not copied from it."""

Fetch = Callable[[str], bytes]
"""An artifact's bytes by its key."""


@dataclass(frozen=True)
class Sample:
    """One file of the list, and what must become of it."""

    file: str
    upload_key: str
    outcomes: tuple[str, ...]
    """``text``, ``ocr``, ``image``, ``partial`` or ``rejected:<code>``; the first is the best."""
    must_contain: tuple[str, ...]


def samples(corpus: Path) -> list[Sample]:
    """The files of ``MANIFEST.tsv``."""
    with (corpus / "MANIFEST.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [
        Sample(
            file=row["file"],
            upload_key=row["upload_key"] or row["file"],
            outcomes=(row["expected"], *filter(None, row["also_ok"].split("|"))),
            must_contain=tuple(filter(None, row["must_contain"].split(" || "))),
        )
        for row in rows
    ]


def outcome(manifest: Manifest) -> str:
    """What became of a document, in the list's words."""
    if manifest.status == "REJECTED" and manifest.reason:
        return f"rejected:{manifest.reason.code}"
    if manifest.status not in ("COMPLETED", "PARTIAL"):
        return manifest.status.lower()
    if manifest.ledger.pages.missing:
        return "partial"
    methods = {page.method for page in manifest.pages}
    characters = sum(page.characters for page in manifest.pages)
    if manifest.route == "image":
        return "ocr" if characters >= READ else "image"
    return "ocr" if "ocr" in methods else "text"


def problems(sample: Sample, manifest: Manifest, fetch: Fetch) -> list[str]:
    """What is wrong with a result, a sentence each; nothing when all is as it must be."""
    found = outcome(manifest)
    if found not in sample.outcomes and not _same_for_pictures(found, manifest, sample):
        return [f"is {found} ({manifest.reason}), not {' or '.join(sample.outcomes)}"]
    if found.startswith("rejected:"):
        return []
    return list(_missing(sample, manifest, fetch))


def _same_for_pictures(found: str, manifest: Manifest, sample: Sample) -> bool:
    """A picture is both read and seen, so either verdict on it holds."""
    both = {"image", "ocr"}
    return manifest.route == "image" and found in both and bool(both & set(sample.outcomes))


def _missing(sample: Sample, manifest: Manifest, fetch: Fetch) -> Iterator[str]:
    read = " ".join(fetch("text.md").decode().split())
    for item in sample.must_contain:
        kind, _, value = item.partition(":")
        if problem := _checked(kind, value, manifest, fetch):
            yield problem
        elif kind not in CHECKED and " ".join(item.split()) not in read:
            yield f"text.md lacks {item!r}"


CHECKED = ("label", "text", "exif", "pii", "pii-custom", "not-in-summary", "not-executed")


def _checked(kind: str, value: str, manifest: Manifest, fetch: Fetch) -> str | None:
    match kind:
        case "label":
            return _label(value, manifest)
        case "text":
            return _seen(value, manifest, fetch)
        case "exif":
            return _metadata(manifest, fetch)
        case "pii" | "pii-custom":
            policies = " ".join(policy for v in manifest.guardrails for policy in v.policies)
            return None if value in policies else f"no verdict names {value}"
        case "not-in-summary":
            derived = b"".join(fetch(a.key) for a in manifest.artifacts if a.kind in GENERATED)
            return f"{value!r} is in what was generated" if value.encode() in derived else None
    return None


def _label(value: str, manifest: Manifest) -> str | None:
    names = {name for image in manifest.images for label in image.labels
             for name in (label.name, *label.parents)}  # fmt: skip
    wanted = set(value.split("|"))
    return None if wanted & names else f"labels are {sorted(names)}, none of {sorted(wanted)}"


def _seen(value: str, manifest: Manifest, fetch: Fetch) -> str | None:
    texts = [fetch("text.md").decode(), *(image.text for image in manifest.images)]
    return None if any(value in text for text in texts) else f"no text says {value!r}"


def _metadata(manifest: Manifest, fetch: Fetch) -> str | None:
    pictures = [a.key for a in manifest.artifacts if a.media_type == "image/jpeg"]
    told = [key for key in pictures if b"Exif\0" in fetch(key)[:4096]]
    return f"{told} carry the camera's metadata" if told else None
