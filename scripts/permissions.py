"""Hold the roles of template.yaml against the calls that the tests' laptops have noted.

``python -m scripts.permissions`` judges what laptops have noted in the folder that
``RECITA_LOCAL_PERMISSIONS`` names, which must be of all stack tests; ``--write`` writes
docs/permissions.json from it.
"""

from __future__ import annotations

import json
import os
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cfnlint.data import AdditionalSpecs
from cfnlint.helpers import load_resource
from ministack.core.iam_evaluator import EvalContext, evaluate, parse_policy_document
from recita_local.aws.settings import REGION
from recita_local.wire.app import ACCOUNT_ID
from recita_local.wire.needs import Need
from recita_local.wire.permissions import VARIABLE

from scripts.permission_reasons import UNREACHED
from scripts.policies import ROOT, Deployed
from scripts.service_needs import of_services

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scripts.policies import Role, Statement

Entries = dict[str, list[dict[str, Any]]]
"""Of each role what it may do, in the contract's shape."""

CONTRACT = ROOT / "docs" / "permissions.json"
PARAMETERS = {
    "BackfillBucket": "archive-of-old",
    "ApiAuth": "IAM",
    "WebhookUrl": "https://hooks.example.org/recita",
    "CopyBucket": "copies-of-results",
}
"""Of the tests' laptops, as far as they change what is allowed."""


@dataclass(frozen=True)
class Call:
    """A call, or what a service does, and one thing it needs."""

    role: str
    operation: str
    need: Need


@dataclass(frozen=True)
class Grant:
    """One action on one resource that a role is allowed."""

    role: str
    action: str
    resource: str
    statement: Statement

    def covers(self, call: Call) -> bool:
        """Whether this grant alone answers what a call asks for."""
        alone = {**self.statement.said, "Action": self.action, "Resource": self.resource}
        return call.role == self.role and decide(call.need, [alone]) == "Allow"


@dataclass
class Judge:
    """Both proofs: what is called is allowed, what is allowed is called."""

    deployed: Deployed = field(default_factory=lambda: Deployed(PARAMETERS))

    @cached_property
    def roles(self) -> dict[str, Role]:
        """Every role, by logical id."""
        return self.deployed.roles()

    @cached_property
    def functions(self) -> dict[str, str]:
        """Each function's role, by the name its calls carry."""
        return {
            function["Handler"].partition(".")[0]: str(function["Role"]["Fn::GetAtt"][0])
            for function in self.deployed.of_type("AWS::Lambda::Function").values()
        }

    def grants(self) -> Iterator[Grant]:
        """All that the template itself allows."""
        for role in self.roles.values():
            for statement in role.statements:
                if statement.own and statement.said["Effect"] == "Allow":
                    for action in _listed(statement.said["Action"]):
                        for resource in _listed(statement.said["Resource"]):
                            yield Grant(role.name, action, resource, statement)

    def services(self) -> list[Call]:
        """What AWS's services do as these roles."""
        return [Call(role, told, need) for role, told, need in of_services(self.deployed)]

    def noted(self, folder: Path) -> list[Call]:
        """Read what laptops have noted; functions of other templates are left out."""
        lines = [
            json.loads(line)
            for file in sorted(folder.glob("*.jsonl"))
            for line in file.read_text("utf-8").splitlines()
        ]
        return [
            Call(self.functions[one["function"]], one["operation"], self._need(one))
            for one in lines
            if one["function"] in self.functions
        ]

    def _need(self, line: dict[str, Any]) -> Need:
        resource = line["resource"]
        if line["action"].startswith("states:SendTask"):  # a token stands for its state machine
            resource = self.deployed.value({"Ref": "DocumentStateMachine"})
        return Need(line["action"], resource, line["context"])

    def allows(self, call: Call) -> bool:
        """Whether AWS would answer the call."""
        return self.decision(call) == "Allow"

    def decision(self, call: Call) -> str:
        """``Allow``, ``Deny`` or ``ImplicitDeny``."""
        return decide(call.need, [one.said for one in self.roles[call.role].statements])

    def refused(self, calls: Iterable[Call]) -> list[str]:
        """Say of each call that AWS would refuse what to do about it."""
        return [
            f"{call.operation} by {call.role} needs {call.need.action} on {call.need.resource}"
            f"{_where(call.need)}: {_WHY[decision]}. Allow it in template.yaml, in the policies of "
            f"{call.role.removesuffix('Role')}, or make the call another way."
            for call in calls
            if (decision := self.decision(call)) != "Allow"
        ]

    def entries(self, calls: list[Call]) -> Entries:
        """What each role may do, with the calls that need it or the reason that it may."""
        found: Entries = defaultdict(list)
        for grant in self.grants():
            used = sorted({call.operation for call in calls if grant.covers(call)})
            entry: dict[str, Any] = {
                "action": grant.action,
                "resource": grant.resource,
                "policy": grant.statement.policy,
            }
            reason = unreached(grant)
            found[grant.role].append(entry | ({"because": reason} if reason else {"calls": used}))
        return {role: sorted(told, key=_order) for role, told in sorted(found.items())}


def _order(entry: dict[str, Any]) -> tuple[str, str]:
    return entry["action"], entry["resource"]


_WHY = {"ImplicitDeny": "no statement allows that", "Deny": "a statement denies that"}


def _where(need: Need) -> str:
    return f" with {json.dumps(need.context)}" if need.context else ""


def _listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


def decide(need: Need, statements: list[dict[str, Any]]) -> str:
    """``Allow``, ``Deny`` or ``ImplicitDeny``, as these statements together have it."""
    context = {
        key.lower(): values[0] if len(values) == 1 else values
        for key, values in need.context.items()
    }
    asked = EvalContext(
        principal_arn="",
        principal_type="AssumedRole",
        principal_account=ACCOUNT_ID,
        action=need.action,
        resource_arn=need.resource,
        region=REGION,
        service_context=context,
    )
    return str(evaluate(asked, [parse_policy_document({"Statement": statements})]).decision)


def unreached(grant: Grant) -> str | None:
    """Return why a grant stays that no test needs."""
    for (role, action, end), reason in UNREACHED.items():
        if (role, action) == (grant.role, grant.action) and fnmatchcase(grant.resource, f"*{end}"):
            return reason
    return None


def has_resource_types(action: str) -> bool:
    """Whether an action can be allowed on some resources only.

    By AWS's Service Authorization Reference, as cfn-lint keeps it. Raises :class:`KeyError` for an
    action that does not exist.
    """
    service, _, name = action.partition(":")
    return bool(_reference()[service]["Actions"][name.lower()].get("Resources"))


@cache
def _reference() -> dict[str, Any]:
    found: dict[str, Any] = load_resource(AdditionalSpecs, "Policies.json")
    return found


def unused(entries: Entries) -> list[str]:
    """Say of each grant that nothing needs what to do about it."""
    return [
        f"{role} may do {one['action']} on {one['resource']}, and no call needs it: take it out of "
        f"{one['policy']} in template.yaml, or say in scripts/permission_reasons.py why not."
        for role, told in entries.items()
        for one in told
        if not one.get("because") and not one["calls"]
    ]


def written(entries: Entries) -> str:
    """Return the contract's text, a line for each permission."""
    roles = (
        f" {json.dumps(role)}: [\n  " + ",\n  ".join(map(json.dumps, told)) + "\n ]"
        for role, told in entries.items()
    )
    return "{\n" + ",\n".join(roles) + "\n}\n"


def untold(entries: Entries, contract: Entries) -> bool:
    """Whether a permission is needed for a call that the contract does not name."""
    return not _named(entries) <= _named(contract)


def _named(entries: Entries) -> set[tuple[str, str, str, str]]:
    return {
        (role, one["action"], one["resource"], call)
        for role, told in entries.items()
        for one in told
        for call in one.get("calls", ())
    }


def main() -> int:
    """Judge, and write where asked; 1 when something is refused or unused."""
    folder = Path(os.environ.get(VARIABLE, "")).resolve()
    judge = Judge()
    noted = judge.noted(folder)
    if not noted:
        print(f"No laptop has noted a call in {folder}: set {VARIABLE} while the tests run.")
        return 1
    entries = judge.entries(noted + judge.services())
    found = judge.refused(noted) + unused(entries)
    if "--write" in sys.argv:
        CONTRACT.write_text(written(entries), "utf-8")
    print("\n".join(found) or f"{len(noted)} different calls, each allowed; nothing else is.")
    if untold(entries, json.loads(CONTRACT.read_text("utf-8"))):
        print("The contract does not name them all, which allows nothing more: make permissions.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
