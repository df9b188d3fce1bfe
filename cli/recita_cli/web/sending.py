"""Uploads from the console: the HTTP API's rules, and the caller's own credentials."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

from recita.decoding.sniff import EXTENSIONS, SUPPORTED, WRITTEN
from recita.models.document import document_id
from recita.steps import offer_upload
from werkzeug.datastructures import FileStorage

from recita_cli.target import Target

OPTIONS = ("languages", "speak", "translate")
BY_NAME = {**WRITTEN, **EXTENSIONS}


def send(file: FileStorage, form: Mapping[str, str], target: Target) -> str:
    """Put a file into the input bucket; return its document id.

    Raises RequestRefusedError as ``POST /uploads`` does.
    """
    name = file.filename or ""
    asked = {
        "filename": name,
        "content_type": _type(file.mimetype, name),
        "size": file.stream.seek(0, os.SEEK_END),
        **{option: form[option].strip() for option in OPTIONS if form.get(option, "").strip()},
    }
    file.stream.seek(0)
    order = offer_upload.order(json.dumps(asked))
    bucket = target.outputs["InputBucketName"]
    put = target.s3.put_object(
        Bucket=bucket,
        Key=order.key,
        Body=file.stream,
        ContentType=order.content_type,
        Metadata=order.metadata,
    )
    return document_id(bucket, order.key, put["VersionId"])


def _type(told: str, name: str) -> str:
    """What the browser says, or what the name says where the browser knows nothing of it."""
    return told if told in SUPPORTED else BY_NAME.get(Path(name).suffix.lower(), told)
