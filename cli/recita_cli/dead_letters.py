"""Uploads that could not be admitted: what their messages say, and the way back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError
from recita.models.document import Upload
from recita.steps.admit_document import upload_of

from recita_cli import inventory
from recita_cli.target import Target

HIDDEN_SECONDS = 120
"""How long messages that are being read are hidden from others who read them."""
WAIT_SECONDS = 1
"""On AWS, asks all servers of the queue; a shorter look may miss messages."""
NO_UPLOAD = "it is no event of an upload"
ERASED = "its document was erased"


@dataclass
class Letter:
    """One message; ``upload`` is None where it is no event of one."""

    message_id: str
    body: str
    handle: str
    sent_at: datetime
    received: int
    upload: Upload | None = None
    why: str = ""
    status: str | None = None
    """What the table says of the document by now."""
    fate: str = field(default="stays")

    def as_data(self) -> dict[str, Any]:
        """The line that ``--json`` prints."""
        upload = self.upload
        return {
            "message_id": self.message_id,
            "document_id": upload.document_id if upload else None,
            "bucket": upload.bucket if upload else None,
            "key": upload.key if upload else None,
            "version_id": upload.version_id if upload else None,
            "sent_at": self.sent_at.isoformat(),
            "received": self.received,
            "why": self.why,
            "status": self.status,
            "fate": self.fate,
        }


class DeadLetters:
    """The queue of uploads that could not be admitted."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._queue = target.outputs["AdmissionDeadLetterQueueUrl"]
        self._sqs = target.client("sqs")
        self._logs = target.client("logs")

    def read(self) -> Iterator[Letter]:
        """Every message, once; those that nobody deletes are seen by others in two minutes."""
        seen: set[str] = set()
        while True:
            found = self._sqs.receive_message(
                QueueUrl=self._queue,
                MaxNumberOfMessages=10,
                VisibilityTimeout=HIDDEN_SECONDS,
                WaitTimeSeconds=0 if self._target.is_laptop else WAIT_SECONDS,
                AttributeNames=["SentTimestamp", "ApproximateReceiveCount"],
                MessageAttributeNames=["All"],
            ).get("Messages", [])
            new = [one for one in found if one["MessageId"] not in seen]
            if not new:
                return
            seen.update(one["MessageId"] for one in new)
            yield from map(self._letter, new)

    def send_back(self, letter: Letter) -> None:
        """Let the upload ask for admission again; deleted only when that message is sent."""
        if letter.upload is None:
            return
        if letter.status == inventory.ERASED:
            letter.fate = "deleted"
        else:
            queue = self._target.outputs["AdmissionQueueUrl"]
            self._sqs.send_message(QueueUrl=queue, MessageBody=letter.body)
            letter.fate = "sent back"
        self.forget(letter)

    def forget(self, letter: Letter) -> None:
        """Delete the message."""
        self._sqs.delete_message(QueueUrl=self._queue, ReceiptHandle=letter.handle)

    def put_back(self, letter: Letter) -> None:
        """Let others see the message again at once."""
        self._sqs.change_message_visibility(
            QueueUrl=self._queue, ReceiptHandle=letter.handle, VisibilityTimeout=0
        )

    def forget_document(self, document: str) -> int:
        """Delete every message about a document, for it names the upload; returns how many."""
        letters = list(self.read())
        about = [one for one in letters if one.upload and one.upload.document_id == document]
        for letter in letters:
            (self.forget if letter in about else self.put_back)(letter)
        return len(about)

    def _letter(self, message: dict[str, Any]) -> Letter:
        known = message["Attributes"]
        letter = Letter(
            message_id=message["MessageId"],
            body=message["Body"],
            handle=message["ReceiptHandle"],
            sent_at=datetime.fromtimestamp(int(known["SentTimestamp"]) / 1000, UTC),
            received=int(known["ApproximateReceiveCount"]),
        )
        try:
            letter.upload = upload_of(json.loads(letter.body))
        except (ValueError, KeyError, TypeError, AttributeError):
            letter.why = NO_UPLOAD
            return letter
        row = inventory.row(self._target, letter.upload.document_id)
        letter.status = str(row["status"]) if row else None
        letter.why = self._why(letter, message.get("MessageAttributes", {}))
        return letter

    def _why(self, letter: Letter, attributes: dict[str, Any]) -> str:
        """EventBridge says why in the message; of a failed function only its log does."""
        if letter.status == inventory.ERASED:
            return ERASED
        told = [
            attributes.get(name, {}).get("StringValue") for name in ("ERROR_CODE", "ERROR_MESSAGE")
        ]
        if any(told):
            return "EventBridge could not deliver it: " + ", ".join(filter(None, told))
        error = self._logged(letter)
        return f"admission failed: {error}" if error else "admission failed; its log says no more"

    def _logged(self, letter: Letter) -> str:
        """The error's name that admission logged with the message's id."""
        group = self._target.outputs.get("FunctionsLogGroupName")
        if not group:
            return ""
        try:
            found = self._logs.filter_log_events(
                logGroupName=group,
                filterPattern=f'"{letter.message_id}"',
                startTime=int(letter.sent_at.timestamp() * 1000),
                limit=1,
            )
        except ClientError:  # the log may have expired, or may not be read
            return ""
        for event in found["events"]:
            try:
                return str(json.loads(event["message"])["error"])
            except (ValueError, KeyError, TypeError):
                continue
        return ""
