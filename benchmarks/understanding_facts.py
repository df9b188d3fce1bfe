"""Facts that the local engine finds on made-up invoices and on those of the sample files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from recita.decoding.pdf_layer import read_layers
from recita_local.services.bedrock.language.summary import summarise

from benchmarks.paperwork import LANGUAGES
from benchmarks.paperwork.invoices import invoice

INVOICES = 60
"""Made-up ones a language and use."""

SAMPLES: dict[str, list[tuple[str, str]]] = {
    "de_invoice_zugferd.pdf": [
        ("total", "571,04 €"),
        ("date", "09.05.2017"),
        ("date", "07.05.2017"),
        ("date", "30.05.2017"),
        ("identifier", "RE-20170509/505"),
        ("identifier", "DE136695976"),
        ("identifier", "DE88200800000970375700"),
    ],
    "en_invoice_aws.pdf": [
        ("total", "$4.11"),
        ("date", "August 3 , 2014"),
        ("identifier", "42183017"),
        ("identifier", "296664039561"),
    ],
    "fr_invoice_facturx.pdf": [
        ("total", "671,15 €"),
        ("date", "13/11/2017"),
        ("date", "13/12/2017"),
        ("identifier", "FA-2017-0010"),
        ("identifier", "PO445"),
        ("identifier", "99999999800010"),
        ("identifier", "FR11999999998"),
        ("identifier", "FR19787878784"),
    ],
    "en_invoice_multipage.pdf": [
        ("identifier", "EST-1008"),
        ("identifier", "SF-1008"),
        ("identifier", "POL-2022-555"),
        ("identifier", "RO-20221108"),
    ],
    "pt_danfe_invoice.pdf": [
        ("total", "58.500,00"),
        ("date", "01/01/2020"),
        ("identifier", "81.583.054/0001-29"),
        ("identifier", "000.000.002"),
    ],
}
"""What the born-digital invoices among the sample files state, as written."""


@dataclass
class Tally:
    """What was stated and found, by kind, and what was claimed."""

    stated: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    claimed: int = 0
    true: int = 0
    missed: list[str] = field(default_factory=list)
    false: list[str] = field(default_factory=list)

    def add(
        self, where: str, pages: list[str], stated: Sequence[tuple[str, str]], true: set[str]
    ) -> None:
        """Count one document; ``true`` are values that may be claimed as well."""
        facts = summarise(pages, None, 5)["facts"]
        amounts = [fact["value"] for fact in facts if fact["kind"] == "amount"]
        values = {(fact["kind"], fact["value"]) for fact in facts}
        for kind, value in stated:
            hit = amounts[:1] == [value] if kind == "total" else (kind, value) in values
            self.stated[kind] += 1
            self.found[kind] += hit
            if not hit:
                self.missed.append(f"{where}: {kind} {value}; {amounts[:1]}")
        allowed = {value for _, value in stated} | true
        for fact in facts:
            if fact["kind"] in {"amount", "date", "identifier"}:
                self.claimed += 1
                self.true += fact["value"] in allowed
                if fact["value"] not in allowed:
                    self.false.append(f"{where}: {fact['name']} = {fact['value']}")

    def summed(self) -> dict[str, Any]:
        """Shares found by kind, and the share of claims that are true."""
        shares = {kind: round(self.found[kind] / count, 3) for kind, count in self.stated.items()}
        return shares | {"precision": round(self.true / max(1, self.claimed), 3)}


def facts(corpus: Path) -> dict[str, Any]:
    """Recall by kind and precision: of labels and layouts seen, unseen, and on sample files."""
    found: dict[str, Any] = {}
    for use in ("tune", "held"):
        found[use] = made_up([use], LANGUAGES).summed() | {
            "by_language": {code: made_up([use], [code]).summed() for code in LANGUAGES}
        }
    return found | {"samples": on_samples(corpus).summed(), "invoices": INVOICES * len(LANGUAGES)}


def made_up(uses: Iterable[str], languages: Iterable[str]) -> Tally:
    """What is found on generated invoices."""
    tally = Tally()
    for use in uses:
        for language in languages:
            for number in range(INVOICES):
                made = invoice(language, use, number)
                where = f"{language} {use} {made.layout} {number}"
                tally.add(where, [made.text], made.stated, set(made.decoys))
    return tally


def on_samples(corpus: Path) -> Tally:
    """What is found on the invoices of the sample files; only recall can be told there."""
    tally = Tally()
    for name, stated in SAMPLES.items():
        if not (corpus / name).is_file():
            continue
        pages = [layer.text for layer in read_layers(corpus / name)]
        tally.add(name, pages, stated, set())
    return tally
