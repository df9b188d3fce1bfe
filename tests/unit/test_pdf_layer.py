"""Text layers: boxes where the words stand, and a verdict on what each layer is worth."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from pypdf import PdfReader, PdfWriter
from recita.decoding import pdf, pdf_layer
from recita.decoding.pdf_layer import LayerPage, read_layers
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from tests.fakes import files

pytestmark = pytest.mark.disable_socket

WIDTH, HEIGHT = 600.0, 800.0
PROSE = "The council met on Monday and approved the budget for schools and libraries."

Draw = Callable[[Canvas], None]
Layered = Callable[..., LayerPage]


@pytest.fixture
def layered(tmp_path: Path) -> Layered:
    """The layer of one page that is drawn, and turned as ``/Rotate`` says."""

    def read(draw: Draw, rotate: int = 0) -> LayerPage:
        buffer = io.BytesIO()
        canvas = Canvas(buffer, pagesize=(WIDTH, HEIGHT))
        draw(canvas)
        canvas.showPage()
        canvas.save()
        writer = PdfWriter()
        writer.add_page(PdfReader(buffer).pages[0].rotate(rotate))
        path = tmp_path / "page.pdf"
        writer.write(path)
        (layer,) = read_layers(path)
        return layer

    return read


def lines(canvas: Canvas, texts: list[str], left: float = 50, top: float = 750) -> None:
    for number, text in enumerate(texts):
        canvas.drawString(left, top - 14 * number, text)


def box_of(layer: LayerPage, word: str) -> tuple[float, ...]:
    (box,) = [found for _, _, words in layer.lines for text, found in words if text == word]
    return box


def test_a_word_lies_where_it_is_drawn(layered: Layered) -> None:
    layer = layered(lambda canvas: canvas.drawString(300, 400, "Middle"))
    left, top, right, bottom = box_of(layer, "Middle")
    assert left == pytest.approx(300 / WIDTH, abs=0.01)
    assert bottom == pytest.approx(400 / HEIGHT, abs=0.01)
    assert 0.04 < right - left < 0.1
    assert 0.01 < bottom - top < 0.03


@pytest.mark.parametrize("rotate", [90, 180, 270])
def test_a_page_that_was_laid_on_its_side_reads_as_upright(layered: Layered, rotate: int) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.translate(WIDTH / 2, HEIGHT / 2)
        canvas.rotate(rotate)  # the text stands askew on the sheet, and /Rotate sets it right
        canvas.drawString(-200, 200, "Upper left")
        canvas.drawString(100, -200, "Lower right")

    layer = layered(draw, rotate)
    assert layer.text.split() == ["Upper", "left", "Lower", "right"]
    left, top, right, bottom = box_of(layer, "Upper")
    assert right - left > bottom - top
    assert box_of(layer, "Lower")[0] > left
    assert box_of(layer, "Lower")[1] > top


@pytest.mark.parametrize("turned", [90, 180, 270])
def test_text_that_stands_on_its_side_is_read_level(layered: Layered, turned: int) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.translate(WIDTH / 2, HEIGHT / 2)
        canvas.rotate(turned)
        lines(canvas, [f"Row {n} of the wide table" for n in range(10)], left=-200, top=150)

    layer = layered(draw)
    assert layer.text.splitlines() == [f"Row {n} of the wide table" for n in range(10)]


def test_two_columns_that_were_drawn_line_by_line_come_out_one_after_the_other(
    layered: Layered,
) -> None:
    def draw(canvas: Canvas) -> None:
        for n in range(12):
            canvas.drawString(50, 700 - 14 * n, f"L{n:02} the left column says what it says")
            canvas.drawString(320, 700 - 14 * n, f"R{n:02} the right column answers to it all")

    starts = [text.split()[0] for text in layered(draw).text.splitlines() if text]
    assert starts == [f"{side}{n:02}" for side in "LR" for n in range(12)]


def test_paragraphs_are_kept_apart(layered: Layered) -> None:
    def draw(canvas: Canvas) -> None:
        lines(canvas, [PROSE, PROSE])
        lines(canvas, [PROSE], top=690)

    assert layered(draw).text == f"{PROSE}\n{PROSE}\n\n{PROSE}"


def picture(share: float) -> Draw:
    side = (share * WIDTH * HEIGHT) ** 0.5
    return lambda canvas: canvas.drawImage(
        ImageReader(Image.new("L", (50, 50), 128)), 0, 0, side, min(side, HEIGHT)
    )


def invisible(canvas: Canvas, texts: list[str]) -> None:
    text = canvas.beginText(50, 750)
    text.setTextRenderMode(3)
    text.textLines(texts)
    canvas.drawText(text)


@pytest.mark.parametrize(
    ("share", "text", "verdict"),
    [
        (0.7, [PROSE] * 3, "good"),  # a large picture beside text
        (0.7, ["Received 21 November, No. 4711"], "ocr"),  # a stamp on a scan
        (0.2, ["Received 21 November, No. 4711"], "good"),  # a line below a logo
        (0.2, ["No. 4711"], "ocr"),
        (0.0, ["No. 4711"], "good"),
        (0.7, [], "ocr"),
    ],
)
def test_a_page_that_is_mostly_image_is_looked_at(
    layered: Layered, share: float, text: list[str], verdict: str
) -> None:
    def draw(canvas: Canvas) -> None:
        if share:
            picture(share)(canvas)
        lines(canvas, text)

    assert layered(draw).verdict == verdict


def test_a_picture_inside_a_form_counts(layered: Layered) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.beginForm("scan")
        picture(0.7)(canvas)
        canvas.endForm()
        canvas.doForm("scan")
        lines(canvas, ["Received 21 November, No. 4711"])

    assert layered(draw).verdict == "ocr"


@pytest.mark.parametrize(
    ("text", "verdict", "why"),
    [
        ([PROSE] * 4, "good", "good text layer behind the image"),
        (
            ["Tle c0uncil rn et 0n M0nd ay", "|l~ a pp r o v e d t h e bgdt", "f_r schls n d l'br"]
            * 3,
            "ocr",
            None,
        ),
    ],
)
def test_the_layer_behind_a_scan_is_used_only_if_it_was_read_well(
    layered: Layered, text: list[str], verdict: str, why: str | None
) -> None:
    def draw(canvas: Canvas) -> None:
        picture(0.98)(canvas)
        invisible(canvas, text)

    layer = layered(draw)
    assert layer.verdict == verdict
    assert layer.why == why or (why is None and "reads like no language" in layer.why)


def test_what_was_filled_into_a_form_is_read(layered: Layered) -> None:
    def draw(canvas: Canvas) -> None:
        lines(canvas, ["Name of the applicant"])
        canvas.acroForm.textfield(name="name", value="Joana Moreira", x=200, y=740, width=200)

    assert "Joana Moreira" in layered(draw).text


def test_a_document_that_fills_the_memory_is_opened_anew(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    opened: list[Path] = []
    really = pdf.opened

    def watched(path: Path) -> AbstractContextManager[Any]:
        opened.append(path)
        return really(path)

    monkeypatch.setattr(pdf, "opened", watched)
    monkeypatch.setattr(pdf_layer, "MAX_GROWTH", -1)
    path = tmp_path / "long.pdf"
    path.write_bytes(files.pdf([files.good_page(number) for number in range(1, 6)]))
    assert [layer.number for layer in read_layers(path)] == [1, 2, 3, 4, 5]
    assert len(opened) == 5


def test_ligatures_and_hyphens_are_characters_one_can_search_for(layered: Layered) -> None:
    layer = layered(lambda canvas: lines(canvas, ["semi-annual office hours"]))
    assert layer.text == "semi-annual office hours"
