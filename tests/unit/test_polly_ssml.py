"""SSML and text become a script whose byte offsets are the request's."""

from __future__ import annotations

import pytest
from recita_local.services.polly.script import Pause, Phrase, SsmlError
from recita_local.services.polly.scripting import write


def words(text: str, text_type: str = "ssml", code: str = "en-US") -> list[str]:
    script = write(text, text_type, code)
    return [
        script.source[word.start : word.end].decode()
        for sentence in script.sentences
        for part in sentence.parts
        if isinstance(part, Phrase)
        for word in part.words
    ]


def test_offsets_are_those_of_the_service_guide() -> None:
    text = (
        '<speak><prosody volume="+20dB">Mary had <break time="300ms"/>a little '
        '<mark name="animal"/>lamb</prosody></speak>'
    )
    script = write(text, "ssml", "en-US", neural=False)
    sentence = script.sentences[0]
    assert (sentence.start, sentence.end) == (31, 95)
    first, pause, second = sentence.parts
    assert isinstance(first, Phrase)
    assert isinstance(pause, Pause)
    assert isinstance(second, Phrase)
    assert [(w.start, w.end) for w in first.words] == [(31, 35), (36, 39)]
    assert (pause.start, pause.end, pause.seconds) == (40, 61, 0.3)
    assert [(w.start, w.end) for w in second.words] == [(61, 62), (63, 69), (91, 95)]
    assert [(at, m.name, m.start, m.end) for at, m in second.marks] == [(2, "animal", 70, 91)]


def test_offsets_count_bytes_not_characters() -> None:
    script = write("Ação é não.", "text", "pt-BR")
    part = script.sentences[0].parts[0]
    assert isinstance(part, Phrase)
    assert [(w.start, w.end) for w in part.words] == [(0, 6), (7, 9), (10, 14)]


def test_offsets_in_ssml_count_bytes_too() -> None:
    assert words("<speak><s>Ação é não.</s> Pé, aí!</speak>") == ["Ação", "é", "não", "Pé", "aí"]


def test_an_entity_is_one_character() -> None:
    assert words("<speak>salt &amp; pepper &#233;t&#233;</speak>")[:3] == [
        "salt",
        "&amp;",
        "pepper",
    ]
    assert write("<speak>a &amp; b</speak>", "ssml", "en-US").billed == 5


def test_each_s_is_a_sentence_and_text_is_cut_at_its_ends() -> None:
    script = write("<speak><s>Hi there. You.</s>One. Two.</speak>", "ssml", "en-US")
    source = script.source
    said = [source[s.start : s.end].decode() for s in script.sentences if s.end]
    assert said == ["Hi there. You.", "One.", "Two."]


def test_an_abbreviation_does_not_end_a_sentence() -> None:
    assert len(write("O Sr. Silva pagou. Fim.", "text", "pt-BR").sentences) == 2


def test_punctuation_behind_a_tag_belongs_to_its_word() -> None:
    script = write("<speak><sub alias='World'>W</sub>! Yes</speak>", "ssml", "en-US")
    part = script.sentences[0].parts[0]
    assert isinstance(part, Phrase)
    assert (part.words[0].spoken, part.words[0].stop) == (("World",), "!")


def test_rate_language_and_reading_are_kept() -> None:
    text = (
        "<speak><prosody rate='50%'>slow</prosody> <lang xml:lang='fr-FR'>vite</lang> "
        "<say-as interpret-as='digits'>12</say-as></speak>"
    )
    parts = [p for s in write(text, "ssml", "en-US").sentences for p in s.parts]
    assert [(p.language_code, p.rate) for p in parts if isinstance(p, Phrase)] == [
        ("en-US", 0.5),
        ("fr-FR", 1.0),
        ("en-US", 1.0),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "no root",
        "<speak>open",
        "<speak><blink>x</blink></speak>",
        "<speak>a & b</speak>",
        "<speak><mark/>x</speak>",
        "<speak><break time='soon'/>x</speak>",
        "<speak><break time='11s'/>x</speak>",
        "<speak><prosody rate='very'>x</prosody></speak>",
        "<speak><prosody color='red'>x</prosody></speak>",
        "<speak><emphasis>x</emphasis></speak>",
        "<p>x</p>",
        "<speak><speak>x</speak></speak>",
        "<!DOCTYPE speak [<!ENTITY a 'b'>]><speak>&a;</speak>",
    ],
)
def test_bad_ssml_is_refused(text: str) -> None:
    with pytest.raises(SsmlError):
        write(text, "ssml", "en-US")


def test_standard_voices_may_emphasise() -> None:
    assert write("<speak><emphasis>x</emphasis></speak>", "ssml", "en-US", neural=False).billed == 1


@pytest.mark.parametrize("text", ["", " ", "<speak/>", "<speak> </speak>", "<speak>...</speak>"])
def test_nothing_to_say_is_no_error(text: str) -> None:
    text_type = "ssml" if text.startswith("<") else "text"
    assert words(text, text_type) == []


def test_an_ordinal_with_a_full_stop_is_one_word() -> None:
    assert words("Artigo 2.º do n.º 5 vale.", "text", "pt-BR") == [
        *("Artigo", "2.º", "do", "n.º", "5", "vale")
    ]
