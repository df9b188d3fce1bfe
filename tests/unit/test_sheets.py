"""Workbooks: a sheet is a page and a table."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from recita.decoding import native, sheets, sniff
from recita.decoding.content import NativePage
from recita.errors import DocumentRejectedError

from tests.fakes import office

pytestmark = pytest.mark.disable_socket

DAY = datetime(2026, 3, 1, tzinfo=UTC)


def pages(tmp_path: Path, body: bytes, media: str = sniff.XLSX) -> list[NativePage]:
    path = tmp_path / "upload"
    path.write_bytes(body)
    return list(native.reader(media)(path))


def book(tmp_path: Path, write: Callable[[Any], None]) -> list[NativePage]:
    return pages(tmp_path, office.workbook(write))


def test_each_sheet_is_a_page_and_a_table(tmp_path: Path) -> None:
    def write(workbook: Any) -> None:
        prices = workbook.add_worksheet("Prices")
        workbook.add_worksheet("Later")
        prices.write_row(2, 1, ["item", "price|net", "since"])
        prices.write_row(3, 1, ["cap", 0.1 + 0.2])
        day = workbook.add_format({"num_format": "dd/mm/yyyy"})
        minute = workbook.add_format({"num_format": "dd/mm/yyyy hh:mm"})
        prices.write_datetime(3, 3, DAY, day)
        prices.write_datetime(5, 3, DAY.replace(hour=14, minute=30), minute)
        prices.write_row(5, 1, ["big", 12345678])
        prices.write_boolean(6, 1, boolean=True)

    first, second = book(tmp_path, write)
    assert first.tables == (
        (
            ("item", "price|net", "since"),
            ("cap", "0.3", "2026-03-01"),
            ("big", "12345678", "2026-03-01 14:30"),
            ("TRUE", "", ""),
        ),
    )
    assert first.text.startswith("## Prices\n\n| item | price\\|net | since |\n| --- | --- | --- |")
    assert (second.text, second.why, second.tables) == ("## Later", "an empty sheet", ())
    assert first.warnings == ()


def test_sheets_that_are_not_shown_are_told(tmp_path: Path) -> None:
    def write(workbook: Any) -> None:
        workbook.add_worksheet("Seen").write(0, 0, "x")
        workbook.add_worksheet("Hidden").hide()
        workbook.add_worksheet("Deep").very_hidden()
        chart = workbook.add_chart({"type": "line"})
        chart.add_series({"values": "=Seen!$A$1:$A$1"})
        workbook.add_chartsheet("Chart").set_chart(chart)

    (found,) = book(tmp_path, write)
    told = {warning.code: warning.message for warning in found.warnings}
    assert set(told) == {"hidden-dropped", "charts-dropped"}
    assert told["hidden-dropped"].endswith(": 2.")


def test_cells_without_a_value_are_told(tmp_path: Path) -> None:
    def write(workbook: Any) -> None:
        sheet = workbook.add_worksheet("S")
        sheet.write(0, 0, "text")
        sheet.write_formula(1, 0, "=1+1", None, 2)
        sheet.write_formula(2, 0, '=IF(1,"","")', None, "")
        sheet.write_formula(3, 0, "=1/0", None, "#DIV/0!")
        sheet.write_formula(4, 0, "=SUM(A1:A2)", None, 4711)

    def uncompute(entries: dict[str, bytes]) -> None:
        name = "xl/worksheets/sheet1.xml"
        for computed, other in (
            (b"<v>4711</v>", b""),
            (b'<c r="A3"><f>', b'<c r="A3" t="str"><f>'),  # the empty text is a value
        ):
            assert computed in entries[name]
            entries[name] = entries[name].replace(computed, other)

    (found,) = pages(tmp_path, office.changed(office.workbook(write), uncompute))
    assert found.tables == ((("text",), ("2",)),)
    (told,) = found.warnings
    assert (told.code, told.message.endswith("are empty: 2.")) == ("values-missing", True)


def test_comments_and_macros_are_told(tmp_path: Path) -> None:
    def write(workbook: Any) -> None:
        workbook.add_worksheet().write_comment("A1", "a remark")

    def add(entries: dict[str, bytes]) -> None:
        entries["xl/vbaProject.bin"] = b"x"

    (found,) = pages(tmp_path, office.changed(office.workbook(write), add))
    assert {warning.code for warning in found.warnings} == {
        "comments-dropped",
        "macros-dropped",
    }


def test_text_boxes_are_told(tmp_path: Path) -> None:
    def write(workbook: Any) -> None:
        sheet = workbook.add_worksheet()
        sheet.insert_textbox(0, 0, "beside the cells")
        sheet.insert_textbox(9, 0, "")

    (found,) = book(tmp_path, write)
    (told,) = found.warnings
    assert (told.code, told.message.endswith(": 1.")) == ("objects-dropped", True)


def rejected(tmp_path: Path, write: Callable[[Any], None]) -> str:
    with pytest.raises(DocumentRejectedError) as caught:
        book(tmp_path, write)
    return caught.value.code


def test_two_far_cells_do_not_fill_memory(tmp_path: Path) -> None:
    def write(workbook: Any) -> None:
        sheet = workbook.add_worksheet()
        sheet.write(0, 0, "here")
        sheet.write(1_048_575, 16_383, "far away")

    assert rejected(tmp_path, write) == "decompression-bomb"


def test_a_far_cell_in_a_narrow_sheet_is_read(tmp_path: Path) -> None:
    def write(workbook: Any) -> None:
        sheet = workbook.add_worksheet("S")
        sheet.write(0, 0, "here")
        sheet.write(1_048_575, 1, "at the end")

    (found,) = book(tmp_path, write)
    assert found.tables == ((("here", ""), ("", "at the end")),)


def test_a_sheet_with_too_much_text_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheets, "MAX_TEXT_BYTES", 1000)

    def write(workbook: Any) -> None:
        workbook.add_worksheet().write_column(0, 0, ["0123456789"] * 101)

    assert rejected(tmp_path, write) == "too-large"


ODS = """<office:document-content
 xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>
<table:table table:name="Tabelle"><table:table-row>
<table:table-cell office:value-type="string"><text:p>Größe</text:p></table:table-cell>
<table:table-cell office:value-type="float" office:value="4.5"><text:p>4,5</text:p>
</table:table-cell></table:table-row></table:table>
</office:spreadsheet></office:body></office:document-content>""".replace("\n<", "<")


def test_open_document_sheets_are_read(tmp_path: Path) -> None:
    manifest = '<manifest xmlns="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    body = office.archive(
        {"mimetype": sniff.ODS, "content.xml": ODS, "META-INF/manifest.xml": manifest}
    )
    (found,) = pages(tmp_path, body, sniff.ODS)
    assert found.text == "## Tabelle\n\n| Größe | 4.5 |\n| --- | --- |"
