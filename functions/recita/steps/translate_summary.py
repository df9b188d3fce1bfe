"""Translation: sentence by sentence, then through the guardrail again."""

from __future__ import annotations

from recita.errors import UnderstandingFailedError
from recita.models.steps import LanguageInput, LanguageOutput
from recita.models.summary import Sentence, Summary, Understanding
from recita.ports import Guardrail, Translator
from recita.steps.handover import UNDERSTANDING
from recita.steps.workbench import StepRun, Workbench
from recita.text.languages import same_language


def run(
    given: LanguageInput, *, bench: Workbench, translator: Translator, guardrail: Guardrail
) -> LanguageOutput:
    """Publish the summary in one language; BLOCKED when the guardrail stops the translation."""
    document, language = given.document.document_id, given.language
    with bench.step(document, f"translate-summary:{language}", given.attempt) as step:
        summary = _summary(step)
        if not same_language(summary.source_language, language):
            translated = _translated(step, summary, language, translator, guardrail)
            if translated is None:
                return LanguageOutput(status="BLOCKED", language=language)
            summary = translated
        summary = summary.model_copy(update={"language": language})
        step.publish_model(summary.artifact, summary, "summary", language=language)
        return LanguageOutput(status="SUCCEEDED", language=language)


def _summary(step: StepRun) -> Summary:
    understood = step.recall(UNDERSTANDING, Understanding)
    if understood is None:
        raise UnderstandingFailedError("there is no summary to translate")
    return understood.summary


def _translated(
    step: StepRun, summary: Summary, language: str, translator: Translator, guardrail: Guardrail
) -> Summary | None:
    # The title travels as the first line; sentences stay one to one, so that pages stay right.
    segments = [summary.title or "-", *(sentence.text for sentence in summary.sentences)]
    translated = translator.translate(segments, summary.source_language, language)
    guarded = guardrail.check_output("\n".join(" ".join(text.split()) for text in translated))
    step.judge("translation", language, guarded, guardrail.used)
    if guarded.action == "BLOCKED":
        return None
    title, *texts = guarded.text.split("\n")
    sentences = tuple(
        Sentence(text=text, pages=sentence.pages)
        for text, sentence in zip(texts, summary.sentences, strict=True)
    )
    return summary.model_copy(
        update={"title": title if summary.title else "", "sentences": sentences, "grounding": None}
    )
