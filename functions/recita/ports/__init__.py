"""What the domain needs from the world, as Protocols; adapters and fakes fill them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from recita.models.document import Upload
from recita.models.event import DocumentEvent
from recita.models.page import Feature, Page
from recita.models.picture import Instance, Label, Moderation
from recita.models.steps import OcrCursor
from recita.ports.admission import Documents as Documents
from recita.ports.admission import Outcome as Outcome
from recita.ports.admission import Workflow as Workflow
from recita.ports.bedrock import MAX_TOKENS as MAX_TOKENS
from recita.ports.bedrock import TOO_LONG as TOO_LONG
from recita.ports.bedrock import Answer as Answer
from recita.ports.bedrock import GuardedText as GuardedText
from recita.ports.bedrock import Guardrail as Guardrail
from recita.ports.bedrock import Model as Model
from recita.ports.bedrock import Prompt as Prompt
from recita.ports.polly import Mark as Mark
from recita.ports.polly import SpeechOrder as SpeechOrder
from recita.ports.polly import SpeechTask as SpeechTask
from recita.ports.polly import SpeechTasks as SpeechTasks
from recita.ports.polly import Spoken as Spoken
from recita.ports.polly import TaskState as TaskState
from recita.ports.polly import Voice as Voice
from recita.ports.polly import VoiceChoice as VoiceChoice


@dataclass(frozen=True)
class UploadedFile:
    """An upload on disk, for half a gigabyte is too much to hold, and its user metadata."""

    path: Path
    metadata: dict[str, str]
    """``x-amz-meta-…``, without the prefix."""

    @property
    def size(self) -> int:
        """Bytes."""
        return self.path.stat().st_size


@dataclass(frozen=True)
class NewUpload:
    """An object to be put into the input bucket."""

    key: str
    body: bytes
    media_type: str
    metadata: dict[str, str]


class Uploads(Protocol):
    """The input bucket."""

    def fetch(self, upload: Upload, limit: int) -> AbstractContextManager[UploadedFile]:
        """Lend one version of an object as a file that is deleted when the block ends.

        Raises DocumentRejectedError ``too-large`` above ``limit`` bytes, before reading them.
        """

    def attach(self, parent: Upload, attachment: NewUpload) -> Upload:
        """Put an object beside ``parent`` and return its version; once, however often asked."""


class Results(Protocol):
    """The results bucket."""

    bucket: str

    def read(self, key: str) -> bytes | None:
        """Return the object, or None when there is none."""

    def names(self, prefix: str) -> list[str]:
        """Return the keys that begin with ``prefix``, in the order of their bytes."""

    def write(self, key: str, body: bytes, media_type: str) -> None:
        """Create or replace the object."""

    def upload(self, key: str, path: Path, media_type: str) -> None:
        """Create or replace the object by a file, which may be larger than memory."""

    def download(self, key: str, path: Path) -> bool:
        """Write the object to a file, which may be larger than memory; False without one."""

    def remove(self, prefix: str, keep: str = "") -> None:
        """Remove every object whose key begins with ``prefix``, but the one named ``keep``."""

    def erase(self, prefix: str) -> int:
        """Delete every version of what lies under ``prefix``; return how many there were."""

    def publish(self, key: str, body: bytes, accept: Callable[[bytes], bool]) -> bytes:
        """Write ``key`` by one conditional write and return what the key then holds.

        ``accept`` looks at an existing body and says whether it may be replaced.
        """


@dataclass(frozen=True)
class OcrResult:
    """Pages as OCR read them, numbered as in what was sent; ``failed`` has the others' codes."""

    pages: tuple[Page, ...]
    failed: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class OcrOrder:
    """A job to start: a PDF in the results bucket, what to look for beside text, and a tag.

    ``seal`` stands for what the PDF holds: orders that are equal are one job, paid once.
    """

    key: str
    tag: str
    features: tuple[Feature, ...] = ()
    seal: str = ""


@dataclass(frozen=True)
class OcrPart(OcrResult):
    """Some pages of a job; nothing when the job is still ``running``."""

    pages: tuple[Page, ...] = ()
    following: OcrCursor | None = None
    """Where to go on; None after the last part."""
    running: bool = False


class Ocr(Protocol):
    """Amazon Textract."""

    def read(self, page: bytes, features: Sequence[Feature] = ()) -> OcrResult:
        """Read one page (PDF, PNG or JPEG of at most 10 MB) at once."""

    def start(self, order: OcrOrder) -> str:
        """Start a job and return its id."""

    def running(self, job_id: str, features: Sequence[Feature] = ()) -> bool:
        """Return whether a job has not ended yet, well or badly."""

    def collect(
        self, job_id: str, features: Sequence[Feature] = (), cursor: OcrCursor | None = None
    ) -> Iterator[OcrPart]:
        """Yield what a job has read, part by part; collecting again costs nothing.

        Raises OcrFailedError when the job ended without a result.
        """


class Vision(Protocol):
    """Amazon Rekognition, asked about one upright JPEG or PNG of at most 5 MB; each answer is paid.

    All raise ProviderRefusedError for an image that Rekognition will not take.
    """

    def labels(self, image: bytes) -> tuple[Label, ...]:
        """What the picture shows, surest first."""

    def moderation(self, image: bytes) -> tuple[tuple[Moderation, ...], str]:
        """Moderation labels, and the version of what moderated."""

    def text(self, image: bytes) -> str:
        """Lines of text in the picture."""

    def faces(self, image: bytes) -> tuple[Instance, ...] | None:
        """Where faces are; None when nobody looks for any."""


Once = Callable[[str, Callable[[], str]], str]
"""Called with what is asked, and what asks and pays for it: may know the answer from before."""


def always(_: str, pay: Callable[[], str]) -> str:
    """Know nothing from before."""
    return pay()


class Translator(Protocol):
    """Amazon Translate."""

    @property
    def fingerprint(self) -> str:
        """What a translation depends on besides its text and languages."""

    def translate(
        self, segments: Sequence[str], source: str, target: str, once: Once = always
    ) -> list[str]:
        """Translate each segment, of any length; the result has as many.

        Segments may be HTML with elements that are not to be translated. ``source`` may be
        ``auto``. Every call that is paid goes through ``once``: there may be many.
        Raises TranslationUnsupportedError and LanguageUnclearError.
        """


class EventBus(Protocol):
    """Amazon EventBridge."""

    def publish(self, event: DocumentEvent) -> None:
        """Put one event on the bus."""
