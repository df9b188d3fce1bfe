"""Prompts: instructions from files, and documents delimited as data."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files

from recita.models.page import Page

VERSION = "4"
"""Raise it with any change to a file in ``prompts/`` or to a note; manifests record it."""
PIECE = 24_000
"""Characters of one piece: with its tags below 25 text units, the most that one guardrail call
takes in every account (1 unit = 1,000 characters)."""
TAGS = re.compile(r"<(?=\s*/?\s*(?:document|page)\b)", re.IGNORECASE)
SAFE_TAGS = re.compile(r"&lt;(?=\s*/?\s*(?:document|page)\b)", re.IGNORECASE)
PAGE = '<page number="{number}">\n{text}\n</page>'
PAGES = re.compile(r'<page number="(\d+)">\n(.*?)\n</page>', re.DOTALL)
STRICTER = (
    "A sentence of your last answer did not rest on the document. Stay close to its words: "
    "say only what a reader can find on the pages you name."
)
BETWEEN_WORDS = re.compile(r"(?<=[^\W\d_]) (?=[^\W\d_]+[ ,.])")


@dataclass(frozen=True)
class Passage:
    """A page, or a part of one that is too long for one piece; ``text`` is safe between tags."""

    page: int
    text: str
    characters: int
    """Of the page's own text, before any of it was masked."""

    @property
    def marked(self) -> str:
        """The text between the tags of its page."""
        return PAGE.format(number=self.page, text=self.text)


def instructions(task: str, schema: str) -> str:
    """Return the system prompt of a task, the same for every document."""
    text = files("recita.prompts").joinpath(f"{task}.md").read_text(encoding="utf-8")
    return f"{text}Its JSON Schema:\n{schema}\n"


def note(tag: str, sentences: int, language: str = "", *, strict: bool = False) -> str:
    """Return the end of the instructions, which only this question has.

    ``language``: code of the language of the answer; empty for that of the data.
    """
    said = [
        f"The data stand between the tags <{tag}> and </{tag}>.",
        f"Write {sentences} sentences at most.",
        f'Write in the language whose code is "{language}".'
        if language
        else "Write in the language the data are written in.",
    ]
    if strict:
        said.append(STRICTER)
    return " ".join(said)


def new_tag() -> str:
    """Return a delimiter that no document can foresee."""
    return f"document-{secrets.token_hex(4)}"


def delimited(text: str, tag: str) -> str:
    """Return the document between its delimiters."""
    return f"<{tag}>\n{text}\n</{tag}>"


def neutralised(text: str) -> str:
    """Return text whose tags can't be taken for ours."""
    return TAGS.sub("&lt;", text)


def plain(text: str) -> str:
    """Return a neutralised text as it was."""
    return SAFE_TAGS.sub("<", text)


def by_page(passages: Iterable[Passage]) -> dict[int, str]:
    """Return the text of each page, as it stands in its passages, tags as they were."""
    texts: dict[int, str] = {}
    for passage in passages:
        texts[passage.page] = texts.get(passage.page, "") + passage.text
    return {number: plain(text) for number, text in texts.items()}


def pieces(pages: Iterable[Page]) -> Iterator[list[Passage]]:
    """Yield the pages' passages in pieces that are at most :data:`PIECE` characters long, marked.

    Nothing is cut away: a page longer than a piece goes on in the next one, under its own number.
    """
    piece: list[Passage] = []
    size = 0
    for page in pages:
        for part in _parts(neutralised(page.text.strip())):
            passage = Passage(page.number, part, len(part))
            if piece and size + len(passage.marked) > PIECE:
                yield piece
                piece, size = [], 0
            piece.append(passage)
            size += len(passage.marked) + 1
    if piece:
        yield piece


def marked(passages: Iterable[Passage]) -> str:
    """Return passages as one text, each between the tags of its page."""
    return "\n".join(passage.marked for passage in passages)


def masked(passages: Sequence[Passage], text: str) -> list[Passage]:
    """Return the passages with their texts as a guardrail gave them back in ``text``.

    Raises ValueError when they can't be told apart any more.
    """
    found = PAGES.findall(text)
    if [int(number) for number, _ in found] != [passage.page for passage in passages]:
        raise ValueError("the guardrail changed the marks of the pages")
    return [replace(passage, text=said) for passage, (_, said) in zip(passages, found, strict=True)]


def _parts(text: str) -> Iterator[str]:
    room = PIECE - 100  # the page's own tags
    while len(text) > room:
        cut = cut_before(text, room)
        yield text[:cut]
        text = text[cut:]
    if text:
        yield text


def cut_before(text: str, room: int) -> int:
    """Return where to cut a text so that its first part has at most ``room`` characters.

    Between paragraphs, lines, sentences, or words without a digit on either side: what is cut in
    two may be somebody's number, which nobody would know again.
    """
    for mark in ("\n\n", "\n", ". "):
        cut = text.rfind(mark, room // 2, room)
        if cut > 0:
            return cut + len(mark)
    between = [match.end() for match in BETWEEN_WORDS.finditer(text, room // 2, room)]
    return between[-1] if between else room
