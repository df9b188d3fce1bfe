"""What a document is, told from its first bytes; Textract does not trust names either."""

from __future__ import annotations

PDF, TIFF, PNG, JPEG = "pdf", "tiff", "png", "jpeg"

_MAGIC = (
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"II*\x00", TIFF),
    (b"MM\x00*", TIFF),
)


def media_type(head: bytes) -> str | None:
    """One of the four formats Textract reads, or None; needs the first 1,024 bytes."""
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    return PDF if b"%PDF-" in head[:1024] else None
