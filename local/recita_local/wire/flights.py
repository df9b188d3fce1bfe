"""Retries of a call that is still being answered join it instead of starting it again.

An SDK that waits in vain for its read timeout (60 s in boto3) sends the same call once more, while
the engine still works on the first. SDKs mark all attempts of one call with the same header
``amz-sdk-invocation-id``; without this, a busy laptop does everything two and three times.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

KEPT_SECONDS = 300.0
"""How long an answer waits for the retry of a client that gave up."""

Answer = TypeVar("Answer")


class Flights(Generic[Answer]):
    """Calls under way by their invocation id; belongs to one event loop."""

    def __init__(self) -> None:
        self._tasks: dict[str, asyncio.Task[Answer]] = {}

    async def join(
        self,
        key: str,
        start: Callable[[], Awaitable[Answer]],
        receive: Callable[[], Awaitable[Any]],
    ) -> Answer | None:
        """The answer of the call named ``key``, started unless it is under way.

        None: the client went away meanwhile. ``receive`` is the ASGI channel that would say so.
        """
        task = self._tasks.get(key)
        if task is None:
            task = self._tasks[key] = asyncio.ensure_future(_awaited(start))
        gone = asyncio.ensure_future(_disconnected(receive))
        await asyncio.wait({task, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            task.add_done_callback(lambda done: self._forget_later(key, done))
            return None
        gone.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await gone
        self._tasks.pop(key, None)
        return task.result()

    def _forget_later(self, key: str, done: asyncio.Task[Answer]) -> None:
        asyncio.get_running_loop().call_later(KEPT_SECONDS, self._forget, key, done)

    def _forget(self, key: str, done: asyncio.Task[Answer]) -> None:
        if self._tasks.get(key) is done:
            del self._tasks[key]


async def _awaited(start: Callable[[], Awaitable[Answer]]) -> Answer:
    return await start()


async def _disconnected(receive: Callable[[], Awaitable[Any]]) -> None:
    while (await receive())["type"] != "http.disconnect":
        continue
