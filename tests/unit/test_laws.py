"""Every law of the design has a test that says so."""

from __future__ import annotations

import pytest

from scripts.laws import LAWS, held_by


@pytest.mark.parametrize("law", LAWS)
def test_every_law_is_held_by_a_test(law: int) -> None:
    assert held_by()[law]
