"""What a stack is told by its parameters, as far as it decides what a document costs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from recita.steps.inspect_document import Defaults
from recita.text.languages import ENGINES

from recita_cli import exits
from recita_cli.console import CliError


@dataclass(frozen=True)
class Order:
    """The parameters of template.yaml, with what was given in their place."""

    parameters: Mapping[str, str]

    @property
    def defaults(self) -> Defaults:
        """What uploads that wish nothing else get."""
        given = self.parameters
        return Defaults(
            languages=given["TargetLanguages"],
            speak=given["SpeakMode"],
            ocr_features=given["OcrFeatures"],
            describe_images=given["DescribeImages"],
            redact_text=given["RedactText"],
            translate=given["TranslateMode"],
        )

    @property
    def policies(self) -> tuple[str, ...]:
        """The guardrail's policies that are paid for each text."""
        asked = {
            "contentPolicyUnits": True,
            "topicPolicyUnits": bool(self.parameters["DeniedTopic"]),
            "sensitiveInformationPolicyUnits": self.parameters["PiiMode"] != "off",
        }
        return tuple(name for name, paid in asked.items() if paid)

    @property
    def models(self) -> tuple[str, str]:
        """Who answers about a whole document, and about a window of one."""
        prefix = self.parameters["InferenceProfile"]
        head = "" if prefix == "none" else f"{prefix}."
        whole, window = self.parameters["ModelId"], self.parameters["WindowModelId"]
        return head + whole, head + (whole if window == "same" else window)

    @property
    def guards_pictures(self) -> bool:
        """Whether the guardrail looks at pictures that a model is shown."""
        return self.parameters["GuardrailPictures"] == "on"

    @property
    def max_pictures(self) -> int:
        """Pictures of a document that are looked at."""
        return int(float(self.parameters["MaxPictures"]))

    @property
    def cap(self) -> float:
        """US dollars that a document may cost, 0 for no cap."""
        return float(self.parameters["MaxCostPerDocument"])

    @property
    def engine(self) -> str:
        """The speech engine that is asked first."""
        return ENGINES[self.parameters["SpeechEngine"]][0]


def order(chosen: Mapping[str, str]) -> Order:
    """Return the template's defaults with ``chosen`` in their place; refuse unknown names."""
    from recita_local.deploy import read_template  # noqa: PLC0415 - 0.1 s, not for `--help`
    from recita_local.stack import TEMPLATE  # noqa: PLC0415

    declared = read_template(TEMPLATE)["Parameters"]
    if unknown := sorted(set(chosen) - set(declared)):
        names = ", ".join(sorted(declared))
        message = f"the template has no parameter {', '.join(unknown)}"
        raise CliError(message, f"its parameters: {names}", exits.USAGE)
    for name, value in chosen.items():
        _check(name, value, declared[name])
    known = {name: str(one["Default"]) for name, one in declared.items() if "Default" in one}
    return Order(known | dict(chosen))


def _check(name: str, value: str, declared: Mapping[str, Any]) -> None:
    """Raise CliError for a value that a deployment would be refused for."""
    values = [str(one) for one in declared.get("AllowedValues", ())]
    help_text = " ".join(
        str(declared.get("ConstraintDescription") or declared["Description"]).split()
    )
    wrong = bool(values) and value not in values
    wrong |= not re.fullmatch(str(declared.get("AllowedPattern", "(?s).*")), value)
    if declared["Type"] == "Number":
        wrong |= not _within(value, declared)
    if wrong:
        fix = f"one of {', '.join(values)}" if values else help_text
        raise CliError(f"{name} can't be {value!r}", fix, exits.USAGE)


def _within(value: str, declared: Mapping[str, Any]) -> bool:
    try:
        number = float(value)
    except ValueError:
        return False
    return (
        float(declared.get("MinValue", number)) <= number <= float(declared.get("MaxValue", number))
    )
