"""A page as a picture: the upload is decoded in the functions' cage, never in the server."""

from __future__ import annotations

import multiprocessing
import shutil
import signal
from collections import OrderedDict
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Any

from recita import cage
from recita.decoding import image, pdf
from recita.decoding.pdf_layer import FILLED_BY_HAND, with_annotations
from recita.errors import DocumentRejectedError
from recita.models.manifest import Source
from recita.steps.handover import MAX_BYTES

PDF = "application/pdf"
SIDE = 1600
"""Pixels of a page's longer side: words of a letter can be read."""
LIMITS = cage.Limits(seconds=20)
KEPT = 4
"""Uploads kept in a folder for the next page."""


def drawable(media_type: str) -> bool:
    """Whether pages of such a file have a look of their own."""
    return media_type == PDF or media_type.startswith("image/")


class Pages:
    """Draws pages of uploads; whoever makes one closes it."""

    def __init__(self, s3: Any, bucket: str) -> None:
        self._s3, self._bucket = s3, bucket
        self._folder = TemporaryDirectory(prefix="recita-console-")
        self._kept: OrderedDict[str, Path] = OrderedDict()
        self._lock = Lock()
        self._pool = _pool()

    def draw(self, source: Source, number: int) -> bytes | None:
        """Return a page (from 1) as JPEG, or None when it can't be drawn."""
        if source.bucket != self._bucket or source.bytes > MAX_BYTES:
            return None
        with self._lock:  # one after the other: pages are large, and so are uploads
            path = self._fetched(source)
            if path is None:
                return None
            try:
                drawing = self._pool.submit(drawn, path, source.media_type, number)
                return drawing.result(LIMITS.seconds * 2)
            except (BrokenProcessPool, TimeoutError):
                self._pool.shutdown(wait=False, cancel_futures=True)
                self._pool = _pool()
                return None

    def close(self) -> None:
        """Remove what was kept."""
        self._pool.shutdown(cancel_futures=True)
        self._folder.cleanup()

    def _fetched(self, source: Source) -> Path | None:
        name = source.sha256 if source.sha256.isalnum() else ""
        if name in self._kept:
            self._kept.move_to_end(name)
            return self._kept[name]
        try:
            found = self._s3.get_object(
                Bucket=source.bucket, Key=source.key, VersionId=source.version_id
            )
        except self._s3.exceptions.ClientError:  # the upload is gone: results outlive it
            return None
        path = Path(self._folder.name) / (name or "upload")
        with path.open("wb") as file:
            shutil.copyfileobj(found["Body"], file)
        self._kept[name] = path
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)[1].unlink()
        return path


def _pool() -> ProcessPoolExecutor:
    """One process that forks the cage: the server has threads, and their locks must not be."""
    return ProcessPoolExecutor(
        1,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=signal.signal,  # Ctrl-C is the server's to answer
        initargs=(signal.SIGINT, signal.SIG_IGN),
    )


def drawn(path: Path, media_type: str, number: int) -> bytes | None:
    """Draw a page in the cage; None when it ends without one."""
    try:
        return cage.run(LIMITS, _draw, path, media_type, number)
    except DocumentRejectedError:
        return None


def _draw(path: Path, media_type: str, number: int) -> bytes:
    if media_type == PDF:
        with pdf.opened(path) as document:
            page = with_annotations(document, document[number - 1], number - 1, FILLED_BY_HAND)
            with closing(page):
                scale = SIDE / max(page.get_size())
                return image.encode(page.render(scale=scale).to_pil().convert("RGB"))[0]
    with image.opened(path) as picture:
        if number > 1:
            picture.seek(number - 1)
        shown = image.decoded(picture)
        shown.thumbnail((SIDE, SIDE))
        return image.encode(shown)[0]
