"""A guardrail's configuration, as GetGuardrail returns it, read for one side of the model."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

Config = dict[str, Any]
"""GetGuardrail's reply; CreateGuardrail's ``…Config`` names are read as well."""

BLOCK, ANONYMIZE, DETECT = "BLOCK", "ANONYMIZE", "NONE"


@dataclass(frozen=True)
class Side:
    """INPUT or OUTPUT, and how its settings are spelled."""

    source: str

    @property
    def prefix(self) -> str:
        """First part of the setting's names."""
        return self.source.lower()

    def action(self, item: dict[str, Any]) -> str:
        """BLOCK, ANONYMIZE or NONE for a finding on this side."""
        default = item.get("action", BLOCK)
        chosen: str = item.get(f"{self.prefix}Action") or default
        return chosen

    def enabled(self, item: dict[str, Any]) -> bool:
        """Whether the item looks at this side at all."""
        return bool(item.get(f"{self.prefix}Enabled", True))

    def reads(self, item: dict[str, Any]) -> bool:
        """Whether a content filter looks at text; it does unless it has other modalities only."""
        return "TEXT" in item.get(f"{self.prefix}Modalities", ["TEXT"])

    def sees(self, item: dict[str, Any]) -> bool:
        """Whether a content filter looks at pictures."""
        return "IMAGE" in item.get(f"{self.prefix}Modalities", ())

    def strength(self, item: dict[str, Any]) -> str:
        """NONE, LOW, MEDIUM or HIGH."""
        chosen: str = item.get(f"{self.prefix}Strength") or "NONE"
        return chosen


def items(config: Config, policy: str, name: str) -> list[dict[str, Any]]:
    """The entries of a list of a policy, such as ``contentPolicy``'s ``filters``."""
    section = config.get(policy) or config.get(f"{policy}Config") or {}
    found: list[dict[str, Any]] = section.get(name) or section.get(f"{name}Config") or []
    return found


def active(config: Config, policy: str, name: str, side: Side) -> list[dict[str, Any]]:
    """The entries that look at this side."""
    return [item for item in items(config, policy, name) if side.enabled(item)]


def compiled(pattern: str) -> re.Pattern[str]:
    """A configured expression; Java's possessive and atomic forms are Python's since 3.11."""
    return re.compile(pattern)
