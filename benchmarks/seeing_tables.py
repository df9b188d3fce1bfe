"""The tables that ``docs/seeing.md`` shows, made from ``benchmarks/seeing.json``."""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.reading_tables import Found, percent, table


def tables(found: Found) -> dict[str, str]:
    """Markdown by the name of its place in the page; a section not measured has none."""
    return {name: make(found[name]) for name, make in MADE.items() if name in found}


def labels(found: Found) -> str:
    """Expected labels found, and mistakes, picture by picture."""
    head = ("picture", "expected labels found", "of these at 70 or more", "wrong at 70 or more")
    rows = [
        (
            name,
            f"{one['found']} of {one['expected']}",
            str(one["sure"]),
            ", ".join(one["false"]) or "none",
        )
        for name, one in found["pictures"].items()
    ]
    share = percent(found["found"] / found["expected"], 1)
    mistakes = f"{found['false']}: {found['false_a_picture']:.2f} a picture"
    total = (
        f"all {len(rows)}",
        f"{found['found']} of {found['expected']} ({share})",
        f"{found['sure']} ({percent(found['sure'] / found['expected'], 1)})",
        f"{mistakes}, at most {found['false_most']} in one",
    )
    return table(head, [*rows, total])


def faces(found: Found) -> str:
    """Faces found, and faces that are none."""
    head = ("pictures", "faces in them", "found", "found where there is none")
    names = ("pictures", "faces", "found", "false")
    return table(head, [[str(found[name]) for name in names]])


def sizes(found: Found) -> str:
    """How small things may be."""
    head = ("what", "found from a height of, as share of the longer side")
    return table(head, ((name, percent(share, 1)) for name, share in found.items()))


def speed(found: Found) -> str:
    """Milliseconds of each operation, and memory."""
    rows = [
        (name, str(one["processor_mean"]), str(one["clock_median"]))
        for name, one in found.items()
        if isinstance(one, dict)
    ]
    head = (
        "warm, milliseconds a picture",
        "of processor time, mean",
        "on the clock, median of the best of three",
    )
    return table(head, [*rows, ("peak memory of the engine", f"{found['peak_megabytes']} MB", "")])


def embedded(found: Found) -> str:
    """Pictures of documents: counted by others, and told by us."""
    head = ("document", "pictures known", "told", "of these looked at")
    rows = [
        (name, str(one["known"]), str(one["told"]), str(one["outcomes"].get("seen", 0)))
        for name, one in found["files"].items()
    ]
    seen = sum(one["outcomes"].get("seen", 0) for one in found["files"].values())
    share = percent(found["told"] / found["known"], 1)
    total = (f"all {len(rows)}", str(found["known"]), f"{found['told']} ({share})", str(seen))
    many = found["hundred"]
    speed = many["told"] / many["seconds"]
    measured = table(
        ("a PDF of a hundred pictures of 3 megapixels", ""),
        [
            ("looked at", str(many["outcomes"]["seen"])),
            ("pictures a second", f"{speed:.1f}"),
            ("peak memory of the child", f"{many['peak_megabytes']} MB"),
        ],
    )
    return table(head, [*rows, total]) + "\n" + measured


MADE: dict[str, Callable[[Found], str]] = {
    "labels": labels,
    "faces": faces,
    "sizes": sizes,
    "speed": speed,
    "embedded": embedded,
}
"""Section to what writes its table."""
