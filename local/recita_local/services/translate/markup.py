"""HTML in a text to translate: tags stay where they are, and some elements as they are."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from recita_local.services.translate.shield import Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MARKUP = re.compile(r"</?[A-Za-z][^<>]*>|&(?:#\d+|#x[0-9A-Fa-f]+|[A-Za-z]\w*);")
KEPT = re.compile(
    r"<(?P<tag>[A-Za-z][\w-]*)(?=[^<>]*\stranslate\s*=\s*[\"']?no\b)[^<>]*>.*?</(?P=tag)\s*>",
    re.DOTALL,
)
TAG = re.compile(r"(</?[A-Za-z][^<>]*>)")
FIRST_SIGN = 0x100000
"""Private characters stand for what is kept until the translation is there."""


@dataclass(frozen=True)
class Chunk:
    """Text between tags as people read it, what in it is fixed, and the markup of each."""

    text: str
    fixed: list[Span] = field(default_factory=list)
    markup: dict[str, str] = field(default_factory=dict)
    escaped: bool = False

    def dressed(self, translated: str) -> str:
        """The translation as it stands between the tags again."""
        if not self.escaped:
            return translated
        text = html.escape(translated, quote=False)
        return "".join(self.markup.get(character, character) for character in text)


def chunks(line: str) -> Iterator[Chunk | str]:
    """Text to translate as chunks, and tags as they are; a line without markup is one chunk."""
    if not MARKUP.search(line):
        yield Chunk(line)
        return
    kept: list[str] = []

    def put_aside(match: re.Match[str]) -> str:
        kept.append(match[0])
        return chr(FIRST_SIGN + len(kept) - 1)

    for piece in TAG.split(KEPT.sub(put_aside, line)):
        if TAG.fullmatch(piece):
            yield piece
        elif piece:
            yield _chunk(piece, kept)


def _chunk(piece: str, kept: Sequence[str]) -> Chunk:
    text, fixed, markup = "", [], {}
    for character in html.unescape(piece):
        index = ord(character) - FIRST_SIGN
        if not 0 <= index < len(kept):
            text += character
            continue
        content = html.unescape(TAG.sub("", kept[index]))
        fixed.append(Span(len(text), len(text) + len(content), character))
        markup[character] = kept[index]
        text += content
    return Chunk(text, fixed, markup, escaped=True)
