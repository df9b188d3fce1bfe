"""What every Lambda function does around its work: one log line, its metrics, errors by name."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, TypeVar

from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import BaseModel

from recita.adapters.failures import CALL_ERRORS, classified
from recita.errors import RecitaError
from recita.models.steps import Event
from recita.observability import logger, report
from recita.wiring import wiring

I = TypeVar("I", bound=BaseModel)  # noqa: E741 - input and output
O = TypeVar("O", bound=BaseModel)  # noqa: E741

Handler = Callable[[Event, LambdaContext], dict[str, Any]]
Line = dict[str, Any]


def lambda_step(model: type[I]) -> Callable[[Callable[[I], O]], Handler]:
    """Turn a function from one model to another into a Lambda handler.

    Logs never show the event: it may hold what people named a file.
    """

    def decorate(step: Callable[[I], O]) -> Handler:
        name = step.__module__.partition(".")[0].replace("_", "-")

        @wraps(step)
        def handler(event: Event, context: LambdaContext) -> dict[str, Any]:
            with told(name, context, **_about(event)) as line:
                output = step(model.model_validate(event))
                line["outcome"] = getattr(output, "status", None) or "SUCCEEDED"
            return output.model_dump(mode="json")

        return handler

    return decorate


@contextmanager
def told(step: str, context: LambdaContext | None = None, **about: Any) -> Iterator[Line]:
    """Log how a step went, in one line, and print its metrics, however it ends.

    The caller adds to the line that is yielded: ids, numbers and names of ours, never a text.
    Errors of boto3 leave under a name that the state machine retries.
    """
    begun = time.monotonic()
    wiring.meter.reset()
    request = getattr(context, "aws_request_id", None)
    line: Line = {"step": step, "request_id": request, **about, "outcome": "SUCCEEDED"}
    try:
        yield line
    except CALL_ERRORS as error:
        # S3, DynamoDB and EventBridge: the AI services' adapters classify their own.
        failure = classified(error, operation=getattr(error, "operation_name", "call"))
        wiring.meter.failed(failure)
        line |= _told_of(failure)
        raise failure from error
    except Exception as error:
        line |= _told_of(error)
        raise
    finally:
        line["duration_ms"] = round((time.monotonic() - begun) * 1000)
        failed = line["outcome"] == "FAILED"
        (logger.error if failed else logger.info)("step failed" if failed else "step done", **line)
        report(wiring.meter)


def _told_of(error: Exception) -> Line:
    hint = {"hint": error.hint} if isinstance(error, RecitaError) else {}
    return {"outcome": "FAILED", "error": type(error).__name__, **hint}


def _about(event: Event) -> Line:
    found = event.get("document") or event.get("upload") or {}
    known = {"document_id": found.get("document_id"), "attempt": event.get("attempt", 1)}
    return known | {name: event[name] for name in ("language", "batch") if name in event}
