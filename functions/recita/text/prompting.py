"""Prompts: instructions from files, and documents delimited as data."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Sequence
from importlib.resources import files

from recita.models.page import Page

VERSION = "2"
"""Raise it with any change to a file in ``prompts/``; manifests record it."""
WINDOW = 24_000
"""Characters of one window: with its tags below 25 text units, the most that one guardrail call
takes in every account (1 unit = 1,000 characters)."""
TAGS = re.compile(r"<(?=\s*/?\s*(?:document|page)\b)", re.IGNORECASE)
PAGE = '<page number="{number}">\n{text}\n</page>'


def instructions(task: str, tag: str, sentences: int, language: str = "") -> str:
    """Return the system prompt of a task; only this text instructs the model.

    ``language``: code of the language of the answer, where the task asks for one.
    """
    text = files("recita.prompts").joinpath(f"{task}.md").read_text(encoding="utf-8")
    return text.format(tag=tag, sentences=sentences, language=language)


def new_tag() -> str:
    """Return a delimiter that no document can foresee."""
    return f"document-{secrets.token_hex(4)}"


def delimited(text: str, tag: str) -> str:
    """Return the document between its delimiters."""
    return f"<{tag}>\n{text}\n</{tag}>"


def neutralised(text: str) -> str:
    """Return text whose tags can't be taken for ours."""
    return TAGS.sub("&lt;", text)


def windows(pages: Sequence[Page]) -> Iterator[str]:
    """Yield the pages' marked text in windows of at most :data:`WINDOW` characters.

    Nothing is cut: a page longer than a window goes on in the next one, under its own number.
    """
    window: list[str] = []
    size = 0
    for page in pages:
        for part in _parts(neutralised(page.text.strip())):
            marked = PAGE.format(number=page.number, text=part)
            if window and size + len(marked) > WINDOW:
                yield "\n".join(window)
                window, size = [], 0
            window.append(marked)
            size += len(marked) + 1
    if window:
        yield "\n".join(window)


def _parts(text: str) -> Iterator[str]:
    room = WINDOW - 100  # the page's own tags
    while len(text) > room:
        cut = max(text.rfind(mark, room // 2, room) for mark in ("\n", ". ", " "))
        cut = cut + 1 if cut > 0 else room
        yield text[:cut]
        text = text[cut:]
    if text:
        yield text
