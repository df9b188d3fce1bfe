"""When a page's own text stands for the page, and when OCR has to look."""

from __future__ import annotations

import pytest
from recita.text.layer import judge

pytestmark = pytest.mark.disable_socket


@pytest.mark.parametrize(
    ("text", "pictured", "good", "why"),
    [
        ("", False, False, "no text layer"),
        (" \n\t", True, False, "no text layer"),
        ("Page 7", True, False, "text layer has only 5 characters"),
        ("Page 7", False, True, "good text layer"),
        ("The quick brown fox jumps over it.", True, True, "good text layer"),
        ("12.50 100 200 31/12/2026", False, True, "good text layer"),
        ("\ufffd" * 30 + "abcdef", False, False, "text layer is 83% unmapped glyphs"),
        ("\ue000\ue001\ue002" * 10, False, False, "text layer is 100% unmapped glyphs"),
        ("....____----" * 5 + "a", False, False, "text layer has hardly any letters or digits"),
        ("Ελληνικά και русский и 日本語", True, True, "good text layer"),
    ],
)
def test_judges_a_layer_by_what_it_holds(text: str, pictured: bool, good: bool, why: str) -> None:  # noqa: FBT001
    assert judge(text, pictured=pictured) == (good, why)


def test_a_few_unmapped_glyphs_are_tolerated() -> None:
    assert judge("a" * 95 + "\ufffd" * 5, pictured=True)[0]
