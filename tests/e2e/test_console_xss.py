"""Markup and script in every text that the console shows: a real browser sees text alone."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError
from recita.models.base import now
from recita.models.document import Upload, result_key, step_key
from recita.models.manifest import Manifest
from recita.models.page import Page
from recita.models.record import StepRecord
from recita.models.summary import Summary
from recita_cli.target import Target
from recita_cli.web.server import Server

from tests.browser import Browser
from tests.unit.test_serve_api import Deployment, deployment

__all__ = ["deployment"]  # the fixture

HARMLESS = "A name"
HOSTILE = (
    "<script>hit()</script>",
    '"><img src=x onerror=hit()>',
    "' onmouseover=hit() autofocus onfocus=hit() x='",
    "'\"--></style></script></title></textarea><svg onload=hit()>",
    '<iframe srcdoc="<script>parent.hit()</script>"></iframe>',
    "<a href=javascript:hit()>x</a><base href=//example.invalid/>",
    "<meta http-equiv=refresh content='0;url=//example.invalid/'>",
    "<link rel=stylesheet href=//example.invalid/x.css><form action=//example.invalid/>",
    "<math><mtext><table><mglyph><style><img src=x onerror=hit()>",
    "{{ cycler.__init__.__globals__ }}{% raw %}${7*7}#{7*7}<%= 7*7 %>",
    "&lt;script&gt;hit()&lt;/script&gt;&#60;img src=x onerror=hit()&#62;",
    "<!--><script>hit()</script--><![CDATA[<script>hit()</script>]]>",
    "javascript:hit()//data: x\nevent: ended\ndata: \n\n",
)
KEPT = frozenset(
    {"artifact", "captions", "marks", "key", "image", "language", "media_type", "parent"}
)
"""Fields that name files and languages: without them there is nothing to show."""
SKELETON = """[...document.querySelectorAll('*')].map((e) =>
  e.tagName + [...e.attributes].map((a) => a.name).sort().join()).join(' ')"""


@pytest.fixture
def console(deployment: Deployment) -> Iterator[Server]:
    assert deployment
    outputs = {
        "InputBucketName": "uploads-here",
        "ResultsBucketName": "results-here",
        "TableName": "documents",
        "StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:recita-X",
    }
    with Server(Target(outputs)) as server:
        thread = threading.Thread(target=server.serve)
        thread.start()
        try:
            yield server
        finally:
            server.stop()
            thread.join()


def told(model: BaseModel, text: str) -> bytes:
    """The model with that text wherever it takes any."""
    data = model.model_dump(mode="json")
    for holder, name in list(texts(data)):
        before, holder[name] = holder[name], text
        try:
            type(model).model_validate(data)
        except ValidationError:  # a status, a time, an id
            holder[name] = before
    return json.dumps(data).encode()


def texts(data: Any) -> Iterator[tuple[Any, Any]]:
    """Every place that holds a text, and its name or number."""
    items = data.items() if isinstance(data, Mapping) else enumerate(data)
    for name, value in items:
        if isinstance(value, str) and name not in KEPT:
            yield data, name
        elif isinstance(value, dict | list):
            yield from texts(value)


def publish(deployment: Deployment, text: str) -> list[str]:
    """A document that has ended and one that is on its way, both with that text everywhere."""
    manifest = deployment.finish(key=f"in/{text}.txt")
    document = manifest.document_id
    kinds: dict[str, type[BaseModel]] = {
        "manifest.json": Manifest,
        "pages/0001.json": Page,
        "summary/es.json": Summary,
    }
    for name, kind in kinds.items():
        body = deployment.results.read(result_key(document, name))
        changed = told(kind.model_validate_json(body or b""), text)
        deployment.results.write(result_key(document, name), changed, "application/json")
    other = document[::-1]
    begun = Upload(document_id=other, bucket="uploads-here", key=f"in/{text}", version_id="v")
    deployment.documents.started(deployment.documents.admit(begun))
    error = {"name": text, "message": text}
    record = StepRecord.model_validate(
        {"name": "read-pages", "status": "FAILED", "started_at": now(), "ended_at": now(),
         "error": error}
    )  # fmt: skip
    body = record.model_dump_json().encode()
    deployment.results.write(step_key(other, "read-pages"), body, "application/json")
    base = f"/documents/{document}"
    return [base, f"{base}/pages/1", f"{base}/listen/es", f"/documents/{other}"]


def skeletons(browser: Browser, paths: list[str]) -> list[str]:
    """What the pages are made of, after their scripts have run."""
    found = []
    for path in paths:
        browser.open(browser.run("location.origin") + path)
        if path == paths[-1]:  # its progress has come as an event, too
            browser.wait("document.querySelector('#said').textContent !== ''")
        assert complaints(browser) == [], path
        assert browser.run("location.pathname") == path
        found.append(browser.run(SKELETON))
    return found


def complaints(browser: Browser) -> list[Any]:
    bad = {"Runtime.exceptionThrown", "Log.entryAdded", "Page.javascriptDialogOpening"}
    return [one for one in browser.events if one["method"] in bad]


def test_a_page_is_made_of_the_same_whatever_it_says(
    chromium: Browser, console: Server, deployment: Deployment
) -> None:
    chromium.open(console.address)
    harmless = skeletons(chromium, publish(deployment, HARMLESS))
    assert all("BUTTON" in one or "SECTION" in one for one in harmless)
    for text in HOSTILE:
        paths = publish(deployment, text)
        assert skeletons(chromium, paths) == harmless, text
        chromium.open(chromium.run("location.origin") + "/")
        shown = chromium.run("document.querySelector('tbody').textContent")
        assert text.rpartition("/")[2][:12].split("\n")[0] in shown
        assert complaints(chromium) == []
