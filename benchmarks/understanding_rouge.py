"""ROUGE of the local summaries against written ones, beside the first sentences of a text."""

from __future__ import annotations

import random
import re
import tomllib
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from recita_local.services.bedrock.language.summary import summarise

SENTENCES = 3
SHUFFLES = 10
"""Documents composed of the same sentences, each with the filling elsewhere."""

WRITTEN = Path(__file__).with_name("understanding_references.toml")
Summariser = Callable[[list[str]], list[str]]


def rouge(_: Path) -> dict[str, Any]:
    """Mean F1 of ROUGE-1, -2 and -L for three sentences, and how much of what matters is told."""
    written: dict[str, list[dict[str, Any]]] = tomllib.loads(WRITTEN.read_text(encoding="utf-8"))
    systems: dict[str, Summariser] = {
        "local engine": _ours,
        "first three sentences": lambda sentences: sentences[:SENTENCES],
        "three at random": _at_random,
    }
    made = [
        (code, one, document)
        for code, several in written.items()
        for number, one in enumerate(several)
        for document in _composed(one, f"{code}/{number}")
    ]
    found: dict[str, Any] = {"documents": len(made), "summaries": sum(map(len, written.values()))}
    for name, system in systems.items():
        scores = [(code, _scored(system(text), one)) for code, one, text in made]
        found[name] = _mean([score for _, score in scores]) | {
            "by_language": {
                code: _mean([score for spoken, score in scores if spoken == code])
                for code in written
            }
        }
    return found


def _composed(one: dict[str, Any], seed: str) -> list[list[str]]:
    """The sentences that matter in their order, with the others anywhere between."""
    pick = random.Random(seed)  # noqa: S311 - the same documents in every run
    documents = []
    for _ in range(SHUFFLES):
        sentences = list(one["told"])
        for filling in one["fills"]:
            sentences.insert(pick.randint(0, len(sentences)), filling)
        documents.append(sentences)
    return documents


def _ours(sentences: list[str]) -> list[str]:
    reply = summarise([" ".join(sentences)], None, SENTENCES)
    return [one["text"] for one in reply["sentences"]]


def _at_random(sentences: list[str]) -> list[str]:
    return random.Random(sentences[0]).sample(sentences, SENTENCES)  # noqa: S311 - as above


def _scored(chosen: list[str], one: dict[str, Any]) -> list[float]:
    ours, theirs = _tokens(" ".join(chosen)), _tokens(one["reference"])
    told = sum(sentence in one["told"] for sentence in chosen) / SENTENCES
    return [_overlap(ours, theirs, 1), _overlap(ours, theirs, 2), _longest(ours, theirs), told]


def _mean(scores: Sequence[Sequence[float]]) -> dict[str, float]:
    names = ("rouge1", "rouge2", "rougeL", "told")
    columns = zip(*scores, strict=True)
    return {
        name: round(sum(column) / len(column), 3)
        for name, column in zip(names, columns, strict=True)
    }


def _tokens(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def _overlap(ours: list[str], theirs: list[str], size: int) -> float:
    left, right = _grams(ours, size), _grams(theirs, size)
    return _f1((left & right).total(), left.total(), right.total())


def _grams(tokens: list[str], size: int) -> Counter[tuple[str, ...]]:
    return Counter(zip(*(tokens[start:] for start in range(size)), strict=False))


def _longest(ours: list[str], theirs: list[str]) -> float:
    """F1 of the longest common subsequence."""
    row = [0] * (len(theirs) + 1)
    for token in ours:
        before = row[:]
        for place, other in enumerate(theirs, start=1):
            row[place] = (
                before[place - 1] + 1 if token == other else max(before[place], row[place - 1])
            )
    return _f1(row[-1], len(ours), len(theirs))


def _f1(common: int, ours: int, theirs: int) -> float:
    return 2 * common / (ours + theirs) if ours + theirs else 0.0
