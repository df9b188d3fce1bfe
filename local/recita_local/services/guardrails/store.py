"""Guardrail definitions and their versions, in one JSON file."""

from __future__ import annotations

import copy
import functools
import json
import os
import secrets
import string
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

DRAFT = "DRAFT"
ID_LENGTH = 12
ALPHABET = string.ascii_lowercase + string.digits

Definition = dict[str, Any]
"""Members of CreateGuardrail without tags and token, plus ``createdAt`` and ``updatedAt``."""


class NoSuchGuardrailError(LookupError):
    """No guardrail, or no such version of it."""


class GuardrailNameTakenError(ValueError):
    """Another guardrail has this name."""


class GuardrailStore:
    """Guardrails by id; every change is on disk before the call returns."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._lock = threading.RLock()
        self._guardrails: dict[str, dict[str, Any]] = {}
        if path is not None and path.exists():
            self._guardrails = json.loads(path.read_text("utf-8"))

    def create(self, definition: Definition) -> str:
        """Add a guardrail as DRAFT and return its id: 12 of ``[a-z0-9]``, as Bedrock's."""
        with self._lock:
            self._refuse_taken_name(definition["name"], except_for=None)
            identifier = "".join(secrets.choice(ALPHABET) for _ in range(ID_LENGTH))
            now = _now()
            draft = {**definition, "createdAt": now, "updatedAt": now}
            self._guardrails[identifier] = {"last_version": 0, "versions": {DRAFT: draft}}
            self._save()
        return identifier

    def update(self, identifier: str, definition: Definition) -> None:
        """Replace the DRAFT whole, as UpdateGuardrail does; versions stay as they are."""
        with self._lock:
            record = self._record(identifier)
            self._refuse_taken_name(definition["name"], except_for=identifier)
            created = record["versions"][DRAFT]["createdAt"]
            draft = {**definition, "createdAt": created, "updatedAt": _now()}
            record["versions"][DRAFT] = draft
            self._save()

    def publish(self, identifier: str, description: str | None = None) -> str:
        """Freeze the DRAFT under the next number; numbers of deleted versions never return."""
        with self._lock:
            record = self._record(identifier)
            record["last_version"] += 1
            number = str(record["last_version"])
            frozen = copy.deepcopy(record["versions"][DRAFT]) | {"createdAt": _now()}
            frozen["description"] = description or frozen.get("description")
            record["versions"][number] = frozen
            self._save()
        return number

    def get(self, identifier: str, version: str = DRAFT) -> Definition:
        """One version's definition; raises :class:`NoSuchGuardrailError`."""
        with self._lock:
            versions = self._record(identifier)["versions"]
            if version not in versions:
                raise NoSuchGuardrailError(f"guardrail {identifier} has no version {version}")
            return copy.deepcopy(versions[version])

    def versions(self, identifier: str) -> list[str]:
        """DRAFT first, then the numbers in the order they were published."""
        with self._lock:
            return list(self._record(identifier)["versions"])

    def identifiers(self) -> list[str]:
        """Ids of all guardrails, oldest first."""
        with self._lock:
            return list(self._guardrails)

    def delete(self, identifier: str, version: str | None = None) -> None:
        """Delete one version, or the guardrail with all its versions."""
        with self._lock:
            record = self._record(identifier)
            if version is None:
                del self._guardrails[identifier]
            elif version == DRAFT or version not in record["versions"]:
                raise NoSuchGuardrailError(f"guardrail {identifier} has no version {version}")
            else:
                del record["versions"][version]
            self._save()

    def _record(self, identifier: str) -> dict[str, Any]:
        if identifier not in self._guardrails:
            raise NoSuchGuardrailError(f"there is no guardrail {identifier}")
        return self._guardrails[identifier]

    def _refuse_taken_name(self, name: str, *, except_for: str | None) -> None:
        for identifier, record in self._guardrails.items():
            if identifier != except_for and record["versions"][DRAFT]["name"] == name:
                raise GuardrailNameTakenError(f"guardrail {identifier} already has the name {name}")

    def _save(self) -> None:
        if self._path is None:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        partial = self._path.with_suffix(".partial")
        partial.write_text(json.dumps(self._guardrails, ensure_ascii=False), "utf-8")
        partial.replace(self._path)


@functools.cache
def store() -> GuardrailStore:
    """Guardrails of this laptop: under ``$STATE_DIR``, in memory where it is not set."""
    folder = os.environ.get("STATE_DIR")
    return GuardrailStore(Path(folder) / "guardrails.json" if folder else None)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
