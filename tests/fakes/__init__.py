"""In-memory fakes of every port; each passes the same contract test as its adapter."""

from __future__ import annotations

from tests.fakes.limits import FakeBookmark, FakePlaces
from tests.fakes.pipeline import Pipeline
from tests.fakes.services import (
    FakeGuardrail,
    FakeModel,
    FakeOcr,
    FakeTranslator,
    FakeVision,
    FakeVoice,
)
from tests.fakes.storage import (
    FakeBus,
    FakeDocuments,
    FakeListing,
    FakeResults,
    FakeUploads,
    FakeWorkflow,
)
from tests.fakes.tasks import FakeSpeechTasks

__all__ = [
    "FakeBookmark",
    "FakeBus",
    "FakeDocuments",
    "FakeGuardrail",
    "FakeListing",
    "FakeModel",
    "FakeOcr",
    "FakePlaces",
    "FakeResults",
    "FakeSpeechTasks",
    "FakeTranslator",
    "FakeUploads",
    "FakeVision",
    "FakeVoice",
    "FakeWorkflow",
    "Pipeline",
]
