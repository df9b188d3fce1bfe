"""How far a document is: the steps of its run by the stages that people know them by."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from time import sleep
from typing import Any, Literal

from recita.errors import RequestRefusedError
from recita.models.manifest import Step
from recita.steps import show_document
from recita.steps.show_document import UNENDED, Standing

from recita_cli.web.pages import render
from recita_cli.web.shelf import Shelf

State = Literal["done", "failed", "skipped", "waiting"]

STAGES = (
    ("Inspect", ("inspect-document",)),
    ("Read", ("read-pages", "start-ocr", "collect-ocr")),
    ("See", ("find-pictures", "see-images", "describe-images")),
    ("Understand", ("understand-document",)),
    ("Translate", ("translate-summary",)),
    ("Speak", ("speak-summary", "start-speech")),
    ("Publish", ("publish-result",)),
)
"""Names of steps, what follows a colon left out, such as a language."""
PAUSE, PAUSE_AWS = 0.4, 2.0
"""Seconds between two looks."""
LOOKS = 1500
"""Of one stream; the browser then asks again by itself."""
BEAT = 10
"""Looks without news after which a line is sent all the same, or nobody would learn who left."""


@dataclass(frozen=True)
class Stage:
    """One stage with those of its steps that have ended."""

    name: str
    state: State
    steps: tuple[Step, ...]


def stages(steps: Sequence[Step], *, published: bool = False) -> list[Stage]:
    """Return all stages in order; a manifest can't tell of the step that publishes it."""
    found = []
    for name, parts in STAGES:
        own = tuple(step for step in steps if step.name.partition(":")[0] in parts)
        found.append(Stage(name, _state(own), own))
    return [*found[:-1], replace(found[-1], state="done")] if published else found


def _state(steps: Sequence[Step]) -> State:
    every = {step.status for step in steps}
    if "FAILED" in every:
        return "failed"
    if not every:
        return "waiting"
    return "skipped" if every == {"SKIPPED"} else "done"


def look(document: str, shelf: Shelf) -> Standing | None:
    """Return where a document stands, None while nothing is known of it."""
    try:
        return show_document.standing(document, shelf.desk)
    except RequestRefusedError as error:
        if error.code != "document-unknown":
            raise
        return None


def facts(standing: Standing | None) -> dict[str, Any]:
    """Return what ``progress.html`` tells: the part of a page that changes on the way."""
    found = stages(standing.steps if standing else ())
    ended = [stage for stage in found if stage.state != "waiting"]
    return {
        "known": standing is not None,
        "status": standing.row.status if standing else "QUEUED",
        "stages": found,
        "latest": ended[-1].name if ended else None,
    }


def events(document: str, shelf: Shelf) -> Iterator[str]:
    """Yield a document's progress as server-sent events, until it has ended."""
    last, quiet = "", 0
    pause = PAUSE if shelf.target.is_laptop else PAUSE_AWS
    for _ in range(LOOKS):
        standing = look(document, shelf)
        if standing and standing.row.status not in UNENDED:
            yield "event: ended\ndata: \n\n"
            return
        now = render("progress.html", **facts(standing))
        quiet = quiet + 1 if now == last else 0
        if now != last:
            yield "event: progress\n" + "".join(f"data: {one}\n" for one in now.split("\n")) + "\n"
        elif quiet % BEAT == 0:
            yield ": nothing new\n\n"
        last = now
        sleep(pause)
