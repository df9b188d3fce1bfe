"""What a document may cost: nothing is paid that would take it over the cap."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import accumulate

from recita.errors import CostCapReachedError
from recita.models.record import Usage
from recita.ports import MAX_TOKENS
from recita.pricing import price
from recita.text.measure import PICTURE_TOKENS, tokens, units

BEDROCK = "bedrock-runtime"
INSTRUCTIONS = 1_500
"""Tokens of the longest instructions, with the JSON Schema of the answer."""
CHECKED = ("contentPolicyUnits", "topicPolicyUnits", "sensitiveInformationPolicyUnits")
"""Policies that a guardrail may have, each paid on its own."""


def nothing() -> float:
    """Return what is paid where nobody counts."""
    return 0.0


class Budget:
    """The cap of one document, and what it has cost; estimates are rather too high."""

    def __init__(self, cap: float = 0.0, spent: Callable[[], float] = nothing) -> None:
        """``cap`` in US dollars, 0 for none; ``spent`` counts what was paid so far."""
        self._cap = cap
        self._spent = spent

    def afford(self, usage: tuple[Usage, ...]) -> None:
        """Raise CostCapReachedError when paying ``usage`` would take the document over its cap."""
        if not self._cap:
            return
        spent, cost = self._spent(), price(usage)
        if spent + cost > self._cap:
            raise CostCapReachedError(spent, cost, self._cap)

    def affordable(self, each: Sequence[float]) -> int:
        """Return how many of these can be paid, from the first on; each is a price."""
        if not self._cap or not each:
            return len(each)
        left = self._cap - self._spent()
        return sum(total <= left for total in accumulate(each))

    def afford_question(self, model_id: str, text: str, *, picture: bool = False) -> None:
        """As ``afford``, for a question to a model: with its repair, and its check coming out."""
        asked = tokens(text) + INSTRUCTIONS + (PICTURE_TOKENS if picture else 0)
        converse = (
            _converse(model_id, "inputTokens", asked),
            _converse(model_id, "outputTokens", MAX_TOKENS),
        )
        self.afford((*converse, *converse, *_checks(units(text))))

    def afford_check(self, text: str, source: str = "", query: str = "") -> None:
        """As ``afford``, for a check by the guardrail."""
        grounded = units(text + source + query) if source else 0
        self.afford((*_checks(units(text)), _check("contextualGroundingPolicyUnits", grounded)))


def _checks(count: int) -> tuple[Usage, ...]:
    return tuple(_check(unit, count) for unit in CHECKED)


def _check(unit: str, count: int) -> Usage:
    return Usage(service=BEDROCK, operation="ApplyGuardrail", calls=1, units=count, unit=unit)


def _converse(model_id: str, unit: str, count: int) -> Usage:
    return Usage(
        service=BEDROCK, operation="Converse", resource=model_id, calls=1, units=count, unit=unit
    )
