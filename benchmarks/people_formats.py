"""How people's numbers are written, in two families, and the numbers that are nobody's."""

from __future__ import annotations

import string
from dataclasses import dataclass
from random import Random

from stdnum import luhn

from benchmarks import people
from benchmarks.people import Maker, by_language, digits, one_of

Formats = dict[str, list[Maker]]


@dataclass(frozen=True)
class Value:
    """Something filled in: what it is, its offsets in characters, and how it is written."""

    kind: str
    start: int
    end: int
    text: str


PHONES_SEEN = by_language(
    en=["(NNN) NNN-####", "+1 NNN NNN ####", "NNN-NNN-####", "+44 20 7### ####", "020 7### ####"],
    pt=["(NN) 9####-####", "+55 NN 9####-####", "(NN) N###-####", "+351 21# ### ###"],
    es=["+34 6## ### ###", "6## ### ###", "91 ### ## ##", "(+34) 93 ### ## ##"],
    fr=["01 ## ## ## ##", "06 ## ## ## ##", "+33 1 ## ## ## ##", "06.##.##.##.##"],
    de=["030 N#######", "+49 30 N#######", "0171 N######", "+49 (0)89 N#####-##"],
)
PHONES_HELD_OUT = by_language(
    en=["NNN.NNN.####", "+1-NNN-NNN-####", "07700 9#####", "+44 (0)161 496 0###", "1-800-NNN-####"],
    pt=[
        "(NN)9####-####",
        "+55 (NN) 9####.####",
        "NN 9####-####",
        "+351 9########",
        "0800 7## ####",
    ],
    es=["6## ## ## ##", "+346########", "0034 91# ### ###", "9########"],
    fr=["+33 (0)6 ## ## ## ##", "04-##-##-##-##", "0033 6 ## ## ## ##", "07########"],
    de=["089/N######", "0049 171 N######", "(030) N### ####", "+4930N#######", "0221-N######"],
)

SEEN: Formats = {
    "name": [people.name],
    "email": [people.email],
    "phone": [PHONES_SEEN],
    "card": [people.card(" "), people.card("-"), people.card("")],
    "cvv": [one_of("###")],
    "expiry": [people.expiry],
    "pin": [one_of("####")],
    "iban": [people.spaced_iban(" "), people.compact_iban],
    "cpf": [people.formatted_cpf],
    "bare_cpf": [lambda random, _: people.cpf_number(random)],
    "cnpj": [people.formatted_cnpj],
    "bare_cnpj": [lambda random, _: people.cnpj_number(random)],
    "dni": [lambda random, _: people.dni_number(random)],
    "nie": [lambda random, _: people.nie_number(random)],
    "ssn": [people.ssn("-")],
    "ip": [people.ipv4, people.ipv6],
    "aws_key": [people.aws_key],
    "aws_secret": [people.aws_secret],
    "password": [people.password],
    "passport": [people.passport],
    "nino": [people.nino],
    "account": [one_of("##########", "####-######")],
}
HELD_OUT: Formats = {
    **SEEN,
    "email": [people.email, people.odd_email],
    "phone": [PHONES_SEEN, PHONES_HELD_OUT],
    "card": [people.card("\u00a0"), people.card(" "), people.card("", (("35286", 16), ("65", 16)))],
    "cvv": [one_of("###", "####")],
    "iban": [people.spaced_iban("\u00a0"), people.spaced_iban(" "), people.compact_iban],
    "cnpj": [people.lettered_cnpj, people.formatted_cnpj],
    "bare_cnpj": [
        lambda random, _: people.cnpj_number(random, string.digits + string.ascii_uppercase)
    ],
    "dni": [
        lambda random, _: f"{(n := people.dni_number(random))[:8]}-{n[8]}",
        lambda random, _: f"{(n := people.dni_number(random))[:2]}.{n[2:5]}.{n[5:8]}-{n[8]}",
    ],
    "nie": [lambda random, _: f"{(n := people.nie_number(random))[0]}-{n[1:8]}-{n[8]}"],
    "ssn": [people.ssn("-"), people.ssn(" ")],
    "ip": [people.ipv4, people.short_ipv6, people.low_ipv4],
    "password": [people.passphrase],
}
"""The same, written in ways the engine was not written with."""


def _wrong(value: str, random: Random, place: int = -1) -> str:
    """Another digit at a place, so that the check fails."""
    index = place % len(value)
    other = random.choice([d for d in string.digits if d != value[index]])
    return value[:index] + other + value[index + 1 :]


def _bad_card(random: Random, _: str) -> str:
    number = _wrong(people.card_number(random), random)
    return " ".join(number[i : i + 4] for i in range(0, len(number), 4))


def _bad_iban(random: Random, _: str) -> str:
    number = _wrong(people.iban_number(random), random, 2)
    return " ".join(number[i : i + 4] for i in range(0, len(number), 4))


def _bad_dni(random: Random, _: str) -> str:
    number = people.dni_number(random)
    letters = [one for one in "TRWAGMYFPDXBNJZSQVHLCKE" if one != number[-1]]
    return number[:8] + random.choice(letters)


def _isbn(random: Random, _: str) -> str:
    body = "978" + digits(random, 9)
    found = body + _ean_digit(body)
    return random.choice([found, f"{found[:3]}-{found[3]}-{found[4:8]}-{found[8:12]}-{found[12]}"])


def _ean_digit(body: str) -> str:
    return str(-sum(int(c) * (1, 3)[i % 2] for i, c in enumerate(body)) % 10)


def _ean(random: Random, _: str) -> str:
    body = random.choice(["400", "560", "789", "841", "376"]) + digits(random, 9)
    return body + _ean_digit(body)


def _date(random: Random, language: str) -> str:
    day, month, year = random.randint(1, 28), random.randint(1, 12), random.randint(1999, 2029)
    if language == "en":
        return random.choice([f"{month:02}/{day:02}/{year}", f"{year}-{month:02}-{day:02}"])
    return (".", "/")[language != "de"].join([f"{day:02}", f"{month:02}", str(year)])


def _amount(random: Random, language: str) -> str:
    whole, cents = random.randint(1, 9_999_999), random.randint(0, 99)
    if language == "en":
        return f"${whole:,}.{cents:02}"
    if language == "fr":
        return f"{whole:,}".replace(",", "\u202f") + f",{cents:02} €"
    return f"{whole:,}".replace(",", ".") + f",{cents:02} {'R$' if language == 'pt' else '€'}"


def _siret(random: Random, _: str) -> str:
    body = digits(random, 13, "345678")
    found = body + luhn.calc_check_digit(body)
    return random.choice([found, f"{found[:3]} {found[3:6]} {found[6:9]} {found[9:]}"])


def _imei(random: Random, _: str) -> str:
    body = "35" + digits(random, 12)
    return body + luhn.calc_check_digit(body)


def _nfe(random: Random, _: str) -> str:
    key = digits(random, 44, "35")
    return random.choice([key, " ".join(key[i : i + 4] for i in range(0, 44, 4))])


def _uuid(random: Random, _: str) -> str:
    hexes = "".join(random.choices("0123456789abcdef", k=32))
    return f"{hexes[:8]}-{hexes[8:12]}-{hexes[12:16]}-{hexes[16:20]}-{hexes[20:]}"


def _law(_: Random, language: str) -> str:
    laws = {
        "en": "12 U.S.C. 1841", "pt": "art. 5º, LXXVIII, da Lei nº 8.078/1990",
        "es": "artículo 1.254 del Real Decreto 1514/2007", "fr": "article L. 121-20-12 du Code",
        "de": "§ 312 Abs. 3 BGB, BGBl. I 2002, 42, 2909",
    }  # fmt: skip
    return laws[language]


NOBODYS: Formats = {
    "no_order": [
        one_of("PO-########", "2026-####-####", "##########", "A######", "4##-#######-#######")
    ],
    "no_serial": [one_of("SN########", "##-####-##", "########", "X##-####K")],
    "no_isbn": [_isbn],
    "no_ean": [_ean],
    "no_date": [_date],
    "no_amount": [_amount],
    "no_page": [one_of("#", "1#", "1#.#", "###")],
    "no_law": [_law],
    "no_version": [one_of("#.#.#.#", "1.#.#", "#.#", "1#.#.#")],
    "no_cpf": [lambda random, _: _wrong(people.formatted_cpf(random, _), random)],
    "no_cnpj": [lambda random, _: _wrong(people.formatted_cnpj(random, _), random)],
    "no_card": [_bad_card],
    "no_iban": [_bad_iban],
    "no_dni": [_bad_dni],
    "no_process": [one_of("000####-##.202#.8.26.01##")],
    "no_nfe": [_nfe],
    "no_boleto": [one_of("34191.79001 01043.5#0047 91020.150008 # ##############")],
    "no_tracking": [
        one_of("BR#########BR", "1Z###X##########", "RR ### ### ### DE", "00340434#############")
    ],
    "no_siret": [_siret],
    "no_vat": [one_of("DE#########", "FR## #########", "ESB########")],
    "no_imei": [_imei],
    "no_uuid": [_uuid],
    "no_zip": [one_of("0####-###", "#####-###")],
}
"""Numbers that are no person's: orders, books, laws, and numbers whose check digits are wrong."""


def fill(template: str, formats: Formats, random: Random, language: str) -> tuple[str, list[Value]]:
    """A text, and each value in it with where it stands."""
    text, values = "", []
    for index, part in enumerate(template.replace("}", "{").split("{")):
        if index % 2:
            made = random.choice((NOBODYS | formats)[part])(random, language)
            values.append(Value(part, len(text), len(text) + len(made), made))
            text += made
        else:
            text += part
    return text, values
