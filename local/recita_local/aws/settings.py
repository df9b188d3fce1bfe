"""The environment of the laptop's server: ministack reads it when it is imported."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

REGION = "us-east-1"
HOST = "127.0.0.1"

LAMBDA_SLOTS = 6
"""Lambda calls at once; more wait. They mostly wait for engines anyway, 80 MB each."""

SLOTS_VARIABLE = "RECITA_LOCAL_LAMBDAS"
"""Sets another number of slots."""

WARM_SECONDS = 60
"""How long an idle Lambda worker stays: importing boto3 is most of a cold start."""

_INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "XDG_CACHE_HOME", "HTTPS_PROXY", "NO_PROXY")
_INHERITED_PREFIXES = ("RECITA_", "LOCAL_")


def server_environment(home: Path, port: int) -> dict[str, str]:
    """Everything the server may see; its Lambda functions inherit it, so nothing personal."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if name in _INHERITED or name.startswith(_INHERITED_PREFIXES)
    }
    return inherited | _process(home) | _ministack(home, port) | _aws(port)


def _process(home: Path) -> dict[str, str]:
    return {
        "LOCAL_PYTHON": sys.executable,
        "PYTHONUNBUFFERED": "1",
        "PYTHONUTF8": "1",
        "RECITA_HOME": str(home),
        "TMPDIR": str(home / "tmp"),
    }


def _ministack(home: Path, port: int) -> dict[str, str]:
    state = home / "state"
    return {
        "GATEWAY_PORT": str(port),
        "MINISTACK_HOST": HOST,
        "MINISTACK_REGION": REGION,
        "PERSIST_STATE": "1",
        "STATE_DIR": str(state),
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(state / "s3"),
        "LAMBDA_EXECUTOR": "local",
        "LAMBDA_WARM_TTL_SECONDS": str(WARM_SECONDS),
        "LAMBDA_ACCOUNT_CONCURRENCY": os.environ.get(SLOTS_VARIABLE) or str(LAMBDA_SLOTS),
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "DOCKER_HOST": "unix:///nonexistent.sock",
        "LOG_LEVEL": "WARNING",
        "SFN_WAIT_SCALE": os.environ.get("RECITA_LOCAL_WAITS") or "1",
    }


def _aws(port: int) -> dict[str, str]:
    return {
        "AWS_ENDPOINT_URL": f"http://{HOST}:{port}",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }
