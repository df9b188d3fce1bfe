"""JSON into records by their type hints: fields that a later version adds are passed over."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from recita_client.errors import ContractError, UnsupportedVersionError
from recita_client.record import Record

MAJOR = 1
"""The contract's major version; 1.x adds fields and neither renames nor removes one."""

VERSION = re.compile(r"(\d{1,4})\.\d{1,4}")
NAMES = {dict: "an object", list: "a list", str: "text", bool: "true or false", NoneType: "null"}

T = TypeVar("T")
Reader = Callable[[Any, str], Any]


def parse(body: bytes | str, what: str) -> dict[str, Any]:
    """Return a JSON object; raises ContractError, which names ``what`` it should have been."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise _broken(f"{what} is not JSON: {error}") from error
    if not isinstance(data, dict):
        raise _broken(f"{what} is {_kind(data)}, an object is expected")
    return data


def check_version(version: Any, what: str) -> None:
    """Raise UnsupportedVersionError for another major version than ours."""
    found = VERSION.fullmatch(version) if isinstance(version, str) else None
    if found is None:
        raise _broken(f"{what} has no schema_version such as {MAJOR}.0")
    if int(found[1]) != MAJOR:
        raise UnsupportedVersionError(
            f"{what} has schema version {version}, and this recita-client reads {MAJOR}.x: "
            "another major version may mean other things by the same names",
            "use the client/ folder of the Recita that wrote it",
        )


def decode(kind: type[T], data: Any, what: str) -> T:
    """Return the data as a record; raises ContractError, which names the place that is wrong."""
    hint: Any = kind
    decoded: T = _reader(hint)(data, what)
    return decoded


@cache
def _reader(hint: Any) -> Reader:
    origin, arguments = get_origin(hint), get_args(hint)
    if isinstance(hint, type) and issubclass(hint, Record):
        return _record(hint)
    if origin is tuple:
        return _list(_reader(arguments[0]))
    if origin is UnionType:
        return _optional(_reader(next(one for one in arguments if one is not NoneType)))
    if origin is Literal:
        return _one_of(arguments)
    if hint is datetime:
        return _time
    return _scalar(hint)


def _record(kind: type[Record]) -> Reader:
    hints = get_type_hints(kind)
    fields = [(name, _reader(hints[name])) for name in kind.field_names]

    def read(data: Any, where: str) -> Any:
        if not isinstance(data, dict):
            raise _unexpected(data, "an object", where)
        found = {}
        for name, reader in fields:
            if name in data:
                found[name] = reader(data[name], f"{where}.{name}")
            elif name in kind.required:
                raise _broken(f"{where} has no {name}")
        return kind(**found)

    return read


def _list(item: Reader) -> Reader:
    def read(data: Any, where: str) -> Any:
        if not isinstance(data, list):
            raise _unexpected(data, "a list", where)
        return tuple(item(one, f"{where}[{number}]") for number, one in enumerate(data))

    return read


def _optional(inner: Reader) -> Reader:
    return lambda data, where: None if data is None else inner(data, where)


def _one_of(choices: tuple[Any, ...]) -> Reader:
    def read(data: Any, where: str) -> Any:
        if not isinstance(data, str) or data not in choices:
            raise _broken(f"{where} is none of {', '.join(choices)}")
        return data

    return read


def _time(data: Any, where: str) -> datetime:
    try:
        return datetime.fromisoformat(data)
    except (TypeError, ValueError):
        raise _unexpected(data, "a time (ISO 8601)", where) from None


def _scalar(kind: type) -> Reader:
    taken = (int, float) if kind is float else (kind,)
    expected = {int: "a whole number", float: "a number"}.get(kind) or NAMES[kind]

    def read(data: Any, where: str) -> Any:
        if not isinstance(data, taken) or (isinstance(data, bool) and kind is not bool):
            raise _unexpected(data, expected, where)
        try:
            return kind(data)
        except OverflowError:
            raise _broken(f"{where} is a number too large to read") from None

    return read


def _unexpected(data: Any, expected: str, where: str) -> ContractError:
    return _broken(f"{where} is {_kind(data)}, {expected} is expected")


def _kind(data: Any) -> str:
    """What the data are, without quoting them: errors reach logs, and documents must not."""
    return NAMES.get(type(data), "a number")


def _broken(what: str) -> ContractError:
    return ContractError(what, "do not use these results; run the document again")
