"""Guardrails at work: their definitions from the control plane, their verdicts from the engine."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from recita_local.services.bedrock.answers import Ask, ask_language
from recita_local.services.bedrock.guard.units import units
from recita_local.services.bedrock.pictures import confidences, sees_pictures
from recita_local.wire.service import RequestContext, ServiceError

ENGINE = "recita-guardrail/1"
DRAFT_SECONDS = 5.0
"""A DRAFT may change any time; a numbered version never does."""

SOURCE_CHARACTERS, QUERY_CHARACTERS, ANSWER_CHARACTERS = 100_000, 1_000, 5_000
"""Limits of a contextual grounding check."""

Fetch = Mapping[str, Any]


Fetcher = Callable[[RequestContext, str, str], Fetch]
"""Where definitions come from: identifier and version give GetGuardrail's reply."""


@dataclass(frozen=True)
class Guardrail:
    """One version of a guardrail."""

    config: Mapping[str, Any]

    @property
    def id(self) -> str:
        """The id, which keys a trace's assessments."""
        return str(self.config["guardrailId"])

    @property
    def applied(self) -> dict[str, Any]:
        """``appliedGuardrailDetails`` of an assessment."""
        return {
            "guardrailId": self.id,
            "guardrailVersion": str(self.config["version"]),
            "guardrailArn": str(self.config["guardrailArn"]),
            "guardrailOrigin": ["REQUEST"],
            "guardrailOwnership": "SELF",
        }

    def has(self, policy: str) -> bool:
        """Whether a policy is configured."""
        return bool(self.config.get(policy))

    @property
    def grounding_filters(self) -> list[dict[str, Any]]:
        """The contextual grounding filters, if any."""
        section = self.config.get("contextualGroundingPolicy") or {}
        return list(section.get("filters") or [])


@dataclass(frozen=True)
class Check:
    """Texts to check on one side, and for answers what they must rest on."""

    source: str
    texts: Sequence[str]
    grounds: dict[str, Any] | None = None
    full: bool = False
    images: Sequence[bytes] = ()


@dataclass(frozen=True)
class Outcome:
    """A verdict in the service's words."""

    assessment: dict[str, Any]
    texts: list[str]
    blocked: bool
    masked: bool
    usage: dict[str, int]
    milliseconds: int
    pictures: int = 0
    """Pictures that were looked at."""

    @property
    def action(self) -> str:
        """NONE or GUARDRAIL_INTERVENED."""
        return "GUARDRAIL_INTERVENED" if self.blocked or self.masked else "NONE"

    @property
    def reason(self) -> str:
        """Why, as the service says it."""
        if self.blocked:
            return "Guardrail blocked."
        return "Guardrail masked." if self.masked else "No action."


def control_plane(context: RequestContext, identifier: str, version: str) -> Fetch:
    """The definition, asked for as any client would."""
    try:
        reply: Fetch = context.client("bedrock").get_guardrail(
            guardrailIdentifier=identifier, guardrailVersion=version
        )
    except ClientError as error:
        code = error.response["Error"]["Code"]
        known = code in {"ResourceNotFoundException", "ValidationException"}
        message = error.response["Error"].get("Message", str(error))
        raise (ServiceError(code, message) if known else _unreachable(error)) from error
    except BotoCoreError as error:
        raise _unreachable(error) from error
    if not reply.get("guardrailId"):
        raise _unreachable("its definition came back empty")
    return reply


def _unreachable(why: Any) -> ServiceError:
    return ServiceError(
        "ServiceUnavailableException",
        f"The guardrail's definition could not be read ({why}), so nothing was let through: "
        "try again.",
        status=503,
    )


class Guardrails:
    """Definitions by identifier and version, remembered."""

    def __init__(self, fetch: Fetcher = control_plane) -> None:
        self._fetch = fetch
        self._known: dict[tuple[str, str, str], tuple[float, Guardrail]] = {}
        self._lock = Lock()

    def get(self, context: RequestContext, identifier: str, version: str) -> Guardrail:
        """One version; raises ResourceNotFoundException for one that does not exist."""
        key = (context.endpoint_url, identifier, version)
        with self._lock:
            until, found = self._known.get(key, (0.0, None))
        if found and time.monotonic() < until:
            return found
        guardrail = Guardrail(self._fetch(context, identifier, version))
        seconds = DRAFT_SECONDS if version == "DRAFT" else float("inf")
        with self._lock:
            self._known[key] = (time.monotonic() + seconds, guardrail)
        return guardrail


def evaluate(guardrail: Guardrail, check: Check, ask: Ask = ask_language) -> Outcome:
    """Run the guardrail over the texts of one side."""
    _check_grounding_limits(guardrail, check)
    started = time.perf_counter()
    grounds = check.grounds if guardrail.grounding_filters else None
    seen = check.images if sees_pictures(guardrail.config, check.source) else ()
    verdict = ask(
        "assess",
        {
            "config": dict(guardrail.config),
            "source": check.source,
            "texts": list(check.texts),
            "grounds": grounds,
            "full": check.full,
            "pictures": confidences(seen) if seen else {},
        },
    )
    return Outcome(
        assessment={**verdict["assessment"], "appliedGuardrailDetails": guardrail.applied},
        texts=verdict["texts"],
        blocked=verdict["blocked"],
        masked=verdict["masked"] and not verdict["blocked"],
        usage=usage_of(guardrail, check) | ({"contentPolicyImageUnits": len(seen)} if seen else {}),
        milliseconds=round(1000 * (time.perf_counter() - started)),
        pictures=len(seen),
    )


def usage_of(guardrail: Guardrail, check: Check) -> dict[str, int]:
    """Text units each configured policy is charged for."""
    content = units(sum(map(len, check.texts)))
    sensitive: Mapping[str, Any] = guardrail.config.get("sensitiveInformationPolicy") or {}
    grounds = check.grounds if check.source == "OUTPUT" and guardrail.grounding_filters else None
    grounded = sum(len(one) for one in (grounds or {}).values() if isinstance(one, str))
    grounded += sum(map(len, (grounds or {}).get("claims", ())))
    return {
        "topicPolicyUnits": content if guardrail.has("topicPolicy") else 0,
        "contentPolicyUnits": content if guardrail.has("contentPolicy") else 0,
        "wordPolicyUnits": content if guardrail.has("wordPolicy") else 0,
        "sensitiveInformationPolicyUnits": content if sensitive.get("piiEntities") else 0,
        "sensitiveInformationPolicyFreeUnits": content if sensitive.get("regexes") else 0,
        "contextualGroundingPolicyUnits": units(grounded),
    }


def metrics(outcome: Outcome, characters: tuple[int, int], images: int = 0) -> dict[str, Any]:
    """``invocationMetrics`` of an assessment; ``characters`` are guarded and all."""
    return {
        "guardrailProcessingLatency": outcome.milliseconds,
        "usage": outcome.usage,
        "guardrailCoverage": coverage(characters, (outcome.pictures, images)),
    }


def coverage(characters: tuple[int, int], images: tuple[int, int] = (0, 0)) -> dict[str, Any]:
    """What was looked at, of how much."""
    found: dict[str, Any] = {"textCharacters": {"guarded": characters[0], "total": characters[1]}}
    if images[1]:
        found["images"] = {"guarded": images[0], "total": images[1]}
    return found


def _check_grounding_limits(guardrail: Guardrail, check: Check) -> None:
    if not guardrail.grounding_filters or check.grounds is None:
        return
    sizes = (
        ("grounding source", len(check.grounds["source"]), SOURCE_CHARACTERS),
        ("query", len(check.grounds["query"]), QUERY_CHARACTERS),
        ("response", sum(map(len, check.grounds["claims"])), ANSWER_CHARACTERS),
    )
    for name, size, limit in sizes:
        if size > limit:
            raise ServiceError(
                "ValidationException",
                f"The {name} of a contextual grounding check has {size} characters; "
                f"the limit is {limit}. Send a shorter one.",
            )
