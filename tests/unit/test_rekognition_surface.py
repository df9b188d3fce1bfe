"""Paper, letters and leaves are told from pixels; the pictures are drawn on the spot."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import reportlab
from PIL import Image, ImageDraw, ImageFilter, ImageFont
from recita_local.services.rekognition.evidence import document
from recita_local.services.rekognition.surface import surface

FONT = str(Path(reportlab.__file__).parent / "fonts" / "Vera.ttf")
PROSE = "The visits take place on the first Monday of each month, between eight and noon. "


def page(paper: str = "white", ink: str = "black", lines: int = 24) -> Image.Image:
    image = Image.new("RGB", (850, 1100), paper)
    font = ImageFont.truetype(FONT, 18)
    for number in range(lines):
        ImageDraw.Draw(image).text((70, 70 + 36 * number), PROSE[:70], fill=ink, font=font)
    return image


def noise(colour: tuple[int, int, int], spread: float) -> Image.Image:
    rng = np.random.default_rng(7)
    light = rng.normal(0, spread, (300, 400, 1))
    return Image.fromarray(np.clip(np.array(colour) + light, 0, 255).astype(np.uint8))


@pytest.mark.parametrize(
    "written",
    [
        page(),
        page("#d8d2c4", "#40342a"),
        page().rotate(3, fillcolor="white"),
        page().filter(ImageFilter.GaussianBlur(0.8)),
    ],
    ids=["clean", "yellowed", "crooked", "blurred"],
)
def test_a_page_of_text_is_a_document(written: Image.Image) -> None:
    assert document(surface(written)) > 0.9


def test_a_page_photographed_in_bad_light_is_a_document() -> None:
    shade = np.linspace(0.55, 1.0, 850)[None, :, None]
    lit = (np.asarray(page()) * shade).astype(np.uint8)
    assert document(surface(Image.fromarray(lit))) > 0.9


def logo() -> Image.Image:
    image = Image.new("RGB", (400, 300), "white")
    draw = ImageDraw.Draw(image)
    draw.ellipse((120, 40, 280, 200), fill="#b02020")
    draw.text((90, 220), "ZENITH", fill="black", font=ImageFont.truetype(FONT, 52))
    return image


@pytest.mark.parametrize(
    "other",
    [Image.new("RGB", (600, 400), "white"), logo(), noise((120, 120, 120), 40), page(lines=1)],
    ids=["blank", "logo", "noise", "one line"],
)
def test_what_has_few_letters_is_none(other: Image.Image) -> None:
    assert document(surface(other)) < 0.2


def test_a_page_of_a_colour_that_paper_never_has_is_none() -> None:
    assert document(surface(page("#ffe840", "black"))) < 0.2
    assert document(surface(page("#2050ff", "white"))) < 0.2


def test_rough_green_is_foliage_and_smooth_green_is_not() -> None:
    assert surface(noise((90, 130, 50), 30)).foliage > 0.8
    assert surface(Image.new("RGB", (400, 300), (90, 130, 50))).foliage == 0
    assert surface(noise((130, 90, 140), 30)).foliage == 0


def test_the_picture_is_left_as_it_is() -> None:
    image = page().resize((2000, 2600))
    surface(image)
    assert image.size == (2000, 2600)


def test_qr_codes_are_found_with_their_places() -> None:
    code = cv2.QRCodeEncoder.create().encode("https://example.org/invoices/4711")
    printed = Image.fromarray(code).convert("RGB").resize((400, 400), Image.Resampling.NEAREST)
    sheet = Image.new("RGB", (1000, 800), "white")
    sheet.paste(printed, (500, 200))
    ((left, top, width, height),) = surface(sheet).codes
    assert (left, top) == pytest.approx((0.5, 0.25), abs=0.05)
    assert (width, height) == pytest.approx((0.4, 0.5), abs=0.1)
    cut = printed.crop((20, 20, 380, 380))  # without the white around it
    assert len(surface(cut).codes) == 1
    assert surface(page()).codes == ()
    assert surface(noise((120, 120, 120), 60)).codes == ()
