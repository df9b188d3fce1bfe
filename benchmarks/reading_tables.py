"""The tables that ``docs/reading.md`` shows, made from ``benchmarks/reading.json``."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import PurePath
from typing import Any

Found = dict[str, Any]
AGREEING = ("cells", "key_values", "boxes")


def tables(found: Found) -> dict[str, str]:
    """Markdown by the name of its place in the page; a section not measured has none."""
    return {name: make(found[name]) for name, make in MADE.items() if name in found}


def characters(found: Found) -> str:
    """Character errors."""
    rows = ((name, percent(value, 2)) for name, value in found.items())
    return table(("page", "characters wrong"), rows)


def real_answers(found: Found) -> str:
    """Agreement with the real service's answers."""
    head = ("page", "words found", "words right", "tables there → ours", "cells", "key-values",
            "boxes")  # fmt: skip
    pages = found["pages"]
    rows = [_answer(name, page) for name, page in pages.items()]
    mean, empty = percent(found["mean_word_recall"], 1), ("", "")
    together = ("all", mean, *empty, *(_together(pages, what) for what in AGREEING))
    return table(head, [*rows, together])


def _together(pages: Found, what: str) -> str:
    """Recall and precision over all pages."""
    wanted, there, right = (
        sum(page[what][part] for page in pages.values()) for part in ("wanted", "found", "right")
    )
    return f"{percent(right / wanted, 0)} found, {percent(right / there, 0)} right"


def _answer(name: str, page: Found) -> tuple[str, ...]:
    theirs, ours = (", ".join(shapes) or "none" for shapes in page["tables"])
    words = page["words"]
    return (
        name,
        percent(words["recall"], 1),
        percent(words["precision"], 1),
        f"{theirs} → {ours}",
        *(_of(page[what]) for what in AGREEING),
    )


def rotations(found: Found) -> str:
    """Words kept on turned pages."""
    head = ("page", "90°", "180°", "270°")
    rows = ((name, *(percent(share, 1) for share in by.values())) for name, by in found.items())
    return table(head, rows)


def speed(found: Found) -> str:
    """Seconds a page, and peak memory."""
    rows = [
        (name, *(f"{one['clock']} ({one['processor']})" for one in by.values()))
        for name, by in found.items()
        if isinstance(by, dict)
    ]
    head = ("seconds a page (of processor time)", "text", "with tables, forms and layout")
    return table(head, [*rows, ("peak memory of the engine", f"{found['peak_megabytes']} MB", "")])


def born_digital(found: Found) -> str:
    """Pages a second of several readers."""
    rows = ((name, str(value)) for name, value in found["pages_a_second"].items())
    alike = percent(found["similarity_to_pdfium"], 1)
    return table(
        ("reader", "pages a second"), [*rows, ("words in common with PDFium's own text", alike)]
    )


def long_document(found: Found) -> str:
    """Seconds and memory of a document of 3,000 pages."""
    names = {
        "seconds": "seconds to read and publish",
        "function_megabytes": "peak memory of the function, MB, its results among them",
        "results_megabytes": "of these, published results kept in memory by the test double, MB",
        "reader_megabytes": "peak memory of the caged reader, MB",
    }
    rows = ((title, str(found[name])) for name, title in names.items())
    return table((f"{found['pages']} pages with a text layer", ""), rows)


def outcomes(found: Found) -> str:
    """What became of the sample files."""
    rows = [(name, str(count)) for name, count in found["outcomes"].items()]
    wrong = [(f"not as it must be: {name}", why[0]) for name, why in found["wrong"].items()]
    slow = [(f"slowest: {name}", f"{spent} s") for name, spent in found["slowest"].items()]
    return table((f"{found['files']} files", ""), [*rows, *wrong, *slow])


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table; file names lose their folders."""
    titles = list(head)
    lines = [titles, ["---"] * len(titles), *([PurePath(one).name, *rest] for one, *rest in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def percent(share: float, digits: int) -> str:
    """0.123 as ``12.3 %``."""
    return f"{100 * share:.{digits}f} %"


def _of(score: Found) -> str:
    if not score["wanted"] + score["found"]:
        return "none"
    return f"{score['right']} of {score['wanted']}, {score['found'] - score['right']} wrong"


MADE: dict[str, Callable[[Found], str]] = {
    "characters": characters,
    "real_answers": real_answers,
    "rotations": rotations,
    "speed": speed,
    "born_digital": born_digital,
    "long_document": long_document,
    "outcomes": outcomes,
}
"""Section to what writes its table."""
