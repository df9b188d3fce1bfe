"""What the console's pages are made from: a stack's documents, looked up as the HTTP API does."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from threading import BoundedSemaphore
from typing import TypeVar

from recita.adapters.catalogue import DynamoCatalogue
from recita.adapters.dynamodb import DynamoDocuments
from recita.adapters.links import S3Links
from recita.adapters.s3 import S3Results
from recita.errors import RequestRefusedError
from recita.models.base import Model
from recita.models.document import result_key
from recita.models.manifest import Manifest
from recita.models.page import Page
from recita.models.picture import Picture
from recita.models.record import Artifact
from recita.models.summary import SpokenMark, Summary
from recita.steps import show_document
from recita.steps.desk import Desk

from recita_cli.target import Target
from recita_cli.web.rendering import Pages

M = TypeVar("M", bound=Model)

MOST_WATCHED = 32
"""Documents whose progress is told at the same time; each takes a thread."""


@dataclass(frozen=True)
class Shelf:
    """A stack; its parts may be used by several threads."""

    target: Target
    pages: Pages
    watched: BoundedSemaphore

    @cached_property
    def desk(self) -> Desk:
        """What the HTTP API works with, by the caller's own credentials."""
        outputs, s3 = self.target.outputs, self.target.s3
        # Tables keep nothing between two queries: threads may share them, unlike other resources.
        database = self.target.resource("dynamodb")
        return Desk(
            documents=DynamoDocuments(outputs["TableName"], database),
            catalogue=DynamoCatalogue(outputs["TableName"], database),
            results=S3Results(outputs["ResultsBucketName"], s3),
            links=S3Links(outputs["InputBucketName"], outputs["ResultsBucketName"], s3),
        )

    def read(self, manifest: Manifest, name: str | None) -> bytes:
        """Return a file that the manifest names, and no other; raises RequestRefusedError."""
        if name not in {one.key for one in manifest.artifacts}:
            raise RequestRefusedError("artifact-unknown", "the result has no file of that name.")
        body = self.desk.results.read(result_key(manifest.document_id, name))
        if body is None:
            raise RequestRefusedError("artifact-unknown", "the file is gone.")
        return body

    def artifact(self, document: str, name: str) -> tuple[Artifact, bytes]:
        """Return a file of a result, and what the manifest says of it."""
        manifest = show_document.ended(document, self.desk)
        body = self.read(manifest, name)
        return next(one for one in manifest.artifacts if one.key == name), body

    def page(self, manifest: Manifest, number: int) -> Page | None:
        """Return a page as it was read, None where it was not; raises RequestRefusedError."""
        entry = next((one for one in manifest.pages if one.number == number), None)
        if entry is None:
            raise RequestRefusedError("artifact-unknown", "the document has no such page.")
        return self._parsed(Page, manifest, entry.artifact) if entry.artifact else None

    def picture(self, manifest: Manifest, name: str) -> Picture:
        """Return a picture with its boxes; raises RequestRefusedError."""
        entry = next((one for one in manifest.images if one.id == name), None)
        if entry is None:
            raise RequestRefusedError("artifact-unknown", "the document has no such picture.")
        return self._parsed(Picture, manifest, entry.artifact)

    def summary(self, manifest: Manifest, language: str) -> Summary | None:
        """Return the summary in a language, if there is one."""
        own = manifest.summary
        if own and own.language == language:
            return self._parsed(Summary, manifest, own.artifact)
        entries = (one for one in manifest.translations if one.language == language)
        found = next((one.artifact for one in entries), None)
        return self._parsed(Summary, manifest, found) if found else None

    def marks(self, manifest: Manifest, name: str | None) -> list[SpokenMark]:
        """Return when each word is spoken."""
        lines = self.read(manifest, name).decode().split("\n") if name else ()
        return [SpokenMark.model_validate_json(line) for line in lines if line.strip()]

    def _parsed(self, kind: type[M], manifest: Manifest, name: str) -> M:
        return kind.model_validate_json(self.read(manifest, name))


def opened(target: Target) -> Shelf:
    """Open a stack's documents."""
    pages = Pages(target.s3, target.outputs["InputBucketName"])
    found = Shelf(target, pages, BoundedSemaphore(MOST_WATCHED))
    found.desk  # noqa: B018 - clients are made here, by one thread
    return found
