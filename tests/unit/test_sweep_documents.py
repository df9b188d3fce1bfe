"""The end of executions, and the sweep: whatever was lost in between is found again."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from recita.models.base import now
from recita.models.document import Upload, result_key
from recita.models.manifest import Manifest
from recita.ports import Outcome
from recita.ports.admission import Uploaded
from recita.steps import finish_document
from recita.steps.admission import Admission
from recita.steps.settle_document import MOST_RESTARTS, Settlement
from recita.steps.sweep_documents import Sweep, SweepReport

from tests.fakes import FakeBookmark, FakeListing, FakePlaces, Pipeline

pytestmark = pytest.mark.disable_socket

TEXT = b"Invoice 4711. The total is EUR 12.00."


class Deployment:
    """A whole deployment over fakes, in which things get lost."""

    def __init__(self, most: int = 100) -> None:
        self.pipeline = Pipeline("none")
        self.documents, self.workflow = self.pipeline.documents, self.pipeline.workflow
        self.places, self.listing = FakePlaces(most), FakeListing()
        self.bookmark, self.jobs = FakeBookmark(), FakePlaces()
        self.admission = Admission(self.documents, self.places, self.workflow)

    def put(self, key: str) -> Upload:
        """Upload a file of which no event tells."""
        upload = self.pipeline.upload(TEXT, key)
        self.listing.uploads.append(Uploaded(upload, now() - timedelta(hours=1)))
        return upload

    def began(self, key: str = "a.txt") -> Upload:
        """Upload a file and start it."""
        upload = self.put(key)
        assert self.admission.enter(upload)
        return upload

    def publish(self, upload: Upload, execution: str) -> Manifest:
        """Run the execution, tell nobody that it has ended."""
        return self.pipeline.execute(upload, execution)

    def lose(self, upload: Upload) -> None:
        """Let the index say again what it said before the end."""
        self.documents.rows[upload.document_id].update(status="PROCESSING", run=1)

    def ended(self, execution: str, outcome: Outcome = "FAILED") -> list[str]:
        self.workflow.outcomes[execution] = outcome
        return finish_document.run(execution, admission=self.admission, settlement=self.settlement)

    @property
    def settlement(self) -> Settlement:
        pipeline = self.pipeline
        return Settlement(pipeline.bench(), self.documents, self.workflow, pipeline.bus)

    def sweep(self, *, seconds: float = 60) -> SweepReport:
        return Sweep(
            self.admission,
            self.settlement,
            self.listing,
            self.bookmark,
            time.monotonic() + seconds,
            grace=timedelta(0),
            jobs=self.jobs,
        ).run()

    def row(self, upload: Upload) -> tuple[str, int]:
        row = self.documents.rows[upload.document_id]
        return row["status"], row["run"]

    def manifest(self, upload: Upload) -> Manifest:
        body = self.pipeline.results.objects[result_key(upload.document_id, "manifest.json")]
        return Manifest.model_validate_json(body)


@pytest.fixture
def here() -> Deployment:
    return Deployment()


# ------------------------------------------------------------------------- ended


def test_an_end_after_the_manifest_frees_the_place_and_changes_nothing(here: Deployment) -> None:
    upload = here.began()
    here.publish(upload, upload.document_id)
    assert here.ended(upload.document_id, "SUCCEEDED") == []
    assert here.row(upload) == ("COMPLETED", 1)
    assert here.places.held == set()
    assert len(here.pipeline.bus.events) == 1


@pytest.mark.parametrize("outcome", ["FAILED", "TIMED_OUT"])
def test_an_execution_that_ended_without_a_manifest_runs_again(
    here: Deployment, outcome: Outcome
) -> None:
    upload = here.began()
    again = f"{upload.document_id}.2"
    assert here.ended(upload.document_id, outcome) == [again]
    assert here.row(upload) == ("PROCESSING", 2)
    assert here.places.held == {again}

    here.publish(upload, again)
    here.ended(again, "SUCCEEDED")
    assert here.row(upload) == ("COMPLETED", 2)
    assert here.manifest(upload).execution == again


def test_what_fails_every_time_is_closed_with_a_reason(here: Deployment) -> None:
    upload = here.began()
    for run in range(1, MOST_RESTARTS + 2):
        here.ended(upload.document_id if run == 1 else f"{upload.document_id}.{run}")
    assert here.row(upload) == ("FAILED", MOST_RESTARTS + 1)
    reason = here.manifest(upload).reason
    assert reason is not None
    assert reason.code == "step-failed"
    assert "ExecutionFailed" in reason.message
    assert here.places.held == set()
    assert [event.data.status for event in here.pipeline.bus.events] == ["FAILED"]


def test_what_a_person_stopped_is_closed_and_not_run_again(here: Deployment) -> None:
    upload = here.began()
    assert here.ended(upload.document_id, "ABORTED") == []
    assert here.row(upload) == ("FAILED", 1)
    reason = here.manifest(upload).reason
    assert reason is not None
    assert "ExecutionAborted" in reason.message


def test_a_place_is_freed_even_when_the_document_cannot_be_settled(here: Deployment) -> None:
    upload = here.began()
    here.pipeline.results.objects[result_key(upload.document_id, "manifest.json")] = b"{"
    with pytest.raises(ValueError, match="Manifest"):
        here.ended(upload.document_id)
    assert here.places.held == set()


def test_a_late_end_of_an_earlier_run_touches_nothing(here: Deployment) -> None:
    upload = here.began()
    again = f"{upload.document_id}.2"
    here.ended(upload.document_id)
    here.ended(upload.document_id)
    assert here.row(upload) == ("PROCESSING", 2)
    assert here.places.held == {again}


# ------------------------------------------------------------------------- swept


def test_nothing_lost_is_nothing_done(here: Deployment) -> None:
    done, going = here.began("a.txt"), here.began("b.txt")
    here.publish(done, done.document_id)
    here.ended(done.document_id, "SUCCEEDED")
    assert here.sweep() == SweepReport(in_flight=1)
    assert here.row(going) == ("PROCESSING", 1)


def test_a_lost_end_is_found(here: Deployment) -> None:
    upload, waiting = here.began("a.txt"), None
    here.places.most = 1
    waiting = here.put("b.txt")
    here.admission.enter(waiting)
    here.publish(upload, upload.document_id)
    here.workflow.outcomes[upload.document_id] = "SUCCEEDED"

    report = here.sweep()
    assert (report.freed, report.started) == (1, 1)
    assert here.places.held == {waiting.document_id}
    assert here.row(waiting) == ("PROCESSING", 1)


def test_an_upload_of_which_no_event_told_is_admitted(here: Deployment) -> None:
    uploads = [here.put(f"{number}.txt") for number in range(5)]
    report = here.sweep()
    assert report.admitted == 5
    assert list(here.workflow.executions) == [upload.document_id for upload in uploads]
    assert here.sweep() == SweepReport(in_flight=5)


def test_an_upload_of_this_moment_is_left_to_its_event(here: Deployment) -> None:
    upload = here.pipeline.upload(TEXT, "a.txt")
    here.listing.uploads.append(Uploaded(upload, now() + timedelta(seconds=5)))
    assert here.sweep().admitted == 0


def test_a_finished_document_that_the_index_forgot_is_recorded(here: Deployment) -> None:
    upload = here.began()
    here.publish(upload, upload.document_id)
    here.ended(upload.document_id, "SUCCEEDED")
    del here.documents.rows[upload.document_id]
    report = here.sweep()
    assert (report.recorded, report.admitted) == (1, 0)
    assert here.row(upload) == ("COMPLETED", 1)
    assert len(here.pipeline.bus.events) == 1, "consumers were told already"


def test_an_announcement_that_was_lost_is_made(here: Deployment) -> None:
    upload = here.began()
    here.publish(upload, upload.document_id)
    here.lose(upload)
    here.pipeline.bus.events.clear()
    here.places.give_back(upload.document_id)
    here.workflow.outcomes[upload.document_id] = "FAILED"
    assert here.sweep().settled == 1
    assert here.row(upload) == ("COMPLETED", 1)
    assert [event.data.status for event in here.pipeline.bus.events] == ["COMPLETED"]


def test_a_row_whose_execution_was_never_started_waits_again(here: Deployment) -> None:
    upload = here.put("a.txt")
    row = here.documents.admit(upload)
    here.documents.started(row)
    report = here.sweep()
    assert (report.settled, report.started) == (1, 1)
    assert list(here.workflow.executions) == [upload.document_id]


def test_a_place_without_an_execution_is_used_or_freed(here: Deployment) -> None:
    upload = here.put("a.txt")
    here.documents.admit(upload)
    here.places.take(upload.document_id)
    here.places.take("0" * 32)
    report = here.sweep()
    assert report.freed == 1
    assert here.places.held == {upload.document_id}
    assert list(here.workflow.executions) == [upload.document_id]


def test_the_walk_goes_on_where_the_last_sweep_stopped(here: Deployment) -> None:
    for number in range(5):
        here.put(f"{number}.txt")
    here.bookmark.place = {"start": "2"}
    assert here.sweep().admitted == 3
    assert here.bookmark.place == {}
    assert here.sweep(seconds=-1).admitted == 0, "no page is begun when the time is up"
    assert here.sweep().admitted == 2


def test_one_document_that_cannot_be_handled_stops_no_other(here: Deployment) -> None:
    broken, fine = here.put("a.txt"), here.put("b.txt")
    here.pipeline.results.objects[result_key(broken.document_id, "manifest.json")] = b"{"
    report = here.sweep()
    assert report.failed == (f"{broken.document_id}: ValidationError",)
    assert report.admitted == 1
    assert here.row(fine) == ("PROCESSING", 1)


def test_the_longest_wait_is_told(here: Deployment) -> None:
    here.places.most = 0
    here.admission.enter(here.put("a.txt"))
    (name,) = here.documents.rows
    here.documents.rows[name]["queued_at"] = now() - timedelta(minutes=10)
    assert here.sweep().waiting_seconds == pytest.approx(600, abs=30)


def test_a_job_of_a_document_that_has_ended_gives_its_place_back() -> None:
    deployment = Deployment()
    running, ended = deployment.began("a.txt"), deployment.began("b.txt")
    deployment.publish(ended, ended.document_id)
    for upload in (running, ended):
        deployment.jobs.take(upload.document_id)
    deployment.jobs.take("0" * 32)  # of a document that nobody knows any more
    assert deployment.sweep().freed >= 2
    assert deployment.jobs.holders() == {running.document_id}


def test_every_sweep_tells_how_many_work_and_wait_and_how_long() -> None:
    deployment = Deployment(most=1)
    deployment.began("a.txt")
    waiting = deployment.put("b.txt")
    assert not deployment.admission.enter(waiting)
    row = deployment.documents.rows[waiting.document_id]
    row["queued_at"] = (now() - timedelta(hours=2)).isoformat()
    deployment.sweep()
    told = {one.metric.name: one.value for one in deployment.pipeline.meter.measures()}
    assert (told["InFlight"], told["Waiting"]) == (1, 1)
    assert told["LongestWait"] == pytest.approx(7200, abs=60)


def test_a_quiet_sweep_is_told_too() -> None:
    deployment = Deployment()
    deployment.sweep()
    told = [(one.metric.name, one.value) for one in deployment.pipeline.meter.measures()]
    assert told == [("InFlight", 0), ("Waiting", 0), ("LongestWait", 0)]


def test_a_document_that_starts_tells_once_how_long_it_waited() -> None:
    deployment = Deployment()
    upload = deployment.began("a.txt")
    deployment.admission.enter(upload)
    waited = [m for m in deployment.admission.meter.measures() if m.metric.name == "QueueWait"]
    assert len(waited) == 1
    assert 0 <= waited[0].value < 60


def test_what_a_function_writes_after_an_erasure_goes_too() -> None:
    deployment = Deployment()
    upload, other = deployment.began("a.txt"), deployment.began("b.txt")
    deployment.publish(other, other.document_id)
    kept = set(deployment.pipeline.results.objects)
    deployment.documents.rows[upload.document_id].update(status="ERASED", updated_at=now())
    deployment.publish(upload, upload.document_id)
    late = len(deployment.pipeline.results.objects) - len(kept)

    assert deployment.sweep().erased == late > 0

    assert set(deployment.pipeline.results.objects) == kept
    assert deployment.documents.rows[upload.document_id]["status"] == "ERASED"


def test_documents_that_were_erased_long_ago_are_not_looked_at_for_ever() -> None:
    deployment = Deployment()
    upload = deployment.began("a.txt")
    long_ago = now() - timedelta(hours=2)
    deployment.documents.rows[upload.document_id].update(status="ERASED", updated_at=long_ago)
    deployment.publish(upload, upload.document_id)
    assert deployment.sweep().erased == 0
