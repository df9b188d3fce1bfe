"""Where results lie. A source of one's own needs three members: see :class:`Source`."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

from recita_client.errors import NotFoundError, UnsafeNameError
from recita_client.names import check_bucket, check_document_id, check_key, document_key


class Source(Protocol):
    """The files of one document, wherever they lie."""

    @property
    def name(self) -> str:
        """What messages call it."""

    def read(self, key: str) -> bytes:
        """Return one file; ``key`` is relative to the document, such as ``pages/0001.json``.

        Raises NotFoundError when there is none.
        """

    def sibling(self, document_id: str) -> Source:
        """Return the source of another document at the same place."""


class S3Source:
    """A document in the results bucket; ``client`` is a boto3 S3 client, made when left out.

    Errors of S3 other than a missing object are botocore's own.
    """

    def __init__(self, bucket: str, document_id: str, client: Any = None) -> None:
        self.bucket = check_bucket(bucket)
        self.document_id = check_document_id(document_id)
        self._client = client

    @property
    def name(self) -> str:
        """The document's address."""
        return f"s3://{self.bucket}/documents/{self.document_id}"

    def read(self, key: str) -> bytes:
        """Return one object; raises NotFoundError."""
        from botocore.exceptions import ClientError  # noqa: PLC0415 - only who reads S3 needs it

        place = document_key(self.document_id, key)
        try:
            body: bytes = self.client.get_object(Bucket=self.bucket, Key=place)["Body"].read()
        except ClientError as error:
            if error.response["Error"]["Code"] not in ("NoSuchKey", "404"):
                raise
            raise _missing(self.name, key) from error
        return body

    def sibling(self, document_id: str) -> S3Source:
        """Return another document in the same bucket."""
        return S3Source(self.bucket, document_id, self.client)

    @property
    def client(self) -> Any:
        """The boto3 client; several threads may share it."""
        if self._client is None:
            import boto3  # noqa: PLC0415 - 150 ms that readers of folders need not pay

            self._client = boto3.client("s3")
        return self._client


class FolderSource:
    """A downloaded document: the folder in which its ``manifest.json`` lies."""

    def __init__(self, folder: Path | str) -> None:
        self.folder = Path(folder)

    @property
    def name(self) -> str:
        """The folder."""
        return str(self.folder)

    def read(self, key: str) -> bytes:
        """Return one file; raises NotFoundError."""
        try:
            return inside(self.folder, key).read_bytes()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
            raise _missing(self.name, key) from error

    def sibling(self, document_id: str) -> FolderSource:
        """Return the document beside this one, in a folder named by its id."""
        return FolderSource(self.folder.resolve().parent / check_document_id(document_id))


def inside(folder: Path, key: str) -> Path:
    """Return the place of a key in a folder.

    Raises UnsafeNameError for one that leads out of it, be it through a link that lies there.
    """
    place = folder.joinpath(*check_key(key).split("/"))
    if not place.resolve().is_relative_to(folder.resolve()):
        raise UnsafeNameError(
            f"{key!r:.80} leads out of {folder}", f"look for links in {folder} and remove them"
        )
    return place


def _missing(where: str, key: str) -> NotFoundError:
    return NotFoundError(
        f"{where} has no {key}",
        "see whether the document has ended, was erased or has been run again: recita show",
    )
