"""Pictures inside Office files, web pages and mails, and pictures that are documents."""

from __future__ import annotations

import base64
import io
import os
import zipfile
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from docx.enum.text import WD_BREAK
from docx.oxml.parser import parse_xml
from docx.shared import Pt
from PIL import Image
from pptx.util import Emu
from recita import cage
from recita.decoding import drawing, native, pictures, sheet_pictures, sniff, stored
from recita.decoding.drawing import Pictured
from recita.decoding.pictures import Found
from recita.errors import DocumentRejectedError

from tests.fakes import files, office
from tests.scenes import difference, place, scenery, seen

pytestmark = pytest.mark.disable_socket

Search = Callable[..., list[Found]]
LIMITS = cage.Limits(seconds=20)
EMF = b"\x01\x00\x00\x00\x6c\x00\x00\x00".ljust(40, b"\0") + b" EMF".ljust(60, b"\0")


@pytest.fixture
def search(tmp_path: Path) -> Search:
    def run(body: bytes, media: str, most: int = 99) -> list[Found]:
        path = tmp_path / "document"
        path.write_bytes(body)
        return list(pictures.find(path, media, frozenset(), most))

    return run


def png(picture: Image.Image) -> io.BytesIO:
    return io.BytesIO(files.picture(picture, "PNG"))


def described(inline: Any, text: str) -> None:
    inline._inline.docPr.set("descr", text)


def test_pictures_of_a_word_document_come_in_order_with_what_is_said_of_them(
    search: Search,
) -> None:
    one, two = scenery(seed=1), scenery(seed=2)

    def write(document: Any) -> None:
        document.sections[0].header.paragraphs[0].add_run().add_picture(png(two))
        document.add_paragraph("First page")
        described(document.add_picture(png(one), Pt(100)), "A hill at dawn")
        document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
        document.add_paragraph("Second page")
        cell = document.add_table(1, 2).cell(0, 0).paragraphs[0]
        cell.add_run("in a table").add_picture(png(two))

    found = search(office.word(write), sniff.DOCX)
    assert [(f.page, f.skipped, f.alt) for f in found] == [
        (1, None, ""),
        (1, None, "A hill at dawn"),
        (2, "repeat", ""),
    ]
    assert difference(seen(found[1]), one) < 3
    assert found[0].box is None


def test_a_picture_before_a_page_break_of_its_paragraph_is_on_the_page_before(
    search: Search, tmp_path: Path
) -> None:
    def write(document: Any) -> None:
        document.add_paragraph("First page")
        paragraph = document.add_paragraph()
        paragraph.add_run().add_picture(png(scenery(seed=1)))
        paragraph.add_run().add_break(WD_BREAK.PAGE)
        paragraph.add_run("Second page").add_picture(png(scenery(seed=2)))

    body = office.word(write)
    assert [f.page for f in search(body, sniff.DOCX)] == [1, 2]
    pages = list(native.reader(sniff.DOCX)(tmp_path / "document"))
    assert [page.text for page in pages] == ["First page", "Second page"]


def test_a_word_picture_in_two_forms_is_one_and_old_drawings_count(search: Search) -> None:
    def write(document: Any) -> None:
        run = document.add_paragraph("Before").add_run()
        run.add_picture(png(scenery()))
        new = run._r[-1]
        relation = new.xpath(".//a:blip/@r:embed")[0]
        old = (
            f'<w:pict xmlns:w="{run._r.nsmap["w"]}" xmlns:v="urn:schemas-microsoft-com:vml"'
            f' xmlns:r="{run._r.nsmap["r"]}"><v:shape alt="Old"><v:imagedata r:id="{relation}"/>'
            "</v:shape></w:pict>"
        )
        both = parse_xml(
            '<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/'
            'markup-compatibility/2006"><mc:Choice Requires="wps"/><mc:Fallback/>'
            "</mc:AlternateContent>"
        )
        run._r.append(both)
        both[0].append(new)
        both[1].append(parse_xml(old))
        document.add_paragraph("Between").add_run()._r.append(parse_xml(old))

    found = search(office.word(write), sniff.DOCX)
    assert [(f.skipped, f.alt) for f in found] == [(None, ""), ("repeat", "Old")]


def test_a_drawing_with_a_picture_in_two_forms_has_one() -> None:
    blip = '<a:blip r:embed="{}"/><a:srcRect l="25000" b="10%"/>'
    root = parse_xml(
        f'<w:drawing xmlns:w="w" xmlns:a="{drawing.A[1:-1]}" xmlns:r="{drawing.RELATION[1:-1]}"'
        f' xmlns:mc="{drawing.MC[1:-1]}" xmlns:wp="{drawing.WORD[1:-1]}"><wp:docPr descr="Map"/>'
        f"<mc:AlternateContent><mc:Choice><w:x>{blip.format('new')}</w:x></mc:Choice>"
        f"<mc:Fallback>{blip.format('old')}</mc:Fallback></mc:AlternateContent></w:drawing>"
    )
    assert list(drawing.pictures(root)) == [Pictured("new", "Map", (0.25, 0, 0, 0.1))]


def test_what_was_deleted_from_a_word_document_is_not_looked_at(search: Search) -> None:
    def write(document: Any) -> None:
        paragraph = document.add_paragraph("Kept")
        run = paragraph.add_run()
        run.add_picture(png(scenery()))
        deletion = parse_xml(f'<w:del xmlns:w="{run._r.nsmap["w"]}"/>')
        paragraph._p.append(deletion)
        deletion.append(run._r)

    assert search(office.word(write), sniff.DOCX) == []


def test_pictures_of_slides_lie_where_they_are_shown(search: Search) -> None:
    def write(deck: Any) -> None:
        deck.slide_width, deck.slide_height = Emu(8_000_000), Emu(4_000_000)
        blank = deck.slide_layouts[6]
        slide = deck.slides.add_slide(blank)
        plain = slide.shapes.add_picture(png(scenery()), *map(Emu, (800_000, 400_000, 4_000_000)))
        plain.height = Emu(2_000_000)
        plain._element.nvPicPr.cNvPr.set("descr", "A coast")
        hidden = deck.slides.add_slide(blank)
        hidden._element.set("show", "0")
        hidden.shapes.add_picture(png(scenery(seed=9)), 0, 0)
        slide = deck.slides.add_slide(blank)
        cropped = slide.shapes.add_picture(png(scenery(seed=2)), 0, 0, Emu(800_000), Emu(800_000))
        cropped.crop_left, cropped.crop_bottom = 0.5, 0.25
        turned = slide.shapes.add_picture(
            png(scenery(seed=3)), Emu(2_000_000), Emu(1_000_000), Emu(1_600_000), Emu(800_000)
        )
        turned.rotation = 90

    plain, cropped, turned = search(office.slides(write), sniff.PPTX)
    assert (plain.page, plain.alt) == (1, "A coast")
    assert place(plain) == pytest.approx((0.1, 0.1, 0.5, 0.5), abs=0.001)
    assert difference(seen(plain), scenery()) < 3
    assert (cropped.page, cropped.width, cropped.height) == (2, 120, 120)
    assert difference(seen(cropped), scenery(seed=2).crop((120, 0, 240, 120))) < 3
    assert place(turned) == pytest.approx((0.3, 0.15, 0.1, 0.4), abs=0.001)
    upright = scenery(seed=3).transpose(Image.Transpose.ROTATE_270)
    assert difference(seen(turned), upright) < 3


def test_pictures_in_groups_and_layouts_of_slides(search: Search) -> None:
    def write(deck: Any) -> None:
        deck.slide_width, deck.slide_height = Emu(8_000_000), Emu(4_000_000)
        layout = deck.slide_layouts[6]
        _, relation = layout.part.get_or_add_image_part(png(scenery(seed=4)))
        for _ in range(2):
            slide = deck.slides.add_slide(layout)
            picture = slide.shapes.add_picture(
                png(scenery(seed=5)), Emu(1_000_000), Emu(1_000_000), Emu(1_000_000), Emu(500_000)
            )
            group = slide.shapes.add_group_shape([picture])
            group.width, group.height = Emu(2_000_000), Emu(1_000_000)  # twice what it holds
        behind = slide.shapes.add_picture(png(scenery(seed=4)), 0, 0)._element
        behind.blipFill.blip.rEmbed = relation
        layout.shapes._spTree.append(behind)

    found = search(office.slides(write), sniff.PPTX)
    assert [(f.page, f.skipped) for f in found] == [(1, None), (1, None), (2, "repeat")]
    assert place(found[0]) == pytest.approx((0.125, 0.25, 0.25, 0.25), abs=0.001)


def test_pictures_of_a_workbook_are_on_the_sheets_that_are_read(search: Search) -> None:
    def write(book: Any) -> None:
        hidden = book.add_worksheet("Hidden")
        for number, sheet in enumerate((hidden, book.add_worksheet(), book.add_worksheet("B & C"))):
            sheet.write(0, 0, "text")
            options = {"image_data": png(scenery(seed=number)), "description": f"Number {number}"}
            sheet.insert_image("C3", "picture.png", options)
        book.worksheets()[1].activate()
        hidden.hide()

    found = search(office.workbook(write), sniff.XLSX)
    assert [(f.page, f.alt, f.skipped) for f in found] == [
        (1, "Number 1", None),
        (2, "Number 2", None),
    ]


def test_pictures_inside_cells_count(search: Search) -> None:
    def write(book: Any) -> None:
        sheet = book.add_worksheet()
        sheet.embed_image("B2", "a.png", {"image_data": png(scenery())})

    (found,) = search(office.workbook(write), sniff.XLSX)
    assert (found.page, found.skipped) == (1, None)


def test_a_binary_workbook_has_its_sheets_in_the_order_of_their_numbers() -> None:
    def write(book: Any) -> None:
        for number in range(1, 12):
            sheet = book.add_worksheet()
            sheet.insert_image(0, 0, "a.png", {"image_data": png(scenery(seed=number))})

    def binary(entries: dict[str, bytes]) -> None:
        entries["xl/workbook.bin"] = entries.pop("xl/workbook.xml")[::-1]
        entries["xl/_rels/workbook.bin.rels"] = entries.pop("xl/_rels/workbook.xml.rels")

    body = office.changed(office.workbook(write), binary)
    numbers = {f"Sheet{number}": number for number in range(1, 12)}
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        found = list(sheet_pictures._of_sheets(archive, set(archive.namelist()), numbers))
        assert [one.page for one in found] == list(range(1, 12))
        assert found[9].load() == png(scenery(seed=10)).getvalue()


def test_pictures_of_an_opendocument_sheet(search: Search) -> None:
    spaces = " ".join(
        f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{long}:1.0"'
        for short, long in (
            *(("office", "office"), ("table", "table"), ("draw", "drawing"), ("text", "text")),
            ("svg", "svg-compatible"),
        )
    )
    frame = (
        '<draw:frame><draw:image xlink:href="Pictures/a.png"/><draw:image xlink:href="Pictures/b"/>'
        "<svg:title>Title</svg:title><svg:desc>Two  hills</svg:desc></draw:frame>"
    )
    content = (
        f'{office.XML}<office:document-content {spaces} xmlns:xlink="http://www.w3.org/1999/xlink"'
        ' office:version="1.3"><office:body><office:spreadsheet><table:table table:name="One">'
        f"<table:shapes>{frame}</table:shapes><table:table-row><table:table-cell "
        'office:value-type="string"><text:p>text</text:p></table:table-cell></table:table-row>'
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    body = office.archive(
        {
            "mimetype": sniff.ODS,
            "content.xml": content,
            "Pictures/a.png": png(scenery()).getvalue(),
            "META-INF/manifest.xml": f"{office.XML}<manifest:manifest xmlns:manifest="
            '"urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        }
    )
    (found,) = search(body, sniff.ODS)
    assert (found.page, found.alt, found.skipped) == (1, "Two hills", None)


def data(picture: Image.Image, kind: str = "PNG") -> str:
    encoded = base64.b64encode(files.picture(picture, kind)).decode()
    return f"data:image/{kind.lower()};base64,{encoded}"


def test_a_web_page_shows_what_it_brings_along_and_nothing_is_fetched(search: Search) -> None:
    page = f"""<html><body><p>Text</p><img src="https://example.com/far.png">
      <img alt="A  lake" src="{data(scenery(), "JPEG")}"><img src="{data(scenery())}" width=1>
      <div style="display:none"><img src="{data(scenery(seed=2))}"></div>
      <img src="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'/%3E">
      <img src="data:image/png;base64,!!!!"></body></html>"""
    found = search(page.encode(), sniff.HTML)
    assert [(f.page, f.alt, f.skipped) for f in found] == [
        (1, "A lake", None),
        (1, "", "unsupported"),
        (1, "", "corrupt"),
    ]


def test_a_mail_shows_its_letterhead_and_attachments_stay_documents(search: Search) -> None:
    mail = EmailMessage()
    mail["Subject"] = "Offer"
    mail.set_content("As text")
    page = f"""<p>Offer</p><img src="cid:head@x" alt="Letterhead"><img src="{data(scenery())}">
      <img src="cid:plan@x"><img src="cid:gone@x"><img src="https://example.com/counts.png">"""
    mail.add_alternative(page, subtype="html")
    head = files.picture(scenery(seed=2), "PNG")
    *_, html = mail.iter_parts()
    html.add_related(head, "image", "png", cid="<head@x>")
    body = files.picture(scenery(seed=3), "PNG")
    mail.add_attachment(body, "image", "png", filename="plan.png", cid="<plan@x>")
    found = search(mail.as_bytes(), sniff.EML)
    assert [(f.page, f.alt, f.skipped) for f in found] == [(1, "Letterhead", None), (1, "", None)]
    assert difference(seen(found[0]), scenery(seed=2)) < 3


def test_what_a_document_stores_is_judged_one_by_one(search: Search) -> None:
    moving = io.BytesIO()
    scenery(seed=4).save(
        moving, "GIF", save_all=True, append_images=[scenery(seed=5), scenery(seed=6)]
    )
    media = {
        "small": files.picture(scenery(63, 200), "PNG"),
        "rule": files.picture(scenery(2000, 64), "PNG"),
        "blank": files.picture(Image.new("RGB", (99, 99), "red"), "PNG"),
        "corrupt": files.picture(scenery(), "JPEG")[:2000],
        "too-large": files.picture(Image.new("1", (20_000, 20_000)), "PNG"),
        "unsupported": EMF,
    }
    kept = [files.picture(scenery(), "PNG"), moving.getvalue()]
    page = "".join(
        f'<img src="data:image/x;base64,{base64.b64encode(body).decode()}">'
        for body in (*media.values(), *kept, kept[0], files.picture(scenery(seed=7), "PNG"))
    )
    found = search(f"<html>{page}</html>".encode(), sniff.HTML, most=2)
    assert [f.skipped for f in found] == [*media, None, None, "repeat", "limit"]
    assert [f.frames for f in found[-4:]] == [1, 3, 1, 1]
    assert difference(seen(found[-3]), scenery(seed=4)) < 6


def alpha() -> Image.Image:
    picture = scenery().convert("RGBA")
    picture.putalpha(Image.new("L", picture.size, 255))
    picture.paste((0, 0, 0, 0), (0, 0, 120, 160))
    return picture


@pytest.mark.parametrize(
    ("picture", "kind"),
    [
        (scenery().convert("CMYK"), "JPEG"),
        (scenery().convert("CMYK"), "TIFF"),
        (
            scenery().convert("L").convert("I").point(lambda value: value * 257).convert("I;16"),
            "PNG",
        ),
        (scenery().convert("P", palette=Image.Palette.ADAPTIVE), "PNG"),
        (alpha(), "PNG"),
        (scenery(), "WEBP"),
        (scenery(), "AVIF"),
        (scenery(), "JPEG2000"),
        (scenery(), "BMP"),
    ],
)
def test_every_kind_of_colour_comes_out_as_it_looks(
    search: Search, picture: Image.Image, kind: str
) -> None:
    expected = scenery().convert("L") if picture.mode.startswith("I") else scenery().copy()
    if picture.mode == "RGBA":
        expected.paste((255, 255, 255), (0, 0, 120, 160))
    body = f'<html><img src="{data(picture, kind)}"></html>'.encode()
    (found,) = search(body, sniff.HTML)
    assert found.skipped is None
    assert difference(seen(found), expected) < 6


def test_an_uploaded_picture_is_one_picture(search: Search) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90 degrees clockwise to look at it
    body = files.picture(scenery(), exif=exif)
    (found,) = search(body, "image/jpeg")
    assert (found.page, found.box, found.width, found.height) == (1, None, 160, 240)
    assert difference(seen(found), scenery().transpose(Image.Transpose.ROTATE_270)) < 6
    (icon,) = search(files.picture(scenery(90, 40), "PNG"), "image/png")
    assert (icon.skipped, icon.height) == (None, 80)  # on white paper, as Rekognition wants it
    (long,) = search(files.picture(scenery(100, 2100), "PNG"), "image/png")
    assert long.skipped is None


def segments(jpeg: bytes) -> Iterator[int]:
    """The markers up to the picture's own data."""
    place = 2
    while jpeg[place + 1] != 0xDA:
        assert jpeg[place] == 0xFF
        yield jpeg[place + 1]
        place += 2 + int.from_bytes(jpeg[place + 2 : place + 4], "big")


@pytest.mark.parametrize(
    ("alt", "expected"),
    [
        ("A  hill\n at dawn. ", "A hill at dawn."),
        ("IMG_2041 (2).JPG", ""),
        ("See plan.png for details", "See plan.png for details"),
        ("x" * 5000, "x" * 2000),
    ],
)
def test_a_file_name_says_nothing_of_a_picture(search: Search, alt: str, expected: str) -> None:
    page = f'<html><img alt="{alt}" src="{data(scenery())}"></html>'
    assert [one.alt for one in search(page.encode(), sniff.HTML)] == [expected]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_nothing_that_the_camera_wrote_gets_out(search: Search, kind: str) -> None:
    exif = Image.Exif()
    exif[0x010F] = "MarkerPhone"
    exif.get_ifd(0x8825).update({1: "N", 2: (52.0, 31.0, 12.0), 3: "E", 4: (13.0, 24.0, 18.0)})
    options: dict[str, Any] = {"exif": exif, "icc_profile": files.swapped_profile()}
    options |= {"JPEG": {"comment": b"MarkerComment", "xmp": b"<MarkerXmp/>"}}.get(kind, {})
    body = files.picture(scenery(), kind, **options)
    (found,) = search(f'<html><img src="{"data:x;base64," + base64.b64encode(body).decode()}">'
                      "</html>".encode(), sniff.HTML)  # fmt: skip
    assert found.jpeg is not None
    assert b"Marker" not in found.jpeg
    # JFIF's own header, tables, and the frame: no APP1 (EXIF, XMP), APP2 (profile) or comment.
    assert set(segments(found.jpeg)) <= {0xE0, 0xDB, 0xC0, 0xC4}


def test_types_without_pictures_have_none(search: Search) -> None:
    assert search(b"text", sniff.TEXT) == []
    assert search(b"a,b\n1,2\n", sniff.CSV) == []


def test_a_zip_bomb_is_refused_before_its_pictures_are_looked_at(search: Search) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/media/image1.png", b"\0" * 50_000_000)
    with pytest.raises(DocumentRejectedError) as caught:
        search(buffer.getvalue(), sniff.DOCX)
    assert caught.value.code == "decompression-bomb"


def test_a_picture_that_ends_the_process_costs_only_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "page.html"
    bodies = [data(scenery(seed=seed)) for seed in (1, 2, 1, 3)]
    path.write_text("<html>" + "".join(f'<img src="{body}">' for body in bodies) + "</html>")
    deadly = base64.b64decode(bodies[1].partition(",")[2])
    look = stored._decoded

    def kill(source: Any, *args: Any) -> Found:
        if source.getvalue() == deadly:
            os.abort()
        return look(source, *args)

    monkeypatch.setattr(stored, "_decoded", kill)
    found = list(pictures.search(LIMITS, path, sniff.HTML, frozenset(), 2))
    assert [f.skipped for f in found] == [None, "too-large", "repeat", None]


def test_too_many_that_end_the_process_end_the_search(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "page.html"
    path.write_text("<html>" + f'<img src="{data(scenery())}">' * 20 + "</html>")
    monkeypatch.setattr(stored, "_decoded", lambda *_: os.abort())
    with pytest.raises(DocumentRejectedError):
        list(pictures.search(LIMITS, path, sniff.HTML, frozenset(), 9))


def word_file() -> bytes:
    def write(document: Any) -> None:
        for number in (1, 2):
            document.add_picture(png(scenery(seed=number)))

    return office.word(write)


def slide_file() -> bytes:
    def write(deck: Any) -> None:
        slide = deck.slides.add_slide(deck.slide_layouts[6])
        for number in (1, 2):
            slide.shapes.add_picture(png(scenery(seed=number)), 0, 0)

    return office.slides(write)


def workbook_file() -> bytes:
    def write(book: Any) -> None:
        sheet = book.add_worksheet()
        for number in (1, 2):
            sheet.insert_image(0, 0, "a.png", {"image_data": png(scenery(seed=number))})

    return office.workbook(write)


@pytest.mark.parametrize(
    ("make", "media"),
    [(word_file, sniff.DOCX), (slide_file, sniff.PPTX), (workbook_file, sniff.XLSX)],
)
def test_a_broken_picture_of_an_office_file_costs_only_itself(
    search: Search, make: Callable[[], bytes], media: str
) -> None:
    def spoil(entries: dict[str, bytes]) -> None:
        first = min(name for name in entries if "/media/" in name)
        entries[first] = entries[first][:100] + b"no picture"

    found = search(office.changed(make(), spoil), media)
    assert sorted(str(one.skipped) for one in found) == ["None", "corrupt"]
