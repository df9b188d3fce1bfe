"""espeak-ng by ctypes: phonemes for Kokoro, and speech where Kokoro is missing.

espeak-ng is GPL-3. It is loaded in the engine's own process only; the API never links it.
"""

from __future__ import annotations

import ctypes
from ctypes import (
    POINTER,
    Structure,
    Union,
    byref,
    c_char,
    c_char_p,
    c_int,
    c_short,
    c_size_t,
    c_uint,
    c_void_p,
)
from dataclasses import dataclass

import espeakng_loader

UTF8 = 1
IPA_WITH_TIES = 0x02 | 0x80 | ord("^") << 8
SYNCHRONOUS = 2
RATE, NORMAL_WORDS_PER_MINUTE = 1, 170
WORD, LIST_TERMINATED = 1, 0


class _Id(Union):
    _fields_ = (("number", c_int), ("name", c_char_p), ("string", c_char * 8))


class _Event(Structure):
    _fields_ = (
        ("type", c_int),
        ("unique_identifier", c_uint),
        ("text_position", c_int),
        ("length", c_int),
        ("audio_position", c_int),
        ("sample", c_int),
        ("user_data", c_void_p),
        ("id", _Id),
    )


_CALLBACK = ctypes.CFUNCTYPE(c_int, POINTER(c_short), c_int, POINTER(_Event))


@dataclass(frozen=True)
class Spoken:
    """16-bit samples, and for each word event its character position and second."""

    samples: bytes
    events: list[tuple[int, float]]


class Espeak:
    """One espeak-ng library; it keeps global state, so a process has one and calls it in turn."""

    def __init__(self) -> None:
        self._library = ctypes.CDLL(espeakng_loader.get_library_path())
        self._library.espeak_TextToPhonemes.restype = c_char_p
        self._library.espeak_Synth.argtypes = (
            *(c_char_p, c_size_t, c_uint, c_int, c_uint, c_uint),
            *(c_void_p, c_void_p),
        )
        data = espeakng_loader.get_data_path().encode()
        self.sample_rate = int(self._library.espeak_Initialize(SYNCHRONOUS, 0, data, 0))
        if self.sample_rate <= 0:
            raise OSError("espeak-ng did not start: its data folder cannot be read")
        self._samples = bytearray()
        self._events: list[tuple[int, float]] = []
        self._callback = _CALLBACK(self._collect)
        self._library.espeak_SetSynthCallback(self._callback)
        self._voice = ""

    def phonemes(self, text: str, voice: str) -> str:
        """IPA of ``text``, words separated by spaces, compound phonemes tied by ``^``."""
        self._use(voice)
        pointer = c_char_p(text.encode())
        clauses = []
        while pointer.value:
            said = self._library.espeak_TextToPhonemes(byref(pointer), UTF8, IPA_WITH_TIES)
            clauses.append((said or b"").decode(errors="ignore"))
        return " ".join(" ".join(clauses).split())

    def speak(self, text: str, voice: str, rate: float) -> Spoken:
        """Speech of ``text``; ``rate`` is a factor on the normal speed."""
        self._use(voice)
        speed = max(80, min(450, round(NORMAL_WORDS_PER_MINUTE * rate)))
        self._library.espeak_SetParameter(RATE, speed, 0)
        self._samples, self._events = bytearray(), []
        data = text.encode()
        self._library.espeak_Synth(data, len(data) + 1, 0, 1, 0, UTF8, None, None)
        return Spoken(bytes(self._samples), list(self._events))

    def _use(self, voice: str) -> None:
        if voice != self._voice:
            if self._library.espeak_SetVoiceByName(voice.encode()) != 0:
                raise OSError(f"espeak-ng has no voice {voice!r}")
            self._voice = voice

    def _collect(self, samples: object, count: int, events: object) -> int:
        if samples and count > 0:
            self._samples += ctypes.string_at(samples, count * 2)  # type: ignore[arg-type]
        number = 0
        while events[number].type != LIST_TERMINATED:  # type: ignore[index]
            event = events[number]  # type: ignore[index]
            if event.type == WORD:
                self._events.append((event.text_position - 1, event.audio_position / 1000))
            number += 1
        return 0
