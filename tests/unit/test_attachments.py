"""Attachments: each becomes a document of its own, linked both ways, once."""

from __future__ import annotations

from email.message import EmailMessage

import pytest
from recita.errors import DocumentRejectedError
from recita.models.manifest import Manifest
from recita.steps import attachments

from tests.fakes import Pipeline, files

pytestmark = pytest.mark.disable_socket


def letter(*attached: tuple[str, bytes], inside: EmailMessage | None = None) -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Ann <ann@example.org>"
    message["Subject"] = "Papers"
    message.set_content("Please read what is attached, and tell me what you think of it.")
    for name, body in attached:
        message.add_attachment(body, maintype="application", subtype="octet-stream", filename=name)
    if inside:
        message.add_attachment(inside)
    return message


def warnings(manifest: Manifest) -> list[str]:
    return [f"{w.code}: {w.message}" for w in manifest.warnings]


BILL = files.pdf([files.good_page(1)])


def test_parent_and_child_know_each_other() -> None:
    pipeline = Pipeline("es,pt")
    wishes = {"recita-languages": "fr,es", "recita-speak": "none"}
    parent = pipeline.run(bytes(letter(("bill.pdf", BILL))), "in/mail.eml", wishes)
    (child,) = parent.children
    (upload,) = pipeline.uploads.attached
    assert parent.parent is None
    assert (child.name, child.media_type) == ("bill.pdf", "application/pdf")
    assert child.key == f"attachments/{parent.document_id}/001-bill.pdf"
    assert (upload.key, upload.document_id) == (child.key, child.document_id)

    manifest = pipeline.execute(upload, upload.document_id)
    assert manifest.parent == parent.document_id
    assert (manifest.status, manifest.source.media_type) == ("COMPLETED", "application/pdf")
    assert manifest.ledger.languages.requested == ("fr", "es")
    assert manifest.audio == ()
    assert manifest.children == ()


def test_a_second_run_attaches_nothing_twice() -> None:
    pipeline = Pipeline()
    first = pipeline.run(bytes(letter(("bill.pdf", BILL))), "mail.eml")
    upload = pipeline.upload(bytes(letter(("bill.pdf", BILL))), "mail.eml")
    second = pipeline.execute(upload, f"{upload.document_id}.2")
    assert second.execution != first.execution
    assert second.children == first.children
    assert len(pipeline.uploads.attached) == 1


def test_what_is_no_document_is_told_and_the_rest_is_sent() -> None:
    mail = letter(("a.zip", b"PK\x03\x04"), ("b.pdf", BILL), ("c.pdf", b""), ("d.jpg", BILL))
    manifest = Pipeline().run(bytes(mail), "mail.eml")
    assert [child.name for child in manifest.children] == ["b.pdf", "d.jpg"]
    assert [child.key[-10:] for child in manifest.children] == ["/002-b.pdf", "/004-d.jpg"]
    assert warnings(manifest) == [
        "attachment-dropped: a.zip: unsupported-type",
        "attachment-dropped: c.pdf: empty",
    ]
    assert manifest.status == "COMPLETED"


def test_mails_inside_mails_end_at_a_depth() -> None:
    inner = letter(("bill.pdf", BILL))
    for _ in range(3):
        inner = letter(inside=inner)
    pipeline = Pipeline()
    manifests = [pipeline.run(bytes(inner), "mail.eml")]
    manifests += (  # the list grows while it is walked through
        pipeline.execute(upload, upload.document_id) for upload in pipeline.uploads.attached
    )
    assert len(manifests) == 4
    assert [manifest.parent for manifest in manifests[1:]] == [
        manifest.document_id for manifest in manifests[:-1]
    ]
    assert warnings(manifests[-1]) == ["attachment-dropped: bill.pdf: inside more than 3 mails"]


def test_only_so_many_are_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attachments, "MAX_ATTACHMENTS", 2)
    mail = letter(*((f"{n}.pdf", BILL) for n in range(4)))
    manifest = Pipeline().run(bytes(mail), "mail.eml")
    assert len(manifest.children) == 2
    assert len(warnings(manifest)) == 2


def test_attachments_that_kill_their_reader_cost_themselves(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def dies(*_: object) -> None:
        raise DocumentRejectedError("timeout", "took too long")

    monkeypatch.setattr("recita.decoding.native.attachments", dies)
    manifest = Pipeline().run(bytes(letter(("bill.pdf", BILL))), "mail.eml")
    assert (manifest.status, manifest.children) == ("COMPLETED", ())
    assert warnings(manifest) == ["attachment-dropped: All others after 0: took too long"]


@pytest.mark.parametrize(
    "metadata",
    [
        {"recita-parent": "nobody"},
        {"recita-parent": "0" * 32, "recita-depth": "99"},
        {"recita-parent": "0" * 32, "recita-depth": "x"},
    ],
)
def test_a_wrong_parent_is_ignored_and_told(metadata: dict[str, str]) -> None:
    manifest = Pipeline().run(b"some plain words", "a.txt", metadata)
    assert manifest.parent is None
    assert [warning.code for warning in manifest.warnings] == ["metadata-ignored"]
