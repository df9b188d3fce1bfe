"""What a file will cost: read as the pipeline reads it, then rehearsed in three outcomes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

from recita.meter import Meter
from recita.models.document import Children, Document, Upload, work_key
from recita.models.page import Reading
from recita.models.picture import Inventory
from recita.models.reasons import Reason
from recita.models.record import Usage
from recita.models.steps import InspectInput, PicturesFound, StepInput
from recita.ports import UploadedFile
from recita.pricing import price, priced, table
from recita.steps import find_pictures, inspect_document, read_pages
from recita.steps.handover import CHILDREN, INVENTORY, PENDING, READING
from recita.steps.workbench import Workbench
from recita.text.identify import identify

from recita_cli.ordering import Order
from recita_cli.outcomes import OUTCOMES, Extent, Outcome
from recita_cli.rehearsing import Rehearsal
from recita_cli.scratch import ScratchResults, ScratchUploads
from recita_cli.standins_reading import BlankOcr

SMALL = "small change"
"""The stage of what the manifest does not count: states, functions and requests."""
STAGES = ("read", "see", "understand", "describe", "translate", "speak", SMALL)
GIGABYTES = 2
"""Of memory of a function, about."""
TRANSITIONS, PER_BATCH, PER_LANGUAGE, PER_ROUND = 26, 3, 6, 5
"""States that a document goes through, and those that pictures, languages and OCR add."""


@dataclass(frozen=True)
class Line:
    """One thing that is paid: its units and US dollars in each outcome."""

    stage: str
    used: Usage
    """Of one unit, which tells its price."""
    units: Mapping[Extent, float]

    @property
    def price(self) -> float:
        """US dollars for a unit."""
        return price((self.used,))

    def cost(self, extent: Extent) -> float:
        """US dollars in one outcome."""
        return self.units[extent] * self.price

    def as_data(self) -> dict[str, Any]:
        """The line for scripts."""
        return {
            "stage": self.stage,
            "service": self.used.service,
            "operation": self.used.operation,
            "unit": self.used.unit,
            **({"resource": self.used.resource} if self.used.resource else {}),
            "price": self.price,
            "units": {name: round(units) for name, units in self.units.items()},
            "cost": {name: round(self.cost(name), 6) for name in self.units},
        }


@dataclass
class Costs:
    """What one document will cost, or why it will be rejected."""

    name: str
    document: Document
    reading: Reading = field(default_factory=lambda: Reading(pages=()))
    pictures: int = 0
    lines: list[Line] = field(default_factory=list)

    @property
    def reason(self) -> Reason | None:
        """Why it is rejected, before anything is paid."""
        return self.document.reason

    @property
    def scanned(self) -> int:
        """Pages that need OCR."""
        return sum(page.method == "ocr" for page in self.reading.pages)

    @property
    def language(self) -> str:
        """The language of its own text, empty where nobody can tell yet."""
        found = identify("\n".join(page.text for page in self.reading.pages[:50]))
        return found.code if found else ""

    def total(self, extent: Extent) -> float:
        """US dollars, as the manifest counts them."""
        return sum(line.cost(extent) for line in self.lines if line.stage != SMALL)

    def reaches(self, cap: float) -> Literal["never", "perhaps", "surely"]:
        """Whether it will cost more than ``cap``; 0 is no cap."""
        if not cap or self.total("most") <= cap:
            return "never"
        return "surely" if self.total("least") > cap else "perhaps"

    def unpriced(self, models: Iterable[str]) -> list[str]:
        """Return those models that the price table does not know, if any would be asked."""
        return sorted({model for model in models if self.lines and not priced(model)})

    def small_change(self, extent: Extent) -> float:
        """US dollars that the manifest does not count."""
        return sum(line.cost(extent) for line in self.lines if line.stage == SMALL)


@dataclass(frozen=True)
class Asked:
    """A file, what it is called, and what would be asked for as the upload's metadata."""

    file: Path
    name: str
    wishes: Mapping[str, str] = field(default_factory=dict)


def costs_of(asked: Asked, order: Order) -> Iterator[Costs]:
    """Yield what a file costs, then what each file attached to it does."""
    with TemporaryDirectory(prefix="recita-") as folder:
        uploads = ScratchUploads(Path(folder))
        sent = uploads.put(Path(asked.name).name, UploadedFile(asked.file, dict(asked.wishes)))
        waiting = [(asked.name, sent)]
        while waiting:
            called, upload = waiting.pop(0)
            results = ScratchResults(Path(folder))
            yield _costs(called, upload, Looked(order, uploads, results))
            body = results.read(work_key(upload.document_id, CHILDREN))
            for child in Children.model_validate_json(body).children if body else ():
                sent = upload.model_copy(
                    update={"document_id": child.document_id, "key": child.key}
                )
                waiting.append((f"{called} > {child.name}", sent))


def costs_by_order(asked: Asked, orders: Iterable[Order]) -> list[Costs]:
    """Return what one file costs by each order; it is read once, attachments are left out."""
    with TemporaryDirectory(prefix="recita-") as folder:
        uploads, results = ScratchUploads(Path(folder)), ScratchResults(Path(folder))
        sent = uploads.put(Path(asked.name).name, UploadedFile(asked.file, dict(asked.wishes)))
        return [_costs(asked.name, sent, Looked(one, uploads, results)) for one in orders]


@dataclass(frozen=True)
class Looked:
    """What a document is looked at with."""

    order: Order
    uploads: ScratchUploads
    results: ScratchResults

    @property
    def bench(self) -> Workbench:
        """Of one invocation that is paid nothing."""
        return Workbench(self.results, Meter())

    def recalled(self, upload: Upload, name: str) -> bytes | None:
        """Return what a step left behind."""
        return self.results.read(work_key(upload.document_id, name))


def _costs(name: str, upload: Upload, by: Looked) -> Costs:
    document = inspect_document.run(
        InspectInput(upload=upload), bench=by.bench, uploads=by.uploads, defaults=by.order.defaults
    )
    if document.reason:
        return Costs(name, document)
    given = StepInput(document=document)
    if not by.recalled(upload, PENDING) and not by.recalled(upload, READING):
        read_pages.run(given, bench=by.bench, uploads=by.uploads, ocr=BlankOcr())
    found = find_pictures.run(given, bench=by.bench, uploads=by.uploads, most=by.order.max_pictures)
    body = by.recalled(upload, PENDING) or by.recalled(upload, READING)
    reading = Reading.model_validate_json(body or b"")
    inventory = Inventory.model_validate_json(by.recalled(upload, INVENTORY) or b"{}")
    lines = _lines(document, reading, found, by)
    return Costs(name, document, reading, len(inventory.pictures), lines)


def _lines(document: Document, reading: Reading, found: PicturesFound, by: Looked) -> list[Line]:
    """Return a line for whatever is paid in any outcome, in the order of the stages."""
    units: dict[tuple[str, str, str, str, str], dict[Extent, float]] = {}
    for outcome in OUTCOMES:
        rehearsal = Rehearsal(by.order, outcome, document, reading.pages, found, by.results.fork())
        rehearsal.run()
        rehearsal.usage[SMALL] = list(_small_change(rehearsal, outcome))
        for stage, usage in rehearsal.usage.items():
            for used in usage:
                key = (stage, used.service, used.operation, used.unit, used.resource or "")
                zero: dict[Extent, float] = dict.fromkeys(("least", "likely", "most"), 0.0)
                units.setdefault(key, zero)[outcome.name] += used.units
    lines = [_line(key, _ordered(told)) for key, told in units.items()]
    return sorted((x for x in lines if x.price), key=lambda line: STAGES.index(line.stage))


def _ordered(units: dict[Extent, float]) -> dict[Extent, float]:
    """Return units so that the least are the least: a picture full of text is not described."""
    return units | {"least": min(units.values()), "most": max(units.values())}


def _line(key: tuple[str, str, str, str, str], units: Mapping[Extent, float]) -> Line:
    stage, service, operation, unit, resource = key
    used = Usage(
        service=service,
        operation=operation,
        resource=resource or None,
        calls=1,
        units=1,
        unit=unit,
        estimated=True,
    )
    return Line(stage, used, units)


def _small_change(rehearsal: Rehearsal, outcome: Outcome) -> Iterator[Usage]:
    languages, batches = len(rehearsal.document.languages), len(rehearsal.found.batches)
    rounds = (1 + outcome.analysed) * any(page.method == "ocr" for page in rehearsal.pages)
    states = TRANSITIONS + PER_BATCH * batches + PER_LANGUAGE * languages + PER_ROUND * rounds
    runs = rehearsal.invocations + 3  # admission, publishing, and the end of the execution
    meter = Meter()
    meter.count("states", "StartExecution", units=states, unit="transitions")
    meter.count("lambda", "Invoke", units=runs, unit="requests")
    seconds = runs * outcome.step_seconds * GIGABYTES
    meter.count("lambda", "Invoke", units=seconds, unit="gigabyte seconds")
    meter.count("s3", "PutObject", units=rehearsal.results.writes, unit="requests")
    meter.count("s3", "GetObject", units=rehearsal.results.reads, unit="requests")
    yield from meter.usage()


def cost_as_data(costs: Costs) -> dict[str, Any]:
    """Return the totals of a document for scripts."""
    return {
        "currency": table()["currency"],
        **{outcome.name: round(costs.total(outcome.name), 6) for outcome in OUTCOMES},
        "price_table": table()["version"],
    }
