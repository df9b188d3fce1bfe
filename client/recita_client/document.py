"""One document's result: the manifest at once, artifacts when they are asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from recita_client import downloading
from recita_client.contents import KeyValue, Mark, Page, Picture, Summary
from recita_client.decoding import decode, parse
from recita_client.entries import AudioEntry, Reason
from recita_client.errors import NotFoundError, UnsafeNameError
from recita_client.event import parse_event
from recita_client.manifest import Artifact, Manifest, parse_manifest
from recita_client.names import MANIFEST, split_address
from recita_client.sources import FolderSource, S3Source, Source

TEXT = "text.md"
T = TypeVar("T")


def open_document(place: str | Path | Source, *, client: Any = None) -> Document:
    """Read the manifest at ``s3://bucket/documents/<id>``, in a folder, or at a source.

    ``client`` is a boto3 S3 client to use. Raises NotFoundError when there is none (yet),
    UnsupportedVersionError, ContractError and UnsafeNameError.
    """
    if isinstance(place, str) and place.startswith("s3://"):
        source: Source = S3Source(*split_address(place), client)
    elif isinstance(place, str | Path):
        source = FolderSource(place)
    else:
        source = place
    return Document(source)


def open_event(
    event: Mapping[str, Any], *, bucket: str | None = None, client: Any = None
) -> Document:
    """Read the manifest that an EventBridge event tells of.

    With ``bucket`` no other one is read: an event says what whoever may send it wants. The manifest
    may be of a later run than the event, and then say something else: it is the truth.
    """
    found = parse_event(event)
    if bucket is not None and found.data.bucket != bucket:
        fix = "look who may put events on the bus, and which bucket is Recita's"
        raise UnsafeNameError(f"the event is of another bucket than {bucket}", fix)
    return Document(S3Source(found.data.bucket, found.metadata.document_id, client))


class Audio:
    """One language's speech; ``entry`` tells voice, length and keys."""

    def __init__(self, entry: AudioEntry, document: Document) -> None:
        self.entry = entry
        self.document = document

    def mp3(self) -> bytes:
        """Return the sound."""
        return self.document.read(self.entry.artifact or "")

    def captions(self) -> str:
        """Return the WebVTT captions."""
        return self.document.read(self.entry.captions or "").decode()

    def marks(self) -> Iterator[Mark]:
        """Yield when each sentence and word is heard, and which pages it rests on."""
        for line in self.document.read(self.entry.marks or "").decode().splitlines():
            yield decode(Mark, parse(line, "a mark"), "mark")


class Document:
    """A finished document. Every artifact is checked against its size and SHA-256 in the manifest.

    Reading raises NotFoundError for what the manifest does not name, IntegrityError for a file that
    is not the one it describes, ContractError for one that does not follow the contract.
    """

    def __init__(
        self, source: Source, body: bytes | None = None, *, document_id: str | None = None
    ) -> None:
        """``body`` is the manifest's file, for who has read it already.

        Raises UnsafeNameError for a manifest of another document than ``document_id``.
        """
        self.source = source
        self.body = source.read(MANIFEST) if body is None else body
        self.manifest: Manifest = parse_manifest(self.body)
        asked = document_id or getattr(source, "document_id", None)
        if asked not in (None, self.manifest.document_id):
            fix = "do not use these results; run the document again"
            raise UnsafeNameError(f"{source.name} holds another document's manifest", fix)

    @cached_property
    def _artifacts(self) -> dict[str, Artifact]:
        return {artifact.key: artifact for artifact in self.manifest.artifacts}

    def read(self, key: str) -> bytes:
        """Return one artifact's bytes."""
        artifact = self._artifacts.get(key)
        if artifact is None:
            fix = "the manifest's artifacts list what there is, its ledger what is missing and why"
            raise NotFoundError(f"the manifest of {self.source.name} names no {key!r:.80}", fix)
        return downloading.checked(artifact, self.source)

    def text(self) -> str:
        """Return the whole document as Markdown, pages marked."""
        return self.read(TEXT).decode()

    def page(self, number: int) -> Page:
        """Return one page: text, lines, words with boxes, tables, form fields."""
        for entry in self.manifest.pages:
            if entry.number == number and entry.artifact:
                return self._decoded(Page, entry.artifact)
            if entry.number == number:
                raise NotFoundError(f"page {number} was not read: {entry.error}", entry.why)
        fix = f"it has {len(self.manifest.pages)} pages, counted from 1"
        raise NotFoundError(f"{self.source.name} has no page {number}", fix)

    def pages(self) -> Iterator[Page]:
        """Yield every page that was read, each when its turn comes."""
        for entry in self.manifest.pages:
            if entry.artifact:
                yield self._decoded(Page, entry.artifact)

    def fields(self) -> Iterator[tuple[int, KeyValue]]:
        """Yield the form fields with their pages' numbers; pages without any are not read."""
        for entry in self.manifest.pages:
            if entry.key_values:
                yield from ((entry.number, field) for field in self.page(entry.number).key_values)

    def summary(self, language: str | None = None) -> Summary:
        """Return the summary in the document's own language, or in one it was translated into."""
        own = self.manifest.summary
        if own and language in (None, own.language):
            return self._decoded(Summary, own.artifact)
        entry = next((t for t in self.manifest.translations if t.language == language), None)
        if entry is None or entry.artifact is None:
            raise _undelivered("summary", language, entry.reason if entry else self.manifest.reason)
        return self._decoded(Summary, entry.artifact)

    def translated_text(self, language: str) -> str:
        """Return the whole text in a language, where that was asked for, as Markdown."""
        entry = next((t for t in self.manifest.translations if t.language == language), None)
        if entry is None or entry.text is None:
            raise _undelivered("whole text", language, entry.reason if entry else None)
        return self.read(entry.text).decode()

    def audio(self, language: str | None = None) -> Audio:
        """Return the spoken summary in a language, or in the first that was spoken."""
        asked = [a for a in self.manifest.audio if language in (None, a.language)]
        for entry in asked:
            if entry.artifact:
                return Audio(entry, self)
        raise _undelivered("speech", language, asked[0].reason if asked else self.manifest.reason)

    def picture(self, picture_id: str) -> Picture:
        """Return one picture with the boxes of its labels and faces."""
        for entry in self.manifest.images:
            if entry.id == picture_id:
                return self._decoded(Picture, entry.artifact)
        fix = "the manifest's images list those that were seen"
        raise NotFoundError(f"{self.source.name} has no picture {picture_id!r:.40}", fix)

    def children(self) -> Iterator[Document]:
        """Yield the documents that were attached to this one; they may still be on their way."""
        for child in self.manifest.children:
            yield self._relative(child.document_id)

    def parent(self) -> Document | None:
        """Return the mail that this document was attached to."""
        parent = self.manifest.parent
        return self._relative(parent) if parent else None

    def download(self, folder: Path | str) -> Path:
        """Write all artifacts into a folder, then the manifest; returns the folder.

        A folder that has a ``manifest.json`` is complete, and is a place for ``open_document``.
        """
        return downloading.download(self.source, self.manifest, self.body, Path(folder))

    def _relative(self, document_id: str) -> Document:
        return Document(self.source.sibling(document_id), document_id=document_id)

    def _decoded(self, kind: type[T], key: str) -> T:
        return decode(kind, parse(self.read(key), key), key)


def _undelivered(what: str, language: str | None, reason: Reason | None) -> NotFoundError:
    wanted = f"{what} in {language!r:.20}" if language else what
    why = f": {reason.message}" if reason else ""
    fix = reason.hint if reason else "the manifest's ledger lists what was asked for and delivered"
    return NotFoundError(f"there is no {wanted}{why}", fix)
