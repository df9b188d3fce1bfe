"""A plan of faults for every wire: decided by the request itself, so that a seed repeats itself.

Whether a request meets a fault is a hash of the plan's seed, the request's own key and how often
that key came before, compared with a rate. Nothing depends on what else runs at the time.
"""

from __future__ import annotations

import hashlib
import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

KINDS = (
    "throttle",
    "error",
    "skew",
    "partial",
    "slow",
    "timeout",
    "reset-before",
    "reset-after",
    "truncate",
    "kill-before",
    "kill-after",
    "lost",
    "late",
    "doubled",
)
"""The last three are for notifications; ``partial`` is for what may be done in part."""

AFTER = frozenset({"reset-after", "truncate", "kill-after"})
"""Kinds that come when the work is done: its reply is lost."""

ANY = "*"
NOTICES = "notices"
"""The service of rules for notifications: S3's (``ObjectCreated``), those of SNS topics
(``Publish``), messages for functions (``Receive``) and of executions (``ExecutionEnded``)."""
PAGE = "ReadPage"
"""A page of a Textract job, as if it were an operation: ``partial`` leaves the page out."""


@dataclass(frozen=True)
class Asked:
    """One request: who asks whom for what."""

    service: str
    operation: str
    key: str
    """The same for the same request, in this run and the next."""
    function: str = ""
    document: str = ""
    write: int = 0
    """The how manieth effect of its document this is, from 1; 0 for a request that only reads."""
    process: str = ""
    """Id of the function's process."""


@dataclass(frozen=True)
class Rule:
    """Which share of which requests meets one of which faults; the first rule that fits counts."""

    kinds: tuple[str, ...]
    rate: float
    service: str = ANY
    operation: str = ANY
    function: str = ANY
    times: int = 0
    """How often one and the same request may meet faults; 0: as often as the rate says."""

    def fits(self, asked: Asked) -> bool:
        """Whether the rule is about this request."""
        if (asked.service == NOTICES) != (self.service == NOTICES):
            return False
        wanted = (self.service, self.operation, self.function)
        given = (asked.service, asked.operation, asked.function)
        return all(want in (ANY, got) for want, got in zip(wanted, given, strict=True))


@dataclass(frozen=True)
class Kill:
    """The end of the process that does a document's ``write``-th effect, before or after it."""

    document: str
    write: int
    kind: str


@dataclass
class Plan:
    """The faults of one laptop; safe to use from any thread."""

    seed: str = ""
    rules: tuple[Rule, ...] = ()
    kills: dict[tuple[str, int], str] = field(default_factory=dict)
    seconds: float = 0.5
    """How long ``slow`` and ``late`` take, and ``timeout`` before the connection ends."""

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._came: Counter[str] = Counter()
        self._met: Counter[str] = Counter()

    @property
    def active(self) -> bool:
        """Whether anything is planned at all."""
        return bool(self.rules or self.kills)

    def due(self, asked: Asked) -> str | None:
        """The fault that this request meets."""
        with self._lock:
            kill = self.kills.pop((asked.document, asked.write), None) if asked.write else None
            return kill or self._by_rule(asked)

    def _by_rule(self, asked: Asked) -> str | None:
        rule = next((rule for rule in self.rules if rule.fits(asked)), None)
        if rule is None:
            return None
        name = f"{asked.service} {asked.operation} {asked.key}"
        number = self._came[name]
        self._came[name] += 1
        if rule.times and self._met[name] >= rule.times:
            return None
        digest = hashlib.sha256(f"{self.seed} {name} {number}".encode()).digest()
        if int.from_bytes(digest[:8], "big") / 2**64 >= rule.rate:
            return None
        self._met[name] += 1
        return rule.kinds[digest[8] % len(rule.kinds)]


def read(asked: dict[str, Any]) -> Plan:
    """The plan of a JSON request; raises ValueError, KeyError or TypeError for what is none."""
    rules = tuple(Rule(**{**rule, "kinds": tuple(rule["kinds"])}) for rule in asked["rules"])
    kills = [Kill(**kill) for kill in asked.get("kills", ())]
    named = {kind for rule in rules for kind in rule.kinds} | {kill.kind for kill in kills}
    if wrong := named - set(KINDS):
        raise ValueError(f"no faults of the kinds {sorted(wrong)}; there are {', '.join(KINDS)}")
    return Plan(
        seed=str(asked.get("seed", "")),
        rules=rules,
        kills={(kill.document, kill.write): kill.kind for kill in kills},
        seconds=float(asked.get("seconds", Plan.seconds)),
    )
