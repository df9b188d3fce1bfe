"""HTML from templates: whatever a document or a person says stands in it as text only."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import datetime
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from recita.models.listing import STATUSES
from recita.models.page import Box
from recita.steps.list_documents import CLASSES
from recita.text.languages import primary
from recita.text.readalong import RIGHT_TO_LEFT

HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Categories of characters that show nothing, or turn what stands beside them."""
JOINERS = frozenset("\u200c\u200d")
"""They belong into words of several scripts, and into emoji."""


def render(template: str, **given: Any) -> str:
    """Return a page."""
    return _environment().get_template(template).render(given)


def name(text: str | None) -> str:
    """A name as one line; ``fdp.<right-to-left override>exe`` must not read as a PDF."""
    shown = (
        "\ufffd" if unicodedata.category(sign) in HIDDEN and sign not in JOINERS else sign
        for sign in text or ""
    )
    return "".join(shown) or "(no name)"


def moment(at: datetime | str) -> str:
    """A time in UTC, to the second."""
    found = datetime.fromisoformat(at) if isinstance(at, str) else at
    return f"{found:%Y-%m-%d %H:%M:%S} UTC"


def seconds(step: Any) -> str:
    """How long a step took."""
    if not (step.started_at and step.ended_at):
        return ""
    return f"{(step.ended_at - step.started_at).total_seconds():.1f} s"


def size(number: float) -> str:
    """Bytes as people read them."""
    for unit in ("bytes", "KB", "MB"):
        if number < 1000:
            return f"{number:.0f} {unit}" if unit == "bytes" else f"{number:.1f} {unit}"
        number /= 1000
    return f"{number:.1f} GB"


def percent(ratio: float) -> str:
    """A length in an SVG: a share of the picture's own."""
    return f"{100 * ratio:.3f}%"


def boxed(items: Iterable[Any], attribute: str = "box") -> list[Any]:
    """Those that have a place."""
    return [one for one in items if isinstance(getattr(one, attribute), Box)]


def direction(language: str | None) -> str:
    """The direction that a language is written in."""
    return "rtl" if language and primary(language) in RIGHT_TO_LEFT else "ltr"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("recita_cli.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    for one in (name, moment, seconds, size, percent, boxed, direction):
        environment.filters[one.__name__] = one
    environment.globals |= {"STATUSES": STATUSES, "CLASSES": CLASSES}
    return environment
