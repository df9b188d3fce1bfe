"""From pages to paragraphs: running heads dropped, wrapped lines joined, headings kept apart."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from recita_local.services.bedrock.language.lexicon import fold, function_words

TERMINAL = re.compile(r"[.!?…:;][\"'”’»)\]]*$")  # noqa: RUF001
PAGE_NUMBER = re.compile(
    r"^[\W_]*(?:(?:page|pag|página|seite|pagina|folha|p)\.?\s*)?\d{1,4}"
    r"(?:\s*(?:/|of|de|von|sur|di)\s*\d{1,4})?[\W_]*$",
    re.IGNORECASE,
)
MASKED = re.compile(r"\{[A-Z][A-Za-z0-9_ -]*\}")
"""What a guardrail puts in place of a private word; it may stand for a word or a number."""

NUMBER_SIGN = re.compile(
    r"(?:^|[\s(])(?:n\.?\s?[º°ª]s?|nos?\.|nrs?\.|n\.|n[uú]ms?\.|arts?\.|pp?\.|§+|#)$", re.IGNORECASE
)
NUMBER = re.compile(r"\{[A-Z]|\d(?!\d*[.)]\s)")
"""The beginning of a number that is not a list's mark."""

HYPHEN = re.compile(r"[^\W\d_]-$")
COURTESY = re.compile(
    r"(?:^|[\s(])(?:Sr(?:a|ta|es|as)?|Dra?s?|Profa?|Mrs?|Ms|Hrn?|Fr|M|MM|Mmes?|Mlles?|Sig)\.$"
    r"|\s(?:Mme|Mlle|Mr|Mrs|Dr|Herrn?|Frau)$"
)
BLANKS = re.compile(r"[^\S\n\u00a0\u202f]+")
"""What is one blank; those that no line may end at stay, for numbers hold them."""

HEAD_LINES = 3
"""Lines from the top and from the bottom of a page where running heads stand."""


@dataclass
class Paragraph:
    """Lines that belong together, and the pages they stand on (1-based)."""

    text: str
    pages: list[int] = field(default_factory=list)


def clean_lines(pages: list[str]) -> list[list[str]]:
    """The lines of each page without page numbers and running heads; blank lines stay."""
    split = [[BLANKS.sub(" ", line).strip() for line in page.splitlines()] for page in pages]
    running = _running_heads(split)
    return [
        [
            line
            for line, at_edge in zip(lines, _edges(lines), strict=True)
            if _shape(line) not in running and not (at_edge and PAGE_NUMBER.match(line))
        ]
        for lines in split
    ]


def _edges(lines: list[str]) -> list[bool]:
    """Whether each line is among the first or the last that say something."""
    places = [index for index, line in enumerate(lines) if line]
    edges = {*places[:HEAD_LINES], *places[-HEAD_LINES:]}
    return [index in edges for index in range(len(lines))]


def paragraphs(pages: list[str]) -> list[Paragraph]:
    """All paragraphs in reading order; one that runs over a page break names both pages."""
    found: list[Paragraph] = []
    for number, lines in enumerate(clean_lines(pages), start=1):
        fresh = [Paragraph(text, [number]) for text in _join(lines)]
        if found and fresh and _continues(found[-1].text, fresh[0].text):
            found[-1].text = _glue(found[-1].text, fresh[0].text) + fresh[0].text
            found[-1].pages.append(number)
            fresh = fresh[1:]
        found.extend(fresh)
    return found


def _running_heads(pages: list[list[str]]) -> set[str]:
    """Shapes of the lines that stand at the edge of at least three pages and a third of all."""
    seen: Counter[str] = Counter()
    for lines in pages:
        solid = [line for line in lines if line]
        edges = solid[:HEAD_LINES] + solid[-HEAD_LINES:]
        seen.update({_shape(line) for line in edges})
    needed = max(3, len(pages) / 3)
    return {shape for shape, count in seen.items() if shape and count >= needed}


def _shape(line: str) -> str:
    return re.sub(r"\d+", "#", line.casefold())


def _join(lines: list[str]) -> list[str]:
    joined: list[list[str]] = []
    open_paragraph = False
    for index, line in enumerate(lines):
        if not line:
            open_paragraph = False
            continue
        if open_paragraph:
            joined[-1][-1] = _glue(joined[-1][-1], line)
            joined[-1].append(line)
        else:
            joined.append([line])
        starts = not open_paragraph
        open_paragraph = _is_wrapped(lines, index, starts=starts)
    return ["".join(parts) for parts in joined]


def _is_wrapped(lines: list[str], index: int, *, starts: bool) -> bool:
    """Whether the text of this line goes on in the next one."""
    line, following = lines[index], lines[index + 1] if index + 1 < len(lines) else ""
    masked = bool(MASKED.match(following))
    if not following or not (following[0].isalnum() or masked):
        return bool(following) and following[0] in "(\"'“«„[" and not TERMINAL.search(line)
    if following[0].islower() or _cannot_end(line, following):
        return True
    width = max(len(near) for near in lines[max(0, index - 3) : index + 4])
    enough = 0.8 if starts and not TERMINAL.search(line) else 0.6
    return len(line) >= enough * width and len(line) >= 25


def _cannot_end(line: str, following: str) -> bool:
    """Whether the last word asks for the next: a number sign, a courtesy title, a small word."""
    if NUMBER_SIGN.search(line):
        return bool(NUMBER.match(following))
    masked = bool(MASKED.match(following))
    if COURTESY.search(line):
        return masked or following[:1].isupper()
    words = fold(line).split()
    return masked and len(words) > 2 and (line[-1] == "," or words[-1] in function_words(""))


def _continues(before: str, after: str) -> bool:
    if _cannot_end(before, after):
        return True
    return not TERMINAL.search(before) and after[:1].islower() and len(before) > 40


def _glue(before: str, after: str) -> str:
    """A line as another follows it; a hyphen at its end before a small letter was a break."""
    if HYPHEN.search(before[-2:]) and after[:1].islower():
        return before[:-1]
    return f"{before} "
