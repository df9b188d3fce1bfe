"""A Converse request, read: who says what, what is checked, what the task is."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from recita_local.services.bedrock.models import (
    DOCUMENT_BYTES,
    DOCUMENTS,
    IMAGE_BYTES,
    IMAGES,
    invalid,
)

DELIMITED = re.compile(r"<(document-[0-9a-f]{8})>\n?(.*?)\n?</\1>", re.DOTALL)
PAGE = re.compile(r"<page number=\"(\d{1,6})\">\n?(.*?)\n?</page>", re.DOTALL)
NO_TOOLS = (
    "This model doesn't support tool use: the laptop's engine quotes documents. Set LOCAL_LLM_URL "
    "to an OpenAI-compatible server to have a model that writes."
)
NO_PICTURES = (
    "This model doesn't support the image content block alone: the laptop's engine describes what "
    'Rekognition recognised. Send requestMetadata {"task": "describe"} with the labels as text.'
)


@dataclass(frozen=True)
class Text:
    """One text of the conversation, with the guardrail's qualifiers if it has any."""

    role: str
    text: str
    guarded: bool = False
    qualifiers: tuple[str, ...] = ()

    @property
    def is_content(self) -> bool:
        """Whether content policies look at it: grounding sources and queries alone are exempt."""
        return not self.qualifiers or "guard_content" in self.qualifiers


@dataclass(frozen=True)
class Image:
    """A picture of the conversation; ``format`` is png, jpeg, gif or webp."""

    format: str
    data: bytes


@dataclass(frozen=True)
class Prompt:
    """What a model is asked."""

    texts: tuple[Text, ...]
    system: tuple[str, ...] = ()
    images: tuple[Image, ...] = ()
    guarded_images: tuple[bytes, ...] = ()
    """Those that the guardrail looks at: in guardContent, or all where nothing is."""
    metadata: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    cached: bool = False
    """Whether a cache point stands in it; the laptop has no cache and pays for all it reads."""

    @property
    def checked(self) -> list[int]:
        """Indexes of the texts a guardrail checks: guardContent blocks, or all users say."""
        guarded = [index for index, one in enumerate(self.texts) if one.guarded]
        if guarded:
            return [index for index in guarded if self.texts[index].is_content]
        return [index for index, one in enumerate(self.texts) if one.role == "user"]

    def qualified(self, qualifier: str) -> str:
        """All texts with a qualifier, joined."""
        return "\n".join(one.text for one in self.texts if qualifier in one.qualifiers)

    def with_texts(self, changed: Mapping[int, str]) -> Prompt:
        """The same prompt with some texts replaced, as a guardrail masked them."""
        texts = tuple(
            replace(one, text=changed.get(index, one.text)) for index, one in enumerate(self.texts)
        )
        return replace(self, texts=texts)


def read_prompt(params: Mapping[str, Any]) -> Prompt:
    """Read a Converse request and refuse what the service refuses."""
    messages, system = params.get("messages") or [], params.get("system") or []
    if not messages or messages[0]["role"] != "user":
        raise invalid("A conversation must start with a user message. Try again with one.")
    blocks = [(message["role"], block) for message in messages for block in message["content"]]
    _check_limits([block for _, block in blocks])
    texts = [text for role, block in blocks for text in _texts(role, block)]
    if not any(text.text.strip() for text in texts):
        images = any("image" in block for _, block in blocks)
        raise invalid(NO_PICTURES if images else "The text field in a ContentBlock is blank.")
    return Prompt(
        texts=tuple(texts),
        system=tuple(block["text"] for block in system if "text" in block),
        images=tuple(_image(_inner(block)) for _, block in blocks if "image" in _inner(block)),
        guarded_images=_guarded_images([block for _, block in blocks]),
        metadata=params.get("requestMetadata") or {},
        parameters=params.get("inferenceConfig") or {},
        cached=any("cachePoint" in block for block in [*system, *(one for _, one in blocks)]),
    )


def _inner(block: Mapping[str, Any]) -> Mapping[str, Any]:
    inner: Mapping[str, Any] = block.get("guardContent", block)
    return inner


def _image(block: Mapping[str, Any]) -> Image:
    image = block["image"]
    return Image(str(image["format"]), bytes(image["source"].get("bytes") or b""))


def _guarded_images(blocks: list[Mapping[str, Any]]) -> tuple[bytes, ...]:
    marked = [block for block in blocks if "guardContent" in block]
    images = [_inner(block)["image"] for block in marked or blocks if "image" in _inner(block)]
    return tuple(bytes(image["source"].get("bytes") or b"") for image in images)


def _texts(role: str, block: Mapping[str, Any]) -> list[Text]:
    if "text" in block:
        return [Text(role, block["text"])]
    if "guardContent" in block and "text" in block["guardContent"]:
        inner = block["guardContent"]["text"]
        return [
            Text(role, inner["text"], guarded=True, qualifiers=tuple(inner.get("qualifiers", ())))
        ]
    if "document" in block:
        return [Text(role, _document_text(block["document"]))]
    if "toolUse" in block or "toolResult" in block:
        raise invalid(NO_TOOLS)
    return []


def _document_text(document: Mapping[str, Any]) -> str:
    """Documents in plain formats are read; the others need the pipeline's own reading."""
    source = document["source"]
    if "text" in source:
        return str(source["text"])
    if document.get("format") in {"txt", "md", "csv", "html"} and "bytes" in source:
        return bytes(source["bytes"]).decode("utf-8", "replace")
    raise invalid(
        f"The laptop's engine reads document blocks in txt, md, csv and html, not "
        f"{document.get('format')}: send the text that Textract read."
    )


def _check_limits(blocks: list[Mapping[str, Any]]) -> None:
    images = [_inner(block)["image"] for block in blocks if "image" in _inner(block)]
    documents = [block["document"] for block in blocks if "document" in block]
    if len(images) > IMAGES:
        raise invalid(f"The number of images exceeds the maximum of {IMAGES}: {len(images)}.")
    if len(documents) > DOCUMENTS:
        raise invalid(
            f"The number of documents exceeds the maximum of {DOCUMENTS}: {len(documents)}."
        )
    for kind, found, limit in (
        ("image", images, IMAGE_BYTES),
        ("document", documents, DOCUMENT_BYTES),
    ):
        for one in found:
            size = len(one["source"].get("bytes") or b"")
            if size > limit:
                raise invalid(f"The {kind} exceeds {limit} bytes: {size}. Send a smaller {kind}.")
    if documents and not any("text" in block or "guardContent" in block for block in blocks):
        raise invalid("A document block needs a text block beside it.")


@dataclass(frozen=True)
class Page:
    """A page of the delimited document."""

    number: int
    text: str


def pages_of(text: str) -> list[Page]:
    """The pages between the document's delimiters; an undelimited text is one page."""
    inside = DELIMITED.search(text)
    body = inside[2] if inside else text
    pages = [Page(int(number), content) for number, content in PAGE.findall(body)]
    return pages or [Page(1, body)]


def document_of(prompt: Prompt) -> str:
    """The text the task is about: delimited, or the grounding source, or simply the longest."""
    for text in prompt.texts:
        if DELIMITED.search(text.text):
            return text.text
    source = prompt.qualified("grounding_source")
    return source or max((one.text for one in prompt.texts if one.role == "user"), key=len)


def recognised(text: str) -> dict[str, Any]:
    """Labels, text and faces of a picture, as the task ``describe`` sends them."""
    body = "\n".join(page.text for page in pages_of(text))
    try:
        found = json.loads(body.replace("&lt;", "<"))
    except ValueError as error:
        raise invalid(f'The task "describe" needs JSON between its delimiters: {error}.') from error
    if not isinstance(found, dict) or not isinstance(found.get("labels", []), list):
        raise invalid('The task "describe" needs an object with labels, text and faces.')
    return found
