"""A document's summary: sentences it contains, or plain ones about it when it has too few."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from recita_local.services.bedrock.language.classify import (
    FIELDS_NOT_PROSE,
    Classification,
    classify,
)
from recita_local.services.bedrock.language.compose import (
    PRICED,
    composed,
    issuer_of,
    templates,
)
from recita_local.services.bedrock.language.fact import Fact, as_reply
from recita_local.services.bedrock.language.facts import find_facts
from recita_local.services.bedrock.language.identify import Language, identified
from recita_local.services.bedrock.language.lexicon import fold, function_words, words
from recita_local.services.bedrock.language.money import MONEY, date_pattern
from recita_local.services.bedrock.language.orders import without_orders
from recita_local.services.bedrock.language.ranking import choose
from recita_local.services.bedrock.language.sentences import (
    Sentence,
    all_sentences,
    quotable,
    unbroken,
)
from recita_local.services.bedrock.language.title import title_of

PROSE_SHARE = 0.3
"""Share of the text in whole sentences below which a document counts as a table."""

ENOUGH_PROSE = 12
"""Sentences that make a summary even where formulas or tables fill most of the pages."""

RUNNING_TEXT = frozenset({"article", "contract", "letter", "resume"})
PAYMENT = re.compile(
    r"\b(?:pay|paid|due|refund|deliver|uberweis|zahl|fallig|pag|vencim|payer|paie|echeance|regl)"
)
LONGEST_TELLING = 220
ROWS, ROW_SHARE = 10, 0.74
"""So many sentences of which this share has a word in common are rows of a table."""

MAXIMUM_REPLY = 4500
"""Characters of facts and sentences together; grounding checks stop at 5,000."""


def summarise(pages: list[str], language: str | None, max_sentences: int) -> dict[str, Any]:
    """Title, type, language, sentences with their pages, and facts, as the reply carries them."""
    pages = [without_orders(page) for page in pages]
    spoken = identified("\n".join(pages), language)
    code = spoken.code
    every = all_sentences(pages, code)
    prose = quotable(every, code)
    share = _prose_share(every, prose)
    prose = unbroken(prose)
    kind = classify(pages, share)
    facts = find_facts(pages, kind.type)
    heading = title_of(pages)
    quotes = share >= PROSE_SHARE or (len(prose) >= ENOUGH_PROSE and kind.type in RUNNING_TEXT)
    if kind.type in FIELDS_NOT_PROSE or not quotes:
        sentences = composed(pages, kind.type, heading, facts, code)
        sentences += _telling(prose, max_sentences - len(sentences))
    else:
        chosen = choose([one.text for one in prose], max_sentences)
        sentences = [prose[index] for index in chosen]
    title = _title(pages, kind.type, heading, facts, code)
    return _reply(title, kind, spoken, sentences[:max_sentences], facts)


def synthesise(pages: list[str], language: str | None, max_sentences: int) -> dict[str, Any]:
    """The same from summaries of a document's parts: each line of a page is one sentence.

    Facts are left out: whoever has the parts has theirs.
    """
    pages = [without_orders(page) for page in pages]
    spoken = identified("\n".join(pages), language)
    kind = classify(pages)
    parts = list(dict.fromkeys(
        Sentence(line.strip(), (number,))
        for number, page in enumerate(pages, start=1)
        for line in page.splitlines()
        if line.strip()
    ))  # fmt: skip
    sentences = [parts[index] for index in choose([one.text for one in parts], max_sentences)]
    if not sentences:
        sentences = composed(pages, kind.type, "", [], spoken.code)
    title = title_of(pages).rstrip(".") or str(templates(spoken.code)["types"][kind.type])
    return _reply(title, kind, spoken, sentences, [])


def _reply(
    title: str, kind: Classification, spoken: Language, sentences: list[Sentence], facts: list[Fact]
) -> dict[str, Any]:
    return {
        "title": title,
        "document_type": kind.type,
        "type_confidence": kind.confidence,
        "language": spoken.code,
        "language_confidence": spoken.confidence,
        "sentences": [{"text": one.text, "pages": list(one.pages)} for one in sentences],
        "facts": _fitting(facts, sentences),
    }


def _prose_share(every: list[Sentence], prose: list[Sentence]) -> float:
    """Share of the text in whole sentences; rows that repeat one word are a table."""
    total = sum(len(one.text) for one in every)
    quoted = sum(len(one.text) for one in prose)
    if len(prose) >= ROWS:
        seen = Counter(word for one in prose for word in set(words(one.text)) if len(word) > 2)
        small = function_words("")
        repeated = max((count for word, count in seen.items() if word not in small), default=0)
        if repeated > ROW_SHARE * len(prose):
            return 0.0
    return quoted / total if total else 0.0


def _telling(prose: list[Sentence], count: int) -> list[Sentence]:
    """Sentences of a form-like document on payment or a sum; the rest is small print."""
    telling = [
        one
        for one in prose
        if len(one.text) <= LONGEST_TELLING
        and (MONEY.search(one.text) or date_pattern().search(one.text))
        and (MONEY.search(one.text) or PAYMENT.search(fold(one.text)))
    ]
    return telling[: max(0, min(2, count))]


def _title(pages: list[str], kind: str, heading: str, facts: list[Fact], language: str) -> str:
    """The heading, or type, number and issuer: an invoice's first lines are addresses."""
    if heading and kind not in PRICED:
        return heading
    name: str = templates(language)["types"][kind]
    number = next((fact.value for fact in facts if fact.rule == "number"), "")
    issuer = issuer_of(pages) if kind in PRICED else ""
    parts = [part for part in (f"{name} {number}".strip(), issuer) if part]
    return " – ".join(parts)  # noqa: RUF001


def _fitting(facts: list[Fact], sentences: list[Sentence]) -> list[dict[str, Any]]:
    """As many facts as the reply has room for, the surest kinds first."""
    room = MAXIMUM_REPLY - sum(len(one.text) + 35 for one in sentences)
    kept: list[Fact] = []
    for fact in facts:
        room -= len(fact.name) + len(fact.value) + 55
        if room > 0:
            kept.append(fact)
    return as_reply(kept)
