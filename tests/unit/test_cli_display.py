"""Progress and results as people see them."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import recita_client
from recita.models.manifest import (
    AudioEntry,
    Cost,
    ImageEntry,
    ImageLedger,
    Ledger,
    Manifest,
    Source,
    TranslationEntry,
)
from recita.models.manifest import SummaryEntry as Summary
from recita.models.picture import Label
from recita.models.reasons import reason
from recita.models.record import StepError, StepRecord
from recita_cli import readable
from recita_cli.console import CliError
from recita_cli.display import Lines, LiveTable, shown, step_text
from recita_cli.following import Journey
from recita_cli.show import report

START = datetime(2026, 5, 1, tzinfo=UTC)


def record(name: str, status: Any = "SUCCEEDED", error: StepError | None = None) -> StepRecord:
    end = START + timedelta(seconds=1.25)
    return StepRecord(name=name, status=status, started_at=START, ended_at=end, error=error)


def manifest(**fields: Any) -> recita_client.Manifest:
    """A manifest as the client reads it."""
    given: dict[str, Any] = {
        "document_id": "a" * 32,
        "execution": "a" * 32,
        "created_at": START,
        "status": "COMPLETED",
        "reason": None,
        "source": Source(
            bucket="in", key="k", version_id="v", bytes=1, sha256="0", media_type="application/pdf"
        ),
        "route": "document",
        "ledger": Ledger(),
        "cost": Cost(estimated=0.0, price_table="2026-11"),
    }
    made = Manifest.model_validate(given | fields)
    return recita_client.parse_manifest(made.model_dump_json())


def summary() -> Summary:
    return Summary(
        text="Long story \x1b[2J short.",
        language="pt",
        artifact="summary/pt.json",
        model="m",
        prompt_version="1",
        grounding=None,
        sentences=(),
    )


def test_a_summary_tells_what_it_rests_on() -> None:
    held = {"score": 0.71, "threshold": 0.5}
    sentences = [
        {"text": "One.", "pages": [3, 1], "grounding": {"score": 0.9, "threshold": 0.5}},
        {"text": "Two.", "pages": [1], "grounding": held},
        {"text": "Three.", "pages": []},
    ]
    said = summary().model_dump() | {"sentences": sentences, "grounding": held}
    windows = {"total": 3, "summarised": 2, "missing": [{"pages": "4-9", "reason": "not-json"}]}
    found = manifest(summary=said, ledger={"windows": windows})
    short = "\n".join(readable.result("a.pdf", found, None))
    assert "rests on   pages 1, 3; lowest grounding score 0.71, 0.50 is asked for" in short
    whole = "\n".join(report(found))
    assert "pages 3, 1" in whole
    assert "grounding 0.71 of 0.50" in whole
    assert "pages not named" in whole
    assert "2 of 3 summarised; pages 4-9: not-json" in whole


def test_what_came_with_a_mail_is_named_with_its_document() -> None:
    child = {
        "document_id": "b" * 32,
        "key": "attachments/x",
        "name": "a\x07.pdf",
        "media_type": "x",
    }
    text = "\n".join(readable.result("mail.eml", manifest(children=[child]), None))
    assert f"attached   a .pdf (document {'b' * 32})" in text


def test_a_step_names_its_duration_and_its_error() -> None:
    failed = record("read-pages", "FAILED", StepError(name="OcrFailedError", message="x"))
    assert step_text(record("translate-summary:es")) == "translate-summary:es 1.2 s"
    assert step_text(failed) == "read-pages 1.2 s FAILED (OcrFailedError)"


def test_lines_are_for_logs(capsys: pytest.CaptureFixture[str]) -> None:
    journey = Journey("a.pdf", "a" * 32, started=0.0, ended=3.0, status="PARTIAL")
    with shown(quiet=False) as display:
        assert isinstance(display, Lines)
        display.step(journey, record("inspect-document"))
        display.tick([journey])
        display.over(journey)

    told = capsys.readouterr()
    assert told.err == "a.pdf: inspect-document 1.2 s\na.pdf: PARTIAL after 3.0 s\n"
    assert told.out == ""


def test_a_terminal_gets_a_table_with_every_document() -> None:
    from rich.console import Console

    table = LiveTable()
    drawn = io.StringIO()
    table.live.console = Console(file=drawn, force_terminal=True, width=120)
    moving = Journey("[b]a[/b].pdf", "a" * 32, steps={"read-pages": record("read-pages")})
    gone = CliError("its results were erased")
    done = Journey("b.pdf", "b" * 32, status="COMPLETED", error=gone)
    with table.live:
        table.tick([moving, done])

    text = drawn.getvalue()
    assert "[b]a[/b].pdf" in text  # a file name is no markup
    assert "read 1.2" in text
    assert "COMPLETED" in text


def test_a_document_cannot_steer_the_terminal() -> None:
    text = "\n".join(readable.result("a\x07.pdf", manifest(summary=summary()), None))
    assert "\x07" not in text
    assert "\x1b[2J" not in text
    assert "Long story" in text


def test_a_rejection_says_why_and_what_next() -> None:
    given = manifest(status="REJECTED", reason=reason("encrypted", "it wants a password"))
    text = "\n".join(readable.result("a.pdf", given, Path("out/aaa")))
    assert "encrypted: it wants a password" in text
    assert "Remove the password" in text
    assert "out/aaa/" in text


def test_each_language_says_what_became_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readable, "player", lambda: "mpv")
    given = manifest(
        summary=summary(),
        translations=(
            TranslationEntry(language="es", status="SUCCEEDED", artifact="summary/es.json"),
            TranslationEntry(
                language="zu", status="FAILED", reason=reason("languages-missing", "no such pair")
            ),
        ),
        audio=(
            AudioEntry(
                language="es",
                status="SUCCEEDED",
                artifact="audio/es.mp3",
                captions="audio/es.vtt",
                read_along="audio/es.html",
                voice="Lupe",
                duration_seconds=12.4,
            ),
        ),
    )
    text = "\n".join(readable.result("a.pdf", given, Path("my out")))
    assert "translated (summary/es.json); spoken by Lupe, 12 s" in text
    assert "not translated: no such pair" in text
    assert "audio/es.vtt, to follow in audio/es.html)" in " ".join(text.split())
    assert "mpv 'my out/audio/es.mp3'" in text
    assert "  follow it  'my out/audio/es.html'" in text


@pytest.mark.parametrize(
    ("actions", "words"),
    [
        ([], ""),
        (["NONE", "NONE"], "2 checks, no intervention"),
        (["NONE", "ANONYMIZED", "ANONYMIZED"], "input ANONYMIZED pii/EMAIL"),
    ],
)
def test_the_guardrail_in_words(actions: list[Any], words: str) -> None:
    used = {"id": "g", "version": "1"}
    verdicts = [
        {
            "stage": "input",
            "target": "text",
            "action": action,
            "policies": ["pii/EMAIL"],
            "guardrail": used,
        }
        for action in actions
    ]
    assert readable.guardrail(manifest(guardrails=verdicts).guardrails) == words


def image(number: int, description: str | None = None) -> ImageEntry:
    return ImageEntry(
        id=f"{number:04d}",
        page=number,
        repeats=0,
        kind="photo",
        labels=(Label(name="Dog", confidence=97.4),),
        faces=0,
        moderation=(),
        text="",
        alt="",
        description=description,
        image=f"images/{number:04d}.jpg",
        artifact=f"images/{number:04d}.json",
        error=None,
    )


def test_pictures_of_a_document_are_counted_and_some_shown(tmp_path: Path) -> None:
    counted = ImageLedger(found=5, seen=4, described=1, withheld=1, repeats=7)
    found = manifest(
        images=(image(1, "A dog."), *(image(n) for n in range(2, 6))), ledger=Ledger(images=counted)
    )
    lines = readable.result("a.pdf", found, tmp_path)
    shown = [line.split(maxsplit=1) for line in lines]
    assert ["pictures", "4 of 5 seen, 1 described, 1 withheld, 7 repeats"] in shown
    assert ["0001", "page 1: A dog."] in shown
    assert ["0002", "page 2: Dog 97 %"] in shown
    assert not any(line.startswith("0004") for line in lines)
    assert f"{tmp_path}/images/index.html" in lines[-1]
