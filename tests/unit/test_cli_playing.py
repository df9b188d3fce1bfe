"""``recita show --play``: the right file to the right player, and words where that can't be."""

from __future__ import annotations

import stat
from dataclasses import dataclass
from pathlib import Path

import pytest
from recita.models.document import result_key
from recita_cli import playing, readable
from recita_cli.console import CliError
from recita_client import Document, open_document

from tests.fakes import Pipeline

pytestmark = pytest.mark.disable_socket


@dataclass(frozen=True)
class Published:
    """A source over what the pipeline of fakes has published."""

    pipeline: Pipeline
    document_id: str
    name: str = "a.txt"

    def read(self, key: str) -> bytes:
        return self.pipeline.results.objects[result_key(self.document_id, key)]

    def sibling(self, document_id: str) -> Published:
        return Published(self.pipeline, document_id)


def spoken(*languages: str, speak: str = "summary") -> Document:
    pipeline = Pipeline(",".join(languages), speak)
    manifest = pipeline.run(b"Invoice 4711 was issued.", "a.txt")
    return open_document(Published(pipeline, manifest.document_id))


@pytest.fixture
def player(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An mpv that keeps what it was given to play; gives back the place where."""
    program, heard = tmp_path / "mpv", tmp_path / "heard.mp3"
    program.write_text(f'#!/bin/sh\nfor last; do :; done\n/bin/cat "$last" > {heard}\n')
    program.chmod(program.stat().st_mode | stat.S_IEXEC)
    monkeypatch.setenv("PATH", str(tmp_path))
    return heard


@pytest.mark.parametrize(("asked", "language"), [(None, "es"), ("pt", "pt")])
def test_the_sound_is_played(player: Path, asked: str | None, language: str) -> None:
    document = spoken("es", "pt")
    playing.play(document, asked)
    assert player.read_bytes() == document.read(f"audio/{language}.mp3")


@pytest.mark.usefixtures("player")
@pytest.mark.parametrize(
    ("languages", "speak", "asked", "expected"),
    [
        (("es",), "summary", "fr", "no speech in fr"),
        (("es",), "none", None, "nothing of this document was spoken"),
        (("xx",), "summary", None, "no voice is known for xx"),
    ],
)
def test_what_was_not_spoken_can_not_be_played(
    languages: tuple[str, ...], speak: str, asked: str | None, expected: str
) -> None:
    document = spoken(*languages, speak=speak)
    with pytest.raises(CliError, match=expected):
        playing.play(document, asked)


def test_the_whole_text_is_named_where_it_was_asked_for() -> None:
    manifest = spoken("es", speak="full").manifest
    told = " ".join(" ".join(readable.result("a.txt", manifest, None)).split())
    assert "the whole text (translations/es/text.md)" in told
    assert "the whole text (audio/es.text.mp3)" in told


def test_without_a_player_the_page_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    document = spoken("es")
    with pytest.raises(CliError, match="no program that plays MP3") as raised:
        playing.play(document, None)
    assert "mpv" in raised.value.fix
    assert "audio/<language>.html" in raised.value.fix


def test_a_player_that_fails_is_named(player: Path) -> None:
    (player.parent / "mpv").write_text("#!/bin/sh\nexit 3\n")
    document = spoken("es")
    with pytest.raises(CliError, match="mpv ended with code 3"):
        playing.play(document, None)
