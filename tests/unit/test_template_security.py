"""Who may do what in template.yaml, and under which guardrail."""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.unit.conftest import Resource, Stack

AWS_POLICIES = {
    "AWSLambdaBasicExecutionRole": "writes the function's own log",
    "AWSXrayWriteOnlyAccess": "sends traces",
}
"""The only AWS managed policies a role may have, and why."""

GUARDRAIL_POLICIES = {1: "f6c8d810", 2: "9b6a9a8c", 3: "405644a9"}
"""Policy numbers of GuardrailVersion and what the guardrail was then (start of its SHA-256)."""


def test_each_function_has_a_role_of_its_own(stack: Stack) -> None:
    roles = [stack.target(function["Role"]) for function in stack.functions.values()]

    assert len(roles) == 20
    assert len(set(roles)) == len(roles)


def test_no_action_is_a_wildcard(stack: Stack) -> None:
    actions = [a for _, s in stack.statements("Allow") for a in stack.listed(s["Action"])]

    assert actions
    assert [action for action in actions if "*" in action] == []


def test_roles_have_few_managed_policies(stack: Stack) -> None:
    own = set(stack.of_type("AWS::IAM::ManagedPolicy"))
    for role in stack.of_type("AWS::IAM::Role").values():
        for arn in role.get("ManagedPolicyArns", ()):
            if isinstance(arn, dict) and "Ref" in arn:
                assert arn["Ref"] in own
            else:
                assert json.dumps(arn).rstrip('"}] ').rpartition("/")[2] in AWS_POLICIES


def test_uploads_are_written_where_each_way_in_goes_only(stack: Stack) -> None:
    writers = [
        (name, statement["Resource"])
        for name, statement in stack.statements("Allow")
        if "InputBucket" in json.dumps(statement["Resource"])
        and any(
            ":Put" in action or ":Delete" in action for action in stack.listed(statement["Action"])
        )
    ]

    assert writers == [
        ("ReadPagesFunctionRole", {"Fn::Sub": "${InputBucket.Arn}/attachments/*"}),
        ("BackfillObjectFunctionRole", {"Fn::Sub": "${InputBucket.Arn}/backfill/*"}),
        ("ServeApiFunctionRole", {"Fn::Sub": "${InputBucket.Arn}/uploads/*"}),
    ]


def test_a_foreign_bucket_is_read_by_backfill_alone_and_only_where_one_is_named(
    stack: Stack,
) -> None:
    readers = {
        (name, *stack.listed(statement["Action"]))
        for name, statement in stack.statements("Allow")
        if "BackfillBucket}" in json.dumps(statement["Resource"])
    }
    assert readers == {
        ("BackfillObjectFunctionRole", "s3:ListBucket"),
        ("BackfillObjectFunctionRole", "s3:GetObject", "s3:GetObjectVersion"),
        ("BackfillStateMachineRole", "s3:ListBucket"),
    }
    said = json.dumps(stack.source["Resources"])
    named = len(re.findall(r"s3:::\$\{BackfillBucket\}", said))
    assert named == said.count('"Fn::If": ["HasBackfillBucket"') == 3
    assert stack.source["Parameters"]["BackfillBucket"]["Default"] == "none"


def _bedrock(stack: Stack, effect: str) -> list[tuple[str, Resource]]:
    return [
        (name, statement)
        for name, statement in stack.statements(effect)
        if any(action.startswith("bedrock:Invoke") for action in stack.listed(statement["Action"]))
    ]


def test_models_are_invoked_under_the_guardrail_only(stack: Stack) -> None:
    pinned = {
        "bedrock:GuardrailIdentifier": {
            "Fn::Sub": "${Guardrail.GuardrailArn}:${GuardrailVersion.Version}"
        }
    }
    (allowed,) = _bedrock(stack, "Allow")
    (denied,) = _bedrock(stack, "Deny")

    assert allowed[0] == denied[0] == "ModelAccessPolicy"
    assert allowed[1]["Condition"] == {"StringEquals": pinned}
    assert denied[1]["Condition"] == {"StringNotEquals": pinned}
    assert denied[1]["Resource"] == "*"


def test_only_the_chosen_model_is_invoked(stack: Stack) -> None:
    ((_, statement),) = _bedrock(stack, "Allow")

    said = [json.dumps(resource) for resource in stack.listed(statement["Resource"])]
    named = [resource for resource in said if "AWS::NoValue" not in resource]
    assert named
    for resource in named:
        assert re.search(
            r"(foundation-model/\$\{(Window)?ModelId\}"
            r"|inference-profile/\$\{InferenceProfile\}\.\$\{(Window)?ModelId\})\"",
            resource,
        )


def test_functions_use_a_numbered_guardrail_version(stack: Stack) -> None:
    using = [
        function["Environment"]["Variables"]
        for function in stack.functions.values()
        if "GUARDRAIL_ID" in function["Environment"]["Variables"]
    ]

    assert len(using) == 3
    for variables in using:
        assert stack.target(variables["GUARDRAIL_ID"]) == "Guardrail"
        assert stack.target(variables["GUARDRAIL_VERSION"]) == "GuardrailVersion"


def test_changed_guardrail_gets_a_new_policy_number(stack: Stack) -> None:
    """CloudFormation publishes a version only when its description changes."""
    policy = json.dumps(stack.source["Resources"]["Guardrail"]["Properties"], sort_keys=True)
    description, _ = _version_description(stack)
    number = re.match(r"Policy (\d+), ", description)

    assert number
    digest = hashlib.sha256(policy.encode()).hexdigest()
    assert digest.startswith(GUARDRAIL_POLICIES[int(number[1])]), (
        "the guardrail changed: raise the number in GuardrailVersion and record it here with "
        f"{digest[:8]}"
    )


def test_parameters_of_the_guardrail_shape_its_version(stack: Stack) -> None:
    guardrail = json.dumps(stack.source["Resources"]["Guardrail"]["Properties"])
    conditions = stack.source["Conditions"]
    shaping = guardrail + json.dumps([conditions[one] for one in conditions if one in guardrail])
    used = {name for name in stack.source["Parameters"] if re.search(rf"\b{name}\b", shaping)}
    pattern, names = _version_description(stack)
    topic = stack.source["Resources"]["DeniedTopicVersion"]["Properties"]["Description"]

    assert used == {
        "GuardrailProfile",
        "GuardrailPictures",
        "PromptAttackAction",
        "PiiMode",
        "PiiNames",
        "BlockedPhrase",
        "DeniedTopic",
        "GroundingThreshold",
    }
    assert topic == {"Ref": "DeniedTopic"}  # too long for the other; its number stands there
    assert names == {
        "Topic": {
            "Fn::If": ["DeniesTopic", {"Fn::GetAtt": ["DeniedTopicVersion", "Version"]}, "none"]
        }
    }
    assert all(f"${{{name}}}" in pattern for name in used - {"DeniedTopic"})


def test_a_version_can_name_the_longest_values(stack: Stack) -> None:
    pattern, _ = _version_description(stack)
    for name in re.findall(r"\$\{(\w+)\}", pattern):
        pattern = pattern.replace(f"${{{name}}}", _longest(stack, name))

    assert len(pattern) <= 200  # CloudFormation's limit of a version's description
    assert len(_longest(stack, "DeniedTopic")) == 200


def _version_description(stack: Stack) -> tuple[str, dict[str, Any]]:
    """The text with its parameters' names, and what else it names."""
    text, names = stack.source["Resources"]["GuardrailVersion"]["Properties"]["Description"][
        "Fn::Sub"
    ]
    return text, names


def _longest(stack: Stack, name: str) -> str:
    if name not in stack.source["Parameters"]:
        return "99999999"  # a version's number
    parameter = stack.source["Parameters"][name]
    if parameter["Type"] == "Number":
        return str(parameter["MaxValue"])
    return max(map(str, parameter.get("AllowedValues", [])), key=len, default="") or (
        "x" * parameter["MaxLength"]
    )


def _conditional(stack: Stack, value: Any, held: set[str]) -> Any:
    """A property as CloudFormation resolves it where only these conditions hold."""
    if isinstance(value, list):
        found = [_conditional(stack, item, held) for item in value]
        return [item for item in found if item != {"Ref": "AWS::NoValue"}]
    if not isinstance(value, dict):
        return value
    if "Fn::If" in value:
        name, yes, no = value["Fn::If"]
        return _conditional(stack, yes if name in held else no, held)
    return {key: _conditional(stack, item, held) for key, item in value.items()}


def _sensitive(stack: Stack, held: set[str]) -> dict[str, Any]:
    properties = stack.source["Resources"]["Guardrail"]["Properties"]
    found: dict[str, Any] = _conditional(
        stack, properties["SensitiveInformationPolicyConfig"], held
    )
    return found


@pytest.mark.parametrize(
    ("held", "action"), [({"FindsPii"}, "ANONYMIZE"), ({"FindsPii", "BlocksPii"}, "BLOCK")]
)
def test_pii_mode_acts_on_every_type_alike(stack: Stack, held: set[str], action: str) -> None:
    policy = _sensitive(stack, held | {"HidesNames"})
    kinds = [item["Type"] for item in policy["PiiEntitiesConfig"]]

    found = [*policy["PiiEntitiesConfig"], *policy["RegexesConfig"]]
    assert {item["Action"] for item in found} == {action}
    assert len(kinds) == len(set(kinds)) <= 31
    assert [item["Name"] for item in policy["RegexesConfig"]] == [
        "CPF", "CNPJ", "DNI", "NIE", "IBAN",
    ]  # fmt: skip


def test_pii_mode_off_has_no_policy(stack: Stack) -> None:
    assert _sensitive(stack, {"HidesNames"}) == {"Ref": "AWS::NoValue"}
    assert stack.source["Conditions"]["FindsPii"] == {
        "Fn::Not": [{"Fn::Equals": [{"Ref": "PiiMode"}, "off"]}]
    }


def test_names_are_hidden_where_asked_only(stack: Stack) -> None:
    kept = {item["Type"] for item in _sensitive(stack, {"FindsPii"})["PiiEntitiesConfig"]}
    hidden = {
        item["Type"] for item in _sensitive(stack, {"FindsPii", "HidesNames"})["PiiEntitiesConfig"]
    }

    assert hidden - kept == {"NAME", "ADDRESS", "AGE", "USERNAME", "DRIVER_ID", "LICENSE_PLATE"}


def test_patterns_are_ones_a_guardrail_takes(stack: Stack) -> None:
    """At most 30 of 500 characters, without lookaround or backreference."""
    regexes = _sensitive(stack, {"FindsPii"})["RegexesConfig"]

    assert len(regexes) <= 30
    for regex in regexes:
        assert len(regex["Pattern"]) <= 500
        assert not re.search(r"\(\?(?:[=!<P]|<[=!])|\\[1-9]", regex["Pattern"]), regex["Name"]


@pytest.mark.parametrize(
    ("name", "text", "matches"),
    [
        ("CPF", "CPF 529.982.247-25", True),
        ("CPF", "cpf nº 52998224725", True),
        ("CPF", "call 11987654321", False),
        ("CPF", "1529.982.247-25", False),
        ("CNPJ", "11.222.333/0001-81", True),
        ("CNPJ", "CNPJ: 11222333000181", True),
        ("CNPJ", "12.ABC.345/01DE-35", True),
        ("CNPJ", "order 11222333000181", False),
        ("DNI", "DNI 12345678Z", True),
        ("DNI", "NIF: 12.345.678-Z", True),
        ("DNI", "pedido 12345678", False),
        ("DNI", "112345678Z", False),
        ("NIE", "NIE X-1234567-L", True),
        ("NIE", "X1234567L.", True),
        ("NIE", "AX1234567L", False),
        ("IBAN", "DE89 3704 0044 0532 0130 00", True),
        ("IBAN", "BR97 0036 0305 0000 1000 9795 493P 1", True),
        ("IBAN", "NO93 8601 1117 947", False),
        ("IBAN", "at 12 noon on 3704 0044", False),
    ],
)
def test_national_numbers(stack: Stack, name: str, text: str, *, matches: bool) -> None:
    policy = _sensitive(stack, {"FindsPii"})
    patterns = {regex["Name"]: regex["Pattern"] for regex in policy["RegexesConfig"]}

    assert bool(re.search(patterns[name], text)) is matches
