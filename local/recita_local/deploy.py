"""Deploys ``template.yaml`` to the laptop: what ``sam build`` and ``sam deploy`` do for AWS."""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from recita_local import artifacts
from recita_local.aws import guardrail_versions as guardrails
from recita_local.clients import client

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

STACK_NAME = "recita"
NOTHING_TO_DO = "No updates are to be performed"
GOOD = frozenset({"CREATE_COMPLETE", "UPDATE_COMPLETE"})
POLL_SECONDS = 0.05
LONGEST_SECONDS = 120.0
WATCHING = frozenset({"AWS::CloudWatch::Alarm", "AWS::CloudWatch::Dashboard"})
"""Left out: nothing here turns log lines into metrics, and ministack refuses metric math."""

Template = dict[str, Any]


class DeployError(RuntimeError):
    """The template could not be deployed; says which resource failed and why."""


@dataclass(frozen=True)
class Deployment:
    """A stack that stands."""

    outputs: dict[str, str]
    changed: bool
    """Whether anything had to be created or updated."""


def deploy(
    endpoint: str,
    template_path: Path,
    parameters: Mapping[str, str] | None = None,
    stack_name: str = STACK_NAME,
) -> Deployment:
    """Create or update the stack; deploying the same twice changes nothing.

    Raises :class:`DeployError`.
    """
    store = artifacts.ArtifactStore(client("s3", endpoint))
    template = local_template(template_path, store, parameters or {})
    cloudformation = client("cloudformation", endpoint)
    known = _parameters(template, parameters or {})
    address = store.put(json.dumps(template, default=str).encode(), ".template.json")
    url = f"{endpoint}/{address.removeprefix('s3://')}"  # inline, 51,200 bytes are the most
    changed = _submit(cloudformation, stack_name, url, known)
    stack = _settled(cloudformation, stack_name)
    if stack["StackStatus"] not in GOOD:
        raise DeployError(_why(cloudformation, stack))
    outputs = {o["OutputKey"]: o["OutputValue"] for o in stack.get("Outputs", [])}
    return Deployment(outputs, changed)


def functions(endpoint: str, template_path: Path, stack_name: str = STACK_NAME) -> list[str]:
    """Names of the deployed functions, in the template's order."""
    cloudformation = client("cloudformation", endpoint)
    resources = cloudformation.describe_stack_resources(StackName=stack_name)["StackResources"]
    names = {
        found["LogicalResourceId"]: str(found["PhysicalResourceId"])
        for found in resources
        if found["ResourceType"] == "AWS::Lambda::Function"
    }
    return [names[name] for name in read_template(template_path)["Resources"] if name in names]


def source_digest(template_path: Path, parameters: Mapping[str, str]) -> str:
    """SHA-256 of everything a deployment is made of, to tell whether anything changed."""
    digest = hashlib.sha256(_bytes(template_path))
    digest.update(json.dumps(dict(parameters), sort_keys=True).encode())
    template = read_template(template_path)
    for folder in sorted(_uris(template, "CodeUri")):
        digest.update(artifacts.folder_digest(template_path.parent / folder).encode())
    for file in sorted(_uris(template, "DefinitionUri")):
        digest.update(_bytes(template_path.parent / file))
    return digest.hexdigest()


def local_template(
    template_path: Path, store: artifacts.ArtifactStore, parameters: Mapping[str, str]
) -> Template:
    """The template with its local files in S3 and its functions on the laptop's runtime."""
    template, root = read_template(template_path), template_path.parent
    uploaded: dict[str, str] = {}
    for properties in _function_properties(template):
        if "Runtime" in properties:
            properties["Runtime"] = artifacts.RUNTIME
        if isinstance(uri := properties.get("CodeUri"), str) and not uri.startswith("s3:"):
            if uri not in uploaded:
                uploaded[uri] = store.put(artifacts.packed(root / uri), ".zip")
            properties["CodeUri"] = uploaded[uri]
    for resource in template["Resources"].values():
        properties = resource.get("Properties", {})
        if isinstance(uri := properties.get("DefinitionUri"), str):
            properties["DefinitionUri"] = store.put(_bytes(root / uri), ".json")
    for name in [name for name, one in template["Resources"].items() if one["Type"] in WATCHING]:
        del template["Resources"][name]
    guardrails.stamp_versions(template["Resources"], parameters)
    _lift_quotas(template)
    return template


def _lift_quotas(template: Template) -> None:
    """Local engines have no quotas: the rates that a deployment keeps are off unless asked for."""
    interface = template.get("Metadata", {}).get("AWS::CloudFormation::Interface", {})
    for group in interface.get("ParameterGroups", []):
        for name in group["Parameters"] if group["Label"]["default"] == "Quotas" else ():
            template["Parameters"][name]["Default"] = 0


def read_template(template_path: Path) -> Template:
    """The template as it is written; raises DeployError when it can't be read."""
    import yaml  # type: ignore[import-untyped]  # noqa: PLC0415 - 0.1 s, not for `--help`
    from samtranslator.yaml_helper import yaml_parse  # noqa: PLC0415 - as above

    try:
        template = yaml_parse(_bytes(template_path).decode())
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise DeployError(f"{template_path} is not YAML: {error}") from error
    if not isinstance(template, dict) or not isinstance(template.get("Resources"), dict):
        raise DeployError(f"{template_path} is no template: it has no Resources.")
    return template


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise DeployError(f"Cannot read {path}, which the deployment needs: {error}") from error


def _function_properties(template: Template) -> list[dict[str, Any]]:
    shared = template.get("Globals", {}).get("Function", {})
    own = [
        resource.setdefault("Properties", {})
        for resource in template["Resources"].values()
        if resource["Type"] == "AWS::Serverless::Function"
    ]
    return [shared, *own]


def _uris(template: Template, name: str) -> set[str]:
    places = [r.get("Properties", {}) for r in template["Resources"].values()]
    found = [place.get(name) for place in [*places, *_function_properties(template)]]
    return {uri for uri in found if isinstance(uri, str) and not uri.startswith("s3:")}


def _parameters(template: Template, given: Mapping[str, str]) -> list[dict[str, str]]:
    declared = template.get("Parameters", {})
    if unknown := sorted(set(given) - set(declared)):
        names = ", ".join(sorted(declared)) or "none"
        raise DeployError(
            f"The template has no parameter {', '.join(unknown)}. Its parameters: {names}."
        )
    return [{"ParameterKey": key, "ParameterValue": str(given[key])} for key in given]


def _submit(cloudformation: Any, name: str, url: str, parameters: list[dict[str, str]]) -> bool:
    request = {
        "StackName": name,
        "TemplateURL": url,
        "Parameters": parameters,
        "Capabilities": ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
    }
    status = _status(cloudformation, name)
    if status in {"ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED"}:
        _delete(cloudformation, name)  # a stack whose first creation failed cannot be updated
        status = None
    operation = cloudformation.update_stack if status else cloudformation.create_stack
    try:
        operation(**request)
    except ClientError as error:
        message = error.response["Error"].get("Message", str(error))
        if NOTHING_TO_DO in message:
            return False
        raise DeployError(f"CloudFormation refused the template: {message}") from error
    return True


def _status(cloudformation: Any, name: str) -> str | None:
    try:
        stacks = cloudformation.describe_stacks(StackName=name)["Stacks"]
    except ClientError:
        return None
    return str(stacks[0]["StackStatus"])


def _delete(cloudformation: Any, name: str) -> None:
    cloudformation.delete_stack(StackName=name)
    deadline = time.monotonic() + LONGEST_SECONDS
    while _status(cloudformation, name) not in {None, "DELETE_COMPLETE"}:
        if time.monotonic() > deadline:
            raise DeployError(f"The failed stack {name} cannot be deleted: run `recita reset`.")
        time.sleep(POLL_SECONDS)


def _settled(cloudformation: Any, name: str) -> dict[str, Any]:
    deadline = time.monotonic() + LONGEST_SECONDS
    while True:
        stack: dict[str, Any] = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
        if not stack["StackStatus"].endswith("IN_PROGRESS"):
            return stack
        if time.monotonic() > deadline:
            raise DeployError(
                f"Deploying {name} takes longer than {LONGEST_SECONDS:.0f} s "
                f"and stands at {stack['StackStatus']}: see the server's log."
            )
        time.sleep(POLL_SECONDS)


def _why(cloudformation: Any, stack: dict[str, Any]) -> str:
    events = cloudformation.describe_stack_events(StackName=stack["StackId"])["StackEvents"]
    failed = [
        f"{e['LogicalResourceId']} ({e['ResourceType']}): {e.get('ResourceStatusReason', '')}"
        for e in reversed(events)
        if e["ResourceStatus"].endswith("_FAILED")
        and "cancelled" not in e.get("ResourceStatusReason", "")
    ]
    reason = stack.get("StackStatusReason", "")
    detail = "; ".join(failed) or reason or "no resource says why"
    return f"Deploying {stack['StackName']} ended as {stack['StackStatus']}: {detail}"
