"""Apertium with shields: what is understood, kept and mended."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from recita_local.services.translate import apertium, installed
from recita_local.services.translate.engine import TranslationEngine

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.engines
Translate = "Callable[[str, str, str], str]"


@pytest.fixture(scope="module")
def translate() -> Callable[[str, str, str], str]:
    if len(installed.installed_pairs()) < 12:
        pytest.skip(
            f"Apertium is not installed: real translations were not tested\
 ({installed.HOW_TO_INSTALL})"
        )
    engine = TranslationEngine()
    return lambda text, source, target: engine.translate(text, source, target)[0]


def test_contract_english_survives_the_pivot(translate: Callable[[str, str, str], str]) -> None:
    text = (
        "The agreement was signed on March 14, 2026 by Acme Industries Ltd. and Globex "
        "Corporation. Either party may end this contract."
    )
    assert translate(text, "en", "pt") == (
        "O acordo foi assinado em 14 de março de 2026 por Acme Industries Ltd. e Globex "
        "Corporation. Qualquer das partes pode acabar este contrato."
    )


def test_names_codes_and_money_are_kept(translate: Callable[[str, str, str], str]) -> None:
    text = (
        "Entre em contato com João da Silva pelo e-mail joao@exemplo.com.br sobre a nota "
        "fiscal NF-2026/17 de R$ 1.234,56."
    )
    said = translate(text, "pt", "en")
    for kept in ("João da Silva", "joao@exemplo.com.br", "NF-2026/17", "R$ 1.234,56"):
        assert kept in said
    assert said.startswith("Contact ")


def test_masks_of_a_guardrail_are_kept(translate: Callable[[str, str, str], str]) -> None:
    said = translate("The report of {NAME} was sent to {EMAIL}.", "en", "pt")
    assert "{NAME}" in said
    assert "{EMAIL}" in said


@pytest.mark.parametrize(
    "text", ["One line.\n\n  Two lines. \nThree", "\n\na\n", "Title\nBody without end\nEnd"]
)
def test_line_breaks_and_margins_stay(translate: Callable[[str, str, str], str], text: str) -> None:
    before, after = text.split("\n"), translate(text, "en", "es").split("\n")
    assert len(after) == len(before)
    for old, new in zip(before, after, strict=True):
        assert bool(old.strip()) == bool(new.strip())
        assert len(old) - len(old.lstrip()) == len(new) - len(new.lstrip())


@pytest.mark.parametrize("text", ["^$", "a [b] {c} <d> e/f \\ g @ h", "[[", "100% & more", "\x00x"])
def test_apertiums_own_signs_are_ordinary_text(
    translate: Callable[[str, str, str], str], text: str
) -> None:
    said = translate(text, "en", "es")
    for sign in "^$[]<>\\@&":
        assert said.count(sign) == text.count(sign)


def test_two_sentences_differ(translate: Callable[[str, str, str], str]) -> None:
    assert translate("The cat sleeps.", "en", "es") != translate("The dog eats.", "en", "es")


@pytest.mark.parametrize("pair", list(installed.HOPS))
def test_a_lost_token_is_translated_in_clear(
    translate: Callable[[str, str, str], str],
    monkeypatch: pytest.MonkeyPatch,
    pair: tuple[str, str],
) -> None:
    real = apertium.translate

    def losing(lines: list[str], mode: str) -> list[str]:
        return [line.replace("xq00z", "") for line in real(lines, mode)]

    monkeypatch.setattr(apertium, "translate", losing)
    assert "INV-7" in translate("A INV-7 B", *pair)


def test_a_language_is_detected_with_its_confidence() -> None:
    engine = TranslationEngine()
    found = engine.detect("O contrato foi assinado pelas duas partes em março.")
    assert found.code == "pt"
    assert found.confidence > 0.9
    assert engine.detect("12").confidence < 0.5


@pytest.mark.usefixtures("translate")
def test_lines_are_translated_by_one_process(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    runs: list[list[str]] = []
    real = apertium._run

    def counted(command: list[str], text: str) -> str:
        runs.append(command)
        return real(command, text)

    monkeypatch.setattr(apertium, "_run", counted)
    lines = ["The cats that we", "eat fish", "A title"]
    alone = [apertium.translate([line], "eng-spa")[0] for line in lines]
    runs.clear()
    assert apertium.translate(lines, "eng-spa") == alone
    assert len(runs) == 1
