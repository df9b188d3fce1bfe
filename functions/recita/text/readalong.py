"""``audio/<lang>.html``: the summary to read along, each word lit as it is spoken."""

from __future__ import annotations

import tomllib
import unicodedata
from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from html import escape
from importlib.resources import files
from urllib.parse import quote

from recita.models.summary import Fact, Sentence, SpokenMark, Summary, Understanding
from recita.text.languages import primary, same_language
from recita.text.marks import SpokenSentence, spoken_sentences
from recita.text.ssml import UNSPEAKABLE

RIGHT_TO_LEFT = frozenset(
    {"ar", "arb", "arc", "ckb", "dv", "fa", "he", "iw", "ps", "sd", "syr", "ug", "ur", "yi"}
)
"""Primary language tags whose usual script runs right to left (Unicode CLDR, scriptMetadata)."""
PAGE = """<!doctype html>
<html lang="{language}" dir="{direction}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; media-src 'self' file:; \
script-src '{script_hash}'; style-src '{style_hash}'; base-uri 'none'; form-action 'none'">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<header lang="{own}">
<button type="button" data-play="{play}" data-pause="{pause}" hidden>{play}</button>
<audio controls preload="metadata" src="{sound}"></audio>
</header>
<main>
<p id="how" lang="{own}" dir="auto" hidden>{how}</p>
<p id="lost" role="alert" lang="{own}" dir="auto" hidden>{lost}</p>
{heading}
<ol>
{sentences}
</ol>
{pages}
</main>
<script>{script}</script>
</body>
</html>
"""
"""It stands alone: the MP3 beside it is all that it loads, and its one script all that runs."""


@dataclass(frozen=True)
class ReadAlong:
    """What the page shows: a spoken summary, and what is known of its source."""

    summary: Summary
    marks: Sequence[SpokenMark]
    sound: str
    """Key of the MP3, which lies in the same folder as the page."""
    understood: Understanding | None = None
    """The summary in the document's language, and facts; both have passed the guardrail."""

    @property
    def originals(self) -> tuple[Sentence, ...]:
        """The sentences that were translated; none when nothing was."""
        source = self.understood.summary if self.understood else None
        if source is None or same_language(source.source_language, self.summary.language):
            return ()
        return (Sentence(text=source.title), *source.sentences)


def read_along(given: ReadAlong) -> str:
    """Return the page; everything a document says stands in it as text only."""
    words, own = _words(given.summary.language)
    style, script = _resource("readalong.css"), _resource("readalong.js")
    sound = given.sound.rpartition("/")[2]
    spoken = spoken_sentences(given.summary)
    code = primary(given.summary.language)
    return PAGE.format(
        language=escape(given.summary.language),
        direction="rtl" if code in RIGHT_TO_LEFT else "ltr",
        own=own,
        title=_text(given.summary.title or words["summary"]),
        style=style,
        style_hash=_hash(style),
        script=script,
        script_hash=_hash(script),
        sound=escape(quote(sound)),
        lost=escape(words["lost"].format(sound)),
        **{name: escape(words[name]) for name in ("play", "pause", "how")},
        heading=_heading(given, spoken, words),
        sentences="\n".join(
            _item(given, n, sentence, words)
            for n, sentence in enumerate(spoken)
            if sentence.source is not None
        ),
        pages=_pages(given, words, own),
    )


@cache
def _resource(name: str) -> str:
    return "\n" + files("recita.text").joinpath(name).read_text(encoding="utf-8")


def _hash(inline: str) -> str:
    return f"sha256-{b64encode(sha256(inline.encode()).digest()).decode()}"


def _words(language: str) -> tuple[dict[str, str], str]:
    """Return what the page itself says, and the language it says it in."""
    known = tomllib.loads(_resource("readalong.toml"))
    code = primary(language) if primary(language) in known else "en"
    return known[code], code


def _text(text: str) -> str:
    return escape("".join(" " if unicodedata.category(c) in UNSPEAKABLE else c for c in text))


def _heading(given: ReadAlong, spoken: Sequence[SpokenSentence], words: dict[str, str]) -> str:
    if not given.summary.title:
        return f"<h1>{escape(words['summary'])}</h1>"
    said = _said(given, 0, spoken[0], "span")
    return f"<h1>{said}</h1>\n{_original(given, 0)}"


def _item(given: ReadAlong, index: int, sentence: SpokenSentence, words: dict[str, str]) -> str:
    number = (sentence.source or 0) + 1
    links = "".join(_link(page, words) for page in sentence.pages)
    rests = (f"<p>{links}</p>" if links else "") + _original(given, number)
    return (
        f'<li id="s{number}">{_said(given, index, sentence, "p")}'
        f'<div class="rests">{rests}</div></li>'
    )


def _said(given: ReadAlong, index: int, sentence: SpokenSentence, tag: str) -> str:
    marks = [mark for mark in given.marks if mark.sentence == index]
    starts = f' data-t="{marks[0].time}"' if marks else ""
    inner = "".join(
        _text(text) if time is None else f'<span data-t="{time}">{_text(text)}</span>'
        for text, time in timed(sentence.text, marks)
    )
    return f'<{tag} class="say" dir="auto"{starts}>{inner}</{tag}>'


def timed(text: str, marks: Iterable[SpokenMark]) -> Iterator[tuple[str, int | None]]:
    """Yield a sentence in parts: words with their time in milliseconds, what is between without."""
    reached = 0
    known = ((m.start, m.end, m.time) for m in marks if m.type == "word")
    places = [(start, end, time) for start, end, time in known if start is not None and end]
    for start, end, time in sorted(places):
        if reached <= start < end:
            yield text[reached:start], None
            yield text[start:end], time
            reached = end
    yield text[reached:], None


def _original(given: ReadAlong, number: int) -> str:
    """Return what a sentence was translated from; number 0 is the title."""
    originals = given.originals
    text = originals[number].text if number < len(originals) else ""
    language = escape(given.summary.source_language)
    return f'<p class="original" lang="{language}" dir="auto">{_text(text)}</p>' if text else ""


def _link(page: int, words: dict[str, str]) -> str:
    label = escape(words["page"].format(page))
    shown = escape(words["short"].format(page))
    return f'<a href="#page-{page}" title="{label}" aria-label="{label}">{shown}</a>'


def _pages(given: ReadAlong, words: dict[str, str], own: str) -> str:
    """Return what the sentences rest on, page by page."""
    resting: dict[int, list[int]] = {}
    for number, sentence in enumerate(given.summary.sentences, 1):
        for page in dict.fromkeys(sentence.pages):
            resting.setdefault(page, []).append(number)
    facts = given.understood.facts if given.understood else ()
    items = "\n".join(
        f'<li id="page-{page}"><h3 lang="{own}">{escape(words["page"].format(page))}</h3>'
        f'<div><p lang="{own}">{escape(words["sentences"])} {_numbers(resting[page])}</p>'
        f"{_facts([f for f in facts if f.page == page], given.summary.source_language)}</div></li>"
        for page in sorted(resting)
    )
    whole = f'<p lang="{own}"><a href="../text.md">{escape(words["text"])}</a></p>'
    title = f'<h2 lang="{own}">{escape(words["pages"])}</h2>'
    return f"<section>\n{title}\n<ul>\n{items}\n</ul>\n{whole}\n</section>" if items else ""


def _numbers(numbers: Iterable[int]) -> str:
    return ", ".join(f'<a href="#s{number}">{number}</a>' for number in numbers)


def _facts(facts: Sequence[Fact], language: str) -> str:
    rows = "".join(f"<dt>{_text(fact.name)}</dt><dd>{_text(fact.value)}</dd>" for fact in facts)
    return f'<dl lang="{escape(language)}" dir="auto">{rows}</dl>' if rows else ""
