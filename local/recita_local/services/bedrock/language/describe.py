"""One or two sentences about a picture, made of what was recognised in it and nothing else."""

from __future__ import annotations

import re
from typing import Any

from recita_local.services.bedrock.guard.attacks import addresses_model
from recita_local.services.bedrock.language.compose import templates
from recita_local.services.bedrock.language.identify import language_of

CERTAIN, LIKELY = 80.0, 55.0
"""Per cent: from here a label is stated, or named as likely; below, not mentioned."""

CLOSE, NEAR_BEST = 3.5, 6.0
"""Points a likely label may be behind its parent, and behind the likeliest."""

MOST, MOST_LIKELY = 4, 2
LONGEST_TEXT = 160
NO_ARTICLE = frozenset({
    "water", "nature", "outdoors", "indoors", "food", "scenery", "grass", "furniture", "text",
    "sand", "architecture", "transportation", "sport", "beverage", "coffee", "tea", "beer", "wine",
    "bread", "rice", "snow", "ice", "smoke", "fire", "art", "clothing", "footwear", "jewelry",
    "vegetation", "hair", "skin", "wood", "metal", "glass", "paper", "soil", "rock", "wildlife",
})  # fmt: skip
"""Label names that are no single thing."""


def describe(
    labels: list[dict[str, Any]],
    text: str,
    faces: int | None,
    language: str | None,
    caption: str = "",
) -> dict[str, Any]:
    """The reply for a picture: labels are ``{name, confidence in per cent, parents}``.

    Its last sentence owns up that no model looked at the picture.
    """
    code = language_of(text if len(text.split()) > 12 else "", language)
    words = templates(code)
    sentences = _shown(labels, words, code)
    if faces:
        sentences.append(words["face"] if faces == 1 else words["faces"].format(count=faces))
    quoted = _quoted(text)
    if quoted:
        sentences.append(words["picture_text"].format(text=quoted))
    if told := _quoted(caption):
        sentences.append(words["picture_caption"].format(text=told))
    sentences.append(words["picture_composed"])
    sure = max((_confidence(label) for label in labels), default=0.0) / 100
    return {
        "title": _title(labels) or words["types"]["other"],
        "document_type": "picture",
        "type_confidence": round(max(0.3, min(0.95, sure)), 2),
        "language": code,
        "sentences": [{"text": one, "pages": [1]} for one in sentences],
        "facts": [],
    }


def _shown(labels: list[dict[str, Any]], words: dict[str, Any], language: str) -> list[str]:
    """What is certain, then what is likely."""
    certain, likely = _certain(labels)[:MOST], _likely(labels)[:MOST_LIKELY]
    named = [_named(found, words["and"], language) for found in (certain, likely)]
    if certain and likely:
        return [
            words["picture"].format(labels=named[0]),
            words["less_certain"].format(labels=named[1]),
        ]
    if certain:
        return [words["picture"].format(labels=named[0])]
    if likely:
        return [words["picture_likely"].format(labels=named[1])]
    return [words["picture_unknown"]]


def _named(labels: list[dict[str, Any]], conjunction: str, language: str) -> str:
    """``a cat (animal, pet) and a sofa``; labels are English, so elsewhere they are quoted."""
    if language != "en":
        parts = [f"“{_plain(str(label['name']))}”" for label in labels]
    else:
        parts = [_in_english(label) for label in labels]
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {conjunction} {parts[-1]}"


def _in_english(label: dict[str, Any]) -> str:
    name = _plain(str(label["name"]))
    parents = ", ".join(_plain(one) for one in _parents(label)[:2])
    return f"{_article(name)}{name} ({parents})" if parents else f"{_article(name)}{name}"


def _certain(labels: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Certain labels that are no parent of another certain one, surest first."""
    sure = [one for one in labels if _confidence(one) >= CERTAIN]
    general = {parent for one in sure for parent in _parents(one)}
    kept = [one for one in sure if one["name"] not in general]
    return sorted(kept, key=lambda one: -_confidence(one))


def _likely(labels: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Likely labels as specific as their confidence allows, likeliest first."""
    found = [one for one in labels if LIKELY <= _confidence(one) < CERTAIN]
    by_name = {one["name"]: _confidence(one) for one in found}
    kept = []
    for one in found:
        own = _confidence(one)
        vague = any(
            one["name"] in _parents(other) and _confidence(other) >= own - CLOSE for other in found
        )
        bold = any(by_name.get(parent, 0.0) > own + CLOSE for parent in _parents(one))
        if not vague and not bold:
            kept.append(one)
    kept.sort(key=lambda one: -_confidence(one))
    return [one for one in kept if _confidence(one) >= _confidence(kept[0]) - NEAR_BEST]


def _confidence(label: dict[str, Any]) -> float:
    return float(label.get("confidence") or 0)


def _parents(label: dict[str, Any]) -> list[str]:
    """Parents come as names or as Rekognition writes them: ``{"Name": …}``."""
    return [
        str(parent.get("Name") or parent.get("name")) if isinstance(parent, dict) else str(parent)
        for parent in label.get("parents") or []
    ]


def _plain(name: str) -> str:
    return name if name.isupper() else name.lower()


def _article(name: str) -> str:
    plural = name.endswith("s") and not name.endswith(("ss", "us", "is"))
    if plural or name in NO_ARTICLE:
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
    return ", ".join(str(one["name"]) for one in (_certain(labels) or _likely(labels))[:2])
