"""What a call costs: the units that AWS would put on the bill."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from recita_local.wire.service import Params, Reply

FREE = ("Get", "List", "Describe", "Count", "Create", "Update", "Delete")
"""Beginnings of operations that cost nothing."""


def units(operation: str, params: Params, reply: Reply) -> float:
    """Paid units of an answered call; 0 for what is free.

    Pages and pictures count as one each, texts by their characters, models by their tokens,
    guardrails by their text units.
    """
    if operation.startswith(FREE):
        return 0
    usage: Any = reply.get("usage") or {}
    if isinstance(usage, dict) and usage:
        tokens = usage.get("totalTokens")
        return float(tokens if tokens is not None else sum(usage.values()))
    if "RequestCharacters" in reply:
        return float(reply["RequestCharacters"])
    if operation == "TranslateText":
        return float(len(params.get("Text", "")))
    return 1
