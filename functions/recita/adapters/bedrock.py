"""Amazon Bedrock: Converse under the guardrail, and the guardrail alone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from recita.adapters.provider import Provider
from recita.errors import ProviderTooLargeError
from recita.meter import Meter
from recita.models.summary import GuardrailAction, GuardrailUsed
from recita.ports import MAX_TOKENS, TOO_LONG, Answer, GuardedText, Prompt
from recita.ports.limits import Pace
from recita.text.measure import PICTURE_TOKENS, tokens, units

TEMPERATURE = 0.1
TOKENS = ("inputTokens", "outputTokens", "cacheReadInputTokens", "cacheWriteInputTokens")
CACHING = re.compile(r"amazon\.nova|anthropic\.claude")
"""Models that take cache points (Bedrock user guide, "Prompt caching"); others refuse them."""

NAMES = {
    "contentPolicy": ("filters", "type"),
    "topicPolicy": ("topics", "name"),
    "contextualGroundingPolicy": ("filters", "type"),
}
LISTS = {
    "wordPolicy": (("customWords", None), ("managedWordLists", "type")),
    "sensitiveInformationPolicy": (("piiEntities", "type"), ("regexes", "name")),
}


class BedrockGuardrail:
    """One version of one guardrail, called by ApplyGuardrail."""

    def __init__(self, meter: Meter, used: GuardrailUsed, *, pace: Pace | None = None) -> None:
        """``pace`` counts text units."""
        self.used = used
        self._bedrock = Provider("bedrock-runtime", meter, read_timeout=60, pace=pace)

    def check_input(self, text: str) -> GuardedText:
        """Check text before a model sees it; at most 25 text units, less in some accounts."""
        return self._check("INPUT", text)

    def check_output(self, text: str) -> GuardedText:
        """Check text that would leave; at most 25 text units."""
        return self._check("OUTPUT", text)

    def check_grounding(self, text: str, source: str, query: str) -> GuardedText:
        """Check text that would leave, and how far it rests on ``source``."""
        blocks = ((source, "grounding_source"), (query, "query"), (text, "guard_content"))
        reply = self._apply(
            "OUTPUT", [{"text": {"text": said, "qualifiers": [what]}} for said, what in blocks]
        )
        return replace(_applied(text, reply), grounding=_grounding(reply["assessments"]))

    def _check(self, source: str, text: str) -> GuardedText:
        return _applied(text, self._apply(source, [{"text": {"text": text}}]))

    def _apply(self, source: str, content: list[dict[str, Any]]) -> dict[str, Any]:
        reply = self._bedrock.call(
            "apply_guardrail",
            sum(units(block["text"]["text"]) for block in content),
            guardrailIdentifier=self.used.id,
            guardrailVersion=self.used.version,
            source=source,
            content=content,
        )
        for unit, paid in reply["usage"].items():
            if paid:
                self._bedrock.count("ApplyGuardrail", paid, unit)
        return reply


class BedrockModel:
    """One model or inference profile, asked by Converse."""

    def __init__(
        self,
        meter: Meter,
        model_id: str,
        used: GuardrailUsed,
        *,
        guards_pictures: bool = False,
        pace: Pace | None = None,
    ) -> None:
        """``pace`` counts tokens."""
        self.model_id = model_id
        self._used = used
        self._guards_pictures = guards_pictures
        self._bedrock = Provider("bedrock-runtime", meter, read_timeout=300, pace=pace)

    def ask(self, prompt: Prompt) -> Answer:
        """Ask once; the guardrail checks the answer in the same call."""
        try:
            reply = self._bedrock.call("converse", _reserved(prompt), **self._request(prompt))
        except ProviderTooLargeError:
            return Answer("", TOO_LONG, GuardedText("", "NONE"))
        for unit in TOKENS:
            if used := reply["usage"].get(unit):
                self._bedrock.count("Converse", used, unit, resource=self.model_id)
        for unit, used in _guarding(reply):
            self._bedrock.count("Converse", used, unit)
        blocks = reply["output"]["message"]["content"]
        text = "".join(block.get("text", "") for block in blocks)
        return Answer(
            text=text,
            stop_reason=reply["stopReason"],
            verdict=_guarded(text, list(_assessments(reply))),
            question_blocked=_guarded("", _asked(reply)).action == "BLOCKED",
        )

    def _request(self, prompt: Prompt) -> dict[str, Any]:
        return {
            "modelId": self.model_id,
            "system": self._system(prompt),
            "messages": [{"role": "user", "content": self._content(prompt)}],
            "inferenceConfig": {"maxTokens": MAX_TOKENS, "temperature": TEMPERATURE},
            "guardrailConfig": {
                "guardrailIdentifier": self._used.id,
                "guardrailVersion": self._used.version,
                "trace": "enabled",
            },
            "requestMetadata": {"task": prompt.task, **prompt.hints},
        }

    def _system(self, prompt: Prompt) -> list[dict[str, Any]]:
        # The instructions are the same for every document and stand first, so that a model that
        # can reads them once in five minutes.
        system: list[dict[str, Any]] = [{"text": prompt.system}]
        if CACHING.search(self.model_id):
            system.append({"cachePoint": {"type": "default"}})
        return [*system, {"text": prompt.note}]

    def _content(self, prompt: Prompt) -> list[dict[str, Any]]:
        # The document was checked and masked by ApplyGuardrail already. Beside a block that is to
        # be guarded, a plain one is not looked at and not paid for again.
        content: list[dict[str, Any]] = [{"text": prompt.document}]
        if prompt.image:
            image = {"image": {"format": "jpeg", "source": {"bytes": prompt.image}}}
            content.append({"guardContent": image} if self._guards_pictures else image)
        content.append({"guardContent": {"text": {"text": prompt.query}}})
        return content


def _reserved(prompt: Prompt) -> int:
    """Return about the tokens that a question takes of a minute's: the whole answer in advance."""
    said = (prompt.system, prompt.note, prompt.document, prompt.query)
    return sum(tokens(text) for text in said) + bool(prompt.image) * PICTURE_TOKENS + MAX_TOKENS


def _applied(text: str, reply: dict[str, Any]) -> GuardedText:
    changed = reply["action"] == "GUARDRAIL_INTERVENED"
    outputs = "".join(output["text"] for output in reply["outputs"])
    guarded = _guarded(outputs if changed else text, reply["assessments"])
    # It stepped in and let nothing through: whatever the assessments say, that is a block.
    return replace(guarded, action="BLOCKED") if changed and not outputs else guarded


def _assessments(reply: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield what the guardrail found in the question and in the answer."""
    yield from _asked(reply)
    guardrail = reply.get("trace", {}).get("guardrail", {})
    for assessments in guardrail.get("outputAssessments", {}).values():
        yield from assessments


def _asked(reply: dict[str, Any]) -> Iterable[dict[str, Any]]:
    """Return what the guardrail found in the question."""
    found: dict[str, Any] = reply.get("trace", {}).get("guardrail", {}).get("inputAssessment", {})
    return found.values()


def _guarding(reply: dict[str, Any]) -> Iterator[tuple[str, int]]:
    """Yield what the guardrail is paid for beside the model."""
    for assessment in _assessments(reply):
        used = assessment.get("invocationMetrics", {}).get("usage", {})
        yield from ((unit, units) for unit, units in used.items() if units)


def _findings(assessments: Iterable[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """Yield each finding's policy (never what matched) and its action."""
    for assessment in assessments:
        for policy, (member, label) in NAMES.items():
            for found in assessment.get(policy, {}).get(member, ()):
                yield f"{policy}/{found[label]}", _action(found)
        for policy, members in LISTS.items():
            for member, name in members:
                for found in assessment.get(policy, {}).get(member, ()):
                    yield f"{policy}/{found[name] if name else member}", _action(found)


def _action(found: dict[str, Any]) -> str:
    # Only reported: action NONE. Looked for and not found: detected false.
    return "" if found.get("detected") is False else str(found["action"])


def _guarded(text: str, assessments: Iterable[dict[str, Any]]) -> GuardedText:
    findings = sorted(set(_findings(assessments)))
    actions = {action for _, action in findings}
    action: GuardrailAction = "NONE"
    if "BLOCKED" in actions:
        action = "BLOCKED"
    elif "ANONYMIZED" in actions:
        action = "ANONYMIZED"
    return GuardedText(
        text=text,
        action=action,
        policies=tuple(name for name, act in findings if act in ("BLOCKED", "ANONYMIZED")),
        detected=tuple(name for name, act in findings if act == "NONE"),
    )


def _grounding(assessments: Iterable[dict[str, Any]]) -> tuple[float, float] | None:
    for assessment in assessments:
        for found in assessment.get("contextualGroundingPolicy", {}).get("filters", ()):
            if found["type"] == "GROUNDING":
                return float(found["score"]), float(found["threshold"])
    return None
