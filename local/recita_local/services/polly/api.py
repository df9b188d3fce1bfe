"""Polly's operations: limits, errors and reply shapes; the engine does the speaking."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from recita_local.engines import engine
from recita_local.services.polly import installed, ssml
from recita_local.services.polly.request import Request
from recita_local.services.polly.script import SsmlError
from recita_local.services.polly.voices import LANGUAGE_NAMES, VOICES, Voice
from recita_local.wire.service import Operations, Params, Reply, RequestContext, ServiceError

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_CHARACTERS = 6000
MAX_BILLED_CHARACTERS = 3000
"""Both from Polly's quotas for SynthesizeSpeech; tags are not billed."""

CONTENT_TYPES = {
    "json": "application/x-json-stream",
    "mp3": "audio/mpeg",
    "ogg_opus": "audio/ogg",
    "ogg_vorbis": "audio/ogg",
    "pcm": "audio/pcm",
    "mulaw": "audio/mulaw",
    "alaw": "audio/alaw",
}
SAMPLE_RATES = {
    "json": (8000, 16000, 22050, 24000),
    "mp3": (8000, 16000, 22050, 24000),
    "ogg_vorbis": (8000, 16000, 22050, 24000),
    "ogg_opus": (8000, 16000, 24000, 48000),
    "pcm": (8000, 16000),
    "mulaw": (8000,),
    "alaw": (8000,),
}
DEFAULT_RATES = {"pcm": 16000, "mulaw": 8000, "alaw": 8000, "ogg_opus": 48000}


def synthesize_speech(params: Params, context: RequestContext) -> Reply:
    """SynthesizeSpeech: sound, or with ``OutputFormat=json`` the times of its words."""
    voice = _voice(params)
    kinds = _mark_types(params)
    rate = _sample_rate(params, neural=params.get("Engine") == "neural")
    if params.get("LexiconNames"):
        raise ServiceError("LexiconNotFoundException", "The laptop keeps no lexicons.", 404)
    request = Request(
        text=params["Text"],
        text_type=params.get("TextType", "text"),
        voice_id=voice.id,
        neural=params.get("Engine") == "neural",
    )
    billed = _billed(request, voice)
    _require_engine()
    if params["OutputFormat"] == "json":
        data, name = engine("speech").call("marks", request, kinds)
    else:
        data, name = engine("speech").call("sound", request, params["OutputFormat"], rate)
    context.engine = name
    return {
        "AudioStream": data,
        "ContentType": CONTENT_TYPES[params["OutputFormat"]],
        "RequestCharacters": billed,
    }


def describe_voices(params: Params, context: RequestContext) -> Reply:
    """DescribeVoices: the voices that can speak here, all on one page."""
    if params.get("NextToken"):
        message = "The laptop lists its voices on one page and gave out no token."
        raise ServiceError("InvalidNextTokenException", message)
    context.engine = installed.speech_engine() or ""
    voices = [VOICES[voice.id] for voice in installed.installed_voices()]
    return {"Voices": [_described(voice) for voice in voices if _wanted(voice, params)]}


def _wanted(voice: Voice, params: Params) -> bool:
    code, wanted = params.get("LanguageCode"), params.get("Engine")
    return code in {None, voice.language_code} and (wanted is None or wanted in voice.engines)


def _described(voice: Voice) -> dict[str, Any]:
    return {
        "Gender": voice.gender,
        "Id": voice.id,
        "LanguageCode": voice.language_code,
        "LanguageName": LANGUAGE_NAMES[voice.language_code],
        "Name": voice.name,
        "SupportedEngines": list(voice.engines),
    }


def _voice(params: Params) -> Voice:
    voice = VOICES.get(params["VoiceId"])
    if voice is None:
        message = f"The laptop has no voice {params['VoiceId']}; it has {', '.join(VOICES)}."
        raise ServiceError("EngineNotSupportedException", message)
    wanted = params.get("Engine", "standard")
    if wanted not in voice.engines:
        message = f"This voice does not support the selected engine: {wanted}"
        raise ServiceError("EngineNotSupportedException", message)
    code = params.get("LanguageCode", voice.language_code)
    if code != voice.language_code:
        message = f"{voice.id} speaks {voice.language_code} only, not {code}."
        raise ServiceError("LanguageNotSupportedException", message)
    return voice


def _mark_types(params: Params) -> tuple[str, ...]:
    kinds: Sequence[str] = params.get("SpeechMarkTypes") or ()
    if kinds and params["OutputFormat"] != "json":
        message = "Speech marks are only available for content in json format."
        raise ServiceError("MarksNotSupportedForFormatException", message)
    if not kinds and params["OutputFormat"] == "json":
        message = "The output format json needs at least one of SpeechMarkTypes."
        raise ServiceError("ValidationException", message)
    if "ssml" in kinds and params.get("TextType", "text") != "ssml":
        message = "SSML speech marks are not supported for plain text input."
        raise ServiceError("SsmlMarksNotSupportedForTextTypeException", message)
    return tuple(kinds)


def _sample_rate(params: Params, *, neural: bool) -> int:
    output_format = params["OutputFormat"]
    allowed = SAMPLE_RATES[output_format]
    default = DEFAULT_RATES.get(output_format, 24000 if neural else 22050)
    text = str(params.get("SampleRate") or default)
    if not text.isdigit() or int(text) not in allowed:
        rates = ", ".join(map(str, allowed))
        message = f"{text} is no sample rate of {output_format}; it has {rates}."
        raise ServiceError("InvalidSampleRateException", message)
    return int(text)


def _billed(request: Request, voice: Voice) -> int:
    """Characters outside tags; raises what Polly raises for long texts and bad SSML."""
    if len(request.text) > MAX_CHARACTERS:
        raise ServiceError("TextLengthExceededException", "Maximum text length has been exceeded")
    billed = len(request.text)
    if request.text_type == "ssml":
        try:
            blocks = ssml.parse(request.text, voice.language_code, neural=request.neural)
        except SsmlError as error:
            raise ServiceError("InvalidSsmlException", str(error)) from error
        billed = sum(len(block.text) for block in blocks)
    if billed > MAX_BILLED_CHARACTERS:
        raise ServiceError("TextLengthExceededException", "Maximum text length has been exceeded")
    return billed


def _require_engine() -> None:
    if not installed.espeak_ready():
        message = "No speech engine is installed here; run: make setup"
        raise ServiceError("ServiceFailureException", message, 500)


OPERATIONS: Operations = {
    "DescribeVoices": describe_voices,
    "SynthesizeSpeech": synthesize_speech,
}
"""Operation name to implementation."""
