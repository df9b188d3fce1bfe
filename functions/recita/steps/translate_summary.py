"""Translation: sentence by sentence, then through the guardrail again."""

from __future__ import annotations

from typing import Literal

from recita.errors import UnderstandingFailedError
from recita.models.document import Document
from recita.models.steps import LanguageInput, LanguageOutput
from recita.models.summary import Sentence, Summary, Understanding
from recita.ports import Guardrail, Translator
from recita.steps.evidence import budget
from recita.steps.handover import UNDERSTANDING
from recita.steps.interview import OutOfTimeError
from recita.steps.translate_text import publish_own, publish_text
from recita.steps.translating import Services, Translation, job
from recita.steps.workbench import StepRun, Workbench


def run(
    given: LanguageInput, *, bench: Workbench, translator: Translator, guardrail: Guardrail
) -> LanguageOutput:
    """Publish the summary in one language, and the whole text where that is asked for.

    BLOCKED when the guardrail stops the summary's translation. CONTINUE when more is to be
    translated than one invocation has time for: the next one goes on.
    """
    document, language = given.document.document_id, given.language
    with bench.step(document, f"translate-summary:{language}", given.attempt) as step:
        understood = _understood(step)
        services = Services(translator, guardrail, budget(bench, given.document))
        translation = Translation(step, job(understood, language, step), services)
        try:
            published = _published(step, understood.summary, translation, given.document)
        except OutOfTimeError:
            return LanguageOutput(status="CONTINUE", language=language)
        status: Literal["SUCCEEDED", "BLOCKED"] = "SUCCEEDED" if published else "BLOCKED"
        return LanguageOutput(status=status, language=language)


def _published(
    step: StepRun, summary: Summary, translation: Translation, document: Document
) -> bool:
    """Publish what is asked for; False when the guardrail stops the summary."""
    language = translation.target
    if translation.foreign:
        translated = _translated(summary, translation)
        if translated is None:
            return False
        summary = translated
    summary = summary.model_copy(update={"language": language})
    step.publish_model(summary.artifact, summary, "summary", language=language)
    if document.speak == "full" or (translation.foreign and document.whole_text):
        publish_text(step, translation)
    elif document.whole_text:
        publish_own(step, language)
    return True


def _understood(step: StepRun) -> Understanding:
    understood = step.recall(UNDERSTANDING, Understanding)
    if understood is None:
        raise UnderstandingFailedError("there is no summary to translate")
    return understood


def _translated(summary: Summary, translation: Translation) -> Summary | None:
    # The title travels as the first line; sentences stay one to one, so that pages stay right.
    texts = [summary.title, *(sentence.text for sentence in summary.sentences)]
    translated = translation.texts("summary", texts)
    if translated is None:
        return None
    title, *rest = translated
    sentences = tuple(
        Sentence(text=text, pages=sentence.pages)
        for text, sentence in zip(rest, summary.sentences, strict=True)
    )
    return summary.model_copy(update={"title": title, "sentences": sentences, "grounding": None})
