"""Language codes, wishes and voices."""

from __future__ import annotations

import boto3
import pytest
from recita.settings import parse_languages, parse_speak, required
from recita.text.languages import VOICES, same_language, voice_of


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


def test_voices_fall_back_to_the_language() -> None:
    assert voice_of("pt-AO") == VOICES["pt"]
    assert voice_of("es-MX") == VOICES["es-MX"]
    assert voice_of("xx") is None


def test_polly_has_every_voice_and_engine() -> None:
    model = boto3.Session(region_name="us-east-1").client("polly").meta.service_model
    ids, engines = model.shape_for("VoiceId"), model.shape_for("Engine")
    for voice in VOICES.values():
        assert voice.id in ids.metadata["enum"]
        assert voice.engine in engines.metadata["enum"]


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
    with pytest.raises(ValueError, match="use summary or none"):
        parse_speak("loudly")


def test_a_missing_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    from recita.errors import ConfigurationError

    monkeypatch.delenv("TABLE_NAME", raising=False)
    with pytest.raises(ConfigurationError, match="TABLE_NAME"):
        required("TABLE_NAME")


def test_traditional_chinese_is_not_simplified_chinese() -> None:
    assert not same_language("zh", "zh-TW")
    assert same_language("zh-TW", "zh-tw")
