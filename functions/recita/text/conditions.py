"""The rule that says which pictures are described.

``never``, ``always``, or tests joined by ``and``, ``or``, ``not`` and parentheses::

    labels any of [Person, Dog]          a label or one of its parents; case does not matter
    labels none of [Logo] above 80       only labels of more than 80 per cent count
    kind any of [photo, figure]
    width >= 100                         width, height (pixels), share (of its page, 0 to 1),
                                         faces, text (characters in it), repeats
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator
from functools import partial

from recita.models.picture import Picture

LONGEST = 500
"""Characters of a rule; S3 takes 2 KB of user metadata in all."""
DEEPEST = 20
"""Parentheses and negations, one inside the other."""

Rule = Callable[[Picture], bool]

TOKEN = re.compile(r"\s*(?:(\[[^\[\]]*\])|(>=|<=|[><=()])|(\d+(?:\.\d+)?)|([a-z]+)|(\S))")
COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
    "=": operator.eq,
}
QUANTIFIERS: dict[str, Callable[[frozenset[str], frozenset[str]], bool]] = {
    "any": lambda named, found: bool(named & found),
    "all": lambda named, found: named <= found,
    "none": lambda named, found: not named & found,
}
KINDS = frozenset({"photo", "figure"})


def _share(picture: Picture) -> float:
    return picture.box.width * picture.box.height if picture.box else 1.0


MEASURES: dict[str, Callable[[Picture], float]] = {
    "width": lambda picture: picture.width,
    "height": lambda picture: picture.height,
    "share": _share,
    "faces": lambda picture: picture.faces or 0,
    "text": lambda picture: len(picture.text),
    "repeats": lambda picture: picture.repeats,
}


def parse_rule(text: str) -> Rule:
    """Return the rule as a function of a picture.

    Raises ValueError that says where the text stops being a rule, and what may stand there.
    """
    if len(text) > LONGEST:
        raise ValueError(f"a rule has at most {LONGEST} characters, not {len(text)}")
    match text.strip().lower():
        case "never":
            return lambda _: False
        case "always":
            return lambda _: True
    return _Parser(text).rule()


class _Parser:
    """Recursive descent; ``or`` binds less than ``and``, ``and`` less than ``not``."""

    def __init__(self, text: str) -> None:
        self._tokens = list(_tokens(text.lower()))
        self._next = 0
        self._depth = 0

    def rule(self) -> Rule:
        found = self._any()
        if self._next < len(self._tokens):
            raise self._expected("and, or, or nothing more")
        return found

    def _any(self) -> Rule:
        tests = [self._all()]
        while self._take("or"):
            tests.append(self._all())
        return tests[0] if len(tests) == 1 else lambda picture: any(t(picture) for t in tests)

    def _all(self) -> Rule:
        tests = [self._test()]
        while self._take("and"):
            tests.append(self._test())
        return tests[0] if len(tests) == 1 else lambda picture: all(t(picture) for t in tests)

    def _test(self) -> Rule:
        self._depth += 1
        if self._depth > DEEPEST:
            raise ValueError(f"a rule nests at most {DEEPEST} parentheses and negations")
        try:
            return self._nested() or self._leaf()
        finally:
            self._depth -= 1

    def _nested(self) -> Rule | None:
        if self._take("not"):
            inner = self._test()
            return lambda picture: not inner(picture)
        if not self._take("("):
            return None
        inner = self._any()
        if not self._take(")"):
            raise self._expected("a closing parenthesis")
        return inner

    def _leaf(self) -> Rule:
        if self._take("labels"):
            named = self._named()
            above = self._number() if self._take("above") else 0.0
            return partial(_labelled, *named, above)
        if self._take("kind"):
            quantifier, names = self._named()
            if not names <= KINDS:
                raise ValueError(f"a kind is one of {', '.join(sorted(KINDS))}")
            return lambda picture: QUANTIFIERS[quantifier](names, frozenset({picture.kind}))
        measure = next((name for name in MEASURES if self._take(name)), None)
        if measure is None:
            raise self._expected(f"labels, kind, {', '.join(MEASURES)}, not or a parenthesis")
        sign = next((sign for sign in COMPARISONS if self._take(sign)), None)
        if sign is None:
            raise self._expected("a comparison such as >=")
        return partial(_compared, measure, sign, self._number())

    def _named(self) -> tuple[str, frozenset[str]]:
        quantifier = next((name for name in QUANTIFIERS if self._take(name)), None)
        if quantifier is None or not self._take("of"):
            raise self._expected("any of, all of or none of")
        listed = self._peek()
        names = frozenset(name.strip() for name in listed.strip("[]").split(",") if name.strip())
        if not listed.startswith("[") or not names:
            raise self._expected("a list of names such as [person, dog]")
        self._next += 1
        return quantifier, names

    def _number(self) -> float:
        found = self._peek()
        if not found[:1].isdigit():
            raise self._expected("a number")
        self._next += 1
        return float(found)

    def _take(self, token: str) -> bool:
        taken = self._peek() == token
        self._next += taken
        return taken

    def _peek(self) -> str:
        return self._tokens[self._next] if self._next < len(self._tokens) else ""

    def _expected(self, what: str) -> ValueError:
        before = " ".join(self._tokens[: self._next])
        where = f"after {before!r}" if before else "at the beginning"
        found = repr(self._peek()) if self._peek() else "its end"
        return ValueError(f"the rule has {found} {where}, where {what} may stand")


def _tokens(text: str) -> Iterator[str]:
    for found in TOKEN.finditer(text):
        yield found[0].strip()


def _labelled(quantifier: str, names: frozenset[str], above: float, picture: Picture) -> bool:
    sure = [label for label in picture.labels if label.confidence > above]
    found = {name.lower() for label in sure for name in (label.name, *label.parents)}
    return QUANTIFIERS[quantifier](names, frozenset(found))


def _compared(measure: str, sign: str, number: float, picture: Picture) -> bool:
    return COMPARISONS[sign](MEASURES[measure](picture), number)
