"""Steps that make several paid calls before they are done: a second try pays what is missing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from recita.errors import ProviderThrottledError, ProviderTooLargeError, ProviderUnavailableError
from recita.ports import GuardedText, Prompt
from recita.steps import guarding
from recita.steps.guarding import Guarding
from recita.steps.workbench import StepRun

from tests.fakes import FakeGuardrail, FakeResults, Pipeline
from tests.fakes.services import answer
from tests.fakes.understanding import read, reply, understand

pytestmark = pytest.mark.disable_socket

THROTTLED = ProviderThrottledError("any", "operation", "ThrottlingException", "too fast")


class Once:
    """Fails the first time that a call is about a word."""

    def __init__(self, word: str) -> None:
        self.word = word

    def __call__(self, text: str) -> str:
        if self.word and self.word in text:
            self.word = ""
            raise THROTTLED
        return text


class SmallGuardrail(FakeGuardrail):
    """Takes so many characters in a call, counts what it was paid for, and may fail once."""

    most = 2_000
    failing: Callable[[str], str] = str

    def __init__(self, pipeline: Pipeline) -> None:
        super().__init__(pipeline.meter)
        self.paid: list[str] = []

    def _check(self, text: str) -> GuardedText:
        if len(text) > self.most:
            raise ProviderTooLargeError("bedrock-runtime", "apply_guardrail", "X", "too big")
        self.failing(text)
        self.paid.append(text)
        return super()._check(text)


def small(pipeline: Pipeline | None = None) -> tuple[SmallGuardrail, Guarding]:
    pipeline = pipeline or Pipeline("none")
    guardrail = SmallGuardrail(pipeline)
    return guardrail, Guarding(StepRun(FakeResults(), "a" * 32, "any", 1), guardrail)


def sentences(count: int) -> str:
    return "\n".join(f"Sentence number {number:04d} of a long text." for number in range(count))


def test_a_text_that_is_too_large_is_checked_in_parts() -> None:
    guardrail, guarding_ = small()
    text = sentences(100).replace("0007", "ana@x.org") + " end"
    found = guarding_.check_input(text)
    assert (found.action, found.policies) == ("ANONYMIZED", ("sensitiveInformationPolicy/EMAIL",))
    assert found.text == text.replace("ana@x.org", "{EMAIL}")
    assert max(map(len, guardrail.paid)) <= guardrail.most
    assert "".join(guardrail.paid) == text


def test_what_one_part_reports_is_reported_of_the_whole() -> None:
    guardrail, guarding_ = small()
    check = guardrail._check
    guardrail._check = lambda text: replace(  # type: ignore[method-assign]
        check(text), detected=("contentPolicy/PROMPT_ATTACK",) if "0099" in text else ()
    )
    assert guarding_.check_input(sentences(100)).detected == ("contentPolicy/PROMPT_ATTACK",)


def test_a_block_of_one_part_blocks_all() -> None:
    guardrail, guarding_ = small()
    guardrail.blocked = ("0099",)
    found = guarding_.check_output(sentences(100))
    assert (found.action, found.text) == ("BLOCKED", "Blocked.")


def test_what_is_smaller_than_a_unit_is_not_cut() -> None:
    guardrail, guarding_ = small()
    guardrail.most = 10
    with pytest.raises(ProviderTooLargeError):
        guarding_.check_input("w" * guarding.SMALLEST)


def test_a_part_that_was_checked_is_not_paid_again() -> None:
    guardrail, guarding_ = small()
    guardrail.failing = Once("0099")
    text = sentences(100).replace("0007", "ana@x.org")
    with pytest.raises(ProviderThrottledError):
        guarding_.check_output(text)
    found = guarding_.check_output(text)
    assert sorted(guardrail.paid) == sorted(set(guardrail.paid))
    assert found.text == text.replace("ana@x.org", "{EMAIL}")
    assert guarding_.step.continued


def test_what_goes_in_and_what_goes_out_are_different_checks() -> None:
    guardrail, guarding_ = small()
    text = sentences(100)
    guarding_.check_input(text)
    guarding_.check_output(text)
    assert len(guardrail.paid) == 2 * len(set(guardrail.paid))


def test_an_understanding_pays_no_part_of_its_text_twice() -> None:
    pipeline = read(sentences(100))
    guardrail = pipeline.guardrail = SmallGuardrail(pipeline)
    guardrail.failing = Once("0099")
    with pytest.raises(ProviderThrottledError):
        understand(pipeline)
    assert understand(pipeline).status == "SUCCEEDED"
    parts = [text for text in guardrail.paid if "Sentence number" in text]
    assert len(parts) > 2
    assert sorted(parts) == sorted(set(parts))


def test_a_text_of_several_translations_pays_for_each_once() -> None:
    pipeline = Pipeline("es")
    pipeline.translator.per_call = 1
    pipeline.translator.spoils = Once("(es) Invoice")
    upload = pipeline.upload(b"Invoice 4711 was issued.", "a.txt")
    first = pipeline.execute(upload, upload.document_id)
    assert first.ledger.languages.translated == ()
    again = pipeline.execute(upload, f"{upload.document_id}.2")
    assert again.ledger.languages.translated == ("es",)
    assert pipeline.translator.sent == ["A summary", *["Invoice 4711 was issued."] * 2]


def test_each_check_of_a_translation_is_paid_once() -> None:
    pipeline = Pipeline("es")
    pipeline.translator.suffix = " word" * 4000  # 40,000 characters: two checks
    guardrail = pipeline.guardrail = SmallGuardrail(pipeline)
    guardrail.most, guardrail.failing = 25_000, Once("(es) Invoice")
    upload = pipeline.upload(b"Invoice 4711 was issued.", "a.txt")
    pipeline.execute(upload, upload.document_id)
    again = pipeline.execute(upload, f"{upload.document_id}.2")
    assert again.ledger.languages.translated == ("es",)
    assert len([text for text in guardrail.paid if "(es) A summary" in text]) == 1
    assert [v.action for v in again.guardrails if v.stage == "translation"] == ["NONE"] * 2


def test_a_repair_that_fails_asks_the_first_question_once() -> None:
    pipeline = read("Fine.")

    def throttled(prompt: Prompt) -> str:
        raise ProviderUnavailableError("bedrock", "converse", "ServiceUnavailable", prompt.task)

    pipeline.model.replies = [answer("Sorry, no."), throttled, answer(reply())]  # type: ignore[list-item]
    assert [understand(pipeline).status for _ in range(2)] == ["CONTINUE", "SUCCEEDED"]
    notes = [prompt.note for prompt in pipeline.model.prompts]
    assert len(notes) == 3
    assert [("not the JSON object" in note) for note in notes] == [False, True, True]
