"""The tables that ``docs/understanding.md`` shows, made from ``benchmarks/understanding.json``."""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.reading_tables import Found, percent, table

USES = {
    "tune": "with wording the rules were written with",
    "held": "with usual wording they had not seen",
    "plain": "that do without the usual words of their kind",
}
SHORT = ("wording seen", "usual wording", "without the usual words")
SYSTEMS = ("local engine", "first three sentences", "three at random")


def tables(found: Found) -> dict[str, str]:
    """Markdown by the name of its place in the page; a section not measured has none."""
    return {name: make(found[name]) for name, make in MADE.items() if name in found}


def types(found: Found) -> str:
    """Documents given their type, by use of wording and by type."""
    rows = [
        (
            f"made-up documents {said}",
            str(found[use]["documents"]),
            percent(found[use]["main"], 0),
            _others(found[use]["mistakes"]),
        )
        for use, said in USES.items()
    ]
    rows.append(
        (
            "sample files",
            str(found["samples_documents"]),
            percent(found["samples"], 0),
            _others({f"x as {got}, y": 1 for _, got in found["samples_mistaken"].values()}),
        )
    )
    head = ("", "documents", "type right", "mistakes that say `other`")
    names = sorted({kind for use in USES for kind in found[use]["by_type"]})
    by_type = [
        (f"`{kind}`", *(_share(found[use]["by_type"].get(kind)) for use in USES)) for kind in names
    ]
    return table(head, rows) + "\n" + table(("type", *SHORT), by_type)


def _others(mistakes: dict[str, int]) -> str:
    """Of the mistakes, how many claim nothing."""
    every = sum(mistakes.values())
    honest = sum(count for name, count in mistakes.items() if " as other," in name)
    return f"{honest} of {every}" if every else "none to make"


def _share(share: float | None) -> str:
    return "" if share is None else percent(share, 0)


def facts(found: Found) -> str:
    """Facts found on invoices, and how many of those claimed are true."""
    names = ("total", "date", "identifier", "precision")
    rows = [
        (said, *(percent(found[use][name], 1) for name in names))
        for use, said in (
            ("tune", "labels and layouts the rules were written with"),
            ("held", "labels and layouts they were not written with"),
        )
    ]
    rows += [
        (f"of these in `{code}`", *(percent(one[name], 1) for name in names))
        for code, one in found["held"]["by_language"].items()
    ]
    sampled = (percent(found["samples"][name], 1) for name in names[:3])
    rows.append(("sample files", *sampled, ""))
    head = ("invoices", "the right total first", "dates", "identifiers", "of what is claimed, true")
    return table(head, rows)


def rouge(found: Found) -> str:
    """ROUGE of three ways to choose three sentences."""
    head = ("three sentences", "ROUGE-1", "ROUGE-2", "ROUGE-L", "of them, sentences that matter")
    rows = [
        (
            name,
            *(f"{100 * found[name][score]:.1f}" for score in ("rouge1", "rouge2", "rougeL")),
            percent(found[name]["told"], 0),
        )
        for name in SYSTEMS
    ]
    return table(head, rows)


def speed(found: Found) -> str:
    """Milliseconds a page."""
    rows = [
        (name, f"{value:.1f}") for name, value in found.items() if not name.startswith("megabytes")
    ]
    return table(("3,000 characters a page, warm", "milliseconds of processor time a page"), rows)


MADE: dict[str, Callable[[Found], str]] = {
    "types": types,
    "facts": facts,
    "rouge": rouge,
    "speed": speed,
}
"""Section to what writes its table."""
