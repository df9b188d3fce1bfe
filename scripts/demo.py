"""Four files through the whole pipeline on this machine: ``make demo``.

Makes its samples, runs ``recita run`` on them and holds each outcome against what it should be.
Exit code 0 when every outcome is as expected.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import typer
from recita_cli import readable
from recita_client import open_document
from recita_local import doctor
from recita_local.samples import Sample, make

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = ROOT / ".recita" / "samples"
LANGUAGES = "es,fr"
LIMITED = {"Translate engine", "voices", "models"}
"""Checks of the doctor whose absence costs languages, and so makes COMPLETED into PARTIAL."""


def main(out: Path) -> int:
    """Run the demo, tell what happened, and return the exit code."""
    samples = make(SAMPLES)
    say(f"Four files, each to be summarised, translated into {LANGUAGES} and spoken:")
    for sample in samples:
        say(f"  {sample.path.name}: {sample.about}")
    say("The first run loads the models; a minute or two is normal.\n")
    lines = run([sample.path for sample in samples], out)
    lacking = [check for check in doctor.examine() if check.name in LIMITED and check.fix]
    verdicts = [
        judge(sample, line, limited=bool(lacking))
        for sample, line in zip(samples, lines, strict=True)
    ]
    conclude(lines, verdicts, lacking)
    return 0 if all(verdicts) else 1


def say(text: str) -> None:
    """Print at once, in step with standard error, and without colours outside a terminal."""
    typer.echo(text)


def run(files: list[Path], out: Path) -> list[dict[str, Any]]:
    """What ``recita run --json`` prints, one line per file; progress passes through."""
    command = [Path(sys.executable).with_name("recita"), "run", *files]
    options = ["--languages", LANGUAGES, "--speak", "summary", "--out", out, "--json"]
    answer = subprocess.run(  # noqa: S603 - our own command on our own files
        [str(part) for part in [*command, *options]], stdout=subprocess.PIPE, text=True, check=False
    )
    lines = [json.loads(line) for line in answer.stdout.splitlines()]
    if len(lines) != len(files):
        raise SystemExit(answer.returncode or 1)  # the command has said why
    return lines


def judge(sample: Sample, line: dict[str, Any], *, limited: bool) -> bool:
    """Print what became of one file and say whether that is what should have."""
    say("")
    if line["manifest"] is None:
        say(f"{sample.path.name}: no result: {line['error']['message']}")
        return False
    manifest = open_document(line["directory"]).manifest
    say("\n".join(readable.result(sample.path.name, manifest, Path(line["directory"]))))
    expected = (
        {sample.status, "PARTIAL"} if limited and sample.status != "REJECTED" else {sample.status}
    )
    if manifest.status in expected:
        return True
    say(f"  NOT AS EXPECTED: {manifest.status} instead of {sample.status}")
    return False


def conclude(
    lines: list[dict[str, Any]], verdicts: list[bool], lacking: list[doctor.Check]
) -> None:
    """Say where everything lies and what to do next."""
    player = readable.player()
    audio = [
        Path(line["directory"]) / entry["artifact"]
        for line in lines
        for entry in (line["manifest"] or {}).get("audio", [])
        if entry["artifact"]
    ]
    say(f"\n{sum(verdicts)} of {len(verdicts)} outcomes as expected.")
    if audio:
        say(f"To hear them ({player or 'any player or browser opens MP3'}):")
    for file in audio:
        say(f"  {player} {file}" if player else f"  {file}")
    for check in lacking:
        say(f"This machine lacks something: {check.name}: {check.detail}\n  fix: {check.fix}")
    say("The laptop stack stays up: `recita status`, `recita show`, `recita down`.")


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path("out")))
