"""Plain text and separated values."""

from __future__ import annotations

from pathlib import Path

import pytest
from recita.decoding import native, sniff
from recita.decoding.content import NativePage
from recita.errors import DocumentRejectedError

pytestmark = pytest.mark.disable_socket


def pages(tmp_path: Path, body: bytes, media: str = sniff.TEXT) -> list[NativePage]:
    path = tmp_path / "upload"
    path.write_bytes(body)
    return list(native.reader(media)(path))


def rows(tmp_path: Path, text: str, media: str = sniff.CSV) -> tuple[tuple[str, ...], ...]:
    (page,) = pages(tmp_path, text.encode(), media)
    (table,) = page.tables
    return table


def test_a_text_stays_as_it_is(tmp_path: Path) -> None:
    (page,) = pages(tmp_path, "Olá\r\n\r\n  mundo".encode())
    assert page.text == "Olá\r\n\r\n  mundo"
    assert (page.why, page.tables, page.warnings) == ("plain text in utf-8", (), ())


def test_form_feeds_part_pages(tmp_path: Path) -> None:
    found = pages(tmp_path, b"one\fBlank follows\f\fend\f")
    assert [page.text for page in found] == ["one", "Blank follows", "", "end"]


def test_a_guessed_encoding_is_warned_of_once(tmp_path: Path) -> None:
    first, second = pages(tmp_path, "ação\fção".encode("cp1252"))
    assert first.text == "ação"
    assert [warning.code for warning in first.warnings] == ["encoding-guessed"]
    assert second.warnings == ()


def test_stray_controls_are_removed(tmp_path: Path) -> None:
    (page,) = pages(tmp_path, b"\x1b" + b"written under DOS" * 20 + b"\x1a")
    assert page.text == "written under DOS" * 20


@pytest.mark.parametrize("body", [bytes(1000), b"\x00\x01\x02\xff" * 100, bytes(range(256)) * 9])
def test_what_is_no_text_is_refused(tmp_path: Path, body: bytes) -> None:
    with pytest.raises(DocumentRejectedError) as caught:
        pages(tmp_path, body)
    assert caught.value.code == "unsupported-type"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_values_are_separated_by_what_separates_them(tmp_path: Path, delimiter: str) -> None:
    lines = (("item", "price"), ('"big, red; ball|s"', "3.50"), ("cap", "1.00"))
    text = "\n".join(delimiter.join(line) for line in lines)
    assert rows(tmp_path, text) == (
        ("item", "price"),
        ("big, red; ball|s", "3.50"),
        ("cap", "1.00"),
    )


def test_a_decimal_comma_is_no_separator(tmp_path: Path) -> None:
    assert rows(tmp_path, "a;b\n1,5;2,5\n3,25;4\n")[1] == ("1,5", "2,5")


def test_tabs_separate_where_the_name_says_so(tmp_path: Path) -> None:
    assert rows(tmp_path, "a,b\tc\n1,2\t3\n", sniff.TSV) == (("a,b", "c"), ("1,2", "3"))


def test_values_become_a_table(tmp_path: Path) -> None:
    (page,) = pages(tmp_path, b'name,note\nA,"two\nlines | bar"\n\nB\n', sniff.CSV)
    assert page.text == "| name | note |\n| --- | --- |\n| A | two lines \\| bar |\n| B |  |"
    assert page.tables == ((("name", "note"), ("A", "two\nlines | bar"), ("B", "")),)


def test_a_cell_may_be_long(tmp_path: Path) -> None:
    assert rows(tmp_path, f"a,b\n{'x' * 200_000},1\n")[1][0] == "x" * 200_000


def test_no_document_has_more_text_than_a_document(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sniff, "MAX_TEXT_BYTES", 10)
    assert len(pages(tmp_path, b"12345\f67890")) == 2
    with pytest.raises(DocumentRejectedError) as caught:
        pages(tmp_path, b"12345\f678901")
    assert caught.value.code == "too-large"


def test_a_text_of_more_pages_than_a_document_has_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "upload"
    path.write_bytes(b"x\f" * 3001)
    with pytest.raises(DocumentRejectedError) as caught:
        native.measure(native.reader(sniff.TEXT), path)
    assert caught.value.code == "too-many-pages"
