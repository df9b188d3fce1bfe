"""An engine that dies costs one document, and only when it dies of it twice."""

from __future__ import annotations

from typing import Any

import pytest
from recita_local.engines import EngineCrashedError
from recita_local.services.rekognition import images
from recita_local.services.rekognition.seeing import UnseeableError
from recita_local.services.textract import ocr
from recita_local.services.textract.reading import UnreadableError
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
