from __future__ import annotations

from typing import Any

import pytest
from recita_local.services.bedrock.models import check_model
from recita_local.services.bedrock.prompts import document_of, pages_of, read_prompt, recognised
from recita_local.wire.service import ServiceError

DOCUMENT = (
    '<document-0a1b2c3d>\n<page number="3">\nThree.\n</page>\n<page number="4">\nFour.\n</page>\n'
    "</document-0a1b2c3d>"
)


def guard(text: str, *qualifiers: str) -> dict[str, Any]:
    return {"guardContent": {"text": {"text": text, "qualifiers": list(qualifiers)}}}


def request(*content: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": list(content)}], **more}


def image(size: int) -> dict[str, Any]:
    return {"image": {"format": "png", "source": {"bytes": b"x" * size}}}


def refusal(params: dict[str, Any]) -> str:
    with pytest.raises(ServiceError) as caught:
        read_prompt(params)
    assert caught.value.code == "ValidationException"
    return caught.value.message


def test_pages_keep_their_numbers() -> None:
    assert [(page.number, page.text) for page in pages_of(DOCUMENT)] == [
        (3, "Three."),
        (4, "Four."),
    ]


def test_text_without_delimiters_is_one_page() -> None:
    assert [(page.number, page.text) for page in pages_of("Just text.")] == [(1, "Just text.")]


def test_the_delimited_document_wins_over_longer_instructions() -> None:
    prompt = read_prompt(request({"text": "Please " * 100}, guard(DOCUMENT, "grounding_source")))

    assert document_of(prompt) == DOCUMENT


def test_sources_and_queries_alone_are_not_content() -> None:
    prompt = read_prompt(
        request(
            {"text": "instructions"},
            guard("source", "grounding_source"),
            guard("query", "query"),
            guard("both", "query", "guard_content"),
            guard("plain"),
        )
    )

    assert [prompt.texts[index].text for index in prompt.checked] == ["both", "plain"]
    assert prompt.qualified("grounding_source") == "source"


def test_without_guard_content_all_the_user_says_is_checked() -> None:
    prompt = read_prompt(request({"text": "one"}, {"text": "two"}))

    assert prompt.checked == [0, 1]


def test_limits_of_images_and_documents() -> None:
    text = {"text": "look"}

    assert "maximum of 20" in refusal(request(text, *[image(1)] * 21))
    assert "image exceeds" in refusal(request(text, image(3_932_161)))
    document = {"document": {"name": "d", "format": "txt", "source": {"text": "x"}}}
    assert "maximum of 5" in refusal(request(text, *[document] * 6))
    assert "text block" in refusal(request(document))


def test_the_conversation_starts_with_the_user() -> None:
    params = {"messages": [{"role": "assistant", "content": [{"text": "Hi"}]}]}

    assert "must start with a user message" in refusal(params)


def test_a_picture_alone_is_refused_honestly() -> None:
    assert "doesn't support the image" in refusal(request(image(1)))


def test_a_pdf_block_is_refused_honestly() -> None:
    document = {"document": {"name": "d", "format": "pdf", "source": {"bytes": b"%PDF"}}}

    assert "txt, md, csv and html" in refusal(request({"text": "read"}, document))


def test_describe_needs_json() -> None:
    assert recognised('<document-00000000>\n{"labels": []}\n</document-00000000>') == {"labels": []}
    with pytest.raises(ServiceError, match="needs JSON"):
        recognised("<document-00000000>\nno json\n</document-00000000>")


@pytest.mark.parametrize(
    "model",
    [
        "amazon.nova-lite-v1:0",
        "eu.amazon.nova-lite-v1:0",
        "global.anthropic.claude-haiku-4-5-20251001-v1:0",
        "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0",
        "arn:aws:bedrock:eu-west-1:123456789012:inference-profile/eu.amazon.nova-lite-v1:0",
    ],
)
def test_plausible_models_are_known(model: str) -> None:
    check_model(model)


@pytest.mark.parametrize(
    "model", ["gpt-4", "amazon", "mars.amazon.nova-lite-v1:0", "arn:aws:s3:::b"]
)
def test_other_models_are_not(model: str) -> None:
    with pytest.raises(ServiceError, match="model identifier is invalid"):
        check_model(model)
