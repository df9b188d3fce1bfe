"""Speech in a process of its own: text to sound and to the times of its words."""

from __future__ import annotations

from collections import OrderedDict

from recita_local.services.polly import audio, installed, scripting
from recita_local.services.polly.espeak import Espeak
from recita_local.services.polly.request import Request
from recita_local.services.polly.speakers import EspeakSpeaker, KokoroSpeaker, Speaker
from recita_local.services.polly.timeline import Rehearsal, Timeline
from recita_local.services.polly.voices import VOICES

REMEMBERED_BYTES = 80_000_000
"""Sound kept, half an hour and always the last: sound and marks of a text are asked for in turn."""
TURN_SECONDS = 3.0
"""How long a synthesis task speaks before others may: a call waits no longer for one."""


class SpeechEngine:
    """Built once, in the engine's process."""

    def __init__(self, speaker: Speaker | None = None) -> None:
        self._speaker = speaker or _best_speaker()
        self._performances: OrderedDict[Request, Timeline] = OrderedDict()
        self._rehearsed: tuple[Request, Rehearsal] | None = None

    def sound(self, request: Request, output_format: str, sample_rate: int) -> tuple[bytes, str]:
        """The request in ``output_format`` at ``sample_rate`` hertz, and the engine's name.

        Raises :class:`~recita_local.services.polly.script.SsmlError`.
        """
        said = self._perform(request)
        return audio.encode(said.audio, said.sample_rate, output_format, sample_rate), said.engine

    def marks(self, request: Request, kinds: tuple[str, ...]) -> tuple[bytes, str]:
        """Speech marks of ``kinds``, one JSON object a line, and the engine's name."""
        said = self._perform(request)
        return said.lines(kinds), said.engine

    def rehearse(self, request: Request) -> bool:
        """Say a bit of a long request, for sound and marks to come at once when all is said.

        Returns whether something is left; one request at a time.
        """
        if request in self._performances:
            return False
        if self._rehearsed is None or self._rehearsed[0] != request:
            self._rehearsed = (request, self._rehearsal(request))
        rehearsal = self._rehearsed[1]
        if rehearsal.go_on(TURN_SECONDS):
            return True
        self._rehearsed = None
        self._remember(request, rehearsal.timeline())
        return False

    def _perform(self, request: Request) -> Timeline:
        """Say it, unless it was said lately: sound and marks of one text cost one synthesis."""
        said = self._performances.get(request)
        if said is None:
            rehearsal = self._rehearsal(request)
            rehearsal.go_on()
            said = rehearsal.timeline()
            self._remember(request, said)
        self._performances.move_to_end(request)
        return said

    def _rehearsal(self, request: Request) -> Rehearsal:
        voice = VOICES[request.voice_id]
        script = scripting.write(
            request.text, request.text_type, voice.language_code, neural=request.neural
        )
        return Rehearsal(script, voice, self._speaker)

    def _remember(self, request: Request, said: Timeline) -> None:
        self._performances[request] = said
        kept = sum(timeline.audio.nbytes for timeline in self._performances.values())
        while kept > REMEMBERED_BYTES and len(self._performances) > 1:
            _, forgotten = self._performances.popitem(last=False)
            kept -= forgotten.audio.nbytes


def _best_speaker() -> Speaker:
    espeak = Espeak()
    return KokoroSpeaker(espeak) if installed.kokoro_ready() else EspeakSpeaker(espeak)
