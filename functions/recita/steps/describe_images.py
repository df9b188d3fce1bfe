"""Describing: every picture that was seen leaves here, some of them with a description."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from recita.errors import ProviderRefusedError, UnderstandingFailedError
from recita.models.document import Document, result_key
from recita.models.page import Page
from recita.models.picture import Inventory, Picture, Pictures
from recita.models.record import StepRecord
from recita.models.steps import DescribeInput, DescribeProgress
from recita.models.summary import Understanding
from recita.ports import Guardrail, Model
from recita.steps.describing import DESCRIBE, derived, describe_picture
from recita.steps.find_pictures import batches
from recita.steps.handover import INVENTORY, PICTURES, UNDERSTANDING, seen
from recita.steps.interview import Interview, OutOfTimeError
from recita.steps.workbench import StepRun, Workbench
from recita.text.conditions import Rule, parse_rule
from recita.text.sheet import picture_sheet
from recita.text.surroundings import around

SHEET = "images/index.html"
LANGUAGE = "en"
"""Of descriptions in a document whose own language is not known."""


@dataclass(frozen=True)
class _Desk:
    """What each picture is described with."""

    step: StepRun
    interview: Interview
    document: Document
    chosen: Rule
    understood: Understanding | None


def run(
    given: DescribeInput, *, bench: Workbench, model: Model, guardrail: Guardrail
) -> DescribeProgress:
    """Publish the pictures; CONTINUE when there are more than one invocation has time for."""
    document, begun = given.document, given.progress
    with bench.step(
        document.document_id, "describe-images", given.attempt, part=begun.part
    ) as step:
        desk = _Desk(
            step=step,
            interview=Interview(step, model, guardrail),
            document=document,
            chosen=parse_rule(document.describe_images),
            understood=step.recall(UNDERSTANDING, Understanding),
        )
        waiting, withheld = _seen(step), _withheld(step)
        kept = step.recall(PICTURES, Pictures) or Pictures()
        done = list(kept.pictures[: begun.following])
        with suppress(OutOfTimeError):  # extend keeps what came before it
            done.extend(
                _published(desk, picture, withheld=picture.id in withheld)
                for picture in waiting[begun.following :]
            )
        step.keep(PICTURES, Pictures(pictures=tuple(done)))
        more = len(done) < len(waiting)
        if not more:
            sheet = picture_sheet(_name(document), done)
            step.publish(SHEET, sheet.encode(), "text/html; charset=utf-8", "image-sheet")
        return DescribeProgress(
            status="CONTINUE" if more else "DONE", part=begun.part + 1, following=len(done)
        )


def _name(document: Document) -> str:
    return document.key.rpartition("/")[2] or document.key


def _seen(step: StepRun) -> list[Picture]:
    """Return the pictures that were looked at, in the order of the document."""
    inventory = step.recall(INVENTORY, Inventory) or Inventory()
    found = (step.recall(seen(spotted.id), Picture) for spotted in inventory.pictures)
    return [picture for picture in found if picture]


def _withheld(step: StepRun) -> set[str]:
    """Return the ids of the pictures that moderation keeps back."""
    inventory = step.recall(INVENTORY, Inventory) or Inventory()
    names = [f"steps/see-images:{number}.json" for number in batches(len(inventory.pictures))]
    records = (step.recall(name, StepRecord) for name in names)
    verdicts = (verdict for record in records if record for verdict in record.verdicts)
    return {verdict.target.split()[-1] for verdict in verdicts if verdict.action == "WITHHELD"}


def _published(desk: _Desk, picture: Picture, *, withheld: bool) -> Picture:
    """Publish one picture with all that is known about it, and return that."""
    step = desk.step
    picture, blocked = _checked(desk, picture)
    jpeg = derived(step.results, step.document_id, picture)
    if withheld or blocked:
        picture = picture.model_copy(update={"image": None})
    else:
        picture = _described(desk, picture, jpeg)
        step.publish(f"images/{picture.id}.jpg", jpeg, "image/jpeg", "image")
    step.publish_model(picture.artifact, picture, "image-analysis")
    return picture


def _checked(desk: _Desk, picture: Picture) -> tuple[Picture, bool]:
    """Return the picture with its text as the guardrail lets it go, and whether it blocks that."""
    if not picture.text:
        return picture, False
    target = f"text in picture {picture.id}"
    checked = desk.interview.check(f"text-{picture.id}", picture.text, "description", target)
    blocked = checked.action == "BLOCKED"
    return picture.model_copy(update={"text": "" if blocked else checked.text}), blocked


def _described(desk: _Desk, picture: Picture, jpeg: bytes) -> Picture:
    if picture.error or not desk.chosen(picture):
        return picture
    summary = desk.understood.summary if desk.understood else None
    if summary and summary.prompt_version.startswith(f"{DESCRIBE}/"):  # the upload itself
        return picture.model_copy(update={"description": summary.text})
    language = desk.understood.language.code if desk.understood else LANGUAGE
    try:
        answer = describe_picture(desk.interview, picture, language, _around(desk, picture), jpeg)
    except (UnderstandingFailedError, ProviderRefusedError) as error:
        desk.step.warn("description-failed", f"picture {picture.id}: {error}")
        return picture.model_copy(update={"error": "description-failed"})
    if answer is None:
        desk.step.warn("description-blocked", f"picture {picture.id}")
        return picture
    description = " ".join(sentence.text for sentence in answer.sentences)
    return picture.model_copy(update={"description": description})


def _around(desk: _Desk, picture: Picture) -> str:
    """Return the text near the picture; an upload has none but its own."""
    if desk.document.route == "image" or picture.page is None:
        return ""
    known = Page(number=picture.page, method="none", why="")
    body = desk.step.results.read(result_key(desk.step.document_id, known.artifact))
    return around(Page.model_validate_json(body), picture.box) if body else ""
