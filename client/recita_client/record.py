"""Immutable records that cost little to import.

The standard library's dataclasses write code for each class when it is defined, which takes ten
times as long; these read the same, also for type checkers.
"""

from __future__ import annotations

from typing import Any, ClassVar, dataclass_transform


@dataclass_transform(kw_only_default=True, frozen_default=True)
class Record:
    """Fields are annotations; a class attribute of the same name is the field's default."""

    field_names: ClassVar[tuple[str, ...]] = ()
    required: ClassVar[frozenset[str]] = frozenset()

    def __init_subclass__(cls) -> None:
        cls.field_names = tuple(cls.__annotations__)
        cls.required = frozenset(name for name in cls.field_names if not hasattr(cls, name))

    def __init__(self, **values: Any) -> None:
        if not self.required <= values.keys() or not values.keys() <= {*self.field_names}:
            raise TypeError(f"{type(self).__name__} has the fields {', '.join(self.field_names)}")
        self.__dict__.update(values)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__}.{name} can't be set: records don't change")

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self._values() == other._values()

    def __hash__(self) -> int:
        return hash((type(self), *self._values()))

    def __repr__(self) -> str:
        values = zip(self.field_names, self._values(), strict=True)
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in values)})"

    def _values(self) -> tuple[Any, ...]:
        return tuple(getattr(self, name) for name in self.field_names)
