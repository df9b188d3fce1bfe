"""Describing: every picture that was seen leaves here, some of them with a description."""

from __future__ import annotations

from dataclasses import dataclass

from recita.errors import (
    CostCapReachedError,
    ProviderPacedError,
    ProviderRefusedError,
    ProviderThrottledError,
    ProviderUnavailableError,
)
from recita.models.document import Document, result_key
from recita.models.page import Page
from recita.models.picture import Picture, Pictures
from recita.models.steps import DescribeInput, DescribeProgress
from recita.models.summary import Understanding
from recita.ports import Guardrail
from recita.steps.describing import DESCRIBE, LANGUAGE, Described, derived, describe_picture
from recita.steps.evidence import budget
from recita.steps.handover import PICTURES, UNDERSTANDING
from recita.steps.interview import Interview, Models, OutOfTimeError
from recita.steps.seen import SeenPicture, seen_pictures
from recita.steps.workbench import StepRun, Workbench
from recita.text.conditions import Rule, parse_rule
from recita.text.sheet import picture_sheet
from recita.text.surroundings import around

SHEET = "images/index.html"
LAST_ATTEMPT = 13
"""The state machine retries twelve times; what can't be described then is published without."""
UNANSWERED = (ProviderThrottledError, ProviderUnavailableError)


@dataclass
class _Desk:
    """What each picture is described with."""

    step: StepRun
    interview: Interview
    document: Document
    chosen: Rule
    understood: Understanding | None
    last_attempt: bool
    silent: bool = False
    """Whether the model did not answer in the last attempt: the others are not asked about."""


def run(
    given: DescribeInput, *, bench: Workbench, models: Models, guardrail: Guardrail
) -> DescribeProgress:
    """Publish the pictures; CONTINUE when there are more than one invocation has time for."""
    document, begun = given.document, given.progress
    with bench.step(
        document.document_id, "describe-images", given.attempt, part=begun.part
    ) as step:
        desk = _Desk(
            step=step,
            interview=Interview(step, models, guardrail, budget(bench, document)),
            document=document,
            chosen=parse_rule(document.describe_images),
            understood=step.recall(UNDERSTANDING, Understanding),
            last_attempt=given.attempt >= LAST_ATTEMPT,
        )
        waiting = seen_pictures(step)
        done = _publish(desk, waiting, begun.following)
        more = len(done) < len(waiting)
        if done and not more:
            sheet = picture_sheet(_name(document), done)
            step.publish(SHEET, sheet.encode(), "text/html; charset=utf-8", "image-sheet")
        return DescribeProgress(
            status="CONTINUE" if more else "DONE", part=begun.part + 1, following=len(done)
        )


def _publish(desk: _Desk, waiting: list[SeenPicture], first: int) -> list[Picture]:
    """Publish pictures from the ``first`` on, as long as there is time; return all so far."""
    kept = desk.step.recall(PICTURES, Pictures) if first else None  # else another run's
    done = list(kept.pictures[:first]) if kept else []
    try:
        for picture in waiting[first:]:
            done.append(_published(desk, picture))
    except OutOfTimeError:
        pass
    finally:
        desk.step.keep(PICTURES, Pictures(pictures=tuple(done)))
    return done


def _name(document: Document) -> str:
    return document.key.rpartition("/")[2] or document.key


def _published(desk: _Desk, seen: SeenPicture) -> Picture:
    """Publish one picture with all that is known about it, and return that."""
    step = desk.step
    try:
        seen, shown = _checked(desk, seen)
    except CostCapReachedError:  # what nobody checked does not leave
        unchecked = {"text": "", "alt": "", "error": CostCapReachedError.code}
        seen, shown = seen.model_copy(update=unchecked), False
    shown = shown and seen.action == "NONE"
    jpeg = derived(step.results, step.document_id, seen)
    picture = Picture(**seen.model_dump(include=set(Picture.model_fields)))
    if shown and seen.may_be_shown:
        picture, shown = _described(desk, picture, jpeg)
    if shown:
        step.publish(f"images/{picture.id}.jpg", jpeg, "image/jpeg", "image")
    else:
        picture = picture.model_copy(update={"image": None})
    step.publish_model(picture.artifact, picture, "image-analysis")
    return picture


def _checked(desk: _Desk, picture: SeenPicture) -> tuple[SeenPicture, bool]:
    """Return the picture with its texts as the guardrail lets them go, and whether it may leave."""
    shown = True
    for name, what in (("text", "text in"), ("alt", "alternative text of")):
        text = getattr(picture, name)
        if not text:
            continue
        target = f"{what} picture {picture.id}"
        checked = desk.interview.check(f"{name}-{picture.id}", text, "description", target)
        blocked = checked.action == "BLOCKED"
        picture = picture.model_copy(update={name: "" if blocked else checked.text})
        shown = shown and not (blocked and name == "text")
    return picture, shown


def _described(desk: _Desk, picture: Picture, jpeg: bytes) -> tuple[Picture, bool]:
    """Return the picture with its description, and whether the guardrail lets it be seen."""
    if not desk.chosen(picture):
        return picture, True
    summary = desk.understood.summary if desk.understood else None
    if summary and summary.prompt_version.startswith(f"{DESCRIBE}/"):  # the upload itself
        return picture.model_copy(update={"description": summary.text}), True
    asked = _asked(desk, picture, jpeg)
    if asked is None:
        return picture.model_copy(update={"error": "description-failed"}), True
    if asked.text is None:
        desk.step.warn("description-blocked", f"picture {picture.id}")
        return picture, not asked.picture_blocked
    return picture.model_copy(update={"description": asked.text}), True


def _asked(desk: _Desk, picture: Picture, jpeg: bytes) -> Described | None:
    """Return the answer about one picture, None when there is none to be had."""
    if desk.silent:
        return None
    language = desk.understood.language.code if desk.understood else LANGUAGE
    near = _around(desk, picture)
    try:
        described = describe_picture(desk.interview, picture, language, near, jpeg)
    except UNANSWERED as error:
        if isinstance(error, ProviderPacedError) or not desk.last_attempt:
            raise
        desk.silent = True
        desk.step.warn("description-failed", f"picture {picture.id}: {error}")
    except (CostCapReachedError, ProviderRefusedError) as error:
        desk.step.warn("description-failed", f"picture {picture.id}: {error}")
    else:
        if not described.failed:
            return described
        desk.step.warn("description-failed", f"picture {picture.id}: {described.failed}")
    return None


def _around(desk: _Desk, picture: Picture) -> str:
    """Return the text near the picture; an upload has none but its own."""
    if desk.document.route == "image" or picture.page is None:
        return ""
    known = Page(number=picture.page, method="none", why="")
    body = desk.step.results.read(result_key(desk.step.document_id, known.artifact))
    return around(Page.model_validate_json(body), picture.box) if body else ""
