"""Language codes, wishes and voices."""

from __future__ import annotations

import boto3
import pytest
from recita.errors import ConfigurationError
from recita.settings import (
    parse_engine,
    parse_languages,
    parse_speak,
    parse_voices,
    required,
)
from recita.text.languages import (
    ENGINES,
    LOCALES,
    PREFERRED,
    PollyVoice,
    same_language,
    voices_for,
)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("pt", "pt", True),
        ("pt", "pt-BR", True),
        ("pt-BR", "pt", True),
        ("PT-br", "pt-BR", True),
        ("pt-PT", "pt-BR", False),
        ("es", "pt", False),
    ],
)
def test_a_reader_of_one_needs_no_translation_of_the_other(
    one: str, other: str, *, same: bool
) -> None:
    assert same_language(one, other) is same


VOICES = (
    PollyVoice("Joanna", ("neural", "standard"), ("en-US",)),
    PollyVoice("Danielle", ("generative", "neural"), ("en-US",)),
    PollyVoice("Ivy", ("neural", "standard"), ("en-US",)),
    PollyVoice("Amy", ("generative", "neural", "standard"), ("en-GB",)),
    PollyVoice("Ambre", ("generative",), ("fr-FR",)),
    PollyVoice("Mia", ("neural", "standard"), ("es-MX",)),
    PollyVoice("Lucia", ("neural", "standard"), ("es-ES",)),
    PollyVoice("Zeina", ("standard",), ("arb",)),
    PollyVoice("Hala", ("neural",), ("ar-AE",)),
    PollyVoice("Aditi", ("standard",), ("en-IN", "hi-IN")),
    PollyVoice("Zhiyu", ("neural", "standard"), ("cmn-CN",)),
    PollyVoice("Ola", ("neural",), ("pl-PL",)),
)


@pytest.mark.parametrize(
    ("language", "engine", "expected"),
    [
        ("en", "auto", ["Joanna neural", "Joanna standard", "Danielle generative"]),
        ("en", "generative", ["Danielle generative", "Joanna neural", "Joanna standard"]),
        ("en", "standard", ["Joanna standard"]),
        ("en-GB", "neural", ["Amy neural"]),
        ("en-AU", "neural", ["Joanna neural"]),
        ("es", "neural", ["Lucia neural"]),
        ("es-MX", "neural", ["Mia neural"]),
        ("es-AR", "neural", ["Lucia neural"]),
        ("ar", "auto", ["Zeina standard"]),
        ("ar-AE", "auto", ["Hala neural"]),
        ("zh-TW", "neural", ["Zhiyu neural"]),
        ("pl", "auto", ["Ola neural"]),
        ("fr", "auto", ["Ambre generative"]),
        ("fr", "neural", []),
        ("hi", "auto", ["Aditi standard hi-IN"]),
        ("en-IN", "auto", ["Aditi standard"]),
        ("ja", "auto", []),
    ],
)
def test_a_language_gets_the_best_of_the_voices_there_are(
    language: str, engine: str, expected: list[str]
) -> None:
    assert _chosen(language, {}, engine) == expected


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("es", ["Mia neural", "Mia standard"]),
        ("es-ES", ["Mia neural", "Mia standard"]),
        ("en-GB", ["Danielle neural", "Danielle generative"]),
        ("en", ["Joanna neural", "Joanna standard", "Danielle generative"]),
        ("pt", []),
    ],
)
def test_a_voice_that_is_named_is_taken(language: str, expected: list[str]) -> None:
    named = {"es": "Mia", "en-GB": "Danielle", "pt": "Nobody"}
    assert _chosen(language, named, "auto") == expected


def _chosen(language: str, named: dict[str, str], engine: str) -> list[str]:
    found = voices_for(language, VOICES, named, engine)
    return [" ".join(filter(None, (c.id, c.engine, c.language_code))) for c in found]


def test_polly_has_every_voice_locale_and_engine_that_is_named() -> None:
    model = boto3.Session(region_name="us-east-1").client("polly").meta.service_model
    assert set(PREFERRED) <= set(model.shape_for("VoiceId").metadata["enum"])
    assert set(LOCALES.values()) <= set(model.shape_for("LanguageCode").metadata["enum"])
    engines = {engine for order in ENGINES.values() for engine in order}
    assert engines <= set(model.shape_for("Engine").metadata["enum"])


def test_voices_are_read_from_a_list() -> None:
    assert parse_voices("pt=Camila, es-MX=Mia") == {"pt": "Camila", "es-MX": "Mia"}
    assert parse_voices("auto") == {}


@pytest.mark.parametrize("value", ["", "pt", "pt=", "=Mia", "Portuguese=Camila", "pt=Cam ila"])
def test_a_list_that_names_no_voice_is_refused(value: str) -> None:
    with pytest.raises(ConfigurationError, match="names no voice"):
        parse_voices(value)


def test_an_engine_that_does_not_exist_is_refused() -> None:
    assert parse_engine("generative") == "generative"
    with pytest.raises(ConfigurationError, match="auto, generative, neural, standard"):
        parse_engine("long-form")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("es,pt-BR", ("es", "pt-BR")),
        (" es , es,fr", ("es", "fr")),
        ("none", ()),
        ("NONE", ()),
    ],
)
def test_reads_a_list_of_languages(value: str, expected: tuple[str, ...]) -> None:
    assert parse_languages(value) == expected


@pytest.mark.parametrize("value", ["es,Spanish", "../x", "e", "es;fr", "es,none"])
def test_names_the_first_code_that_is_none(value: str) -> None:
    with pytest.raises(ValueError, match="is not a language code"):
        parse_languages(value)


@pytest.mark.parametrize("value", ["", " , "])
def test_asking_for_no_language_is_said_aloud(value: str) -> None:
    with pytest.raises(ValueError, match="write none"):
        parse_languages(value)


def test_one_upload_can_not_ask_for_every_language() -> None:
    with pytest.raises(ValueError, match="at most 10 languages"):
        parse_languages(",".join(f"a{letter}" for letter in "abcdefghijk"))


def test_reads_a_speak_mode() -> None:
    assert parse_speak(" Summary ") == "summary"
    assert parse_speak("none") == "none"
    assert parse_speak("FULL") == "full"
    with pytest.raises(ValueError, match="use summary, full or none"):
        parse_speak("loudly")


def test_a_missing_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    from recita.errors import ConfigurationError

    monkeypatch.delenv("TABLE_NAME", raising=False)
    with pytest.raises(ConfigurationError, match="TABLE_NAME"):
        required("TABLE_NAME")


def test_traditional_chinese_is_not_simplified_chinese() -> None:
    assert not same_language("zh", "zh-TW")
    assert same_language("zh-TW", "zh-tw")
