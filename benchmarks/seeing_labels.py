"""Labels and faces of the local Rekognition on pictures whose content is known."""

from __future__ import annotations

import io
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from statistics import mean, median
from typing import Any

import numpy as np
import pi_heif
from PIL import Image, ImageOps
from recita_local import engines, weights
from recita_local.services.rekognition.api import OPERATIONS
from recita_local.services.rekognition.taxonomy import ancestors, groups
from recita_local.wire.service import RequestContext

from benchmarks.engine_usage import peak_megabytes, processor_seconds

SHOWN, SURE = 55.0, 70.0
"""Percent: what Recita asks for, and what counts as a claim."""
REPEATS = 3
CANVAS = (1200, 900)
HEIGHTS = range(800, 79, -20)
"""Pixels of a photo within it, from large to small."""

pi_heif.register_heif_opener()


@dataclass(frozen=True)
class Known:
    """A picture; each of ``expected`` is met by any of its labels."""

    expected: tuple[tuple[str, ...], ...] = ()
    right: tuple[str, ...] = ()
    """Labels that are true as well; whatever stands above a true label is true."""
    faces: int = 0

    def allowed(self) -> set[str]:
        """Every label that is no mistake."""
        named = {name for one in self.expected for name in one} | set(self.right)
        known = [name for name in named if name in groups()]
        return named.union(*(ancestors(name) for name in known))


WRITTEN = Known((("Document", "Page"), ("Text",)), ("Menu", "Page", "Document"))
PICTURES: Mapping[str, Known] = {
    "photos/china.jpg": Known(
        (("Building", "Architecture", "Temple"),),
        ("Palace", "Tower", "Vegetation", "Lake", "Water", "Nature"),
    ),
    "photos/dog.jpg": Known(
        (("Dog",), ("Bicycle",), ("Car", "Truck")), ("Malamute", "Vegetation", "Potted Plant")
    ),
    "photos/eagle.jpg": Known((("Bird", "Eagle"),), ("Eagle", "Vegetation", "Wildlife")),
    "photos/kite.jpg": Known(
        (("Person",), ("Kite",), ("Beach", "Sea", "Water")), ("Beach", "Sport")
    ),
    "cat_chelsea.png": Known((("Cat",),)),
    "coffee.png": Known((("Coffee", "Coffee Cup"), ("Cup", "Coffee Cup")), ("Table", "Spoon")),
    "rocket.jpg": Known((("Rocket", "Launch", "Vehicle"),), ("Rocket", "Missile", "Tower")),
    "dog_pug.heic": Known((("Dog", "Pug"),), ("Pug",)),
    "flower.webp": Known((("Flower", "Plant"),), ("Potted Plant", "Vegetation")),
    "gps_photo.jpg": Known(
        (("Nature", "Tree", "House"),), ("Building", "House", "Vegetation", "Tree")
    ),
    "exif_rotated_180.jpg": Known((("Waterfall", "Water", "Nature"),), ("Cliff", "Valley")),
    "id_card.png": Known((("Person",), ("Text", "Document")), ("Document",)),
    "animation.gif": Known(right=("Toy", "Art")),
    "cmyk.jpg": Known(right=("Text", "Document", "Map")),
    "invoice.png": WRITTEN,
    "paystub.jpg": WRITTEN,
    "pages/en_serif_noisy.jpg": WRITTEN,
    "textract/form.png": WRITTEN,
    "textract/amzn_q2.png": WRITTEN,
}
"""Of the sample files."""
PACKAGED: Mapping[str, Known] = {
    "astronaut.png": Known((("Person",),), ("Clothing", "Helmet", "Face"), faces=1),
    "camera.png": Known((("Person",), ("Tripod", "Camera")), ("Tripod", "Camera"), faces=1),
    "brick.png": Known(right=("Brick", "Wall", "Building")),
    "hubble_deep_field.jpg": Known(),
}
"""Of scikit-image, beside those that are sample files too."""


def labels(corpus: Path) -> dict[str, Any]:
    """Of each picture: which expected labels were found, and which others were claimed."""
    pictures = {}
    for name, known, data in _pictures(corpus):
        reply = _ask("DetectLabels", data, MinConfidence=SHOWN)
        percents = {label["Name"]: label["Confidence"] for label in reply["Labels"]}
        claimed = [label for label, percent in percents.items() if percent >= SURE]
        pictures[name] = {
            "expected": len(known.expected),
            "found": _met(known, percents),
            "sure": _met(known, claimed),
            "false": sorted(set(claimed) - known.allowed()),
            "labels": {label: round(percent) for label, percent in percents.items()},
        }
    return {"pictures": pictures} | _summed(pictures)


def faces(corpus: Path) -> dict[str, Any]:
    """Faces found where there are some, and where there are none."""
    counts = [
        (known.faces, len(_ask("DetectFaces", data)["FaceDetails"]))
        for _, known, data in _pictures(corpus)
    ]
    return {
        "pictures": len(counts),
        "faces": sum(there for there, _ in counts),
        "found": sum(min(there, found) for there, found in counts),
        "false": sum(max(0, found - there) for there, found in counts),
    }


def sizes(_corpus: Path) -> dict[str, Any]:
    """How small faces and a cat may be: their height as share of a picture's longer side."""
    found: dict[str, Any] = {}
    for name, photo in (("face", "astronaut.png"), ("face, from aside", "camera.png")):
        found[name] = _smallest(_face_share(_pasted(photo, height)) for height in HEIGHTS)
    cats = (_cat_share(_pasted("chelsea.png", height), height) for height in HEIGHTS)
    return found | {"cat": _smallest(cats)}


def _smallest(shares: Iterable[float]) -> float:
    """The last share before the first that was not found, which is 0."""
    return list(takewhile(bool, shares))[-1]


def _pasted(photo: str, height: int) -> bytes:
    """A photo made small on a blurred grey picture, as JPEG."""
    rng = np.random.default_rng(1)
    grey = np.clip(rng.normal(120, 25, (CANVAS[1] // 12, CANVAS[0] // 12, 3)), 0, 255)
    canvas = Image.fromarray(grey.astype(np.uint8)).resize(CANVAS)
    with Image.open(weights.ensure("sample-photos") / photo) as image:
        width = round(image.width * height / image.height)
        canvas.paste(image.convert("RGB").resize((width, height)), (CANVAS[0] // 4, 50))
    return _saved(canvas)


def _face_share(data: bytes) -> float:
    """Height of the largest face, 0 without one."""
    heights = (face["BoundingBox"]["Height"] for face in _ask("DetectFaces", data)["FaceDetails"])
    return max(heights, default=0.0) * CANVAS[1] / CANVAS[0]


def _cat_share(data: bytes, height: int) -> float:
    reply = _ask("DetectLabels", data, MinConfidence=SURE)
    return height / CANVAS[0] if any(one["Name"] == "Cat" for one in reply["Labels"]) else 0.0


def speed(corpus: Path) -> dict[str, Any]:
    """Milliseconds a warm picture of processor time and on the clock, and the engine's memory."""
    pictures = [data for _, _, data in _pictures(corpus)]
    found: dict[str, Any] = {}
    for operation in ("DetectLabels", "DetectFaces", "DetectModerationLabels"):
        _ask(operation, pictures[0])
        times = [_timed(operation, data) for data in pictures]
        found[operation] = {
            "clock_median": round(1000 * median(clock for clock, _ in times)),
            "processor_mean": round(1000 * mean(processor for _, processor in times)),
        }
    return found | {"pictures": len(pictures), "peak_megabytes": peak_megabytes("vision")}


def _timed(operation: str, data: bytes) -> tuple[float, float]:
    """The best of a few on the clock, the mean of them of processor time."""
    clocks, used = [], processor_seconds("vision")
    for _ in range(REPEATS):
        started = time.perf_counter()
        _ask(operation, data)
        clocks.append(time.perf_counter() - started)
    return min(clocks), (processor_seconds("vision") - used) / REPEATS


def _met(known: Known, names: Iterable[str]) -> int:
    return sum(bool(set(one) & set(names)) for one in known.expected)


def _summed(pictures: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    counts = {
        name: sum(one[name] for one in pictures.values()) for name in ("expected", "found", "sure")
    }
    wrong = sum(len(one["false"]) for one in pictures.values())
    most = max(len(one["false"]) for one in pictures.values())
    return counts | {"false": wrong, "false_a_picture": wrong / len(pictures), "false_most": most}


def _pictures(corpus: Path) -> Iterator[tuple[str, Known, bytes]]:
    """Names, content, and upright JPEGs as the service takes them."""
    places = [(corpus / name, known) for name, known in PICTURES.items()]
    packaged = weights.ensure("sample-photos")
    places += [(packaged / name, known) for name, known in PACKAGED.items()]
    for path, known in places:
        if path.is_file():
            yield path.name, known, _jpeg(path)


def _jpeg(path: Path) -> bytes:
    with Image.open(path) as image:
        return _saved(ImageOps.exif_transpose(image).convert("RGB"))


def _saved(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "JPEG", quality=92)
    return file.getvalue()


def _ask(operation: str, data: bytes, **params: Any) -> dict[str, Any]:
    context = RequestContext("rekognition", operation, "us-east-1", "000000000000", "")
    reply = OPERATIONS[operation]({"Image": {"Bytes": data}, **params}, context)
    assert engines.engine("vision").pid  # noqa: S101 - it has answered, so it runs
    return dict(reply)
