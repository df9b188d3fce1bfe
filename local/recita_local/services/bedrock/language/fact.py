"""What a fact is: a named value, copied from the page it names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from recita_local.services.bedrock.language.lexicon import fold, lexicon
from recita_local.services.bedrock.language.money import BARE_AMOUNT, MONEY, date_pattern

KINDS = {
    "total": "amount",
    "date": "date",
    "number": "identifier",
    "other number": "identifier",
    "iban": "identifier",
    "cpf": "identifier",
    "cnpj": "identifier",
    "vat number": "identifier",
    "e-mail": "other",
}
"""Kind of what a rule finds; a labelled value is judged by itself."""

CODE = re.compile(r"(?=\S*\d)[A-Z\d][A-Z\d./-]{2,29}", re.IGNORECASE)


@dataclass(frozen=True)
class Line:
    """A line of the document: page (1-based), text as written, text for comparing."""

    page: int
    text: str
    folded: str


@dataclass(frozen=True)
class Fact:
    """A named value, verbatim, with its page (1-based) and how sure the rule is (0 to 1)."""

    name: str
    value: str
    page: int
    confidence: float
    rule: str = "label"

    @property
    def kind(self) -> str:
        """``date``, ``amount``, ``party``, ``identifier`` or ``other``."""
        known = KINDS.get(self.rule)
        if known:
            return known
        if MONEY.fullmatch(self.value) or BARE_AMOUNT.fullmatch(self.value):
            return "amount"
        if date_pattern().fullmatch(self.value):
            return "date"
        if _party_words().search(fold(self.name)) and not self.value[0].isdigit():
            return "party"
        return "identifier" if CODE.fullmatch(self.value) else "other"


@cache
def _party_words() -> re.Pattern[str]:
    words = map(fold, lexicon()["parties"]["labels"])
    return re.compile(rf"\b(?:{'|'.join(words)})")


def as_reply(facts: list[Fact]) -> list[dict[str, Any]]:
    """The facts as the reply carries them."""
    return [
        {
            "name": fact.name,
            "kind": fact.kind,
            "value": fact.value,
            "page": fact.page,
            "confidence": fact.confidence,
        }
        for fact in facts
    ]
