"""Word's automatic numbers: a contract's clause 2.1 (b) has them nowhere in its text."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from docx.oxml.ns import qn

BULLET = "-"
ROMAN = (
    *((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l")),
    *((40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")),
)


@dataclass(frozen=True)
class Level:
    """How one level of a list counts; ``text`` is such as ``%1.%2``."""

    form: str = "bullet"
    text: str = ""
    start: int = 1


@dataclass
class _List:
    """One abstract list and how far it has counted."""

    levels: dict[int, Level]
    counts: dict[int, int] = field(default_factory=dict)


class Numbering:
    """The lists of one document, in the order in which their items come (ECMA-376-1, 17.9)."""

    def __init__(self, part: Any | None) -> None:
        """``part`` is the root of numbering.xml, or None."""
        self._lists: dict[str, _List] = {}
        self._of_number: dict[str, str] = {}
        self._restarts: defaultdict[str, dict[int, int]] = defaultdict(dict)
        if part is None:
            return
        for abstract in part.findall(qn("w:abstractNum")):
            levels = {_int(lvl, "w:ilvl"): _level(lvl) for lvl in abstract.findall(qn("w:lvl"))}
            self._lists[abstract.get(qn("w:abstractNumId"))] = _List(levels)
        for number in part.findall(qn("w:num")):
            name = number.get(qn("w:numId"))
            self._of_number[name] = _value(number, "w:abstractNumId") or ""
            for override in number.iter(qn("w:startOverride")):
                level = _int(override.getparent(), "w:ilvl")
                self._restarts[name][level] = _int(override, "w:val")

    def mark(self, number: str, level: int) -> str:
        """Return the number that the next item of a list shows, or a bullet."""
        found = self._lists.get(self._of_number.get(number, ""))
        if found is None or level not in found.levels:
            return BULLET
        restart = self._restarts[number].pop(level, None)
        shape, before = found.levels[level], found.counts.get(level)
        fresh = restart if restart is not None else shape.start
        found.counts[level] = fresh if before is None or restart is not None else before + 1
        for deeper in [other for other in found.counts if other > level]:
            del found.counts[deeper]
        if shape.form == "bullet":
            return BULLET

        def shown(match: re.Match[str]) -> str:
            other = int(match[1]) - 1
            known = found.levels.get(other, Level("decimal"))
            return _written(found.counts.get(other, known.start), known.form)

        return re.sub(r"%([1-9])", shown, shape.text).strip()


def _level(element: Any) -> Level:
    return Level(
        form=_value(element, "w:numFmt") or "decimal",
        text=_value(element, "w:lvlText") or "",
        start=whole(_value(element, "w:start"), 1),
    )


def _value(element: Any, child: str) -> str | None:
    found = element.find(qn(child))
    return None if found is None else found.get(qn("w:val"))


def _int(element: Any, attribute: str) -> int:
    return whole(element.get(qn(attribute)), 0)


def whole(text: str | None, otherwise: int) -> int:
    """Return a whole number as attributes hold it, also where they hold none."""
    return int(text) if text and re.fullmatch(r"\d{1,9}", text) else otherwise


def _written(count: int, form: str) -> str:
    match form:
        case "lowerLetter" | "upperLetter":
            letters = chr(ord("a") + (count - 1) % 26) * ((count - 1) // 26 % 10 + 1)
            return letters.upper() if form == "upperLetter" else letters
        case "lowerRoman" | "upperRoman":
            roman = _roman(count)
            return roman.upper() if form == "upperRoman" else roman
        case "none":
            return ""
        case "decimalZero":
            return f"{count:02}"
    return str(count)


def _roman(count: int) -> str:
    letters, count = "", min(count, 3999)
    for value, letter in ROMAN:
        letters, count = letters + letter * (count // value), count % value
    return letters
