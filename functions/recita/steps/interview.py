"""The questions to the model about one document, each guarded, kept, and asked once."""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from recita.errors import UnderstandingFailedError
from recita.models.base import Model as Record
from recita.models.document import result_key
from recita.models.page import Page
from recita.models.picture import Picture
from recita.models.record import Warned
from recita.models.summary import (
    Classification,
    Fact,
    Grounding,
    Language,
    Summary,
    Understanding,
    Verdict,
)
from recita.ports import Guardrail, Model, Prompt
from recita.steps.asking import ModelAnswer, ask, grounded
from recita.steps.workbench import StepRun
from recita.text.prompting import (
    PAGE,
    VERSION,
    delimited,
    instructions,
    neutralised,
    new_tag,
    windows,
)

BUDGET_SECONDS = 420
"""After which no new window is begun: half of the function's timeout, for the last one may take
several minutes, its repair included."""
SENTENCES = 5
FACTS = 40
MAX_IMAGE_BYTES = 3_750_000
"""Converse's limit on one image (botocore's service model)."""
PAGES = re.compile(r'<page number="(\d+)">\n(.*?)\n</page>', re.DOTALL)
QUERIES = {
    "summarise": "Summarise the document: what it is, who it is about and what follows from it.",
    "describe": "Describe the picture: what does it show?",
}


@dataclass(frozen=True)
class _Question:
    """One window or picture; ``target`` names it for the input check, empty for our own text."""

    task: str
    text: str
    target: str
    image: bytes | None = None


class OutOfTimeError(Exception):
    """More windows are left than one invocation has time for; those asked about are kept."""


class Asked(Record):
    """What was asked about one window, kept so that no retry pays for it again."""

    key: str
    """SHA-256 of all that the answer depends on."""
    answer: ModelAnswer | None = None
    """None: blocked."""
    grounding: tuple[float, float] | None = None
    verdicts: tuple[Verdict, ...] = ()
    warnings: tuple[Warned, ...] = ()


class Interview:
    """Questions about one document; each window passes the guardrail before the model sees it."""

    def __init__(self, step: StepRun, model: Model, guardrail: Guardrail) -> None:
        self._step = step
        self._model = model
        self._guardrail = guardrail
        self._started = time.monotonic()
        self._groundings: list[tuple[float, float]] = []
        self._new = 0

    def summarise(self, pages: Sequence[Page]) -> Understanding | None:
        """Summarise every window, then the summaries, until one is left; None when blocked."""
        answers = self._answers(0, windows(pages), guarded=True)
        facts = [fact for answer in answers or () for fact in answer.facts]
        level, first = 1, answers[0] if answers else None
        while answers and len(answers) > 1:
            folded = self._answers(level, windows(_digest(answers)), guarded=False)
            if folded and len(folded) >= len(answers):
                raise UnderstandingFailedError("the summaries of the parts do not get shorter")
            answers, level = folded, level + 1
        if not answers or first is None:
            return None
        characters = sum(len(page.text) for page in pages)
        return self._understanding("summarise", (first, answers[-1]), facts, characters)

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
        asked = self._asked("picture", _Question("describe", page, "picture", image))
        if asked.answer is None:
            return None
        ends = asked.answer, asked.answer
        return self._understanding("describe", ends, asked.answer.facts, len(text))

    def _answers(
        self, level: int, texts: Iterable[str], *, guarded: bool
    ) -> list[ModelAnswer] | None:
        """Ask about each window; None as soon as one is blocked."""
        answers: list[ModelAnswer] = []
        for number, window in enumerate(texts, start=1):
            target = f"window {number}" if guarded else ""
            asked = self._asked(f"{level}-{number:04d}", _Question("summarise", window, target))
            if asked.answer is None:
                return None
            answers.append(asked.answer)
        return answers

    def _asked(self, name: str, question: _Question) -> Asked:
        """Return what was asked before, or ask and keep it."""
        key, place = self._key(question), f"asked/{name}.json"
        kept = self._step.recall(place, Asked)
        if kept is None or kept.key != key:
            if self._new and time.monotonic() - self._started > BUDGET_SECONDS:
                raise OutOfTimeError
            kept = self._ask_guarded(key, question)
            self._step.keep(place, kept)
            self._new += 1
        else:
            self._step.go_on(kept.verdicts, kept.warnings)
        if kept.grounding:
            self._groundings.append(kept.grounding)
        return kept

    def _key(self, question: _Question) -> str:
        used = self._guardrail.used
        parts = (question.task, VERSION, self._model.model_id, used.id, used.version)
        digest = hashlib.sha256("\n".join((*parts, question.target, question.text)).encode())
        digest.update(question.image or b"")
        return digest.hexdigest()

    def _ask_guarded(self, key: str, question: _Question) -> Asked:
        said, warned = len(self._step.verdicts), len(self._step.warnings)
        answer, grounding, text = None, None, question.text
        blocked = False
        if question.target:
            guarded = self._guardrail.check_input(text)
            self._step.judge("input", question.target, guarded, self._guardrail.used)
            text, blocked = guarded.text, guarded.action == "BLOCKED"
        if not blocked:
            answer, grounding = self._ask(question.task, text, question.image)
        return Asked(
            key=key,
            answer=answer,
            grounding=grounding,
            verdicts=tuple(self._step.verdicts[said:]),
            warnings=tuple(self._step.warnings[warned:]),
        )

    def _ask(
        self, task: str, window: str, image: bytes | None
    ) -> tuple[ModelAnswer | None, tuple[float, float] | None]:
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
        return (grounded(parsed, texts) if parsed else None), answer.grounding

    def _understanding(
        self,
        task: str,
        ends: tuple[ModelAnswer, ModelAnswer],
        facts: Iterable[Fact],
        characters: int,
    ) -> Understanding:
        """From the answer to the first window and the one that sums all up."""
        first, last = ends
        summary = Summary(
            language=last.language,
            title=last.title,
            sentences=last.sentences,
            source_language=last.language,
            model=self._model.model_id,
            prompt_version=f"{task}/{VERSION}",
            grounding=_lowest(self._groundings),
        )
        return Understanding(
            language=Language(code=last.language, confidence=first.language_confidence),
            classification=Classification(
                type=first.document_type, confidence=first.type_confidence
            ),
            summary=summary,
            facts=tuple(dict.fromkeys(facts))[:FACTS],
            characters_summarised=characters,
        )


def _digest(answers: Sequence[ModelAnswer]) -> list[Page]:
    """Return the windows' sentences as a document of their own, under their pages' numbers."""
    by_page: dict[int, list[str]] = {}
    for answer in answers:
        for sentence in answer.sentences:
            by_page.setdefault(min(sentence.pages, default=1), []).append(sentence.text)
    return [
        Page(number=number, method="native", why="sentences of a summary", text="\n".join(texts))
        for number, texts in sorted(by_page.items())
    ]


def _lowest(groundings: Sequence[tuple[float, float]]) -> Grounding | None:
    if not groundings:
        return None
    score, threshold = min(groundings)
    return Grounding(score=score, threshold=threshold)
