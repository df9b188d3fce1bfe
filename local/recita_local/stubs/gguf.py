"""Stubs take the place of a model of the person's own too."""

from __future__ import annotations

from typing import Any


class Engine:
    """See :class:`recita_local.services.bedrock.gguf.GgufEngine`."""

    def complete(self, body: dict[str, Any]) -> dict[str, Any]:
        """An empty answer to a chat completion."""
        message = {"role": "assistant", "content": "{}"}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        return {"choices": [choice], "model": body.get("model", "stub")}
