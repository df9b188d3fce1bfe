"""What template.yaml allows is what is called, and nothing else."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from recita_local.wire.needs import Need, needs

from scripts import permissions
from scripts.permission_reasons import UNREACHED, UNSCOPED
from scripts.permissions import CONTRACT, Call, Judge
from scripts.policies import Deployed

if TYPE_CHECKING:
    from pathlib import Path

GUARDRAIL = "arn:aws:bedrock:us-east-1:000000000000:guardrail/Guardrail"
MODEL = "amazon.nova-lite-v1:0"
READER = "ReadPagesFunctionRole"
WRITER = "UnderstandDocumentFunctionRole"


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge()


@pytest.fixture(scope="module")
def contract() -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = json.loads(CONTRACT.read_text("utf-8"))
    return found


def test_everything_allowed_stands_in_the_contract(
    judge: Judge, contract: dict[str, list[dict[str, Any]]]
) -> None:
    allowed = {(one.role, one.action, one.resource, one.statement.policy) for one in judge.grants()}
    told = {
        (role, one["action"], one["resource"], one["policy"])
        for role, entries in contract.items()
        for one in entries
    }

    assert allowed == told, "after a full run of the tests: make permissions"


def test_everything_allowed_is_needed_or_has_a_reason(
    judge: Judge, contract: dict[str, list[dict[str, Any]]]
) -> None:
    assert permissions.unused(contract) == []
    silent = {
        (one.role, one.action, one.resource): permissions.unreached(one) for one in judge.grants()
    }
    for role, entries in contract.items():
        for one in entries:
            if reason := one.get("because"):
                assert silent[role, one["action"], one["resource"]] == reason


def test_no_reason_outlives_what_it_explains(
    contract: dict[str, list[dict[str, Any]]],
) -> None:
    given = {one["because"] for entries in contract.values() for one in entries if "because" in one}

    assert given == set(UNREACHED.values())


def test_no_action_is_allowed_on_everything_that_need_not_be(judge: Judge) -> None:
    everywhere = {one.action for one in judge.grants() if one.resource == "*"}

    assert {one for one in everywhere if permissions.has_resource_types(one)} == set(UNSCOPED)


def test_no_resource_is_a_whole_service(judge: Judge) -> None:
    named = [one.resource for one in judge.grants() if one.resource != "*"]

    assert named
    assert [one for one in named if one.rpartition(":")[2].startswith("*")
            and ":execution:" not in one] == []  # fmt: skip


def test_every_action_exists(judge: Judge) -> None:
    for grant in judge.grants():
        permissions.has_resource_types(grant.action)  # KeyError for one that does not


def test_aws_itself_may_do_what_it_does_as_our_roles(judge: Judge) -> None:
    calls = judge.services()

    assert {call.role for call in calls} == set(judge.roles)
    assert judge.refused(calls) == []


def test_functions_write_to_no_other_log(judge: Judge) -> None:
    other = "arn:aws:logs:us-east-1:000000000000:log-group:/aws/other:log-stream:x"
    for role in judge.functions.values():
        assert judge.decision(Call(role, "", Need("logs:PutLogEvents", other))) == "Deny"


@pytest.mark.parametrize(
    ("params", "decision"),
    [
        ({"guardrailIdentifier": "Guardrail", "guardrailVersion": "<version>"}, "Allow"),
        ({"guardrailIdentifier": GUARDRAIL, "guardrailVersion": "<version>"}, "Allow"),
        ({"guardrailIdentifier": "Guardrail", "guardrailVersion": "DRAFT"}, "Deny"),
        ({"guardrailIdentifier": "another", "guardrailVersion": "<version>"}, "Deny"),
        (None, "Deny"),
    ],
)
def test_a_model_answers_under_the_guardrail_only(
    judge: Judge, params: dict[str, str] | None, decision: str
) -> None:
    asked = {"modelId": MODEL} | ({"guardrailConfig": params} if params else {})
    first = next(needs("bedrock-runtime", "Converse", asked))

    assert judge.decision(Call(WRITER, "", first)) == decision


def test_no_other_model_answers(judge: Judge) -> None:
    guarded = {"guardrailIdentifier": "Guardrail", "guardrailVersion": "<version>"}
    asked = {"modelId": "amazon.nova-pro-v1:0", "guardrailConfig": guarded}

    assert not judge.allows(Call(WRITER, "", next(needs("bedrock-runtime", "Converse", asked))))


@pytest.mark.parametrize("profile", ["us", "global"])
def test_a_profile_and_its_model_in_each_region_are_allowed(profile: str) -> None:
    chosen = {"InferenceProfile": profile, "WindowModelId": "amazon.nova-micro-v1:0"}
    judge = Judge(Deployed(chosen))
    guarded = {"guardrailIdentifier": "Guardrail", "guardrailVersion": "<version>"}
    for model in (MODEL, "amazon.nova-micro-v1:0"):
        asked = {"modelId": f"{profile}.{model}", "guardrailConfig": guarded}
        wanted = [Call(WRITER, "", one) for one in needs("bedrock-runtime", "Converse", asked)]
        assert [call.need.action for call in wanted] == [
            "bedrock:InvokeModel", "bedrock:InvokeModel", "bedrock:ApplyGuardrail",
        ]  # fmt: skip
        assert judge.refused(wanted) == []


def test_a_guardrail_profile_may_be_applied() -> None:
    judge = Judge(Deployed({"GuardrailProfile": "eu"}))
    profile = GUARDRAIL.replace("guardrail/Guardrail", "guardrail-profile/eu.guardrail.v1:0")

    assert judge.allows(Call(WRITER, "", Need("bedrock:ApplyGuardrail", profile)))
    assert not Judge().allows(Call(WRITER, "", Need("bedrock:ApplyGuardrail", profile)))


def test_a_foreign_bucket_is_read_where_one_is_named_only(judge: Judge) -> None:
    read = Call(
        "BackfillObjectFunctionRole", "", Need("s3:GetObject", "arn:aws:s3:::archive-of-old/x")
    )

    assert judge.allows(read)
    assert not Judge(Deployed()).allows(read)


def test_events_tell_of_nobody_else(judge: Judge) -> None:
    bus = "arn:aws:events:us-east-1:000000000000:event-bus/default"
    for source, allowed in (("recita.pipeline", True), ("aws.s3", False)):
        need = Need("events:PutEvents", bus, {"events:source": [source]})
        assert judge.allows(Call("PublishResultFunctionRole", "", need)) is allowed


def test_rates_are_kept_in_items_of_their_own(judge: Judge) -> None:
    table = "arn:aws:dynamodb:us-east-1:000000000000:table/recita-LimitsTable"
    for key, allowed in (("pace:textract:x", True), ("textract-jobs", True), ("in-flight", False)):
        need = Need("dynamodb:UpdateItem", table, {"dynamodb:LeadingKeys": [key]})
        assert judge.allows(Call(READER, "", need)) is allowed


def test_a_call_that_is_not_allowed_is_named_with_what_to_do(judge: Judge, tmp_path: Path) -> None:
    line = {
        "function": "read_pages",
        "operation": "s3.PutObject",
        "action": "s3:PutObjectTagging",
        "resource": "arn:aws:s3:::recita-results-000000000000-us-east-1/work/<key>",
        "context": {},
    }
    foreign = {**line, "function": "of_another_template"}
    (tmp_path / "1.jsonl").write_text(f"{json.dumps(line)}\n{json.dumps(foreign)}\n", "utf-8")

    (said,) = judge.refused(judge.noted(tmp_path))

    assert said.startswith(
        "s3.PutObject by ReadPagesFunctionRole needs s3:PutObjectTagging on arn:aws:s3:::recita-"
    )
    assert "template.yaml, in the policies of ReadPagesFunction" in said


def test_what_no_call_needs_is_named_with_where_it_stands(judge: Judge) -> None:
    entries = judge.entries([])
    said = permissions.unused(entries)

    assert any(
        line.startswith("ReadPagesFunctionRole may do s3:PutObject")
        and "WorkAccessPolicy in template.yaml" in line
        for line in said
    )


def test_a_call_that_the_contract_does_not_name_is_noticed(
    contract: dict[str, list[dict[str, Any]]],
) -> None:
    entry = {"action": "s3:PutObject", "resource": "*", "policy": "x", "calls": ["s3.UploadPart"]}

    assert not permissions.untold(contract, contract)
    assert permissions.untold({READER: [entry]}, contract)


def test_a_resumed_task_stands_for_its_state_machine(judge: Judge, tmp_path: Path) -> None:
    line = {"function": "resume_ocr", "operation": "stepfunctions.SendTaskSuccess",
            "action": "states:SendTaskSuccess", "resource": "*", "context": {}}  # fmt: skip
    (tmp_path / "1.jsonl").write_text(json.dumps(line), "utf-8")

    assert judge.refused(judge.noted(tmp_path)) == []
