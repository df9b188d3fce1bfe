"""Converted models compute what the originals do."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from recita_local import weights
from recita_local.services.rekognition import models, tfjs, tflite
from recita_local.services.rekognition.graph import TO_NCHW, TO_NHWC, Graph


def session(model: bytes | Path) -> Any:
    return onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])


def waves(shape: list[int]) -> Any:
    """An input that any framework can make again: the sine of 0, 1, 2, …"""
    count = int(np.prod(shape))
    return np.sin(np.arange(count, dtype=np.float32)).reshape(shape)


# What TensorFlow Lite's own interpreter puts out for `waves`: mean, deviation and the first
# numbers of the middle row of each output.
TFLITE = {
    "ssd-mobilenet-v2-openimages": (
        (-0.051200, 1.944739, (1.695787, 0.506446, 1.468743)),
        (-5.553591, 2.446307, (5.046966, -6.045658, -6.623742)),
    ),
    "blazeface-full-range": (
        (0.968898, 10.835642, (-7.504688, -0.568974, 19.033285)),
        (-8.309557, 7.489846, (-14.852595,)),
    ),
    "blazeface-short-range": (
        (3.778103, 22.339621, (-0.535956, 0.725968, 25.453579)),
        (-3.568063, 2.420919, (-4.629816,)),
    ),
}


SOURCES = {
    "ssd-mobilenet-v2-openimages": (
        "objects-openimages",
        "objectron_solution_packed_assets.data",
        models.LABEL_MAP_BYTES,
    ),
    "blazeface-full-range": ("faces", "face_detection_full_range_sparse.tflite", 0),
    "blazeface-short-range": ("faces", "face_detection_short_range.tflite", 0),
}


@pytest.mark.engines
@pytest.mark.parametrize("name", TFLITE)
def test_a_converted_model_agrees_with_tensorflow_lite(name: str) -> None:
    package, file, start = SOURCES[name]
    source = (weights.ensure(package) / file).read_bytes()[start:]
    model = session(tflite.convert(source, models.BOXES_AND_SCORES))
    outputs = model.run(None, {"image": waves(model.get_inputs()[0].shape)})
    for output, (mean, deviation, numbers) in zip(outputs, TFLITE[name], strict=True):
        middle = output[0][output.shape[1] // 2]
        assert output.mean() == pytest.approx(mean, abs=1e-4)
        assert output.std() == pytest.approx(deviation, abs=1e-4)
        assert tuple(middle[: len(numbers)]) == pytest.approx(numbers, abs=1e-3)


@pytest.mark.engines
def test_nanodet_has_a_head_a_stride() -> None:
    model = session(models.model_file("nanodet-g"))
    outputs = model.run(None, {"image": waves([1, 3, 416, 416])})
    assert [output.shape for output in outputs] == list(models.NANODET_HEADS.values())


def test_weights_that_are_not_prepared_name_the_fix(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with pytest.raises(weights.WeightsMissingError, match="make setup"):
        models.model_file("nanodet-g")
    assert [path.name.split("-v")[0][:12] for path in models.prepare_all()] == ["efficientnet"]


def test_a_model_is_converted_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    source = tmp_path / "weights"
    source.write_bytes(b"1")
    converted: list[Path] = []

    def convert(path: Path) -> bytes:
        converted.append(path)
        return path.read_bytes() * 2

    made = [models._made("m", source, convert) for _ in range(2)]
    assert made[0] == made[1]
    assert made[0].read_bytes() == b"11"
    assert len(converted) == 1
    source.write_bytes(b"2")
    assert models._made("m", source, convert) != made[0]


def test_there_and_back_again_is_no_step() -> None:
    graph = Graph()
    there = graph.transposed("image", TO_NCHW)
    assert graph.transposed(there, TO_NHWC) == "image"
    assert graph.transposed(there, TO_NCHW) not in {"image", there}


def test_what_no_output_needs_is_left_out() -> None:
    graph = Graph()
    graph.node("Relu", ["image"])
    needed = graph.node("Neg", ["image"])
    model = onnx.load_from_string(graph.model([1, 2], {"out": (needed, [1, 2])}))
    assert [one.op_type for one in model.graph.node] == ["Neg", "Identity"]


@pytest.mark.parametrize(("fill", "steps"), [(None, []), ("most", ["Pad"])])
def test_a_convolution_pads_zeros_by_itself(fill: str | None, steps: list[str]) -> None:
    graph = Graph()
    if fill:
        graph.constant(fill, 9.0)
    weight = graph.constant("w", np.ones((1, 1, 3, 3)))
    around = graph.padded("image", [0, 0, 1, 1, 0, 0, 1, 1], fill)
    last = graph.transposed(around, TO_NHWC)
    made = graph.transposed(graph.on_channels("Conv", [last, weight], auto_pad="VALID"), TO_NCHW)
    model = graph.model([1, 1, 2, 2], {"out": (made, [1, 1, 2, 2])})
    kinds = [one.op_type for one in onnx.load_from_string(model).graph.node]
    assert kinds == [*steps, "Conv", "Identity"]
    image = np.array([[1.0, 2.0], [3.0, 4.0]], np.float32).reshape(1, 1, 2, 2)
    found = session(model).run(None, {"image": image})[0]
    assert found.ravel().tolist() == [10.0 + (45 if fill else 0)] * 4


def node(name: str, kind: str, *inputs: str, **attributes: Any) -> dict[str, Any]:
    return {"name": name, "op": kind, "input": list(inputs), "attr": attributes}


def numbers(*values: int) -> dict[str, Any]:
    return {"list": {"i": [str(value) for value in values]}}


VALID = {"s": base64.b64encode(b"VALID").decode()}


class Source:
    """A TensorFlow.js model, put together node by node."""

    def __init__(self, *sides: int) -> None:
        dimensions = {"dim": [{"size": str(side)} for side in sides]}
        self.nodes = [node("in", "Placeholder", shape={"shape": dimensions})]
        self.weights: list[dict[str, Any]] = []
        self.data = b""

    def constant(self, name: str, value: Any, dtype: str = "float32") -> str:
        stored = np.float16 if dtype == "float32" else np.int32
        array = np.asarray(value, stored)
        quantization = {"quantization": {"dtype": "float16"}} if dtype == "float32" else {}
        self.weights.append({"name": name, "shape": array.shape, "dtype": dtype} | quantization)
        self.nodes.append(node(name, "Const"))
        self.data += array.tobytes()
        return name

    def add(self, *described: Any, **attributes: Any) -> str:
        self.nodes.append(node(*described, **attributes))
        return str(described[0])

    def run(self, output: str, shape: list[int], image: Any) -> Any:
        topology = {
            "modelTopology": {"node": self.nodes},
            "weightsManifest": [{"weights": self.weights}],
        }
        model = tfjs.convert(json.dumps(topology).encode(), self.data, {output: shape})
        return session(model).run(None, {"image": image})[0]


def test_a_convolution_with_its_bias() -> None:
    source = Source(1, 4, 4, 2)
    weight = np.arange(18).reshape(3, 3, 2, 1) / 8
    source.constant("w", weight)
    source.constant("b", [0.5])
    source.add("c", "Conv2D", "in", "w", strides=numbers(1, 1, 1, 1), padding=VALID)
    image = waves([1, 4, 4, 2])
    found = source.run(source.add("o", "Add", "c", "b"), [1, 2, 2, 1], image)
    expected = [
        [(image[0, y : y + 3, x : x + 3] * weight[..., 0]).sum() + 0.5 for x in (0, 1)]
        for y in (0, 1)
    ]
    assert found[0, :, :, 0] == pytest.approx(np.array(expected), abs=1e-4)


def test_padding_pooling_and_leaking() -> None:
    source = Source(1, 2, 2, 1)
    source.constant("p", [[0, 0], [1, 1], [1, 1], [0, 0]], "int32")
    source.constant("v", -9.0)
    source.add("padded", "PadV2", "in", "p", "v")
    source.add(
        "pooled", "MaxPool", "padded", strides=numbers(1, 2, 2, 1), ksize=numbers(1, 2, 2, 1),
        padding=VALID,
    )  # fmt: skip
    source.add("o", "LeakyRelu", "pooled", alpha={"f": 0.1})
    image = np.array([[-2.0, 3.0], [4.0, -5.0]], np.float32).reshape(1, 2, 2, 1)
    found = source.run("o", [1, 2, 2, 1], image)
    assert found.reshape(2, 2) == pytest.approx(np.array([[-0.2, 3.0], [4.0, -0.5]]))


def test_resizing_joining_and_turning() -> None:
    source = Source(1, 1, 2, 1)
    source.constant("s", [1, 4], "int32")
    source.constant("a", 3, "int32")
    source.constant("t", [0, 3, 1, 2], "int32")
    source.add("r", "ResizeBilinear", "in", "s")
    source.add("j", "ConcatV2", "r", "r", "a")
    source.add("o", "Transpose", "j", "t")
    image = np.array([0.0, 4.0], np.float32).reshape(1, 1, 2, 1)
    found = source.run("o", [1, 2, 1, 4], image)
    assert found.reshape(2, 4) == pytest.approx(np.array([[0, 1, 3, 4], [0, 1, 3, 4]]))


def test_an_operator_that_is_not_known_is_not_guessed() -> None:
    source = Source(1, 2, 2, 1)
    with pytest.raises(KeyError, match="Softmax"):
        source.run(source.add("o", "Softmax", "in"), [1, 2, 2, 1], waves([1, 2, 2, 1]))
