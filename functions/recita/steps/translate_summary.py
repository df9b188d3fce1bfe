"""Translation: sentence by sentence, then through the guardrail again."""

from __future__ import annotations

from recita.errors import UnderstandingFailedError
from recita.models.steps import LanguageInput, LanguageOutput
from recita.models.summary import Sentence, Summary, Understanding
from recita.ports import Guardrail, Translator
from recita.steps.handover import UNDERSTANDING
from recita.steps.translating import Translation, job
from recita.steps.workbench import StepRun, Workbench
from recita.text.languages import same_language


def run(
    given: LanguageInput, *, bench: Workbench, translator: Translator, guardrail: Guardrail
) -> LanguageOutput:
    """Publish the summary in one language; BLOCKED when the guardrail stops the translation."""
    document, language = given.document.document_id, given.language
    with bench.step(document, f"translate-summary:{language}", given.attempt) as step:
        understood = _understood(step)
        asked, summary = job(understood, language, step), understood.summary
        if not same_language(asked.source, language):
            translated = _translated(summary, Translation(step, asked, translator, guardrail))
            if translated is None:
                return LanguageOutput(status="BLOCKED", language=language)
            summary = translated
        summary = summary.model_copy(update={"language": language})
        step.publish_model(summary.artifact, summary, "summary", language=language)
        return LanguageOutput(status="SUCCEEDED", language=language)


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
