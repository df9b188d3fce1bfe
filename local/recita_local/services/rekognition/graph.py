"""Writes ONNX graphs node by node; models of other makers' formats are converted with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    Outputs = Mapping[str, tuple[str, Sequence[int]]]
    """By their new names: the value and its shape."""

IMAGE = "image"
"""Name of every model's input."""
OPSET, IR_VERSION = 18, 9
"""What every ONNX Runtime since 1.15 reads."""
TO_NCHW, TO_NHWC = (0, 3, 1, 2), (0, 2, 3, 1)
"""TensorFlow keeps channels last, ONNX's image operators want them second."""


class Graph:
    """Nodes and constants of one model; values go by their names."""

    def __init__(self) -> None:
        self._nodes: list[Any] = []
        self._constants: dict[str, Any] = {}
        self._transposed: dict[str, tuple[str, tuple[int, ...]]] = {}
        self._padded: dict[str, tuple[str, list[int]]] = {}

    def node(self, kind: str, inputs: Sequence[str], **attributes: Any) -> str:
        """Append an operator of one output; returns the output's name."""
        output = f"{kind}_{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, inputs, [output], **attributes))
        return output

    def constant(self, name: str, value: Any, dtype: Any = np.float32) -> str:
        """A constant under a name of its own; the same name twice is the same constant."""
        if name not in self._constants:
            array = np.ascontiguousarray(value, dtype=dtype).reshape(np.shape(value))
            self._constants[name] = numpy_helper.from_array(array, name)
        return name

    def on_channels(self, kind: str, inputs: Sequence[str], **attributes: Any) -> str:
        """An image operator whose first input and output have their channels last."""
        first = self.transposed(inputs[0], TO_NCHW)
        source, pads = self._padded.get(first, ("", []))
        if kind == "Conv" and source and attributes.get("auto_pad") == "VALID":
            first = source  # a convolution pads by itself, which is one step less
            attributes = attributes | {"auto_pad": "NOTSET", "pads": [*pads[2:4], *pads[6:8]]}
        made = self.node(kind, [first, *inputs[1:]], **attributes)
        return self.transposed(made, TO_NHWC)

    def padded(self, value: str, pads: Sequence[int], fill: str | None = None) -> str:
        """Zeros around a value, or ``fill``: befores of all its sides, then afters."""
        inputs = [value, self.constant(f"pads-{len(self._nodes)}", pads, np.int64)]
        made = self.node("Pad", [*inputs, fill] if fill else inputs)
        if fill is None and len(pads) == 8 and not any((*pads[:2], *pads[4:6])):
            self._padded[made] = (value, [int(one) for one in pads])
        return made

    def transposed(self, value: str, order: Sequence[int]) -> str:
        """The value with its sides in another order; there and back again is no step at all."""
        source, before = self._transposed.get(value, ("", ()))
        if before and [before[side] for side in order] == sorted(order):
            return source
        made = self.node("Transpose", [value], perm=list(order))
        self._transposed[made] = (value, tuple(order))
        return made

    def relu(self, value: str, *, most: float | None = None) -> str:
        """Rectified, and cut at ``most`` where there is one."""
        if most is None:
            return self.node("Relu", [value])
        bounds = [self.constant("zero", 0.0), self.constant(f"most-{most}", most)]
        return self.node("Clip", [value, *bounds])

    def model(self, shape: Sequence[int], outputs: Outputs) -> bytes:
        """The checked file: input ``image`` of a shape, and outputs."""
        for output, (value, _) in outputs.items():
            self._nodes.append(helper.make_node("Identity", [value], [output]))
        given = [_named(output, sides) for output, (_, sides) in outputs.items()]
        nodes, used = self._used(outputs)
        constants = [value for name, value in self._constants.items() if name in used]
        graph = helper.make_graph(nodes, "recita", [_named(IMAGE, shape)], given, constants)
        opset = helper.make_opsetid("", OPSET)
        model = helper.make_model(graph, opset_imports=[opset], ir_version=IR_VERSION)
        onnx.checker.check_model(model)
        return bytes(model.SerializeToString())

    def _used(self, outputs: Iterable[str]) -> tuple[list[Any], set[str]]:
        """Nodes that outputs depend on, and names of their inputs; no runtime drops the others."""
        used, nodes = set(outputs), []
        for node in reversed(self._nodes):
            if node.output[0] in used:
                used.update(node.input)
                nodes.append(node)
        return nodes[::-1], used


def _named(name: str, shape: Sequence[int]) -> Any:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, list(shape))
