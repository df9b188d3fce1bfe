"""Translate's limits, errors and reply shapes, against the service model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import botocore.session
import pytest
from botocore.validate import ParamValidator
from recita_local.services.translate import api, installed
from recita_local.services.translate.apertium import ApertiumError
from recita_local.services.translate.engine import Detected
from recita_local.wire.service import RequestContext, ServiceError

if TYPE_CHECKING:
    from pathlib import Path

MODEL: Any = botocore.session.get_session().get_service_model("translate")


class FakeHost:
    """Stands for the engine's process: translations are upper case, texts are Portuguese."""

    confidence = 0.99
    failing = False

    def call(self, method: str, *args: Any) -> Any:
        if method == "detect":
            return Detected("pt", self.confidence)
        if self.failing:
            raise ApertiumError("apertium failed: killed")
        return f"{args[0].upper()}:{args[1]}>{args[2]}", "apertium/3"


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> FakeHost:
    fake = FakeHost()
    monkeypatch.setattr(api, "engine", lambda _: fake)
    monkeypatch.setenv("APERTIUM_MODES", str(tmp_path))
    monkeypatch.setattr("shutil.which", lambda _: "/usr/bin/apertium")
    for mode in installed.HOPS.values():
        (tmp_path / f"{mode}.mode").touch()
    return fake


def context(operation: str = "TranslateText") -> RequestContext:
    return RequestContext("translate", operation, "us-east-1", "000000000000", "http://x")


def ask(operation: str = "TranslateText", **params: Any) -> dict[str, Any]:
    asked = {"SourceLanguageCode": "en", "TargetLanguageCode": "pt", **params}
    reply = api.OPERATIONS[operation](asked, context(operation))
    shape = MODEL.operation_model(operation).output_shape
    assert not ParamValidator().validate(reply, shape).has_errors()
    return reply


def refused(operation: str = "TranslateText", **params: Any) -> ServiceError:
    with pytest.raises(ServiceError) as raised:
        ask(operation, **params)
    error = raised.value
    shapes = {shape.name: shape for shape in MODEL.operation_model(operation).error_shapes}
    assert error.code in shapes
    assert set(error.fields) <= set(shapes[error.code].members)
    return error


def test_operations_are_ones_of_the_model() -> None:
    assert set(api.OPERATIONS) <= set(MODEL.operation_names)


@pytest.mark.usefixtures("host")
def test_text_is_translated_and_the_engine_named() -> None:
    told = context()
    asked = {"Text": "hi", "SourceLanguageCode": "en", "TargetLanguageCode": "pt"}
    reply = api.OPERATIONS["TranslateText"](asked, told)
    assert reply == {
        "TranslatedText": "HI:en>pt",
        "SourceLanguageCode": "en",
        "TargetLanguageCode": "pt",
    }
    assert told.engine == "apertium/3"


@pytest.mark.usefixtures("host")
def test_regional_codes_are_answered_as_asked() -> None:
    reply = ask(Text="hi", TargetLanguageCode="es-MX")
    assert reply["TranslatedText"] == "HI:en>es"
    assert reply["TargetLanguageCode"] == "es-MX"


@pytest.mark.usefixtures("host")
def test_auto_answers_with_what_it_found() -> None:
    reply = ask(Text="olá", SourceLanguageCode="auto", TargetLanguageCode="en")
    assert reply["SourceLanguageCode"] == "pt"
    assert reply["TranslatedText"] == "OLÁ:pt>en"


def test_auto_refuses_to_guess(host: FakeHost) -> None:
    host.confidence = 0.2
    error = refused(Text="12", SourceLanguageCode="auto")
    assert error.code == "DetectedLanguageLowConfidenceException"
    assert error.fields == {"DetectedLanguageCode": "pt"}


@pytest.mark.usefixtures("host")
def test_the_same_language_comes_back_as_it_is() -> None:
    assert ask(Text="hi", TargetLanguageCode="en")["TranslatedText"] == "hi"


@pytest.mark.usefixtures("host")
def test_between_regions_of_one_language_there_is_no_pair() -> None:
    error = refused(Text="olá", SourceLanguageCode="pt", TargetLanguageCode="pt-PT")
    assert error.code == "UnsupportedLanguagePairException"


@pytest.mark.usefixtures("host")
def test_a_missing_pair_names_the_codes_and_the_pairs_there_are() -> None:
    error = refused(Text="hi", TargetLanguageCode="de")
    assert error.code == "UnsupportedLanguagePairException"
    assert error.fields == {"SourceLanguageCode": "en", "TargetLanguageCode": "de"}
    assert "en-pt" in error.message


@pytest.mark.usefixtures("host")
def test_without_apertium_the_error_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda _: None)
    error = refused(Text="hi")
    assert error.code == "UnsupportedLanguagePairException"
    assert "apt-get install" in error.message
    assert ask("ListLanguages")["Languages"] == []


@pytest.mark.usefixtures("host")
def test_ten_thousand_bytes_pass_and_one_more_does_not() -> None:
    assert ask(Text="é" * 5000)["TranslatedText"]
    assert refused(Text="é" * 5000 + "a").code == "TextSizeLimitExceededException"


@pytest.mark.usefixtures("host")
def test_a_terminology_is_not_found() -> None:
    assert refused(Text="hi", TerminologyNames=["mine"]).code == "ResourceNotFoundException"


def test_a_failing_engine_is_an_error_to_retry(host: FakeHost) -> None:
    host.failing = True
    error = refused(Text="hi")
    assert (error.code, error.status) == ("ServiceUnavailableException", 503)


@pytest.mark.usefixtures("host")
def test_settings_that_were_not_applied_are_not_named() -> None:
    assert ask(Text="hi", Settings={"Profanity": "MASK"})["AppliedSettings"] == {}


@pytest.mark.usefixtures("host")
def test_languages_are_named_and_paged() -> None:
    first = ask("ListLanguages", MaxResults=3, DisplayLanguageCode="pt")
    assert [row["LanguageName"] for row in first["Languages"]] == ["inglês", "espanhol", "francês"]
    second = ask("ListLanguages", NextToken=first["NextToken"])
    assert second["Languages"] == [{"LanguageCode": "pt", "LanguageName": "Portuguese"}]
    assert "NextToken" not in second


@pytest.mark.usefixtures("host")
@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"DisplayLanguageCode": "ja"}, "UnsupportedDisplayLanguageCodeException"),
        ({"NextToken": "x"}, "InvalidParameterValueException"),
        ({"NextToken": "99"}, "InvalidParameterValueException"),
    ],
)
def test_list_languages_refuses(params: dict[str, Any], code: str) -> None:
    assert refused("ListLanguages", **params).code == code


def document(content: bytes, media_type: str = "text/plain") -> dict[str, Any]:
    return {"Content": content, "ContentType": media_type}


@pytest.mark.usefixtures("host")
def test_a_text_document_is_translated() -> None:
    reply = ask("TranslateDocument", Document=document("olé".encode()))
    assert reply["TranslatedDocument"]["Content"] == "OLÉ:en>pt".encode()


@pytest.mark.usefixtures("host")
@pytest.mark.parametrize(
    ("content", "code"),
    [
        (document(b"<p>", "text/html"), "InvalidRequestException"),
        (document(b"\xff"), "InvalidRequestException"),
        (document(b"a" * 100_001), "LimitExceededException"),
    ],
)
def test_documents_it_cannot_do_are_refused(content: dict[str, Any], code: str) -> None:
    assert refused("TranslateDocument", Document=content).code == code


@pytest.mark.parametrize("source", installed.LANGUAGES)
@pytest.mark.parametrize("target", installed.LANGUAGES)
def test_every_pair_has_a_route(host: FakeHost, source: str, target: str) -> None:
    assert host
    assert bool(installed.route(source, target)) == (source != target)
