"""People who do not exist: their numbers, right to the check digit, and numbers that only look so.

Every maker takes a random generator and a language (en, pt, es, fr, de). ``FORMATS`` names two
families of makers for each type: those that the engine was written with, and those held out.
"""

from __future__ import annotations

import string
from collections.abc import Callable, Sequence
from random import Random

from stdnum import iban, luhn
from stdnum.br import cnpj, cpf
from stdnum.es import dni, nie

Maker = Callable[[Random, str], str]

FIRST = {
    "en": "James Mary Robert Linda Grace Oliver Amelia Noah",
    "pt": "João Maria Ana Pedro Beatriz Luís Conceição Tiago",
    "es": "José Lucía Álvaro Carmen Íñigo Rocío Sergio Núria",
    "fr": "Chloé Jérôme Aurélie Hugo Inès Benoît Maëlle Luc",
    "de": "Jürgen Anke Björn Käthe Stefan Ulrike Günther Lena",
}
LAST = {
    "en": "Smith O'Brien Taylor Whitfield Nguyen Clarke",
    "pt": "Silva Gonçalves Souza Araújo Ferreira Assunção",
    "es": "García Muñoz Ibáñez Fernández Peña Castellanos",
    "fr": "Dupont Lefèvre Moreau Béranger Girard Rousseau",
    "de": "Müller Schäfer Weiß Krüger Hoffmann Baumgärtner",
}
DOMAINS = ("example.com", "mail.example.org", "example.com.br", "firma-example.de", "example.fr")
ASCII = str.maketrans("áàâãéèêëíïîóôõöúüçñßÁÍ", "aaaaeeeeiiiooo" + "ouucns" + "AI")


def digits(random: Random, count: int, first: str = string.digits) -> str:
    """A string of digits; ``first`` are those it may begin with."""
    return random.choice(first) + "".join(random.choices(string.digits, k=count - 1))


def filled(random: Random, pattern: str) -> str:
    """A pattern with a digit for each ``#`` and 2 to 9 for each ``N``."""
    made = (random.choice("0123456789" if c == "#" else "23456789") if c in "#N" else c
            for c in pattern)  # fmt: skip
    return "".join(made)


def one_of(*patterns: str) -> Maker:
    """A maker that fills one of the patterns."""
    return lambda random, _: filled(random, random.choice(patterns))


def by_language(**patterns: Sequence[str]) -> Maker:
    """A maker that fills one of the language's patterns."""
    return lambda random, language: filled(random, random.choice(patterns[language]))


def name(random: Random, language: str) -> str:
    """First and last name."""
    return f"{random.choice(FIRST[language].split())} {random.choice(LAST[language].split())}"


def _handle(random: Random, language: str) -> tuple[str, str]:
    first, last = name(random, language).replace("'", "").translate(ASCII).lower().split()
    return first, last


def email(random: Random, language: str) -> str:
    """first.last@domain and the like."""
    first, last = _handle(random, language)
    local = random.choice([f"{first}.{last}", f"{first[0]}{last}", f"{last}{digits(random, 2)}"])
    return f"{local}@{random.choice(DOMAINS)}"


def odd_email(random: Random, language: str) -> str:
    """Tags, underscores, capitals, long endings."""
    first, last = _handle(random, language)
    local = random.choice([f"{first}_{last}", f"{first}+tag", f"{last.upper()}-{first}", "n.1"])
    return f"{local}@{random.choice(['sub.dept.example.co.uk', 'example.engineering', 'x.io'])}"


def _grouped(value: str, sizes: Sequence[int], separator: str) -> str:
    parts: list[str] = []
    rest = value
    for size in sizes:
        parts, rest = [*parts, rest[:size]], rest[size:]
    return separator.join([*parts, rest] if rest else parts)


CARDS = (("4", 16), ("51", 16), ("55", 16), ("2221", 16), ("34", 15), ("37", 15), ("6011", 16))


def card_number(random: Random, brands: Sequence[tuple[str, int]] = CARDS) -> str:
    """Digits of a payment card."""
    prefix, length = random.choice(brands)
    body = prefix + digits(random, length - len(prefix) - 1)
    return body + luhn.calc_check_digit(body)


def card(separator: str, brands: Sequence[tuple[str, int]] = CARDS) -> Maker:
    """Cards in groups as they are embossed."""

    def make(random: Random, _: str) -> str:
        number = card_number(random, brands)
        return _grouped(number, (4, 6, 5) if len(number) == 15 else (4, 4, 4, 4), separator)

    return make


IBANS = {"DE": "#" * 18, "ES": "#" * 20, "FR": "#" * 10 + "A" * 4 + "#" * 9, "PT": "#" * 21,
         "GB": "AAAA" + "#" * 14, "BR": "#" * 23 + "AA"}  # fmt: skip


def iban_number(random: Random) -> str:
    """An IBAN with right check digits, also those inside it."""
    while True:
        country, shape = random.choice(list(IBANS.items()))
        body = "".join(random.choice(string.ascii_uppercase if c == "A" else string.digits)
                       for c in shape)  # fmt: skip
        if country == "ES":
            body = body[:8] + _spanish(body[:8], body[10:]) + body[10:]
        numeric = "".join(str(int(c, 36)) for c in body + country)
        found = f"{country}{98 - int(numeric + '00') % 97:02d}{body}"
        if iban.is_valid(found):
            return found


def _spanish(bank: str, account: str) -> str:
    weights = (1, 2, 4, 8, 5, 10, 9, 7, 3, 6)
    sums = [sum(w * int(d) for w, d in zip(weights, text, strict=True))
            for text in ("00" + bank, account)]  # fmt: skip
    return "".join(str({10: 1, 11: 0}.get(11 - total % 11, 11 - total % 11)) for total in sums)


def compact_iban(random: Random, _: str) -> str:
    """An IBAN without blanks."""
    return iban_number(random)


def spaced_iban(separator: str) -> Maker:
    """An IBAN in groups of four."""

    def make(random: Random, _: str) -> str:
        number = iban_number(random)
        return separator.join(number[i : i + 4] for i in range(0, len(number), 4))

    return make


def cpf_number(random: Random) -> str:
    """Eleven digits."""
    body = digits(random, 9)
    return body + cpf._calc_check_digits(body)  # noqa: SLF001 - the library has no public way


def cnpj_number(random: Random, alphabet: str = string.digits) -> str:
    """Fourteen characters, digits or, since 2026, letters as well."""
    root = "".join(random.choices(alphabet, k=8))
    return root + "0001" + cnpj.calc_check_digits(root + "0001")


def formatted_cpf(random: Random, _: str) -> str:
    """529.982.247-25."""
    return str(cpf.format(cpf_number(random)))


def formatted_cnpj(random: Random, _: str) -> str:
    """11.222.333/0001-81."""
    return str(cnpj.format(cnpj_number(random)))


def lettered_cnpj(random: Random, _: str) -> str:
    """12.ABC.345/01DE-35."""
    return str(cnpj.format(cnpj_number(random, string.digits + string.ascii_uppercase)))


def dni_number(random: Random) -> str:
    """Eight digits and a letter."""
    body = digits(random, 8)
    return body + dni.calc_check_digit(body)


def nie_number(random: Random) -> str:
    """A letter, seven digits and a letter."""
    body = random.choice("XYZ") + digits(random, 7)
    return body + nie.calc_check_digit(body)


def ssn(separator: str) -> Maker:
    """A US social security number that could have been issued."""
    return lambda random, _: separator.join(
        (
            f"{random.randint(100, 665)}",
            f"{random.randint(1, 99):02}",
            f"{random.randint(1, 9999):04}",
        )
    )


def ipv4(random: Random, _: str) -> str:
    """An address of some network."""
    return ".".join(str(random.randint(11, 250)) for _ in range(4))


def ipv6(random: Random, _: str) -> str:
    """Eight groups."""
    return ":".join(f"{random.randint(0x1000, 0xFFFF):x}" for _ in range(8))


def short_ipv6(random: Random, _: str) -> str:
    """With ``::`` in it."""
    return f"2001:db8:{random.randint(16, 0xFFFF):x}::{random.randint(16, 0xFFFF):x}"


def low_ipv4(random: Random, _: str) -> str:
    """An address such as 10.0.0.7."""
    return f"10.{random.randint(0, 9)}.{random.randint(0, 9)}.{random.randint(1, 9)}"


def aws_key(random: Random, _: str) -> str:
    """The id of an access key."""
    rest = random.choices(string.ascii_uppercase + string.digits, k=16)
    return random.choice(["AKIA", "ASIA"]) + "".join(rest)


def aws_secret(random: Random, _: str) -> str:
    """A secret access key."""
    return "".join(random.choices(string.ascii_letters + string.digits + "+/", k=40))


def password(random: Random, _: str) -> str:
    """What people are made to choose."""
    word = random.choice(["Sommer", "Lisboa", "tiger", "Ballon", "Verano"])
    return f"{word}{random.choice('!#$%&*-_')}{digits(random, 3)}"


def passphrase(random: Random, _: str) -> str:
    """What a manager makes up."""
    return "".join(random.choices(string.ascii_letters + string.digits + "!#%^*", k=14)) + "7x"


def nino(random: Random, _: str) -> str:
    """A UK National Insurance number."""
    return filled(random, f"{random.choice(['AB', 'JK', 'SP'])} ## ## ## C")


def expiry(random: Random, _: str) -> str:
    """Month and year of a card."""
    return f"{random.randint(1, 12):02}/{random.choice(['', '20'])}{random.randint(26, 32)}"


def passport(random: Random, language: str) -> str:
    """As its country numbers them."""
    shapes = {"en": "@########", "pt": "@@######", "es": "@@@######", "fr": "##@@#####",
              "de": "C##X##T##"}  # fmt: skip
    letters = "".join(random.choice("ABCDEFGHKM") if c == "@" else c for c in shapes[language])
    return filled(random, letters)
