"""Descriptions of pictures: from the picture itself, what was recognised in it, and its page."""

from __future__ import annotations

import json
from dataclasses import dataclass

from recita import cage
from recita.decoding import image
from recita.models.document import work_key
from recita.models.picture import Picture
from recita.models.summary import (
    Classification,
    Language,
    Sentence,
    Stage,
    Summary,
    Understanding,
    WindowLedger,
)
from recita.ports import Results
from recita.steps.asking import ModelAnswer
from recita.steps.folding import BlockedError, NoSummaryError, unusable
from recita.steps.handover import picture_file
from recita.steps.interview import Asked, Interview, Question
from recita.text.prompting import PAGE, VERSION, neutralised

DESCRIBE = "describe"
"""The task, and the name of its prompt."""
EYES = 1568
"""Pixels a side of what the model is shown: models scale down what is larger, and bill it; Converse
and guardrails take 3.75 MB and 8,000 pixels."""
LIMITS = cage.Limits(seconds=60)
SENTENCES = 2
"""Of a picture in a document; one that is the document has as many as a summary."""
LANGUAGE = "en"
"""Of a picture that no text surrounds."""


def describe_upload(
    interview: Interview, picture: Picture, text: str, jpeg: bytes
) -> Understanding:
    """Return what is understood of an uploaded picture; its description stands for the summary.

    Raises BlockedError, NoSummaryError.
    """
    page = _checked(interview, "picture", _page(picture, {"text": text or picture.text}), "input")
    if page is None:
        raise BlockedError
    question = Question(DESCRIBE, page, "picture", image=_shown(picture, jpeg), language=LANGUAGE)
    asked = interview.ask("picture", question)
    if why := unusable(asked):
        raise NoSummaryError(why)
    answer = _said(interview, "picture", asked, "summary")
    if answer is None:
        raise BlockedError
    summary = Summary(
        language=answer.language,
        title=answer.title,
        sentences=answer.sentences,
        source_language=answer.language,
        model=interview.models.whole.model_id,
        prompt_version=f"{DESCRIBE}/{VERSION}",
    )
    return Understanding(
        language=Language(code=answer.language, confidence=answer.language_confidence),
        classification=Classification(type="picture", confidence=answer.type_confidence),
        summary=summary,
        characters_summarised=len(text),
        windows=WindowLedger(total=1, summarised=1),
    )


@dataclass(frozen=True)
class Described:
    """What came of a question about a picture: its description, or why there is none."""

    text: str | None = None
    failed: str = ""
    """Why the answer can't be used; neither this nor a text: the guardrail blocked something."""
    picture_blocked: bool = False
    """Whether it was the picture, or what is known about it."""


def describe_picture(
    interview: Interview, picture: Picture, language: str, around: str, jpeg: bytes
) -> Described:
    """Return what was answered about a picture inside a document.

    ``around`` is the text that stands near the picture; ``language`` a code such as ``pt``.
    """
    name, target = f"picture-{picture.id}", f"picture {picture.id}"
    found = {"text": picture.text, "alt": picture.alt, "around": around}
    page = _checked(interview, name, _page(picture, found), "description", target)
    if page is None:
        return Described(picture_blocked=True)
    question = Question(
        DESCRIBE,
        page,
        target,
        image=_shown(picture, jpeg),
        sentences=SENTENCES,
        language=language,
        stage="description",
    )
    asked = interview.ask(name, question)
    if why := unusable(asked):
        return Described(failed=why)
    answer = _said(interview, name, asked, "description", target)
    if answer is None:
        return Described(picture_blocked=asked.question_blocked)
    return Described(" ".join(sentence.text for sentence in answer.sentences))


def _checked(
    interview: Interview, name: str, text: str, stage: Stage, target: str = "picture"
) -> str | None:
    """Return a text as the guardrail lets it go on, None when it does not."""
    check = interview.check(f"{name}-{stage}", text, stage, target)
    return None if check.action == "BLOCKED" else check.text


def _said(
    interview: Interview, name: str, asked: Asked, stage: Stage, target: str = "picture"
) -> ModelAnswer | None:
    """Return the answer as the guardrail lets it leave, None when it does not.

    What checks an answer beside the model reads JSON, in which a letter may be written as a number.
    """
    answer = asked.answer
    if answer is None:
        return None
    lines = [answer.title, *(sentence.text for sentence in answer.sentences)]
    check = interview.check_answer(f"{name}-said", "\n".join(lines), stage, target)
    title, *texts = check.text.split("\n")
    if check.action == "BLOCKED" or len(texts) != len(answer.sentences):
        return None
    sentences = [
        Sentence(text=text, pages=sentence.pages)
        for text, sentence in zip(texts, answer.sentences, strict=True)
    ]
    return answer.model_copy(update={"title": title, "sentences": tuple(sentences), "facts": ()})


def derived(results: Results, document_id: str, picture: Picture) -> bytes:
    """Return the JPEG of a picture before it may leave."""
    return results.read(work_key(document_id, picture_file(picture.id))) or b""


def _page(picture: Picture, texts: dict[str, str]) -> str:
    labels = [
        # Rounded: the guardrail takes sixteen digits for a credit card and masks them.
        {"name": one.name, "confidence": round(one.confidence, 1), "parents": one.parents}
        for one in picture.labels
    ]
    found = {"kind": picture.kind, "labels": labels, "faces": picture.faces}
    # On one line and with space around: JSON's signs next to a number or an address would hide it
    # from the guardrail, or be masked with it.
    said = {name: f" {' '.join(text.split())} " for name, text in texts.items() if text.strip()}
    known = found | said
    return PAGE.format(number=1, text=neutralised(json.dumps(known, ensure_ascii=False)))


def _shown(picture: Picture, jpeg: bytes) -> bytes | None:
    """Return the picture for the model's eyes."""
    if not jpeg or max(picture.width, picture.height) <= EYES:
        return jpeg or None
    return cage.run(LIMITS, image.shrunk, jpeg, EYES)
