"""Many files at once: upload all, follow all, fetch each as it ends."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recita_client import RecitaClientError

from recita_cli import uploads
from recita_cli.console import CliError
from recita_cli.display import shown
from recita_cli.following import Follower, Journey
from recita_cli.target import Target

THREADS = 8


@dataclass
class Job:
    """One file and what becomes of it: a directory with its manifest, or an error."""

    file: Path
    key: str
    journey: Journey | None = None
    directory: Path | None = None
    error: CliError | None = None

    @property
    def label(self) -> str:
        """The file as the person named it, in characters that can be printed."""
        return printable(self.file)

    @property
    def short(self) -> str:
        """The file's name alone: progress has little room."""
        return printable(Path(self.file.name))

    @property
    def status(self) -> str | None:
        """The manifest's status, None without one."""
        return self.journey.status if self.journey and self.directory else None

    def as_data(self) -> dict[str, Any]:
        """The line that ``--json`` prints."""
        result = self.journey.result if self.journey and self.directory else None
        line = {
            "file": self.label,
            "directory": str(self.directory) if self.directory else None,
            "manifest": json.loads(result.body) if result else None,
        }
        if self.error:
            line["error"] = {"message": str(self.error), "fix": self.error.fix}
        return line


@dataclass(frozen=True)
class Order:
    """What to do with all files of one call."""

    metadata: Mapping[str, str]
    out: Path
    quiet: bool = False


def printable(file: Path) -> str:
    """A path as text; bytes that are no UTF-8 become U+FFFD, so that it can be an object key."""
    return os.fsencode(file).decode("utf-8", "replace")


def process(target: Target, jobs: Sequence[Job], order: Order) -> None:
    """Bring every job to its end; a job that fails costs that job only."""
    with ThreadPoolExecutor(THREADS) as pool, shown(quiet=order.quiet) as display:
        list(pool.map(lambda job: _send(target, job, order), jobs))
        under_way = {id(job.journey): job for job in jobs if job.journey}
        fetched: list[Future[None]] = []

        def collect(journey: Journey) -> None:
            job = under_way[id(journey)]
            fetched.append(pool.submit(_collect, job, order.out))

        follower = Follower(target, display)
        follower.follow([job.journey for job in jobs if job.journey], collect)
        for future in fetched:
            future.result()


def _send(target: Target, job: Job, order: Order) -> None:
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

    try:
        uploads.check_readable(job.file)
        sent = uploads.upload(target, job.file, job.key, order.metadata)
    except CliError as error:
        job.error = error
    except (OSError, BotoCoreError, ClientError) as error:
        job.error = CliError(f"{job.label}: can't be uploaded: {error}")
    else:
        job.journey = Journey(job.short, sent.document_id)


def _collect(job: Job, out: Path) -> None:
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

    if job.journey is None or job.journey.result is None:
        job.error = job.journey.error if job.journey else None
        return
    try:
        job.directory = job.journey.result.download(out / job.journey.document_id)
    except RecitaClientError as error:
        job.error = CliError(error.what, error.fix)
    except (OSError, BotoCoreError, ClientError) as error:
        job.error = CliError(f"{job.label}: its results can't be fetched: {error}")
