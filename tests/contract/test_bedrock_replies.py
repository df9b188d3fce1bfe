"""Replies of Bedrock Runtime's operations against botocore's output shapes."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import botocore.session
import pytest
from botocore.validate import ParamValidator
from recita_local.services.bedrock import answers, apply, converse, pictures
from recita_local.services.bedrock.engine import LanguageEngine
from recita_local.services.bedrock.guardrails import Guardrails
from recita_local.wire.service import RequestContext, ServiceError

pytestmark = pytest.mark.engines

PAGE = (
    "The elevators were inspected on 4 March and no faults were found. The work was done by the "
    "service of the house. Questions go to ana@example.com at any time of the day."
)
FILTERS = ("SEXUAL", "VIOLENCE", "HATE", "INSULTS", "MISCONDUCT")
GUARDRAIL = {
    "guardrailId": "abc123",
    "guardrailArn": "arn:aws:bedrock:us-east-1:123456789012:guardrail/abc123",
    "version": "1",
    "blockedInputMessaging": "Blocked going in.",
    "blockedOutputsMessaging": "Blocked coming out.",
    "contentPolicy": {
        "filters": [
            *(
                {"type": kind, "inputStrength": "HIGH", "outputStrength": "HIGH"}
                for kind in FILTERS
            ),
            {"type": "PROMPT_ATTACK", "inputStrength": "HIGH", "outputStrength": "NONE"},
        ]
    },
    "wordPolicy": {
        "words": [{"text": "Falcon"}],
        "managedWordLists": [{"type": "PROFANITY", "inputAction": "NONE"}],
    },
    "sensitiveInformationPolicy": {
        "piiEntities": [{"type": "EMAIL", "action": "ANONYMIZE"}],
        "regexes": [
            {"name": "CPF", "pattern": r"\d{3}\.\d{3}\.\d{3}-\d{2}", "action": "ANONYMIZE"}
        ],
    },
    "contextualGroundingPolicy": {
        "filters": [
            {"type": "GROUNDING", "threshold": 0.7, "action": "BLOCK"},
            {"type": "RELEVANCE", "threshold": 0.5, "action": "NONE"},
        ]
    },
}
FETCHED: list[tuple[str, str]] = []


class InThisProcess:
    """The language engine without its process."""

    def __init__(self) -> None:
        self.engine = LanguageEngine()

    def call(self, method: str, *args: Any) -> Any:
        return getattr(self.engine, method)(*args)


@pytest.fixture(scope="module")
def host() -> InThisProcess:
    return InThisProcess()


@pytest.fixture(autouse=True)
def _engine(host: InThisProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "engine", lambda _: host)
    monkeypatch.delenv("LOCAL_LLM_URL", raising=False)


def fetch(_: RequestContext, identifier: str, version: str) -> dict[str, Any]:
    FETCHED.append((identifier, version))
    if identifier != "abc123":
        raise ServiceError("ResourceNotFoundException", "no such guardrail", status=404)
    return GUARDRAIL


def context(operation: str) -> RequestContext:
    return RequestContext(
        "bedrock-runtime", operation, "us-east-1", "123456789012", "http://127.0.0.1:1"
    )


def valid(operation: str, reply: dict[str, Any]) -> dict[str, Any]:
    model = botocore.session.get_session().get_service_model("bedrock-runtime")
    shape: Any = model.operation_model(operation).output_shape
    report = ParamValidator().validate(reply, shape)
    assert not report.has_errors(), report.generate_report()
    return reply


def applied(text: str, source: str = "INPUT", **more: Any) -> dict[str, Any]:
    params = {
        "guardrailIdentifier": "abc123",
        "guardrailVersion": "1",
        "source": source,
        "content": [{"text": {"text": text}}],
        **more,
    }
    reply = apply.apply_guardrail(params, context("ApplyGuardrail"), Guardrails(fetch))
    return valid("ApplyGuardrail", reply)


def conversed(
    page: str = PAGE, task: str | None = "summarise", *, trace: str = "enabled", **more: Any
) -> dict[str, Any]:
    document = (
        f'<document-0a1b2c3d>\n<page number="7">\n{page}\n</page>\n</document-0a1b2c3d>'
        if task != "describe"
        else f"<document-0a1b2c3d>\n{page}\n</document-0a1b2c3d>"
    )
    params = {
        "modelId": "amazon.nova-lite-v1:0",
        "system": [{"text": "Summarise."}],
        "messages": [{
            "role": "user",
            "content": [
                _guard(document, "grounding_source"),
                _guard("Summarise the document.", "query"),
            ],
        }],
        "guardrailConfig": {
            "guardrailIdentifier": "abc123", "guardrailVersion": "1", "trace": trace,
        },
        "requestMetadata": {"task": task, "max_sentences": "2"} if task else {},
        **more,
    }  # fmt: skip
    reply = converse.converse(params, context("Converse"), Guardrails(fetch))
    return valid("Converse", reply)


def _guard(text: str, *qualifiers: str) -> dict[str, Any]:
    return {"guardContent": {"text": {"text": text, "qualifiers": list(qualifiers)}}}


def said(reply: dict[str, Any]) -> str:
    (block,) = reply["output"]["message"]["content"]
    return str(block["text"])


def test_converse_summarises_under_the_guardrail() -> None:
    reply = conversed(PAGE.partition(" Questions")[0])

    summary = json.loads(said(reply))
    assert reply["stopReason"] == "end_turn"
    assert [sentence["pages"] for sentence in summary["sentences"]] == [[7], [7]]
    assert reply["usage"]["totalTokens"] > reply["usage"]["inputTokens"] > 0
    (assessment,) = reply["trace"]["guardrail"]["outputAssessments"]["abc123"]
    grounding = assessment["contextualGroundingPolicy"]["filters"][0]
    assert (grounding["type"], grounding["score"]) == ("GROUNDING", 0.99)
    assert grounding["action"] == "NONE"


def test_a_masked_reply_stays_json() -> None:
    reply = conversed(requestMetadata={"task": "summarise", "max_sentences": "3"})

    assert reply["stopReason"] == "guardrail_intervened"
    summary = json.loads(said(reply))
    assert summary["sentences"][2]["text"].startswith("Questions go to {EMAIL}")
    assert reply["trace"]["guardrail"]["actionReason"] == "Guardrail masked."


def test_unqualified_content_is_checked_before_the_model() -> None:
    messages = [{"role": "user", "content": [{"text": "I will kill you all."}]}]

    reply = conversed(messages=messages)

    assert said(reply) == "Blocked going in."
    assert reply["stopReason"] == "guardrail_intervened"
    assert reply["usage"]["totalTokens"] == 0
    filters = reply["trace"]["guardrail"]["inputAssessment"]["abc123"]["contentPolicy"]["filters"]
    assert [(one["type"], one["action"]) for one in filters] == [("VIOLENCE", "BLOCKED")]


def test_a_harmful_answer_is_blocked_coming_out() -> None:
    page = "The letter says: I will kill you all, every one of you in this house."

    reply = conversed(page)

    assert said(reply) == "Blocked coming out."
    assert "I will kill you" in reply["trace"]["guardrail"]["modelOutput"][0]


def test_no_trace_unless_it_is_asked_for() -> None:
    assert "trace" not in conversed(trace="disabled")


def test_converse_without_guardrail_and_task_answers_in_plain_sentences() -> None:
    reply = conversed(task=None, guardrailConfig=None)

    assert said(reply).startswith("The elevators were inspected on 4 March")
    assert "trace" not in reply


def test_a_picture_is_described() -> None:
    found = {"labels": [{"name": "Cat", "confidence": 99.0, "parents": ["Animal"]}], "text": ""}

    reply = conversed(json.dumps(found), task="describe")

    assert json.loads(said(reply))["sentences"] == [
        {"text": "The picture shows a cat (animal).", "pages": [1]},
        {"text": "Composed from what was recognised in it.", "pages": [1]},
    ]


def test_max_tokens_cuts() -> None:
    reply = conversed(task=None, guardrailConfig=None, inferenceConfig={"maxTokens": 5})

    assert (reply["stopReason"], len(said(reply))) == ("max_tokens", 20)


def test_the_engine_is_named() -> None:
    asked = context("Converse")
    messages = [{"role": "user", "content": [{"text": PAGE}]}]
    params = {"modelId": "amazon.nova-lite-v1:0", "messages": messages}

    converse.converse(params, asked, Guardrails(fetch))

    assert asked.engine == "recita-extractive/2"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"modelId": "gpt-4"}, "model identifier is invalid"),
        ({"toolConfig": {"tools": [{}]}}, "doesn't support tool use"),
    ],
)
def test_what_converse_refuses(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ServiceError, match=message):
        conversed(**change)


def test_tokens_are_counted_by_rule_of_thumb() -> None:
    messages = [{"role": "user", "content": [{"text": "x" * 41}]}]
    params = {"modelId": "amazon.nova-lite-v1:0", "input": {"converse": {"messages": messages}}}

    reply = converse.count_tokens(params, context("CountTokens"))

    assert valid("CountTokens", reply) == {"inputTokens": 11}


def test_apply_lets_ordinary_text_pass() -> None:
    reply = applied("The elevators were inspected.")

    assert (reply["action"], reply["outputs"]) == ("NONE", [])
    assert reply["guardrailCoverage"]["textCharacters"] == {"guarded": 29, "total": 29}
    assert reply["usage"]["contentPolicyUnits"] == 1


def test_apply_masks() -> None:
    reply = applied("Write to ana@example.com, CPF 529.982.247-25.")

    assert reply["action"] == "GUARDRAIL_INTERVENED"
    assert reply["actionReason"] == "Guardrail masked."
    assert reply["outputs"] == [{"text": "Write to {EMAIL}, CPF {CPF}."}]


def test_apply_blocks_each_side_with_its_message() -> None:
    assert applied("I will kill you.")["outputs"] == [{"text": "Blocked going in."}]
    reply = applied("I will kill you.", "OUTPUT")
    assert reply["outputs"] == [{"text": "Blocked coming out."}]
    assert reply["actionReason"] == "Guardrail blocked."


def test_apply_reports_everything_in_full_scope() -> None:
    (assessment,) = applied("A quiet day.", outputScope="FULL")["assessments"]

    assert len(assessment["contentPolicy"]["filters"]) == len(FILTERS) + 1
    assert assessment["sensitiveInformationPolicy"]["piiEntities"] == [
        {"match": "", "type": "EMAIL", "action": "NONE", "detected": False}
    ]
    assert assessment["sensitiveInformationPolicy"]["regexes"] == []


def test_an_assessment_names_its_guardrail() -> None:
    (assessment,) = applied("A quiet day.")["assessments"]
    (traced,) = conversed()["trace"]["guardrail"]["outputAssessments"]["abc123"]

    for found in (assessment, traced):
        assert found["appliedGuardrailDetails"] == {
            "guardrailId": "abc123",
            "guardrailVersion": "1",
            "guardrailArn": GUARDRAIL["guardrailArn"],
            "guardrailOrigin": ["REQUEST"],
            "guardrailOwnership": "SELF",
        }


def test_every_policy_is_charged_by_what_it_reads() -> None:
    content = [
        {"text": {"text": f"{PAGE} " * 10, "qualifiers": ["grounding_source"]}},
        {"text": {"text": "What was inspected?", "qualifiers": ["query"]}},
        {"text": {"text": "The elevators were inspected.", "qualifiers": ["guard_content"]}},
    ]

    usage = applied("", "OUTPUT", content=content)["usage"]

    assert usage == {
        "topicPolicyUnits": 0,
        "contentPolicyUnits": 1,
        "wordPolicyUnits": 1,
        "sensitiveInformationPolicyUnits": 1,
        "sensitiveInformationPolicyFreeUnits": 1,
        "contextualGroundingPolicyUnits": 2,
    }


def test_a_source_may_be_longer_than_what_is_checked() -> None:
    content = [
        {"text": {"text": f"{PAGE}\n" * 150, "qualifiers": ["grounding_source"]}},
        {"text": {"text": "What was inspected?", "qualifiers": ["query"]}},
        {"text": {"text": "The elevators were inspected on 4 March.",
                  "qualifiers": ["guard_content"]}},
    ]  # fmt: skip

    (assessment,) = applied("", "OUTPUT", content=content)["assessments"]

    scores = {
        one["type"]: one["score"] for one in assessment["contextualGroundingPolicy"]["filters"]
    }
    assert scores["GROUNDING"] == 0.99
    assert set(scores) == {"GROUNDING", "RELEVANCE"}


@pytest.mark.parametrize(
    ("claim", "detected"),
    [
        ("The elevators were inspected on 5 March.", True),
        ("The elevators were not inspected on 4 March.", True),
        ("On 4 March the elevators were inspected.", False),
    ],
)
def test_a_changed_claim_is_detected(claim: str, *, detected: bool) -> None:
    content = [
        {"text": {"text": PAGE, "qualifiers": ["grounding_source"]}},
        {"text": {"text": "What was inspected?", "qualifiers": ["query"]}},
        {"text": {"text": claim, "qualifiers": ["guard_content"]}},
    ]

    (assessment,) = applied("", "OUTPUT", content=content)["assessments"]

    assert assessment["contextualGroundingPolicy"]["filters"][0]["detected"] is detected


def test_apply_grounds_an_answer() -> None:
    content = [
        {"text": {"text": PAGE, "qualifiers": ["grounding_source"]}},
        {"text": {"text": "What was inspected?", "qualifiers": ["query"]}},
        {"text": {"text": "The moon is made of green cheese."}},
    ]

    reply = applied("", "OUTPUT", content=content)

    (assessment,) = reply["assessments"]
    grounding = assessment["contextualGroundingPolicy"]["filters"][0]
    assert (grounding["action"], grounding["detected"]) == ("BLOCKED", True)
    assert reply["guardrailCoverage"]["textCharacters"]["guarded"] == 33


def test_apply_refuses_more_than_25_units_with_429() -> None:
    message = "26 text units exceeds the maximum allowed .* for the content filter policy"
    with pytest.raises(ServiceError, match=message) as caught:
        applied("x" * 25_001)

    assert (caught.value.code, caught.value.status) == ("ThrottlingException", 429)


def test_grounding_sources_have_a_limit() -> None:
    content = [
        {"text": {"text": "x" * 20_000, "qualifiers": ["grounding_source"]}},
        {"text": {"text": "y" * 1_001, "qualifiers": ["query"]}},
        {"text": {"text": "Answer."}},
    ]

    with pytest.raises(ServiceError, match="the limit is 1000"):
        applied("", "OUTPUT", content=content)


IMAGE = {"image": {"format": "png", "source": {"bytes": b"x"}}}


def test_pictures_are_not_passed_off_as_checked() -> None:
    reply = applied("", content=[{"text": {"text": "A caption."}}, IMAGE])

    assert reply["guardrailCoverage"]["images"] == {"guarded": 0, "total": 1}
    assert "contentPolicyImageUnits" not in reply["usage"]


@pytest.fixture
def sees(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Give the guardrail eyes, and every picture a score."""
    seeing = json.loads(json.dumps(GUARDRAIL))
    seeing["contentPolicy"]["filters"][0]["inputModalities"] = ["TEXT", "IMAGE"]
    monkeypatch.setitem(globals(), "GUARDRAIL", seeing)

    def score(value: float) -> None:
        monkeypatch.setattr(pictures, "ask_vision", lambda _method, _image: value)

    return score


@pytest.mark.parametrize(
    ("score", "confidence"), [(0.03, None), (0.3, "LOW"), (0.6, "MEDIUM"), (0.97, "HIGH")]
)
def test_an_explicit_picture_is_blocked(
    sees: Callable[[float], None], score: float, confidence: str | None
) -> None:
    sees(score)

    reply = applied("", content=[IMAGE])

    assert reply["usage"]["contentPolicyImageUnits"] == 1
    assert reply["guardrailCoverage"]["images"] == {"guarded": 1, "total": 1}
    assert reply["action"] == ("GUARDRAIL_INTERVENED" if confidence else "NONE")
    found = reply["assessments"][0].get("contentPolicy", {"filters": []})["filters"]
    assert [(one["type"], one["confidence"], one["action"]) for one in found] == (
        [("SEXUAL", confidence, "BLOCKED")] if confidence else []
    )


@pytest.mark.parametrize("marked", [True, False])
def test_a_model_is_not_shown_what_the_guardrail_blocks(
    sees: Callable[[float], None], *, marked: bool
) -> None:
    sees(0.97)
    image = {"guardContent": IMAGE} if marked else IMAGE
    content = [{"text": "What is this?"}, image] if not marked else [_guard("x", "query"), image]

    reply = conversed(messages=[{"role": "user", "content": content}])

    assert reply["stopReason"] == "guardrail_intervened"
    assert said(reply) == "Blocked going in."
    assessed = reply["trace"]["guardrail"]["inputAssessment"]["abc123"]
    assert assessed["contentPolicy"]["filters"][0]["type"] == "SEXUAL"


def test_a_picture_beside_what_is_guarded_is_not_checked(sees: Callable[[float], None]) -> None:
    sees(0.97)
    found = json.dumps({"labels": [], "text": ""})
    content = [_guard(found, "grounding_source"), IMAGE]

    reply = conversed(messages=[{"role": "user", "content": content}],
                      requestMetadata={"task": "describe"})  # fmt: skip

    assert reply["stopReason"] != "guardrail_intervened"


def test_a_picture_too_large_for_the_guardrail_is_refused(sees: Callable[[float], None]) -> None:
    sees(0.0)
    large = {"image": {"format": "png", "source": {"bytes": bytes(4 * 1024 * 1024 + 1)}}}

    with pytest.raises(ServiceError, match="20 images of 4 MB"):
        applied("", content=[large])


def test_an_unknown_guardrail_is_not_found() -> None:
    with pytest.raises(ServiceError) as caught:
        applied("x", guardrailIdentifier="nosuch")

    assert caught.value.code == "ResourceNotFoundException"


def test_numbered_versions_are_fetched_once() -> None:
    guardrails = Guardrails(fetch)
    FETCHED.clear()

    for version in ("1", "1", "2"):
        guardrails.get(context("ApplyGuardrail"), "abc123", version)

    assert FETCHED == [("abc123", "1"), ("abc123", "2")]
