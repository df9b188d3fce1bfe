"""A language model of the user's own, from a GGUF file, by llama.cpp in a process of its own."""

from __future__ import annotations

import importlib
import os
from pathlib import Path
from typing import Any

FILE = "LOCAL_GGUF"
"""Variable of the laptop: where the model's file is."""

PACKAGE = "xllamacpp"
CONTEXT = 16_384
"""Tokens read at once: more memory than this takes is not every laptop's."""


class GgufError(Exception):
    """The model can't be served; the message says why and what to do."""


class GgufEngine:
    """Loads the model once; a chat completion in OpenAI's form at a time."""

    def __init__(self) -> None:
        path = Path(os.environ.get(FILE, ""))
        if not path.is_file():
            raise GgufError(f"{FILE} names no file: {path}. Set it to a model in GGUF.")
        try:
            llama = importlib.import_module(PACKAGE)
        except ImportError as error:
            raise GgufError(
                f"{FILE} needs the package {PACKAGE}, which is not installed: "
                f"uv pip install {PACKAGE}, or unset {FILE}."
            ) from error
        parameters = llama.CommonParams()
        parameters.model.path = str(path)
        parameters.n_ctx = CONTEXT
        parameters.n_parallel = 1
        parameters.cpuparams.n_threads = os.cpu_count() or 1
        self._server = llama.Server(parameters)

    def complete(self, body: dict[str, Any]) -> dict[str, Any]:
        """Answer a chat completion; a refusal is a reply with ``error``."""
        try:
            reply: dict[str, Any] = self._server.handle_chat_completions(body)
        except RuntimeError as error:  # how it refuses what the model can't take, pictures say
            return {"error": {"code": 400, "message": str(error)}}
        return reply
