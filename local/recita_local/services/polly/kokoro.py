"""Kokoro-82M: phonemes to speech, with the model's own duration of every phoneme."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime as ort

from recita_local import weights

Audio = npt.NDArray[np.float32]

SAMPLE_RATE = 24000
SAMPLES_PER_UNIT = 600
"""One unit of the duration tensor: 25 ms."""

MAX_SYMBOLS = 500
"""The model takes 510 with padding; a style vector exists for each length up to 509."""


@dataclass(frozen=True)
class Speech:
    """Mono samples at 24 kHz in -1..1, and the second at which each symbol begins.

    ``starts`` has one more entry than there are symbols: the end of the last one.
    """

    audio: Audio
    starts: npt.NDArray[np.float64]


class Kokoro:
    """The model and the style vectors of its voices."""

    def __init__(self) -> None:
        vocabulary = json.loads(weights.ensure("kokoro-vocab").read_text(encoding="utf-8"))
        self.vocabulary: dict[str, int] = vocabulary["vocab"]
        options = ort.SessionOptions()
        options.log_severity_level = 3  # the export repeats an initialiser warning on each load
        # Two cores are shared with other engines: threads that wait must not burn one.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = ort.InferenceSession(
            str(weights.ensure("kokoro-model")), options, providers=["CPUExecutionProvider"]
        )
        self._voices = weights.ensure("kokoro-voices")

    def known(self, phonemes: str) -> str:
        """``phonemes`` without the symbols the model was not trained on."""
        return "".join(char for char in phonemes if char in self.vocabulary)

    def say(self, phonemes: str, voice: str, rate: float) -> Speech:
        """Speech of at most :data:`MAX_SYMBOLS` known symbols."""
        ids = [self.vocabulary[char] for char in phonemes]
        style = _style(self._voices / f"{voice}.bin")[len(ids)]
        audio, durations = self._session.run(
            None,
            {
                "tokens": np.array([[0, *ids, 0]], np.int64),
                "style": style[None],
                "speed": np.array([rate], np.float32),
            },
        )
        ends = np.cumsum(durations.ravel()) * SAMPLES_PER_UNIT / SAMPLE_RATE
        return Speech(audio.ravel().astype(np.float32), ends[: len(ids) + 1].astype(np.float64))


@lru_cache(maxsize=16)
def _style(path: Path) -> Audio:
    return np.fromfile(path, np.float32).reshape(-1, 256)
