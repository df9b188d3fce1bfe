"""The sensitive information policy: entities the service knows, and expressions of one's own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from recita_local.services.bedrock.guard.accounts import custom_length
from recita_local.services.bedrock.guard.clear import Clear
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
        clear = Clear(text)
        return [*self._entities(clear), *self._custom(clear)]

    def absent(self) -> list[dict[str, Any]]:
        """Types that were looked for and not found; reported in full scope."""
        seen = {kind for kind, _ in self.entities}
        return [
            {"match": "", "type": kind, "action": "NONE", "detected": False}
            for kind in self._actions
            if kind not in seen
        ]

    def _entities(self, clear: Clear) -> list[Span]:
        to_mask = []
        for found in sorted(find_pii(clear.text, self._actions)):
            span = clear.original(found)
            action = self._actions[span.kind]
            entry = {"match": span.match, "type": span.kind, "action": _done(action)}
            self.entities.setdefault((span.kind, span.match), {**entry, "detected": True})
            if action == ANONYMIZE:
                to_mask.append(span)
        return to_mask

    def _custom(self, clear: Clear) -> list[Span]:
        to_mask = []
        for item, action in self._expressions:
            for found in _matches(item, clear.text):
                span = clear.original(found)
                entry = {"name": span.kind, "match": span.match, "regex": item["pattern"]}
                self.regexes.setdefault(
                    (span.kind, span.match), {**entry, "action": _done(action), "detected": True}
                )
                if action == ANONYMIZE:
                    to_mask.append(span)
        return to_mask


def _matches(item: dict[str, Any], text: str) -> Iterator[Span]:
    """What an expression finds; what it took beyond the number is looked at again."""
    name, place = item["name"], 0
    pattern = compiled(item["pattern"])
    while match := pattern.search(text, place):
        length = custom_length(name, match[0])
        if length:
            yield Span(match.start(), match.start() + length, name, match[0][:length])
        place = max(match.start() + length if length else match.end(), match.start() + 1)


def _done(action: str) -> str:
    return {BLOCK: "BLOCKED", ANONYMIZE: "ANONYMIZED"}.get(action, "NONE")
