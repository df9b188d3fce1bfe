"""Jobs end, whatever happens in them, and one token starts one job."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from recita_local.services.textract.jobs import FAILED, IN_PROGRESS, SUCCEEDED, BlockFile, Job, Jobs
from recita_local.wire.service import RequestContext, ServiceError

CONTEXT = RequestContext("textract", "", "us-east-1", "000000000000", "http://127.0.0.1:1")
TEXT = "StartDocumentTextDetection"


class Told:
    """Waits until a job has been announced."""

    def __init__(self) -> None:
        self.jobs: list[Job] = []
        self._event = threading.Event()

    def __call__(self, job: Job) -> None:
        self.jobs.append(job)
        self._event.set()

    def wait(self) -> Job:
        assert self._event.wait(5), "the job was never announced"
        return self.jobs[0]


def accept(_job: Job) -> None:
    """Every job may begin."""


def succeed(job: Job) -> None:
    job.status = SUCCEEDED


def failing(error: Exception) -> Callable[[Job], None]:
    def work(_job: Job) -> None:
        raise error

    return work


def test_a_job_is_accepted_at_once_and_announced_when_done() -> None:
    gate, told = threading.Event(), Told()

    def work(job: Job) -> None:
        gate.wait(5)
        job.status = SUCCEEDED

    jobs = Jobs(accept, work, told)
    job = jobs.start(TEXT, {}, CONTEXT)
    assert jobs.get(TEXT, job.id).status == IN_PROGRESS
    gate.set()
    assert told.wait().status == SUCCEEDED


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (ServiceError("BadDocumentException", "broken"), "BAD_DOCUMENT"),
        (ServiceError("InvalidS3ObjectException", "gone"), "INVALID_S3_OBJECT"),
        (RuntimeError("a bug"), "INTERNAL_ERROR"),
    ],
)
def test_whatever_goes_wrong_the_job_fails_and_says_so(error: Exception, message: str) -> None:
    told = Told()
    Jobs(accept, failing(error), told).start(TEXT, {}, CONTEXT)
    job = told.wait()
    assert (job.status, job.message) == (FAILED, message)


def test_a_token_starts_one_job() -> None:
    jobs = Jobs(accept, succeed, lambda _job: None)
    first = jobs.start(TEXT, {"ClientRequestToken": "a", "JobTag": "x"}, CONTEXT)
    again = jobs.start(TEXT, {"ClientRequestToken": "a", "JobTag": "x"}, CONTEXT)
    assert first.id == again.id


def test_a_token_with_another_request_is_refused() -> None:
    jobs = Jobs(accept, succeed, lambda _job: None)
    jobs.start(TEXT, {"ClientRequestToken": "a", "JobTag": "x"}, CONTEXT)
    with pytest.raises(ServiceError) as caught:
        jobs.start(TEXT, {"ClientRequestToken": "a", "JobTag": "y"}, CONTEXT)
    assert caught.value.code == "IdempotentParameterMismatchException"


def test_jobs_without_a_token_are_all_new() -> None:
    jobs = Jobs(accept, succeed, lambda _job: None)
    assert jobs.start(TEXT, {}, CONTEXT).id != jobs.start(TEXT, {}, CONTEXT).id


@pytest.mark.parametrize("api", [TEXT, "StartDocumentAnalysis"])
def test_an_unknown_job_is_refused(api: str) -> None:
    jobs = Jobs(accept, succeed, lambda _job: None)
    other = jobs.start("StartExpenseAnalysis", {}, CONTEXT)
    for job_id in ("0" * 64, other.id):
        with pytest.raises(ServiceError) as caught:
            jobs.get(api, job_id)
        assert caught.value.code == "InvalidJobIdException"


def test_a_job_is_known_for_a_week(monkeypatch: pytest.MonkeyPatch) -> None:
    jobs = Jobs(accept, succeed, lambda _job: None)
    job = jobs.start(TEXT, {"ClientRequestToken": "a"}, CONTEXT)
    week = 7 * 24 * 3600
    monkeypatch.setattr("recita_local.services.textract.jobs.time.time", lambda: job.started + week)
    assert jobs.get(TEXT, job.id) is job
    later = job.started + week + 1
    monkeypatch.setattr("recita_local.services.textract.jobs.time.time", lambda: later)
    with pytest.raises(ServiceError) as caught:
        jobs.get(TEXT, job.id)
    assert caught.value.code == "InvalidJobIdException"
    assert jobs.start(TEXT, {"ClientRequestToken": "a"}, CONTEXT) is not job


def test_a_refused_job_never_begins_and_frees_its_token() -> None:
    begun: list[Job] = []

    def refuse(job: Job) -> None:
        if job.params.get("JobTag") == "bad":
            raise ServiceError("InvalidS3ObjectException", "no such bucket")

    told = Told()
    jobs = Jobs(refuse, begun.append, told)
    with pytest.raises(ServiceError):
        jobs.start(TEXT, {"ClientRequestToken": "a", "JobTag": "bad"}, CONTEXT)
    job = jobs.start(TEXT, {"ClientRequestToken": "a", "JobTag": "good"}, CONTEXT)
    told.wait()
    assert begun == [job]


def test_too_many_open_jobs_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("recita_local.services.textract.jobs.OPEN_JOBS", 1)
    gate = threading.Event()

    def work(_job: Job) -> None:
        gate.wait(5)

    jobs = Jobs(accept, work, lambda _job: None)
    jobs.start(TEXT, {}, CONTEXT)
    with pytest.raises(ServiceError) as caught:
        jobs.start(TEXT, {}, CONTEXT)
    gate.set()
    assert caught.value.code == "LimitExceededException"


def test_blocks_are_read_back_from_any_number() -> None:
    file = BlockFile()
    file.extend([{"Id": str(number)} for number in range(5)])
    assert [block["Id"] for block in file.read(3, 10)] == ["3", "4"]
    file.extend([{"Id": "5"}])
    assert file.read(5, 1) == [{"Id": "5"}]
    assert file.read(6, 1) == []
