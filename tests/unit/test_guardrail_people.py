"""Personal data on generated pages of five languages, as the template's guardrail hides it."""

from __future__ import annotations

import pytest

from benchmarks.understanding_pii import FAMILIES, KINDS, Tally, measured

ROUNDS = 6


@pytest.fixture(scope="module", params=list(FAMILIES))
def tally(request: pytest.FixtureRequest) -> Tally:
    return measured(request.param, ROUNDS)


def test_all_but_a_few_of_each_type_are_hidden(tally: Tally) -> None:
    shares = {kind: tally.types[kind]["hidden"] / tally.types[kind]["values"] for kind in KINDS_OF}

    assert min(shares.values()) >= 0.98, tally.mistakes


def test_numbers_of_nobody_are_left(tally: Tally) -> None:
    assert tally.ordinary["taken"] <= 0.01 * tally.ordinary["numbers"], tally.mistakes


def test_findings_are_of_people(tally: Tally) -> None:
    for kind, found in tally.types.items():
        assert found["wrong"] <= 0.01 * found["findings"], (kind, tally.mistakes)


KINDS_OF = sorted(set(KINDS.values()))
