"""What every step works with: results to write to, a meter, and a record of its own."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from pydantic import BaseModel

from recita.meter import Meter
from recita.models.base import now
from recita.models.document import result_key, step_key, work_key
from recita.models.record import Artifact, Begun, StepError, StepRecord, StepStatus, Warned
from recita.models.summary import GuardrailUsed, Stage, Verdict
from recita.ports import GuardedText, Results

M = TypeVar("M", bound=BaseModel)

JSON = "application/json"
RUN = "run.json"
"""When this run began."""


@dataclass
class StepRun:
    """One run of one step for one document."""

    results: Results
    document_id: str
    name: str
    attempt: int
    started_at: datetime = field(default_factory=now)
    status: StepStatus = "SUCCEEDED"
    artifacts: list[Artifact] = field(default_factory=list)
    warnings: list[Warned] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)
    continued: bool = False
    """Whether it goes on where an earlier run stopped."""
    part: int | None = None
    """Number, from 0, of this part of a step that runs in parts."""

    def publish(
        self, name: str, body: bytes, media_type: str, kind: str, *, language: str | None = None
    ) -> None:
        """Write one file of the result; ``name`` is relative to the document's prefix."""
        self.results.write(result_key(self.document_id, name), body, media_type)
        self.artifacts.append(
            Artifact(
                key=name,
                media_type=media_type,
                bytes=len(body),
                sha256=hashlib.sha256(body).hexdigest(),
                kind=kind,
                language=language,
            )
        )

    def publish_model(
        self, name: str, model: BaseModel, kind: str, *, language: str | None = None
    ) -> None:
        """Write one model as JSON."""
        self.publish(name, to_json(model), JSON, kind, language=language)

    def go_on(self, verdicts: Iterable[Verdict], warnings: Iterable[Warned]) -> None:
        """Take over what an earlier run of this step left: it was paid and judged there."""
        self.continued = True
        self.verdicts += verdicts
        self.warnings += warnings

    def keep(self, name: str, model: BaseModel) -> None:
        """Write an internal record for later steps."""
        self.results.write(work_key(self.document_id, name), to_json(model), JSON)

    def recall(self, name: str, kind: type[M]) -> M | None:
        """Read an internal record of an earlier step."""
        body = self.results.read(work_key(self.document_id, name))
        return kind.model_validate_json(body) if body else None

    def once(self, name: str, kind: type[M], make: Callable[[], M]) -> M:
        """Return a kept record; without one, ``make`` pays for it, and it is kept."""
        kept = self.recall(name, kind)
        if kept is None:
            kept = make()
            self.keep(name, kept)
        else:
            self.go_on((), ())
        return kept

    def forget(self, name: str) -> None:
        """Empty an internal record: what an earlier run left is not this run's."""
        self.results.write(work_key(self.document_id, name), b"", JSON)

    def judge(self, stage: Stage, target: str, guarded: GuardedText, used: GuardrailUsed) -> None:
        """Record a verdict of the guardrail; what it only reports becomes a warning."""
        self.verdicts.append(
            Verdict(
                stage=stage,
                target=target,
                action=guarded.action,
                policies=guarded.policies,
                guardrail=used,
            )
        )
        for policy in guarded.detected:
            self.warn("guardrail-detected", f"{policy} in the {stage} ({target})")

    def warn(self, code: str, message: str) -> None:
        """Tell the reader something that cost nothing of the result."""
        self.warnings.append(Warned(code=code, message=message))


@dataclass(frozen=True)
class Workbench:
    """Results and meter of one invocation."""

    results: Results
    meter: Meter
    cost_cap: float = 0.0
    """US dollars that a document may cost, 0 for no cap."""

    @contextmanager
    def step(
        self, document_id: str, name: str, attempt: int, *, part: int | None = None
    ) -> Iterator[StepRun]:
        """Run a step and leave its record behind, however it ends.

        A step that runs in parts has one record: each part adds to that of the part before, and a
        part that runs again replaces only what itself has added.
        """
        run = StepRun(self.results, document_id, name, attempt, part=part)
        try:
            yield run
        except Exception as error:
            self._record(run, StepError(name=type(error).__name__, message=str(error)[:1000]))
            raise
        self._record(run, None)

    def _record(self, run: StepRun, error: StepError | None) -> None:
        last = self._last(run)
        record = StepRecord(
            name=run.name,
            status="FAILED" if error else run.status,
            started_at=run.started_at,
            ended_at=now(),
            attempts=run.attempt,
            error=error,
            usage=(*(last.usage if last else ()), *self.meter.usage()),
            engines=tuple(dict.fromkeys((*(last.engines if last else ()), *self.meter.engines()))),
            artifacts=tuple(run.artifacts),
            warnings=tuple(run.warnings),
            verdicts=tuple(run.verdicts),
        )
        if last and (run.continued or run.part is not None):
            record = record.model_copy(update={"started_at": last.started_at})
        if last and run.part is not None:
            record = _joined(last, record)
        self.results.write(step_key(run.document_id, run.name), to_json(record), JSON)
        if run.part is not None:
            run.keep(_part_record(run.name, run.part), record)

    @staticmethod
    def _last(run: StepRun) -> StepRecord | None:
        """Return the record that this one goes on with: what was paid stays on the bill."""
        if run.part is None:
            last = run.recall(f"steps/{run.name}.json", StepRecord)
            again = run.attempt > 1 or run.continued
            return last if last and (again or of_this_run(last, run.recall(RUN, Begun))) else None
        name = _part_record(run.name, run.part)
        last = run.recall(name, StepRecord) if run.attempt > 1 else None
        if last is None and run.part:
            last = run.recall(_part_record(run.name, run.part - 1), StepRecord)
        return last


def of_this_run(record: StepRecord, begun: Begun | None) -> bool:
    """Whether a record was left since this run began; nobody knows when no run did."""
    return begun is not None and record.ended_at >= begun.at


def _part_record(name: str, part: int) -> str:
    return f"parts/{name}.{part}.json"


def _joined(last: StepRecord, record: StepRecord) -> StepRecord:
    """Return the record of all parts so far."""
    return record.model_copy(
        update={
            "artifacts": last.artifacts + record.artifacts,
            "engines": tuple(dict.fromkeys(last.engines + record.engines)),
            "warnings": tuple(dict.fromkeys(last.warnings + record.warnings)),
            "verdicts": tuple(dict.fromkeys(last.verdicts + record.verdicts)),
        }
    )


def to_json(model: BaseModel) -> bytes:
    """Return the model as UTF-8 JSON."""
    return model.model_dump_json(indent=1).encode()
