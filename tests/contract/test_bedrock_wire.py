"""boto3 against Bedrock Runtime and its control plane, with the engine in its own process."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from recita_local.engines import close_all
from recita_local.wire.registry import operations

pytestmark = pytest.mark.engines

LETTER = (
    "The elevators were inspected on 4 March and no faults were found. The work was done by the "
    "service of the house."
)


@pytest.fixture(scope="module")
def endpoint(serve: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STATE_DIR", str(tmp_path_factory.mktemp("state")))
        patch.delenv("LOCAL_LLM_URL", raising=False)
        with serve(operations) as url:
            yield url
        close_all()


@pytest.fixture(scope="module")
def guardrail(endpoint: str, connect: Any) -> dict[str, str]:
    control = connect(endpoint, "bedrock")
    strength = {"inputStrength": "MEDIUM", "outputStrength": "MEDIUM"}
    created = control.create_guardrail(
        name="contract",
        blockedInputMessaging="Blocked going in.",
        blockedOutputsMessaging="Blocked coming out.",
        contentPolicyConfig={"filtersConfig": [{"type": "VIOLENCE", **strength}]},
        sensitiveInformationPolicyConfig={
            "piiEntitiesConfig": [{"type": "EMAIL", "action": "ANONYMIZE"}]
        },
        contextualGroundingPolicyConfig={
            "filtersConfig": [{"type": "GROUNDING", "threshold": 0.5, "action": "NONE"}]
        },
    )
    identifier = created["guardrailId"]
    version = control.create_guardrail_version(guardrailIdentifier=identifier)["version"]
    return {"guardrailIdentifier": identifier, "guardrailVersion": version}


def test_converse_with_a_guardrail(endpoint: str, connect: Any, guardrail: dict[str, str]) -> None:
    source = {"text": LETTER, "qualifiers": ["grounding_source"]}
    query = {"text": "Summarise the document.", "qualifiers": ["query"]}

    reply = connect(endpoint, "bedrock-runtime").converse(
        modelId="amazon.nova-lite-v1:0",
        messages=[{
            "role": "user",
            "content": [{"guardContent": {"text": source}}, {"guardContent": {"text": query}}],
        }],
        guardrailConfig={**guardrail, "trace": "enabled"},
        requestMetadata={"task": "summarise", "max_sentences": "2"},
    )  # fmt: skip

    summary = json.loads(reply["output"]["message"]["content"][0]["text"])
    assert [one["text"] in LETTER for one in summary["sentences"]] == [True, True]
    (assessment,) = reply["trace"]["guardrail"]["outputAssessments"][
        guardrail["guardrailIdentifier"]
    ]
    assert assessment["contextualGroundingPolicy"]["filters"][0]["score"] == 0.99
    headers = reply["ResponseMetadata"]["HTTPHeaders"]
    assert headers["x-local-engine"].startswith("recita-extractive/2")


def test_apply_guardrail(endpoint: str, connect: Any, guardrail: dict[str, str]) -> None:
    runtime = connect(endpoint, "bedrock-runtime")
    content = [{"text": {"text": "Write to ana@example.com."}}]

    reply = runtime.apply_guardrail(**guardrail, source="INPUT", content=content)

    assert reply["outputs"] == [{"text": "Write to {EMAIL}."}]
    headers = reply["ResponseMetadata"]["HTTPHeaders"]
    assert headers["x-local-engine"] == "recita-guardrail/1"


def test_errors_arrive_as_exceptions(
    endpoint: str, connect: Any, guardrail: dict[str, str]
) -> None:
    runtime = connect(endpoint, "bedrock-runtime")
    content = [{"text": {"text": "x" * 25_001}}]

    with pytest.raises(runtime.exceptions.ThrottlingException) as throttled:
        runtime.apply_guardrail(**guardrail, source="INPUT", content=content)
    with pytest.raises(runtime.exceptions.ResourceNotFoundException):
        runtime.apply_guardrail(
            guardrailIdentifier="nosuch0", guardrailVersion="1", source="INPUT", content=content[:0]
        )
    with pytest.raises(ClientError, match="model identifier is invalid"):
        runtime.converse(
            modelId="gpt-4", messages=[{"role": "user", "content": [{"text": LETTER}]}]
        )

    assert throttled.value.response["ResponseMetadata"]["HTTPStatusCode"] == 429


def refused(endpoint: str, connect: Any, **request: Any) -> tuple[str, str, int]:
    with pytest.raises(ClientError) as caught:
        connect(endpoint, "bedrock-runtime").converse(**request)
    said = caught.value.response
    return said["Error"]["Code"], said["Error"]["Message"], status_of(said)


def status_of(said: Any) -> int:
    return int(said["ResponseMetadata"]["HTTPStatusCode"])


def user(*content: dict[str, Any]) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": list(content)}]}


CACHE_POINT: dict[str, Any] = {"cachePoint": {"type": "default"}}


def test_cache_points_are_taken_by_models_that_cache(endpoint: str, connect: Any) -> None:
    request = user({"text": LETTER}, CACHE_POINT) | {
        "system": [{"text": "Summarise."}, CACHE_POINT, {"text": "In English."}],
        "requestMetadata": {"task": "summarise"},
    }

    reply = connect(endpoint, "bedrock-runtime").converse(
        modelId="us.amazon.nova-lite-v1:0", **request
    )

    assert reply["stopReason"] == "end_turn"
    code, message, status = refused(
        endpoint, connect, modelId="meta.llama3-1-8b-instruct-v1:0", **request
    )
    assert (code, status) == ("AccessDeniedException", 403)
    assert "did not allow prompt caching" in message


@pytest.mark.parametrize(
    ("model", "characters"),
    [
        ("amazon.nova-micro-v1:0", 4 * 128_000),
        ("amazon.nova-lite-v1:0", 4 * 300_000),
        ("anthropic.claude-haiku-4-5-20251001-v1:0", 4 * 200_000),
    ],
)
def test_what_a_model_can_not_read_at_once_is_refused(
    endpoint: str, connect: Any, model: str, characters: int
) -> None:
    code, message, status = refused(
        endpoint, connect, modelId=model, **user({"text": "x" * (characters + 4)})
    )

    assert (code, status) == ("ValidationException", 400)
    assert message == "Input is too long for requested model."


def test_an_answer_that_is_cut_says_so(endpoint: str, connect: Any) -> None:
    reply = connect(endpoint, "bedrock-runtime").converse(
        modelId="amazon.nova-lite-v1:0",
        **user({"text": LETTER}),
        inferenceConfig={"maxTokens": 20},
        requestMetadata={"task": "summarise"},
    )

    assert reply["stopReason"] == "max_tokens"
    assert len(reply["output"]["message"]["content"][0]["text"]) == 80


@pytest.mark.parametrize(
    "metadata",
    [{f"key{n}": "v" for n in range(17)}, {"key": "v" * 257}, {"key": "no [brackets]"}],
    ids=["too many", "too long", "not the pattern"],
)
def test_request_metadata_has_limits(endpoint: str, connect: Any, metadata: dict[str, str]) -> None:
    code, _, status = refused(
        endpoint,
        connect,
        modelId="amazon.nova-lite-v1:0",
        **user({"text": LETTER}),
        requestMetadata=metadata,
    )

    assert (code, status) == ("ValidationException", 400)
