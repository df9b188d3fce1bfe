"""Containers of other files: zip archives (Office, OpenDocument) and OLE (old Office)."""

from __future__ import annotations

import mmap
import re
import zipfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import IO
from xml.parsers import expat

from recita.errors import DocumentRejectedError

MAX_ENTRIES = 10_000
MAX_UNPACKED = 1024 * 1024 * 1024
"""Bytes of all entries together; twice the largest upload."""
MAX_RATIO = 200
FREE_UNPACKED = 10 * 1024 * 1024
"""An entry up to this size may be packed however well; empty tables shrink a hundredfold."""
ENCRYPTED = 0x1
"""Bit of an entry's flags (APPNOTE.TXT, 4.4.4)."""
CHUNK = 256 * 1024

OLE_ENTRY = 128
"""Bytes of a directory entry: a name in UTF-16, its length at 64 ([MS-CFB], 2.6.1)."""

LEFTOVERS = (
    ("media-dropped", r"/media/.*\.(mp3|mp4|m4a|m4v|wav|wma|wmv|avi|mov|mpe?g|ogg|webm)"),
    ("charts-dropped", r"/charts/chart[^/]*\.xml"),
    ("objects-dropped", r"/(embeddings|activeX)/[^/]*\.(?!xml|rels)[^/]*"),
    ("macros-dropped", r"/vbaProject\.bin"),
    ("comments-dropped", r"/(comments\d*\.xml|(threadedC|c)omments/[^/]*\.xml)"),
)


def names(path: Path) -> list[str]:
    """Return the names of a zip archive's entries; raises ``corrupt`` when it has no directory."""
    return [entry.filename for entry in _directory(path)]


def starts_with(path: Path, name: str, content: bytes) -> bool:
    """Whether a zip archive has an entry of that name that begins with ``content``."""
    with zipfile.ZipFile(path) as archive:
        if name not in archive.namelist():
            return False
        with archive.open(name) as entry:
            return entry.read(len(content)) == content


def check(path: Path) -> None:
    """Refuse a zip archive that must not be unpacked, before anything is.

    Raises DocumentRejectedError: ``corrupt``, ``encrypted``, ``decompression-bomb``; the last also
    for XML that declares entities: Office writes none, bombs are made of them.
    """
    found = _directory(path)
    if any(entry.flag_bits & ENCRYPTED for entry in found):
        raise DocumentRejectedError("encrypted", "the document needs a password")
    if len(found) > MAX_ENTRIES:
        raise DocumentRejectedError("decompression-bomb", f"{len(found)} entries")
    if sum(entry.file_size for entry in found) > MAX_UNPACKED:
        raise DocumentRejectedError("decompression-bomb", "unpacks to more than 1 GB")
    for entry in found:
        size, packed = entry.file_size, max(1, entry.compress_size)
        if size > FREE_UNPACKED and size / packed > MAX_RATIO:
            raise DocumentRejectedError("decompression-bomb", f"packed {size // packed} to one")
    with zipfile.ZipFile(path) as archive:
        for entry in found:
            if entry.filename.lower().endswith((".xml", ".rels", ".vml")):
                with archive.open(entry) as part:
                    _refuse_entities(part)


def _directory(path: Path) -> list[zipfile.ZipInfo]:
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise DocumentRejectedError("corrupt", f"the archive can't be opened: {error}") from None


def leftovers(names: Iterable[str]) -> Counter[str]:
    """Count what an Office file holds beside its text, by the codes of warnings."""
    counts: Counter[str] = Counter()
    for name in names:
        for code, pattern in LEFTOVERS:
            if re.search(f"{pattern}$", f"/{name}", re.IGNORECASE):
                counts[code] += 1
                break
    return counts


def ole_streams(path: Path, known: Iterable[str]) -> set[str]:
    """Return which of the ``known`` streams an OLE file names in its directory."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as body:
        return {name for name in known if _has_stream(body, name)}


def _has_stream(body: mmap.mmap, name: str) -> bool:
    """Look for a directory entry wherever it lies: that needs no walk through a broken file."""
    encoded = f"{name}\0".encode("utf-16-le")
    place = body.find(encoded)
    while place >= 0:
        length = int.from_bytes(body[place + 64 : place + 66], "little")
        if place % OLE_ENTRY == 0 and length == len(encoded):
            return True
        place = body.find(encoded, place + 1)
    return False


class _RootReachedError(Exception):
    pass


def _refuse_entities(part: IO[bytes]) -> None:
    def declared(*_: object) -> None:
        raise DocumentRejectedError("decompression-bomb", "the XML declares entities")

    def rooted(*_: object) -> None:
        raise _RootReachedError

    parser = expat.ParserCreate()
    parser.EntityDeclHandler = declared
    parser.StartElementHandler = rooted  # declarations stand before it
    try:
        while chunk := part.read(CHUNK):
            parser.Parse(chunk)
    except (_RootReachedError, expat.ExpatError, zipfile.BadZipFile):
        return  # what is wrong with it, its reader will find
