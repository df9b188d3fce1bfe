"""Lints a state machine: mistakes AWS would accept, and what the laptop would silently ignore.

Run it as ``python scripts/lint_asl.py statemachine/*.asl.json``.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

from jsonata import Jsonata  # type: ignore[import-untyped]

State = dict[str, Any]
Rule = Callable[[State], Iterator[str]]

STATES_ERRORS = frozenset(
    {
        "States.ALL",
        "States.BranchFailed",
        "States.DataLimitExceeded",
        "States.ExceedToleratedFailureThreshold",
        "States.HeartbeatTimeout",
        "States.ItemReaderFailed",
        "States.NoChoiceMatched",
        "States.Permissions",
        "States.QueryEvaluationError",
        "States.ResultWriterFailed",
        "States.Runtime",
        "States.TaskFailed",
        "States.Timeout",
    }
)
"""Names that the Amazon States Language reserves."""

LAMBDA_ERRORS = frozenset(
    {
        "Lambda.AWSLambdaException",
        "Lambda.ClientExecutionTimeoutException",
        "Lambda.SdkClientException",
        "Lambda.ServiceException",
        "Lambda.TooManyRequestsException",
        "Lambda.Unknown",
        "Runtime.ExitError",
    }
)
"""Names that the Lambda integration gives its own errors."""

JSONPATH_FIELDS = (
    "HeartbeatSecondsPath",
    "InputPath",
    "ItemsPath",
    "Iterator",
    "MaxConcurrencyPath",
    "OutputPath",
    "Parameters",
    "ResultPath",
    "ResultSelector",
    "SecondsPath",
    "TimeoutSecondsPath",
    "TimestampPath",
    "Variable",
)
"""Fields of JSONPath states; AWS refuses them in JSONata ones, the laptop takes no notice."""

IGNORED_FIELDS = {
    "Parallel": ("Arguments", "Output", "Assign"),
    "Succeed": ("Output",),
    "Choice": ("Output", "Assign"),
    "Map": ("ItemBatcher", "ToleratedFailureCountPath"),
}
"""Fields, by state type, that the laptop drops without a word."""

MAY_STILL_RUN = {"Lambda.ClientExecutionTimeoutException", "Lambda.SdkClientException"}
"""Nobody heard the function's answer: it may be at work, and is to be waited out."""

DISTRIBUTED_FIELDS = ("ItemReader", "ResultWriter", "ToleratedFailurePercentage")
"""Fields of a Map that mean something only where its children are executions of their own."""

UNBOUNDED_RETRIES = frozenset({"States.ALL", "States.TaskFailed"})
ENDINGS = frozenset({"Succeed", "Fail"})
PARAMETER = re.compile(r"^\{% \$ceil\(\$number\('\$\{\w+\}'\)\) %\}$")
"""The one expression that a time limit may be: a number parameter of the template."""
LONGEST_PARAMETER = 3600
"""The most seconds that a parameter of template.yaml may give a task."""
MAP_ITEMS = 10
"""The most items a Map has to get through in time: target languages in template.yaml."""

EXPRESSION = re.compile(r"^\{%(.*)%\}$", re.DOTALL)
SUBSTITUTION = re.compile(r"\$\{(\w+)\}")


def problems(machine: State, own_errors: Collection[str]) -> list[str]:
    """Return everything wrong with a machine, each as ``state: what``."""
    rules = (*RULES, _known_errors(own_errors))
    found = [f"the machine: {what}" for what in (*_machine(machine), *_graph(machine))]
    for name, state in states(machine):
        found += [f"{name}: {what}" for rule in rules for what in rule(state)]
        for nested in children(state):
            found += [f"{name}: {what}" for what in _graph(nested)]
    found += [f"expression {text!r}: {what}" for text, what in _broken_expressions(machine)]
    return found


def substitutions(definition: str) -> set[str]:
    """Return the names of all ``${…}`` in a definition."""
    return set(SUBSTITUTION.findall(definition))


def states(machine: State) -> Iterator[tuple[str, State]]:
    """Yield every state with its name, those of branches and maps too."""
    for name, state in machine["States"].items():
        yield name, state
        for nested in children(state):
            yield from states(nested)


def children(state: State) -> list[State]:
    """Return the machines inside a Parallel or a Map."""
    inner = state.get("ItemProcessor")
    return [*state.get("Branches", ()), *([inner] if inner else ())]


def longest_path(machine: State) -> int:
    """Return the seconds that the slowest way through the machine may take, without retries."""

    def seconds(name: str, seen: tuple[str, ...]) -> int:
        state = machine["States"].get(name)
        if state is None or name in seen:  # another rule's complaint, or a loop
            return 0
        rest = (seconds(target, (*seen, name)) for target in _targets(state))
        return _own_seconds(state) + max(rest, default=0)

    return seconds(machine["StartAt"], ())


def _own_seconds(state: State) -> int:
    inner = max((longest_path(nested) for nested in children(state)), default=0)
    if state["Type"] == "Map" and "ItemReader" not in state:  # who knows how much a bucket lists
        inner *= -(-MAP_ITEMS // int(state.get("MaxConcurrency") or MAP_ITEMS))
    own = state.get("TimeoutSeconds", 0)
    if _is_parameter(own):
        own = LONGEST_PARAMETER
    return inner + (own if isinstance(own, int) else 0)


def _is_parameter(value: Any) -> bool:
    return isinstance(value, str) and PARAMETER.match(value) is not None


def _machine(machine: State) -> Iterator[str]:
    if machine.get("QueryLanguage") != "JSONata":
        yield "QueryLanguage must be JSONata"
    limit = machine.get("TimeoutSeconds")
    if not isinstance(limit, int):
        yield "needs TimeoutSeconds as a number"
    elif limit <= longest_path(machine):
        yield f"TimeoutSeconds {limit} is not above its longest path, {longest_path(machine)}"


def _graph(machine: State) -> Iterator[str]:
    known = machine["States"]
    if machine.get("StartAt") not in known:
        yield f"StartAt names no state: {machine.get('StartAt')}"
    named = {machine.get("StartAt")}
    for name, state in known.items():
        named.update(_targets(state))
        yield from (f"{name} goes to no state: {t}" for t in _targets(state) if t not in known)
        if not _goes_on(state):
            yield f"{name} neither goes on nor ends"
    yield from (f"{name} is never reached" for name in known if name not in named)


def _targets(state: State) -> list[str]:
    rules = [*state.get("Choices", ()), *state.get("Catch", ())]
    found = [state.get("Next"), state.get("Default"), *(rule.get("Next") for rule in rules)]
    return [target for target in found if target is not None]


def _goes_on(state: State) -> bool:
    if state["Type"] == "Choice":
        return "Default" in state  # without one, an unmatched document fails without a manifest
    return state["Type"] in ENDINGS or ("Next" in state) != (state.get("End") is True)


def _query_language(state: State) -> Iterator[str]:
    if state.get("QueryLanguage", "JSONata") != "JSONata":
        yield "QueryLanguage must be JSONata"
    for place in (state, *state.get("Choices", ()), *state.get("Catch", ())):
        yield from (f"{field} belongs to JSONPath" for field in JSONPATH_FIELDS if field in place)


def _ignored(state: State) -> Iterator[str]:
    for field in IGNORED_FIELDS.get(state["Type"], ()):
        if field in state:
            yield f"the laptop ignores {field} of a {state['Type']}"
    for nested in children(state):
        config = nested.get("ProcessorConfig", {})
        if config.get("ExecutionType") == "EXPRESS":
            yield "the laptop runs EXPRESS children as STANDARD ones"
        if config.get("Mode") != "DISTRIBUTED":
            yield from (
                f"{name} needs Mode DISTRIBUTED" for name in DISTRIBUTED_FIELDS if name in state
            )


def _timeout(state: State) -> Iterator[str]:
    if state["Type"] == "Task" and "TimeoutSeconds" not in state:
        yield "a Task needs TimeoutSeconds"
    if not isinstance(limit := state.get("TimeoutSeconds", 0), int) and not _is_parameter(limit):
        yield "TimeoutSeconds must be a number, or a parameter that is one"
    if not isinstance(state.get("HeartbeatSeconds", 0), int):
        yield "HeartbeatSeconds must be a number: the laptop evaluates no expression there"


def _retry(state: State) -> Iterator[str]:
    for retrier in state.get("Retry", ()):
        if broad := UNBOUNDED_RETRIES & set(retrier["ErrorEquals"]):
            yield f"Retry names {', '.join(broad)}: permanent errors would be retried"
        yield from _spread(retrier)
        for field in ("MaxDelaySeconds", "MaxAttempts"):
            if not isinstance(retrier.get(field), int):
                yield f"Retry needs {field}"


def _spread(retrier: dict[str, Any]) -> Iterator[str]:
    """Retries are spread by chance, but where the wait is what keeps two calls apart."""
    apart = MAY_STILL_RUN & set(retrier["ErrorEquals"])
    if apart and (set(retrier["ErrorEquals"]) - apart or retrier.get("JitterStrategy") != "NONE"):
        yield f"{', '.join(sorted(apart))} need a Retry of their own with JitterStrategy NONE"
    if not apart and retrier.get("JitterStrategy") != "FULL":
        yield "Retry needs JitterStrategy FULL"


def _conditions(state: State) -> Iterator[str]:
    for rule in state.get("Choices", ()):
        if not EXPRESSION.match(str(rule.get("Condition", ""))):
            yield f"Condition is no expression: {rule.get('Condition')}"


def _known_errors(own_errors: Collection[str]) -> Rule:
    known = STATES_ERRORS | LAMBDA_ERRORS | set(own_errors)

    def rule(state: State) -> Iterator[str]:
        handlers = [*state.get("Retry", ()), *state.get("Catch", ())]
        names = [name for handler in handlers for name in handler["ErrorEquals"]]
        yield from (f"no such error: {name}" for name in dict.fromkeys(names) if name not in known)

    return rule


RULES: tuple[Rule, ...] = (_query_language, _ignored, _timeout, _retry, _conditions)


def _broken_expressions(value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from _broken_expressions(item)
    elif isinstance(value, str) and (found := EXPRESSION.match(value)):
        try:
            Jsonata(found[1])
        except Exception as error:  # noqa: BLE001 - the library raises its own and plain ones
            yield value, str(error)


def main(paths: Sequence[str]) -> int:
    """Print the problems of the machines in files; 1 when there are any."""
    from recita import errors  # noqa: PLC0415 - only the command needs the project's own names

    own = {name for name in vars(errors) if name.endswith("Error")}
    found = []
    for path in paths:
        told = problems(json.loads(Path(path).read_text("utf-8")), own)
        print("\n".join(f"{path}: {one}" for one in told or ["nothing to complain about"]))
        found += told
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
