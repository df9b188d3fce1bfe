"""Collecting what OCR has read: a part at a time, each page published as it comes."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from pydantic import Field

from recita.errors import OcrFailedError, ProviderThrottledError
from recita.models.base import Model
from recita.models.document import Document
from recita.models.page import Feature, Page, Reading
from recita.models.steps import CollectOcrInput, OcrCursor, OcrProgress
from recita.ports import Ocr, OcrPart
from recita.ports.limits import Places
from recita.pricing import ocr_page
from recita.steps import ocr_rounds, reading
from recita.steps.budget import Budget
from recita.steps.evidence import budget
from recita.steps.handover import PENDING, ocr_part
from recita.steps.ocr_answer import analysed
from recita.steps.ocr_job import OcrJob
from recita.steps.ocr_rounds import OcrRound
from recita.steps.workbench import StepRun, Workbench
from recita.text.features import worth

PART_PAGES = 250
PART_SECONDS = 120.0
"""A part ends after so many pages or so long, far from the function's memory and time."""
LONGEST_WAIT = 300
MAX_CHECKS = 40
"""Looks at a job that does not end: with waits growing from 15 to 300 s, three hours."""
FAILED = "ocr-failed"
BEYOND = "cost-cap-reached"
LISTED = 20
"""Page numbers in a warning."""


class CollectedPart(Model):
    """Pages of one part of a round, without their lines; ``worth`` has those to be analysed."""

    round: int
    pages: tuple[Page, ...] = ()
    failed: dict[int, str] = Field(default_factory=dict)
    worth: dict[int, tuple[Feature, ...]] = Field(default_factory=dict)


@dataclass
class Collecting:
    """One part of one round, on its way: iterate to get its pages, then look at the rest."""

    round: OcrRound
    waiting: dict[int, Page]
    judging: bool
    """Whether pages are judged, by their words, worth an analysis."""
    following: OcrCursor | None = None
    running: bool = False
    failed: dict[int, str] = field(default_factory=dict)
    worth: dict[int, tuple[Feature, ...]] = field(default_factory=dict)

    def pages(self, parts: Iterable[OcrPart]) -> Iterator[Page]:
        """Yield pages until there are enough, by the numbers they have in the document."""
        count, until = 0, time.monotonic() + PART_SECONDS
        coming = iter(parts)
        while part := self._next(coming, count):
            self.following, self.running = part.following, part.running
            # Textract counts from 1; its model also allows warnings of a page 0.
            numbers = dict(enumerate(self.round.pages, start=1))
            self.failed |= {numbers[n]: code for n, code in part.failed.items() if n in numbers}
            for page in part.pages:
                if numbers[page.number] not in self.failed:  # else torn, maybe read whole before
                    yield self._numbered(page)
            count += len(part.pages)
            if count and (count >= PART_PAGES or time.monotonic() > until):
                return

    def _next(self, coming: Iterator[OcrPart], count: int) -> OcrPart | None:
        try:
            return next(coming, None)
        except ProviderThrottledError:
            if count:  # what has come is kept; the next part asks again
                return None
            raise

    def _numbered(self, page: Page) -> Page:
        number = self.round.pages[page.number - 1]
        features = worth(page) if self.judging else ()
        if features:
            self.worth[number] = features
        page = page.model_copy(update={"why": analysed(self.round.features)})
        return reading.filled(
            page, self.waiting.get(number, Page(number=number, method="ocr", why=""))
        )


def run(
    given: CollectOcrInput, *, bench: Workbench, ocr: Ocr, poll_seconds: int, jobs: Places | None
) -> OcrProgress:
    """Collect a part of what the round's job has read, and say what comes next.

    A job that fails costs the pages it was to read, not those that are read already. One that has
    ended gives its place among the open jobs back.
    """
    document, progress = given.document, given.ocr
    name, part = "collect-ocr", progress.part
    with bench.step(document.document_id, name, given.attempt, part=part) as step:
        collecting = _collecting(step, document, progress.round)
        error, pages = progress.error, list[Page]()
        if not error:
            error, pages = _collect(step, collecting, ocr, progress.cursor)
        if collecting.running:
            if progress.checks < MAX_CHECKS:
                return _wait(progress, poll_seconds)
            error = "it did not end in time"
        if jobs:
            jobs.give_back(document.document_id)
        _keep(step, collecting, part, pages)
        _warn(step, collecting, error)
        if collecting.following and not error:
            cursor = collecting.following
            return OcrProgress(status="COLLECT", round=progress.round, part=part + 1, cursor=cursor)
        return _round_over(step, progress, budget(bench, document))


def _collecting(step: StepRun, document: Document, number: int) -> Collecting:
    round_ = ocr_rounds.find(step, number) or OcrRound(number=number, pages=())
    waiting = {page.number: page for page in ocr_rounds.waiting(step)}
    judging = round_.reads and document.ocr_features == "auto"
    return Collecting(round_, waiting, judging=judging)


def _collect(
    step: StepRun, collecting: Collecting, ocr: Ocr, cursor: OcrCursor | None
) -> tuple[str, list[Page]]:
    """Return an error that ended the round, or the published pages."""
    record = collecting.round.record("job")
    job = step.recall(record, OcrJob)
    if job is None:  # the wait ended before the function that starts the job did
        collecting.running = True
        return "", []
    if job.error:
        return job.error, []
    parts: Iterable[OcrPart] = [OcrPart(job.answer, job.failed)]
    if job.job_id:
        parts = ocr.collect(job.job_id, collecting.round.features, cursor)
    try:
        return "", reading.publish(step, collecting.pages(parts))
    except OcrFailedError as error:  # should the document run again, this job is of no use
        step.keep(record, job.model_copy(update={"error": str(error)}))
        return str(error), []


def _wait(progress: OcrProgress, poll_seconds: int) -> OcrProgress:
    seconds = min(poll_seconds * 2**progress.checks, LONGEST_WAIT)
    update = {"status": "WAIT", "checks": progress.checks + 1, "wait_seconds": seconds}
    return progress.model_copy(update=update)


def _keep(step: StepRun, collecting: Collecting, part: int, pages: list[Page]) -> None:
    kept = CollectedPart(
        round=collecting.round.number,
        pages=tuple(pages),
        failed=collecting.failed,
        worth=collecting.worth,
    )
    step.keep(ocr_part(part), kept)


def _warn(step: StepRun, collecting: Collecting, error: str) -> None:
    round_ = collecting.round
    lacking = "read" if round_.reads else f"analysed for {', '.join(round_.features)}"
    if error:  # some of its pages may have come before
        lost = f"The job by which pages {_listed(round_.pages)} were to be {lacking}: {error}"
        step.warn("ocr-job-failed" if round_.reads else "ocr-analysis-failed", lost)
    # What the first round leaves out is asked for once more.
    failed = collecting.failed if round_.number else {}
    for answer in sorted(set(failed.values())):
        pages = [number for number, why in failed.items() if why == answer]
        lost = f"Pages {_listed(pages)} were not {lacking}: Textract answered {answer}."
        step.warn("ocr-page-failed" if round_.reads else "ocr-analysis-failed", lost)


def _listed(pages: Sequence[int]) -> str:
    more = f" and {len(pages) - LISTED} more" if len(pages) > LISTED else ""
    return ", ".join(str(number) for number in pages[:LISTED]) + more


def _round_over(step: StepRun, progress: OcrProgress, left: Budget) -> OcrProgress:
    recalled = (step.recall(ocr_part(n), CollectedPart) for n in range(progress.part + 1))
    parts = [part for part in recalled if part]
    ended = ocr_rounds.find(step, progress.round)
    if ended and ended.reads:
        _go_on(step, ended, parts, left)
    following = progress.round + 1
    if ocr_rounds.find(step, following):
        return OcrProgress(status="START", round=following, part=progress.part + 1)
    _finish(step, parts)
    return OcrProgress(status="DONE", round=progress.round, part=progress.part)


def _go_on(step: StepRun, ended: OcrRound, parts: Sequence[CollectedPart], left: Budget) -> None:
    """Plan what follows a round that reads, as far as it can be paid."""
    torn = {(part.round, number) for part in parts for number in part.failed}
    left_out = sorted(number for _, number in torn) if ended.number == 0 else []
    paid = left.affordable([ocr_page(ended.features)] * len(left_out))
    if beyond := left_out[paid:]:
        lost = f"Pages {_listed(beyond)}, which Textract has left out, were not read again."
        step.warn(BEYOND, lost)
    if left_out:
        ocr_rounds.read_again(step, ended, left_out[:paid], beyond)
    if paid:
        return
    wanted = {
        number: what
        for part in parts
        for number, what in part.worth.items()
        if (part.round, number) not in torn
    }
    asked = sorted(wanted.items())
    paid = left.affordable([ocr_page(what) for _, what in asked])
    if beyond := [number for number, _ in asked[paid:]]:
        step.warn(BEYOND, f"Pages {_listed(beyond)} were not analysed.")
    ocr_rounds.analyse(step, ended, dict(asked[:paid]))


def _finish(step: StepRun, parts: Sequence[CollectedPart]) -> None:
    """Join what was collected with what needed no OCR; later rounds know more of a page."""
    pending = step.recall(PENDING, Reading) or Reading(pages=())
    found = {
        page.number: page for part in parts for page in part.pages if page.number not in part.failed
    }
    beyond = ocr_rounds.beyond(step)
    lost = [
        Page(
            number=page.number,
            method="none",
            why=page.why,
            error=BEYOND if page.number in beyond else FAILED,
        )
        for page in pending.pages
        if page.method == "ocr" and page.number not in found
    ]
    done = {page.number: page for page in pending.pages if page.method != "ocr"} | found
    done |= {page.number: page for page in reading.publish(step, lost)}
    reading.finish(step, done.values())
