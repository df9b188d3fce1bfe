"""The type of a file, from its bytes."""

from __future__ import annotations

import codecs
import re
from pathlib import Path, PurePosixPath

from recita.decoding import containers
from recita.errors import DocumentRejectedError
from recita.models.document import Route

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
XLS = "application/vnd.ms-excel"
ODS = "application/vnd.oasis.opendocument.spreadsheet"
HTML = "text/html"
EML = "message/rfc822"
TEXT = "text/plain"
MARKDOWN = "text/markdown"
CSV = "text/csv"
TSV = "text/tab-separated-values"
ZIP = "application/zip"
OLE = "application/x-ole-storage"
ZIPPED = frozenset((DOCX, PPTX, XLSX, ODS))
PLAIN = frozenset((HTML, TEXT, MARKDOWN, CSV, TSV))
NATIVE = frozenset((DOCX, PPTX, XLSX, XLS, ODS, EML)) | PLAIN
"""Types that hold text as such: no OCR, no text layer."""

SIGNATURES: tuple[tuple[bytes, int, str], ...] = (
    (b"%PDF-", 0, PDF),
    (b"\xff\xd8\xff", 0, "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", 0, "image/png"),
    (b"II*\x00", 0, "image/tiff"),
    (b"MM\x00*", 0, "image/tiff"),
    (b"II+\x00", 0, "image/tiff"),  # BigTIFF
    (b"MM\x00+", 0, "image/tiff"),
    (b"GIF87a", 0, "image/gif"),
    (b"GIF89a", 0, "image/gif"),
    (b"WEBP", 8, "image/webp"),
    (b"\x00\x00\x00\x0cjP  \r\n\x87\n", 0, "image/jp2"),
    (b"\xff\x4f\xff\x51", 0, "image/jp2"),  # a codestream without its box
    (b"PK\x03\x04", 0, ZIP),
    (b"PK\x05\x06", 0, ZIP),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0, OLE),
    (b"Rar!\x1a\x07", 0, "application/vnd.rar"),
    (b"7z\xbc\xaf\x27\x1c", 0, "application/x-7z-compressed"),
    (b"\x1f\x8b\x08", 0, "application/gzip"),
    (b"\x7fELF", 0, "application/x-elf"),
    (b"{\\rtf", 0, "application/rtf"),
)
BRANDS = {
    "image/avif": {b"avif", b"avis"},
    "image/heic": {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"},
}
"""Brands of ISO media files, the more special first (ISO/IEC 23008-12, annex B; AVIF, 6)."""
BMP_HEADERS = (12, 40, 52, 56, 64, 108, 124)
"""Lengths of the header that follows a BMP's first 14 bytes; ``BM`` alone begins many a word."""

EXTENSIONS = {
    ".pdf": PDF,
    **dict.fromkeys((".jpg", ".jpeg", ".jpe", ".jfif"), "image/jpeg"),
    ".png": "image/png",
    **dict.fromkeys((".tif", ".tiff"), "image/tiff"),
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".bmp": "image/bmp",
    **dict.fromkeys((".heic", ".heif", ".hif"), "image/heic"),
    ".avif": "image/avif",
    **dict.fromkeys((".jp2", ".j2k", ".jpx", ".jpf", ".j2c"), "image/jp2"),
    **dict.fromkeys((".docx", ".docm", ".dotx", ".dotm"), DOCX),
    **dict.fromkeys((".pptx", ".pptm", ".ppsx", ".ppsm", ".potx", ".potm"), PPTX),
    **dict.fromkeys((".xlsx", ".xlsm", ".xltx", ".xltm", ".xlsb"), XLSX),
    ".xls": XLS,
    ".ods": ODS,
}
"""What a name promises, where the bytes alone can prove it."""
SUPPORTED = NATIVE | frozenset(EXTENSIONS.values())
WRITTEN = {
    **dict.fromkeys((".txt", ".text"), TEXT),
    **dict.fromkeys((".md", ".markdown"), MARKDOWN),
    ".csv": CSV,
    **dict.fromkeys((".tsv", ".tab"), TSV),
    **dict.fromkeys((".html", ".htm", ".xhtml"), HTML),
    ".eml": EML,
}
"""Kinds of text: among them the name decides."""

HEAD = 4096
PDF_HEADER_WINDOW = 1024
"""Readers accept leading junk before ``%PDF-`` within the first kilobyte (ISO 32000-1, H.3)."""
MAX_TEXT_BYTES = 10 * 1024 * 1024
"""Some thousand pages; a larger text is data rather than a document."""
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
"""Controls that a text does not need, such as DOS's end-of-file mark and terminal colours."""
WEB_PAGE = re.compile(
    rb"\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<(!doctype\s+)?html\b", re.IGNORECASE | re.DOTALL
)
MAIL = re.compile(
    rb"^(from|to|subject|date|received|return-path|message-id|mime-version|delivered-to|x-[\w-]+)"
    rb":\s",
    re.IGNORECASE | re.MULTILINE,
)

OFFICE = {"word/": DOCX, "ppt/": PPTX, "xl/": XLSX}
"""Folders of the parts in an Office file (ECMA-376-1, 11.3, 12.3, 13.3)."""
ENCRYPTED = "EncryptedPackage"
"""Stream that holds a whole Office file behind a password ([MS-OFFCRYPTO], 1.3.3)."""
WORKBOOKS = ("Workbook", "Book")
OLD_OFFICE = {
    "WordDocument": ("a Word document of before 2007", ".docx"),
    "PowerPoint Document": ("a PowerPoint presentation of before 2007", ".pptx"),
    "__properties_version1.0": ("an Outlook message", ".eml or .pdf"),
}
"""Streams of OLE files that nothing here reads, what they make of the file, and what to save as."""


def media_type(path: Path, key: str) -> str:
    """Return the media type of an upload that lies in ``path``.

    Raises DocumentRejectedError: ``empty``, ``unsupported-type``, ``encrypted``, ``corrupt``,
    ``too-large``, or ``type-mismatch`` when the key's extension names another type than the bytes.
    """
    size = path.stat().st_size
    if not size:
        raise DocumentRejectedError("empty", "the upload has no bytes")
    with path.open("rb") as file:
        head = file.read(HEAD)
    extension = PurePosixPath(key).suffix.lower()
    claimed = EXTENSIONS.get(extension) or WRITTEN.get(extension)
    found = _signature(path, head, extension) or _written(head, extension)
    if found is None or (found not in SUPPORTED and claimed is None):
        raise _unknown(extension, claimed, found)
    if claimed and claimed != found:
        raise DocumentRejectedError("type-mismatch", f"named {extension} but the bytes are {found}")
    if found in PLAIN and size > MAX_TEXT_BYTES:
        raise DocumentRejectedError("too-large", f"{size} bytes of text; at most 10 MB")
    return found


def route(media: str) -> Route:
    """Return how a type travels through the pipeline."""
    if media == PDF:
        return "document"
    return "text" if media in NATIVE else "image"


def _unknown(extension: str, claimed: str | None, found: str | None) -> DocumentRejectedError:
    if claimed in EXTENSIONS.values():
        message = f"the bytes are not those of a {extension} file"
        return DocumentRejectedError("corrupt", message)
    if claimed:
        return DocumentRejectedError("unsupported-type", "the bytes are no text")
    what = found or extension or "no extension, unknown bytes"
    return DocumentRejectedError("unsupported-type", f"no reader for this type ({what})")


def _signature(path: Path, head: bytes, extension: str) -> str | None:
    for magic, offset, media in SIGNATURES:
        if head[offset : offset + len(magic)] == magic:
            return _contained(path, media, extension)
    if head[4:8] == b"ftyp":
        brands = {head[8:12], *re.findall(rb"....", head[16 : head[3]], re.DOTALL)}
        return next((media for media, known in BRANDS.items() if brands & known), "video/mp4")
    if head[:2] == b"BM" and int.from_bytes(head[14:18], "little") in BMP_HEADERS:
        return "image/bmp"
    junk_allowed = extension not in WRITTEN  # there it is a text about PDF
    return PDF if junk_allowed and b"%PDF-" in head[:PDF_HEADER_WINDOW] else None


def _contained(path: Path, media: str, extension: str) -> str:
    """Look into containers; what they hold decides."""
    if media == ZIP:
        return _zipped(path, extension)
    return _old_office(path, extension) if media == OLE else media


def _zipped(path: Path, extension: str) -> str:
    try:
        names = containers.names(path)
    except DocumentRejectedError:
        if EXTENSIONS.get(extension) in OFFICE.values():
            raise
        return ZIP
    for folder, media in OFFICE.items():
        if any(name.startswith(folder) for name in names) and "[Content_Types].xml" in names:
            return media
    return ODS if containers.starts_with(path, "mimetype", ODS.encode()) else ZIP


def _old_office(path: Path, extension: str) -> str:
    found = containers.ole_streams(path, (ENCRYPTED, *WORKBOOKS, *OLD_OFFICE))
    if ENCRYPTED in found:
        raise DocumentRejectedError("encrypted", "the Office document needs a password")
    old = [kind for stream, kind in OLD_OFFICE.items() if stream in found]
    if found.intersection(WORKBOOKS) and (not old or extension == ".xls"):
        return XLS
    if old:
        what, form = old[0]
        raise DocumentRejectedError("unsupported-type", f"{what}: save it as {form}")
    return OLE


def _written(head: bytes, extension: str) -> str | None:
    """Return the kind of text: what the name says, where the bytes don't contradict."""
    kind = WRITTEN.get(extension)
    if kind == EML:
        return EML if MAIL.search(head) else TEXT
    if kind:
        return kind
    if WEB_PAGE.match(head.removeprefix(codecs.BOM_UTF8)):
        return HTML
    if (extension and extension not in EXTENSIONS) or not _is_clean(head):
        return None
    is_mail = not extension and MAIL.match(head) and len(MAIL.findall(head)) > 1
    return EML if is_mail else TEXT


def _is_clean(head: bytes) -> bool:
    """Whether a file that is not named a text begins as one, in Unicode."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return True
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(head)  # the last letter may be cut
    except UnicodeDecodeError:
        return False
    return not CONTROLS.search(text)
