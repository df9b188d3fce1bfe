"""Pages without personal data: what a guardrail masked in a text, masked wherever the page says it.

A guardrail gives back a text with ``{EMAIL}`` where an address stood. The lines, words, cells and
form fields of the page say the same again; they are found by what the masks stand for.
"""

from __future__ import annotations

import re
from typing import Any

from recita.models.page import Line, Page, Word
from recita.text.prompting import neutralised

MASK = re.compile(r"\{[A-Za-z][A-Za-z0-9 _-]*\}")
SAFE_TAGS = re.compile(r"&lt;(?=\s*/?\s*(?:document|page)\b)", re.IGNORECASE)
SHORTEST = 2
"""Characters of what is looked for elsewhere on the page."""


def redacted(page: Page, masked: str) -> Page:
    """Return the page as ``masked`` has its text: that of the page, safe between tags and masked.

    Where it can't be told what a mask stands for, the whole page is masked but its text.
    """
    found = behind_masks(neutralised(page.text.strip()), masked)
    said = {"text": SAFE_TAGS.sub("<", masked)}
    if found is None:
        return page.model_copy(
            update=said | {"lines": (), "tables": (), "key_values": (), "selections": ()}
        )
    lines = tuple(_line(line, found) for line in page.lines)
    rest = Page.model_validate(_replaced(page.model_dump(exclude={"text", "lines"}), found))
    return rest.model_copy(update=said | {"lines": lines})


def behind_masks(original: str, masked: str) -> dict[str, str] | None:
    """Return what stood where a mask stands, line by line, with its mask; longest first.

    None when the two can't be put side by side.
    """
    found: dict[str, str] = {}
    one, other = original.split("\n"), masked.split("\n")
    if len(one) != len(other):
        one, other = [original], [masked]
    for line, said in zip(one, other, strict=True):
        if line == said:
            continue
        marks = [mark for mark in MASK.findall(said) if mark not in line]
        pattern = "(.+?)".join(map(re.escape, _split(said, marks)))
        match = re.fullmatch(pattern, line, re.DOTALL) if marks else None
        if match is None:
            return None
        for text, mark in zip(match.groups(), marks, strict=True):
            found |= {part.strip(): mark for part in text.split("\n")}
    kept = {text: mark for text, mark in found.items() if len(text) >= SHORTEST}
    return dict(sorted(kept.items(), key=lambda item: -len(item[0])))


def _split(text: str, marks: list[str]) -> list[str]:
    """Return the texts between the marks, which stand in it in this order."""
    parts = []
    for mark in marks:
        before, _, text = text.partition(mark)
        parts.append(before)
    return [*parts, text]


def _line(line: Line, found: dict[str, str]) -> Line:
    here = {text: mark for text, mark in found.items() if text in line.text}
    words = {word: mark for text, mark in here.items() for word in text.split()}
    return line.model_copy(
        update={
            "text": _replaced(line.text, here),
            "words": tuple(_word(word, words) for word in line.words),
        }
    )


def _word(word: Word, found: dict[str, str]) -> Word:
    hidden = next((mark for text, mark in found.items() if text in word.text), None)
    return word.model_copy(update={"text": hidden}) if hidden else word


def _replaced(value: Any, found: dict[str, str]) -> Any:
    """Return a value with whole words masked in every string in it."""
    if not found:
        return value
    if isinstance(value, str):
        hidden = "|".join(map(re.escape, found))
        return re.sub(rf"(?<!\w)(?:{hidden})(?!\w)", lambda match: found[match[0]], value)
    if isinstance(value, dict):
        return {key: _replaced(inner, found) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_replaced(inner, found) for inner in value]
    return value
