"""Checks what boto3 leaves to the service: lengths, ranges, patterns, enumerations, types.

boto3 itself checks required members, types and minimum lengths; other SDKs and raw HTTP do not.
"""

from __future__ import annotations

import functools
import numbers
import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from botocore.model import Shape

LONGEST_QUOTE = 80
"""Characters of an offending value repeated in a message: documents are not for logs."""

_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "character": (str,),
    "blob": (bytes, bytearray, str),
    "boolean": (bool,),
    "integer": (int,),
    "long": (int,),
    "float": (numbers.Real,),
    "double": (numbers.Real,),
    "timestamp": (datetime,),
    "list": (list,),
    "map": (dict,),
    "structure": (dict,),
}


@dataclass(frozen=True)
class Violation:
    """One constraint that one member breaks."""

    path: str
    message: str
    kind: str
    """``required``, ``type``, ``min``, ``max``, ``pattern``, ``enum`` or ``union``."""
    shape: Shape

    @property
    def member(self) -> str:
        """Last name of the path: ``bytes`` of ``document.bytes``."""
        return self.path.rpartition(".")[2]


def violations(params: dict[str, Any], shape: Shape | None) -> list[Violation]:
    """Everything in ``params`` that the model does not allow, in the model's order."""
    return list(_structure(params, shape, "")) if shape is not None else []


def describe(found: list[Violation]) -> str:
    """The sentence AWS puts in its validation errors."""
    errors = "error" if len(found) == 1 else "errors"
    return f"{len(found)} validation {errors} detected: " + "; ".join(v.message for v in found)


def unknown_members(reply: dict[str, Any], shape: Shape | None) -> list[str]:
    """Paths in a reply that the model does not have: they would be lost without a word."""
    return sorted(set(_unknown(reply, shape, ""))) if shape is not None else []


def _unknown(value: Any, shape: Any, path: str) -> Iterator[str]:
    kind = shape.type_name
    if kind == "structure" and isinstance(value, dict) and not shape.is_document_type:
        for name, item in value.items():
            if name in shape.members:
                yield from _unknown(item, shape.members[name], f"{path}.{name}")
            else:
                yield f"{path}.{name}".lstrip(".")
    elif kind == "list" and isinstance(value, list):
        for item in value:
            yield from _unknown(item, shape.member, path)
    elif kind == "map" and isinstance(value, dict):
        for item in value.values():
            yield from _unknown(item, shape.value, path)


def _check(value: Any, shape: Shape, path: str) -> Iterator[Violation]:
    kind = shape.type_name
    expected = _TYPES.get(kind, (object,))
    is_number_for_bool = isinstance(value, bool) and kind not in {"boolean", "string"}
    if getattr(shape, "is_document_type", False) or _is_stream(shape):
        return
    if not isinstance(value, expected) or is_number_for_bool:
        yield _broken(value, shape, path, ("type", f"Member must be of type {kind}"))
        return
    yield from _sizes(value, shape, path)
    if kind in _WALKS:
        yield from _WALKS[kind](value, shape, path)


def _structure(value: dict[str, Any], shape: Any, path: str) -> Iterator[Violation]:
    for name in shape.required_members:
        if value.get(name) is None:
            where = _join(path, name)
            yield _broken(None, shape.members[name], where, ("required", "Member must not be null"))
    if getattr(shape, "is_tagged_union", False) and len(value) != 1:
        yield _broken(value, shape, path, ("union", "Member must have exactly one of its members"))
    for name, member in shape.members.items():
        if value.get(name) is not None:
            yield from _check(value[name], member, _join(path, name))


def _list(value: list[Any], shape: Any, path: str) -> Iterator[Violation]:
    for number, item in enumerate(value, start=1):
        yield from _check(item, shape.member, f"{path}.{number}.member")


def _map(value: dict[str, Any], shape: Any, path: str) -> Iterator[Violation]:
    for key, item in value.items():
        yield from _check(key, shape.key, f"{path}.key")
        yield from _check(item, shape.value, f"{path}.{key}.value")


def _text(value: str, shape: Any, path: str) -> Iterator[Violation]:
    if shape.enum and value not in shape.enum:
        allowed = ", ".join(shape.enum)
        yield _broken(
            value, shape, path, ("enum", f"Member must satisfy enum value set: [{allowed}]")
        )
    pattern = shape.metadata.get("pattern")
    expression = _compiled(pattern) if pattern else None
    if expression and not expression.fullmatch(value):
        rule = f"Member must satisfy regular expression pattern: {pattern}"
        yield _broken(value, shape, path, ("pattern", rule))


def _sizes(value: Any, shape: Shape, path: str) -> Iterator[Violation]:
    sized = hasattr(value, "__len__")
    if shape.type_name == "structure" or not (sized or isinstance(value, numbers.Real)):
        return
    size = len(value) if sized else value
    what = "have length" if sized else "have value"
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if low is not None and size < low:
        yield _broken(
            value, shape, path, ("min", f"Member must {what} greater than or equal to {low}")
        )
    if high is not None and size > high:
        yield _broken(
            value, shape, path, ("max", f"Member must {what} less than or equal to {high}")
        )


def _broken(value: Any, shape: Shape, path: str, rule: tuple[str, str]) -> Violation:
    kind, text = rule
    quote = f"Value {_quoted(value)} at '{path}' failed to satisfy constraint: {text}"
    return Violation(path, quote, kind, shape)


def _quoted(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bytes | bytearray):
        return f"'{len(value)} bytes'"
    text = str(value)
    return f"'{text}'" if len(text) <= LONGEST_QUOTE else f"'{text[:LONGEST_QUOTE]}…'"


def _is_stream(shape: Shape) -> bool:
    return bool(shape.serialization.get("streaming") or shape.serialization.get("eventstream"))


_WALKS: dict[str, Callable[[Any, Any, str], Iterator[Violation]]] = {
    "structure": _structure,
    "list": _list,
    "map": _map,
    "string": _text,
}


def _join(path: str, name: str) -> str:
    """AWS writes member paths with a small first letter, whatever the model says."""
    lowered = name[:1].lower() + name[1:]
    return f"{path}.{lowered}" if path else lowered


@functools.cache
def _compiled(pattern: str) -> re.Pattern[str] | None:
    """Models hold Java expressions; the few that Python cannot read are not checked."""
    try:
        return re.compile(pattern)
    except re.error:
        return None
