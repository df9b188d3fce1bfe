"""One or two sentences about a picture, made of what was recognised in it and nothing else."""

from __future__ import annotations

import re
from typing import Any

from recita_local.services.bedrock.guard.attacks import addresses_model
from recita_local.services.bedrock.language.compose import templates
from recita_local.services.bedrock.language.identify import language_of

CERTAIN = 60.0
"""Per cent; a label below this is not worth a sentence."""

MOST = 4
LONGEST_TEXT = 160


def describe(
    labels: list[dict[str, Any]], text: str, faces: int | None, language: str | None
) -> dict[str, Any]:
    """The reply for a picture: labels are ``{name, confidence in per cent, parents}``."""
    code = language_of(text if len(text.split()) > 12 else "", language)
    words = templates(code)
    named = _named(labels, words["and"], code)
    sentences = [words["picture"].format(labels=named) if named else words["picture_unknown"]]
    if faces:
        sentences.append(words["face"] if faces == 1 else words["faces"].format(count=faces))
    quoted = _quoted(text)
    if quoted:
        sentences.append(words["picture_text"].format(text=quoted))
    sure = max((_confidence(label) for label in labels), default=0.0) / 100
    return {
        "title": _title(labels) or words["types"]["other"],
        "document_type": "picture",
        "type_confidence": round(max(0.3, min(0.95, sure)), 2),
        "language": code,
        "sentences": [{"text": one, "pages": [1]} for one in sentences],
        "facts": [],
    }


def _named(labels: list[dict[str, Any]], conjunction: str, language: str) -> str:
    """``a cat (animal, pet) and a sofa``: most specific first, parents in brackets."""
    shown = _specific(labels)[:MOST]
    parts = []
    for label in shown:
        name = _plain(str(label["name"]))
        parents = [_plain(_parent_name(one)) for one in label.get("parents") or []][:2]
        text = f"{_article(name)}{name}" if language == "en" else f"“{name}”"
        parts.append(f"{text} ({', '.join(parents)})" if parents and language == "en" else text)
    return (
        parts[0]
        if len(parts) == 1
        else f" {conjunction} ".join([", ".join(parts[:-1]), parts[-1]])
        if parts
        else ""
    )


def _specific(labels: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Certain labels that are no parent of another certain one, surest first."""
    sure = [one for one in labels if _confidence(one) >= CERTAIN]
    parents = {_parent_name(parent) for one in sure for parent in one.get("parents") or []}
    kept = [one for one in sure if one["name"] not in parents]
    return sorted(kept, key=lambda one: -_confidence(one))


def _confidence(label: dict[str, Any]) -> float:
    return float(label.get("confidence") or 0)


def _parent_name(parent: Any) -> str:
    """Parents come as names or as Rekognition writes them: ``{"Name": …}``."""
    return (
        str(parent.get("Name") or parent.get("name")) if isinstance(parent, dict) else str(parent)
    )


def _plain(name: str) -> str:
    return name if name.isupper() else name.lower()


def _article(name: str) -> str:
    plural = name.endswith("s") and not name.endswith(("ss", "us", "is"))
    mass = {"water", "nature", "outdoors", "food", "scenery", "grass", "furniture", "text", "sand"}
    if plural or name in mass:
        return ""
    return "an " if name[0] in "aeiou" else "a "


def _quoted(text: str) -> str:
    """The text in the picture, shortened; instructions to a model are left out."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    joined = re.sub(r"\s+", " ", " ".join(line for line in lines if not addresses_model(line)))
    if addresses_model(joined) or not re.search(r"\w\w", joined):
        return ""
    if len(joined) <= LONGEST_TEXT:
        return joined.rstrip(".")
    return joined[:LONGEST_TEXT].rsplit(" ", 1)[0] + " …"


def _title(labels: list[dict[str, Any]]) -> str:
    return ", ".join(str(one["name"]) for one in _specific(labels)[:2])
