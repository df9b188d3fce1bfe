"""The type of a file comes from its bytes; a wrong name is told, not trusted."""

from __future__ import annotations

import pytest
from recita.decoding.sniff import MAX_TEXT_BYTES, decode_text, media_type, route
from recita.errors import DocumentRejectedError

from tests.fakes import files

pytestmark = pytest.mark.disable_socket


def rejected(body: bytes, key: str) -> str:
    with pytest.raises(DocumentRejectedError) as caught:
        media_type(body, key)
    return caught.value.code


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("JPEG", "image/jpeg"),
        ("PNG", "image/png"),
        ("TIFF", "image/tiff"),
        ("WEBP", "image/webp"),
        ("GIF", "image/gif"),
        ("BMP", "image/bmp"),
    ],
)
def test_pictures_are_known_by_their_bytes(kind: str, expected: str) -> None:
    assert media_type(files.picture(kind=kind), "no-extension") == expected
    assert route(expected) == "image"


def test_a_pdf_is_known_by_its_bytes_whatever_its_name() -> None:
    assert media_type(files.pdf(["x"]), "in/report.PDF") == "application/pdf"
    assert media_type(files.pdf(["x"]), "report.final") == "application/pdf"


def test_a_pdf_may_begin_with_junk() -> None:
    junk = b"\x00 mail header\r\n" * 20
    assert media_type(junk + files.pdf(["x"]), "a.pdf") == "application/pdf"


def test_a_pdf_header_beyond_the_first_kilobyte_is_none() -> None:
    assert rejected(b"\x00" * 1030 + files.pdf(["x"]), "a.pdf") == "corrupt"


@pytest.mark.parametrize("text", ["The header is %PDF-1.7 by the book.", "BMW built it in 1987."])
@pytest.mark.parametrize("key", ["notes.txt", "notes.md"])
def test_text_that_speaks_of_formats_is_text(text: str, key: str) -> None:
    assert media_type(text.encode(), key) == "text/plain"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_text_may_come_in_any_marked_unicode(encoding: str) -> None:
    body = "Ação número 1 — über".encode(encoding)
    assert media_type(body, "notes.txt") == "text/plain"
    assert decode_text(body) == "Ação número 1 — über"


def test_big_endian_utf16_with_a_mark_is_read() -> None:
    assert decode_text(b"\xfe\xff" + "é".encode("utf-16-be")) == "é"


def test_utf16_without_a_mark_is_not_taken_for_utf8_full_of_nuls() -> None:
    assert rejected("plain words".encode("utf-16-le"), "notes.txt") == "unsupported-type"


def test_latin_1_text_is_refused_rather_than_garbled() -> None:
    assert rejected("ação".encode("latin-1"), "notes.txt") == "unsupported-type"


@pytest.mark.parametrize(
    ("body", "key", "code"),
    [
        (b"", "a.pdf", "empty"),
        (b"PK\x03\x04 a zip", "a.docx", "unsupported-type"),
        (b"PK\x03\x04 a zip", "a.txt", "unsupported-type"),
        (b"MZ\x90", "setup.exe", "unsupported-type"),
        (b"<svg/>", "a.svg", "unsupported-type"),
        (b"not a pdf", "a.pdf", "corrupt"),
        (files.picture(kind="PNG"), "a.pdf", "type-mismatch"),
        (files.pdf(["x"]), "a.jpg", "type-mismatch"),
    ],
)
def test_what_can_not_be_read_has_a_stable_code(body: bytes, key: str, code: str) -> None:
    assert rejected(body, key) == code


def test_a_text_larger_than_a_document_is_refused() -> None:
    with pytest.raises(DocumentRejectedError) as caught:
        media_type(b"a" * (MAX_TEXT_BYTES + 1), "log.txt")
    assert caught.value.code == "too-large"


def test_a_text_in_an_old_encoding_is_told_so() -> None:
    with pytest.raises(DocumentRejectedError, match="UTF-8") as caught:
        media_type("São Paulo, ação".encode("latin-1"), "a.txt")
    assert caught.value.code == "unsupported-type"
