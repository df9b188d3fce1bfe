"""The webhook on the laptop: what it is posted, with which key, and what becomes of a refusal."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from recita_local import deploy

from tests.listener import Listener, listening
from tests.parts import part

if TYPE_CHECKING:
    from pathlib import Path

    from tests.workflow.conftest import Laptop

pytestmark = pytest.mark.stack

PATIENCE = 180.0
SECRET, KEY = "webhook-of-tests", "k-4711 of the tests"
PARTS = ("Webhook", "Delivery")


class Webhook(NamedTuple):
    laptop: Laptop
    listener: Listener
    letters: str
    event: dict[str, Any]

    def tell(self) -> None:
        """Put the event of a finished document on the bus, as Recita does."""
        entry = {
            "Source": "recita.pipeline",
            "DetailType": "Recita Document Completed",
            "Detail": json.dumps(self.event),
        }
        reply = self.laptop.client("events").put_events(Entries=[entry])
        assert reply["FailedEntryCount"] == 0

    def dead_letter(self) -> dict[str, Any]:
        queue, deadline = self.laptop.client("sqs"), time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            for letter in queue.receive_message(QueueUrl=self.letters).get("Messages", ()):
                found: dict[str, Any] = json.loads(letter["Body"])
                queue.delete_message(QueueUrl=self.letters, ReceiptHandle=letter["ReceiptHandle"])
                return found
            time.sleep(0.05)
        raise AssertionError("nothing came to the dead letters")


@pytest.fixture(scope="module")
def webhook(
    laptop: Laptop, root_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Webhook]:
    laptop.client("secretsmanager").create_secret(Name=SECRET, SecretString=KEY)
    path = tmp_path_factory.mktemp("webhook") / "template.json"
    outputs = {"Letters": {"Value": {"Ref": "DeliveryDeadLetterQueue"}}}
    path.write_text(json.dumps(part(PARTS, outputs)), "utf-8")
    parameters = {
        "WebhookUrl": "https://hooks.example.org/recita",
        "WebhookSecret": SECRET,
        "WebhookKeyName": "x-recita-key",
    }
    made = deploy.deploy(laptop.stack.endpoint_url, path, parameters, "webhook")
    text = (root_path / "contracts/v1/examples/event.completed.json").read_text("utf-8")
    events = laptop.client("events")
    (destination,) = events.list_api_destinations()["ApiDestinations"]
    assert destination["InvocationEndpoint"] == parameters["WebhookUrl"]
    with listening() as listener:
        # Nobody signs a certificate for this machine.
        events.update_api_destination(Name=destination["Name"], InvocationEndpoint=listener.url)
        yield Webhook(laptop, listener, made.outputs["Letters"], json.loads(text))
    laptop.client("cloudformation").delete_stack(StackName="webhook")


@pytest.fixture(scope="module")
def root_path(request: pytest.FixtureRequest) -> Path:
    return request.config.rootpath


def test_the_event_is_posted_with_the_key_of_the_secret(webhook: Webhook) -> None:
    webhook.tell()

    request = webhook.listener.heard.get(timeout=PATIENCE)
    posted = json.loads(request.body)
    assert request.headers["x-recita-key"] == KEY
    assert request.headers["content-type"] == "application/json; charset=utf-8"
    assert posted["detail"] == webhook.event
    assert (posted["source"], posted["detail-type"]) == (
        "recita.pipeline",
        "Recita Document Completed",
    )


@pytest.mark.parametrize(("status", "calls"), [(503, 3), (400, 1)])
def test_what_is_not_taken_waits_among_the_dead_letters(
    webhook: Webhook, status: int, calls: int
) -> None:
    webhook.listener.status = status
    webhook.tell()

    assert webhook.dead_letter()["detail"] == webhook.event
    assert webhook.listener.heard.qsize() == calls
    for _ in range(calls):
        webhook.listener.heard.get()


def test_other_events_are_nobodys_business(webhook: Webhook) -> None:
    webhook.listener.status = 200
    entry = {"Source": "recita.pipeline", "DetailType": "Another", "Detail": "{}"}
    webhook.laptop.client("events").put_events(Entries=[entry])
    webhook.tell()

    request = webhook.listener.heard.get(timeout=PATIENCE)
    assert json.loads(request.body)["detail-type"] == "Recita Document Completed"
    assert webhook.listener.heard.empty()
