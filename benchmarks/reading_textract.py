"""What the laptop's Textract reads, against known text and the real service's own answers."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any, TypeVar

from PIL import Image
from recita_local.services.textract.api import OPERATIONS
from recita_local.wire.service import RequestContext

from benchmarks import agreement
from benchmarks.agreement import Block, Score
from benchmarks.engine_usage import peak_megabytes, processor_seconds

FEATURES = ["TABLES", "FORMS", "LAYOUT"]
LANGUAGES = ("de", "en", "es", "fr", "pt")
REPEATS = 3
SPEED_PAGES = {"text": "pages/en_serif_noisy.jpg", "dense table": "textract/amzn_q2.png"}
TURNED = ("pages/en_serif_noisy.jpg", "pages/pt_serif_noisy.jpg", "textract/paystub.jpg")

Found = dict[str, Any]
T = TypeVar("T")


def characters(corpus: Path) -> Found:
    """Character errors per character: noisy scans in five languages, and one page in six."""
    truths = {f"pages/{one}_serif_noisy.jpg": f"pages/{one}_serif.txt" for one in LANGUAGES}
    truths["eurotext.tif"] = "gt/eurotext_truth.txt"
    found = {}
    for name, truth in shown("characters", truths.items()):
        read = agreement.lines(text_blocks((corpus / name).read_bytes()))
        wanted = (corpus / truth).read_text(encoding="utf-8")
        found[name] = round(agreement.character_errors(wanted, read), 5)
    return found


def real_answers(corpus: Path) -> Found:
    """Words, cells, boxes and key-values, where the real service's answers are the truth."""
    found: Found = {}
    for answer in shown("real answers", sorted((corpus / "textract").glob("*.json"))):
        wanted = json.loads(answer.read_text(encoding="utf-8"))["Blocks"]
        ours = analysed(answer.with_suffix("").read_bytes())
        found[answer.stem] = scores(wanted, ours)
    pages = list(found.values())
    mean = statistics.mean(page["words"]["recall"] for page in pages)
    return {"pages": found, "mean_word_recall": round(mean, 4)}


def scores(wanted: list[Block], ours: list[Block]) -> Found:
    """One page's agreement."""
    one, other = agreement.pairs(wanted), agreement.pairs(ours)
    keys = [[key for key, _ in pairs.elements()] for pairs in (one, other)]
    measured: dict[str, Score] = {
        "words": agreement.bags(agreement.words(wanted), agreement.words(ours)),
        "cells": agreement.cells(agreement.grids(wanted), agreement.grids(ours)),
        "key_values": agreement.bags(one.elements(), other.elements()),
        "keys": agreement.bags(*keys),
        "boxes": agreement.boxes(wanted, ours),
    }
    return {name: score.summary() for name, score in measured.items()} | {
        "tables": [shapes(wanted), shapes(ours)]
    }


def shapes(blocks: list[Block]) -> list[str]:
    """Rows and columns of each table, largest first."""
    sizes = sorted(((len(grid), len(grid[0])) for grid in agreement.grids(blocks)), reverse=True)
    return [f"{rows}x{columns}" for rows, columns in sizes]


def rotations(corpus: Path) -> Found:
    """Words that a page turned by quarters has in common with the same page upright."""
    found: Found = {}
    for name in shown("rotations", TURNED):
        image = Image.open(corpus / name).convert("RGB")
        upright = agreement.words(text_blocks(_png(image)))
        found[name] = {}
        for angle in (90, 180, 270):
            turned = agreement.words(text_blocks(_png(image.rotate(angle, expand=True))))
            score = agreement.bags(upright, turned)
            found[name][str(angle)] = round(min(score.recall, score.precision), 4)
    return found


def speed(corpus: Path) -> Found:
    """Seconds a page takes one warm engine, and the most memory its process ever took."""
    found: Found = {}
    for name, file in shown("speed", SPEED_PAGES.items()):
        data = (corpus / file).read_bytes()
        text_blocks(data)
        found[name] = {
            "text": seconds(partial(text_blocks, data)),
            "analysis": seconds(partial(analysed, data)),
        }
    return found | {"peak_megabytes": peak_megabytes("ocr")}


def seconds(read: Callable[[], object]) -> dict[str, float]:
    """Least of a few repeats: on the clock, and of processor time, which load changes less."""
    clock, processor = [], []
    for _ in range(REPEATS):
        started, used = time.perf_counter(), processor_seconds("ocr")
        read()
        clock.append(time.perf_counter() - started)
        processor.append(processor_seconds("ocr") - used)
    return {"clock": round(min(clock), 2), "processor": round(min(processor), 2)}


def text_blocks(data: bytes) -> list[Block]:
    """What DetectDocumentText answers for one page."""
    return _call("DetectDocumentText", {"Document": {"Bytes": data}})


def analysed(data: bytes) -> list[Block]:
    """What AnalyzeDocument answers for one page, with every feature that has an engine."""
    params = {"Document": {"Bytes": data}, "FeatureTypes": FEATURES}
    return _call("AnalyzeDocument", params)


def shown(section: str, items: Iterable[T]) -> Iterator[T]:
    """The items, each named as its turn comes."""
    for item in items:
        print(f"{section}: {item}", flush=True)
        yield item


def _call(operation: str, params: dict[str, Any]) -> list[Block]:
    context = RequestContext("textract", operation, "us-east-1", "000000000000", "")
    blocks: list[Block] = OPERATIONS[operation](params, context)["Blocks"]
    return blocks


def _png(image: Image.Image) -> bytes:
    file = BytesIO()
    image.save(file, "PNG")
    return file.getvalue()
