"""What may leave of an answer: grounded sentences, checked titles, facts and descriptions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
from recita.models.summary import Sentence
from recita.ports import GuardedText
from recita.steps.grounding import SOURCE, source_of
from recita.text.prompting import Passage

from tests.fakes import Pipeline, files
from tests.fakes.services import answer
from tests.fakes.understanding import (
    no_summary,
    read,
    reply,
    step_record,
    understand,
    understanding,
    warnings,
)

pytestmark = pytest.mark.disable_socket

TRUE = {"text": "The rent is 900 euros.", "pages": [1]}
FALSE = {"text": "The rent is invented.", "pages": [2]}


def low(*sentences: Mapping[str, object]) -> Pipeline:
    pipeline = read("The rent is 900 euros.", "It is due on the first.")
    pipeline.guardrail.scores = {"invented": 0.2, "lowest": 0.51}
    pipeline.model.replies = [answer(reply(sentences=list(sentences)))]
    return pipeline


def test_each_sentence_is_held_against_its_pages() -> None:
    pipeline = low(TRUE, {"text": "It is due on the first.", "pages": [2]})
    understand(pipeline)
    whole = "The rent is 900 euros.\nIt is due on the first."
    assert pipeline.guardrail.grounded == [
        ("The rent is 900 euros.", "The rent is 900 euros."),
        ("It is due on the first.", "It is due on the first."),
        ("An invoice", whole),
    ]
    summary = understanding(pipeline).summary
    scores = [(s.grounding.score, s.grounding.threshold) for s in summary.sentences if s.grounding]
    assert scores == [(0.93, 0.5), (0.93, 0.5)]


def test_the_lowest_score_is_that_of_the_summary() -> None:
    pipeline = low(TRUE, {"text": "The lowest rent.", "pages": [1]})
    understand(pipeline)
    grounding = understanding(pipeline).summary.grounding
    assert grounding is not None
    assert grounding.score == 0.51


def test_a_sentence_that_does_not_rest_is_asked_about_once_more() -> None:
    pipeline = low(TRUE, FALSE)
    pipeline.model.replies.append(answer(reply(sentences=[TRUE, TRUE])))
    understand(pipeline)
    first, second = pipeline.model.prompts
    assert "did not rest on the document" in second.note
    assert "did not rest" not in first.note
    assert [s.text for s in understanding(pipeline).summary.sentences] == [TRUE["text"]] * 2
    assert warnings(pipeline) == []


def test_what_still_does_not_rest_is_dropped_and_it_is_told() -> None:
    pipeline = low(TRUE, FALSE)
    pipeline.model.replies.append(answer(reply(sentences=[FALSE])))
    understand(pipeline)
    assert len(pipeline.model.prompts) == 2
    assert [s.text for s in understanding(pipeline).summary.sentences] == [TRUE["text"]]
    (warned,) = step_record(pipeline).warnings
    assert warned.code == "sentence-dropped"
    assert warned.message == "grounding 0.20 of 0.50, pages named: 2"


def test_a_stricter_answer_that_is_none_changes_nothing() -> None:
    pipeline = low(TRUE, FALSE)
    pipeline.model.replies += [answer("no"), answer("no")]
    understand(pipeline)
    assert [s.text for s in understanding(pipeline).summary.sentences] == [TRUE["text"]]


def test_a_summary_without_a_grounded_sentence_is_none() -> None:
    pipeline = low(FALSE)
    pipeline.model.replies.append(answer(reply(sentences=[FALSE])))
    assert understand(pipeline).status == "SKIPPED"
    assert warnings(pipeline) == ["sentence-dropped", "summary-unusable"]
    assert no_summary(pipeline)


def test_a_sentence_that_is_blocked_blocks_the_document() -> None:
    pipeline = read("Fine.")
    pipeline.model.replies = [answer(reply(sentences=[{"text": "Ask.", "pages": [1]}]))]
    pipeline.guardrail.blocked = ("Ask.",)
    assert understand(pipeline).status == "BLOCKED"
    verdict = step_record(pipeline).verdicts[-1]
    assert (verdict.stage, verdict.target, verdict.action) == ("summary", "sentence 1", "BLOCKED")
    assert no_summary(pipeline)


def test_a_mask_over_the_end_of_a_line_costs_no_other_fact(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An address may begin in one fact and end in the next, for all that a guardrail knows."""
    pipeline = read("Street: Rua A 1. Town: Lisboa. Total: 12 EUR.")
    facts = [
        {"name": "Street", "value": "Rua A 1", "page": 1},
        {"name": "Town", "value": "Lisboa", "page": 1},
        {"name": "Total", "value": "12 EUR", "page": 1},
    ]
    pipeline.model.replies = [answer(reply(facts=facts))]
    check = pipeline.guardrail.check_output

    def masking(text: str) -> GuardedText:
        masked = text.replace("Rua A 1\nTown: Lisboa", "{ADDRESS}").replace("Rua A 1", "{ADDRESS}")
        return replace(check(text), text=masked, action="ANONYMIZED" if masked != text else "NONE")

    monkeypatch.setattr(pipeline.guardrail, "check_output", masking)
    understand(pipeline)
    found = understanding(pipeline).facts
    assert [(fact.name, fact.value) for fact in found] == [("Town", "Lisboa"), ("Total", "12 EUR")]


def test_facts_are_checked_and_a_mask_is_no_fact() -> None:
    pipeline = read("Total 12 EUR, mail a@x.org", "Ask b@x.org or 4711")
    facts = [
        {"name": "total", "kind": "amount", "value": "12 EUR", "page": 1},
        {"name": "mail", "value": "{EMAIL}", "page": 1},
        {"name": "contact", "value": "{EMAIL} or 4711", "page": 2},
    ]
    pipeline.model.replies = [answer(reply(facts=facts))]
    understand(pipeline)
    found = understanding(pipeline)
    assert [(f.name, f.kind, f.value) for f in found.facts] == [
        ("total", "amount", "12 EUR"),
        ("contact", "other", "{EMAIL} or 4711"),
    ]
    assert pipeline.guardrail.outputs == ["total: 12 EUR\nmail: {EMAIL}\ncontact: {EMAIL} or 4711"]
    assert ("facts", "facts") in [(v.stage, v.target) for v in step_record(pipeline).verdicts]


def test_a_fact_on_several_pages_is_one() -> None:
    pipeline = read("ISBN 978-0817638177", "ISBN 978-0817638177 again", "ISBN 9780817638177")
    facts = [
        {"name": "ISBN", "value": "978-0817638177", "page": 1},
        {"name": "isbn", "value": "978-08176 38177", "page": 2},
        {"name": "ISBN", "value": "9780817638177", "page": 3},
    ]
    pipeline.model.replies = [answer(reply(facts=facts))]
    understand(pipeline)
    assert [fact.page for fact in understanding(pipeline).facts] == [1, 3]


def test_a_blocked_title_blocks_the_document() -> None:
    pipeline = read("Fine.")
    pipeline.model.replies = [answer(reply(title="unwanted"))]
    pipeline.guardrail.blocked = ("unwanted",)
    assert understand(pipeline).status == "BLOCKED"
    assert no_summary(pipeline)


def test_a_title_that_rests_on_nothing_is_left_out() -> None:
    pipeline = read("Fine.")
    pipeline.model.replies = [answer(reply(title="An invented title"))]
    pipeline.guardrail.scores = {"invented": 0.1}
    understand(pipeline)
    assert understanding(pipeline).summary.title == ""
    assert warnings(pipeline) == ["title-dropped"]


def passages(*texts: str) -> list[Passage]:
    return [Passage(n, text, len(text)) for n, text in enumerate(texts, start=1)]


def test_a_sentence_without_pages_is_held_against_all() -> None:
    assert source_of(Sentence(text="Any."), passages("one", "two")) == "one\ntwo"
    assert source_of(Sentence(text="Any.", pages=(2,)), passages("one", "two")) == "two"


def test_of_long_pages_the_parts_that_say_the_same_are_taken() -> None:
    filler = "Nothing of the kind stands here. " * 600
    text = filler + "The committee hires two assistants. " + filler
    source = source_of(Sentence(text="Two assistants are hired.", pages=(1,)), passages(text))
    assert "The committee hires two assistants." in source
    assert len(source) <= SOURCE + 10


def test_a_fact_whose_name_is_masked_with_it_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    pipeline = read("CPF 52998224725")
    facts = [{"name": "CPF", "value": "52998224725", "page": 1}]
    pipeline.model.replies = [answer(reply(facts=facts))]
    masked = GuardedText("{CPF}", "ANONYMIZED", ("sensitiveInformationPolicy/CPF",))
    monkeypatch.setattr(pipeline.guardrail, "check_output", lambda _: masked)
    assert understand(pipeline).status == "SUCCEEDED"
    assert understanding(pipeline).facts == ()


def test_a_mask_that_takes_a_page_tag_with_it_costs_a_check_more() -> None:
    pipeline = read("Password:", "It is due on the first.")
    check = pipeline.guardrail.check_input
    pipeline.guardrail.check_input = lambda text: check(  # type: ignore[method-assign]
        text.replace("Password:\n</page>", "Password: {PASSWORD}")
    )
    assert understand(pipeline).status == "SUCCEEDED"
    assert pipeline.guardrail.inputs[1:] == ["Password:", "It is due on the first."]
    assert "It is due on the first." in pipeline.model.prompts[0].document


def test_a_sentence_that_names_a_page_without_text_is_held_against_all() -> None:
    assert source_of(Sentence(text="Any.", pages=(9,)), passages("one", "two")) == "one\ntwo"


def test_a_sentence_without_spaces_finds_its_part() -> None:
    filler = "会社は毎年株主総会を開催し、取締役の選任について決議を行うものとする。" * 600
    said = "契約金額は五百万円であり、支払期限は三月末日である。"
    sentence = Sentence(text="契約金額は五百万円で、三月末日までに支払う。", pages=(1,))
    assert said in source_of(sentence, passages(filler + said + filler))


def test_what_is_written_in_escapes_is_checked_when_it_is_read() -> None:
    pipeline = Pipeline("none")
    pipeline.ocr.texts = ("STOP",)
    sentences = '[{"text": "It says ana\\u0040example.org.", "pages": [1]}]'
    said = f'{{"title": "A card", "language": "en", "sentences": {sentences}}}'
    pipeline.model.replies = [answer(said)]
    manifest = pipeline.run(files.picture(), "a.jpg")
    assert manifest.status == "COMPLETED"
    assert manifest.summary is not None
    assert manifest.summary.text == "It says {EMAIL}."
