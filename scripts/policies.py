"""What template.yaml lets each role do: its policies, resolved as CloudFormation would.

Names are those of the laptop, without the random end that CloudFormation gives them.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from moto.iam.aws_managed_policies import aws_managed_policies_data
from recita_local.aws.settings import REGION
from recita_local.wire.app import ACCOUNT_ID
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

ROOT = Path(__file__).resolve().parent.parent
STACK = "recita"
NOTHING = {"Ref": "AWS::NoValue"}
GUARDRAIL_VERSION = "<version>"
MACHINE = "AWS::StepFunctions::StateMachine"

Resource = dict[str, Any]

_ARNS = {
    "AWS::S3::Bucket": "arn:aws:s3:::{name}",
    "AWS::DynamoDB::Table": f"arn:aws:dynamodb:{REGION}:{ACCOUNT_ID}:table/{{name}}",
    "AWS::SQS::Queue": f"arn:aws:sqs:{REGION}:{ACCOUNT_ID}:{{name}}",
    "AWS::SNS::Topic": f"arn:aws:sns:{REGION}:{ACCOUNT_ID}:{{name}}",
    "AWS::Lambda::Function": f"arn:aws:lambda:{REGION}:{ACCOUNT_ID}:function:{{name}}",
    MACHINE: f"arn:aws:states:{REGION}:{ACCOUNT_ID}:stateMachine:{{name}}",
    "AWS::IAM::Role": f"arn:aws:iam::{ACCOUNT_ID}:role/{{name}}",
    "AWS::Logs::LogGroup": f"arn:aws:logs:{REGION}:{ACCOUNT_ID}:log-group:{{name}}:*",
    "AWS::KMS::Key": f"arn:aws:kms:{REGION}:{ACCOUNT_ID}:key/{{name}}",
    "AWS::Events::Rule": f"arn:aws:events:{REGION}:{ACCOUNT_ID}:rule/{{name}}",
    "AWS::Events::Connection": f"arn:aws:events:{REGION}:{ACCOUNT_ID}:connection/{{name}}",
    "AWS::Events::ApiDestination": f"arn:aws:events:{REGION}:{ACCOUNT_ID}:api-destination/{{name}}",
    "AWS::Bedrock::Guardrail": f"arn:aws:bedrock:{REGION}:{ACCOUNT_ID}:guardrail/{{name}}",
}
_REF_IS_ARN = {"AWS::SNS::Topic", MACHINE}
_GIVEN_NAMES = ("BucketName", "LogGroupName")
_PSEUDO = {
    "AWS::Partition": "aws",
    "AWS::Region": REGION,
    "AWS::AccountId": ACCOUNT_ID,
    "AWS::StackName": STACK,
}


@dataclass(frozen=True)
class Statement:
    """One statement of a role's policies."""

    policy: str
    """The policy's logical id; the last part of the ARN of one of AWS's own."""
    said: Resource
    own: bool = True
    """Whether the template can change it."""


@dataclass
class Role:
    """A role and what its policies say."""

    name: str
    statements: list[Statement] = field(default_factory=list)


class _NoAwsPolicies:
    def load(self) -> dict[str, str]:
        return {}


def source() -> Resource:
    """Read template.yaml as it is written."""
    template: Resource = yaml_parse((ROOT / "template.yaml").read_text("utf-8"))
    return template


@cache
def transformed() -> dict[str, Resource]:
    """Return the resources after SAM's transform."""
    template = source()
    template["Globals"]["Function"]["CodeUri"] = "s3://artifacts/functions.zip"
    for resource in template["Resources"].values():
        if "DefinitionUri" in resource.get("Properties", {}):
            resource["Properties"]["DefinitionUri"] = "s3://artifacts/machine.asl.json"
    os.environ.setdefault("AWS_DEFAULT_REGION", REGION)
    resources: dict[str, Resource] = transform(template, {}, _NoAwsPolicies())["Resources"]
    return resources


class Deployed:
    """The transformed template with its parameters and names filled in."""

    def __init__(self, parameters: dict[str, str] | None = None) -> None:
        template = source()
        self.source: dict[str, Resource] = template["Resources"]
        self.resources = transformed()
        self._conditions = template["Conditions"]
        self._parameters = {
            name: str(told.get("Default", "")) for name, told in template["Parameters"].items()
        } | (parameters or {})

    def of_type(self, kind: str) -> dict[str, Resource]:
        """Properties by logical id, of what the parameters let be."""
        return {
            name: resource["Properties"]
            for name, resource in self.resources.items()
            if resource["Type"] == kind and self._is_made(resource)
        }

    def roles(self) -> dict[str, Role]:
        """Every role with its policies, by logical id."""
        found = {name: Role(name) for name in self.of_type("AWS::IAM::Role")}
        for name, role in found.items():
            properties = self.resources[name]["Properties"]
            for policy in properties.get("Policies", ()):
                self._add(role, name, policy["PolicyDocument"])
            for arn in properties.get("ManagedPolicyArns", ()):
                self._add_managed(role, arn)
        for name, policy in self.of_type("AWS::IAM::Policy").items():
            for named in policy["Roles"]:
                self._add(found[named["Ref"]], name, policy["PolicyDocument"])
        return found

    def _add_managed(self, role: Role, arn: Any) -> None:
        if isinstance(arn, dict) and "Ref" in arn:
            self._add(role, arn["Ref"], self.resources[arn["Ref"]]["Properties"]["PolicyDocument"])
            return
        name = str(self.value(arn)).rpartition("/")[2]
        document = _aws_policies()[name]["Document"]
        role.statements += [Statement(name, one, own=False) for one in document["Statement"]]

    def _add(self, role: Role, policy: str, document: Resource) -> None:
        for said in self.value(document)["Statement"]:
            role.statements.append(Statement(policy, said))

    def value(self, written: Any) -> Any:
        """Resolve a property's intrinsic functions."""
        if isinstance(written, list):
            found = [self.value(item) for item in written]
            flat = [one for item in found for one in (item if isinstance(item, list) else [item])]
            return [item for item in flat if item != NOTHING]
        if not isinstance(written, dict) or written == NOTHING:
            return written
        if len(written) == 1:
            ((name, given),) = written.items()
            if function := self._functions().get(name):
                return function(given)
        return {key: self.value(item) for key, item in written.items()}

    def _functions(self) -> dict[str, Any]:
        return {
            "Ref": self._ref,
            "Fn::GetAtt": lambda given: self._attribute(*_two(given)),
            "Fn::Sub": self._sub,
            "Fn::If": lambda given: self.value(given[1 if self._holds(given[0]) else 2]),
            "Fn::Join": lambda given: given[0].join(map(str, self.value(given[1]))),
        }

    def _is_made(self, resource: Resource) -> bool:
        return "Condition" not in resource or self._holds(resource["Condition"])

    def _holds(self, condition: str) -> bool:
        return bool(self._test(self._conditions[condition]))

    def _test(self, written: Any) -> bool:
        if "Fn::Not" in written:
            return not self._test(written["Fn::Not"][0])
        left, right = written["Fn::Equals"]
        return str(self.value(left)) == str(self.value(right))

    def _ref(self, name: str) -> str:
        if name in _PSEUDO or name in self._parameters:
            return _PSEUDO.get(name) or self._parameters[name]
        is_arn = self.resources[name]["Type"] in _REF_IS_ARN
        return self._attribute(name, "Arn") if is_arn else self.name(name)

    def name(self, logical: str) -> str:
        """Return a resource's physical name."""
        resource = self.resources[logical]
        for given in _GIVEN_NAMES:
            if given in resource["Properties"]:
                return str(self.value(resource["Properties"][given]))
        guardrail = resource["Type"] == "AWS::Bedrock::Guardrail"
        return logical if guardrail else f"{STACK}-{logical}"

    def _attribute(self, logical: str, attribute: str) -> str:
        kind = self.resources[logical]["Type"]
        if attribute.endswith(("Arn", "ArnForPolicy")):
            return _ARNS[kind].format(name=self.name(logical))
        return GUARDRAIL_VERSION if attribute == "Version" else self.name(logical)

    def _sub(self, given: Any) -> str:
        text, own = (given, {}) if isinstance(given, str) else given

        def one(found: re.Match[str]) -> str:
            name = found[1]
            if name in own:
                return str(self.value(own[name]))
            return self._attribute(*_two(name)) if "." in name else self._ref(name)

        return re.sub(r"\$\{([\w.:]+)\}", one, text)


def _two(given: str | list[str]) -> list[str]:
    return given.split(".", 1) if isinstance(given, str) else given


@cache
def _aws_policies() -> dict[str, Resource]:
    """Read AWS's own policies, as moto keeps them, by name."""
    found: dict[str, Resource] = json.loads(aws_managed_policies_data)
    return found
