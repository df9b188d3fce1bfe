"""An engine that dies costs one document, and only when it dies of it twice."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from recita_local.engines import EngineCrashedError
from recita_local.services.rekognition import images
from recita_local.services.rekognition.seeing import UnseeableError
from recita_local.services.textract import ocr
from recita_local.services.textract.engine import OcrEngine
from recita_local.services.textract.reading import UnreadableError
from recita_local.services.textract.recognise import Character, Detected
from recita_local.wire.service import ServiceError


class Engine:
    """Answers what it is told to, in order; exceptions are raised."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)

    def call(self, *_: Any, **__: Any) -> Any:
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


DEAD = EngineCrashedError("gone")


@pytest.fixture(params=[(ocr, "BadDocumentException"), (images, "InvalidImageFormatException")])
def caller(request: pytest.FixtureRequest) -> tuple[Any, str]:
    pair: tuple[Any, str] = request.param
    return pair


def test_a_document_gets_a_second_chance(
    caller: tuple[Any, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    module, _ = caller
    engine = Engine(DEAD, "answer")
    monkeypatch.setattr(module, "engine", lambda _name: engine)
    assert module.ask("method", b"data") == "answer"


def test_a_document_that_kills_twice_is_bad(
    caller: tuple[Any, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    module, code = caller
    engine = Engine(DEAD, DEAD, "too late")
    monkeypatch.setattr(module, "engine", lambda _name: engine)
    with pytest.raises(ServiceError) as caught:
        module.ask("method", b"data")
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("module", "error"),
    [(ocr, UnreadableError("XException", "why")), (images, UnseeableError("XException", "why"))],
)
def test_what_the_engine_cannot_read_is_told_in_the_services_terms(
    module: Any, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "engine", lambda _name: Engine(error))
    with pytest.raises(ServiceError) as caught:
        module.ask("method", b"data")
    assert (caught.value.code, caught.value.message) == ("XException", "why")


def test_a_page_is_read_once_for_all_who_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "_read", OrderedDict())
    monkeypatch.setattr(ocr, "REMEMBERED", 2)
    engine = Engine("first", "second", "with structure", "second again")
    monkeypatch.setattr(ocr, "engine", lambda _name: engine)
    read: Callable[..., Any] = ocr.read_only_page
    assert [read(b"1"), read(b"2")] == ["first", "second"]
    assert [read(b"2"), read(b"1")] == ["second", "first"]
    assert read(b"2", structure=True) == "with structure"
    assert read(b"1") == "first"
    assert read(b"2") == "second again"  # it was forgotten for the one with structure


class Doubtful:
    """A recogniser that reads the same of every page, not surely."""

    def __init__(self, text: str) -> None:
        token = tuple(Character(letter, 0.7, 0.5) for letter in text)
        self.found = [Detected(0.7, ((0, 0), (90, 0), (90, 20), (0, 20)), (token,))]
        self.looks = 0

    def lines(self, _: Any) -> list[Detected]:
        self.looks += 1
        return self.found


@pytest.mark.parametrize(("text", "looks"), [("li", 1), ("Straße", 4)])
def test_a_photo_is_not_turned_for_a_letter_seen_in_its_waves(text: str, looks: int) -> None:
    reader = OcrEngine.__new__(OcrEngine)
    recogniser = Doubtful(text)
    reader._recogniser = recogniser  # type: ignore[assignment]
    reader._upright(np.zeros((100, 100, 3), np.uint8))
    assert recogniser.looks == looks
