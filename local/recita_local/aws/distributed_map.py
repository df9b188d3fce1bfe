# ruff: noqa: SLF001 - ministack has no public interface to its state machines
"""Distributed Maps: what ministack leaves out of them where JSONata is spoken, put right."""

from __future__ import annotations

import json
from typing import Any

from ministack.services import s3
from ministack.services import stepfunctions as sfn

from recita_local.aws.patching import replaced

State = dict[str, Any]
EVALUATED = ("MaxConcurrency", "ToleratedFailureCount", "ToleratedFailurePercentage")
OURS = ("ItemReader", "Items", "ItemSelector", "ResultWriter", "Output", "Assign")
TOLD = ("executionArn", "name", "input", "output", "error", "cause", "status")
"""What a result file tells of a child; ``output``, ``error`` and ``cause`` where there is one."""


def apply() -> None:
    """Install the correction."""
    replaced(sfn, "_run_distributed_map", _evaluating)


def _evaluating(run: Any) -> Any:
    """No expression was evaluated, children got ItemSelector's text, ResultWriter wrote nothing."""

    def evaluated(state: State, given: Any, *rest: Any) -> Any:
        _, iterator, execution, context = rest
        if sfn._state_query_language(state, context) != "JSONata":
            return run(state, given, *rest)
        plain, items = _plain(state, given, context), _items(state, given, context)
        before = set(sfn._map_runs)
        try:
            result, following = run(plain, items, items, iterator, execution, context)
        finally:
            written = _written(state, given, context, set(sfn._map_runs) - before)
        result = written or result
        output = sfn._apply_jsonata_output(state, given, context, result=result, default=result)
        sfn._apply_state_assign(state, given, context, result=result)
        return output, following

    return evaluated


def _plain(state: State, given: Any, context: State) -> State:
    """The state with its numbers evaluated, and without what is done here."""
    numbers = {
        name: sfn._jsonata_state_field(state, name, "number", given, context)
        for name in EVALUATED
        if name in state
    }
    return {name: value for name, value in state.items() if name not in OURS} | numbers


def _items(state: State, given: Any, context: State) -> list[Any]:
    """Every child's input."""
    if "ItemReader" in state:
        reader = sfn._apply_jsonata_template(state["ItemReader"], given, context)
        items = sfn._read_map_items(reader, given, context)
    else:
        items = sfn._jsonata_state_field(state, "Items", "array", given, context)
    if "ItemSelector" not in state:
        return list(items)
    places = ({"Index": index, "Value": item} for index, item in enumerate(items))
    return [
        sfn._apply_jsonata_template(
            state["ItemSelector"], given, {**context, "Map": {"Item": place}}
        )
        for place in places
    ]


def _written(state: State, given: Any, context: State, runs: set[str]) -> State | None:
    """Write a Map Run's result files; returns what then is the state's result.

    The files hold JSON lines, of children that succeeded their outputs alone.
    """
    if "ResultWriter" not in state or not runs:
        return None
    arn = runs.pop()
    place = sfn._apply_jsonata_template(state["ResultWriter"], given, context)["Arguments"]
    folder = f"{place['Prefix']}/{arn.rpartition(':')[2]}"
    files: dict[str, list[State]] = {"SUCCEEDED": [], "FAILED": [], "PENDING": []}
    for status in ("SUCCEEDED", "FAILED"):
        lines = [_line(child) for child in _children(arn) if child["status"] == status]
        if lines:
            key, body = f"{folder}/{status}_0.jsonl", "\n".join(lines).encode()
            s3._put_object(place["Bucket"], key, body, {"content-type": "application/jsonl"})
            files[status].append({"Key": key, "Size": len(body)})
    manifest = {"DestinationBucket": place["Bucket"], "MapRunArn": arn, "ResultFiles": files}
    key = f"{folder}/manifest.json"
    s3._put_object(place["Bucket"], key, json.dumps(manifest).encode(), {})
    return {
        "MapRunArn": arn,
        "ResultWriterDetails": {"Bucket": place["Bucket"], "Key": key},
    }


def _children(arn: str) -> list[State]:
    return [child for child in list(sfn._executions.values()) if child.get("mapRunArn") == arn]


def _line(child: State) -> str:
    if child["status"] == "SUCCEEDED":
        return str(child["output"])
    told = {name[0].upper() + name[1:]: child.get(name) for name in TOLD}
    return json.dumps({name: value for name, value in told.items() if value is not None})
