"""The console's pages: lists, documents, their pages, pictures and sounds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from urllib.parse import urlencode

from recita.errors import RequestRefusedError
from recita.models.manifest import Manifest
from recita.models.picture import Picture
from recita.models.summary import Summary
from recita.steps import list_documents, show_document
from recita.steps.handover import MAX_BYTES
from recita.steps.show_document import UNENDED
from recita.text.marks import SpokenSentence, spoken_sentences
from recita.text.readalong import timed
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from recita_cli.web import progress, sending
from recita_cli.web.pages import render
from recita_cli.web.rendering import drawable
from recita_cli.web.shelf import Shelf

SHOWN = frozenset({"image/jpeg", "audio/mpeg"})
"""Media types that are played or shown in place; all else is saved."""
HTML = "text/html; charset=utf-8"


def documents(shelf: Shelf, request: Request) -> Response:
    """List documents, newest first."""
    query = {key: value for key, value in request.args.items() if value}
    page = list_documents.run(query, shelf.desk.catalogue)
    following = urlencode(query | {"next": page.next}) if page.next else None
    return _page("documents.html", query=query, page=page, following=following, max_bytes=MAX_BYTES)


def upload(shelf: Shelf, request: Request) -> Response:
    """Take one file or several; one that can't be taken ends it, and says why."""
    files = [one for one in request.files.getlist("file") if one.filename]
    if not files:
        raise RequestRefusedError("body-unusable", "file: choose a file first.")
    sent = [sending.send(file, request.form, shelf.target) for file in files]
    return redirect(f"/documents/{sent[0]}?new=1" if len(sent) == 1 else "/", 303)


def document(shelf: Shelf, request: Request, document: str) -> Response:
    """Show a document: its progress, or its result."""
    standing = progress.look(document, shelf)
    if standing is None and "new" not in request.args:
        raise RequestRefusedError("document-unknown", "there is no document of this id.")
    if standing and standing.manifest is None and standing.row.status not in UNENDED:
        message = "the document's manifest is gone; `recita reindex` mends the table."
        raise RequestRefusedError("artifact-unknown", message)
    if standing is None or standing.manifest is None:
        key = standing.row.upload.key if standing else ""
        facts = progress.facts(standing)
        return _page("underway.html", document=document, key=key, **facts)
    manifest = standing.manifest
    return _page(
        "document.html",
        manifest=manifest,
        row=standing.row,
        stages=progress.stages(manifest.steps, published=True),
        summary=_own_summary(shelf, manifest),
        translations=list(_translated(shelf, manifest)),
        unremarkable=Counter(one.stage for one in manifest.guardrails if one.action == "NONE"),
    )


def events(shelf: Shelf, _: Request, document: str) -> Response:
    """Tell a document's progress for as long as it is on its way."""
    progress.look(document, shelf)  # a refusal is an answer, not an event
    if not shelf.watched.acquire(blocking=False):
        raise RequestRefusedError("unavailable", "too many documents are being watched.")
    answer = Response(progress.events(document, shelf), content_type="text/event-stream")
    answer.call_on_close(shelf.watched.release)
    return answer


def page(shelf: Shelf, _: Request, document: str, number: int) -> Response:
    """Show a page as it looks and as it was read."""
    manifest = show_document.ended(document, shelf.desk)
    read = shelf.page(manifest, number)
    summary = manifest.summary.sentences if manifest.summary else ()
    return _page(
        "page.html",
        manifest=manifest,
        number=number,
        entry=next(one for one in manifest.pages if one.number == number),
        read=read,
        drawable=drawable(manifest.source.media_type),
        resting=[(n, one) for n, one in enumerate(summary, 1) if number in one.pages],
        pictures=_on_page(shelf, manifest, number),
    )


def drawing(shelf: Shelf, _: Request, document: str, number: int) -> Response:
    """Draw a page."""
    manifest = show_document.ended(document, shelf.desk)
    known = any(one.number == number for one in manifest.pages)
    if not known or not drawable(manifest.source.media_type):
        raise RequestRefusedError("artifact-unknown", "there is no such page to draw.")
    jpeg = shelf.pages.draw(manifest.source, number)
    if jpeg is None:
        raise RequestRefusedError("artifact-unknown", "the page can't be drawn.")
    return Response(jpeg, content_type="image/jpeg")


def picture(shelf: Shelf, _: Request, document: str, picture: str) -> Response:
    """Show a picture with the boxes of what is on it."""
    manifest = show_document.ended(document, shelf.desk)
    return _page("picture.html", manifest=manifest, picture=shelf.picture(manifest, picture))


def listen(shelf: Shelf, _: Request, document: str, language: str) -> Response:
    """Play a spoken summary; its words light as they sound."""
    manifest = show_document.ended(document, shelf.desk)
    entry = next((one for one in manifest.audio if one.language == language), None)
    summary = shelf.summary(manifest, language)
    if entry is None or entry.artifact is None or summary is None:
        raise RequestRefusedError("artifact-unknown", "nothing is spoken in that language.")
    marks = shelf.marks(manifest, entry.marks)
    spoken = [
        _Said(one, list(timed(one.text, own)), own[0].time if own else None)
        for n, one in enumerate(spoken_sentences(summary))
        for own in [[mark for mark in marks if mark.sentence == n]]
    ]
    return _page("listen.html", manifest=manifest, entry=entry, summary=summary, spoken=spoken)


def media(shelf: Shelf, request: Request, document: str, name: str) -> Response:
    """Give a picture or a sound of the result to the page, in parts where that is asked for."""
    artifact, body = shelf.artifact(document, name)
    if artifact.media_type not in SHOWN:
        raise RequestRefusedError("artifact-unknown", "that file is saved, not shown.")
    answer = Response(body, content_type=artifact.media_type)
    return answer.make_conditional(request, accept_ranges=True, complete_length=len(body))


def file(shelf: Shelf, _: Request, document: str, name: str) -> Response:
    """Give a file to be saved: some are pages, and what stands in them comes from a document."""
    if name == show_document.MANIFEST:
        body = show_document.ended(document, shelf.desk).model_dump_json(indent=2).encode()
    else:
        body = shelf.artifact(document, name)[1]
    answer = Response(body, content_type="application/octet-stream")
    answer.headers.set("Content-Disposition", "attachment", filename=name.rpartition("/")[2])
    return answer


class _Said:
    """A sentence as it is spoken: its parts with the times of words, and when it begins."""

    def __init__(
        self, sentence: SpokenSentence, parts: list[tuple[str, int | None]], starts: int | None
    ) -> None:
        self.sentence, self.parts, self.starts = sentence, parts, starts


def _page(template: str, **given: object) -> Response:
    return Response(render(template, **given), content_type=HTML)


def _own_summary(shelf: Shelf, manifest: Manifest) -> Summary | None:
    return shelf.summary(manifest, manifest.summary.language) if manifest.summary else None


def _translated(shelf: Shelf, manifest: Manifest) -> Iterator[tuple[object, Summary | None]]:
    for entry in manifest.translations:
        yield entry, shelf.summary(manifest, entry.language)


def _on_page(shelf: Shelf, manifest: Manifest, number: int) -> list[Picture]:
    return [shelf.picture(manifest, one.id) for one in manifest.images if one.page == number]
