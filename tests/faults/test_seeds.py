"""Nothing lost, nothing paid twice, whatever breaks: many seeds in one stack."""

from __future__ import annotations

import io
import os
from typing import TYPE_CHECKING

import pytest
from reportlab.pdfgen.canvas import Canvas

from benchmarks.fault_bill import KILLS
from benchmarks.fault_lab import NOTICES, RARE, WIRES, FaultLab, letter

if TYPE_CHECKING:
    from benchmarks.fault_lab import Verdict

pytestmark = [pytest.mark.stack, pytest.mark.timeout(2000)]

SEEDS = int(os.environ.get("RECITA_FAULT_SEEDS") or 20)
"""`make faults` asks for 200."""
FIRST = int(os.environ.get("RECITA_FAULT_FIRST") or 0)
"""The first seed: each is the number of a document, whose name decides what it meets."""
PATIENCE = 600 + 5 * SEEDS
"""Seconds at most: a machine that does other things, too, takes its time."""
RATE = 0.1
NOTHING = [{"kinds": ["slow"], "rate": 0}]
"""A plan that only watches."""


def sound(verdict: Verdict) -> None:
    wrong = verdict.lost, verdict.doubled, verdict.stuck, verdict.dishonest, verdict.unexplained
    assert wrong == (0, 0, 0, 0, 0), verdict.culprits


def scan(pages: int, mark: int) -> bytes:
    """A PDF without a text layer: its pages go through an OCR job and its notification."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, invariant=1)
    for page in range(pages):
        canvas.setFillGray(0.2 + 0.1 * (page % 5))
        canvas.rect(100, 100, 300, 100 + mark, fill=1)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


@pytest.mark.law(2)
def test_no_seed_loses_or_doubles_anything(lab: FaultLab) -> None:
    rules = [
        {"service": "notices", "kinds": NOTICES, "rate": 2 * RATE},
        {"service": "textract", "operation": "ReadPage", "kinds": ("partial",), "rate": 2 * RATE},
        {"service": "events", "kinds": ("partial", *WIRES), "rate": RATE},
        {"service": "states", "kinds": WIRES, "rate": RATE},
        {"kinds": RARE, "rate": RATE},
    ]
    lab.plan(seed="ci", rules=rules, seconds=0.3)
    for seed in range(FIRST, FIRST + SEEDS):
        if seed % 5 == 4:
            lab.upload(f"seed-{seed}.pdf", scan(2 + seed % 3, seed), languages="none")
        else:
            wish = "es" if seed % 5 == 3 else "none"
            lab.upload(f"seed-{seed}.txt", letter(seed), languages=wish)
    assert lab.settle(PATIENCE), lab.waiting()
    verdict = lab.judged()
    sound(verdict)
    assert verdict.completed + verdict.partial + verdict.failed == SEEDS
    assert sum(verdict.faults.values()) > SEEDS
    assert verdict.paid_calls - verdict.after_lost_replies == verdict.minimum_calls


@pytest.mark.law(2)
def test_a_kill_at_every_effect_costs_no_document(lab: FaultLab) -> None:
    """Effects are numbered over all functions: writes, events, starts and paid calls."""
    lab.plan(rules=NOTHING)
    whole = lab.upload("whole.txt", letter("whole"), languages="none")
    assert lab.settle(PATIENCE)
    effects = lab.effects()[whole]
    assert effects > 10
    moments = [(n, KILLS[n % 2]) for n in range(1, effects + 1)]
    if SEEDS >= 200:
        moments += [(n, KILLS[(n + 1) % 2]) for n in range(1, effects + 1)]
    keys = {f"kill-{n}-{kind}.txt": (n, kind) for n, kind in moments}
    kills = [
        {"document": lab.foretold(key), "write": n, "kind": kind} for key, (n, kind) in keys.items()
    ]
    lab.plan(rules=NOTHING, kills=kills)
    for key in keys:
        assert lab.upload(key, letter(key), languages="none") == lab.foretold(key)
    assert lab.settle(PATIENCE), lab.waiting()
    verdict = lab.judged()
    sound(verdict)
    assert verdict.completed == len(keys) + 1
    killed = verdict.faults["kill-before"] + verdict.faults["kill-after"]
    assert killed > 0.7 * len(keys)  # the last effects are of a sweep, which not all have met
