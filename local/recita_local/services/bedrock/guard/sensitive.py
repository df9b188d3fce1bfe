"""The sensitive information policy: entities the service knows, and expressions of one's own."""

from __future__ import annotations

from typing import Any

from recita_local.services.bedrock.guard.accounts import custom_check
from recita_local.services.bedrock.guard.pii import Span, find_pii
from recita_local.services.bedrock.guard.policy import (
    ANONYMIZE,
    BLOCK,
    Config,
    Side,
    active,
    compiled,
)

POLICY = "sensitiveInformationPolicy"


class Sensitive:
    """Findings of one check, each value once, in the order in which they stand."""

    def __init__(self, config: Config, side: Side) -> None:
        self._actions = {
            item["type"]: side.action(item) for item in active(config, POLICY, "piiEntities", side)
        }
        self._expressions = [
            (item, side.action(item)) for item in active(config, POLICY, "regexes", side)
        ]
        self.entities: dict[tuple[str, str], dict[str, Any]] = {}
        self.regexes: dict[tuple[str, str], dict[str, Any]] = {}

    def look_at(self, text: str) -> list[Span]:
        """Record what is found; returns what must be masked."""
        return [*self._entities(text), *self._custom(text)]

    def absent(self) -> list[dict[str, Any]]:
        """Types that were looked for and not found; reported in full scope."""
        seen = {kind for kind, _ in self.entities}
        return [
            {"match": "", "type": kind, "action": "NONE", "detected": False}
            for kind in self._actions
            if kind not in seen
        ]

    def _entities(self, text: str) -> list[Span]:
        to_mask = []
        for span in sorted(find_pii(text, self._actions)):
            action = self._actions[span.kind]
            entry = {"match": span.match, "type": span.kind, "action": _done(action)}
            self.entities.setdefault((span.kind, span.match), {**entry, "detected": True})
            if action == ANONYMIZE:
                to_mask.append(span)
        return to_mask

    def _custom(self, text: str) -> list[Span]:
        to_mask = []
        for item, action in self._expressions:
            name = item["name"]
            for match in compiled(item["pattern"]).finditer(text):
                if not match[0] or not custom_check(name, match[0]):
                    continue
                entry = {"name": name, "match": match[0], "regex": item["pattern"]}
                self.regexes.setdefault(
                    (name, match[0]), {**entry, "action": _done(action), "detected": True}
                )
                if action == ANONYMIZE:
                    to_mask.append(Span(match.start(), match.end(), name, match[0]))
        return to_mask


def _done(action: str) -> str:
    return {BLOCK: "BLOCKED", ANONYMIZE: "ANONYMIZED"}.get(action, "NONE")
