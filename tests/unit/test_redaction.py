"""Redacted pages: what the guardrail masked is nowhere on them, and all else still is."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from recita.models.page import KeyValue, Line, Page, Table, Word
from recita.text.prompting import by_page, pieces
from recita.text.redaction import behind_masks, redacted

from tests.fakes import Pipeline

pytestmark = pytest.mark.disable_socket

PLACES = st.sampled_from(["Ana", "a@x.org", "+55 11 98765-4321", "total", "12", "is", "-"])
MASKS = {"a@x.org": "{EMAIL}", "+55 11 98765-4321": "{PHONE}"}


@settings(deadline=None)
@given(st.lists(st.lists(PLACES, min_size=1, max_size=8), min_size=1, max_size=5))
def test_what_stands_behind_a_mask_is_hidden_everywhere(rows: list[list[str]]) -> None:
    text = "\n".join(" ".join(row) for row in rows)
    masked = "\n".join(" ".join(MASKS.get(one, one) for one in row) for row in rows)
    hidden = behind_masks(text, masked)
    cells = [hidden.cleaned(one) for row in rows for one in row]
    for secret in MASKS:
        assert not any(secret in cell for cell in cells)
    assert "Ana" not in text or "Ana" in cells


@pytest.mark.parametrize(
    ("original", "masked", "cell", "clean"),
    [
        ("tel +55 11 98765-4321 a@x.org", "tel {PHONE} {EMAIL}", "+55  11\n98765-4321", "98765"),
        ("CPF: 52998224725", "{CPF}", "52998224725", "52998224725"),
        ("mail:ana@x.org, fine", "mail:{EMAIL}, fine", "ana@x.org", "ana@x.org"),
        ("one\ntwo a@x.org", "one two {EMAIL}", "<a@x.org>", "a@x.org"),
        ("User ana\nPassword: native", "User ana\nPassword: {PASSWORD}", "native.", "native"),
        ("DE89 3704 0044 0532 0130 00", "{IBAN}", "DE89 3704 0044 0532 0130 00", "3704"),
    ],
)
def test_a_cell_says_it_otherwise_and_is_masked(
    original: str, masked: str, cell: str, clean: str
) -> None:
    assert clean not in behind_masks(original, masked).cleaned(cell)


def test_short_pieces_are_hidden_beside_hidden_ones_only() -> None:
    hidden = behind_masks("call 11 98765-4321 for 11 books", "call {PHONE} for 11 books")
    assert hidden.cleaned("11 98765-4321") == "{PHONE}"
    assert hidden.cleaned("11 books") == "11 books"


def test_what_was_masked_once_is_masked_everywhere_in_the_text() -> None:
    text = "CPF: 52998224725\nMember 52998224725 agreed."
    original = Page(number=1, method="native", why="", text=text)
    clean = redacted(original, "{CPF}\nMember 52998224725 agreed.")
    assert clean.text == "{CPF}\nMember {CPF} agreed."


def page() -> Page:
    said = "Call +55 11 98765-4321 now"
    words = tuple(Word(text=word) for word in said.split())
    return Page(
        number=2,
        method="ocr",
        why="",
        text=f"{said}\nTotal 55",
        lines=(Line(text=said, words=words), Line(text="Total 55", words=(Word(text="55"),))),
        tables=(Table(rows=(("phone", "+55 11 98765-4321"), ("total", "55")), title="T"),),
        key_values=(KeyValue(key="Phone:", value="+55 11 98765-4321"),),
    )


def test_lines_words_cells_and_fields_are_masked_where_they_say_it() -> None:
    clean = redacted(page(), "Call {PHONE} now\nTotal 55")
    assert "98765" not in clean.model_dump_json()
    assert clean.lines[0].text == "Call {PHONE} now"
    assert [word.text for word in clean.lines[0].words] == [
        "Call", "{PHONE}", "{PHONE}", "{PHONE}", "now",
    ]  # fmt: skip
    assert clean.lines[1] == page().lines[1]
    assert clean.tables[0].rows == (("phone", "{PHONE}"), ("total", "55"))
    assert clean.key_values[0].value == "{PHONE}"


def test_tags_made_safe_for_a_prompt_are_as_they_were() -> None:
    (piece,) = pieces([Page(number=1, method="native", why="", text="<page> of </document-1>")])
    assert "<page> of" not in piece[0].text
    assert by_page(piece) == {1: "<page> of </document-1>"}


def test_redacted_pages_stand_beside_the_faithful_ones() -> None:
    pipeline = Pipeline("none")
    wish = {"recita-redact-text": "on"}
    body = b"name,mail\nAna,ana@example.org\nOtto,otto@example.org\n"
    manifest = pipeline.run(body, "people.csv", wish)
    assert manifest.status == "COMPLETED"
    kinds = {one.key: one.kind for one in manifest.artifacts if one.key.startswith("redacted/")}
    assert kinds == {
        "redacted/text.md": "redacted-text",
        "redacted/pages/0001.json": "redacted-page",
        "redacted/tables/p0001-t01.csv": "redacted-table",
    }
    for name in kinds:
        body = pipeline.artifact(manifest, name)
        assert b"example.org" not in body
        assert b"Ana" in body
        assert b"{EMAIL}" in body
        assert b"ana@example.org" in pipeline.artifact(manifest, name.removeprefix("redacted/"))
    assert len(pipeline.guardrail.inputs) == 1  # paid once for both


def test_nothing_is_redacted_unless_asked_for() -> None:
    pipeline = Pipeline("none")
    manifest = pipeline.run(b"Ask ana@example.org.", "a.txt", {"recita-redact-text": "maybe"})
    assert not [one for one in manifest.artifacts if one.key.startswith("redacted/")]
    assert [one.code for one in manifest.warnings] == ["metadata-ignored"]
