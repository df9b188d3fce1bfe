"""How well the pipeline translates with Apertium, and whether all comes through."""

from __future__ import annotations

import time
from itertools import product
from pathlib import Path
from typing import Any

from recita.text import protecting
from recita_local import engines
from sacrebleu.metrics.chrf import CHRF

from benchmarks.speaking_parts import declaration, translated

PAIRS = (("en", "es"), ("en", "pt"), ("en", "fr"), ("es", "en"), ("pt", "en"), ("es", "pt"))
NOT_IN_FRENCH = 7
"""Paragraph "Now, therefore," of the others."""
SENTENCES = (
    "Invoice {} was sent to {} before noon.",
    "The total of {} is due within days; see {} for more.",
    "{} and {} signed the agreement on Monday.",
    "Because of {}, nobody had paid {} when the term ended.",
    "The committee found that {} did not match what {} says.",
    "Please quote {} in all letters about {}.",
)
SHIFTS = (1, 3, 7, 9, 11, 13)
"""How far apart the two tokens of a sentence stand in the list."""
TOKENS = (
    "INV-2026-0042", "R$ 1.234,56", "$4,500.00", "2026-03-14", "14/03/2026", "{EMAIL}", "{PHONE}",
    "Acme Tools Ltd.", "Padaria Sol Nascente Ltda.", "Globex GmbH", "A4", "ISO9001", "4,250",
    "123.456.789-09", "12.345.678/0001-95", "+1 555 123 4567", "(11) 98765-4321",
    "ana@example.org", "https://example.org/a?b=1&c=2", "98765432",
)  # fmt: skip


def translation(_: Path) -> dict[str, Any]:
    """The chrF against the UN's own translation: as the engine does it alone, and the pipeline."""
    found = {}
    for source, target in PAIRS:
        texts, wanted = _aligned(source, target)
        started = time.perf_counter()
        done, run, calls = translated(texts, source, target)
        seconds = time.perf_counter() - started
        alone, _ = engines.engine("translation").call("translate", "\n".join(texts), source, target)
        found[f"{source}-{target}"] = {
            "paragraphs": len(texts),
            "aligned": sum(bool(text) for text in done),
            "characters_a_second": round(sum(map(len, texts)) / seconds),
            "calls": calls,
            "warnings": len(run.warnings),
            "chrf": _chrf(done, wanted),
            "chrf_engine_alone": _chrf(alone.split("\n"), wanted),
        }
    return found


def _aligned(source: str, target: str) -> tuple[list[str], list[str]]:
    """As many paragraphs of each."""
    texts, wanted = declaration(source), declaration(target)
    if len(texts) > len(wanted):
        texts = texts[:NOT_IN_FRENCH] + texts[NOT_IN_FRENCH + 1 :]
    return texts, wanted


def _chrf(done: list[str], wanted: list[str]) -> float:
    return round(float(CHRF().corpus_score(done, [wanted]).score), 1)


def tokens(_: Path) -> dict[str, Any]:
    """What must come through, in generated sentences, after one hop and after two."""
    texts = [
        sentence.format(TOKENS[number % len(TOKENS)], TOKENS[(number + shift) % len(TOKENS)])
        for (sentence, shift), number in product(zip(SENTENCES, SHIFTS, strict=True), range(20))
    ]
    found = {}
    for target, hops in (("es", 1), ("pt", 2), ("fr", 2)):
        done, run, calls = translated(texts, "en", target)
        both = list(zip(texts, done, strict=True))
        lost = [token for text, new in both for token in protecting.lost(text, new)]
        found[target] = {
            "hops": hops,
            "sentences": len(texts),
            "tokens": sum(len(protecting.tokens(text, numbers=True)) for text in texts),
            "lost": sorted(lost),
            "untranslated": sum(text == new for text, new in both),
            "calls": calls,
            "warnings": len(run.warnings),
        }
    return found
