"""Polly's operations: limits, errors and reply shapes; the engine does the speaking."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from recita_local.engines import engine
from recita_local.services.polly import installed, ssml
from recita_local.services.polly.request import Request
from recita_local.services.polly.script import SsmlError
from recita_local.services.polly.tasks import TASKS, Task
from recita_local.services.polly.voices import LANGUAGE_NAMES, VOICES, Voice
from recita_local.wire.service import Operations, Params, Reply, RequestContext, ServiceError

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_CHARACTERS = 6000
MAX_BILLED_CHARACTERS = 3000
"""Both from Polly's quotas for SynthesizeSpeech; tags are not billed."""
MAX_TASK_CHARACTERS = 200_000
MAX_TASK_BILLED_CHARACTERS = 100_000
"""The same for StartSpeechSynthesisTask."""
YIELD_SECONDS = 0.02
"""Between two turns of a task, for a call that waits to have the engine."""

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


@dataclass(frozen=True)
class Order:
    """A request that was found to be right: what is to be said, and what it costs."""

    request: Request
    kinds: tuple[str, ...]
    output_format: str
    rate: int
    billed: int

    def performed(self) -> tuple[bytes, str]:
        """Sound or marks, and the engine's name."""
        if self.output_format == "json":
            data, name = engine("speech").call("marks", self.request, self.kinds)
        else:
            data, name = engine("speech").call("sound", self.request, self.output_format, self.rate)
        return bytes(data), str(name)

    def rehearsed(self) -> bytes:
        """The same of a long text: said bit by bit, so that calls need not wait for its end."""
        while engine("speech").call("rehearse", self.request):
            time.sleep(YIELD_SECONDS)
        return self.performed()[0]


def synthesize_speech(params: Params, context: RequestContext) -> Reply:
    """SynthesizeSpeech: sound, or with ``OutputFormat=json`` the times of its words."""
    order = _order(params, MAX_CHARACTERS, MAX_BILLED_CHARACTERS)
    data, context.engine = order.performed()
    return {
        "AudioStream": data,
        "ContentType": CONTENT_TYPES[params["OutputFormat"]],
        "RequestCharacters": order.billed,
    }


def start_speech_synthesis_task(params: Params, context: RequestContext) -> Reply:
    """StartSpeechSynthesisTask: texts of up to 100,000 billed characters, into a bucket."""
    order = _order(params, MAX_TASK_CHARACTERS, MAX_TASK_BILLED_CHARACTERS)
    context.engine = installed.speech_engine() or ""
    task = Task(params, context, order.billed, order.rehearsed)
    return {"SynthesisTask": TASKS.start(task).described()}


def get_speech_synthesis_task(params: Params, context: RequestContext) -> Reply:
    """GetSpeechSynthesisTask."""
    context.engine = installed.speech_engine() or ""
    return {"SynthesisTask": TASKS.get(params["TaskId"]).described()}


def list_speech_synthesis_tasks(params: Params, context: RequestContext) -> Reply:
    """ListSpeechSynthesisTasks: newest first, a hundred a page at most."""
    context.engine = installed.speech_engine() or ""
    found, token = TASKS.all(params.get("Status")), params.get("NextToken", "0")
    if not token.isdigit() or int(token) > len(found):
        raise ServiceError("InvalidNextTokenException", "The NextToken is not one of ours.")
    end = int(token) + params.get("MaxResults", 100)
    more = {"NextToken": str(end)} if end < len(found) else {}
    return {"SynthesisTasks": [task.described() for task in found[int(token) : end]], **more}


def _order(params: Params, most: int, most_billed: int) -> Order:
    """The request, checked; raises what Polly raises."""
    voice = _voice(params)
    neural = params.get("Engine") == "neural"
    kinds, rate = _mark_types(params), _sample_rate(params, neural=neural)
    if params.get("LexiconNames"):
        raise ServiceError("LexiconNotFoundException", "The laptop keeps no lexicons.", 404)
    request = Request(
        text=params["Text"],
        text_type=params.get("TextType", "text"),
        voice_id=voice.id,
        neural=neural,
    )
    billed = _billed(request, voice, most, most_billed)
    _require_engine()
    return Order(request, kinds, params["OutputFormat"], rate, billed)


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


def _billed(request: Request, voice: Voice, most: int, most_billed: int) -> int:
    """Characters outside tags; raises what Polly raises for long texts and bad SSML."""
    if len(request.text) > most:
        raise ServiceError("TextLengthExceededException", "Maximum text length has been exceeded")
    billed = len(request.text)
    if request.text_type == "ssml":
        try:
            blocks = ssml.parse(request.text, voice.language_code, neural=request.neural)
        except SsmlError as error:
            raise ServiceError("InvalidSsmlException", str(error)) from error
        billed = sum(len(block.text) for block in blocks)
    if billed > most_billed:
        raise ServiceError("TextLengthExceededException", "Maximum text length has been exceeded")
    return billed


def _require_engine() -> None:
    if not installed.espeak_ready():
        message = "No speech engine is installed here; run: make setup"
        raise ServiceError("ServiceFailureException", message, 500)


OPERATIONS: Operations = {
    "DescribeVoices": describe_voices,
    "GetSpeechSynthesisTask": get_speech_synthesis_task,
    "ListSpeechSynthesisTasks": list_speech_synthesis_tasks,
    "StartSpeechSynthesisTask": start_speech_synthesis_task,
    "SynthesizeSpeech": synthesize_speech,
}
"""Operation name to implementation."""
