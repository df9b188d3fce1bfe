"""What is to be said: sentences, pauses and marks, each tied to its place in the request."""

from __future__ import annotations

from dataclasses import dataclass, field


class SsmlError(ValueError):
    """The SSML is not well-formed, or asks for something the voice cannot do."""


@dataclass(frozen=True)
class Word:
    """One word as written, and how it is read aloud.

    ``start`` and ``end`` are byte offsets into the request's text, as in Polly's speech marks.
    ``spoken`` holds one or more words: "45 %" is read as two. ``stop`` is the punctuation that
    follows, "" or one of ``, ; : . ! ? …``.
    """

    start: int
    end: int
    spoken: tuple[str, ...]
    stop: str = ""


@dataclass(frozen=True)
class Pause:
    """Silence; ``start`` and ``end`` are byte offsets of the tag that asked for it, if one did."""

    seconds: float
    start: int = 0
    end: int = 0


@dataclass(frozen=True)
class Mark:
    """An SSML mark; ``start`` and ``end`` are the byte offsets of its tag."""

    name: str
    start: int
    end: int


@dataclass
class Phrase:
    """Words said in one go by one language at one rate; marks stand before the n-th word."""

    language_code: str
    rate: float = 1.0
    gain: float = 1.0
    words: list[Word] = field(default_factory=list)
    marks: list[tuple[int, Mark]] = field(default_factory=list)

    def alike(self, other: Phrase) -> bool:
        """Whether both can be said in one go."""
        mine = (self.language_code, self.rate, self.gain)
        return mine == (other.language_code, other.rate, other.gain)


@dataclass
class Sentence:
    """One sentence: its parts in order, and the bytes it covers."""

    parts: list[Phrase | Pause] = field(default_factory=list)
    start: int = 0
    end: int = 0


@dataclass(frozen=True)
class Script:
    """A whole request. ``billed`` counts characters outside tags, as Polly does."""

    source: bytes
    sentences: list[Sentence]
    billed: int
