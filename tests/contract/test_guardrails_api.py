"""Bedrock's guardrail control plane, through boto3."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from recita_local.services.guardrails import api
from recita_local.services.guardrails.store import GuardrailStore, NoSuchGuardrailError
from recita_local.wire import registry

if TYPE_CHECKING:
    from collections.abc import Iterator

POLICIES: dict[str, Any] = {
    "contentPolicyConfig": {
        "filtersConfig": [
            {
                "type": "HATE",
                "inputStrength": "HIGH",
                "outputStrength": "LOW",
                "inputAction": "NONE",
                "outputAction": "BLOCK",
                "inputModalities": ["TEXT"],
            }
        ],
        "tierConfig": {"tierName": "STANDARD"},
    },
    "topicPolicyConfig": {
        "topicsConfig": [{"name": "Loans", "definition": "lending money", "type": "DENY"}]
    },
    "wordPolicyConfig": {
        "wordsConfig": [{"text": "Projeto Aurora", "inputAction": "BLOCK"}],
        "managedWordListsConfig": [{"type": "PROFANITY"}],
    },
    "sensitiveInformationPolicyConfig": {
        "piiEntitiesConfig": [{"type": "EMAIL", "action": "ANONYMIZE", "inputEnabled": True}],
        "regexesConfig": [{"name": "CPF", "pattern": r"\d{3}\.\d{3}", "action": "BLOCK"}],
    },
    "contextualGroundingPolicyConfig": {
        "filtersConfig": [{"type": "GROUNDING", "threshold": 0.7, "action": "NONE"}]
    },
    "crossRegionConfig": {"guardrailProfileIdentifier": "eu.guardrail.v1:0"},
}
MESSAGES = {"blockedInputMessaging": "not in", "blockedOutputsMessaging": "not out"}


@pytest.fixture
def bedrock(serve: Any, connect: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    kept = GuardrailStore()
    monkeypatch.setattr(api, "store", lambda: kept)
    with serve(registry.operations) as endpoint:
        yield connect(endpoint, "bedrock")


def made(bedrock: Any, name: str = "documents") -> str:
    return str(bedrock.create_guardrail(name=name, **MESSAGES, **POLICIES)["guardrailId"])


def refused(call: Any, **params: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**params)
    return str(caught.value.response["Error"]["Code"])


def test_what_was_created_comes_back_whole(bedrock: Any) -> None:
    found = bedrock.get_guardrail(guardrailIdentifier=made(bedrock))
    content = POLICIES["contentPolicyConfig"]
    assert found["contentPolicy"] == {
        "filters": content["filtersConfig"],
        "tier": content["tierConfig"],
    }
    assert found["topicPolicy"]["topics"] == POLICIES["topicPolicyConfig"]["topicsConfig"]
    words = POLICIES["wordPolicyConfig"]
    assert found["wordPolicy"] == {
        "words": words["wordsConfig"],
        "managedWordLists": words["managedWordListsConfig"],
    }
    sensitive = POLICIES["sensitiveInformationPolicyConfig"]
    assert found["sensitiveInformationPolicy"] == {
        "piiEntities": sensitive["piiEntitiesConfig"],
        "regexes": sensitive["regexesConfig"],
    }
    grounding = POLICIES["contextualGroundingPolicyConfig"]
    assert found["contextualGroundingPolicy"] == {"filters": grounding["filtersConfig"]}
    assert found["crossRegionDetails"]["guardrailProfileId"] == "eu.guardrail.v1:0"
    assert (found["version"], found["status"]) == ("DRAFT", "READY")
    assert {key: found[key] for key in MESSAGES} == MESSAGES
    assert found["createdAt"].tzinfo


def test_a_version_keeps_what_the_draft_was(bedrock: Any) -> None:
    identifier = made(bedrock)
    first = bedrock.create_guardrail_version(guardrailIdentifier=identifier)
    assert (first["guardrailId"], first["version"]) == (identifier, "1")
    bedrock.update_guardrail(guardrailIdentifier=identifier, name="documents", **MESSAGES)
    assert "wordPolicy" not in bedrock.get_guardrail(guardrailIdentifier=identifier)
    kept = bedrock.get_guardrail(guardrailIdentifier=identifier, guardrailVersion="1")
    assert kept["wordPolicy"]["words"][0]["text"] == "Projeto Aurora"


def test_a_version_number_never_returns(bedrock: Any) -> None:
    identifier = made(bedrock)
    bedrock.create_guardrail_version(guardrailIdentifier=identifier)
    bedrock.delete_guardrail(guardrailIdentifier=identifier, guardrailVersion="1")
    version = bedrock.create_guardrail_version(guardrailIdentifier=identifier)["version"]
    assert version == "2"


def test_lists_drafts_or_versions_in_pages(bedrock: Any) -> None:
    first, second = made(bedrock, "one"), made(bedrock, "two")
    bedrock.create_guardrail_version(guardrailIdentifier=first)
    pages = bedrock.get_paginator("list_guardrails").paginate(PaginationConfig={"PageSize": 1})
    assert [page["guardrails"][0]["id"] for page in pages] == [first, second]
    versions = bedrock.list_guardrails(guardrailIdentifier=first)["guardrails"]
    assert [summary["version"] for summary in versions] == ["DRAFT", "1"]


def test_errors_are_those_of_the_model(bedrock: Any) -> None:
    identifier = made(bedrock)
    get = bedrock.get_guardrail
    assert refused(get, guardrailIdentifier="none") == "ResourceNotFoundException"
    version = {"guardrailIdentifier": identifier, "guardrailVersion": "9"}
    assert refused(get, **version) == "ResourceNotFoundException"
    again = {"name": "documents", **MESSAGES}
    assert refused(bedrock.create_guardrail, **again) == "ConflictException"
    bad = {"name": "no spaces", **MESSAGES}
    assert refused(bedrock.create_guardrail, **bad) == "ValidationException"
    bedrock.delete_guardrail(guardrailIdentifier=identifier)
    assert refused(get, guardrailIdentifier=identifier) == "ResourceNotFoundException"


def test_a_policy_without_an_engine_is_refused(bedrock: Any) -> None:
    policy = {"policies": ["arn:aws:bedrock:us-east-1:123456789012:automated-reasoning-policy/a"]}
    params = {"name": "x", **MESSAGES, "automatedReasoningPolicyConfig": policy}
    assert refused(bedrock.create_guardrail, **params) == "ValidationException"


def test_the_store_survives_its_process(tmp_path: Path) -> None:
    path = tmp_path / "state" / "guardrails.json"
    store = GuardrailStore(path)
    identifier = store.create({"name": "documents", "wordPolicyConfig": {"wordsConfig": []}})
    store.publish(identifier, "first")
    again = GuardrailStore(path)
    assert again.versions(identifier) == ["DRAFT", "1"]
    assert again.get(identifier, "1")["description"] == "first"
    assert json.loads(path.read_text("utf-8")).keys() == {identifier}
    again.delete(identifier)
    with pytest.raises(NoSuchGuardrailError):
        GuardrailStore(path).get(identifier)
