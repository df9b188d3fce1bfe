"""What every Lambda function does around its one step."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.exceptions import BotoCoreError, ClientError
from pydantic import BaseModel

from recita.adapters.failures import classified
from recita.errors import RecitaError
from recita.models.steps import Event
from recita.observability import logger

I = TypeVar("I", bound=BaseModel)  # noqa: E741 - input and output
O = TypeVar("O", bound=BaseModel)  # noqa: E741

Handler = Callable[[Event, LambdaContext], dict[str, Any]]


def lambda_step(model: type[I]) -> Callable[[Callable[[I], O]], Handler]:
    """Turn a function from one model to another into a Lambda handler.

    Logs the document id and the outcome, never the event: it may hold what people named a file.
    """

    def decorate(step: Callable[[I], O]) -> Handler:
        @wraps(step)
        def handler(event: Event, context: LambdaContext) -> dict[str, Any]:
            logger.clear_state()
            given = model.model_validate(event)
            _identify(event, context)
            try:
                output = step(given)
            except (ClientError, BotoCoreError) as error:
                # S3, DynamoDB and EventBridge: by a name that the state machine retries.
                raise classified(error, operation=getattr(error, "operation_name", "")) from error
            except RecitaError as error:
                logger.error("step failed", error=type(error).__name__, hint=error.hint)
                raise
            logger.info("step done", outcome=getattr(output, "status", None))
            return output.model_dump(mode="json")

        return handler

    return decorate


def _identify(event: Event, context: LambdaContext) -> None:
    found = event.get("document") or event.get("upload") or {}
    logger.append_keys(
        document_id=found.get("document_id"), request_id=getattr(context, "aws_request_id", None)
    )
