"""OCR of one page, at once; what has been paid is kept and not asked again."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from pydantic import Field

from recita.errors import ProviderRefusedError
from recita.models.base import Model
from recita.models.page import Feature, Page
from recita.ports import Ocr, OcrResult
from recita.steps.workbench import StepRun
from recita.text.features import worth


class OcrAnswer(Model):
    """The page that was read, or nothing."""

    pages: tuple[Page, ...] = ()
    failed: dict[int, str] = Field(default_factory=dict)


def analysed(features: Sequence[Feature]) -> str:
    """Return what was looked for beside text, in words for the manifest."""
    return f"analysed for {', '.join(features)}" if features else ""


def read_once(step: StepRun, ocr: Ocr, body: bytes, features: Sequence[Feature] = ()) -> OcrResult:
    """Return what OCR says to this very page; an earlier attempt's answer is good enough."""
    digest = hashlib.sha256(" ".join(features).encode() + b"\n" + body).hexdigest()
    name = f"ocr-answer.{digest[:32]}.json"
    answer = step.recall(name, OcrAnswer)
    if answer is None:
        result = ocr.read(body, features)
        why = analysed(features)
        pages = tuple(page.model_copy(update={"why": why}) for page in result.pages)
        answer = OcrAnswer(pages=pages, failed=dict(result.failed))
        step.keep(name, answer)
    return OcrResult(answer.pages, answer.failed)


def read_page(step: StepRun, ocr: Ocr, body: bytes, wanted: str | Sequence[Feature]) -> OcrResult:
    """Read one page, and analyse it where that is wanted or, with ``auto``, worth its price.

    A page that OCR refuses costs that page; one that only its analysis refuses keeps its text.
    """
    features: Sequence[Feature] = [] if isinstance(wanted, str) else wanted
    try:
        text = read_once(step, ocr, body, features)
    except ProviderRefusedError as error:
        step.warn("ocr-refused", str(error))
        return OcrResult(())
    more = worth(text.pages[0]) if text.pages and wanted == "auto" else ()
    if not more:
        return text
    try:
        return read_once(step, ocr, body, more)
    except ProviderRefusedError as error:
        step.warn("ocr-analysis-failed", f"A page was not analysed for {', '.join(more)}: {error}")
        return text
