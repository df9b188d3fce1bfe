"""The tables that ``docs/speaking.md`` shows, made from ``benchmarks/speaking.json``."""

from __future__ import annotations

from benchmarks.reading_tables import Found, percent, table


def tables(found: Found) -> dict[str, str]:
    """Markdown by the name of its place in the page; a section not measured has none."""
    return {name: make(found[name]) for name, make in MADE.items() if name in found}


def translation(found: Found) -> str:
    """How well each pair is translated."""
    head = ("pair", "chrF", "engine alone", "paragraphs in / out", "characters a second", "calls")
    rows = [
        (
            pair.replace("-", " → "),
            str(one["chrf"]),
            str(one["chrf_engine_alone"]),
            f"{one['paragraphs']} / {one['aligned']}",
            f"{one['characters_a_second']:,}",
            str(one["calls"]),
        )
        for pair, one in found.items()
    ]
    return table(head, rows)


def tokens(found: Found) -> str:
    """What came through."""
    head = ("en →", "hops", "sentences", "tokens", "lost", "sentences left untranslated", "calls")
    rows = [
        (
            target,
            str(one["hops"]),
            str(one["sentences"]),
            str(one["tokens"]),
            ", ".join(one["lost"]) or "none",
            str(one["untranslated"]),
            str(one["calls"]),
        )
        for target, one in found.items()
    ]
    return table(head, rows)


def heard(found: Found) -> str:
    """Heard by a better ear."""
    rows = [(code, _share(one["wrong"], one["words"])) for code, one in found.items()]
    return table(("language", "words wrong, as Whisper hears them"), rows)


def english(found: Found) -> str:
    """Heard and timed."""
    rows = (
        ("words wrong, as pocketsphinx hears them", _share(found["wrong"], found["words"])),
        ("words whose time could be checked", str(found["timed"])),
        ("marked and aligned begin of a word, apart by, median", f"{found['timing_median_ms']} ms"),
        ("… by 95 in a hundred at most", f"{found['timing_95_ms']} ms"),
        ("… with no more than 80 ms", percent(found["within_80_ms"], 1)),
        (
            "pocketsphinx hears words begin earlier than marked by, median",
            f"{-found['timing_shift_ms']} ms",
        ),
    )
    return table(("English, one voice", ""), rows)


def onsets(found: Found) -> str:
    """Sound against marks."""
    rows = (
        ("sentences whose sound begins after a silence", str(found["beginnings"])),
        ("marked and heard, apart by, median", f"{found['median_ms']} ms"),
        ("… at most", f"{found['most_ms']} ms"),
        ("… with no more than 80 ms", percent(found["within_80_ms"], 1)),
    )
    return table(("English, Spanish, Portuguese", ""), rows)


def _share(part: int, whole: int) -> str:
    return f"{part} of {whole} ({percent(part / whole, 1)})"


def speed(found: Found) -> str:
    """Work for a second of speech."""
    head = ("language", "speech", "work a second, on the clock", "work a second, processor time")
    rows = [
        (code, f"{one['seconds']} s", str(one["clock_factor"]), str(one["processor_factor"]))
        for code, one in found.items()
        if isinstance(one, dict)
    ]
    return (
        table(head, rows) + f"\nThe engine's process took {found['peak_megabytes']} MB at most.\n"
    )


def long(found: Found) -> str:
    """One file of many calls."""
    told = f"{found['seconds']} s marked, {found['seconds_by_mutagen']} s by mutagen, "
    rows = (
        ("characters", f"{found['characters']:,}"),
        ("calls", str(found["calls"])),
        ("length", f"{told}{found['seconds_decoded']} s decoded"),
        ("last word begins at", f"{found['last_word_seconds']} s"),
        ("spoken by", found["engine"]),
    )
    return table(("one text, one file", ""), rows)


MADE = {
    "translation": translation,
    "tokens": tokens,
    "heard": heard,
    "english": english,
    "onsets": onsets,
    "speed": speed,
    "long": long,
}
