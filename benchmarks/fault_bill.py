"""What the services' own log of calls says was paid, and paid again, and why."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from recita.adapters.clients import ATTEMPTS

if TYPE_CHECKING:
    from benchmarks.fault_lab import Verdict

KILLS = ("kill-before", "kill-after")

Line = dict[str, Any]
"""Of the log: a call that was answered, or a fault."""


@dataclass(frozen=True)
class Death:
    """The end of a process, or of all with their laptop, between two times."""

    begun: float
    over: float
    process: str | None = None

    def took(self, first: Line, again: Line, lines: list[Line]) -> bool:
        """Whether an answer went with it: its process asked nothing else that is paid before.

        Everything that is paid is kept before the next is asked, so one answer a process at most.
        """
        if self.process not in (None, first["process"]):
            return False
        until = float(again["at"])
        for line in lines:
            if line.get("units") and line["process"] == first["process"]:
                until = min(until, line["at"]) if line["at"] > first["at"] else until
        return self.begun <= until and float(first["at"]) <= self.over


def bill(verdict: Verdict, lines: list[Line], deaths: list[Death]) -> None:
    """Count faults and paid calls; ``deaths`` are those that the log does not tell of."""
    faults = [line for line in lines if "fault" in line]
    verdict.faults = dict(sorted(Counter(line["fault"] for line in faults).items()))
    killed = (line for line in faults if line["fault"] in KILLS)
    died = [*deaths, *(Death(line["at"], line["at"], line["process"]) for line in killed)]
    for (_, _, operation, _), same in _paid(lines).items():
        verdict.minimum_calls += 1
        verdict.paid_calls += len(same)
        for first, again in pairwise(same):
            took = any(death.took(first, again, lines) for death in died)
            if first["lost"] or took or _unwritten(first, again, faults):
                verdict.after_lost_replies += 1
            else:
                verdict.unexplained += 1
                verdict.culprits.append(f"{first['document']}: {operation} paid twice")


def _unwritten(first: Line, again: Line, faults: list[Line]) -> bool:
    """Whether S3 did not take an answer, however often its process tried."""
    tries = Counter(
        line["key"]
        for line in faults
        if (line["process"], line["operation"]) == (first["process"], "PUT")
        if line["fault"] != "slow" and first["at"] <= line["at"] <= again["at"]
    )
    return max(tries.values(), default=0) >= ATTEMPTS


def _paid(lines: list[Line]) -> dict[tuple[str, str, str, str], list[Line]]:
    """Paid calls by who asked what; a client token that comes again is answered with its job.

    Two documents with the same content ask the same, and each pays for itself.
    """
    calls: dict[tuple[str, str, str, str], list[Line]] = defaultdict(list)
    for line in lines:
        name = (line["document"], line["service"], line["operation"], line.get("key", ""))
        if line.get("units") and not (line["operation"].startswith("Start") and calls[name]):
            calls[name].append(line)
    return calls
