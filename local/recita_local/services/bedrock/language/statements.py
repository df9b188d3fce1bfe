"""What a sentence states: words, numbers with their units, dates, names, and what it denies."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path

from recita_local.services.bedrock.language.lexicon import fold, function_words

Date = tuple[int, int, int]
"""Year, month, day; 0 where it isn't said."""
Number = tuple[str, str]
"""Digits without signs of grouping, and the unit, empty where there is none."""

TOKEN = re.compile(r"R\$|\d[\d.,\u202f\u00a0]*\d|\w+|[%€$£]|[.,;:!?()–—]")  # noqa: RUF001
CODE = re.compile(
    r"\b(?=[\w/-]*\d)(?=[\w/-]*[A-Za-z])\w+(?:[-/]\w+)+\b|\b[A-Za-z]{1,6}\d[A-Za-z\d]{2,}\b"
)
"""A reference such as FA-2017-0010 or PO445, whose digits are no number."""
STOP = frozenset(".,;:!?()–—")  # noqa: RUF001
NUMERIC = re.compile(r"\b(\d{4})-(\d\d)-(\d\d)\b|\b(\d{1,2})[./](\d{1,2})[./](\d{4}|\d\d)\b")
GROUPED = re.compile(r"(?<=\d)[ ](?=\d{3}(?!\d))")
ORDERS = ((3, 1, 2), (3, 2, 1))
"""Groups of year, month and day in dates with the month first, and with the day first."""

STEM = 5
NEAR = 6
"""Words on either side in which a negation may stand elsewhere in a true paraphrase."""


@cache
def _lists() -> dict[str, dict[str, str]]:
    return tomllib.loads((Path(__file__).parent / "statements.toml").read_text("utf-8"))


@cache
def _inverted(section: str) -> dict[str, str]:
    return {word: key for key, words in _lists()[section].items() for word in words.split()}


@cache
def negations(language: str) -> frozenset[str]:
    """The folded words that deny."""
    return frozenset(_lists()["negations"].get(language, "").split())


@cache
def _months() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Dates in words on folded text: the day first, or the month; groups as in ``ORDERS``."""
    months = "|".join(sorted(_inverted("months"), key=len, reverse=True))
    year = r"(?:,? (?:de |del |of )?(\d{4}))?"
    day_first = rf"\b(?:(\d{{1,2}})(?:st|nd|rd|th|er|o)?\.? (?:de |of )?)?\b({months})\b\.?{year}"
    month_first = rf"\b({months})\b\.? (\d{{1,2}})(?:st|nd|rd|th)?\b(?!:)(?:,? (\d{{4}}))?"
    return re.compile(month_first), re.compile(day_first)


@cache
def _conjunctions() -> frozenset[str]:
    return frozenset(_lists()["conjunctions"]["words"].split())


@cache
def leads() -> frozenset[str]:
    """Words that open a sentence before a name and are none."""
    return frozenset(_lists()["leads"]["words"].split())


def stem(word: str) -> str:
    """The beginning of a word, which its forms share."""
    short = word[:-1] if len(word) > 3 and word.endswith("s") else word
    return short[:STEM]


def _canonical(written: str) -> str:
    """1,234.50 and 1.234,50 as 1234.5; one mark before three digits groups them."""
    marks = re.findall(r"[.,\u202f\u00a0]", written)
    digits = re.sub(r"[\u202f\u00a0]", "", written)
    tail = re.search(r"[.,](\d+)$", digits)
    decimal = tail is not None and (len(tail[1]) != 3 or len(set(marks)) > 1)
    if tail is None or not decimal or marks.count(tail[0][0]) > 1:
        return re.sub(r"\D", "", digits).lstrip("0") or "0"
    whole = re.sub(r"\D", "", digits[: tail.start()]).lstrip("0") or "0"
    fraction = tail[1].rstrip("0")
    return f"{whole}.{fraction}" if fraction else whole


@dataclass
class Statement:
    """One sentence, taken apart."""

    text: str
    language: str
    dates: set[Date] = field(default_factory=set)
    codes: set[str] = field(default_factory=set)
    """References of letters and digits, folded."""
    numbers: list[tuple[Number, int]] = field(default_factory=list)
    """Each with its place among the words."""
    words: list[str] = field(default_factory=list)
    """Folded words and signs in order."""
    capitals: dict[str, bool] = field(default_factory=dict)
    """Folded words written with a capital; whether they are names for sure."""
    openings: set[str] = field(default_factory=set)
    """Those of them that begin a clause."""
    first_names: set[str] = field(default_factory=set)
    """Those openings that another capital follows."""
    denied: dict[str, int] = field(default_factory=dict)
    """Stems that a negation stands before, and where."""

    def __post_init__(self) -> None:
        spelled = re.sub(r"n['’]t\b", " not", self.text)  # noqa: RUF001
        plain = self._without_dates(GROUPED.sub("\u202f", self._without_codes(spelled)))
        tokens = TOKEN.findall(plain)
        self.words = [fold(token) for token in tokens]
        self._find_numbers()
        self._find_capitals(tokens)
        self._find_denials()

    @cached_property
    def content(self) -> dict[str, list[int]]:
        """Stems of the words that tell something, and their places."""
        found: dict[str, list[int]] = {}
        for place, word in enumerate(self.words):
            if self._tells(word):
                found.setdefault(stem(word), []).append(place)
        return found

    def _tells(self, word: str) -> bool:
        return (
            len(word) > 2
            and word[0].isalpha()
            and word not in function_words("")
            and word not in negations(self.language)
            and word not in _inverted("numbers")
            and word not in _inverted("units")
        )

    def _without_codes(self, text: str) -> str:
        self.codes |= {fold(code) for code in CODE.findall(text)}
        return CODE.sub(" ", text)

    def _without_dates(self, text: str) -> str:
        """Dates are taken out, so that their numbers are no others."""
        for match in NUMERIC.finditer(text):
            if match[1]:
                self._add_date(match[1], match[2], match[3])
            else:
                year = match[6] if len(match[6]) == 4 else f"20{match[6]}"
                self._add_date(year, match[5], match[4])
                self._add_date(year, match[4], match[5])
        text = NUMERIC.sub(" ", text)
        if not re.search(r"\d", text):
            return text
        folded = fold(text)
        if len(folded) != len(text):  # a ligature or the like: places would differ
            text = folded
        for pattern, (year, month, day) in zip(_months(), ORDERS, strict=True):
            for match in list(pattern.finditer(folded)):
                if match[day] or match[year]:
                    number = _inverted("months")[match[month]]
                    self._add_date(match[year] or "0", number, match[day] or "0")
                    start, end = match.span()
                    gap = " " * (end - start)
                    folded = folded[:start] + gap + folded[end:]
                    text = text[:start] + gap + text[end:]
        return text

    def _add_date(self, year: str, month: str, day: str) -> None:
        if 0 < int(month) <= 12 and int(day) <= 31:
            self.dates.add((int(year), int(month), int(day)))

    def _find_numbers(self) -> None:
        spelled, units = _inverted("numbers"), _inverted("units")
        for place, word in enumerate(self.words):
            digits = _canonical(word) if word[0].isdigit() else spelled.get(word)
            if digits is None or not digits[0].isdigit():
                continue
            after = self.words[place + 1 : place + 3]
            before = self.words[place - 1] if place else ""
            near = [one for one in after[:1] if one in units] or (
                [before] if before in units and len(before) < 4 else []
            )
            if not near and after[:1] and after[0] in {"por", "pour", "per"}:
                near = [one for one in after[1:] if one in units]
            self.numbers.append(((digits, units[near[0]] if near else ""), place))

    def _find_capitals(self, tokens: list[str]) -> None:
        before, small = ".", function_words("") | leads()
        for place, token in enumerate(tokens):
            word = self.words[place]
            if token[0].isupper() and len(word) > 1 and word not in small:
                following = tokens[place + 1][:1] if place + 1 < len(tokens) else ""
                beside = (before[0].isupper() and fold(before) not in small) or following.isupper()
                inside = before not in STOP and self.language != "de"
                initial = before in STOP
                acronym = token.isupper() and len(token) < 6
                sure = not initial and (beside or inside) and not acronym
                self.capitals[word] = self.capitals.get(word, False) or sure
                if initial:
                    self.openings.add(word)
                if initial and following.isupper():
                    self.first_names.add(word)
            before = token

    def _find_denials(self) -> None:
        small, only = function_words(""), set(_lists()["only"]["words"].split())
        deny = negations(self.language)
        for place, word in enumerate(self.words):
            ahead = self.words[place + 1 : place + 6]
            numbered = word in {"no", "n"} and ahead and ahead[0][0].isdigit()
            if word not in deny or numbered or (ahead and ahead[0] in only):
                continue
            target = self._target(place + 1, 1, small)
            if target is None and self.language == "de":
                target = self._target(place - 1, -1, small)
            if target is not None:
                self.denied.setdefault(stem(self.words[target]), place)

    def _target(self, start: int, step: int, small: frozenset[str]) -> int | None:
        """The nearest telling word on one side, within the clause."""
        for place in range(start, start + 6 * step, step):
            if not 0 <= place < len(self.words) or self.words[place] in STOP:
                return None
            word = self.words[place]
            if self._tells(word) and word not in small:
                return place
        return None

    def is_in(self, language: str) -> bool:
        """Whether a sixth of the words are small words of a language."""
        small = function_words(language)
        return 6 * sum(word in small for word in self.words) >= len(self.words)

    def denies_near(self, key: str) -> bool:
        """Whether a negation stands about a stem, in its clause or a few words off."""
        deny = negations(self.language) - frozenset(_lists()["without"]["words"].split())
        places = [place for place, word in enumerate(self.words) if word in deny]
        if key in self.denied:
            return True
        return any(
            self._same_clause(place, other)
            for place in places
            for other in self.content.get(key, ())
        )

    def _same_clause(self, one: int, other: int) -> bool:
        """Nothing between them parts what is said: no stop, no "and"; a comma may be near."""
        low, high = min(one, other), max(one, other)
        between = self.words[low:high]
        parted = any((word in STOP and word != ",") or word in _conjunctions() for word in between)
        return not parted and ("," not in between or high - low <= NEAR)
