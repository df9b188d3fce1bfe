"""Putting local files into the input bucket, with what was asked for as object metadata."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from recita.models.document import Upload, document_id
from recita.settings import parse_languages

from recita_cli import exits
from recita_cli.console import CliError
from recita_cli.target import Target

KEY_BYTES = 1024
"""S3's limit: object keys are at most 1,024 bytes of UTF-8."""
PUT_BYTES = 5 * 1024**3
"""S3's limit for a single PutObject; Recita itself refuses documents far below it."""


def metadata(
    languages: str | None, speak: str | None, translate: str | None = None
) -> dict[str, str]:
    """User metadata that overrides the stack's parameters for one upload; {} overrides nothing."""
    chosen: dict[str, str] = {}
    if languages is not None:
        chosen["recita-languages"] = _checked_languages(languages)
    if speak is not None:
        chosen["recita-speak"] = speak
    if translate is not None:
        chosen["recita-translate"] = translate
    return chosen


def _checked_languages(languages: str) -> str:
    try:
        codes = parse_languages(languages)
    except ValueError as error:
        fix = "--languages es,fr  or  --languages none"
        raise CliError(str(error), fix, exits.USAGE) from error
    return ",".join(codes) or "none"


def check_readable(file: Path) -> None:
    """Raise CliError, in words for a person, when there is nothing to upload."""
    if not file.exists():
        raise CliError(f"{file}: there is no such file", "check the path")
    if not file.is_file():
        raise CliError(
            f"{file}: is not a regular file", "name files, for example: recita run *.pdf"
        )
    if file.stat().st_size > PUT_BYTES:
        raise CliError(f"{file}: is larger than 5 GiB", "split the document")
    with file.open("rb"):
        pass


def upload(target: Target, file: Path, key: str, wanted: Mapping[str, str]) -> Upload:
    """Put one file into the input bucket and return the identity that the pipeline gives it."""
    if len(key.encode()) > KEY_BYTES:
        raise CliError(f"{file}: its key is longer than 1,024 bytes", "give a shorter --key")
    bucket = target.outputs["InputBucketName"]
    with file.open("rb") as body:
        answer = target.s3.put_object(Bucket=bucket, Key=key, Body=body, Metadata=dict(wanted))
    version = answer.get("VersionId", "null")
    return Upload(
        document_id=document_id(bucket, key, version), bucket=bucket, key=key, version_id=version
    )
