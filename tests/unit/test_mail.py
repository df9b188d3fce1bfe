"""E-mail: headers and body as text, and the files that came with it."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

import pytest
from recita.decoding import mail
from recita.decoding.content import Attachment, NativePage
from recita.errors import DocumentRejectedError

from tests.fakes import files, office

pytestmark = pytest.mark.disable_socket

PHOTO = files.picture(files.two_halves(2000, 1000), "BMP")


def letter(text: str = "Please find it attached.", **headers: str) -> EmailMessage:
    message = EmailMessage()
    for name, value in {"From": "Jörg <joerg@example.org>", "Subject": "Größe", **headers}.items():
        message[name] = value
    message.set_content(text)
    return message


def on_disk(tmp_path: Path, body: bytes) -> Path:
    path = tmp_path / "upload"
    path.write_bytes(body)
    return path


def page(tmp_path: Path, message: EmailMessage | bytes) -> NativePage:
    (found,) = mail.read(on_disk(tmp_path, bytes(message)))
    return found


def attached(tmp_path: Path, message: EmailMessage) -> list[Attachment]:
    return list(mail.attachments(on_disk(tmp_path, bytes(message))))


def test_headers_come_before_the_text(tmp_path: Path) -> None:
    message = letter(To="Ann <ann@example.org>", Date="Fri, 20 Nov 2026 10:00:00 +0000")
    found = page(tmp_path, message)
    assert found.text == (
        "# Größe\n\nFrom: Jörg <joerg@example.org>\nTo: Ann <ann@example.org>\n"
        "Date: Fri, 20 Nov 2026 10:00:00 +0000\n\nPlease find it attached."
    )
    assert (found.why, found.tables, found.warnings) == ("an e-mail", (), ())


def test_plain_text_is_preferred_to_html(tmp_path: Path) -> None:
    message = letter("plain")
    message.add_alternative("<p>rich</p>", subtype="html")
    assert page(tmp_path, message).text.endswith("\n\nplain")


@pytest.mark.parametrize("empty", ["", " \n\n"])
def test_html_is_read_where_the_plain_text_is_empty(tmp_path: Path, empty: str) -> None:
    message = letter(empty)
    table = "<table><tr><td>a<td>b<tr><td>1<td>2</table><script>x()</script>"
    message.add_alternative(f"<h2>Rich</h2>{table}", subtype="html")
    found = page(tmp_path, message)
    assert found.text.endswith("## Rich\n\n| a | b |\n| --- | --- |\n| 1 | 2 |")
    assert found.tables == ((("a", "b"), ("1", "2")),)


def test_all_texts_of_a_mail_are_read(tmp_path: Path) -> None:
    raw = (
        b"Subject: x\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
        b"--b\r\nContent-Type: text/plain\r\n\r\nfirst\r\n"
        b"--b\r\nContent-Type: application/pdf\r\n\r\n%PDF-1.4\r\n"
        b"--b\r\nContent-Type: text/plain\r\n\r\nsecond\r\n--b--\r\n"
    )
    assert page(tmp_path, raw).text == "# x\n\nfirst\n\nsecond\n\nAttachments: attachment-1.pdf"


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"Subject: caf\xe9 \xe0 Paris", "# café à Paris"),
        ("Subject: ação".encode(), "# ação"),
        (b"Subject: =?utf-8?q?a=C3=A7=C3=A3o?=", "# ação"),
        (b"Subject: =?no-such-set?q?x?=", "# x"),
        (b"Date: 99 Foo 2026", "Date: 99 Foo 2026"),
        (b'To: "unclosed <a@b', 'To: "unclosed <a@b"'),
        (b"Date: =?\x80?q?x?=", "Date: =?€?q?x?="),
        (b"X: no header that is shown", ""),
    ],
)
def test_headers_are_read_however_they_are_written(
    tmp_path: Path, raw: bytes, expected: str
) -> None:
    assert page(tmp_path, raw + b"\r\n\r\nbody").text.removesuffix("body").strip() == expected


def test_a_text_in_an_unknown_charset_is_guessed(tmp_path: Path) -> None:
    raw = b"Subject: x\r\nContent-Type: text/plain; charset=none\r\n\r\n" + "É não".encode("cp1252")
    found = page(tmp_path, raw)
    assert found.text.endswith("É não")
    assert [warning.code for warning in found.warnings] == ["encoding-guessed"]


def test_attachments_are_files_again(tmp_path: Path) -> None:
    pdf, docx = files.pdf(["x"]), office.word(lambda document: document.add_paragraph("x"))
    message = letter()
    message.add_attachment(pdf, maintype="application", subtype="pdf", filename="bill.pdf")
    message.add_attachment(docx, maintype="application", subtype="octet-stream", filename="a.docx")
    message.add_attachment("a;b\n1;2\n", subtype="csv")
    inner = letter("inside", Subject="Fwd: inner")
    message.add_attachment(inner)
    found = attached(tmp_path, message)
    assert [(file.name, file.problem) for file in found] == [
        ("bill.pdf", ""),
        ("a.docx", ""),
        ("attachment-3.csv", ""),
        ("Fwd_ inner.eml", ""),
    ]
    assert [found[0].body, found[1].body, found[2].body] == [pdf, docx, b"a;b\n1;2\n"]
    assert [file.media_type for file in found[2:]] == ["text/csv", "message/rfc822"]
    assert page(tmp_path, found[3].body).text.endswith("inside")
    assert (
        "Attachments: bill.pdf, a.docx, attachment-3.csv, Fwd_ inner.eml"
        in page(tmp_path, message).text
    )


def test_attachments_that_can_not_be_read_say_why(tmp_path: Path) -> None:
    message = letter()
    for name, body in (("a.zip", b"PK\x03\x04"), ("b.pdf", b""), ("c.jpg", files.pdf(["x"]))):
        message.add_attachment(body, maintype="application", subtype="octet-stream", filename=name)
    problems = [file.problem for file in attached(tmp_path, message)]
    assert problems == ["unsupported-type", "empty", "type-mismatch"]


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\me\\bill.pdf", "bill.pdf"),
        ("Rechnung für März (2).pdf", "Rechnung für März (2).pdf"),
        ("a\r\nb<c>|d.pdf", "a_b_c_d.pdf"),
        ("x" * 300 + ".pdf", "x" * 96 + ".pdf"),
        ("...", "attachment-1.pdf"),
        ("no extension", "no extension.pdf"),
    ],
)
def test_names_can_not_break_a_path(given: str, name: str) -> None:
    part = EmailMessage()
    part.set_content(b"%PDF-1.4", maintype="application", subtype="pdf")
    part.get_filename = lambda _=None: given  # type: ignore[method-assign]
    assert mail._name(part, 1) == name


def test_pictures_of_the_layout_are_no_attachments(tmp_path: Path) -> None:
    message = letter("plain")
    message.add_alternative('<p>rich <img src="cid:logo"></p>', subtype="html")
    *_, html = message.iter_parts()
    assert isinstance(html, EmailMessage)
    html.add_related(PHOTO, "image", "bmp", cid="<logo>")
    message.add_attachment(PHOTO, maintype="image", subtype="bmp", filename="photo.bmp")
    message.add_attachment(
        files.picture(), maintype="image", subtype="jpeg", filename="line.jpg", disposition="inline"
    )
    assert [file.name for file in attached(tmp_path, message)] == ["photo.bmp"]
    assert page(tmp_path, message).warnings == ()


def test_pictures_that_lie_elsewhere_are_told(tmp_path: Path) -> None:
    message = letter("")
    source = '<p>rich <img src="cid:logo"><img src="https://example.org/a.png"></p>'
    message.add_alternative(source, subtype="html")
    (told,) = page(tmp_path, message).warnings
    assert (told.code, told.message.endswith(": 1.")) == ("pictures-dropped", True)


def test_a_photo_shown_in_line_is_an_attachment(tmp_path: Path) -> None:
    message = letter()
    message.add_attachment(
        PHOTO, maintype="image", subtype="bmp", filename="photo.bmp", disposition="inline"
    )
    assert [file.name for file in attached(tmp_path, message)] == ["photo.bmp"]


@pytest.mark.parametrize(
    "kind",
    [
        "application/pkcs7-mime; smime-type=enveloped-data",
        'multipart/encrypted; protocol="application/pgp-encrypted"; boundary=b',
    ],
)
def test_a_sealed_mail_is_encrypted(tmp_path: Path, kind: str) -> None:
    with pytest.raises(DocumentRejectedError) as caught:
        page(tmp_path, f"Subject: x\r\nContent-Type: {kind}\r\n\r\n--b--".encode())
    assert caught.value.code == "encrypted"


def test_a_mail_beyond_what_servers_take_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail, "MAX_BYTES", 10)
    with pytest.raises(DocumentRejectedError) as caught:
        page(tmp_path, letter())
    assert caught.value.code == "too-large"
