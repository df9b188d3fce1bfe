"""Presentations: a slide is a page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pptx.chart import data as chart_data
from pptx.enum.chart import XL_CHART_TYPE
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls
from pptx.util import Inches
from recita.decoding import native, sniff
from recita.decoding.content import NativePage

from tests.fakes import office

pytestmark = pytest.mark.disable_socket

TITLE_AND_BODY, TITLE_ONLY = 1, 5
DATA: Any = chart_data
SHAPE = (
    f"<p:sp {nsdecls('p', 'a')}><p:nvSpPr><p:cNvPr id='9' name='x'/><p:cNvSpPr/><p:nvPr/>"
    "</p:nvSpPr><p:spPr/><p:txBody><a:bodyPr/><a:p><a:r><a:t>{}</a:t></a:r></a:p></p:txBody></p:sp>"
)
BOX = (0, 0, Inches(3), Inches(3))


def pages(tmp_path: Path, body: bytes) -> list[NativePage]:
    path = tmp_path / "upload"
    path.write_bytes(body)
    return list(native.reader(sniff.PPTX)(path))


def page(tmp_path: Path, write: Callable[[Any], None]) -> NativePage:
    """The one slide that ``write`` fills in."""

    def add(deck: Any) -> None:
        slide = deck.slides.add_slide(deck.slide_layouts[TITLE_ONLY])
        slide.shapes.title.text = "Title"
        write(slide)

    (found,) = pages(tmp_path, office.slides(add))
    return found


def test_each_slide_is_a_page_with_title_points_and_notes(tmp_path: Path) -> None:
    def write(deck: Any) -> None:
        for name in ("First", "Second"):
            slide = deck.slides.add_slide(deck.slide_layouts[TITLE_AND_BODY])
            slide.placeholders[1].text = "point\nunder it\vbroken"
            slide.placeholders[1].text_frame.paragraphs[1].level = 1
            slide.shapes.title.text = name
            slide.notes_slide.notes_text_frame.text = f"Say {name}"

    first, second = pages(tmp_path, office.slides(write))
    assert first.text == "# First\n\n- point\n  - under it broken\n\nNotes: Say First"
    assert second.text.startswith("# Second")
    assert (first.why, first.warnings) == ("a slide", ())


def test_tables_and_merged_cells(tmp_path: Path) -> None:
    def write(slide: Any) -> None:
        table = slide.shapes.add_table(2, 3, *BOX).table
        table.cell(0, 0).merge(table.cell(0, 1))
        for row, column, text in ((0, 0, "wide"), (0, 2, "c"), (1, 0, "x"), (1, 1, "y")):
            table.cell(row, column).text = text

    found = page(tmp_path, write)
    assert found.tables == ((("wide", "", "c"), ("x", "y", "")),)
    assert found.text == "# Title\n\n| wide |  | c |\n| --- | --- | --- |\n| x | y |  |"


def test_charts_are_read_as_tables(tmp_path: Path) -> None:
    def write(slide: Any) -> None:
        bars = DATA.CategoryChartData()
        bars.categories = ["2024", "2025"]
        bars.add_series("North", (1, 2.5))
        bars.add_series("South", (3, None))
        chart = slide.shapes.add_chart(XL_CHART_TYPE.BAR_CLUSTERED, *BOX, bars).chart
        chart.has_title = True
        chart.chart_title.text_frame.text = "Sales"
        points = DATA.XyChartData()
        points.add_series("Runs").add_data_point(1.5, 7)
        slide.shapes.add_chart(XL_CHART_TYPE.XY_SCATTER, *BOX, points)

    found = page(tmp_path, write)
    assert found.tables == (
        (("", "North", "South"), ("2024", "1", "3"), ("2025", "2.5", "")),
        (("", "Runs"), ("1.5", "7")),
    )
    assert "Sales\n\n|" in found.text
    assert found.warnings == ()


def test_groups_boxes_and_alternatives_are_read_once(tmp_path: Path) -> None:
    def write(slide: Any) -> None:
        group = slide.shapes.add_group_shape()
        group.shapes.add_textbox(*BOX).text_frame.text = "grouped\vline"
        mc = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
        new, old = SHAPE.format("formula"), SHAPE.format("picture of a formula")
        both = f"<mc:Choice>{new}</mc:Choice><mc:Fallback>{old}</mc:Fallback>"
        added = f"<mc:AlternateContent {mc}>{both}</mc:AlternateContent>"
        slide.shapes.element.append(parse_xml(added))

    assert page(tmp_path, write).text == "# Title\n\ngrouped\nline\n\nformula"


def test_hidden_slides_are_left_out_and_told(tmp_path: Path) -> None:
    def write(deck: Any) -> None:
        for name in ("shown", "hidden"):
            slide = deck.slides.add_slide(deck.slide_layouts[TITLE_ONLY])
            slide.shapes.title.text = name
        slide.element.set("show", "0")

    (found,) = pages(tmp_path, office.slides(write))
    assert found.text == "# shown"
    assert [warning.code for warning in found.warnings] == ["hidden-dropped"]


def test_slide_numbers_are_no_text_and_footers_stand_once(tmp_path: Path) -> None:
    def write(deck: Any) -> None:
        for _ in range(2):
            slide = deck.slides.add_slide(deck.slide_layouts[TITLE_ONLY])
            for kind in ("ftr", "sldNum"):
                placeholder = f"<p:nvPr><p:ph type='{kind}'/></p:nvPr>"
                added = SHAPE.replace("<p:nvPr/>", placeholder).format(f"{kind} 1")
                slide.shapes.element.append(parse_xml(added))

    assert [p.text for p in pages(tmp_path, office.slides(write))] == ["ftr 1", ""]


def test_a_presentation_without_slides_is_one_blank_page(tmp_path: Path) -> None:
    (found,) = pages(tmp_path, office.slides(lambda _: None))
    assert (found.text, found.why) == ("", "a presentation without slides")
