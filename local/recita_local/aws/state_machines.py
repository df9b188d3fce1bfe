# ruff: noqa: SLF001 - ministack has no public interface to its state machines
"""What ministack's Step Functions does otherwise than AWS, silently, put right."""

from __future__ import annotations

import contextvars
import copy
import json
import threading
import time
from typing import Any

from ministack.services import stepfunctions as sfn

from recita_local.aws.patching import replaced
from recita_local.aws.waiting_line import BEGUN

HEARTBEAT_CHECK_SECONDS = 0.1

_TOKEN: contextvars.ContextVar[str | None] = contextvars.ContextVar("token", default=None)
"""Task token whose Lambda function is being called in this thread."""


def apply() -> None:
    """Install the corrections of task errors, time limits, heartbeats and parallel branches."""
    replaced(sfn, "_execute_task", _computing_timeouts)
    replaced(sfn, "_call_lambda", _naming_errors)
    replaced(sfn, "_invoke_with_callback", _watching_callbacks)
    replaced(sfn, "_run_execution", _limiting_time)
    replaced(sfn, "_run_parallel_branches", _separating_branches)


def _computing_timeouts(execute: Any) -> Any:
    """An expression as ``TimeoutSeconds`` ended the execution with States.Runtime."""

    def computed(state: dict[str, Any], given: Any, execution: Any, context: Any) -> Any:
        if isinstance(state.get("TimeoutSeconds"), str):
            seconds = sfn._jsonata_state_field(state, "TimeoutSeconds", "number", given, context)
            state = {**state, "TimeoutSeconds": seconds}
        return execute(state, given, execution, context)

    return computed


def _naming_errors(call: Any) -> Any:
    """A throttled call was ``Lambda.Unknown``; a failed call with a token left it waiting."""

    def named(function: str, event: Any) -> Any:
        try:
            return call(function, event)
        except sfn._ExecutionError as error:
            if "TooManyRequestsException" in str(getattr(error, "cause", error)):
                error = sfn._ExecutionError("Lambda.TooManyRequestsException", error.cause)
            _end_waiting(error)
            raise error from None

    return named


def _end_waiting(error: Any) -> None:
    """Pass an error to the task that waits for the token, as AWS does when the call fails."""
    waiting = sfn._task_tokens.get(_TOKEN.get())
    if waiting is not None:
        waiting["error"] = {"Error": error.error, "Cause": error.cause}
        waiting["event"].set()


def _watching_callbacks(invoke: Any) -> Any:
    """``HeartbeatSeconds`` was ignored: a lost task waited for its whole time limit."""

    def watched(resource: str, params: Any, token: str, state: dict[str, Any]) -> Any:
        ended = threading.Event()
        _TOKEN.set(token)
        if limit := state.get("HeartbeatSeconds"):
            _in_thread(_watch_heartbeat, token, float(limit), ended)
        try:
            return invoke(resource, params, token, state)
        finally:
            _TOKEN.set(None)
            ended.set()

    return watched


def _watch_heartbeat(token: str, limit: float, ended: threading.Event) -> None:
    beat, since = None, time.monotonic()
    while not ended.wait(HEARTBEAT_CHECK_SECONDS):
        waiting = sfn._task_tokens.get(token)
        if waiting is None:
            continue
        if waiting["heartbeat"] != beat:
            beat, since = waiting["heartbeat"], time.monotonic()
        if time.monotonic() - since > limit:
            waiting["error"] = {"Error": "States.HeartbeatTimeout", "Cause": ""}
            waiting["event"].set()
            return


def _limiting_time(run: Any) -> Any:
    """``TimeoutSeconds`` of a whole state machine was ignored."""

    def limited(arn: str) -> None:
        BEGUN.set(time.monotonic())
        execution = sfn._executions.get(arn) or {}
        machine = sfn._state_machines.get(execution.get("stateMachineArn")) or {}
        seconds = json.loads(machine.get("definition") or "{}").get("TimeoutSeconds")
        timer = None
        if seconds:
            context = contextvars.copy_context()
            timer = threading.Timer(seconds, context.run, (_time_out, execution))
            timer.daemon = True
            timer.start()
        try:
            run(arn)
        finally:
            if timer:
                timer.cancel()

    return limited


def _time_out(execution: dict[str, Any]) -> None:
    if execution.get("status") == "RUNNING":
        execution.update(status="TIMED_OUT", stopDate=sfn.now_iso(), error="States.Timeout")
        sfn._emit_execution_status_event(execution)


def _separating_branches(run_jsonpath: Any) -> Any:
    """JSONata ``Parallel`` ignored Arguments, Output and Assign; its branches shared a context.

    With a shared context one branch sees the variables, state name and task token of another.
    """

    def run(state: dict[str, Any], given: Any, execution: Any, context: dict[str, Any]) -> Any:
        if sfn._state_query_language(state, context) != "JSONata":
            return run_jsonpath(state, given, execution, context)
        arguments = state.get("Arguments")
        passed = (
            given if arguments is None else sfn._apply_jsonata_template(arguments, given, context)
        )
        results = _run_branches(state["Branches"], passed, execution, context)
        output = sfn._apply_jsonata_output(state, given, context, result=results, default=results)
        sfn._apply_state_assign(state, given, context, result=results)
        return output, sfn._next_or_end(state)

    return run


def _run_branches(
    branches: list[dict[str, Any]], given: Any, execution: Any, context: dict[str, Any]
) -> list[Any]:
    results: list[Any] = [None] * len(branches)
    errors: list[Exception] = []

    def run(number: int, branch: dict[str, Any], own: dict[str, Any]) -> None:
        try:
            results[number] = sfn._run_sub_machine(
                branch["States"], branch["StartAt"], given, execution, own
            )
        except Exception as error:  # noqa: BLE001 - re-raised by the parent
            errors.append(error)

    threads = [
        _in_thread(run, number, branch, copy.deepcopy(context))
        for number, branch in enumerate(branches)
    ]
    for thread in threads:
        thread.join()
    if errors:
        first = errors[0]
        known = isinstance(first, sfn._ExecutionError)
        raise first if known else sfn._ExecutionError("States.BranchFailed", str(first))
    return results


def _in_thread(function: Any, *args: Any) -> threading.Thread:
    """Start a thread that sees the account and region of this one."""
    context = contextvars.copy_context()
    thread = threading.Thread(target=context.run, args=(function, *args), daemon=True)
    thread.start()
    return thread
