"""When a page's own text stands for the page, and when OCR has to look."""

from __future__ import annotations

import pytest
from recita.text.layer import judge

pytestmark = pytest.mark.disable_socket


@pytest.mark.parametrize(
    ("text", "picture", "good", "why"),
    [
        ("", 0.0, False, "no text layer"),
        (" \n\t", 0.1, False, "no text layer"),
        ("Page 7", 0.1, False, "text layer has only 5 characters"),
        ("Page 7", 0.0, True, "good text layer"),
        ("The quick brown fox jumps over it.", 0.1, True, "good text layer"),
        ("12.50 100 200 31/12/2026", 0.0, True, "good text layer"),
        ("\ufffd" * 30 + "abcdef", 0.0, False, "text layer is 83% unmapped glyphs"),
        ("\ue000\ue001\ue002" * 10, 0.0, False, "text layer is 100% unmapped glyphs"),
        ("....____----" * 5 + "a", 0.0, False, "text layer has hardly any letters or digits"),
        ("Ελληνικά και русский и 日本語", 0.1, True, "good text layer"),
    ],
)
def test_judges_a_layer_by_what_it_holds(text: str, picture: float, good: bool, why: str) -> None:  # noqa: FBT001
    assert judge(text, picture=picture) == (good, why)


def test_a_few_unmapped_glyphs_are_tolerated() -> None:
    assert judge("a" * 95 + "\ufffd" * 5, picture=0.1)[0]
