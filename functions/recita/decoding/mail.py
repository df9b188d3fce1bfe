"""E-mail (RFC 5322, MIME): headers and body as text; what is attached becomes files again."""

from __future__ import annotations

import contextlib
import mimetypes
import re
import tempfile
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from email import policy
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.parser import BytesParser
from functools import partial
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from recita.decoding import html, sniff
from recita.decoding.content import Attachment, NativePage, left_out
from recita.decoding.encoding import decode
from recita.decoding.plain import guessed, text_of
from recita.decoding.stored import Stored
from recita.errors import DocumentRejectedError
from recita.models.record import Warned
from recita.text.markdown import Rows, blocks, heading, inline

MAX_BYTES = 100 * 1024 * 1024
"""Mail servers take 25 to 50 MB; the parser needs a multiple of a mail's size in memory."""
HEADERS = ("From", "To", "Cc", "Date")
SIGNATURES = (
    "application/pkcs7-signature",
    "application/x-pkcs7-signature",
    "application/pgp-signature",
)
SEALED = ("application/pkcs7-mime", "application/x-pkcs7-mime", "multipart/encrypted")
TINY_PICTURE = 4096
"""Bytes: icons, lines and buttons."""
SAFE = re.compile(r"[^\w.()+ -]+")
MAX_NAME = 100


@dataclass
class _Parts:
    """A message taken apart."""

    bodies: list[EmailMessage]
    files: list[EmailMessage]
    pages: list[EmailMessage]
    """All HTML, also that which stands for the same as plain text."""


def read(path: Path) -> Iterator[NativePage]:
    """Yield the one page of a mail.

    Raises DocumentRejectedError: ``too-large``, or ``encrypted`` when only its addressee can
    read it.
    """
    message = _opened(path)
    parts = _apart(message)
    text, tables, warnings, dropped = _body(parts.bodies)
    named = [_name(part, n) for n, part in enumerate(_attached(parts), start=1)]
    subject = _header(message, "Subject")
    head = [f"{name}: {value}" for name in HEADERS if (value := _header(message, name))]
    tail = f"Attachments: {', '.join(named)}" if named else ""
    title = heading(1, subject) if subject else ""
    yield NativePage(
        blocks((title, "\n".join(head), text, tail)),
        "an e-mail",
        tables,
        (*warnings, *left_out(dropped)),
    )


def attachments(path: Path) -> Iterator[Attachment]:
    """Yield what is attached to a mail, in order; pictures that belong to its layout are not."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "attachment")
        for number, part in enumerate(_attached(_apart(_opened(path))), start=1):
            name, body = _name(part, number), _payload(part)
            file.write_bytes(body)
            try:
                yield Attachment(name, sniff.media_type(file, name), body)
            except DocumentRejectedError as error:
                yield Attachment(name, part.get_content_type(), body, error.code)


def pictures(path: Path) -> Iterator[Stored]:
    """Yield the pictures that a mail shows in its text: what is attached is a document of its own.

    Letterheads and signatures among them; those that lie elsewhere are not fetched.
    """
    parts = _apart(_opened(path))
    inline_parts = {_reference(p): p for p in parts.files if p.get_content_maintype() == "image"}
    attached = {id(part) for part in _attached(parts)}
    for body in parts.pages:
        text = text_of(_payload(body), body.get_content_charset("") or "").text
        for address, alt in html.sources(text):
            part = inline_parts.get(unquote(address.removeprefix("cid:")).encode())
            if address.startswith("data:"):
                yield Stored(partial(html.data, address), alt=alt)
            elif part is not None and id(part) not in attached:
                yield Stored(partial(_payload, part), alt=alt)


def _opened(path: Path) -> EmailMessage:
    if path.stat().st_size > MAX_BYTES:
        raise DocumentRejectedError("too-large", "an e-mail of more than 100 MB")
    with path.open("rb") as file:
        message = BytesParser(policy=policy.default).parse(file)
    if message.get_content_type() in SEALED and message.get_param("smime-type") != "signed-data":
        raise DocumentRejectedError("encrypted", "the e-mail can be read by its addressee only")
    return message


def _apart(message: EmailMessage) -> _Parts:
    parts = _Parts([], [], [])
    _take_apart(message, parts)
    return parts


def _take_apart(part: EmailMessage, parts: _Parts) -> None:
    kind = part.get_content_type()
    inside = (
        [p for p in part.get_payload() if isinstance(p, EmailMessage)]
        if part.is_multipart()
        else []
    )
    if kind == "multipart/alternative":
        _choose(inside, parts)
    elif part.get_content_maintype() == "multipart":
        for child in inside:
            _take_apart(child, parts)
    elif (
        kind in ("text/plain", "text/html") and not part.is_attachment() and not part.get_filename()
    ):
        parts.bodies.append(part)
        parts.pages.extend([part] if kind == "text/html" else [])
    elif kind not in SIGNATURES:
        parts.files.append(part)


def _choose(alternatives: list[EmailMessage], parts: _Parts) -> None:
    """Take the plain text where there is one, and the files of all alternatives."""
    taken = []
    for alternative in alternatives:
        one = _Parts([], [], [])
        _take_apart(alternative, one)
        parts.files.extend(file for file in one.files if file.get_content_type() != "text/calendar")
        parts.pages.extend(one.pages)
        if any(_payload(body).strip() for body in one.bodies):
            taken.append(one.bodies)
    plain = [t for t in taken if all(body.get_content_type() == "text/plain" for body in t)]
    parts.bodies.extend((plain or taken[-1:] or [[]])[0])


def _body(
    bodies: list[EmailMessage],
) -> tuple[str, tuple[Rows, ...], tuple[Warned, ...], Counter[str]]:
    texts: list[str] = []
    tables: list[Rows] = []
    warnings: list[Warned] = []
    dropped: Counter[str] = Counter()
    for part in bodies:
        found = text_of(_payload(part), part.get_content_charset("") or "")
        text = found.text.replace("\r\n", "\n")
        warnings += guessed(found)
        if part.get_content_type() == "text/html":
            text, rows, unread = html.convert(text)
            tables += rows
            dropped += unread
        texts.append(text.strip())
    return blocks(texts), tuple(tables), tuple(dict.fromkeys(warnings)), dropped


def _attached(parts: _Parts) -> list[EmailMessage]:
    """Return the files that somebody attached: no icons, nor what the page shows by itself."""
    pages = b"".join(_payload(page) for page in parts.pages)
    return [file for file in parts.files if not _is_layout(file, pages)]


def _is_layout(part: EmailMessage, pages: bytes) -> bool:
    if part.get_content_maintype() != "image" or part.is_attachment():
        return False
    reference = _reference(part)
    return len(_payload(part)) < TINY_PICTURE or bool(reference and b"cid:" + reference in pages)


def _reference(part: EmailMessage) -> bytes:
    return str(part.get("Content-ID", "")).strip("<> ").encode()


def _payload(part: EmailMessage) -> bytes:
    if part.get_content_type() == "message/rfc822" and part.is_multipart():
        inner = part.get_payload(0)
        return inner.as_bytes(policy=policy.compat32) if isinstance(inner, EmailMessage) else b""
    body = part.get_payload(decode=True)
    return body if isinstance(body, bytes) else b""


def _name(part: EmailMessage, number: int) -> str:
    """Return a file name without folders or signs that break a path, and with an extension."""
    kind = part.get_content_type()
    given = part.get_filename() or ""
    if not given and kind == "message/rfc822" and part.is_multipart():
        inner = part.get_payload(0)
        given = _header(inner, "Subject") if isinstance(inner, EmailMessage) else ""
    name = unicodedata.normalize("NFC", re.split(r"[/\\]", given)[-1])
    name = SAFE.sub("_", name).strip(". ")[-MAX_NAME:] or f"attachment-{number}"
    extension = ".eml" if kind == "message/rfc822" else mimetypes.guess_extension(kind) or ""
    missing = not PurePosixPath(name).suffix or (
        kind == "message/rfc822" and not name.endswith(".eml")
    )
    return name + extension if missing and kind != "application/octet-stream" else name


def _header(message: EmailMessage, name: str) -> str:
    """Return a header as text, also where it is malformed or holds bare 8-bit letters."""
    raw = next((str(v) for n, v in message.raw_items() if n.lower() == name.lower()), "")
    if not raw.isascii():
        found = decode(raw.encode("utf-8", "surrogateescape"))
        raw = found.text if found else ""
    else:
        with contextlib.suppress(Exception):  # the parser of headers raises anything
            return inline(str(message[name] or ""))
    try:
        return inline(str(make_header(decode_header(raw))))
    except (LookupError, ValueError, MessageError):
        return inline(raw)
