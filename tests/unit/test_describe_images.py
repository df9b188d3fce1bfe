"""Describing: which pictures, in which language, with what around them, under the guardrail."""

from __future__ import annotations

import pytest
from recita.errors import ProviderRefusedError
from recita.models.document import result_key
from recita.models.steps import DescribeProgress
from recita.ports import Answer, Prompt
from recita.steps import interview

from tests.fakes import Pipeline
from tests.fakes.pictures import drawn, illustrated
from tests.fakes.services import answer

pytestmark = pytest.mark.disable_socket

PLACE = (100, 300, 240, 180)
SUMMARY = {
    "title": "Relatório",
    "language": "pt",
    "document_type": "report",
    "type_confidence": 0.9,
    "sentences": [{"text": "O relatório fala de livros.", "pages": [1]}],
    "facts": [],
}
DESCRIPTION = SUMMARY | {"sentences": [{"text": "Um cão na praia.", "pages": [1]}]}


def refuse(_: Prompt) -> Answer:
    raise ProviderRefusedError("bedrock-runtime", "converse", "ValidationException", "no pictures")


def described(pipeline: Pipeline) -> list[str]:
    return [prompt.document for prompt in pipeline.model.prompts if prompt.task == "describe"]


def test_pictures_are_described_in_the_documents_language() -> None:
    pipeline = Pipeline("none")
    pipeline.model.replies = [answer(SUMMARY), answer(DESCRIPTION)]
    manifest = pipeline.run(illustrated([[(drawn(1), PLACE)]]))
    assert manifest.images[0].description == "Um cão na praia."
    prompt = pipeline.model.prompts[1]
    assert 'the language whose code is "pt"' in prompt.system
    assert prompt.hints == {"max_sentences": "2", "language": "pt"}
    assert prompt.image == pipeline.artifact(manifest, "images/0001.jpg")


def test_the_text_around_a_picture_goes_with_it() -> None:
    pipeline = Pipeline("none")
    pipeline.run(illustrated([[], [(drawn(1), (100, 550, 240, 100))]]))
    (prompt,) = described(pipeline)
    assert "Page 2, line 7" in prompt
    assert "Page 1" not in prompt


@pytest.mark.parametrize(
    ("rule", "chosen"),
    [
        ("never", 0),
        ("always", 3),
        ("labels any of [Cat]", 0),
        ("labels any of [Dog]", 3),
        ("width > 1000", 0),
    ],
)
def test_the_rule_chooses_and_all_are_published(rule: str, chosen: int) -> None:
    pipeline = Pipeline("none")
    metadata = {"recita-describe-images": rule}
    body = illustrated([[(drawn(n), PLACE)] for n in range(3)])
    manifest = pipeline.run(body, metadata=metadata)
    assert manifest.status == "COMPLETED"
    assert manifest.warnings == ()
    assert len(described(pipeline)) == manifest.ledger.images.described == chosen
    assert [image.image for image in manifest.images] == [
        f"images/{n:04d}.jpg" for n in range(1, 4)
    ]


def test_a_wrong_rule_of_an_upload_falls_to_the_default() -> None:
    pipeline = Pipeline("none")
    metadata = {"recita-describe-images": "labels any of Person"}
    manifest = pipeline.run(illustrated([[(drawn(1), PLACE)]]), metadata=metadata)
    assert [warning.code for warning in manifest.warnings] == ["metadata-ignored"]
    assert "a list of names" in manifest.warnings[0].message
    assert manifest.images[0].description


def test_a_blocked_description_costs_itself() -> None:
    pipeline = Pipeline("none")
    blocked = DESCRIPTION | {"sentences": [{"text": "It is forbidden.", "pages": [1]}]}
    pipeline.model.replies = [
        answer(SUMMARY),
        answer(blocked, blocked=("forbidden",)),
        answer(DESCRIPTION),
    ]
    pipeline.guardrail.blocked = ("neverthere",)
    manifest = pipeline.run(illustrated([[(drawn(1), PLACE)], [(drawn(2), PLACE)]]))
    assert [image.description for image in manifest.images] == [None, "Um cão na praia."]
    assert manifest.status == "COMPLETED"
    assert "description-blocked" in [warning.code for warning in manifest.warnings]
    assert manifest.summary is not None


def test_text_that_the_guardrail_blocks_withholds_its_picture() -> None:
    pipeline = Pipeline("none")
    pipeline.vision.text = "forbidden words"
    manifest = pipeline.run(illustrated([[(drawn(1), PLACE)]]))
    assert manifest.status == "COMPLETED"
    (image,) = manifest.images
    assert (image.text, image.image, image.description) == ("", None, None)
    key = result_key(manifest.document_id, "images/0001.jpg")
    assert key not in pipeline.results.objects
    for name in ("images/0001.json", "images/index.html", "manifest.json"):
        assert b"forbidden words" not in pipeline.artifact(manifest, name)


def test_personal_data_in_a_picture_is_masked() -> None:
    pipeline = Pipeline("none")
    pipeline.vision.text = "write to ana@example.org"
    manifest = pipeline.run(illustrated([[(drawn(1), PLACE)]]))
    assert manifest.images[0].text == "write to {EMAIL}"
    assert "ana@example.org" not in "".join(described(pipeline))


def test_a_model_that_refuses_costs_the_descriptions() -> None:
    pipeline = Pipeline("none")
    pipeline.model.replies = [
        answer(SUMMARY),
        refuse,
    ]
    manifest = pipeline.run(illustrated([[(drawn(1), PLACE)]]))
    assert manifest.status == "PARTIAL"
    assert manifest.reason is not None
    assert manifest.reason.code == "images-not-described"
    assert manifest.images[0].image == "images/0001.jpg"
    assert manifest.ledger.images.seen == 1


def test_many_pictures_take_several_invocations(monkeypatch: pytest.MonkeyPatch) -> None:
    pipeline = Pipeline("none")
    body = illustrated([[(drawn(n), PLACE)] for n in range(3)])
    monkeypatch.setattr(interview, "BUDGET_SECONDS", -1)
    manifest = pipeline.run(body)
    assert manifest.status == "COMPLETED"
    assert [progress.following for progress in pipeline.described] == [0, 1, 2]
    assert len(described(pipeline)) == 3
    assert [image.id for image in manifest.images] == ["0001", "0002", "0003"]
    keys = {artifact.key for artifact in manifest.artifacts if artifact.kind.startswith("image")}
    assert keys == {"images/index.html"} | {
        f"images/{n:04d}.{kind}" for n in (1, 2, 3) for kind in ("jpg", "json")
    }


def test_a_retry_pays_for_no_description_twice() -> None:
    pipeline = Pipeline("none")
    document = pipeline.inspect(
        pipeline.upload(illustrated([[(drawn(n), PLACE)] for n in range(3)]), "a.pdf")
    )
    pipeline.read(document)
    pipeline.find(document)
    pipeline.see(document)
    pipeline.understand(document)
    for attempt in (1, 2):
        done = pipeline.describe(document, DescribeProgress(), attempt)
        assert (done.status, done.following) == ("DONE", 3)
    assert len(described(pipeline)) == 3
