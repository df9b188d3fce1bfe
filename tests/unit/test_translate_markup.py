"""HTML to translate: tags stay, and what is not to be translated comes through whole."""

from __future__ import annotations

import pytest
from recita.text import protecting
from recita_local.services.translate import installed
from recita_local.services.translate.engine import TranslationEngine
from recita_local.services.translate.markup import Chunk, chunks

needs_apertium = pytest.mark.skipif(
    not installed.route("en", "pt"), reason="no Apertium pairs are installed"
)


def test_a_line_without_markup_is_one_chunk() -> None:
    assert list(chunks("2 < 3 & more")) == [Chunk("2 < 3 & more")]


def test_tags_stand_between_chunks_and_references_are_read() -> None:
    opened, chunk, closed = chunks("<p>R&amp;D &lt;now&gt;</p>")
    assert (opened, closed) == ("<p>", "</p>")
    assert isinstance(chunk, Chunk)
    assert chunk.text == "R&D <now>"
    assert chunk.dressed("I&D <ya>") == "I&amp;D &lt;ya&gt;"


def test_what_is_not_to_be_translated_is_fixed_with_its_tags() -> None:
    (chunk,) = chunks('by <span translate="no">Acme &amp; Co</span> only')
    assert isinstance(chunk, Chunk)
    assert chunk.text == "by Acme & Co only"
    (span,) = chunk.fixed
    assert chunk.text[span.start : span.end] == "Acme & Co"
    back = chunk.dressed(f"por {span.put}")
    assert back == 'por <span translate="no">Acme &amp; Co</span>'


TEMPLATES = (
    "Invoice {} was sent to {} before noon.",
    "The total of {} is due within days; see {} for more.",
    "{} and {} signed the agreement.",
    "Because of {}, nobody had paid {} when the term ended.",
)
TOKENS = (
    "INV-2026-0042", "R$ 1.234,56", "2026-03-14", "{EMAIL}", "Acme & Sons Ltd.", "A4",
    "123.456.789-09", "+1 555 123 4567", "ana@example.org", "https://example.org/a?b=1",
)  # fmt: skip


@needs_apertium
@pytest.mark.engines
@pytest.mark.parametrize("target", ["es", "pt", "fr"])
def test_every_marked_token_survives_the_hops(target: str) -> None:
    texts = [
        template.format(one, other)
        for template in TEMPLATES
        for one, other in zip(TOKENS, TOKENS[3:] + TOKENS[:3], strict=True)
    ]
    sent = [
        protecting.marked(text, protecting.tokens(text, ["Acme & Sons Ltd."])) for text in texts
    ]
    engine = TranslationEngine()
    translated, _ = engine.translate("\n".join(sent), "en", target)
    for text, new in zip(texts, translated.split("\n"), strict=True):
        assert protecting.lost(text, protecting.unmarked(new), ["Acme & Sons Ltd."]) == []
        assert protecting.unmarked(new) != text


@needs_apertium
@pytest.mark.engines
def test_blocks_are_translated_or_left_as_they_say() -> None:
    engine = TranslationEngine()
    text = "<p>The house is red.</p> <p translate=no>But do not translate this.</p>"
    translated, _ = engine.translate(text, "en", "es")
    assert translated == "<p>La casa es roja.</p> <p translate=no>But do not translate this.</p>"
