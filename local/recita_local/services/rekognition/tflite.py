"""TensorFlow Lite to ONNX: the operators of MediaPipe's detectors, and no more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from recita_local.services.rekognition.graph import IMAGE, Graph
from recita_local.services.rekognition.tflite_file import read_model

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from recita_local.services.rekognition.tflite_file import Fields, Operator

SAME = 0
"""Padding that keeps the size; 1 adds none."""
RELU, RELU6 = 1, 3
"""Activations that an operator may end with; 0 is none."""
CONV_ACTIVATION, DEPTHWISE_ACTIVATION = 3, 4
"""The field of the activation; a dilation's width and height follow it."""


def convert(data: bytes, outputs: Sequence[str]) -> bytes:
    """An ONNX file with input ``image`` [1, side, side, 3] and the model's outputs as named.

    Raises :class:`KeyError` for an operator that is not among those converted here.
    """
    return _Conversion(data).model(outputs)


class _Conversion:
    """Keeps which value of the new graph each tensor of the old one has become."""

    def __init__(self, data: bytes) -> None:
        self._source = read_model(data)
        self._graph = Graph()
        self._arrays: dict[int, Any] = {
            place: tensor.data
            for place, tensor in enumerate(self._source.tensors)
            if tensor.data is not None
        }
        self._values = {self._source.inputs[0]: IMAGE}

    def model(self, outputs: Sequence[str]) -> bytes:
        for operator in self._source.operators:
            _OPERATORS[operator.code](self, operator)
        named = {
            output: (self._values[place], self._source.tensors[place].shape)
            for output, place in zip(outputs, self._source.outputs, strict=True)
        }
        return self._graph.model(self._source.tensors[self._source.inputs[0]].shape, named)

    def widen(self, operator: Operator) -> None:
        """Half floats become floats, sparse weights were filled up as they were read."""
        array = self._arrays[operator.inputs[0]]
        widened = array.astype(np.float32) if array.dtype == np.float16 else array
        self._arrays[operator.outputs[0]] = widened

    def convolve(self, operator: Operator) -> None:
        self._convolved(operator, self._array(operator, 1).transpose(0, 3, 1, 2), CONV_ACTIVATION)

    def convolve_each(self, operator: Operator) -> None:
        """Depthwise: one filter a channel."""
        weight = self._array(operator, 1).transpose(3, 0, 1, 2)
        self._convolved(operator, weight, DEPTHWISE_ACTIVATION, group=weight.shape[0])

    def _convolved(self, operator: Operator, weight: Any, activation: int, group: int = 1) -> None:
        options = _options(operator)
        inputs = [
            self._value(operator.inputs[0]),
            self._graph.constant(f"weight-{operator.outputs[0]}", weight),
            self._graph.constant(f"bias-{operator.outputs[0]}", self._array(operator, 2)),
        ]
        dilations = [options.number(activation + 2, 1), options.number(activation + 1, 1)]
        made = self._graph.on_channels(
            "Conv",
            inputs,
            kernel_shape=list(weight.shape[2:]),
            strides=[options.number(2), options.number(1)],
            dilations=dilations,
            group=group,
            auto_pad=_padding(options),
        )
        self._keep(operator, self._activated(made, options.byte(activation)))

    def pool(self, operator: Operator) -> None:
        options = _options(operator)
        made = self._graph.on_channels(
            "MaxPool",
            [self._value(operator.inputs[0])],
            kernel_shape=[options.number(4), options.number(3)],
            strides=[options.number(2), options.number(1)],
            auto_pad=_padding(options),
        )
        self._keep(operator, self._activated(made, options.byte(5)))

    def add(self, operator: Operator) -> None:
        made = self._graph.node("Add", [self._value(place) for place in operator.inputs])
        self._keep(operator, self._activated(made, _options(operator).byte(0)))

    def relu(self, operator: Operator) -> None:
        self._keep(operator, self._activated(self._value(operator.inputs[0]), RELU))

    def pad(self, operator: Operator) -> None:
        """Pairs of before and after for each dimension; ONNX wants all befores first."""
        pads = self._array(operator, 1).T.reshape(-1).tolist()
        self._keep(operator, self._graph.padded(self._value(operator.inputs[0]), pads))

    def concatenate(self, operator: Operator) -> None:
        values = [self._value(place) for place in operator.inputs]
        axis = _options(operator).number(0)
        self._keep(operator, self._graph.node("Concat", values, axis=axis))

    def reshape(self, operator: Operator) -> None:
        shape = self._whole(operator, self._source.tensors[operator.outputs[0]].shape)
        self._keep(operator, self._graph.node("Reshape", [self._value(operator.inputs[0]), shape]))

    def resize(self, operator: Operator) -> None:
        options = _options(operator)
        modes = {(0, 0): "asymmetric", (1, 0): "align_corners", (0, 1): "half_pixel"}
        batch, *size, channels = self._source.tensors[operator.outputs[0]].shape
        sizes = self._whole(operator, [batch, channels, *size])
        made = self._graph.on_channels(
            "Resize",
            [self._value(operator.inputs[0]), "", "", sizes],
            mode="linear",
            coordinate_transformation_mode=modes[options.byte(2), options.byte(3)],
        )
        self._keep(operator, made)

    def depth_to_space(self, operator: Operator) -> None:
        block = _options(operator).number(0)
        value = self._value(operator.inputs[0])
        self._keep(operator, self._graph.on_channels("DepthToSpace", [value], blocksize=block))

    def _array(self, operator: Operator, number: int) -> Any:
        return self._arrays[operator.inputs[number]]

    def _value(self, place: int) -> str:
        if place not in self._values:
            return self._graph.constant(f"constant-{place}", self._arrays[place])
        return self._values[place]

    def _whole(self, operator: Operator, numbers: Any) -> str:
        return self._graph.constant(f"whole-{operator.outputs[0]}", numbers, np.int64)

    def _activated(self, value: str, activation: int) -> str:
        if activation == RELU6:
            return self._graph.relu(value, most=6.0)
        return self._graph.relu(value) if activation == RELU else value

    def _keep(self, operator: Operator, value: str) -> None:
        self._values[operator.outputs[0]] = value


def _options(operator: Operator) -> Fields:
    if operator.options is None:
        raise ValueError(f"operator {operator.code} lacks its options")
    return operator.options


def _padding(options: Fields) -> str:
    return "SAME_UPPER" if options.byte(0) == SAME else "VALID"


_OPERATORS: dict[int, Callable[[_Conversion, Operator], None]] = {
    0: _Conversion.add,
    2: _Conversion.concatenate,
    3: _Conversion.convolve,
    4: _Conversion.convolve_each,
    5: _Conversion.depth_to_space,
    6: _Conversion.widen,
    17: _Conversion.pool,
    19: _Conversion.relu,
    22: _Conversion.reshape,
    23: _Conversion.resize,
    34: _Conversion.pad,
    124: _Conversion.widen,
}
"""By TensorFlow Lite's numbers."""
