"""``recita show --play``: the right file to the right player, and words where that can't be."""

from __future__ import annotations

import stat
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from recita.models.manifest import Manifest
from recita_cli import playing, readable
from recita_cli.console import CliError

from tests.fakes import Pipeline

pytestmark = pytest.mark.disable_socket


class Bucket:
    def __init__(self, pipeline: Pipeline) -> None:
        self.objects = pipeline.results.objects

    def get_object(self, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: N803
        assert Bucket == "res"
        return {"Body": SimpleNamespace(read=lambda: self.objects[Key])}


def spoken(*languages: str, speak: str = "summary") -> tuple[Any, Manifest, Pipeline]:
    pipeline = Pipeline(",".join(languages), speak)
    manifest = pipeline.run(b"Invoice 4711 was issued.", "a.txt")
    where = SimpleNamespace(s3=Bucket(pipeline), outputs={"ResultsBucketName": "res"})
    return where, manifest, pipeline


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
    where, manifest, pipeline = spoken("es", "pt")
    playing.play(where, manifest, asked)
    assert player.read_bytes() == pipeline.artifact(manifest, f"audio/{language}.mp3")


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
    where, manifest, _ = spoken(*languages, speak=speak)
    with pytest.raises(CliError, match=expected):
        playing.play(where, manifest, asked)


def test_the_whole_text_is_named_where_it_was_asked_for() -> None:
    _, manifest, _ = spoken("es", speak="full")
    told = " ".join(" ".join(readable.result("a.txt", manifest, None)).split())
    assert "the whole text (translations/es/text.md)" in told
    assert "the whole text (audio/es.text.mp3)" in told


def test_without_a_player_the_page_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    where, manifest, _ = spoken("es")
    with pytest.raises(CliError, match="no program that plays MP3") as raised:
        playing.play(where, manifest, None)
    assert "mpv" in raised.value.fix
    assert "audio/<language>.html" in raised.value.fix


def test_a_player_that_fails_is_named(player: Path) -> None:
    (player.parent / "mpv").write_text("#!/bin/sh\nexit 3\n")
    where, manifest, _ = spoken("es")
    with pytest.raises(CliError, match="mpv ended with code 3"):
        playing.play(where, manifest, None)
