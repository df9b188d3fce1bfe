"""One guardrail over one text: the assessment, the verdict and the masked text."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from recita_local.services.bedrock.guard.masking import mask
from recita_local.services.bedrock.guard.patterns import confidence_of, plain, profanities
from recita_local.services.bedrock.guard.policy import BLOCK, Config, Side, active
from recita_local.services.bedrock.guard.sensitive import Sensitive
from recita_local.services.bedrock.guard.topics import topics_in
from recita_local.services.bedrock.language.embed import Embedder, encodable
from recita_local.services.bedrock.language.grounding import grounding, relevance

RANK = {"NONE": 0, "LOW": 1, "MEDIUM": 2, "HIGH": 3}
NEEDED = {"NONE": 9, "LOW": 3, "MEDIUM": 2, "HIGH": 1}
"""Lowest confidence a filter strength acts on: HIGH acts from LOW up, LOW on HIGH only."""


@dataclass
class Verdict:
    """What became of the texts: ``assessment`` as the service spells it."""

    assessment: dict[str, Any] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)
    blocked: bool = False
    masked: bool = False


@dataclass(frozen=True)
class Grounds:
    """What an answer must rest on, what was asked, and the answer's sentences."""

    source: str
    query: str
    claims: list[str]


class Evaluation:
    """Runs a guardrail's policies over the texts of one side."""

    def __init__(self, config: Config, source: str, embedder: Embedder, *, full: bool) -> None:
        self.config, self.side, self.embedder, self.full = config, Side(source), embedder, full
        self.verdict = Verdict()

    def run(
        self, texts: list[str], grounds: Grounds | None, pictures: dict[str, str] | None = None
    ) -> Verdict:
        """Every configured policy; findings of all texts go into one assessment.

        ``pictures``: confidence by content filter, where pictures were looked at.
        """
        self.verdict.texts = list(texts)
        joined = "\n".join(texts)
        if joined.strip() or pictures:
            self._content(texts, pictures or {})
        if joined.strip():
            self._topics(joined)
            self._words(joined)
            self._sensitive(texts)
        if grounds is not None and self.side.source == "OUTPUT":
            self._grounding(grounds)
        return self.verdict

    def _add(self, policy: str, name: str, entries: list[dict[str, Any]]) -> None:
        shown = [entry for entry in entries if entry["detected"] or self.full]
        if shown:
            self.verdict.assessment.setdefault(policy, {})[name] = shown
        if any(entry["action"] == "BLOCKED" for entry in entries):
            self.verdict.blocked = True

    def _content(self, texts: list[str], pictures: dict[str, str]) -> None:
        entries = []
        pieces = [plain(text) for text in texts]
        for item in active(self.config, "contentPolicy", "filters", self.side):
            kind, strength = item["type"], self.side.strength(item)
            if strength == "NONE" or (kind == "PROMPT_ATTACK" and self.side.source == "OUTPUT"):
                continue
            found = [confidence_of(kind, one) for one in pieces] if self.side.reads(item) else []
            if self.side.sees(item):
                found.append(pictures.get(kind, "NONE"))
            confidence = max(found, key=RANK.__getitem__, default="NONE")
            detected = RANK[confidence] >= NEEDED[strength]
            entries.append(
                {
                    "type": kind,
                    "confidence": confidence,
                    "filterStrength": strength,
                    "action": _blocks(self.side.action(item), detected=detected),
                    "detected": detected,
                }
            )
        self._add("contentPolicy", "filters", entries)

    def _topics(self, text: str) -> None:
        items = active(self.config, "topicPolicy", "topics", self.side)
        found = topics_in(text, items, self.embedder)
        entries = []
        for item in items:
            detected = item["name"] in found
            action = _blocks(self.side.action(item), detected=detected)
            entries.append(
                {"name": item["name"], "type": "DENY", "action": action, "detected": detected}
            )
        self._add("topicPolicy", "topics", entries)

    def _words(self, text: str) -> None:
        custom = []
        for item in active(self.config, "wordPolicy", "words", self.side):
            action = _blocks(self.side.action(item), detected=True)
            custom += [
                {"match": match, "action": action, "detected": True}
                for match in _occurrences([item["text"]], text)
            ]
        self._add("wordPolicy", "customWords", custom)
        managed = []
        for item in active(self.config, "wordPolicy", "managedWordLists", self.side):
            action = _blocks(self.side.action(item), detected=True)
            managed += [
                {"match": match, "type": item["type"], "action": action, "detected": True}
                for match in _occurrences(profanities(), text)
            ]
        self._add("wordPolicy", "managedWordLists", managed)
        policy = self.verdict.assessment.get("wordPolicy")
        if policy:  # the service always writes both lists
            policy.setdefault("customWords", [])
            policy.setdefault("managedWordLists", [])

    def _sensitive(self, texts: list[str]) -> None:
        policy = "sensitiveInformationPolicy"
        found = Sensitive(self.config, self.side)
        for index, text in enumerate(texts):
            spans = found.look_at(text)
            self.verdict.texts[index] = mask(text, spans)
            self.verdict.masked |= bool(spans)
        self._add(policy, "piiEntities", [*found.entities.values(), *found.absent()])
        self._add(policy, "regexes", list(found.regexes.values()))
        if policy in self.verdict.assessment:  # the service always writes both lists
            self.verdict.assessment[policy].setdefault("piiEntities", [])
            self.verdict.assessment[policy].setdefault("regexes", [])

    def _grounding(self, grounds: Grounds) -> None:
        entries = []
        section = self.config.get("contextualGroundingPolicy") or self.config.get(
            "contextualGroundingPolicyConfig"
        )
        for item in (section or {}).get("filters") or (section or {}).get("filtersConfig") or []:
            if not item.get("enabled", True):
                continue
            score = self._score(item["type"], grounds)
            detected = score < item["threshold"]
            entries.append(
                {
                    "type": item["type"],
                    "threshold": item["threshold"],
                    "score": score,
                    "action": _blocks(item.get("action") or BLOCK, detected=detected),
                    "detected": detected,
                }
            )
        if entries:  # scores are reported even when they pass
            self.verdict.assessment["contextualGroundingPolicy"] = {"filters": entries}
        self.verdict.blocked |= any(entry["action"] == "BLOCKED" for entry in entries)

    def _score(self, kind: str, grounds: Grounds) -> float:
        source = encodable(grounds.source)
        if kind == "GROUNDING":
            return grounding(source, grounds.claims, self.embedder)
        return relevance(grounds.query, " ".join(grounds.claims), source, self.embedder)


def _blocks(action: str, *, detected: bool) -> str:
    return "BLOCKED" if detected and action == BLOCK else "NONE"


def _occurrences(phrases: tuple[str, ...] | list[str], text: str) -> list[str]:
    """Each phrase found as whole words, as the text writes it, once."""
    pattern = "|".join(re.escape(phrase) for phrase in phrases)
    found = re.findall(rf"(?<!\w)(?:{pattern})(?!\w)", text, re.IGNORECASE)
    return list(dict.fromkeys(found))
