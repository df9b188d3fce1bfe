"""A spoken summary through the computer's own player."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from recita_cli import exits
from recita_cli.console import CliError, say
from recita_cli.readable import PLAYERS

if TYPE_CHECKING:
    from recita_client import Audio, Document


def play(document: Document, language: str | None) -> None:
    """Play the summary in a language, or in the first that was spoken.

    Raises CliError when nothing was spoken so, when no player is installed and when it fails.
    """
    speech, player = _spoken(document, language), _player()
    entry = speech.entry
    with tempfile.TemporaryDirectory() as folder:
        sound = Path(folder) / f"{entry.language}.mp3"
        sound.write_bytes(speech.mp3())
        seconds = entry.duration_seconds or 0
        say(f"{entry.language}, {seconds:.0f} s by {entry.voice}, played by {player[0]}")
        done = subprocess.run([*player, str(sound)], check=False)  # noqa: S603 - a known player
    if done.returncode:
        message = f"{player[0]} ended with code {done.returncode}"
        raise CliError(message, f"see whether `{player[0]}` plays another file")


def _spoken(document: Document, language: str | None) -> Audio:
    entries = document.manifest.audio
    spoken = [entry.language for entry in entries if entry.status == "SUCCEEDED"]
    asked = [code for code in spoken if language in (None, code)]
    if asked:
        return document.audio(asked[0])
    if spoken:
        there = ", ".join(spoken)
        message = f"there is no speech in {language}"
        raise CliError(message, f"it is spoken in {there}", exits.USAGE)
    reasons = [entry.reason.message for entry in entries if entry.reason]
    message = f"nothing of this document was spoken{': ' + reasons[0] if reasons else ''}"
    raise CliError(message, "run it again with --languages and --speak summary")


def _player() -> list[str]:
    players = {name: call for name, call in PLAYERS.items() if name != "open"}  # does not wait
    for name, call in players.items():
        if shutil.which(name):
            return shlex.split(call)
    names = ", ".join(players)
    fix = f"install one of {names}, or open the page audio/<language>.html of `recita run`"
    raise CliError("no program that plays MP3 was found", fix)
