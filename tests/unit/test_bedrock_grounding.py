from __future__ import annotations

import pytest
from recita_local.services.bedrock.language import grounding as module
from recita_local.services.bedrock.language.embed import Embedder
from recita_local.services.bedrock.language.evidence import Source
from recita_local.services.bedrock.language.grounding import grounding
from recita_local.services.bedrock.language.statements import Statement

from benchmarks.claims import FAMILIES
from benchmarks.understanding_grounding import measured

pytestmark = pytest.mark.engines

LEASE = (
    "Ada Zeller rents the flat from 14 March 2026 for EUR 1,200.50 a month. The lease runs for "
    "12 months and can-\nnot be extended. Igor Bell owns the house. No pets are allowed."
)


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return Embedder()


@pytest.fixture(scope="module", params=sorted(FAMILIES))
def verdicts(request: pytest.FixtureRequest, embedder: Embedder) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = measured(request.param, embedder, 2)["languages"]
    return found


def test_true_claims_pass_in_every_language(verdicts: dict[str, dict[str, int]]) -> None:
    for language, counted in verdicts.items():
        assert counted["true_right"] >= 0.95 * counted["true"], language


def test_changed_claims_are_caught_in_every_language(verdicts: dict[str, dict[str, int]]) -> None:
    for language, counted in verdicts.items():
        assert counted["false_right"] >= 0.8 * counted["false"], language


@pytest.mark.parametrize(
    "claim",
    [
        "The lease runs for 12 months and cannot be extended.",
        "Ada Zeller rents the flat from 2026-03-14.",
        "From March 14, 2026 Ada Zeller rents the flat for 1.200,50 EUR a month.",
        "The lease runs for twelve months.",
        "Pets are not allowed.",
    ],
)
def test_true_claims(claim: str, embedder: Embedder) -> None:
    assert grounding(LEASE, [claim], embedder) >= 0.6


@pytest.mark.parametrize(
    "claim",
    [
        "The lease runs for 12 years and cannot be extended.",
        "The lease runs for 13 months.",
        "The lease runs for 12 months and can be extended.",
        "Ada Zeller rents the flat from 15 March 2026.",
        "Igor Bell rents the flat from 14 March 2026.",
        "Ada Zeller does not rent the flat.",
        "Pets are allowed.",
        "EUR 1,200.05 a month is paid for the flat.",
    ],
)
def test_changed_claims(claim: str, embedder: Embedder) -> None:
    assert grounding(LEASE, [claim], embedder) < 0.5


INVOICE = (
    "Nordlicht Handels GmbH\nHafenweg 3\n\nInvoice FA-2017-0010\nDate: 3 August 2014\n"
    "Your reference: PO445\nSIRET 99999999800010\nHosting, 12 months 40.00\nTotal 4.11 EUR\n"
)


@pytest.mark.parametrize(
    ("claim", "true"),
    [
        ("Invoice FA-2017-0010 from Nordlicht Handels GmbH, dated 3 August 2014, 4.11 EUR.", True),
        ("It also states: SIRET: 99999999800010; Your reference: PO445.", True),
        ("Invoice FA-2017-0011 from Nordlicht Handels GmbH, dated 3 August 2014, 4.11 EUR.", False),
        ("Invoice FA-2017-0010 from Nordlicht Handels GmbH, dated 3 August 2014, 4.12 EUR.", False),
        ("It also states: SIRET: 99999999800010; Your reference: PO446.", False),
    ],
)  # fmt: skip
def test_what_is_put_together_of_a_forms_lines(
    claim: str, embedder: Embedder, *, true: bool
) -> None:
    assert (grounding(INVOICE, [claim], embedder) >= 0.5) is true


def test_a_quotation_begins_and_ends_with_whole_words() -> None:
    source = Source("He was unable to pay 120 days.")

    assert source.quotes("unable to pay 120 days")
    assert not source.quotes("able to pay 120 days")
    assert not source.quotes("unable to pay 12")


def test_a_source_is_taken_apart_once(embedder: Embedder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SOURCES", module.Sources())
    made: list[str] = []

    def counted(text: str) -> Source:
        made.append(text)
        return Source(text)

    monkeypatch.setattr(module, "Source", counted)

    for number in range(3):
        grounding(LEASE, [f"Flat number {number} was sold."], embedder)

    assert made == [LEASE]


def test_few_sources_are_kept() -> None:
    sources = module.Sources()
    for number in range(3 * sources.KEPT):
        sources.get(f"Text {number}.")

    assert len(sources._known) == sources.KEPT


@pytest.mark.parametrize(
    ("language", "text", "dates", "numbers"),
    [
        ("en", "On March 3rd, 2024 $1,234.50 were paid.", {(2024, 3, 3)}, [("1234.5", "dollar")]),
        ("de", "Am 3. März 2024 wurden 1.234,50 € gezahlt.", {(2024, 3, 3)}, [("1234.5", "euro")]),
        ("fr", "Le 3 mars 2024, 1 234,50 € ont été payés.", {(2024, 3, 3)}, [("1234.5", "euro")]),
        ("pt", "Em 3 de março de 2024, R$ 1.234 por 12 meses.", {(2024, 3, 3)},
         [("1234", "real"), ("12", "month")]),
        ("es", "El 03/04/2024, tres por ciento.", {(2024, 4, 3), (2024, 3, 4)}, [("3", "percent")]),
    ],
)  # fmt: skip
def test_numbers_and_dates_are_read_alike(
    language: str, text: str, dates: set[tuple[int, int, int]], numbers: list[tuple[str, str]]
) -> None:
    statement = Statement(text, language)

    assert statement.dates == dates
    assert [number for number, _ in statement.numbers] == numbers


@pytest.mark.parametrize(
    ("language", "text", "denied"),
    [
        ("en", "He did not only sing.", set()),
        ("en", "It is not valid.", {"valid"}),
        ("pt", "Mora no centro.", set()),
        ("de", "Der Rat genehmigte den Plan nicht.", {"plan"}),
        ("fr", "Il n'a pas signé.", {"signe"}),
    ],
)
def test_negations_belong_to_a_word(language: str, text: str, denied: set[str]) -> None:
    assert set(Statement(text, language).denied) == denied
