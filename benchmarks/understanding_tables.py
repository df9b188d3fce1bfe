"""The tables that ``docs/guardrails.md`` shows, made from ``benchmarks/understanding.json``."""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.reading_tables import Found, percent, table


def tables(found: Found) -> dict[str, str]:
    """Markdown by the name of its place in the page; a section not measured has none."""
    return {name: make(found[name]) for name, make in MADE.items() if name in found}


def pii(found: Found) -> str:
    """Hidden and wrongly hidden, type by type, on the pages held out."""
    held, seen = found["held_out"], found["seen"]
    head = ("type", "values", "hidden", "of those the rules were written with", "findings", "wrong")
    rows = [
        (
            f"`{kind}`",
            str(one["values"]),
            percent(one["hidden"] / one["values"], 1),
            percent(seen["types"][kind]["hidden"] / seen["types"][kind]["values"], 1),
            str(one["findings"]),
            percent(one["wrong"] / one["findings"], 1),
        )
        for kind, one in sorted(held["types"].items())
        if one.get("values")
    ]
    people, known = held["hidden names"], seen["hidden names"]
    rows.append(
        (
            "`NAME`, where `PiiNames` is `hide`",
            str(people["values"]),
            percent(people["hidden"] / people["values"], 1),
            percent(known["hidden"] / known["values"], 1),
            str(people["findings"]),
            percent(people["wrong"] / people["findings"], 1),
        )
    )
    names = ("language", "values", "hidden", "numbers of nobody", "hidden by mistake")
    languages = [
        (
            language,
            str(one["values"]),
            percent(one["hidden"] / one["values"], 1),
            str(one["numbers"]),
            percent(one["taken"] / one["numbers"], 1),
        )
        for language, one in sorted(held["languages"].items())
    ]
    both = table(head, rows) + "\n" + table(names, languages)
    return both + "\n" + beside(found["beside"])


def beside(found: Found) -> str:
    """Hidden and wrongly hidden where numbers stand beside numbers, layout by layout."""
    head = ("several numbers", "values", "hidden", "findings", "wrong")
    rows = [
        (
            name,
            str(one["values"]),
            percent(one["hidden"] / one["values"], 1),
            str(one["findings"]),
            percent(one["wrong"] / one["findings"], 1),
        )
        for name, one in found.items()
    ]
    return table(head, rows)


def grounding(found: Found) -> str:
    """True claims that pass and false ones that don't, kind by kind."""
    threshold = found["threshold"]
    head = ("claim", "held out", f"right at {threshold}", "of those the rules were written with")
    kinds = found["held_out"]["kinds"]
    rows = [
        (
            f"{'true' if 'true' in one else 'false'}: {kind}",
            str(one.get("true", one.get("false"))),
            _right(one),
            _right(found["seen"]["kinds"][kind]),
        )
        for kind, one in sorted(kinds.items(), key=lambda item: "true" not in item[1])
    ]
    languages = [
        (
            language,
            percent(one["true_right"] / one["true"], 1),
            percent(one["false_right"] / one["false"], 1),
        )
        for language, one in sorted(found["held_out"]["languages"].items())
    ]
    shown = table(("language", "true claims that pass", "false claims caught"), languages)
    taken = found["held_out"]["milliseconds"]
    speed = table(
        ("processor time of a sentence, its source known", "milliseconds"),
        [(name, f"{value:.1f}") for name, value in taken.items()],
    )
    return "\n".join([table(head, rows), shown, speed])


def _right(one: Found) -> str:
    side = "true" if "true" in one else "false"
    return percent(one[f"{side}_right"] / one[side], 1)


def attacks(found: Found) -> str:
    """Attacks found and harmless sentences taken for one, by language and by disguise."""
    head = ("", "attacks held out", "found", "found of the known", "harmless", "taken for one")
    rows = []
    for group in ("languages", "disguises"):
        for name, one in found["held_out"][group].items():
            known = found["seen"][group][name]
            rows.append(
                (
                    name,
                    str(one["attacks"]),
                    percent(one["attacks_found"] / one["attacks"], 0),
                    percent(known["attacks_found"] / known["attacks"], 0),
                    str(one["harmless"] + known["harmless"]),
                    str(one["harmless_found"] + known["harmless_found"]),
                )
            )
    return table(head, rows)


def guard_speed(found: Found) -> str:
    """Milliseconds of one check."""
    rows = [
        (f"{found['characters']:,} characters", f"{found['milliseconds']:.0f}"),
        ("a page of 3,000", f"{found['milliseconds a page']:.0f}"),
        (
            "with a denied topic, its sentences known",
            f"{found['milliseconds with a denied topic']:.0f}",
        ),
    ]
    return table(("one check, warm", "milliseconds of processor time"), rows)


MADE: dict[str, Callable[[Found], str]] = {
    "pii": pii,
    "grounding": grounding,
    "attacks": attacks,
    "guard_speed": guard_speed,
}
"""Section to what writes its table."""
