"""Office documents, mails and archives made on the spot."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any

import docx
import pptx
import xlsxwriter  # type: ignore[import-untyped]

XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 9))
BILLION_LAUGHS = f'<!DOCTYPE w [<!ENTITY l0 "lol">{LAUGHS}]>'


def word(write: Callable[[Any], None]) -> bytes:
    """A Word document that ``write`` fills in, given python-docx's."""
    document = docx.Document()
    write(document)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def slides(write: Callable[[Any], None]) -> bytes:
    """A presentation that ``write`` fills in, given python-pptx's."""
    presentation = pptx.Presentation()
    write(presentation)
    buffer = io.BytesIO()
    presentation.save(buffer)
    return buffer.getvalue()


def workbook(write: Callable[[Any], None]) -> bytes:
    """A workbook that ``write`` fills in, given XlsxWriter's."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True, "remove_timezone": True}) as book:
        write(book)
    return buffer.getvalue()


def archive(entries: dict[str, bytes | str]) -> bytes:
    """A zip archive of these entries."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in entries.items():
            packed.writestr(name, content)
    return buffer.getvalue()


def changed(body: bytes, change: Callable[[dict[str, bytes]], None]) -> bytes:
    """The archive with its entries changed in place by ``change``."""
    with zipfile.ZipFile(io.BytesIO(body)) as packed:
        entries = {name: packed.read(name) for name in packed.namelist()}
    change(entries)
    return archive(dict(entries))


def ole(*streams: str) -> bytes:
    """The header and directory of an OLE file that holds these streams, all of them empty."""
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(512, b"\0")
    return header + b"".join(_ole_entry(name) for name in ("Root Entry", *streams))


def _ole_entry(name: str) -> bytes:
    encoded = f"{name}\0".encode("utf-16-le")
    return encoded.ljust(64, b"\0") + len(encoded).to_bytes(2, "little") + bytes(62)
