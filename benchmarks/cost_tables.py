"""What docs/cost.md takes from ``benchmarks/cost.json``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from benchmarks.cost import LEVERS, SHOWN, WAYS

Found = Any
AIM = 0.05
"""US dollars for a born-digital document that is spoken in one language."""
SMALL = "small change"
PUBLISHED = (
    ("GenAI IDP 0.6.9: 100 rows, extracted in one pass", "0.122 to 0.127"),
    ("the same, its advanced extraction", "0.166 to 0.262"),
    ("GenAI IDP 0.6.5: 9 pages, 400 rows, one pass", "0.614"),
    ("GenAI IDP 0.6.5: 17 pages, 800 rows, one pass", "1.782"),
    ("GenAI IDP 0.6.5: 66 pages, 3,200 rows, advanced", "20.93"),
)
"""The product's own figures, from its benchmark pages."""


def tables(found: Found) -> dict[str, str]:
    """Markdown by the name of its place in the page."""
    return {
        "kinds": kinds(found),
        "aim": aim(found),
        "calculations": "\n".join(calculations(found)),
        "levers": levers(found),
        "beside": beside(found),
        "assumptions": "".join(f"- {line}\n" for line in found["assumptions"]),
        "prices": f"Prices are those of `prices.json` as of {found['price_table']}.\n",
    }


def kinds(found: Found) -> str:
    """Likely US dollars by kind and way, with the least and the most of them."""
    head = f"| | {' | '.join(WAYS)} |\n|---{'|---' * len(WAYS)}|\n"
    return head + "".join(
        f"| {name} | {' | '.join(_range(kind['ways'][way]) for way in WAYS)} |\n"
        for name, kind in found["kinds"].items()
    )


def _range(cost: dict[str, Any]) -> str:
    return f"**{cost['likely']:.3f}** ({cost['least']:.3f} to {cost['most']:.3f})"


def aim(found: Found) -> str:
    """Whether each short born-digital kind stays below the aim."""
    rows = [
        (name, way, kind["ways"][way]["likely"])
        for name, kind in found["kinds"].items()
        if not kind["for_ocr"]
        for way in ("spoken in its own language", SHOWN)
    ]
    head = f"| born digital | one language | likely USD | at most {AIM} |\n|---|---|---|---|\n"
    return head + "".join(
        f"| {name} | {way} | {cost:.4f} | {'yes' if cost <= AIM else 'no'} |\n"
        for name, way, cost in rows
    )


def calculations(found: Found) -> Iterator[str]:
    """Yield each kind's lines: units times price, and their sum."""
    for name, kind in found["kinds"].items():
        cost = kind["ways"][SHOWN]
        yield f"### {name[0].upper()}{name[1:]}\n"
        yield f"{_holds(kind)}, {SHOWN}: likely USD {cost['likely']:.4f}.\n"
        yield "| stage | what is paid | units | USD each | USD |\n|---|---|---|---|---|"
        paid = [line for line in kind["lines"] if line["stage"] != SMALL]
        yield from (_line(line) for line in paid if line["units"]["likely"])
        yield f"| | **as the manifest counts it** | | | **{cost['likely']:.4f}** |"
        yield f"| {SMALL} | states, functions, S3 requests | | | {kind['small_change']:.4f} |\n"


def _holds(kind: dict[str, Any]) -> str:
    held = [f"{kind['pages']} page{'s' if kind['pages'] > 1 else ''}"]
    held += [f"{kind['characters']:,} characters of its own"] if kind["characters"] else []
    held += [f"{kind['for_ocr']} for OCR"] if kind["for_ocr"] else []
    held += [f"{kind['pictures']} picture"] if kind["pictures"] else []
    return ", ".join(held)


def _line(line: dict[str, Any]) -> str:
    what = f"{line['service']} {line['operation']} {line['unit']}"
    units, cost = line["units"]["likely"], line["cost"]["likely"]
    return f"| {line['stage']} | {what} | {units:,} | {line['price']:.8f} | {cost:.4f} |"


def levers(found: Found) -> str:
    """What each parameter saves of a kind's likely and most cost, where it saves anything."""
    kinds = {name: kind for name, kind in found["kinds"].items() if kind["levers"]}
    head = f"| parameter | {' | '.join(kinds)} |\n|---{'|---' * len(kinds)}|\n"
    rows = ""
    for lever in LEVERS:
        saved = [_saved(kind["levers"][lever]) for kind in kinds.values()]
        rows += f"| `{lever}` | {' | '.join(saved)} |\n" if any(saved) else ""
    return head + rows


def _saved(saved: dict[str, float]) -> str:
    if not (round(saved["likely"], 4) or round(saved["most"], 4)):
        return ""
    return f"{saved['likely']:.4f} (most: {saved['most']:.4f})"


def beside(found: Found) -> str:
    """The leading product's published figures, and ours for what is nearest."""
    ours, scan = found["kinds"]["report, 10 pages"], found["kinds"]["scan, 10 pages"]
    tables_price = next(x["price"] for x in scan["lines"] if x["unit"] == "TABLES pages")
    summed = scan["ways"]["read and summed up"]["likely"]
    whole = scan["ways"][SHOWN]["likely"]
    digital = ours["ways"][SHOWN]["likely"]
    pages = scan["pages"]
    tabled = f"{pages} x {tables_price:.3f} for tables"
    rows = [(what, cost, "") for what, cost in PUBLISHED]
    rows += [
        ("Recita: 10 scanned pages, read and summed up", f"{summed:.3f}", ""),
        (
            "the same, every page analysed for tables",
            f"{summed + pages * tables_price:.3f}",
            f"{summed:.3f} + {tabled}",
        ),
        (
            "the same, translated and spoken, too",
            f"{whole + pages * tables_price:.3f}",
            f"{whole:.3f} + {tabled}",
        ),
        ("Recita: 10 born-digital pages, translated and spoken", f"{digital:.3f}", ""),
    ]
    head = "| document | USD | calculation |\n|---|---|---|\n"
    return head + "".join(f"| {what} | {cost} | {how} |\n" for what, cost, how in rows)
