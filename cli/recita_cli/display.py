"""Progress for people: a live table in a terminal, one line per step anywhere else."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from recita.models.record import StepRecord

from recita_cli.console import paint, say
from recita_cli.following import Display, Journey

if TYPE_CHECKING:
    from rich.table import Table

NEXT = {
    "": "waiting for admission",
    "inspect-document": "reading",
    "read-pages": "reading on",
    "start-ocr": "waiting for OCR",
    "collect-ocr": "understanding",
    "find-pictures": "seeing",
    "see-images": "understanding",
    "understand-document": "translating",
    "describe-images": "translating",
    "translate-summary": "speaking",
    "speak-summary": "speaking",
    "publish-result": "publishing",
}
"""What most likely runs after the step that ended last; steps leave a record only when they end."""


def seconds_of(record: StepRecord) -> float:
    """How long the step ran."""
    return (record.ended_at - record.started_at).total_seconds()


def short_text(record: StepRecord) -> str:
    """A step in a word or two, for example ``translate es 0.4``; a table row has many."""
    name, _, language = record.name.partition(":")
    verb = name if name.endswith("-ocr") else name.partition("-")[0]
    failed = "" if record.status == "SUCCEEDED" else f" {record.status}"
    return f"{verb} {language}".strip() + f" {seconds_of(record):.1f}{failed}"


def step_text(record: StepRecord) -> str:
    """A step in a few words, for example ``translate-summary:es 0.4 s``."""
    text = f"{record.name} {seconds_of(record):.1f} s"
    if record.status == "SUCCEEDED":
        return text
    why = f" ({record.error.name})" if record.error else ""
    return f"{text} {record.status}{why}"


class Silence:
    """Shows nothing."""

    def step(self, journey: Journey, record: StepRecord) -> None:
        """Say nothing."""

    def over(self, journey: Journey) -> None:
        """Say nothing."""

    def tick(self, journeys: Sequence[Journey]) -> None:
        """Say nothing."""


class Lines:
    """One line when a step ends and one when a document does: for pipes, logs and CI."""

    def step(self, journey: Journey, record: StepRecord) -> None:
        """Say which step ended, and how long it took."""
        say(f"{journey.label}: {step_text(record)}")

    def over(self, journey: Journey) -> None:
        """Say how the document ended."""
        say(f"{journey.label}: {journey.status} after {journey.seconds:.1f} s")

    def tick(self, journeys: Sequence[Journey]) -> None:
        """Say nothing: a log has no use for a clock."""


class LiveTable:
    """A table that is redrawn in place."""

    def __init__(self) -> None:
        from rich.console import Console  # noqa: PLC0415 - 100 ms that only a terminal needs
        from rich.live import Live  # noqa: PLC0415

        self.live = Live(console=Console(stderr=True), auto_refresh=False)
        self._drawn = 0.0

    def step(self, journey: Journey, record: StepRecord) -> None:
        """Leave it to the next redraw."""

    def over(self, _: Journey) -> None:
        """Make sure that the next tick redraws."""
        self._drawn = 0.0

    def tick(self, journeys: Sequence[Journey]) -> None:
        """Redraw, ten times a second at most."""
        if time.monotonic() - self._drawn > 0.1:
            self._drawn = time.monotonic()
            self.live.update(_table(journeys), refresh=True)


@contextmanager
def shown(*, quiet: bool) -> Iterator[Display]:
    """The display that suits standard error."""
    if quiet:
        yield Silence()
    elif not sys.stderr.isatty():
        yield Lines()
    else:
        table = LiveTable()
        with table.live:
            yield table


def _table(journeys: Sequence[Journey]) -> Table:
    from rich import box  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("file", no_wrap=True, max_width=40)
    table.add_column("time", justify="right", no_wrap=True)
    table.add_column("now", no_wrap=True)
    table.add_column("done, in seconds", ratio=1)
    for journey in journeys:
        now = Text.from_ansi(paint(journey.status)) if journey.over else Text(_running(journey))
        done = " · ".join(short_text(record) for record in journey.steps.values())
        table.add_row(Text(journey.label), f"{journey.seconds:.1f} s", now, Text(done))
    return table


def _running(journey: Journey) -> str:
    last = list(journey.steps)[-1] if journey.steps else ""
    return NEXT.get(last.partition(":")[0], "working")
