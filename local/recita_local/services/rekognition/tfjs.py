"""TensorFlow.js graph models to ONNX: the operators of NanoDet, and no more."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import numpy as np

from recita_local.services.rekognition.graph import IMAGE, TO_NCHW, TO_NHWC, Graph

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    Array = NDArray[Any]


def convert(topology: bytes, weights: bytes, outputs: Mapping[str, Sequence[int]]) -> bytes:
    """An ONNX file with input ``image``, up to the named nodes; outputs are named in their order.

    ``outputs`` are names of nodes and their shapes; the first becomes ``output_0``.
    Raises :class:`KeyError` for an operator that is not among those converted here.
    """
    described = json.loads(topology)
    conversion = _Conversion(described["modelTopology"]["node"], _arrays(described, weights))
    return conversion.model(outputs)


def _arrays(described: Mapping[str, Any], weights: bytes) -> dict[str, Array]:
    """Constants by name; some are stored as half floats."""
    arrays, start = {}, 0
    for group in described["weightsManifest"]:
        for one in group["weights"]:
            stored = np.dtype(one.get("quantization", one)["dtype"])
            count = int(np.prod(one["shape"]))
            array = np.frombuffer(weights, stored, count, start).reshape(one["shape"])
            arrays[one["name"]] = array.astype(one["dtype"])
            start += count * stored.itemsize
    return arrays


class _Conversion:
    """Walks from the outputs back to the input."""

    def __init__(self, nodes: Sequence[Mapping[str, Any]], arrays: Mapping[str, Array]) -> None:
        self._nodes = {node["name"]: node for node in nodes}
        self._arrays = arrays
        self._graph = Graph()
        self._values: dict[str, str] = {}

    def model(self, outputs: Mapping[str, Sequence[int]]) -> bytes:
        (entry,) = (node for node in self._nodes.values() if node["op"] == "Placeholder")
        self._values[entry["name"]] = IMAGE
        sides = [int(side["size"]) for side in entry["attr"]["shape"]["shape"]["dim"]]
        named = {
            f"output_{number}": (self._value(name), shape)
            for number, (name, shape) in enumerate(outputs.items())
        }
        return self._graph.model(sides, named)

    def _value(self, name: str) -> str:
        if name not in self._values:
            node = self._nodes[name]
            self._values[name] = _OPERATORS[node["op"]](self, node)
        return self._values[name]

    def constant(self, node: Mapping[str, Any]) -> str:
        return self._graph.constant(node["name"], self._arrays[node["name"]])

    def convolve(self, node: Mapping[str, Any], bias: Array | None = None) -> str:
        weight = self._array(node, 1).transpose(3, 2, 0, 1)
        inputs = [self._first(node), self._graph.constant(f"{node['name']}-weight", weight)]
        if bias is not None:
            inputs.append(self._graph.constant(f"{node['name']}-bias", bias))
        return self._graph.on_channels("Conv", inputs, **_window(node, "strides"))

    def pool(self, node: Mapping[str, Any]) -> str:
        attributes = _window(node, "strides") | {"kernel_shape": _middle(node, "ksize")}
        return self._graph.on_channels("MaxPool", [self._first(node)], **attributes)

    def transpose(self, node: Mapping[str, Any]) -> str:
        return self._graph.transposed(self._first(node), self._array(node, 1).tolist())

    def pad(self, node: Mapping[str, Any]) -> str:
        """Pairs of before and after for each dimension; ONNX wants all befores first."""
        pads = self._array(node, 1).T.reshape(-1).tolist()
        fill = self._value(node["input"][2]) if len(node["input"]) > 2 else None
        return self._graph.padded(self._first(node), pads, fill)

    def add(self, node: Mapping[str, Any]) -> str:
        """What is added to a convolution's channels is its bias: one step instead of two."""
        first, second = (self._nodes[name] for name in node["input"])
        if first["op"] == "Conv2D" and second["op"] == "Const":
            return self.convolve(first, self._arrays[second["name"]])
        return self._graph.node("Add", [self._value(name) for name in node["input"]])

    def leaky_relu(self, node: Mapping[str, Any]) -> str:
        slope = float(node["attr"]["alpha"]["f"])
        return self._graph.node("LeakyRelu", [self._first(node)], alpha=slope)

    def concatenate(self, node: Mapping[str, Any]) -> str:
        *names, axis = node["input"]
        values = [self._value(name) for name in names]
        return self._graph.node("Concat", values, axis=int(self._arrays[axis]))

    def resize(self, node: Mapping[str, Any]) -> str:
        """Its size is absolute; ONNX wants it as factors or with the channels, so the value's."""
        value = self._graph.transposed(self._first(node), TO_NCHW)
        shape = self._graph.node("Shape", [value], start=0, end=2)
        sizes = self._graph.node("Concat", [shape, self._whole(node, self._array(node, 1))], axis=0)
        made = self._graph.node(
            "Resize",
            [value, "", "", sizes],
            mode="linear",
            coordinate_transformation_mode="half_pixel",
        )
        return self._graph.transposed(made, TO_NHWC)

    def _first(self, node: Mapping[str, Any]) -> str:
        return self._value(node["input"][0])

    def _array(self, node: Mapping[str, Any], number: int) -> Array:
        return self._arrays[node["input"][number]]

    def _whole(self, node: Mapping[str, Any], numbers: Any) -> str:
        return self._graph.constant(f"{node['name']}-whole", numbers, np.int64)


def _window(node: Mapping[str, Any], strides: str) -> dict[str, Any]:
    padding = base64.b64decode(node["attr"]["padding"]["s"]).decode()
    kinds = {"SAME": "SAME_UPPER", "VALID": "VALID"}
    return {"strides": _middle(node, strides), "auto_pad": kinds[padding]}


def _middle(node: Mapping[str, Any], name: str) -> list[int]:
    """Height and width of four numbers, the others being of the batch and the channels."""
    return [int(number) for number in node["attr"][name]["list"]["i"][1:3]]


_OPERATORS: dict[str, Callable[[_Conversion, Mapping[str, Any]], str]] = {
    "Const": _Conversion.constant,
    "Conv2D": _Conversion.convolve,
    "MaxPool": _Conversion.pool,
    "Transpose": _Conversion.transpose,
    "Pad": _Conversion.pad,
    "PadV2": _Conversion.pad,
    "Add": _Conversion.add,
    "AddV2": _Conversion.add,
    "LeakyRelu": _Conversion.leaky_relu,
    "ConcatV2": _Conversion.concatenate,
    "ResizeBilinear": _Conversion.resize,
}
