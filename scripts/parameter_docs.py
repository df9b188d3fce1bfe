"""Write ``docs/parameters.md`` from template.yaml; with ``--check``, only compare."""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scripts import policies

PAGE = Path(__file__).resolve().parent.parent / "docs" / "parameters.md"
FUNCTION = "AWS::Serverless::Function"
MANY = 3
"""More resources of one type than this are counted, not named."""
NAMED = re.compile(r'"(?:Ref|Condition)": "(\w+)"|\$\{(\w+)|"Fn::If": \["(\w+)"')
HEAD = """\
# Parameters

Written by `make docs` from `template.yaml`; do not edit.

<!-- not run: needs an AWS account; tests hold values against the template -->
```console
$ sam deploy --parameter-overrides TargetLanguages=es,fr InferenceProfile=eu
```

A wrong value ends the deployment before anything is changed, with the words of the column
"allowed". What is not named keeps the value of the deployed stack; `samconfig.toml` holds those of
each [environment](how-to/deploy.md#three-environments). On the laptop:
`recita up -p TargetLanguages=es,fr`. "Seen by" names the functions that get a value, and what else
of the stack depends on it.
"""
TOGETHER = """\
## Refused together

Right alone, wrong together or in this region; these end the deployment in the same way.

| rule | what it says |
|---|---|
"""
Template = dict[str, Any]


def page(template: Template) -> str:
    """The whole page as Markdown."""
    interface = template["Metadata"]["AWS::CloudFormation::Interface"]
    parts = [HEAD]
    for group in interface["ParameterGroups"]:
        parts.append(f"## {group['Label']['default']}\n")
        parts.append(
            "| parameter | default | allowed | what it does | seen by |\n|---|---|---|---|---|"
        )
        parts += [_row(template, name) for name in group["Parameters"]]
        parts.append("")
    parts.append(TOGETHER + "\n".join(_rules(template)) + "\n")
    return "\n".join(parts)


def _row(template: Template, name: str) -> str:
    parameter = template["Parameters"][name]
    default = str(parameter["Default"])
    cells = (
        f"`{name}`",
        f"`{default}`" if default else "empty",
        f"{parameter['Type']}: {parameter['ConstraintDescription'].removeprefix('must be ')}",
        re.sub(r"\bdocs/([\w/-]+\.md)", r"[\1](\1)", parameter["Description"]),
        _seen_by(template, name),
    )
    return "| " + " | ".join(" ".join(cell.split()).replace("|", "\\|") for cell in cells) + " |"


def _rules(template: Template) -> Iterator[str]:
    for name, rule in template["Rules"].items():
        for assertion in rule["Assertions"]:
            yield f"| `{name}` | {' '.join(assertion['AssertDescription'].split())} |"


def _seen_by(template: Template, name: str) -> str:
    resources = template["Resources"]
    wanted = _names_of(template, name)
    seen = [one for one, resource in resources.items() if wanted & _named(resource)]
    if wanted & _named(template["Globals"]["Function"]):
        functions = ["every function"]
    else:
        functions = [
            one.removesuffix("Function") for one in seen if resources[one]["Type"] == FUNCTION
        ]
    others = [one for one in seen if resources[one]["Type"] != FUNCTION]
    kinds = Counter(resources[one]["Type"].split("::")[-1] for one in others)
    listed = [one for one in others if kinds[resources[one]["Type"].split("::")[-1]] <= MANY]
    counted = [f"{count} of type {kind}" for kind, count in kinds.items() if count > MANY]
    return ", ".join(functions + listed + counted) or "commands, by the stack's outputs"


def _names_of(template: Template, parameter: str) -> set[str]:
    """The parameter, and the conditions that depend on it."""
    found = {parameter}
    for name, condition in template["Conditions"].items():
        if found & _named(condition):
            found.add(name)
    return found


def _named(part: Any) -> set[str]:
    """All names that a part of the template refers to: parameters, resources and conditions."""
    found = NAMED.findall(json.dumps(part, default=str))
    return {name for groups in found for name in groups if name}


def main() -> int:
    """Write or check the page; 1 when the check finds it stale."""
    wanted = page(policies.source())
    if "--check" not in sys.argv:
        PAGE.write_text(wanted, encoding="utf-8")
        return 0
    if PAGE.exists() and PAGE.read_text(encoding="utf-8") == wanted:
        return 0
    print("docs/parameters.md is not what template.yaml says; run: make docs")
    return 1


if __name__ == "__main__":
    raise SystemExit(main())
