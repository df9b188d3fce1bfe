"""Understanding: text through the guardrail, a summary out of the model, the answer checked."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from recita.models.document import result_key
from recita.models.page import Page, Reading
from recita.models.picture import Picture
from recita.models.steps import StepInput, StepOutput
from recita.models.summary import Classification, Grounding, Language, Summary, Understanding
from recita.ports import Guardrail, Model, Prompt
from recita.steps.asking import ModelAnswer, ask, grounded
from recita.steps.handover import PICTURE, READING, UNDERSTANDING
from recita.steps.workbench import StepRun, Workbench
from recita.text.prompting import (
    PAGE,
    VERSION,
    delimited,
    instructions,
    neutralised,
    new_tag,
    windows,
)

SENTENCES = 5
FACTS = 40
LITTLE_TEXT = 200
"""An uploaded picture with fewer characters is described; with more it is read like a page."""
MAX_IMAGE_BYTES = 3_750_000
"""Converse's limit on one image (botocore's service model)."""
PAGES = re.compile(r'<page number="(\d+)">\n(.*?)\n</page>', re.DOTALL)
QUERIES = {
    "summarise": "Summarise the document: what it is, who it is about and what follows from it.",
    "describe": "Describe the picture: what does it show?",
}


@dataclass
class Asked:
    """Everything that was asked about one document so far."""

    answers: list[ModelAnswer] = field(default_factory=list)
    groundings: list[tuple[float, float]] = field(default_factory=list)
    blocked: bool = False


def run(given: StepInput, *, bench: Workbench, model: Model, guardrail: Guardrail) -> StepOutput:
    """Keep the understanding; BLOCKED when the guardrail stops the text or the answer."""
    document = given.document
    with bench.step(document.document_id, "understand-document", given.attempt) as step:
        interview = Interview(step, model, guardrail)
        pages = _pages(step)
        picture = step.recall(PICTURE, Picture) if document.route == "image" else None
        if picture and sum(len(page.text) for page in pages) < LITTLE_TEXT:
            understood = interview.describe(picture, "\n".join(page.text for page in pages))
        elif pages:
            understood = interview.summarise(pages)
        else:
            step.status = "SKIPPED"
            return StepOutput(status="SKIPPED")
        if understood is None:
            return StepOutput(status="BLOCKED")
        _keep(step, understood, picture)
        return StepOutput(status="SUCCEEDED")


def _pages(step: StepRun) -> list[Page]:
    reading = step.recall(READING, Reading)
    return [page for page in reading.pages if page.text.strip()] if reading else []


def _keep(step: StepRun, understood: Understanding, picture: Picture | None) -> None:
    summary = understood.summary
    step.publish_model(summary.artifact, summary, "summary", language=summary.language)
    step.keep(UNDERSTANDING, understood)
    if picture:
        described = picture.model_copy(update={"description": summary.text})
        step.publish_model(picture.artifact, described, "image-analysis")
        step.keep(PICTURE, described)


class Interview:
    """Questions about one document; each window passes the guardrail before the model sees it."""

    def __init__(self, step: StepRun, model: Model, guardrail: Guardrail) -> None:
        self._step = step
        self._model = model
        self._guardrail = guardrail
        self._asked = Asked()

    def summarise(self, pages: Sequence[Page]) -> Understanding | None:
        """Summarise every window, then the summaries; None when anything is blocked."""
        for number, window in enumerate(windows(pages), start=1):
            self._ask_guarded("summarise", window, f"window {number}")
            if self._asked.blocked:
                return None
        if len(self._asked.answers) > 1:
            self._ask("summarise", _digest(self._asked.answers))
        return self._understanding("summarise", sum(len(page.text) for page in pages))

    def describe(self, picture: Picture, text: str) -> Understanding | None:
        """Describe a picture from what was recognised in it, and from the picture itself."""
        data = {
            "labels": [
                # Rounded: the guardrail takes sixteen digits for a credit card and masks them.
                {
                    "name": label.name,
                    "confidence": round(label.confidence, 1),
                    "parents": label.parents,
                }
                for label in picture.labels
            ],
            "text": text or picture.text,
            "faces": picture.faces,
        }
        page = PAGE.format(number=1, text=neutralised(json.dumps(data, ensure_ascii=False)))
        jpeg = self._step.results.read(result_key(self._step.document_id, picture.image))
        image = jpeg if jpeg and len(jpeg) <= MAX_IMAGE_BYTES else None
        self._ask_guarded("describe", page, "picture", image)
        return self._understanding("describe", len(text))

    def _ask_guarded(self, task: str, window: str, target: str, image: bytes | None = None) -> None:
        guarded = self._guardrail.check_input(window)
        self._step.judge("input", target, guarded, self._guardrail.used)
        if guarded.action == "BLOCKED":
            self._asked.blocked = True
        else:
            self._ask(task, guarded.text, image)

    def _ask(self, task: str, window: str, image: bytes | None = None) -> None:
        tag = new_tag()
        texts: dict[int, str] = {}
        for number, text in PAGES.findall(window):  # a long page's parts may share a window
            texts[int(number)] = texts.get(int(number), "") + text
        prompt = Prompt(
            task=task,
            system=instructions(task, tag, SENTENCES),
            document=delimited(window if task == "summarise" else texts[1], tag),
            query=QUERIES[task],
            image=image,
            hints={"max_sentences": str(SENTENCES)},
        )
        parsed, answer = ask(self._model, prompt)
        self._step.judge("summary", "summary", answer.verdict, self._guardrail.used)
        if parsed is None:
            self._asked.blocked = True
            return
        self._asked.answers.append(grounded(parsed, texts))
        if answer.grounding:
            self._asked.groundings.append(answer.grounding)

    def _understanding(self, task: str, characters: int) -> Understanding | None:
        if self._asked.blocked:
            return None
        answers = self._asked.answers
        last = answers[-1]
        summary = Summary(
            language=last.language,
            title=last.title,
            sentences=last.sentences,
            source_language=last.language,
            model=self._model.model_id,
            prompt_version=f"{task}/{VERSION}",
            grounding=_lowest(self._asked.groundings),
        )
        facts = [fact for answer in answers for fact in answer.facts]
        return Understanding(
            language=Language(code=last.language, confidence=answers[0].language_confidence),
            classification=Classification(
                type=answers[0].document_type, confidence=answers[0].type_confidence
            ),
            summary=summary,
            facts=tuple(dict.fromkeys(facts))[:FACTS],
            characters_summarised=characters,
        )


def _digest(answers: Sequence[ModelAnswer]) -> str:
    """Return the windows' sentences as a document of their own, under their pages' numbers."""
    by_page: dict[int, list[str]] = {}
    for answer in answers:
        for sentence in answer.sentences:
            by_page.setdefault(min(sentence.pages, default=1), []).append(sentence.text)
    return "\n".join(
        PAGE.format(number=number, text=neutralised("\n".join(texts)))
        for number, texts in by_page.items()
    )


def _lowest(groundings: Sequence[tuple[float, float]]) -> Grounding | None:
    if not groundings:
        return None
    score, threshold = min(groundings)
    return Grounding(score=score, threshold=threshold)
