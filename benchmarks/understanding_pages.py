"""What the local summariser takes: pages of 3,000 characters, warm, on one core."""

from __future__ import annotations

import resource
import time
from pathlib import Path
from typing import Any

from recita_local.services.bedrock.language.summary import summarise

from benchmarks.paperwork import LANGUAGES, document, templates

PAGE = 3_000
SIZES = (1, 8, 60)
"""Pages at once; sixty are what one question of the pipeline holds at most."""

TRIES = 5


def speed(_: Path) -> dict[str, Any]:
    """Milliseconds of processor time a page, the best of five, the mean of five languages."""
    summarise(_pages("en", 1), None, 5)  # loads what is loaded once
    before = _peak()
    found: dict[str, Any] = {}
    for count in SIZES:
        taken = [_fastest(_pages(language, count)) / count for language in LANGUAGES]
        found["one page" if count == 1 else f"{count} pages at once"] = round(
            sum(taken) / len(taken), 1
        )
    line = " ".join(" ".join(_pages("en", 34)).split())[:100_000]
    found["one line of 100,000 characters"] = round(_fastest([line]) * PAGE / len(line), 1)
    return found | {"megabytes": _peak(), "megabytes more": _peak() - before}


def _pages(language: str, count: int) -> list[str]:
    """Pages of made-up documents, one after the other."""
    told = [one for one in templates() if one.language == language]
    text = "\n\n".join(document(one, number) for number in range(6) for one in told)
    text *= 1 + count * PAGE // len(text)
    return [text[start : start + PAGE] for start in range(0, count * PAGE, PAGE)]


def _fastest(pages: list[str]) -> float:
    """Milliseconds."""
    taken = []
    for _ in range(TRIES):
        started = time.process_time()
        summarise(pages, None, 5)
        taken.append(time.process_time() - started)
    return 1000 * min(taken)


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
