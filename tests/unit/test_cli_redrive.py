"""`recita redrive`: what has ended runs again, within the bound; nothing runs twice at once."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from recita.models.document import document_id
from recita_cli import dead_letters, redriving
from recita_cli.console import CliError

from tests.operated import INPUT, NOW

if TYPE_CHECKING:
    from tests.operated import OperatedStack

FINAL = ["COMPLETED", "PARTIAL", "BLOCKED", "REJECTED", "FAILED"]


def document(stack: OperatedStack, status: str, key: str = "a.txt", **more: Any) -> str:
    version = stack.upload(key)
    name = document_id(INPUT, key, version)
    more = {"source_bucket": INPUT, "source_key": key, "version_id": version, "run": 1, **more}
    stack.row(name, status, **more)
    return name


def lines(result: Any) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.mark.parametrize("status", FINAL)
def test_what_has_ended_waits_for_its_next_run(operated: OperatedStack, status: str) -> None:
    name = document(operated, status, run=2, restarts=2)

    result = operated.recita("redrive", name, "--json")

    assert result.exit_code == 0, result.stderr
    (line,) = lines(result)
    assert (line["execution"], line["status"], line["refused"]) == (f"{name}.3", status, None)
    row = operated.rows()[name]
    assert (row["status"], row["run"], row["restarts"]) == ("QUEUED", 3, 0)
    assert row["queued_at"] > NOW.isoformat()
    assert [one["FunctionName"] for one in operated.swept] == ["sweep"]


def test_a_dry_run_says_and_changes_nothing(operated: OperatedStack) -> None:
    name = document(operated, "FAILED")
    before = operated.rows()

    result = operated.recita("redrive", name, "--dry-run")

    assert f"would wait as {name}.2" in result.stdout
    assert operated.rows() == before
    assert operated.swept == []


def refused(stack: OperatedStack, name: str) -> str:
    before = stack.rows()
    result = stack.recita("redrive", name)
    assert result.exit_code == 1
    assert stack.rows() == before
    assert stack.swept == []
    return str(result.stderr)


def test_what_waits_or_runs_or_is_gone_is_refused(operated: OperatedStack) -> None:
    assert "waits already, for run 1" in refused(operated, document(operated, "QUEUED"))

    running = document(operated, "PROCESSING", run=2)
    operated.start(running, run=2)
    assert f"its execution {running}.2 is running" in refused(operated, running)

    erased = document(operated, "ERASED")
    assert "it was erased" in refused(operated, erased)

    gone = document(operated, "COMPLETED", "b.txt")
    version = str(operated.rows()[gone]["version_id"])
    operated.s3.delete_object(Bucket=INPUT, Key="b.txt", VersionId=version)
    assert "its upload is gone" in refused(operated, gone)


def test_what_says_it_runs_and_has_ended_runs_again(operated: OperatedStack) -> None:
    stopped, lost = document(operated, "PROCESSING"), document(operated, "PROCESSING", "b.txt")
    operated.states.stop_execution(executionArn=operated.start(stopped))

    assert operated.recita("redrive", stopped, lost).exit_code == 0

    assert {row["status"] for row in operated.rows().values()} == {"QUEUED"}
    assert len(operated.swept) == 1


def test_what_changes_meanwhile_is_left_alone(
    operated: OperatedStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = document(operated, "FAILED")

    def taken_by_another(_: Any, row: Any) -> bool:
        operated.row(name, "QUEUED", run=2, source_bucket="b", source_key="k", version_id="v")
        return row is not None

    monkeypatch.setattr(redriving.Redrive, "_uploaded", taken_by_another)
    result = operated.recita("redrive", name)
    assert "it has changed meanwhile" in result.stderr
    assert operated.rows()[name]["run"] == 2


def test_all_that_failed_run_again_or_those_since_a_time(operated: OperatedStack) -> None:
    old = document(operated, "FAILED")
    recent = document(operated, "FAILED", "b.txt", updated_at=datetime.now(UTC).isoformat())
    document(operated, "COMPLETED", "c.txt")

    since = operated.recita("redrive", "--failed", "--since", "2h", "--json", "--dry-run")
    assert [line["document_id"] for line in lines(since)] == [recent]
    every = operated.recita("redrive", "--failed", "--json")
    assert {line["document_id"] for line in lines(every)} == {old, recent}
    assert "nothing has failed" in operated.recita("redrive", "--failed").stderr


@pytest.mark.parametrize(
    ("text", "ago"),
    [("2h", timedelta(hours=2)), ("3d", timedelta(3)), ("90 min", timedelta(0, 5400))],
)
def test_spans_reach_back_from_now(text: str, ago: timedelta) -> None:
    found = datetime.fromisoformat(redriving.since(text))
    assert abs(datetime.now(UTC) - ago - found) < timedelta(minutes=1)


def test_times_are_told_as_rows_tell_them() -> None:
    assert redriving.since("2026-11-21T08:00+02:00") == "2026-11-21T06:00:00+00:00"
    assert redriving.since(None) == ""
    with pytest.raises(CliError, match="is no time"):
        redriving.since("yesterday")


@pytest.mark.parametrize(
    "words", [[], ["a", "--failed"], ["a", "--since", "2h"], ["--failed", "--dead-letters"]]
)
def test_what_to_run_must_be_clear(operated: OperatedStack, words: list[str]) -> None:
    assert operated.recita("redrive", *words).exit_code == 2


# ------------------------------------------------------------------------ dead letters


def letter(stack: OperatedStack, key: str = "lost.txt", **attributes: str) -> str:
    """A message that could not be admitted, of an upload; returns its document's id."""
    event = {"detail": {"bucket": {"name": INPUT}, "object": {"key": key, "version-id": "v"}}}
    said: Any = {
        name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()
    }
    stack.sqs.send_message(
        QueueUrl=stack.dead, MessageBody=json.dumps(event), MessageAttributes=said
    )
    return document_id(INPUT, key, "v")


def waiting(stack: OperatedStack, queue: str) -> int:
    names: Any = ["ApproximateNumberOfMessages"]
    found = stack.sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=names)
    return int(found["Attributes"]["ApproximateNumberOfMessages"])


def test_a_dead_letter_explains_itself_and_goes_back(operated: OperatedStack) -> None:
    name = letter(operated, ERROR_CODE="NO_PERMISSIONS", ERROR_MESSAGE="not allowed")
    operated.row(name, "FAILED")

    (line,) = lines(operated.recita("redrive", "--dead-letters", "--json"))

    assert (line["document_id"], line["key"], line["status"]) == (name, "lost.txt", "FAILED")
    assert line["why"] == "EventBridge could not deliver it: NO_PERMISSIONS, not allowed"
    assert line["received"] == 1
    assert line["fate"] == "sent back"
    assert (waiting(operated, operated.dead), waiting(operated, operated.queue)) == (0, 1)
    (message,) = operated.sqs.receive_message(QueueUrl=operated.queue)["Messages"]
    assert json.loads(message["Body"])["detail"]["object"]["key"] == "lost.txt"


def test_a_letter_that_can_not_be_sent_is_not_deleted(operated: OperatedStack) -> None:
    letter(operated)
    operated.outputs["AdmissionQueueUrl"] = f"{operated.queue}-that-is-not-there"

    assert operated.recita("redrive", "--dead-letters").exit_code == 1

    found: Any = operated.sqs.get_queue_attributes(QueueUrl=operated.dead, AttributeNames=["All"])
    assert found["Attributes"]["ApproximateNumberOfMessagesNotVisible"] == "1"


def test_a_dry_run_reads_letters_and_leaves_them(operated: OperatedStack) -> None:
    for number in range(12):  # more than one question's worth
        letter(operated, f"{number}.txt")

    result = operated.recita("redrive", "--dead-letters", "--dry-run", "--json")

    assert len(lines(result)) == 12
    assert {line["fate"] for line in lines(result)} == {"stays"}
    assert (waiting(operated, operated.dead), waiting(operated, operated.queue)) == (12, 0)


def test_letters_without_an_upload_stay_and_fail(operated: OperatedStack) -> None:
    for body in ("not json", '{"detail": 7}', "[]"):
        operated.sqs.send_message(QueueUrl=operated.dead, MessageBody=body)

    result = operated.recita("redrive", "--dead-letters")

    assert result.exit_code == 1
    assert result.stdout.count(dead_letters.NO_UPLOAD) == 3
    assert (waiting(operated, operated.dead), waiting(operated, operated.queue)) == (3, 0)


def test_letters_of_erased_documents_go(operated: OperatedStack) -> None:
    operated.row(letter(operated), "ERASED")

    assert "deleted" in operated.recita("redrive", "--dead-letters").stdout
    assert (waiting(operated, operated.dead), waiting(operated, operated.queue)) == (0, 0)


def test_the_log_says_why_a_function_failed(
    operated: OperatedStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    operated.outputs["FunctionsLogGroupName"] = "/recita"
    letter(operated)
    asked: list[Any] = []

    class Logs:
        def filter_log_events(self, **given: Any) -> Any:
            asked.append(given)
            told = {"step": "admit-document", "error": "ProviderThrottledError"}
            return {"events": [{"message": json.dumps(told)}]}

    client = type(operated.target).client
    monkeypatch.setattr(
        type(operated.target),
        "client",
        lambda self, name: Logs() if name == "logs" else client(self, name),
    )
    (line,) = lines(operated.recita("redrive", "--dead-letters", "--json"))

    assert line["why"] == "admission failed: ProviderThrottledError"
    assert asked[0]["filterPattern"] == f'"{line["message_id"]}"'
