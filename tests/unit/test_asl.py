"""The state machine keeps the project's rules, and each rule can fail."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from recita import errors
from samtranslator.yaml_helper import yaml_parse

from scripts import lint_asl as lint

ROOT = Path(__file__).resolve().parents[2]
DEFINITION = ROOT / "statemachine" / "document.asl.json"
MACHINES = {
    "DocumentStateMachine": DEFINITION,
    "BackfillStateMachine": ROOT / "statemachine" / "backfill.asl.json",
}
machines = pytest.mark.parametrize("name", MACHINES)
OWN = {name for name in vars(errors) if name.endswith("Error")}

Machine = dict[str, Any]


RETRY = {
    "ErrorEquals": ["ProviderThrottledError"],
    "MaxAttempts": 3,
    "MaxDelaySeconds": 30,
    "JitterStrategy": "FULL",
}
GOOD: Machine = {
    "QueryLanguage": "JSONata",
    "StartAt": "Work",
    "TimeoutSeconds": 60,
    "States": {
        "Work": {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "TimeoutSeconds": 10,
            "Retry": [RETRY],
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Done"}],
            "Next": "Choose",
        },
        "Choose": {
            "Type": "Choice",
            "Choices": [{"Condition": "{% $states.input.ok %}", "Next": "Each"}],
            "Default": "Done",
        },
        "Each": {
            "Type": "Map",
            "Items": "{% $states.input.items %}",
            "MaxConcurrency": 5,
            "ItemProcessor": {
                "ProcessorConfig": {"Mode": "INLINE"},
                "StartAt": "One",
                "States": {"One": {"Type": "Task", "TimeoutSeconds": 5, "End": True}},
            },
            "Next": "Both",
        },
        "Both": {
            "Type": "Parallel",
            "Branches": [{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}],
            "Next": "Done",
        },
        "Done": {"Type": "Pass", "End": True},
    },
}


def test_every_machine_is_linted(root: Path) -> None:
    assert set(MACHINES.values()) == set((root / "statemachine").glob("*.asl.json"))


@machines
def test_machines_have_no_problems(name: str) -> None:
    assert lint.problems(json.loads(MACHINES[name].read_text("utf-8")), OWN) == []


@machines
def test_substitutions_are_those_of_the_template(name: str) -> None:
    template = yaml_parse((ROOT / "template.yaml").read_text("utf-8"))
    given = template["Resources"][name]["Properties"]["DefinitionSubstitutions"]

    assert lint.substitutions(MACHINES[name].read_text("utf-8")) == set(given)


@machines
def test_each_substitution_is_what_its_name_says(name: str) -> None:
    template = yaml_parse((ROOT / "template.yaml").read_text("utf-8"))
    given = template["Resources"][name]["Properties"]["DefinitionSubstitutions"]

    for substitution, value in given.items():
        if "Ref" in value and value["Ref"] in template["Parameters"]:
            assert value["Ref"] == substitution
            assert template["Parameters"][substitution]["Type"] == "Number"
            assert template["Parameters"][substitution]["MaxValue"] <= lint.LONGEST_PARAMETER
            continue
        if "Ref" in value:
            assert f"{value['Ref']}Name" == substitution
            continue
        target = value["Fn::GetAtt"]
        function = target if isinstance(target, str) else ".".join(target)
        assert function.replace(".", "") == substitution


def test_good_machine_has_no_problems() -> None:
    assert lint.problems(GOOD, OWN) == []


def test_substitutions_are_found() -> None:
    assert lint.substitutions('{"FunctionName": "${AFunctionArn}", "b": "${B} {% $c %}"}') == {
        "AFunctionArn",
        "B",
    }


def test_longest_path_counts_the_rounds_of_a_map() -> None:
    assert lint.longest_path(GOOD) == 10 + 2 * 5


def test_a_time_limit_may_be_a_parameter_of_an_hour_at_most() -> None:
    machine = copy.deepcopy(GOOD)
    machine["TimeoutSeconds"] = 4000
    machine["States"]["Work"]["TimeoutSeconds"] = "{% $ceil($number('${WaitSeconds}')) %}"
    assert lint.problems(machine, OWN) == []
    assert lint.longest_path(machine) == 3600 + 2 * 5


def test_too_many_jobs_wait_longer_than_a_throttle() -> None:
    machine = json.loads(DEFINITION.read_text("utf-8"))
    (start,) = (state for name, state in lint.states(machine) if name == "Start OCR")
    waits = {name: r["IntervalSeconds"] for r in start["Retry"] for name in r["ErrorEquals"]}
    assert waits["ProviderBusyError"] >= 30 * waits["ProviderThrottledError"]


Change = Callable[[Machine], object]


def _set(*path: str | int, to: object) -> Change:
    def change(machine: Machine) -> None:
        place: Any = machine
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = to

    return change


def _drop(*path: str | int) -> Change:
    def change(machine: Machine) -> None:
        place: Any = machine
        for step in path[:-1]:
            place = place[step]
        del place[path[-1]]

    return change


WORK = ("States", "Work")
CHOICES = ("States", "Choose", "Choices", 0)
PROCESSOR = ("States", "Each", "ItemProcessor")

BROKEN: list[tuple[str, Change, str]] = [
    ("jsonpath machine", _set("QueryLanguage", to="JSONPath"), "QueryLanguage"),
    ("no query language", _drop("QueryLanguage"), "QueryLanguage"),
    ("jsonpath state", _set(*WORK, "QueryLanguage", to="JSONPath"), "Work: QueryLanguage"),
    ("machine never times out", _drop("TimeoutSeconds"), "needs TimeoutSeconds"),
    ("machine times out first", _set("TimeoutSeconds", to=20), "longest path, 20"),
    ("task never times out", _drop(*WORK, "TimeoutSeconds"), "needs TimeoutSeconds"),
    ("inner task", _drop(*PROCESSOR, "States", "One", "TimeoutSeconds"), "One: a Task needs"),
    ("computed timeout", _set(*WORK, "TimeoutSeconds", to="{% 5 %}"), "must be a number"),
    ("computed heartbeat", _set(*WORK, "HeartbeatSeconds", to="{% 5 %}"), "must be a number"),
    ("unknown retry", _set(*WORK, "Retry", 0, "ErrorEquals", to=["Throttled"]), "no such error"),
    ("unknown catch", _set(*WORK, "Catch", 0, "ErrorEquals", to=["Nope"]), "no such error: Nope"),
    ("retry all", _set(*WORK, "Retry", 0, "ErrorEquals", to=["States.ALL"]), "permanent errors"),
    (
        "retry any task failure",
        _set(*WORK, "Retry", 0, "ErrorEquals", to=["States.TaskFailed"]),
        "permanent errors",
    ),
    ("no jitter", _drop(*WORK, "Retry", 0, "JitterStrategy"), "JitterStrategy FULL"),
    (
        "a call that may still run",
        _set(*WORK, "Retry", 0, "ErrorEquals", to=["Lambda.SdkClientException"]),
        "JitterStrategy NONE",
    ),
    ("no longest delay", _drop(*WORK, "Retry", 0, "MaxDelaySeconds"), "MaxDelaySeconds"),
    ("unbounded attempts", _drop(*WORK, "Retry", 0, "MaxAttempts"), "MaxAttempts"),
    ("batches", _set("States", "Each", "ItemBatcher", to={}), "ignores ItemBatcher"),
    ("result writer", _set("States", "Each", "ResultWriter", to={}), "ResultWriter needs Mode"),
    ("item reader", _set("States", "Each", "ItemReader", to={}), "ItemReader needs Mode"),
    ("parallel arguments", _set("States", "Both", "Arguments", to={}), "ignores Arguments"),
    ("parallel output", _set("States", "Both", "Output", to={}), "ignores Output"),
    ("parallel assign", _set("States", "Both", "Assign", to={}), "ignores Assign"),
    ("succeed output", _set("States", "Done", to={"Type": "Succeed", "Output": 1}), "a Succeed"),
    ("choice output", _set("States", "Choose", "Output", to={}), "Output of a Choice"),
    ("parameters", _set(*WORK, "Parameters", to={}), "Parameters belongs to JSONPath"),
    ("result path", _set(*WORK, "ResultPath", to="$.a"), "ResultPath belongs to JSONPath"),
    ("input path", _set(*WORK, "InputPath", to="$.a"), "InputPath belongs to JSONPath"),
    ("catch result path", _set(*WORK, "Catch", 0, "ResultPath", to="$"), "ResultPath belongs"),
    ("choice variable", _set(*CHOICES, "Variable", to="$.a"), "Variable belongs to JSONPath"),
    (
        "express children",
        _set(*PROCESSOR, "ProcessorConfig", "ExecutionType", to="EXPRESS"),
        "EXPRESS",
    ),
    ("literal condition", _set(*CHOICES, "Condition", to="true"), "no expression"),
    ("dangling next", _set(*WORK, "Next", to="Gone"), "goes to no state: Gone"),
    ("dangling default", _set("States", "Choose", "Default", to="Gone"), "no state: Gone"),
    ("no default", _drop("States", "Choose", "Default"), "neither goes on nor ends"),
    ("dangling choice", _set(*CHOICES, "Next", to="Gone"), "goes to no state: Gone"),
    ("dangling catch", _set(*WORK, "Catch", 0, "Next", to="Gone"), "goes to no state: Gone"),
    ("dangling start", _set("StartAt", to="Gone"), "StartAt names no state"),
    ("inner dangling start", _set(*PROCESSOR, "StartAt", to="Gone"), "Each: StartAt names"),
    ("dead end", _drop("States", "Both", "Next"), "neither goes on nor ends"),
    ("unreachable", _set("States", "Lost", to={"Type": "Pass", "End": True}), "never reached"),
    ("broken expression", _set("States", "Each", "Items", to="{% a[ %}"), "expression"),
]


@pytest.mark.parametrize(
    ("change", "complaint"), [b[1:] for b in BROKEN], ids=[b[0] for b in BROKEN]
)
def test_lint_complains_about(change: Change, complaint: str) -> None:
    machine = copy.deepcopy(GOOD)
    change(machine)

    assert complaint in "\n".join(lint.problems(machine, OWN))
