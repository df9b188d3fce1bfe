"""Translate's operations: limits, errors and reply shapes; the engine does the translating."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from recita_local.engines import engine
from recita_local.services.translate.apertium import ApertiumError
from recita_local.services.translate.installed import (
    HOW_TO_INSTALL,
    LANGUAGES,
    installed_pairs,
    route,
)
from recita_local.wire.service import Operations, Params, Reply, RequestContext, ServiceError

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_TEXT_BYTES = 10_000
MAX_DOCUMENT_BYTES = 100_000
"""Both from Translate's quotas; the service model allows 102,400 bytes, the guide does not."""

LOW_CONFIDENCE = 0.5
MAX_PAGE = 500

NAMES: Mapping[str, dict[str, str]] = {
    "en": LANGUAGES,
    "es": {"en": "inglés", "es": "español", "fr": "francés", "pt": "portugués"},
    "fr": {"en": "anglais", "es": "espagnol", "fr": "français", "pt": "portugais"},
    "pt": {"en": "inglês", "es": "espanhol", "fr": "francês", "pt": "português"},
}


def translate_text(params: Params, context: RequestContext) -> Reply:
    """TranslateText: at most 10,000 bytes of UTF-8, synchronously."""
    text = params["Text"]
    size = len(text.encode())
    if size > MAX_TEXT_BYTES:
        message = f"Input text size exceeds limit. Max length of request text allowed is \
{MAX_TEXT_BYTES} bytes while in this request the text size is {size} bytes"
        raise ServiceError("TextSizeLimitExceededException", message)
    translated, languages = _translated(text, params, context)
    return {"TranslatedText": translated, **languages, **_settings(params)}


def translate_document(params: Params, context: RequestContext) -> Reply:
    """TranslateDocument: plain text of at most 100,000 bytes."""
    document = params["Document"]
    if document["ContentType"] != "text/plain":
        message = f"The laptop translates text/plain documents only, not {document['ContentType']}."
        raise ServiceError("InvalidRequestException", message)
    content: bytes = document["Content"]
    if len(content) > MAX_DOCUMENT_BYTES:
        message = f"The document has {len(content)} bytes; {MAX_DOCUMENT_BYTES} are allowed."
        raise ServiceError("LimitExceededException", message)
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        message = f"The document is not UTF-8: {error.reason} at byte {error.start}."
        raise ServiceError("InvalidRequestException", message) from error
    translated, languages = _translated(text, params, context)
    reply = {"TranslatedDocument": {"Content": translated.encode()}}
    return {**reply, **languages, **_settings(params)}


def list_languages(params: Params, context: RequestContext) -> Reply:
    """ListLanguages: those in at least one installed pair."""
    context.engine = "apertium"
    display = params.get("DisplayLanguageCode", "en")
    if display not in NAMES:
        message = f"The laptop names languages in {', '.join(NAMES)}, not in {display}."
        raise ServiceError(
            "UnsupportedDisplayLanguageCodeException", message, DisplayLanguageCode=display
        )
    codes = sorted({code for pair in installed_pairs() for code in pair})
    start = _position(params.get("NextToken"), len(codes))
    end = start + min(params.get("MaxResults", MAX_PAGE), MAX_PAGE)
    page = [
        {"LanguageCode": code, "LanguageName": NAMES[display][code]} for code in codes[start:end]
    ]
    token = {"NextToken": str(end)} if end < len(codes) else {}
    return {"Languages": page, "DisplayLanguageCode": display, **token}


def _position(token: str | None, count: int) -> int:
    if token is None:
        return 0
    if not token.isdigit() or int(token) > count:
        raise ServiceError("InvalidParameterValueException", "The NextToken is not one of ours.")
    return int(token)


def _translated(text: str, params: Params, context: RequestContext) -> tuple[str, dict[str, str]]:
    """The translation, and the two language codes of the reply, as they were asked."""
    if names := params.get("TerminologyNames"):
        message = f"The laptop keeps no terminologies; there is none called {names[0]}."
        raise ServiceError("ResourceNotFoundException", message)
    asked_source, asked_target = params["SourceLanguageCode"], params["TargetLanguageCode"]
    if asked_source == "auto":
        asked_source = _detected(text)
    codes = {"SourceLanguageCode": asked_source, "TargetLanguageCode": asked_target}
    source, target = _plain(asked_source), _plain(asked_target)
    if asked_source == asked_target and source in LANGUAGES:
        return text, codes  # as on AWS, which does not charge for it either
    if not route(source, target):
        raise _unsupported(asked_source, asked_target)
    try:
        translated, context.engine = engine("translation").call("translate", text, source, target)
    except ApertiumError as error:
        raise ServiceError("ServiceUnavailableException", str(error), 503) from error
    return translated, codes


def _detected(text: str) -> str:
    found = engine("translation").call("detect", text)
    if found.confidence < LOW_CONFIDENCE:
        message = (
            f"The language of the text is not clear: {found.code} is the best guess. "
            "Give SourceLanguageCode."
        )
        raise ServiceError(
            "DetectedLanguageLowConfidenceException", message, DetectedLanguageCode=found.code
        )
    return str(found.code)


def _plain(code: str) -> str:
    """``pt-BR`` is translated as ``pt``: Apertium has one of each."""
    return code.split("-", maxsplit=1)[0].lower()


def _unsupported(source: str, target: str) -> ServiceError:
    pairs = installed_pairs()
    if pairs:
        known = ", ".join(f"{a}-{b}" for a, b in pairs)
        why = f"The laptop has these pairs: {known}."
    else:
        why = f"No language pair is installed on the laptop; run: {HOW_TO_INSTALL}"
    return ServiceError(
        "UnsupportedLanguagePairException",
        f"Unsupported language pair: {source} to {target}. {why}",
        SourceLanguageCode=source,
        TargetLanguageCode=target,
    )


def _settings(params: Params) -> dict[str, Any]:
    """AppliedSettings name what was done: nothing here changes formality, length or words."""
    return {"AppliedSettings": {}} if params.get("Settings") else {}


OPERATIONS: Operations = {
    "ListLanguages": list_languages,
    "TranslateDocument": translate_document,
    "TranslateText": translate_text,
}
"""Operation name to implementation."""
