"""Lists of documents to bring in: CSV or lines of JSON, each line read for itself."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError
from recita.steps.wishes import WISHES

from recita_cli import exits
from recita_cli.console import CliError
from recita_cli.target import Target

DOCUMENT = "document"
"""The column, or field, with the address; all others are options."""
OPTIONS = {wish: (name, parse) for name, (wish, parse) in WISHES.items()}
ADDRESS = re.compile(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])/(.+)", re.DOTALL)
MOST_LINES = 100_000
MOST_BYTES = 100_000_000
FIX = "one document a line: CSV with a heading `document,languages`, or lines of JSON"


@dataclass(frozen=True)
class Named:
    """One document of a list, with the metadata that its options are."""

    bucket: str
    key: str
    wishes: dict[str, str] = field(default_factory=dict)


@dataclass
class Wanted:
    """What is to be brought: all under a prefix, or what a list names."""

    bucket: str = ""
    prefix: str = ""
    documents: list[Named] | None = None
    refused: list[dict[str, Any]] = field(default_factory=list)
    """Each line of a list that can not be used, with its number and why."""


def read(target: Target, place: str, allowed: set[str]) -> Wanted:
    """Read a list from a file or from S3; raises CliError where it is none at all.

    A bad line costs itself: it is told and the others are brought.
    """
    documents: list[Named] = []
    found, seen = Wanted(documents=documents), dict[tuple[str, str], Named]()
    for number, line in _lines(_text(target, place), place):
        try:
            named = _new(_named(line, allowed, target.outputs["InputBucketName"]), seen)
        except ValueError as error:
            found.refused.append({"line": number, "reason": str(error)})
            continue
        if named:
            documents.append(named)
    return found


def _new(named: Named, seen: dict[tuple[str, str], Named]) -> Named | None:
    """The document, unless an earlier line names it; raises ValueError where that one differs."""
    before = seen.setdefault((named.bucket, named.key), named)
    if before != named:
        raise ValueError("an earlier line names it with other options")
    return named if before is named else None


def _text(target: Target, place: str) -> str:
    try:
        if address := ADDRESS.fullmatch(place):
            reply = target.s3.get_object(Bucket=address[1], Key=address[2])
            body: bytes = reply["Body"].read(MOST_BYTES + 1)
        else:
            with Path(place).open("rb") as file:
                body = file.read(MOST_BYTES + 1)
        if len(body) > MOST_BYTES:
            raise CliError(f"{place} is larger than {MOST_BYTES // 10**6} MB", "split it")
        return body.decode("utf-8-sig")
    except (OSError, ClientError, UnicodeDecodeError) as error:
        raise CliError(f"{place} can not be read: {error}", FIX, exits.USAGE) from error


def _lines(text: str, place: str) -> Iterator[tuple[int, Any]]:
    """Each line's number and fields, or the ValueError that says why it has none."""
    lines = text.split("\n")
    if len(lines) > MOST_LINES + 1:
        raise CliError(f"{place} has more than {MOST_LINES:,} lines", "split it")
    found = _json_lines(lines) if text.lstrip().startswith("{") else _csv_lines(lines, place)
    yield from found


def _json_lines(lines: list[str]) -> Iterator[tuple[int, Any]]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            yield number, json.loads(line)
        except ValueError:
            yield number, ValueError("it is no JSON")


def _csv_lines(lines: list[str], place: str) -> Iterator[tuple[int, Any]]:
    reader = csv.DictReader(lines, restkey="", skipinitialspace=True)
    if DOCUMENT not in (reader.fieldnames or ()):
        raise CliError(f"{place} has no column `{DOCUMENT}`", FIX, exits.USAGE)
    for row in reader:
        if "" in row:
            yield reader.line_num, ValueError("it has more fields than the heading")
        else:
            yield reader.line_num, {name: value for name, value in row.items() if value}


def _named(line: Any, allowed: set[str], input_bucket: str) -> Named:
    if isinstance(line, ValueError):
        raise line
    if not isinstance(line, dict) or not all(isinstance(one, str) for one in line.values()):
        raise ValueError("it is no object with texts in it")
    address = ADDRESS.fullmatch(line.get(DOCUMENT, ""))
    if not address:
        raise ValueError(f"{DOCUMENT} is no address such as s3://archive/2019/a.pdf")
    bucket, key = address[1], address[2]
    if bucket not in allowed:
        raise ValueError(f"the stack may not read {bucket}: see its parameter BackfillBucket")
    wishes = dict(_wish(name, value) for name, value in line.items() if name != DOCUMENT)
    if wishes and bucket == input_bucket:
        raise ValueError("an object of the input bucket has its own options: upload it with them")
    return Named(bucket, key, wishes)


def _wish(name: str, value: str) -> tuple[str, str]:
    if name not in OPTIONS:
        raise ValueError(f"{name[:40]!r} is no option: use {', '.join(OPTIONS)}")
    metadata, parse = OPTIONS[name]
    try:
        parse(value)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from error
    if not value.isascii() or not value.isprintable():  # headers hold nothing else
        raise ValueError(f"{name} holds more than ASCII")
    return metadata, value
