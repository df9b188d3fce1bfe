"""HTML: what a reader would see of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from recita.decoding import html
from recita.decoding.content import NativePage

pytestmark = pytest.mark.disable_socket


def text(source: str) -> str:
    return html.convert(source)[0]


def read(tmp_path: Path, body: bytes) -> NativePage:
    path = tmp_path / "upload"
    path.write_bytes(body)
    (page,) = html.read(path)
    return page


def test_blocks_stay_apart_and_lines_together() -> None:
    source = "<h1>Big</h1>\n<p>One <b>bo</b>ld\n line<br>and next</p><div>Two<h3>Small</h3></div>"
    assert text(source) == "# Big\n\nOne bold line\nand next\n\nTwo\n\n### Small"


def test_lists_keep_their_marks_and_depth() -> None:
    source = (
        "<ul><li>a<ul><li>b</li></ul><li><p>c</p><p>more</p></ul>"
        '<ol start="4"><li>four<li>five</ol>after'
    )
    assert text(source) == "- a\n  - b\n- c\n\n  more\n\n4. four\n5. five\n\nafter"


def test_code_keeps_its_lines() -> None:
    assert text("<pre>a\n  b</pre>") == "a\n  b"


def test_tables_are_kept_with_cells_that_span() -> None:
    source = (
        "<table><thead><tr><th>A<th colspan=2>B</thead>"
        "<tr><td rowspan=2>1<td>2|3<td>x<tr><td>4<td><p>y</p><p>z</p></table>"
    )
    found, tables, _ = html.convert(source)
    assert tables == ((("A", "B", ""), ("1", "2|3", "x"), ("", "4", "y z")),)
    assert found == "| A | B |  |\n| --- | --- | --- |\n| 1 | 2\\|3 | x |\n|  | 4 | y z |"


def test_tables_that_only_lay_out_are_taken_apart() -> None:
    inner = "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></table>"
    found, tables, _ = html.convert(f"<table><tr><td>menu</td><td>{inner}</td></tr></table>")
    assert tables == ((("a", "b"), ("c", "d")),)
    assert found.startswith("menu\n\n| a | b |")
    assert html.convert("<table><tr><td>one row</td><td>only</td></tr></table>")[1] == ()


@pytest.mark.parametrize(
    "unseen",
    [
        "<script>secret()</script>",
        "<style>secret{}</style>",
        "<noscript>secret</noscript>",
        "<template>secret</template>",
        "<!-- secret -->",
        "<svg><text>secret</text></svg>",
    ],
)
def test_what_no_reader_sees_is_left_out(unseen: str) -> None:
    assert text(f"<p>seen{unseen}</p>") == "seen"


@pytest.mark.parametrize(
    "hiding", ["hidden", 'style="color:red; display : none"', 'style="VISIBILITY:hidden"']
)
def test_what_is_hidden_is_left_out_and_told(hiding: str) -> None:
    found, _, dropped = html.convert(f"<p>seen</p><div {hiding}>secret <p {hiding}>x</p></div>")
    assert found == "seen"
    assert dropped["hidden-dropped"] > 0
    assert text('<p style="background:none; display:block">seen</p>') == "seen"


def test_pictures_and_films_are_counted_and_alternatives_read() -> None:
    source = (
        '<p>A <img src=a alt="map"> <img src=t width=1><img src="data:image/png;base64,x">'
        '<img src="cid:b"><iframe src=b>x</iframe><video/>'
    )
    found, _, dropped = html.convert(source)
    assert found == "A map"
    assert {code: n for code, n in dropped.items() if n} == {
        "pictures-dropped": 1,
        "objects-dropped": 1,
        "media-dropped": 1,
    }


def test_the_title_heads_a_page_without_a_heading() -> None:
    head = "<head><title>Its title</title></head>"
    assert text(f"<html>{head}<body><p>x") == "# Its title\n\nx"
    assert text(f"<html>{head}<body><h1>Own</h1>") == "# Own"


def test_bad_tags_nest_deep_without_harm() -> None:
    assert text("<font>" * 3000 + "deep") == "deep"
    assert html.convert("")[:2] == ("", ())


@pytest.mark.parametrize(
    "tag",
    [
        b'<meta charset="windows-1251">',
        b"<meta http-equiv=Content-Type content='text/html; charset=windows-1251'>",
        b'<?xml version="1.0" encoding="windows-1251"?>',
    ],
)
def test_the_declared_charset_is_used(tmp_path: Path, tag: bytes) -> None:
    page = read(tmp_path, tag + b"<p>" + "Договор".encode("cp1251"))
    assert (page.text, page.why, page.warnings) == ("Договор", "HTML in cp1251", ())


def test_without_a_declaration_the_charset_is_guessed(tmp_path: Path) -> None:
    page = read(tmp_path, "<p>É tarde, não há café</p>".encode("cp1252"))
    assert page.text == "É tarde, não há café"
    assert [warning.code for warning in page.warnings] == ["encoding-guessed"]
