"""What nobody can know of a document before it is paid for, and what is taken in its place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Extent = Literal["least", "likely", "most"]


@dataclass(frozen=True)
class Outcome:
    """One way a document may go; each number stands for something only the services can tell."""

    name: Extent
    page_characters: int
    """Written on a page that needs OCR."""
    photo_characters: int
    """Written in a picture that was uploaded."""
    analysed: bool
    """Whether the features ``auto`` finds tables and forms on pages that need OCR."""
    described: bool
    """Whether a rule that asks for what is seen in a picture chooses every one."""
    sentence: int
    """Characters of a sentence of a summary."""
    sentences: int
    """The most of them, where the question allows so many."""
    facts: int
    token_bytes: float
    """Bytes of text that are one token."""
    picture_tokens: int
    labels: int
    """Of what is seen in a picture."""
    picture_text: int
    """Characters that are seen in it."""
    longer: float
    """A translation's length, as a multiple of its text's."""
    doubtful: bool
    """Whether every question has to be asked twice, the summary's with its repair four times, and
    every sentence with a name or a number is translated twice."""
    step_seconds: float
    """That a function runs."""


LEAST = Outcome(
    name="least",
    page_characters=0,
    photo_characters=0,
    analysed=False,
    described=False,
    sentence=20,
    sentences=1,
    facts=0,
    token_bytes=8,
    picture_tokens=0,
    labels=0,
    picture_text=0,
    longer=0.3,
    doubtful=False,
    step_seconds=0.2,
)
LIKELY = Outcome(
    name="likely",
    page_characters=2_000,
    photo_characters=0,
    analysed=False,
    described=True,
    sentence=160,
    sentences=7,
    facts=10,
    token_bytes=4,
    picture_tokens=1_600,
    labels=8,
    picture_text=0,
    longer=1.15,
    doubtful=False,
    step_seconds=1.5,
)
MOST = Outcome(
    name="most",
    page_characters=6_000,
    photo_characters=6_000,
    analysed=True,
    described=True,
    sentence=400,
    sentences=7,
    facts=25,
    token_bytes=2,
    picture_tokens=3_300,
    labels=30,
    picture_text=600,
    longer=1.7,
    doubtful=True,
    step_seconds=10,
)
OUTCOMES = (LEAST, LIKELY, MOST)

ASSUMPTIONS = (
    (
        f"least: nothing is written on pages that need OCR; a summary is one short sentence; "
        f"translations have {LEAST.longer} times its length"
    ),
    (
        f"likely: such a page holds {LIKELY.page_characters:,} characters, no table and no form, "
        f"an uploaded picture none; a summary has five sentences of {LIKELY.sentence} signs and "
        f"{LIKELY.facts} facts; translations are {LIKELY.longer} times as long"
    ),
    (
        f"most: such a page holds {MOST.page_characters:,} characters, a table and a form; five "
        f"sentences of {MOST.sentence} characters and {MOST.facts} facts; every question is asked "
        f"again, every sentence translated twice, {MOST.longer} times as long"
    ),
    "voices are those of the first engine that SpeechEngine allows; nothing is blocked or refused",
    "no call is paid twice after a lost reply",
)
