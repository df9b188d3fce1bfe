"""Translate: fake and adapter say the same of the same answer, in botocore's shapes."""

from __future__ import annotations

from typing import Any

import pytest
from recita.adapters.translate import AmazonTranslator, TranslationSettings
from recita.errors import (
    LanguageUnclearError,
    ProviderRefusedError,
    ProviderThrottledError,
    TerminologyMissingError,
    TranslationUnsupportedError,
)
from recita.meter import Meter
from recita.ports import (
    Translator,
)
from recita.text.protecting import marked

from tests.contract.stubbed import both, stub, used
from tests.fakes import (
    FakeTranslator,
)

pytestmark = pytest.mark.usefixtures("aws")


def translator(kind: str, meter: Meter, *replies: str) -> Translator:
    if kind == "fake":
        return FakeTranslator(meter)
    adapter = AmazonTranslator(meter)
    languages = {"SourceLanguageCode": "en", "TargetLanguageCode": "es"}
    stub(adapter, *(("translate_text", {"TranslatedText": r} | languages, None) for r in replies))
    return adapter


@both
def test_as_many_segments_come_back(kind: str, meter: Meter) -> None:
    port = translator(kind, meter, "(es) One.\n(es) Two.")
    assert port.translate(["One.", "Two."], "en", "es") == ["(es) One.", "(es) Two."]
    ((service, operation, units, unit),) = used(meter)
    assert (service, operation, unit) == ("translate", "TranslateText", "characters")
    assert units >= 8


def test_segments_that_were_joined_are_asked_one_by_one(meter: Meter) -> None:
    port = translator("adapter", meter, "joined", "uno", "dos")
    assert port.translate(["One.", "Two."], "en", "es") == ["uno", "dos"]


def test_segments_that_come_back_with_line_breaks_stay_one(meter: Meter) -> None:
    port = translator("adapter", meter, "a\nb\nc", "u\nno", "dos")
    assert port.translate(["One.", "Two."], "en", "es") == ["u no", "dos"]


class Echo:
    """Translate that answers what it was asked, and refuses what is too large."""

    def __init__(self, adapter: AmazonTranslator, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked: list[dict[str, Any]] = []
        monkeypatch.setattr(adapter._translate, "call", self.call)

    def call(self, _operation: str, **params: Any) -> dict[str, Any]:
        self.asked.append(params)
        assert len(params["Text"].encode()) <= 10_000
        return {"TranslatedText": params["Text"]}


def test_no_call_is_larger_than_the_service_takes(
    meter: Meter, monkeypatch: pytest.MonkeyPatch
) -> None:
    adapter = AmazonTranslator(meter)
    echo = Echo(adapter, monkeypatch)
    segments = ["é" * 2000, "x" * 3000, "y"] * 4
    assert adapter.translate(segments, "pt", "es") == segments
    assert len(echo.asked) == 4


@pytest.mark.parametrize(
    "segment",
    [
        "é" * 6000,  # a word of 12,000 bytes
        "\u65e5\u672c" * 3000,
        "One sentence. " * 1500,
        " ".join([marked("pay $4,500.00 now", [(4, 13)])] * 400),
        "a\u0301" * 5000,
    ],
    ids=["word", "japanese", "sentences", "marked", "accents"],
)
def test_a_segment_larger_than_a_call_is_put_together_again(
    meter: Meter, monkeypatch: pytest.MonkeyPatch, segment: str
) -> None:
    adapter = AmazonTranslator(meter)
    echo = Echo(adapter, monkeypatch)
    assert adapter.translate(["before", segment, "after"], "pt", "es") == [
        "before",
        segment.strip(),
        "after",
    ]
    assert len(echo.asked) >= 2
    for asked in echo.asked:
        assert asked["Text"].count("<span") == asked["Text"].count("</span>")
        assert not asked["Text"].startswith("\u0301")


@pytest.mark.parametrize(
    ("target", "settings"),
    [
        ("es", {"Formality": "FORMAL", "Profanity": "MASK"}),
        ("pt", {"Profanity": "MASK"}),  # Brazilian Portuguese knows no formality there
    ],
)
def test_settings_are_sent_where_they_mean_something(
    meter: Meter, target: str, settings: dict[str, str]
) -> None:
    adapter = AmazonTranslator(meter, TranslationSettings("FORMAL", "MASK", "house-words"))
    languages = {"SourceLanguageCode": "en", "TargetLanguageCode": target}
    asked = {"Text": "Hello.", "Settings": settings, "TerminologyNames": ["house-words"]}
    stub(adapter, ("translate_text", languages | {"TranslatedText": "Hola."}, asked | languages))
    assert adapter.translate(["Hello."], "en", target) == ["Hola."]


def test_nothing_is_sent_that_nobody_set(meter: Meter, monkeypatch: pytest.MonkeyPatch) -> None:
    adapter = AmazonTranslator(meter)
    echo = Echo(adapter, monkeypatch)
    adapter.translate(["Hello."], "en", "es")
    assert set(echo.asked[0]) == {"Text", "SourceLanguageCode", "TargetLanguageCode"}


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("UnsupportedLanguagePairException", TranslationUnsupportedError),
        ("DetectedLanguageLowConfidenceException", LanguageUnclearError),
        ("TextSizeLimitExceededException", ProviderRefusedError),
        ("ResourceNotFoundException", TerminologyMissingError),
        ("TooManyRequestsException", ProviderThrottledError),
    ],
)
def test_what_translate_refuses_has_a_name(
    meter: Meter, code: str, expected: type[Exception]
) -> None:
    adapter = AmazonTranslator(meter)
    stub(adapter).add_client_error("translate_text", code, "why", 400)
    with pytest.raises(expected) as raised:
        adapter.translate(["One."], "en", "xx")
    assert type(raised.value) is expected
