"""What the guardrail engine takes: text of pages, warm, on one core."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks import guardrail
from benchmarks.understanding_pii import pages

CHARACTERS, PAGE = 24_000, 3_000
"""One call to the guardrail, and one page."""
TRIES = 5


def guard_speed(_: Path) -> dict[str, Any]:
    """Milliseconds of processor time, the best of five."""
    os.environ["OMP_NUM_THREADS"] = "1"
    from recita_local.services.bedrock.engine import LanguageEngine  # noqa: PLC0415 - reads it

    engine = LanguageEngine()
    text = "\n".join(page for _, page, _ in pages("held_out", 6))[:CHARACTERS]
    usual = guardrail.definition()
    topical = guardrail.definition(DeniedTopic="Advice on buying or selling shares")

    def check(config: dict[str, Any], checked: str) -> float:
        request = {"config": config, "source": "INPUT", "texts": [checked]}
        return _fastest(lambda: engine.assess(request))

    return {
        "characters": len(text),
        "milliseconds": check(usual, text),
        "milliseconds a page": check(usual, text[:PAGE]),
        "milliseconds with a denied topic": check(topical, text),
    }


def _fastest(work: Callable[[], object]) -> float:
    taken = []
    for _ in range(TRIES):
        started = time.process_time()
        work()
        taken.append(time.process_time() - started)
    return round(1000 * min(taken), 1)
