"""Types that the local engine gives to made-up documents and to the sample files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from recita.decoding.pdf_layer import read_layers
from recita_local.services.bedrock.language.summary import summarise

from benchmarks.paperwork import LANGUAGES, document, templates
from benchmarks.paperwork.invoices import LAYOUTS, invoice

FILLINGS = 5
"""Documents made of each template."""

MAIN = ("invoice", "receipt", "contract", "letter", "report", "bank-statement", "minutes", "resume")
SAMPLES = {
    "de_invoice_zugferd.pdf": "invoice",
    "en_invoice_aws.pdf": "invoice",
    "en_invoice_multipage.pdf": "invoice",
    "fr_invoice_facturx.pdf": "invoice",
    "pt_danfe_invoice.pdf": "invoice",
    "en_receipt.pdf": "receipt",
    "en_bank_statement.pdf": "bank-statement",
    "fr_minutes.pdf": "minutes",
    "es_voting_record.pdf": "minutes",
    "en_multicolumn_2p.pdf": "article",
    "en_cover_plus_toc_blankpages.pdf": "article",
    "en_form_fillable.pdf": "form",
    "ko_report.pdf": "report",
    "pt_beaches_table.pdf": "report",
    "pt_elections_table.pdf": "report",
    "en_embedded_images.pdf": "article",
    "de_book_117p.pdf": "article",
}
"""Sample files with a text layer whose type is plain."""

UNUSUAL = {
    "one word": "Hello",
    "numbers": "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24",
    "code": "import sys\n\ndef main(argv):\n    for name in argv[1:]:\n        print(name)\n"
    "\nif __name__ == '__main__':\n    main(sys.argv)",
    "poem": "The tide goes out, the tide comes in,\nthe gulls have nothing left to say;\n"
    "a boat that once was painted green\nis slowly turning into grey.",
    "recipe": "Pancakes\n200 g flour\n2 eggs\n300 ml milk\nWhisk everything and let it rest for "
    "half an hour. Fry thin cakes in butter until both sides are golden.",
    "poema": "Vai a maré, volta a maré,\nas gaivotas calam já;\no barco verde que aqui está\n"
    "vai ficando cinza até o pé.",
    "shopping list": "milk\nbread\napples\ncandles\nsoap\nbatteries",
    "weather": "Morgen wechselnd bewölkt, im Norden Regen. Am Nachmittag bis 14 Grad, nachts klar.",
}
"""Texts that are of none of the types."""


def types(corpus: Path) -> dict[str, Any]:
    """Share of documents given their type: of templates seen, unseen, and of sample files."""
    found: dict[str, Any] = {}
    for use in ("tune", "held", "plain"):
        asked = list(_documents(use))
        answers = [(language, kind, type_of([text])) for language, kind, text in asked]
        found[use] = _summed(answers)
    samples = {
        name: (kind, type_of([layer.text for layer in read_layers(corpus / name)]))
        for name, kind in SAMPLES.items()
        if (corpus / name).is_file()
    }
    return found | {
        "samples_documents": len(samples),
        "samples": _share(samples.values()),
        "samples_mistaken": {name: pair for name, pair in samples.items() if len(set(pair)) > 1},
        "unusual": {name: summarised(text) for name, text in UNUSUAL.items()},
    }


def type_of(pages: list[str]) -> str:
    """The type of a document."""
    return str(summarise(pages, None, 5)["document_type"])


def summarised(text: str) -> list[Any]:
    """Type and confidence."""
    reply = summarise([text], None, 5)
    return [reply["document_type"], reply["type_confidence"]]


def _documents(use: str) -> Iterator[tuple[str, str, str]]:
    for template in templates():
        if template.use == use:
            for number in range(FILLINGS):
                yield template.language, template.kind, document(template, number)
    for language in LANGUAGES:
        for number in range(FILLINGS * len(LAYOUTS.get(use, ()))):
            yield language, "invoice", invoice(language, use, number).text


def _summed(answers: list[tuple[str, str, str]]) -> dict[str, Any]:
    main = [(kind, got) for _, kind, got in answers if kind in MAIN]
    mistakes = Counter(f"{kind} as {got}, {code}" for code, kind, got in answers if kind != got)
    kinds = dict.fromkeys(kind for _, kind, _ in answers)
    return {
        "documents": len(answers),
        "main": _share(main),
        "all": _share((kind, got) for _, kind, got in answers),
        "by_type": {
            kind: _share((true, got) for _, true, got in answers if true == kind) for kind in kinds
        },
        "by_language": {
            code: _share((true, got) for spoken, true, got in answers if spoken == code)
            for code in LANGUAGES
        },
        "mistakes": dict(mistakes.most_common()),
    }


def _share(pairs: Iterable[tuple[str, str]]) -> float:
    right = [true == got for true, got in pairs]
    return round(sum(right) / len(right), 3) if right else 0.0
