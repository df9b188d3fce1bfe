"""The type of a file comes from its bytes; a wrong name is told, not trusted."""

from __future__ import annotations

from pathlib import Path

import pytest
from recita.decoding import sniff
from recita.decoding.sniff import MAX_TEXT_BYTES, route
from recita.errors import DocumentRejectedError

from tests.fakes import files, office

pytestmark = pytest.mark.disable_socket

DOCX = office.word(lambda document: document.add_paragraph("Hello"))
PPTX = office.slides(lambda _: None)
XLSX = office.workbook(lambda book: book.add_worksheet())
ODS = office.archive({"mimetype": sniff.ODS, "content.xml": "<x/>"})
MAIL = b"From: a@example.org\r\nSubject: Hello\r\n\r\nHello\r\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "upload"


def media_type(file: Path, body: bytes, key: str) -> str:
    file.write_bytes(body)
    return sniff.media_type(file, key)


def rejection(file: Path, body: bytes, key: str) -> DocumentRejectedError:
    with pytest.raises(DocumentRejectedError) as caught:
        media_type(file, body, key)
    return caught.value


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("JPEG", "image/jpeg"),
        ("PNG", "image/png"),
        ("TIFF", "image/tiff"),
        ("WEBP", "image/webp"),
        ("GIF", "image/gif"),
        ("BMP", "image/bmp"),
        ("JPEG2000", "image/jp2"),
        ("AVIF", "image/avif"),
    ],
)
def test_pictures_are_known_by_their_bytes(file: Path, kind: str, expected: str) -> None:
    assert media_type(file, files.picture(kind=kind), "no-extension") == expected
    assert route(expected) == "image"


def test_heic_is_known_by_any_of_its_brands(file: Path) -> None:
    header = b"\0\0\0\x1cftyp%bheicmif1"
    assert media_type(file, header % b"mif1", "IMG_0001.HEIC") == "image/heic"
    assert media_type(file, header % b"abcd", "a.heic") == "image/heic"
    avif = b"\0\0\0\x1cftypmif1\0\0\0\0mif1avifmiaf"
    assert media_type(file, avif, "a.avif") == "image/avif"
    assert rejection(file, b"\0\0\0\x14ftypisom\0\0\0\0mp42", "film.mp4").code == "unsupported-type"


@pytest.mark.parametrize(
    ("body", "expected"),
    [(DOCX, sniff.DOCX), (PPTX, sniff.PPTX), (XLSX, sniff.XLSX), (ODS, sniff.ODS)],
)
def test_zip_containers_are_told_apart_by_what_they_hold(
    file: Path, body: bytes, expected: str
) -> None:
    assert media_type(file, body, "no-extension") == expected
    assert media_type(file, body, "older.doc") == expected
    assert route(expected) == "text"
    assert rejection(file, body, "a.pdf").code == "type-mismatch"


@pytest.mark.parametrize("key", ["a.docm", "a.DOTX", "a.dotm"])
def test_macros_and_templates_are_the_same_family(file: Path, key: str) -> None:
    assert media_type(file, DOCX, key) == sniff.DOCX


@pytest.mark.parametrize(
    ("streams", "key", "code", "message"),
    [
        (("EncryptedPackage",), "a.docx", "encrypted", "password"),
        (("WordDocument",), "a.doc", "unsupported-type", "save it as .docx"),
        (("WordDocument",), "a.docx", "unsupported-type", "save it as .docx"),
        (("PowerPoint Document",), "a.ppt", "unsupported-type", "save it as .pptx"),
        (("__properties_version1.0",), "a.msg", "unsupported-type", "save it as .eml"),
        (("Something",), "thumbs.db", "unsupported-type", "no reader"),
    ],
)
def test_old_office_is_told_what_to_do(
    file: Path, streams: tuple[str, ...], key: str, code: str, message: str
) -> None:
    error = rejection(file, office.ole(*streams), key)
    assert error.code == code
    assert message in str(error)


def test_old_workbooks_are_read_also_with_a_document_inside(file: Path) -> None:
    assert media_type(file, office.ole("Workbook"), "no-extension") == sniff.XLS
    assert media_type(file, office.ole("WordDocument", "Workbook"), "a.xls") == sniff.XLS


def test_a_stream_that_is_only_mentioned_is_none(file: Path) -> None:
    text = "EncryptedPackage\0".encode("utf-16-le")
    assert media_type(file, office.ole("Workbook") + text, "a.xls") == sniff.XLS
    entry = office.ole("EncryptedPackage")[-128:]
    assert media_type(file, office.ole("Workbook") + b"x" + entry, "a.xls") == sniff.XLS


def test_a_pdf_is_known_by_its_bytes_whatever_its_name(file: Path) -> None:
    assert media_type(file, files.pdf(["x"]), "in/report.PDF") == "application/pdf"
    assert media_type(file, files.pdf(["x"]), "report.final") == "application/pdf"


def test_a_pdf_may_begin_with_junk(file: Path) -> None:
    junk = b"\x00 mail header\r\n" * 20
    assert media_type(file, junk + files.pdf(["x"]), "a.pdf") == "application/pdf"


def test_a_pdf_header_beyond_the_first_kilobyte_is_none(file: Path) -> None:
    assert rejection(file, b"\x00" * 1030 + files.pdf(["x"]), "a.pdf").code == "corrupt"


@pytest.mark.parametrize("text", ["The header is %PDF-1.7 by the book.", "BMW built it in 1987."])
@pytest.mark.parametrize("key", ["notes.txt", "notes.md", "notes.csv"])
def test_text_that_speaks_of_formats_is_text(file: Path, text: str, key: str) -> None:
    assert media_type(file, text.encode(), key).startswith("text/")


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("a.txt", "text/plain"),
        ("A.MD", "text/markdown"),
        ("a.csv", "text/csv"),
        ("a.tsv", "text/tab-separated-values"),
        ("a.htm", "text/html"),
        ("no-extension", "text/plain"),
    ],
)
def test_among_texts_the_name_decides(file: Path, key: str, expected: str) -> None:
    assert media_type(file, b"To: be, or not to be", key) == expected
    assert route(expected) == "text"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1", "utf-16-le"])
def test_a_named_text_may_come_in_any_encoding(file: Path, encoding: str) -> None:
    assert media_type(file, "Ação número 1".encode(encoding), "notes.txt") == "text/plain"


def test_a_web_page_is_known_by_its_beginning(file: Path) -> None:
    page = b'\xef\xbb\xbf<?xml version="1.0"?>\n<!-- made by hand -->\n<!DOCTYPE html><p>x'
    assert media_type(file, page, "index.php") == "text/html"
    assert media_type(file, page, "no-extension") == "text/html"
    assert media_type(file, page, "notes.txt") == "text/plain"
    assert rejection(file, page, "invoice.pdf").code == "type-mismatch"


def test_a_mail_is_known_by_its_headers(file: Path) -> None:
    assert media_type(file, MAIL, "a.eml") == "message/rfc822"
    assert media_type(file, MAIL, "no-extension") == "message/rfc822"
    assert rejection(file, b"no header at all", "a.eml").code == "type-mismatch"


@pytest.mark.parametrize(
    ("body", "key", "code"),
    [
        (b"", "a.pdf", "empty"),
        (b"PK\x03\x04 a zip", "a.docx", "corrupt"),
        (DOCX[:-100], "a.docx", "corrupt"),
        (b"PK\x03\x04 a zip", "a.txt", "type-mismatch"),
        (b"PK\x03\x04 a zip", "a.zip", "unsupported-type"),
        (office.archive({"a.txt": "x"}), "a.docx", "type-mismatch"),
        (office.archive({"word/notes.txt": "x"}), "words.zip", "unsupported-type"),
        (b"Rar!\x1a\x07\x00", "a.rar", "unsupported-type"),
        (b"{\\rtf1 x}", "a.rtf", "unsupported-type"),
        (b"MZ\x90", "setup.exe", "unsupported-type"),
        (b"\x00\x01\x02", "unknown", "unsupported-type"),
        (b"<svg/>", "a.svg", "unsupported-type"),
        (b"not a pdf", "a.pdf", "type-mismatch"),
        (b"\x01\x02\x03\x04", "a.jpg", "corrupt"),
        (files.picture(kind="PNG"), "a.pdf", "type-mismatch"),
        (files.pdf(["x"]), "a.jpg", "type-mismatch"),
        (files.pdf(["x"]), "a.txt", "type-mismatch"),
        (DOCX, "a.xlsx", "type-mismatch"),
    ],
)
def test_what_can_not_be_read_has_a_stable_code(
    file: Path, body: bytes, key: str, code: str
) -> None:
    assert rejection(file, body, key).code == code


def test_a_text_larger_than_a_document_is_refused(file: Path) -> None:
    assert rejection(file, b"a" * (MAX_TEXT_BYTES + 1), "log.txt").code == "too-large"


def test_archives_are_never_unpacked(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unpack(*_: object, **__: object) -> None:
        raise AssertionError("unpacked")

    bomb = office.archive({"zeros": bytes(20_000_000)})
    monkeypatch.setattr("zipfile.ZipFile.open", unpack)
    assert rejection(file, bomb, "bomb.zip").code == "unsupported-type"
