"""Grounding on generated claims: true ones that pass, and changed ones that don't."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path
from statistics import median
from typing import Any

from recita_local.services.bedrock.language.embed import Embedder
from recita_local.services.bedrock.language.grounding import grounding as grounded

from benchmarks.claims import FAMILIES, claims

ROUNDS = 8
THRESHOLD = 0.5
"""The template's."""
SOURCE = 100_000
"""Characters of the longest source that the service takes."""


def grounding(_: Path) -> dict[str, Any]:
    """Right verdicts by kind of claim and by language, and processor time."""
    embedder = Embedder()
    embedder.passages(["loads the model"])
    families = {family: measured(family, embedder) for family in sorted(FAMILIES)}
    return {**families, "threshold": THRESHOLD, "seconds_cold": cold(embedder)}


def measured(family: str, embedder: Embedder, rounds: int = ROUNDS) -> dict[str, Any]:
    """Claims judged at the threshold."""
    kinds: dict[str, Counter[str]] = {}
    languages: dict[str, Counter[str]] = {}
    milliseconds, mistakes = [], []
    for claim in claims(family, rounds):
        started = time.process_time()
        score = grounded(claim.source, [claim.text], embedder)
        milliseconds.append(1000 * (time.process_time() - started))
        right = (score >= THRESHOLD) == claim.true
        side = "true" if claim.true else "false"
        counted = {side: 1, f"{side}_right": right}
        kinds.setdefault(claim.kind, Counter()).update(counted)
        languages.setdefault(claim.language, Counter()).update(counted)
        if not right:
            mistakes.append(f"{claim.language} {claim.kind} {score}: {claim.text}")
    milliseconds.sort()
    return {
        "kinds": {kind: dict(one) for kind, one in kinds.items()},
        "languages": {language: dict(one) for language, one in languages.items()},
        "milliseconds": {
            "median": round(median(milliseconds), 1),
            "of 95 in 100": round(milliseconds[int(0.95 * len(milliseconds))], 1),
        },
        "mistakes": mistakes[:20],
    }


def cold(embedder: Embedder) -> float:
    """Seconds of processor time for the first claim on the longest source."""
    said = [claim.source for claim in claims("seen", 60)]
    source = "\n\n".join(dict.fromkeys(said))[:SOURCE]
    started = time.process_time()
    grounded(source, ["The garden behind the house was sold to a neighbour."], embedder)
    return round(time.process_time() - started, 2)
