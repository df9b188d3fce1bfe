"""Texts come in encodings that they do not name."""

# ruff: noqa: RUF001 - letters that look alike are what this is about

from __future__ import annotations

import pytest
from recita.decoding.encoding import decode

pytestmark = pytest.mark.disable_socket

PORTUGUESE = "São Paulo, ação e emoção à beira-mar. Condições não incluídas."
FRENCH = "L'été était très chaud – j'ai acheté un café à 3,50 €."
GERMAN = "Die schöne Frau aß Käse aus Überlingen für 3 €."
CZECH = "Příliš žluťoučký kůň úpěl ďábelské ódy."
POLISH = "Zażółć gęślą jaźń. Dzień dobry, proszę bardzo."
HUNGARIAN = "Árvíztűrő tükörfúrógép és a többi."
TURKISH = "Günaydın, bugün hava çok güzel, değil mi? İstanbul'da şarkı söylüyor."
RUSSIAN = "Договор составлен в двух экземплярах. Сегодня хорошая погода."
JAPANESE = "こんにちは、今日は良い天気ですね。東京へ行きます。"
CHINESE = "本合同一式两份，双方各执一份，具有同等法律效力。" * 4
KOREAN = "안녕하세요, 오늘 날씨가 좋네요. 서울에 갑니다."
GREEK = "Καλημέρα, τι κάνετε σήμερα; Ο καιρός είναι καλός."


def read(text: str, encoding: str, declared: str = "") -> str:
    found = decode(text.encode(encoding), declared)
    assert found is not None
    return found.text


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        *((text, "cp1252") for text in (PORTUGUESE, FRENCH, GERMAN, "1.250,00 €", "Résumé")),
        (PORTUGUESE, "mac_roman"),
        (GERMAN, "iso8859_15"),
        (PORTUGUESE, "cp850"),
        ("Großer Käse aus Überlingen", "cp437"),
        ("L'été était très chaud, j'ai acheté un café.", "mac_roman"),
        *((text, "cp1250") for text in (CZECH, POLISH, HUNGARIAN)),
        (CZECH, "iso8859_2"),
        (TURKISH, "cp1254"),
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8_r"),
        (GREEK, "cp1253"),
        (JAPANESE, "cp932"),
        (JAPANESE, "iso2022_jp"),
        (CHINESE, "gb18030"),
        (KOREAN, "cp949"),
    ],
)
def test_old_encodings_are_told_apart_by_the_letters_of_languages(text: str, encoding: str) -> None:
    assert read(text, encoding) == text


def test_western_languages_in_one_text_share_their_encoding() -> None:
    text = f"{PORTUGUESE}\n{FRENCH}\n{GERMAN}\nKvinnan åt köttbullar\nEl niño comió"
    assert read(text, "cp1252") == text
    both = "Über Öl, Käse und Grüße aus Köln.\nEl niño comió aquí con su tío Ramón."
    assert read(both, "cp1252") == both


def test_a_guess_is_told_from_knowledge() -> None:
    guess, sure = decode(FRENCH.encode("cp1252")), decode(FRENCH.encode())
    assert guess
    assert sure
    assert (guess.encoding, guess.sure) == ("cp1252", False)
    assert (sure.encoding, sure.sure) == ("utf-8", True)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_marks_and_utf_8_leave_no_doubt(encoding: str) -> None:
    assert read(RUSSIAN, encoding) == RUSSIAN
    assert read(RUSSIAN, encoding, declared="latin-1") == RUSSIAN


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", ["plain words\r\n", f"{RUSSIAN}\n{JAPANESE}\n"])
def test_utf_16_without_a_mark_is_known_by_its_nuls(text: str, encoding: str) -> None:
    assert read(text, encoding) == text


def test_what_is_declared_is_believed_where_it_can_be() -> None:
    short = "Договор"  # too short to guess
    assert read(short, "cp1251", declared="windows-1251") == short
    assert read(short, "cp1251", declared=' "WINDOWS-1251" ') == short
    assert read("für 3 €", "cp1252", declared="iso-8859-1") == "für 3 €"
    assert read(PORTUGUESE, "cp1252", declared="no-such-set") == PORTUGUESE
    assert read(PORTUGUESE, "cp1252", declared="us-ascii") == PORTUGUESE


def test_one_broken_letter_does_not_change_the_encoding() -> None:
    body = PORTUGUESE.encode() * 10 + "ção".encode()[:1]
    found = decode(body)
    assert found is not None
    assert found.text == PORTUGUESE * 10 + "\N{REPLACEMENT CHARACTER}"
    assert (found.encoding, found.sure) == ("utf-8", False)


@pytest.mark.parametrize("body", [bytes(range(256)) * 20, b"\x81\x8d\xff\xfe" * 9])
def test_bytes_that_are_no_text_have_no_encoding(body: bytes) -> None:
    assert decode(body) is None
