"""Metrics: what is worth an alarm or a chart, once, and nothing that stands in a document."""

from __future__ import annotations

import io

import pytest
from botocore.exceptions import ClientError
from recita import measures
from recita.errors import ProviderThrottledError
from recita.measures import Metric
from recita.models.document import Document, result_key
from recita.models.manifest import Manifest
from recita.pricing import price

from tests.fakes import Pipeline
from tests.fakes.deployed import STEPS, Emitted, invoke, lines, metrics, of

pytestmark = pytest.mark.disable_socket

DECLARED = {one.name: one for one in vars(measures).values() if isinstance(one, Metric)}


LETTER = b"A letter about invoice 100. " * 9


def run(pipeline: Pipeline) -> Document:
    upload = pipeline.upload(LETTER, "in/a.txt")
    document = invoke("inspect_document", {"upload": upload.model_dump(), "attempt": 1})
    event = {"document": document, "language": "es", "execution": upload.document_id}
    for function in STEPS:
        invoke(function, event)
    return Document.model_validate(document)


def printed(capsys: pytest.CaptureFixture[str]) -> tuple[str, list[Emitted]]:
    text = capsys.readouterr().out
    return text, list(metrics(text))


def test_a_document_is_counted_once_by_status_and_its_pages_by_method(
    deployed: Pipeline, capsys: pytest.CaptureFixture[str]
) -> None:
    document = run(deployed)
    _, found = printed(capsys)
    assert of(found, "Documents") == [({"status": "COMPLETED"}, 1)]
    assert of(found, "Pages") == [({"method": "native"}, 1)]
    assert of(found, "Reasons") == []
    [(_, seconds)] = of(found, "TimeToFinish")
    assert 0 <= seconds < 600

    event = {"document": document.model_dump(mode="json"), "execution": document.document_id}
    invoke("publish_result", event | {"attempt": 2})
    assert of(printed(capsys)[1], "Documents") == []


def test_a_deliberate_run_again_is_another_document(
    deployed: Pipeline, capsys: pytest.CaptureFixture[str]
) -> None:
    document = run(deployed).model_dump(mode="json")
    printed(capsys)
    invoke("publish_result", {"document": document, "execution": f"{document['document_id']}.2"})
    assert of(printed(capsys)[1], "Documents") == [({"status": "COMPLETED"}, 1)]


def test_a_rejected_document_is_counted_by_its_reason(
    deployed: Pipeline, capsys: pytest.CaptureFixture[str]
) -> None:
    upload = deployed.upload(b"", "in/a.pdf")
    document = invoke("inspect_document", {"upload": upload.model_dump()})
    invoke("publish_result", {"document": document, "execution": upload.document_id})
    _, found = printed(capsys)
    assert of(found, "Documents") == [({"status": "REJECTED"}, 1)]
    assert of(found, "Reasons") == [({"reason": "empty"}, 1)]


def test_paid_units_and_their_cost_are_those_of_the_manifest(
    deployed: Pipeline, capsys: pytest.CaptureFixture[str]
) -> None:
    document = run(deployed)
    manifest = Manifest.model_validate_json(
        deployed.results.objects[result_key(document.document_id, "manifest.json")]
    )
    _, found = printed(capsys)
    paid: dict[tuple[str, str, str], float] = {}
    for labels, units in of(found, "PaidUnits"):
        key = (labels["provider"], labels["operation"], labels["unit"])
        paid[key] = paid.get(key, 0) + units
    used: dict[tuple[str, str, str], float] = {}
    for item in manifest.usage:
        if not item.resource and not price((item,)):
            continue
        key = (item.service, item.operation, item.unit)
        used[key] = used.get(key, 0) + item.units
    assert paid == used
    assert len(paid) >= 3
    cost = sum(value for _, value in of(found, "Cost"))
    assert cost == pytest.approx(manifest.cost.estimated, abs=1e-5)
    assert cost > 0


def test_what_a_failing_step_paid_is_counted(
    deployed: Pipeline, capsys: pytest.CaptureFixture[str]
) -> None:
    upload = deployed.upload(LETTER, "a.txt")
    document = invoke("inspect_document", {"upload": upload.model_dump()})
    event = {"document": document, "language": "es"}
    for function in STEPS[:2]:
        invoke(function, event)
    printed(capsys)
    deployed.guardrail.error = ProviderThrottledError("bedrock-runtime", "x", "X", "too fast")
    with pytest.raises(ProviderThrottledError):
        invoke("translate_summary", event)
    _, found = printed(capsys)
    [(labels, units)] = of(found, "PaidUnits")
    assert labels["operation"] == "TranslateText"
    assert units > 0


def test_an_error_of_storage_is_counted_and_leaves_by_a_name_that_is_retried(
    deployed: Pipeline,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    log: io.StringIO,
) -> None:
    def slow_down(key: str) -> bytes:
        raise ClientError({"Error": {"Code": "SlowDown", "Message": key}}, "GetObject")

    upload = deployed.upload(b"A letter.", "a.txt")
    monkeypatch.setattr(deployed.results, "read", slow_down)
    with pytest.raises(ProviderThrottledError):
        invoke("inspect_document", {"upload": upload.model_dump()})
    _, found = printed(capsys)
    assert of(found, "ProviderErrors") == [({"provider": "aws", "error": "SlowDown"}, 1)]
    [line] = lines(log.getvalue())
    assert (line["step"], line["document_id"]) == ("inspect-document", upload.document_id)
    assert (line["outcome"], line["error"]) == ("FAILED", "ProviderThrottledError")


def test_every_line_of_metrics_is_one_that_cloudwatch_takes(
    deployed: Pipeline, capsys: pytest.CaptureFixture[str]
) -> None:
    run(deployed)
    text, found = printed(capsys)
    assert found
    for one in found:
        declared = DECLARED[one.name]
        assert one.namespace == "Recita"
        assert one.unit == declared.unit
        assert set(one.dimensions) == {"service", *declared.dimensions}
        assert one.dimensions["service"] == "a-stack"
    for line in lines(text):
        for block in line.get("_aws", {}).get("CloudWatchMetrics", ()):
            assert len(block["Metrics"]) <= 100
            assert all(len(names) <= 30 for names in block["Dimensions"])


def test_no_metric_tells_documents_apart() -> None:
    assert {name for one in DECLARED.values() for name in one.dimensions} == {
        "status", "reason", "method", "provider", "operation", "unit", "error", "found",
    }  # fmt: skip
