"""Our wire on a port of its own, with whatever operations a test brings."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import boto3
import pytest
import uvicorn
from botocore.config import Config
from moto import mock_aws
from recita.meter import Meter
from recita_local.gateway import Gateway
from recita_local.wire.app import Wire
from recita_local.wire.service import Operations

from tests.contract.stubbed import STUBBERS

Serve = Callable[[Callable[[str], Operations]], AbstractContextManager[str]]


@contextlib.contextmanager
def _served(operations: Callable[[str], Operations]) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    endpoint = f"http://127.0.0.1:{port}"
    gateway = Gateway(Wire(endpoint, operations), _nothing_else, {})
    config = uvicorn.Config(
        gateway, port=port, lifespan="off", log_level="error", date_header=False
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.02)
    yield endpoint
    server.should_exit = True
    thread.join(5)


async def _nothing_else(scope: Any, receive: Any, send: Any) -> None:
    raise AssertionError(
        f"a request that no service of ours takes: {scope['path']}, {receive}{send}"
    )


@pytest.fixture(scope="session")
def serve() -> Serve:
    return _served


@pytest.fixture(scope="session")
def connect() -> Callable[..., Any]:
    """Makes boto3 clients; ``validate=False`` sends what boto3 itself would refuse."""

    def client(
        endpoint: str, service: str, *, validate: bool = True, config: Config | None = None
    ) -> Any:
        factory: Any = boto3.client  # its overloads want the service as a literal
        config = config or Config(retries={"max_attempts": 1}, parameter_validation=validate)
        return factory(service, endpoint_url=endpoint, region_name="eu-west-3", config=config,
                       aws_access_key_id="a", aws_secret_access_key="b")  # fmt: skip

    return client


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An empty account on moto."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        yield


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Credentials for clients that ask nobody; every stubbed answer has to be asked for."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    yield
    stubbers = list(STUBBERS)
    STUBBERS.clear()
    for stubber in stubbers:
        stubber.assert_no_pending_responses()


@pytest.fixture
def meter() -> Meter:
    return Meter()
