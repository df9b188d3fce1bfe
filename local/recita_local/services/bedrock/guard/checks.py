"""Check digits and plausibility: what tells an identifier from any other number."""

from __future__ import annotations

import ipaddress
import re

from stdnum import iban, luhn
from stdnum.gb import nhs
from stdnum.us import rtn

CARD_BRANDS = re.compile(
    r"4\d{15}(?:\d{3})?|5[1-5]\d{14}|2(?:2[2-9]|[3-6]\d|7[01]|720)\d{12,13}|3[47]\d{13}"
    r"|3(?:0[0-5]|[689]\d)\d{11}|6(?:011|5\d\d|4[4-9]\d)\d{12}|35(?:2[89]|[3-8]\d)\d{12}"
    r"|(?:606282|3841\d\d|63[67]\d{3}|50\d{4}|4389\d\d)\d{10}"
)
"""Visa, Mastercard, American Express, Diners, Discover, JCB, Hipercard, Elo."""

VIN_VALUES = dict(
    zip(
        "ABCDEFGHJKLMNPRSTUVWXYZ0123456789",
        [*range(1, 9), *range(1, 6), 7, 9, *range(2, 10), *range(10)],
        strict=True,
    )
)
VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)


def digits(value: str) -> str:
    """The digits of a value."""
    return re.sub(r"\D", "", value)


def is_card(value: str) -> bool:
    """A payment card: a known brand's length and prefix, and a right Luhn digit."""
    number = digits(value)
    return bool(CARD_BRANDS.fullmatch(number)) and luhn.is_valid(number)


def is_mixed(value: str) -> bool:
    """Letters and digits together."""
    return any(map(str.isdigit, value)) and any(map(str.isalpha, value))


def is_luhn(value: str) -> bool:
    """A right Luhn digit."""
    return bool(luhn.is_valid(digits(value)))


def is_iban(value: str) -> bool:
    """A bank account number with right length and check digits."""
    return bool(iban.is_valid(value))


def is_routing(value: str) -> bool:
    """A US bank routing number."""
    return bool(rtn.is_valid(digits(value)))


def is_nhs(value: str) -> bool:
    """A UK National Health Service number."""
    return bool(nhs.is_valid(digits(value)))


def is_ssn_shaped(value: str) -> bool:
    """A US social security number as they were issued; numbers made famous count too."""
    area, group, serial = value.split("-")
    return area not in {"000", "666"} and area < "900" and group != "00" and serial != "0000"


def is_ipv4(value: str) -> bool:
    """An address rather than the number of a section or a version."""
    try:
        ipaddress.IPv4Address(value)
    except ValueError:
        return False
    return any(int(part) >= 10 for part in value.split("."))


def is_ipv6(value: str) -> bool:
    """An address rather than a time of day."""
    try:
        ipaddress.IPv6Address(value)
    except ValueError:
        return False
    return len(value) > 6


def is_vin(value: str) -> bool:
    """A vehicle identification number with a right check digit, letters and digits mixed."""
    if value.isdigit() or value.isalpha():
        return False
    total = sum(VIN_VALUES[one] * weight for one, weight in zip(value, VIN_WEIGHTS, strict=True))
    return value[8] == "0123456789X"[total % 11]


def is_passport_shaped(value: str) -> bool:
    """Five digits at least, and any letters in capitals."""
    return sum(map(str.isdigit, value)) >= 5 and value == value.upper()


def is_secret(value: str) -> bool:
    """Not a row of one sign, as forms and logs have it."""
    return len(set(value)) > 2


def is_password_like(value: str) -> bool:
    """Letters with digits or signs: no word of a sentence."""
    inner = value.rstrip(".,;:!?\"')")
    return any(map(str.isalpha, inner)) and bool(re.search(r"\d|[^\w'’.-]", inner))  # noqa: RUF001
