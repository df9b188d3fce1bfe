"""CSV that no spreadsheet runs."""

from __future__ import annotations

import csv
import io

import pytest
from recita.text.spreadsheet import to_csv


def cell(text: str) -> str:
    ((first, _),) = csv.reader(io.StringIO(to_csv([(text, "x")]).decode(), newline=""))
    return first


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+cmd|'/c calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "-", "--1", "+A1",
     '=HYPERLINK("http://x")', "-28.85*", "+49 30 (0) 12"],
)  # fmt: skip
def test_what_a_spreadsheet_would_run_gets_an_apostrophe(text: str) -> None:
    assert cell(text) == (text if text == "-" else f"'{text}")


@pytest.mark.parametrize(
    "text", ["-40.60", "+13.50", "-1.234,50", "- 5 %", "+49 30 123456", "-0", "12", "", "a=b", "'x"]
)
def test_numbers_and_texts_stay_as_they_are(text: str) -> None:
    assert cell(text) == text


def test_rows_are_as_rfc_4180_says() -> None:
    body = to_csv([("a", 'say "b"'), ("c, d", "é\nf"), ("", "")])
    assert body == 'a,"say ""b"""\r\n"c, d","é\nf"\r\n,\r\n'.encode()
