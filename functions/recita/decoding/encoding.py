"""The encoding of a text that may not say which it is.

Byte order marks, UTF-8 and UTF-16 are told apart by their structure. Among the old 8-bit sets for
Latin letters, the one wins in which the accented letters are those of one language; for other
scripts charset-normalizer decides, which looks at how often letters occur.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

import charset_normalizer

MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""UTF-32 first: its little-endian mark begins with that of UTF-16."""
WESTERN = (
    "àâæçèéêëîïôùûüÿœ",  # French
    "äöüß",
    "áéíñóúü¿¡ªº",  # Spanish
    "ãõáéíóúâêôàçüªº",  # Portuguese
    "àèéìíòóùú",  # Italian
    "àçèéíïòóúü·",  # Catalan
    "äåöé",  # Swedish, Finnish
    "æøåéòôü",  # Danish, Norwegian
    "áéëïóöü",  # Dutch
    "áæéíðóöúýþ",  # Icelandic
)
CENTRAL = (
    "áéíóöőúüű",  # Hungarian
    "ąćęłńóśźż",  # Polish
    "áčďéěíňóřšťúůýž",  # Czech
    "áäčďéíĺľňóôŕšťúýž",  # Slovak
    "čćđšž",  # Slovenian, Croatian
    "ăâîşţ",  # Romanian
)
TURKISH = ("çğıİöşüâîû",)
BALTIC = ("ąčęėįšųūž", "āčēģīķļņšūž", "äõöüšž")
LATIN = (
    ("cp1252", WESTERN),
    ("cp1250", CENTRAL),
    ("iso8859_2", CENTRAL),
    ("cp1254", TURKISH),
    ("cp1257", BALTIC),
    ("iso8859_15", WESTERN),
    ("cp850", WESTERN),
    ("mac_roman", WESTERN),
)
"""8-bit sets by how common they are, with the accented letters of the languages they serve."""
TYPOGRAPHY = "€£§©®°«»–—‘’‚“”„…•·ªº™½¼¾²³\N{NO-BREAK SPACE}\N{SOFT HYPHEN}"  # noqa: RUF001
OTHERS = (
    *("cp1251", "koi8_r", "cp866", "cp1253", "cp1255", "cp1256", "cp874"),
    *("cp932", "euc_jp", "iso2022_jp", "gb18030", "big5", "cp949", "cp1252"),
)
"""What charset-normalizer may choose from; without a list it finds rare EBCDIC pages."""
MISPLACED = re.compile(
    r"(?<=[^\W\d_])[^\w\s\x00-\x7f\u2019·\xad](?=[^\W\d_])|(?<=[a-zß-ÿ])[À-ÖØ-Þ]"
)
"""A sign in the middle of a word, or a capital after a small letter: the set is a wrong one."""
SAMPLE = 50_000
"""Bytes looked at to choose among 8-bit sets, of lines that are not plain ASCII."""
FOREIGN = re.compile(rb"[\x80-\xff]+")
LONG_RUN = 2.2
"""Bytes: accented letters stand alone among plain ones; other scripts fill whole words."""
GOOD_FIT = 0.9
MAX_DAMAGE = 0.1
"""UTF-8 with fewer broken than whole sequences by this share is damaged UTF-8, not another set."""
SLOPPY_NUL = 0.01


@dataclass(frozen=True)
class Decoded:
    """A text and the name of its encoding; ``sure`` unless the encoding had to be guessed."""

    text: str
    encoding: str
    sure: bool = True


def decode(body: bytes, declared: str = "") -> Decoded | None:
    """Return the text of ``body``, or None when it is no text in any known encoding.

    ``declared`` is what a header or a tag says; a mark and valid UTF-8 are believed before it.
    """
    for mark, name in MARKS:
        if body.startswith(mark):
            return Decoded(body.decode(name, "replace"), name)
    unmarked = _utf16(body)
    if unmarked is not None:
        return unmarked
    if b"\x1b$" in body and body.isascii():  # how a text in seven bits changes to Japanese
        return _by_declaration(body, "iso2022_jp_ext")
    try:
        return Decoded(body.decode("utf-8-sig"), "utf-8")
    except UnicodeDecodeError:
        return _by_declaration(body, declared) or _damaged(body) or _guess(body)


def _by_declaration(body: bytes, declared: str) -> Decoded | None:
    if not declared:
        return None
    try:
        name = codecs.lookup(declared.strip().strip("\"'")).name
        # What browsers do (Encoding Standard, "Names and labels"): pages that say Latin-1 or
        # ASCII are written in Windows-1252, those that say GB2312 in what followed it.
        name = {"iso8859-1": "cp1252", "ascii": "cp1252", "gb2312": "gb18030"}.get(name, name)
        return Decoded(body.decode(name), name)
    except (LookupError, UnicodeError, ValueError):
        return None


def _utf16(body: bytes) -> Decoded | None:
    """Texts in UTF-16 hold a NUL beside each ASCII character; 8-bit texts hold none."""
    pairs = len(body) // 2
    if not pairs or b"\0" not in body:
        return None
    first, second = body[0::2].count(0), body[1::2].count(0)
    if max(first, second) < SLOPPY_NUL * pairs or min(first, second) > max(first, second) / 10:
        return None
    name = "utf-16-le" if second > first else "utf-16-be"
    try:
        text = body[: 2 * pairs].decode(name)
    except UnicodeDecodeError:
        return None
    return Decoded(text, name)


def _damaged(body: bytes) -> Decoded | None:
    text = body.decode("utf-8-sig", "replace")
    broken = text.count("\N{REPLACEMENT CHARACTER}")
    whole = sum(1 for character in text if ord(character) > 127) - broken
    return Decoded(text, "utf-8", sure=False) if broken < whole * MAX_DAMAGE else None


def _guess(body: bytes) -> Decoded | None:
    if b"\0" in body:
        return None
    lines = b"\n".join(line for line in body.splitlines() if not line.isascii())
    name = _latin(lines[:SAMPLE])
    if name is None:
        best = charset_normalizer.from_bytes(body, cp_isolation=list(OTHERS)).best()
        name = best.encoding if best else "cp1252"
    try:
        return Decoded(body.decode(name), name, sure=False)
    except UnicodeDecodeError:  # beyond the sample, or one byte that the set leaves undefined
        text = body.decode(name, "replace")
        damage = text.count("\N{REPLACEMENT CHARACTER}") / len(text)
        return Decoded(text, name, sure=False) if damage < SLOPPY_NUL else None


def _latin(sample: bytes) -> str | None:
    """Return the 8-bit set in which the accented letters are best those of one language."""
    runs = FOREIGN.findall(sample)
    if not runs or sum(map(len, runs)) / len(runs) > LONG_RUN:
        return None
    fits = [(_fit(sample, name, languages), name) for name, languages in LATIN]
    best = max(fit for fit, _ in fits)
    if best < GOOD_FIT:  # several languages in one text: those of the West share one set
        best = max(fits[0][0], best - 0.2)
    return next((name for fit, name in fits if fit >= best > 0.3), None)


def _fit(sample: bytes, name: str, languages: tuple[str, ...]) -> float:
    """Return the share of non-ASCII characters that the best fitting language knows."""
    text = sample.decode(name, "replace")
    special = [character for character in text.lower() if ord(character) > 127]
    if not special:
        return 0.0
    best = max(
        sum(character in known for character in special)
        for known in (frozenset(language + TYPOGRAPHY) for language in languages)
    )
    return (best - len(MISPLACED.findall(text))) / len(special)
