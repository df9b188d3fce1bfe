"""Personal data in a text: where it stands and of which of Bedrock's 31 types it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from recita_local.services.bedrock.guard import checks
from recita_local.services.bedrock.guard.accounts import card_spans, iban_spans
from recita_local.services.bedrock.guard.names import WORD, name_spans
from recita_local.services.bedrock.guard.phones import phone_spans


@dataclass(frozen=True, order=True)
class Span:
    """A finding: offsets in characters, what it is, and the words found."""

    start: int
    end: int
    kind: str
    match: str


@dataclass(frozen=True)
class Rule:
    """A pattern (its first group is the value, if it has one) and a check of the value.

    ``unless``: what stands right before a value that is something else.
    """

    pattern: re.Pattern[str]
    check: Callable[[str], bool] = bool
    unless: re.Pattern[str] | None = None


def _rule(pattern: str, check: Callable[[str], bool] = bool, flags: int = re.IGNORECASE) -> Rule:
    return Rule(re.compile(pattern, flags), check)


# Between a label and its value, which may stand on the next line or in the next cell of a table.
SEP = r"[ \t\u00a0]{0,3}(?:[:=#|]|is|é|es|est|ist)?[ \t\u00a0]{0,3}\n?[ \t]{0,3}"
NUMBER_OF = (
    r"(?:[\s/-]{0,2}(?:(?:no|nr|number|num|n[uú]m|n[uú]mero|num[eé]ro|nummer)\b\.?|n[º°]\.?))?"
)
VERSION = re.compile(
    r"(?:\bv|\b(?:version|versi[oó]n|vers[aã]o|fassung|release|build|firmware|rev|section|clause"
    r"|chapter|§|art(?:icle|[ií]culo|igo|ikel)?|figure|table))[\s.:]{0,3}$",
    re.IGNORECASE,
)
"""Before a number in four parts that is no address."""
STREET_EN = (
    r"(?:Street|St|Avenue|Ave|Road|Rd|Boulevard|Blvd|Lane|Ln|Drive|Dr|Court|Ct|Square|Sq|Way"
    r"|Place|Pl|Terrace|Highway|Hwy|Parkway|Pkwy)\b\.?"
)
TOWN = r"(?:[ \t]*[,–-][ \t]*(?-i:[A-ZÀ-Þ\d])[\w.'’ -]{1,40}){0,3}"  # noqa: RUF001

PASSWORDS = (
    r"(?:\b|_)(?:password|passwd|pwd|passphrase|senha|contrase[nñ]a|clave de acceso|mot de passe"
    r"|passwort|kennwort)"
)

RULES: dict[str, tuple[Rule, ...]] = {
    "EMAIL": (_rule(r"(?<![\w.%+-])[\w.%+-]+@(?:[\w-]+\.)+[a-z]{2,24}\b"),),
    "URL": (_rule(r"\b(?:https?://|www\.)[^\s<>\"'{}|\\^`]+[^\s<>\"'{}|\\^`.,;:!?)\]]"),),
    "CREDIT_DEBIT_CARD_CVV": (
        _rule(
            r"\b(?:cvv2?|cvc2?|cid|security\scode|c[oó]digo\sde\ssegur(?:an[cç]a|idad)"
            rf"|cryptogramme(?:\svisuel)?|(?:karten)?pr[uü]f(?:ziffer|nummer)|sicherheitscode){SEP}"
            r"(\d{3,4})(?![\d/])"
        ),
    ),
    "CREDIT_DEBIT_CARD_EXPIRY": (
        _rule(
            r"\b(?:exp(?:iry|ires|iration)?(?:\sdate)?|valid\s(?:thru|until)|validade"
            rf"|v[aá]lido\sat[eé]|caducidad|caduca(?:\sel)?|vencimento|vencimiento|expire(?:\s(?:le|en))?"
            rf"|g[uü]ltig\sbis|ablaufdatum)\.?{SEP}"
            r"((?:0[1-9]|1[0-2]) ?[/-] ?(?:20)?\d\d)\b"
        ),
    ),
    "SWIFT_CODE": (
        _rule(rf"(?i:\b(?:bic|swift)(?:[ -]?code|/bic)?){SEP}([A-Z]{{6}}[A-Z0-9]{{2}}(?:[A-Z0-9]{{3}})?)\b", flags=0),  # noqa: E501
    ),
    "IP_ADDRESS": (
        Rule(re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.]*\d)"), checks.is_ipv4, VERSION),
        _rule(r"\bip(?:v4)?(?:[ -](?:address|adresse|number))?[ \t:=]{1,3}((?:\d{1,3}\.){3}\d{1,3})(?![\w.]*\d)"),  # noqa: E501
        _rule(r"(?<![\w:])(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}(?![\w:])", checks.is_ipv6),
    ),
    "MAC_ADDRESS": (_rule(r"\b[0-9a-f]{2}(?:([:-])[0-9a-f]{2})(?:\1[0-9a-f]{2}){4}\b"),),
    "AWS_ACCESS_KEY": (_rule(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b", flags=0),),
    "AWS_SECRET_KEY": (
        _rule(r"secret(?:[ _-]?access)?[ _-]?key\W{0,6}([A-Za-z0-9/+=]{40})(?![\w/+=])"),
    ),
    "PASSWORD": (
        _rule(
            rf"{PASSWORDS}[ \t]{{0,3}}[:=][ \t\u00a0]{{0,3}}\n?[ \t]{{0,3}}"
            r"(?![a-zà-ÿ]+[ ][a-zà-ÿ])(\S{4,64})",
            checks.is_secret,
        ),
        _rule(
            rf"{PASSWORDS}[ \t]+(?:is(?: now)?|é|es|est|ist|lautet)[ \t]*:?\s[ \t]*(\S{{4,64}})",
            checks.is_password_like,
        ),
    ),
    "USERNAME": (
        _rule(
            r"\b(?:user ?name|user ?id|login|usu[aá]rio|usuario|utilisateur|benutzername)"
            r"[ \t]{0,3}[:=][ \t]{0,3}([\w.@+-]{3,64})"
        ),
    ),
    "PIN": (_rule(rf"\bPIN(?: code)?{SEP}(\d{{4,8}})\b", flags=0),),
    "US_SOCIAL_SECURITY_NUMBER": (
        _rule(r"(?<![\d-])\d{3}-\d{2}-\d{4}(?![\d-])", checks.is_ssn_shaped),
        _rule(rf"\b(?:ssn|social security){NUMBER_OF}{SEP}(\d{{9}}|\d{{3}} \d{{2}} \d{{4}})\b"),
    ),
    "US_INDIVIDUAL_TAX_IDENTIFICATION_NUMBER": (
        _rule(r"(?<![\d-])9\d\d-(?:5\d|6[0-5]|7\d|8[0-8]|9[0-24-9])-\d{4}(?![\d-])"),
    ),
    "US_PASSPORT_NUMBER": (
        _rule(
            rf"\b(?:pas(?:s|)aporte|passe?port|reisepass(?:nummer)?){NUMBER_OF}{SEP}([A-Z\d]{{7,10}})\b",
            checks.is_passport_shaped,
        ),
    ),
    "US_BANK_ACCOUNT_NUMBER": (
        _rule(rf"\b(?:bank )?(?:account|acct){NUMBER_OF}{SEP}(\d[\d -]{{4,18}}\d)\b"),
    ),
    "US_BANK_ROUTING_NUMBER": (
        _rule(rf"\b(?:routing|aba|rtn)(?: transit)?{NUMBER_OF}{SEP}(\d{{9}})\b", checks.is_routing),
    ),
    "UK_NATIONAL_HEALTH_SERVICE_NUMBER": (
        _rule(rf"\bnhs{NUMBER_OF}{SEP}(\d{{3}}[ -]?\d{{3}}[ -]?\d{{4}})\b", checks.is_nhs),
    ),
    "UK_NATIONAL_INSURANCE_NUMBER": (
        _rule(r"\b(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]\s?(?:\d\d\s?){3}[A-D]\b", flags=0),  # noqa: E501
    ),
    "UK_UNIQUE_TAXPAYER_REFERENCE_NUMBER": (
        _rule(rf"\b(?:utr|unique taxpayer reference){NUMBER_OF}{SEP}(\d{{5}} ?\d{{5}})\b"),
    ),
    "CA_SOCIAL_INSURANCE_NUMBER": (
        _rule(
            rf"\b(?:sin|nas|social insurance|assurance sociale){NUMBER_OF}{SEP}"
            r"(\d{3}[ -]\d{3}[ -]\d{3}|\d{9})\b",
            checks.is_luhn,
        ),
    ),
    "CA_HEALTH_NUMBER": (
        _rule(
            rf"\b(?:health (?:card|number)|ohip|phn|ramq){NUMBER_OF}{SEP}"
            r"([A-Z]{0,4} ?\d{4}[ -]?\d{3}[ -]?\d{3}(?:[ -]?[A-Z]{2})?)\b"
        ),
    ),
    "DRIVER_ID": (
        _rule(
            r"\b(?:driver'?s?'? (?:licen[sc]e|id)|driving licence|cnh|carteira de motorista"
            rf"|permis de conduire|f[uü]hrerschein|licencia de conducir){NUMBER_OF}{SEP}"
            r"((?=[A-Z0-9-]*\d)[A-Z0-9-]{5,20})\b"
        ),
    ),
    "LICENSE_PLATE": (
        _rule(
            r"(?i:\b(?:licen[sc]e plate|number plate|registration plate|placa|matr[ií]cula"
            rf"|kennzeichen|immatriculation){NUMBER_OF}){SEP}"
            r"([A-ZÄÖÜ0-9]{1,4}[ -]?[A-Z0-9]{1,4}(?:[ -]?[A-Z0-9]{1,4})?)\b",
            checks.is_mixed,
            0,
        ),
    ),
    "VEHICLE_IDENTIFICATION_NUMBER": (
        _rule(r"\b[A-HJ-NPR-Z0-9]{17}\b", checks.is_vin, 0),
        _rule(rf"\b(?:vin|chassis|chassi){NUMBER_OF}{SEP}([A-HJ-NPR-Z0-9]{{17}})\b"),
    ),
    "AGE": (
        _rule(r"\b(\d{1,3}[ -]year[s]?[ -]old)\b|\b(?:aged?|idade|edad|[aâ]ge|alter)[ \t]?[:=]?[ \t]?(\d{1,3})\b(?![/.,]\d)"),  # noqa: E501
        _rule(r"\b(\d{1,3} (?:anos de idade|a[nñ]os de edad|ans d'[aâ]ge|Jahre alt))\b"),
        _rule(r"\b[aâ]g[eé]e? de (\d{1,3} ans)\b"),
    ),
    "ADDRESS": (
        _rule(rf"(?<![\w.,])\d{{1,5}}[A-Z]?[ ](?:{WORD}[ ]){{1,4}}{STREET_EN}{TOWN}", flags=0),
        _rule(
            r"\b(?:Rua|Avenida|Av\.|Travessa|Alameda|Pra[cç]a|Calle|Plaza|Paseo|Carrera|Rodovia)[ ]"
            rf"[\wÀ-ÿ.'’ -]{{2,50}},?[ ](?:n[º°.o]{{0,2}}\s?)?\d{{1,5}}\b{TOWN}",  # noqa: RUF001
            flags=0,
        ),
        _rule(
            r"(?<![\w.,])\d{1,4}(?: ?bis| ?ter)?,? "
            r"(?:rue|avenue|boulevard|chemin|place|all[eé]e|impasse|quai|route)"
            rf"[ ][\wÀ-ÿ.'’ -]{{2,50}}{TOWN}",  # noqa: RUF001
        ),
        _rule(
            r"\b[A-ZÄÖÜ][a-zäöüß]+(?:straße|strasse|str\.|weg|platz|allee|gasse|ring|ufer|damm)"
            rf"[ ]\d{{1,4}}[ ]?[a-z]?\b{TOWN}",
            flags=0,
        ),
        _rule(
            r"^(?:address|endere[cç]o|direcci[oó]n|adresse|anschrift|indirizzo)"
            r"[ \t]*:[ \t]*(\S[^\n]{5,90})",
            flags=re.IGNORECASE | re.MULTILINE,
        ),
    ),
}  # fmt: skip


SCANNERS: dict[str, Callable[[str], Iterable[tuple[int, int]]]] = {
    "NAME": name_spans,
    "PHONE": phone_spans,
    "CREDIT_DEBIT_CARD_NUMBER": card_spans,
    "INTERNATIONAL_BANK_ACCOUNT_NUMBER": iban_spans,
}
"""Types that no single pattern finds."""


def find_pii(text: str, kinds: Iterable[str]) -> Iterator[Span]:
    """Findings of the given types, in no order; they may overlap."""
    for kind in kinds:
        if kind in SCANNERS:
            for start, end in SCANNERS[kind](text):
                yield Span(start, end, kind, text[start:end])
        for rule in RULES.get(kind, ()):
            yield from _matches(rule, kind, text)


def _matches(rule: Rule, kind: str, text: str) -> Iterator[Span]:
    for match in rule.pattern.finditer(text):
        group = match.lastindex or 0
        if kind == "MAC_ADDRESS":
            group = 0
        value, start = match[group].rstrip(), match.start(group)
        if rule.unless and rule.unless.search(text, max(0, start - 20), start):
            continue
        if value and rule.check(value):
            yield Span(start, start + len(value), kind, value)


def uncovered(kinds: Iterable[str]) -> list[str]:
    """Types asked for that have no detector here."""
    return [kind for kind in kinds if kind not in SCANNERS and kind not in RULES]
