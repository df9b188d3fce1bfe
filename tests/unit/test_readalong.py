"""The read-along page: structure for everybody, and nothing a document says becomes markup."""

from __future__ import annotations

import base64
import hashlib
import re
import unicodedata
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from recita.models.summary import (
    Classification,
    Fact,
    Language,
    Sentence,
    SpokenMark,
    Summary,
    Understanding,
)
from recita.text.readalong import ReadAlong, read_along
from selectolax.lexbor import LexborHTMLParser

pytestmark = pytest.mark.disable_socket

HOSTILE = "</span></p><script>alert(1)</script><img src=//x/y onerror=alert(1)>\"' {title} & \x00"
FACTS = (
    Fact(name="total", value="1,250 <euros>", page=3),
    Fact(name="payee", value="Ana", page=9),
)


def summary(language: str = "es", **changes: Any) -> Summary:
    fields: dict[str, Any] = {
        "language": language,
        "title": "Factura",
        "sentences": (
            Sentence(text="Debe 1250 euros.", pages=(3, 1)),
            Sentence(text="Gracias.", pages=()),
        ),
        "source_language": "en",
        "model": "m",
        "prompt_version": "1",
    }
    return Summary(**fields | changes)


ENGLISH = summary(
    "en",
    title="Invoice",
    sentences=(
        Sentence(text="It owes 1,250 euros.", pages=(3, 1)),
        Sentence(text="Thanks."),
    ),
)


def understood(source: Summary = ENGLISH) -> Understanding:
    return Understanding(
        language=Language(code="en"),
        classification=Classification(type="invoice"),
        summary=source,
        facts=FACTS,
    )


def mark(time: int, sentence: int, start: int, end: int, kind: str = "word") -> SpokenMark:
    return SpokenMark.model_validate(
        {
            "time": time,
            "type": kind,
            "value": "-",
            "sentence": sentence,
            "pages": (),
            "source": None,
            "start": start,
            "end": end,
        }
    )


MARKS = (
    mark(10, 0, 0, 7, "sentence"),
    mark(10, 0, 0, 7),
    mark(500, 1, 0, 16, "sentence"),
    mark(500, 1, 0, 4),
    mark(700, 1, 5, 9),
    mark(900, 1, 10, 15),
)


def page(given: Summary, marks: tuple[SpokenMark, ...] = MARKS, **more: Any) -> LexborHTMLParser:
    sound = f"audio/{given.language}.mp3"
    return LexborHTMLParser(read_along(ReadAlong(given, marks, sound, **more)))


def test_words_carry_their_times_and_the_text_stays_whole() -> None:
    found = page(summary())
    title, first, second = found.css(".say")
    assert (title.text(), first.text(), second.text()) == (
        "Factura",
        "Debe 1250 euros.",
        "Gracias.",
    )
    timed = [(word.attributes["data-t"], word.text()) for word in found.css(".say [data-t]")]
    assert timed == [("10", "Factura"), ("500", "Debe"), ("700", "1250"), ("900", "euros")]
    assert (title.parent and title.parent.tag) == "h1"
    assert first.attributes["data-t"] == "500"
    assert "data-t" not in second.attributes  # nothing of it is heard: it leads nowhere


def test_it_speaks_the_readers_language() -> None:
    found = page(summary())
    assert found.css("html")[0].attributes == {"lang": "es", "dir": "ltr"}
    assert found.css("title")[0].text() == "Factura"
    assert found.css("button")[0].text() == "Reproducir"
    assert found.css("audio")[0].attributes["src"] == "es.mp3"
    other = page(summary("ar"))
    assert other.css("html")[0].attributes == {"lang": "ar", "dir": "rtl"}
    assert other.css("header")[0].attributes["lang"] == "en"
    assert other.css("button")[0].text() == "Play"
    assert page(summary("pt-BR")).css("button")[0].text() == "Ouvir"


def test_each_sentence_leads_to_what_it_rests_on() -> None:
    found = page(summary(), understood=understood())
    links = found.css("#s1 .rests a")
    assert [(a.text(), a.attributes["href"], a.attributes["aria-label"]) for a in links] == [
        ("p. 3", "#page-3", "Página 3"),
        ("p. 1", "#page-1", "Página 1"),
    ]
    originals = [(p.text(), p.attributes["lang"]) for p in found.css(".original")]
    assert originals == [("Invoice", "en"), ("It owes 1,250 euros.", "en"), ("Thanks.", "en")]
    assert [h.text() for h in found.css("section h3")] == ["Página 1", "Página 3"]
    assert found.css("#page-3 dd")[0].text() == "1,250 <euros>"
    assert found.css("#page-1 dd") == []
    assert [a.attributes["href"] for a in found.css("#page-3 a")] == ["#s1"]
    assert found.css("section > p a")[0].attributes["href"] == "../text.md"


def test_what_was_not_translated_is_not_said_twice() -> None:
    assert page(ENGLISH, understood=understood()).css(".original") == []
    british = ENGLISH.model_copy(update={"language": "en-GB"})
    assert page(british, understood=understood()).css(".original") == []


def test_without_title_or_pages_there_is_still_a_page() -> None:
    bare = summary(title="", sentences=(Sentence(text="Hola."),))
    found = page(bare, ())
    assert found.css("h1")[0].text() == "Resumen"
    assert [say.text() for say in found.css(".say")] == ["Hola."]
    assert found.css("section") == []


def test_what_a_document_says_stays_text() -> None:
    texts = (Sentence(text=HOSTILE, pages=(1,)),)
    facts = (Fact(name=HOSTILE, value=HOSTILE, page=1),)
    hostile = summary("es", title=HOSTILE, sentences=texts)
    source = understood(ENGLISH.model_copy(update={"title": HOSTILE, "sentences": texts}))
    source = source.model_copy(update={"facts": facts})
    found = page(hostile, (mark(0, 1, 3, 30), mark(9, 1, 31, 60)), understood=source)
    assert len(found.css("script")) == 1
    assert found.css("img") == []
    shown = HOSTILE.replace("\x00", " ")
    said = [node.text() for node in found.css(".say, .original, dt, dd")]
    assert [text.strip() for text in said] == [shown.strip()] * 6
    assert found.css("title")[0].text().strip() == shown.strip()


@settings(max_examples=50, deadline=None)
@given(
    st.text(max_size=30),
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=8),
)
def test_whatever_the_marks_the_text_stays_whole(text: str, places: list[tuple[int, int]]) -> None:
    marks = tuple(mark(n, 0, *place) for n, place in enumerate(places))
    found = page(summary(title="", sentences=(Sentence(text=text),)), marks)
    shown = found.css(".say")[0].text()
    assert shown == "".join(" " if unicodedata.category(c) == "Cc" else c for c in text)


def test_it_asks_for_nothing_but_its_sound() -> None:
    text = read_along(ReadAlong(summary(), MARKS, "audio/es.mp3", understood()))
    assert "//" not in re.sub(r"^\s*//.*$", "", text, flags=re.MULTILINE)
    found = LexborHTMLParser(text)
    loaded = found.css("[src], link, img, iframe, object, embed, [style], [onclick]")
    assert [node.tag for node in loaded] == ["audio"]
    hrefs = [a.attributes["href"] or "" for a in found.css("a")]
    assert all(href.startswith("#") or href == "../text.md" for href in hrefs)


def test_only_its_own_script_and_style_may_run() -> None:
    text = read_along(ReadAlong(summary(), MARKS, "audio/es.mp3"))
    policy = re.findall(r'Content-Security-Policy" content="([^"]*)"', text)[0]
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    for tag in ("script", "style"):
        inline = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(inline[0].encode()).digest()).decode()
        assert len(inline) == 1
        assert f"{tag}-src 'sha256-{digest}'" in policy


def test_a_long_summary_stays_light() -> None:
    text = " ".join(["word"] * 20)
    sentences = tuple(Sentence(text=text, pages=(n,)) for n in range(200))
    marks = tuple(
        mark(100 * (20 * n + w), n, 5 * w, 5 * w + 4) for n in range(200) for w in range(20)
    )
    long = summary(title="", sentences=sentences)
    size = len(read_along(ReadAlong(long, marks, "audio/es.mp3")).encode())
    assert size < 15 * len(long.text)
