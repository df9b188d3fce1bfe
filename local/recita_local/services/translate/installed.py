"""Which languages can be translated here, for the API and ``recita doctor``; starts nothing."""

from __future__ import annotations

import os
import shutil
from itertools import pairwise, permutations
from pathlib import Path

PIVOT = "es"
LANGUAGES = {"en": "English", "es": "Spanish", "fr": "French", "pt": "Portuguese"}

HOPS = {
    ("en", "es"): "eng-spa",
    ("es", "en"): "spa-eng",
    ("es", "fr"): "es-fr",
    ("es", "pt"): "es-pt_BR",
    ("fr", "es"): "fr-es",
    ("pt", "es"): "pt-es",
}
"""Language pair to the Apertium mode that translates it; all others go through Spanish."""

HOW_TO_INSTALL = (
    "apt-get install --no-install-recommends "
    "apertium apertium-eng-spa apertium-es-pt apertium-fr-es"
)


def modes_dir() -> Path:
    """Where Debian puts Apertium's modes; ``APERTIUM_MODES`` names another folder."""
    return Path(os.environ.get("APERTIUM_MODES") or "/usr/share/apertium/modes")


def route(source: str, target: str) -> tuple[str, ...]:
    """Apertium modes that lead from one language to another; empty when there are none here.

    Asks for the modes' files and for the program, so it is right after an installation.
    """
    if source == target:
        return ()
    stops = [source, target] if PIVOT in (source, target) else [source, PIVOT, target]
    modes = tuple(HOPS.get(hop, "") for hop in pairwise(stops))
    folder = modes_dir()
    if not all(mode and (folder / f"{mode}.mode").is_file() for mode in modes):
        return ()
    return modes if shutil.which("apertium") else ()


def hops(source: str, target: str) -> list[tuple[str, str, str]]:
    """Each step of the route: from, to, Apertium mode."""
    modes = route(source, target)
    stops = [source, target] if len(modes) == 1 else [source, PIVOT, target]
    return [(*hop, mode) for hop, mode in zip(pairwise(stops), modes, strict=False)]


def installed_pairs() -> list[tuple[str, str]]:
    """Ordered language pairs that can be translated now."""
    return [pair for pair in permutations(LANGUAGES, 2) if route(*pair)]
