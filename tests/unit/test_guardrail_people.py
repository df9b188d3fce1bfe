"""Personal data on generated pages of five languages, as the template's guardrail hides it."""

from __future__ import annotations

import pytest
from recita_local.services.bedrock.guard.masking import mask
from recita_local.services.bedrock.guard.policy import Side
from recita_local.services.bedrock.guard.sensitive import Sensitive

from benchmarks import guardrail
from benchmarks.understanding_pii import FAMILIES, KINDS, Tally, measured

ROUNDS = 6


@pytest.fixture(scope="module", params=list(FAMILIES))
def tally(request: pytest.FixtureRequest) -> Tally:
    return measured(request.param, ROUNDS)


def test_all_but_a_few_of_each_type_are_hidden(tally: Tally) -> None:
    shares = {kind: tally.types[kind]["hidden"] / tally.types[kind]["values"] for kind in KINDS_OF}

    assert min(shares.values()) >= 0.98, tally.mistakes


@pytest.mark.parametrize("family", list(FAMILIES))
def test_most_names_are_hidden_where_asked(family: str) -> None:
    tally = measured(family, ROUNDS, "hide")
    names = tally.types["NAME"]

    assert names["hidden"] >= 0.9 * names["values"], tally.mistakes
    assert names["wrong"] <= 0.02 * names["findings"], tally.mistakes


def test_numbers_of_nobody_are_left(tally: Tally) -> None:
    assert tally.ordinary["taken"] <= 0.01 * tally.ordinary["numbers"], tally.mistakes


def test_findings_are_of_people(tally: Tally) -> None:
    for kind, found in tally.types.items():
        assert found["wrong"] <= 0.01 * found["findings"], (kind, tally.mistakes)


KINDS_OF = sorted(set(KINDS.values()))


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Kind: CPF\nProtocol: 52998224725", "Kind: CPF\nProtocol: 52998224725"),
        ("CPF\n52998224725", "{CPF}"),
        ("Konto: ES91 2100 0418 4502 0005 1332\nIBAN: keine", "Konto: {IBAN}\nIBAN: keine"),
        ("The new password:\nThe second sentence.", "The new password:\nThe second sentence."),
        ("Tel.: (11) 98765-4321\n12 meses", "Tel.: {PHONE}\n12 meses"),
    ],
)
def test_a_mask_joins_no_lines_that_say_something_else(text: str, masked: str) -> None:
    spans = Sensitive(guardrail.definition(), Side("OUTPUT")).look_at(text)

    assert mask(text, spans).replace("INTERNATIONAL_BANK_ACCOUNT_NUMBER", "IBAN") == masked
