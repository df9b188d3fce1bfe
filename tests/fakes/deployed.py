"""The Lambda handlers over one pipeline of fakes, and what they print."""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext
from recita.wiring import wiring

from tests.fakes.pipeline import Pipeline

ENVIRONMENT = {
    "TARGET_LANGUAGES": "es",
    "SPEAK_MODE": "summary",
    "TRANSLATE_MODE": "summary",
    "OCR_FEATURES": "auto",
    "DESCRIBE_IMAGES": "always",
    "REDACT_TEXT": "off",
    "SPEECH_TASK_CHARACTERS": "20000",
    "POWERTOOLS_SERVICE_NAME": "a-stack",
}
STEPS = (
    "read_pages",
    "understand_document",
    "translate_summary",
    "speak_summary",
    "publish_result",
)
"""What follows inspection for a document without pictures."""


def deploy(patch: pytest.MonkeyPatch, pipeline: Pipeline) -> Pipeline:
    """Wire the functions of this process to a pipeline's fakes."""
    for name, value in ENVIRONMENT.items():
        patch.setenv(name, value)
    ports = ("meter", "uploads", "results", "documents", "ocr", "vision", "guardrail", "models",
             "bus", "translator", "voice", "speech_tasks", "workflow")  # fmt: skip
    for name in ports:
        patch.setitem(wiring.__dict__, name, getattr(pipeline, name))
    return pipeline


def invoke(function: str, event: dict[str, Any]) -> dict[str, Any]:
    """Call one handler as Lambda does."""
    handler = importlib.import_module(f"{function}.app").lambda_handler
    output: dict[str, Any] = handler(event, LambdaContext())
    return output


class Emitted(NamedTuple):
    """One value of one metric, as CloudWatch takes it out of a log line."""

    namespace: str
    name: str
    unit: str
    dimensions: dict[str, str]
    value: float


def lines(text: str) -> Iterator[dict[str, Any]]:
    """Every line of JSON."""
    for line in text.splitlines():
        if line.startswith("{"):
            yield json.loads(line)


def metrics(text: str) -> Iterator[Emitted]:
    """Every metric, by the specification of the embedded metric format."""
    for line in lines(text):
        for block in line.get("_aws", {}).get("CloudWatchMetrics", ()):
            yield from _block(line, block)


def _block(line: dict[str, Any], block: dict[str, Any]) -> Iterator[Emitted]:
    for metric in block["Metrics"]:
        values = line[metric["Name"]]
        for names in block["Dimensions"]:
            dimensions = {name: line[name] for name in names}
            for value in values if isinstance(values, list) else [values]:
                yield Emitted(block["Namespace"], metric["Name"], metric["Unit"], dimensions, value)


def of(found: Iterable[Emitted], name: str) -> list[tuple[dict[str, str], float]]:
    """Own dimensions and values of one metric."""
    return [
        ({key: value for key, value in one.dimensions.items() if key != "service"}, one.value)
        for one in found
        if one.name == name
    ]
