"""The sentences of a source that a claim is held against, and whether they say otherwise."""

from __future__ import annotations

import math
import re
from collections import Counter
from functools import cached_property

from recita_local.services.bedrock.language.compose import frame_words
from recita_local.services.bedrock.language.identify import language_of
from recita_local.services.bedrock.language.lexicon import fold, words
from recita_local.services.bedrock.language.sentences import all_sentences
from recita_local.services.bedrock.language.statements import (
    Date,
    Number,
    Statement,
    negations,
    stem,
)

MOST = 4
"""Sentences of the source that one claim may be put together from."""
MORE = 0.12
"""Share of a claim that another sentence must add to belong to its evidence."""
BESIDE = 3
"""Words before and after a quotation in which a negation would turn it round."""
COVERED, COMMON = 0.5, 2
"""Share of a claim's words, and how many, from which its evidence is surely the right one."""


class Source:
    """A text that claims rest on, taken apart once."""

    def __init__(self, text: str) -> None:
        self.language = language_of(text)
        self.sentences = [one.text for one in all_sentences([text], self.language)]
        self.stream = f" {' '.join(_tokens(text))} "
        self.vocabulary = set(words(text))
        self._small = set(map(fold, re.findall(r"\b[a-zà-ÿ]\w*", text)))
        self._whole = text
        self._taken: dict[int, Statement] = {}
        self._bags = [{stem(word) for word in words(one)} for one in self.sentences]
        seen = Counter(one for bag in self._bags for one in bag)
        total = len(self.sentences) + 1
        self._weights = {one: math.log(total / (1 + count)) + 1 for one, count in seen.items()}

    def quotes(self, claim: str) -> bool:
        """Whether the claim stands in the source word for word, whatever its line breaks.

        What a negation stands beside is no quotation without it.
        """
        wanted = f" {' '.join(_tokens(claim))} "
        place = self.stream.find(wanted)
        if place < 0:
            return False
        before = self.stream[max(0, place - 60) : place].split()[-BESIDE:]
        after = self.stream[place + len(wanted) :][:60].split()[:BESIDE]
        return negations(self.language).isdisjoint([*before, *after])

    @cached_property
    def everything(self) -> Statement:
        """The whole source as one statement, for its dates and numbers."""
        return Statement(self._whole, self.language)

    @cached_property
    def numbers(self) -> set[str]:
        """All numbers of the source."""
        return {digits for (digits, _), _ in self.everything.numbers}

    @cached_property
    def codes(self) -> set[str]:
        """All references of letters and digits."""
        return self.everything.codes

    def statement(self, index: int) -> Statement:
        """A sentence taken apart."""
        if index not in self._taken:
            self._taken[index] = Statement(self.sentences[index], self.language)
        return self._taken[index]

    def weight(self, key: str) -> float:
        """How telling a stem is: rare ones most, unknown ones as rare ones."""
        return self._weights.get(key, math.log(len(self.sentences) + 1) + 1)

    def nearest(self, claim: str, most: int) -> list[str]:
        """The sentences that share most words with the claim."""
        bag = {stem(word) for word in words(claim)}
        shared = [len(bag & other) / (len(other) + 4) for other in self._bags]
        order = sorted(range(len(shared)), key=lambda index: -shared[index])[:most]
        return [self.sentences[index] for index in order]

    def names(self, claim: Statement) -> set[str]:
        """What the claim writes with a capital and the source never without."""
        sure = {word for word, is_sure in claim.capitals.items() if is_sure}
        return (sure | claim.openings) - self._small - frame_words()

    def evidence(self, claim: Statement) -> Evidence:
        """The sentences that together say most of the claim."""
        names = set(map(stem, self.names(claim)))
        open_stems = {key for key in claim.content if key not in _idle() | names}
        told = frozenset(open_stems)
        total = sum(map(self.weight, open_stems)) or 1.0
        extra = {stem(word) for word in claim.words if word[0].isdigit()}
        chosen: list[int] = []
        while open_stems and len(chosen) < MOST:
            gains = [
                sum(self.weight(key) for key in open_stems & bag) + 0.1 * len(extra & bag)
                for bag in self._bags
            ]
            best = max(range(len(gains)), key=gains.__getitem__, default=-1)
            if best < 0 or gains[best] < (MORE if chosen else 0.01) * total:
                break
            chosen.append(best)
            open_stems -= self._bags[best]
        left = sum(map(self.weight, open_stems))
        found = [self.statement(index) for index in chosen]
        sure = 1 - left / total >= COVERED and len(told - open_stems) >= COMMON
        return Evidence(self, claim, found, 1 - left / total, sure=sure)


class Evidence:
    """What a source says where a claim may come from."""

    def __init__(
        self,
        source: Source,
        claim: Statement,
        statements: list[Statement],
        coverage: float,
        *,
        sure: bool,
    ) -> None:
        self.source, self.claim, self.statements = source, claim, statements
        self.coverage = coverage
        """Share of the claim's telling words that these sentences have, 0 to 1."""
        self.sure = sure
        """Whether these are surely the sentences that the claim is about."""

    def contradicts(self) -> bool:
        """Whether the claim has a number, date or name not from here, or denies what is said."""
        return (
            not self.claim.codes <= self.source.codes
            or any(self._wrong_number(number, place) for number, place in self.claim.numbers)
            or any(self._wrong_date(date) for date in self._dates())
            or self._wrong_name()
            or (self.sure and self._turned_round())
        )

    def _wrong_number(self, number: Number, place: int) -> bool:
        digits, unit = number
        if digits not in self.source.numbers:
            return not self._in_dates(digits)
        here = [one for each in self.statements for one, _ in each.numbers]
        units = {other for same, other in here if same == digits}
        if units:
            return bool(unit) and "" not in units and unit not in units
        if not self.sure:
            return False
        rivals = [same for same, other in here if other == unit]
        return bool(rivals) and not self._listed(digits, place)

    def _in_dates(self, digits: str) -> bool:
        """Whether it is the year of a date."""
        return (
            digits.isdigit()
            and any(int(digits) == date[0] for date in self.source.everything.dates)
            and len(digits) == len("2026")
        )

    def _listed(self, digits: str, place: int) -> bool:
        """Whether the number stands elsewhere in the source beside a word it has in the claim."""
        near = {
            key
            for key, places in self.claim.content.items()
            if any(abs(place - other) <= 3 for other in places) and key not in _idle()
        }
        return any(
            near & set(statement.content)
            for statement in map(self.source.statement, range(len(self.source.sentences)))
            if any(same == digits for (same, _), _ in statement.numbers)
        )

    def _dates(self) -> set[Date]:
        """The claim's dates; of two readings of 3/4/2026 one must be right."""
        known = self.source.everything.dates
        dates = self.claim.dates
        return {
            date
            for date in dates
            if not any(
                (other[0], other[2], other[1]) == date and _among(other, known) for other in dates
            )
        }

    def _wrong_date(self, date: Date) -> bool:
        if not _among(date, self.source.everything.dates):
            return True
        here = {other for each in self.statements for other in each.dates}
        return self.sure and bool(here) and not _among(date, here)

    def _wrong_name(self) -> bool:
        names = {word for word, sure in self.claim.capitals.items() if sure} - frame_words()
        if any(word not in self.source.vocabulary for word in names):
            return True
        if not self.sure:
            return False
        here = {word for each in self.statements for word in each.words}
        missing = set(self.claim.capitals) - here - frame_words()
        known = missing & self.source.vocabulary
        strange = missing & self.source.names(self.claim) & self.claim.first_names
        said = {word for each in self.statements for word in each.capitals}
        return bool((known | strange) and said - set(self.claim.words))

    def _turned_round(self) -> bool:
        denied = {key for each in self.statements for key in each.denied}
        if any(self._differs(self.claim, each) for each in self.statements):
            return True
        affirmed = denied & set(self.claim.content) - set(self.claim.denied)
        return any(
            not self.claim.denies_near(key)
            and all(each.denies_near(key) for each in self.statements if key in each.content)
            for key in affirmed
        )

    def _differs(self, claim: Statement, each: Statement) -> bool:
        """Whether the claim denies what all its evidence affirms."""
        return any(
            key in each.content
            and not any(one.denies_near(key) for one in self.statements if key in one.content)
            for key in claim.denied
        )


def _among(date: Date, dates: set[Date]) -> bool:
    """Whether a date is one of these; what one of the two leaves out agrees."""
    return any(
        all(0 in pair or pair[0] == pair[1] for pair in zip(date, other, strict=True))
        for other in dates
    )


def _idle() -> frozenset[str]:
    """Stems that speak of a document as such and claim nothing on it."""
    return frozenset(map(stem, frame_words()))


def _tokens(text: str) -> list[str]:
    """Words and numbers as they stand, hyphens at line ends taken back."""
    joined = re.sub(r"(?<=[^\W\d_])-\n(?=[a-zà-ÿ])", "", text)
    return re.findall(r"\d[\d.,]*\d|\w+|[%€$£]", fold(joined))
