"""The type of a file, from its bytes."""

from __future__ import annotations

import codecs
from pathlib import PurePosixPath

from recita.errors import DocumentRejectedError
from recita.models.document import Route

SIGNATURES: tuple[tuple[bytes, int, str], ...] = (
    (b"%PDF-", 0, "application/pdf"),
    (b"\xff\xd8\xff", 0, "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", 0, "image/png"),
    (b"II*\x00", 0, "image/tiff"),
    (b"MM\x00*", 0, "image/tiff"),
    (b"GIF87a", 0, "image/gif"),
    (b"GIF89a", 0, "image/gif"),
    (b"WEBP", 8, "image/webp"),
)
EXTENSIONS = {
    ".pdf": "application/pdf",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".tif": "image/tiff",
    ".tiff": "image/tiff",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".bmp": "image/bmp",
}
BINARY = ("PK\x03\x04", "\xd0\xcf\x11\xe0", "Rar!", "\x1f\x8b", "7z\xbc\xaf", "MZ", "\x7fELF")
NAMED_TEXT = (".txt", ".text", ".md", ".markdown")
TEXT_NAMES = (*NAMED_TEXT, "")
BMP_HEADERS = (12, 40, 52, 56, 64, 108, 124)
"""Lengths of the header that follows a BMP's first 14 bytes; ``BM`` alone begins many a word."""
MAX_TEXT_BYTES = 10 * 1024 * 1024
"""Some thousand pages; a larger text is data rather than a document."""
PDF_HEADER_WINDOW = 1024
"""Readers accept leading junk before ``%PDF-`` within the first kilobyte (ISO 32000-1, H.3)."""


def media_type(body: bytes, key: str) -> str:
    """Return the media type of an upload.

    Raises DocumentRejectedError: ``empty``, ``unsupported-type``, or ``type-mismatch`` when the
    key's extension names another supported type than the bytes.
    """
    if not body:
        raise DocumentRejectedError("empty", "the upload has no bytes")
    extension = PurePosixPath(key).suffix.lower()
    found = _signature(body, extension) or _plain_text(body, extension)
    claimed = EXTENSIONS.get(extension)
    if found == "text/plain" and len(body) > MAX_TEXT_BYTES:
        raise DocumentRejectedError("too-large", f"{len(body)} bytes of text; at most 10 MB")
    if found is None:
        if extension in NAMED_TEXT:
            raise DocumentRejectedError("unsupported-type", "the text is not UTF-8 or UTF-16")
        if claimed:
            raise DocumentRejectedError("corrupt", f"the bytes are not those of a {extension} file")
        raise DocumentRejectedError("unsupported-type", f"no reader for this type ({extension})")
    if claimed and claimed != found:
        raise DocumentRejectedError("type-mismatch", f"named {extension} but the bytes are {found}")
    return found


def route(media: str) -> Route:
    """Return how a type travels through the pipeline."""
    if media == "application/pdf":
        return "document"
    return "text" if media == "text/plain" else "image"


def decode_text(body: bytes) -> str:
    """Return plain text: UTF-16 or UTF-32 with a byte order mark, else UTF-8."""
    for mark, encoding in (
        (codecs.BOM_UTF32_LE, "utf-32"),
        (codecs.BOM_UTF32_BE, "utf-32"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if body.startswith(mark):
            return body.decode(encoding)
    return body.decode("utf-8-sig")


def _signature(body: bytes, extension: str) -> str | None:
    for magic, offset, media in SIGNATURES:
        if body[offset : offset + len(magic)] == magic:
            return media
    if body[:2] == b"BM" and int.from_bytes(body[14:18], "little") in BMP_HEADERS:
        return "image/bmp"
    junk_allowed = extension not in NAMED_TEXT  # there it is a text about PDF
    return "application/pdf" if junk_allowed and b"%PDF-" in body[:PDF_HEADER_WINDOW] else None


def _plain_text(body: bytes, extension: str) -> str | None:
    if extension not in TEXT_NAMES or any(body.startswith(m.encode("latin-1")) for m in BINARY):
        return None
    try:
        text = decode_text(body)
    except UnicodeDecodeError:
        return None
    controls = sum(ord(c) < 32 and c not in "\t\n\r\f" for c in text)
    return "text/plain" if controls == 0 else None
