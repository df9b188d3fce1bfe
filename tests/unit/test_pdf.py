"""PDFs made on the spot, from good to hostile."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from pypdf import PdfReader, PdfWriter
from recita.decoding import pdf
from recita.decoding.pdf_layer import LayerPage, read_layers
from recita.errors import DocumentRejectedError
from reportlab.pdfgen.canvas import Canvas

from tests.fakes import files

pytestmark = pytest.mark.disable_socket


def rejected(run: Callable[[], object]) -> str:
    with pytest.raises(DocumentRejectedError) as caught:
        run()
    return caught.value.code


@pytest.fixture
def stored(tmp_path: Path) -> Callable[[bytes], Path]:
    def store(body: bytes) -> Path:
        path = tmp_path / "upload.pdf"
        path.write_bytes(body)
        return path

    return store


Stored = Callable[[bytes], Path]


def layers_of(path: Path) -> list[LayerPage]:
    return list(read_layers(path))


def encrypted(user_password: str) -> bytes:
    writer = PdfWriter(clone_from=io.BytesIO(files.pdf([files.good_page(1)])))
    writer.encrypt(user_password=user_password, owner_password="owner", algorithm="AES-256")
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def xfa(*, fields: bytes) -> bytes:
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R /AcroForm 4 0 R >>",
        b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>",
        b"<< /XFA 6 0 R /Fields %b >>" % fields,
        b"[]",
        files.stream(b"<xdp/>"),
    ]
    return files.raw_pdf(objects)


def test_reads_the_layers_of_a_document_that_another_library_wrote(stored: Stored) -> None:
    buffer = io.BytesIO()
    canvas = Canvas(buffer)
    for number in (1, 2):
        canvas.drawString(50, 700, f"Página {number}: ação e coração")
        canvas.showPage()
    canvas.save()

    layers = layers_of(stored(buffer.getvalue()))

    assert [layer.number for layer in layers] == [1, 2]
    assert [layer.verdict for layer in layers] == ["good", "good"]
    assert "Página 2: ação e coração" in layers[1].text


def test_each_page_gets_its_own_verdict(stored: Stored) -> None:
    body = files.pdf([files.good_page(1), None, b"Do", "7", b"q 0 0 9 9 re f Q", b"BT (x) Tj"])
    layers = layers_of(stored(body))
    assert [layer.verdict for layer in layers[:4]] == ["good", "blank", "ocr", "good"]
    assert layers[4].verdict == "ocr"  # something is painted that no text stands for


def test_a_stamp_over_a_scan_does_not_stand_for_the_page(stored: Stored) -> None:
    (layer,) = layers_of(stored(files.pdf([b"q /Im0 Do Q " + files.text_content("Page 3 of 9")])))
    assert (layer.verdict, layer.why) == ("ocr", "text layer has only 8 characters")


def test_a_page_that_can_not_be_opened_is_lost_alone(stored: Stored) -> None:
    body = files.pdf([files.good_page(1), files.good_page(2)])
    broken = body.replace(b"/Kids [5 0 R 7 0 R]", b"/Kids [5 0 R 2 0 R]")
    first, second = layers_of(stored(broken))
    assert first.verdict == "good"
    assert (second.verdict, second.error) == ("lost", "corrupt")


def test_a_page_whose_content_can_not_be_decoded_goes_to_ocr(stored: Stored) -> None:
    body = files.pdf([b"\x00\xff" * 50, files.good_page(2)])
    page = b"  >>\nstream\n\x00\xff"
    first, second = layers_of(stored(body.replace(page, b" /Filter /FlateDecode" + page)))
    assert (first.verdict, first.why) == ("ocr", "the page's content can't be decoded")
    assert second.verdict == "good"


def test_text_never_holds_halves_of_surrogate_pairs(stored: Stored) -> None:
    mapping = (
        b"/CIDInit /ProcSet findresource begin begincmap\n"
        b"1 begincodespacerange <00> <FF> endcodespacerange\n"
        b"1 beginbfchar <61> <D83D> endbfchar\nendcmap end"
    )
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
        (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
            b" /Resources << /Font << /F1 5 0 R >> >> >>"
        ),
        files.stream(files.text_content("b" * 100 + "a")),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode 6 0 R >>",
        files.stream(mapping),
    ]
    (layer,) = layers_of(stored(files.raw_pdf(objects)))
    assert layer.text.startswith("bbb")
    layer.text.encode()  # JSON takes no half pairs


def test_only_the_numbered_pages_go_to_ocr(stored: Stored, tmp_path: Path) -> None:
    body = files.pdf([files.good_page(number) for number in range(1, 6)])
    path, target = stored(body), tmp_path / "subset.pdf"
    assert pdf.extract_pages(path, [2, 5], target) == [2, 5]
    subset = PdfReader(target)
    assert [page.extract_text()[:6] for page in subset.pages] == ["Page 2", "Page 5"]


def test_a_page_too_large_for_ocr_is_scaled_down_with_all_that_is_on_it(
    stored: Stored, tmp_path: Path
) -> None:
    path, target = stored(files.pdf([files.good_page(1)], "0 0 3024 4032")), tmp_path / "subset.pdf"
    pdf.extract_pages(path, [1], target)
    (page,) = PdfReader(target).pages
    assert max(page.mediabox.width, page.mediabox.height) <= 2880
    (before,), (after,) = layers_of(path), layers_of(target)
    assert after.text == before.text
    assert after.lines[0][1] == pytest.approx(before.lines[0][1], abs=0.01)


def test_an_empty_user_password_is_no_hindrance(stored: Stored, tmp_path: Path) -> None:
    body = encrypted("")
    assert pdf.measure(stored(body)) == 1
    assert layers_of(stored(body))[0].verdict == "good"
    pdf.extract_pages(stored(body), [1], tmp_path / "subset.pdf")
    assert not PdfReader(tmp_path / "subset.pdf").is_encrypted


def test_a_password_is(stored: Stored) -> None:
    assert rejected(lambda: pdf.measure(stored(encrypted("secret")))) == "encrypted"


@pytest.mark.parametrize("fields", [b"[]", b"5 0 R"])
def test_a_pure_xfa_form_has_no_pages_to_read(fields: bytes, stored: Stored) -> None:
    assert rejected(lambda: pdf.measure(stored(xfa(fields=fields)))) == "xfa"


def test_a_hybrid_form_is_an_ordinary_document(stored: Stored) -> None:
    assert pdf.measure(stored(xfa(fields=b"[ << /T (name) /FT /Tx >> ]"))) == 1


def shared_pages(count: int) -> bytes:
    """A small PDF with many pages: one page object, listed again and again."""
    kids = b"3 0 R " * count
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count %d /Kids [%b] >>" % (count, kids),
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>",
    ]
    return files.raw_pdf(objects)


def test_more_pages_than_one_job_takes_are_too_many(stored: Stored) -> None:
    started = time.monotonic()
    assert rejected(lambda: pdf.measure(stored(shared_pages(3001)))) == "too-many-pages"
    assert time.monotonic() - started < 5


def test_exactly_the_limit_is_fine(stored: Stored) -> None:
    assert pdf.measure(stored(shared_pages(3000))) == 3000


@pytest.mark.parametrize("box", ["0 0 2147483648 10", "0 0 595 14401"])
def test_absurd_pages_are_refused_before_anything_renders_them(box: str, stored: Stored) -> None:
    assert (
        rejected(lambda: pdf.measure(stored(files.pdf(["x"], media_box=box)))) == "page-too-large"
    )


def test_a_pdf_without_pages_is_corrupt(stored: Stored) -> None:
    body = files.raw_pdf([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [] >>"])
    assert rejected(lambda: pdf.measure(stored(body))) == "corrupt"
