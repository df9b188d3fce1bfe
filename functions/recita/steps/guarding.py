"""Checks of texts that may be larger than the guardrail takes at once; no part is paid twice."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import asdict, dataclass

from recita.errors import ProviderTooLargeError
from recita.models.base import Model
from recita.models.summary import GuardrailAction, GuardrailUsed
from recita.ports import GuardedText, Guardrail
from recita.steps.workbench import StepRun
from recita.text.prompting import cut_before

SMALLEST = 1_000
"""Characters of one text unit: less is never too much for a guardrail."""
SEVERITY: tuple[GuardrailAction, ...] = ("NONE", "ANONYMIZED", "BLOCKED")

Check = Callable[[str], GuardedText]


class KeptCheck(Model):
    """What the guardrail said of a text."""

    text: str
    action: GuardrailAction
    policies: tuple[str, ...] = ()
    detected: tuple[str, ...] = ()


@dataclass(frozen=True)
class Guarding:
    """Checks of one step's texts, by one guardrail."""

    step: StepRun
    guardrail: Guardrail

    @property
    def used(self) -> GuardrailUsed:
        """The guardrail."""
        return self.guardrail.used

    def check_input(self, text: str) -> GuardedText:
        """Check text before a model sees it; the parts of a large one are kept, the whole not."""
        return self._whole("INPUT", self.guardrail.check_input, text)

    def check_output(self, text: str) -> GuardedText:
        """Check text that would leave, as above."""
        return self._whole("OUTPUT", self.guardrail.check_output, text)

    def check_output_once(self, text: str, before: Callable[[], None]) -> GuardedText:
        """Check text that would leave, and keep the verdict; ``before`` is called if it is paid."""

        def pay(text: str) -> GuardedText:
            before()
            return self.check_output(text)

        return self._once("OUTPUT", pay, text)

    def _whole(self, source: str, check: Check, text: str) -> GuardedText:
        try:
            return check(text)
        except ProviderTooLargeError:
            if len(text) <= SMALLEST:
                raise
        # How much one call takes is the account's own; a 429 may mean "too big", not "too fast".
        cut = cut_before(text, len(text) // 2)
        parts = text[:cut], text[cut:]
        first, second = (
            self._once(source, lambda part: self._whole(source, check, part), part)
            for part in parts
        )
        worse = max(first, second, key=lambda one: SEVERITY.index(one.action))
        return GuardedText(
            text=worse.text if worse.action == "BLOCKED" else first.text + second.text,
            action=worse.action,
            policies=tuple(sorted({*first.policies, *second.policies})),
            detected=tuple(sorted({*first.detected, *second.detected})),
        )

    def _once(self, source: str, check: Check, text: str) -> GuardedText:
        asked = (source, self.used.id, self.used.version, text)
        place = f"checked/{hashlib.sha256(repr(asked).encode()).hexdigest()}.json"

        def pay() -> KeptCheck:
            said = asdict(check(text))
            return KeptCheck(**{name: said[name] for name in KeptCheck.model_fields})

        return GuardedText(**self.step.once(place, KeptCheck, pay).model_dump())
