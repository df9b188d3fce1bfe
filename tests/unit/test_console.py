"""The console: who may ask, what it shows, and that nothing a document says becomes markup."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from PIL import Image
from recita.models.base import now
from recita.models.document import document_id
from recita.models.manifest import Manifest, Source
from recita.models.reasons import reason
from recita_cli.main import app as command
from recita_cli.target import Target
from recita_cli.web import app as console
from recita_cli.web import guard, progress, rendering, shelf
from recita_cli.web.pages import name
from recita_cli.web.server import Server
from selectolax.lexbor import LexborHTMLParser
from typer.testing import CliRunner
from werkzeug.datastructures import Headers
from werkzeug.test import Client, TestResponse

from tests.fakes.files import pdf, picture, two_halves
from tests.unit.test_serve_api import NOBODY, Deployment, deployment, seeded

__all__ = ["deployment"]  # the fixture

PORT = 8642
HERE = f"http://127.0.0.1:{PORT}"
HOSTILE = "</title><script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{7*7}}"


@dataclass
class Visitor:
    """A browser that was let in; ``shelf`` is what it looks at."""

    client: Client
    shelf: shelf.Shelf

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.client.get(path, base_url=HERE, headers=Headers(headers))

    def page(self, path: str) -> LexborHTMLParser:
        answer = self.get(path)
        assert answer.status_code == 200, answer.text
        return LexborHTMLParser(answer.text)

    def send(self, body: bytes, filename: str, **form: str) -> TestResponse:
        data: dict[str, Any] = {**form, "file": (io.BytesIO(body), filename)}
        headers = Headers({"origin": HERE, "accept": "application/json"})
        return self.client.post("/uploads", base_url=HERE, data=data, headers=headers)


@pytest.fixture
def watch() -> guard.Guard:
    return guard.Guard(PORT)


@pytest.fixture
def visitor(deployment: Deployment, watch: guard.Guard) -> Iterator[Visitor]:
    deployment.s3.put_bucket_versioning(
        Bucket="uploads-here", VersioningConfiguration={"Status": "Enabled"}
    )
    outputs = {
        "InputBucketName": "uploads-here",
        "ResultsBucketName": "results-here",
        "TableName": "documents",
        "StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:recita-X",
    }
    opened = shelf.opened(Target(outputs))
    client = Client(console.Console(opened, watch))
    assert client.get(f"/?key={watch.key}", base_url=HERE).status_code == 303
    yield Visitor(client, opened)
    opened.pages.close()


def changed(deployment: Deployment, manifest: Manifest, **fields: Any) -> Manifest:
    """A document whose manifest says something else."""
    told = manifest.model_copy(update=fields)
    key = f"documents/{manifest.document_id}/manifest.json"
    deployment.results.write(key, told.model_dump_json().encode(), "application/json")
    return told


def test_only_who_has_the_key_is_let_in(visitor: Visitor, watch: guard.Guard) -> None:
    stranger = Client(console.Console(visitor.shelf, watch))
    for path in ("/", "/static/console.js", "/?key=", "/?key=wrong", f"/documents/{NOBODY}"):
        assert stranger.get(path, base_url=HERE).status_code == 403
    welcome = stranger.get(f"/?key={watch.key}", base_url=HERE)
    assert (welcome.status_code, welcome.headers["location"]) == (303, "/")
    assert {"HttpOnly", "SameSite=Lax"} <= set(welcome.headers["set-cookie"].split("; "))
    assert stranger.get("/", base_url=HERE).status_code == 200
    assert stranger.get(f"/?key={watch.key}", base_url=HERE).status_code == 303  # opened again
    assert watch.key in watch.address


def test_a_forged_host_is_refused(visitor: Visitor) -> None:
    assert visitor.get("/").status_code == 200
    forged = ("evil.example", f"evil.example:{PORT}", "127.0.0.1", "127.0.0.1:1")
    for host in (*forged, f"127.0.0.1.evil:{PORT}"):
        assert visitor.get("/", host=host).status_code == 403, host


def test_a_forged_origin_is_refused(visitor: Visitor) -> None:
    assert visitor.get("/", origin=HERE).status_code == 200
    for origin in ("http://evil.example", "null", f"https://127.0.0.1:{PORT}", "http://127.0.0.1"):
        assert visitor.get("/", origin=origin).status_code == 403, origin
        headers = Headers({"origin": origin})
        answer = visitor.client.post("/uploads", base_url=HERE, headers=headers)
        assert answer.status_code == 403, origin
    assert visitor.client.post("/uploads", base_url=HERE).status_code == 403  # without any


def test_every_answer_is_strict(visitor: Visitor, deployment: Deployment) -> None:
    manifest = deployment.finish()
    base = f"/documents/{manifest.document_id}"
    paths = (
        "/",
        base,
        f"{base}/pages/1",
        "/nothing",
        "/static/console.js",
        f"{base}/files/text.md",
    )
    for path in paths:
        headers = visitor.get(path).headers
        policy = dict(one.split(" ", 1) for one in headers["content-security-policy"].split("; "))
        assert policy.pop("default-src") == policy.pop("base-uri") == "'none'"
        assert policy.pop("frame-ancestors") == "'none'"
        assert set(policy.values()) == {"'self'"}
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"


def test_no_page_has_anything_inline(visitor: Visitor, deployment: Deployment) -> None:
    manifest = deployment.finish()
    base = f"/documents/{manifest.document_id}"
    deployment.begin("d" * 32)
    paths = ("/", base, f"{base}/pages/1", f"{base}/listen/es", f"/documents/{'d' * 32}")
    for path in paths:
        page = visitor.page(path)
        assert page.css_first("h1"), path
        assert not page.css("style, [style], script:not([src]), iframe, object, embed"), path
        handlers = [a for tag in page.css("*") for a in tag.attributes if a.startswith("on")]
        assert handlers == [], path
        for tag in page.css("[href], [src], [action]"):
            for attribute in ("href", "src", "action"):
                assert (tag.attributes.get(attribute) or "/")[0] in "/#?", path


def test_a_document_whose_manifest_is_gone_is_not_waited_for(
    visitor: Visitor, deployment: Deployment
) -> None:
    seeded(deployment, 1)
    answer = visitor.get(f"/documents/{0:032x}")
    assert answer.status_code == 404
    assert "manifest is gone" in answer.text


def test_a_list_can_be_filtered_and_goes_on(visitor: Visitor, deployment: Deployment) -> None:
    seeded(deployment, 5)
    links, path = [], "/?limit=2&status=&day=&class=invoice&source_key="
    while path:
        page = visitor.page(path)
        links += [a.attributes["href"] for a in page.css("tbody a")]
        more = page.css_first("a[rel=next]")
        path = str(more.attributes["href"]) if more else ""
    assert links == [f"/documents/{number:032x}" for number in range(5)]

    failed = visitor.page("/?status=FAILED")
    assert {cell.text() for cell in failed.css("tbody .status")} == {"FAILED"}
    chosen = failed.css_first("#status option[selected]")
    assert chosen
    assert chosen.text() == "FAILED"
    assert "No document fits" in visitor.get("/?source_key=none").text


REFUSED = (
    ("/?status=DONE", 400, "query-unusable"),
    ("/?next=forged", 400, "page-unusable"),
    ("/documents/no-id", 400, "id-unusable"),
    (f"/documents/{NOBODY}", 404, "document-unknown"),
    (f"/documents/{NOBODY}/pages/1", 404, "document-unknown"),
    ("/documents/..%2f..%2fetc%2fpasswd", 404, "route-unknown"),
    ("/documents/%2e%2e/uploads", 404, "route-unknown"),
    ("/static/../app.py", 404, "route-unknown"),
    ("/static/%2e%2e%2fapp.py", 404, "route-unknown"),
    ("/uploads", 404, "route-unknown"),
)


def test_what_is_not_possible_says_why(visitor: Visitor) -> None:
    for path, status, code in REFUSED:
        answer = visitor.get(path, accept="text/html")
        alert = LexborHTMLParser(answer.text).css_first("[role=alert]")
        assert answer.status_code == status, path
        assert alert, path
        assert code in alert.text(), path
        assert reason(code, "").hint in alert.text(), path
        told = visitor.get(path, accept="application/json")
        assert (told.status_code, json.loads(told.text)["code"]) == (status, code)


TRICKS = (f"../{NOBODY}/manifest.json", "..%2f..%2fwork", "/text.md", "text.md/", "nothing", ".")


def test_no_name_leads_to_what_is_no_file_of_the_result(
    visitor: Visitor, deployment: Deployment
) -> None:
    base = f"/documents/{deployment.finish().document_id}"
    for trick in TRICKS:
        for way in ("files", "media"):
            answer = visitor.get(f"{base}/{way}/{trick}")
            assert answer.status_code == 404, trick


def test_a_document_shows_its_result(visitor: Visitor, deployment: Deployment) -> None:
    manifest = deployment.finish()
    assert manifest.summary
    page = visitor.page(f"/documents/{manifest.document_id}")

    heading = page.css_first("h1")
    assert heading
    assert heading.text().strip() == "a.txt"
    sentences = page.css(".sentences li")
    assert [one.css("p")[0].text() for one in sentences] == [
        sentence.text for sentence in manifest.summary.sentences
    ]
    links = [a.attributes["href"] for a in sentences[0].css("a")]
    assert links == [
        f"/documents/{manifest.document_id}/pages/{number}"
        for number in manifest.summary.sentences[0].pages
    ]
    text = page.css_first("main")
    assert text
    assert f"USD {manifest.cost.estimated:.4f}" in text.text()
    assert page.css(f"a[href='/documents/{manifest.document_id}/listen/es']")
    for artifact in manifest.artifacts:
        path = f"/documents/{manifest.document_id}/files/{artifact.key}"
        assert page.css(f"a[href='{path}']"), path
        answer = visitor.get(path)
        assert len(answer.data) == artifact.bytes
        assert answer.headers["content-disposition"].startswith("attachment")
        assert answer.content_type == "application/octet-stream"


def test_a_sound_is_given_in_parts_and_pages_never(
    visitor: Visitor, deployment: Deployment
) -> None:
    manifest = deployment.finish()
    sound = f"/documents/{manifest.document_id}/media/audio/es.mp3"
    whole = visitor.get(sound)
    part = visitor.get(sound, range="bytes=2-5")
    assert (part.status_code, part.data) == (206, whole.data[2:6])
    assert (whole.content_type, whole.headers["accept-ranges"]) == ("audio/mpeg", "bytes")
    page = f"/documents/{manifest.document_id}/media/audio/es.html"
    assert visitor.get(page).status_code == 404


def test_words_have_their_times(visitor: Visitor, deployment: Deployment) -> None:
    manifest = deployment.finish()
    page = visitor.page(f"/documents/{manifest.document_id}/listen/es")
    words = [int(str(one.attributes["data-t"])) for one in page.css(".say [data-t]")]
    assert len(words) > 3
    assert words == sorted(words)
    button = page.css_first("button")
    assert button
    assert button.attributes["data-play"] == "Play"  # readalong.js takes the page's first button


def test_hostile_text_is_text(visitor: Visitor, deployment: Deployment) -> None:
    manifest = deployment.finish(b"Zebra 1. " * 60, f"in/{HOSTILE.replace('/', '')}.txt")
    assert manifest.summary
    told = HOSTILE
    sentence = manifest.summary.sentences[0].model_copy(update={"text": told})
    changed(
        deployment,
        manifest,
        reason=reason("step-failed", told),
        summary=manifest.summary.model_copy(update={"sentences": (sentence,)}),
        steps=tuple(one.model_copy(update={"name": told}) for one in manifest.steps),
    )
    base = f"/documents/{manifest.document_id}"
    shown: dict[bool, list[str]] = {True: [], False: []}
    for path in ("/", base, f"{base}/pages/1", f"{base}/listen/es", f"/?source_key={HOSTILE}"):
        answer = visitor.get(path)
        page = LexborHTMLParser(answer.text)
        assert not page.css("script:not([src])"), path
        assert not page.css("img[onerror]"), path
        assert "{{49}}" not in answer.text
        assert len(page.css("title")) == 1, path
        shown["alert(1)" in (page.css_first("body") or page).text()].append(path)
    assert len(shown[True]) == 4  # told all the same, but for the filter's own field


def test_what_turns_names_round_is_seen() -> None:
    assert name("fdp.\u202eexe") == "fdp.\ufffdexe"
    assert name("a\r\nb\x00") == "a\ufffd\ufffdb\ufffd"
    joined = "\u0645\u06cc\u200c\u062e \U0001f469\u200d\U0001f4bb"
    assert name(joined) == joined
    assert name("") == "(no name)"


def test_an_upload_goes_to_the_bucket_by_the_rules(
    visitor: Visitor, deployment: Deployment
) -> None:
    answer = visitor.send(b"# Notes\n", "Notizen nº 7.md", languages=" es ", speak="none")
    assert answer.status_code == 303
    listed = deployment.s3.list_object_versions(Bucket="uploads-here")["Versions"]
    (one,) = listed
    document = document_id("uploads-here", one["Key"], one["VersionId"])
    assert answer.headers["location"] == f"/documents/{document}?new=1"
    assert re.fullmatch(r"uploads/[0-9a-f]{32}/Notizen nº 7\.md", one["Key"])
    found = deployment.s3.get_object(Bucket="uploads-here", Key=one["Key"])
    assert found["Body"].read() == b"# Notes\n"
    assert found["ContentType"] == "text/markdown"
    assert found["Metadata"] == {"recita-languages": "es", "recita-speak": "none"}
    waiting = visitor.page(f"/documents/{document}?new=1")
    now_at = waiting.css_first(".now")
    assert now_at
    assert "waiting to be admitted" in now_at.text()


UNFIT: tuple[tuple[bytes, str, dict[str, str], str], ...] = (
    (b"", "a.pdf", {}, "body-unusable"),
    (b"MZ", "setup.exe", {}, "type-unsupported"),
    (b"x", "fdp.\u202eexe.pdf", {}, "filename-unusable"),
    (b"x", "a.pdf", {"languages": "klingon"}, "option-unusable"),
    (b"x", "", {}, "body-unusable"),
)


def test_an_upload_that_would_fail_is_refused_with_a_reason(
    visitor: Visitor, deployment: Deployment
) -> None:
    for body, filename, form, code in UNFIT:
        told = json.loads(visitor.send(body, filename, **form).text)
        assert told["code"] == code
        assert told["hint"]
    assert "Versions" not in deployment.s3.list_object_versions(Bucket="uploads-here")


def test_an_upload_over_the_limit_is_refused(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(console, "MAX_BYTES", 10)
    monkeypatch.setattr(console, "ROOM", 10)
    answer = visitor.send(b"x" * 1000, "a.pdf")
    assert (answer.status_code, json.loads(answer.text)["code"]) == (413, "upload-too-large")


def test_progress_is_told_until_the_end(
    visitor: Visitor, deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest = deployment.finish()
    document = manifest.document_id
    row = deployment.table.get_item(Key={"document_id": document})["Item"]
    deployment.table.put_item(Item=row | {"status": "PROCESSING", "updated_at": now().isoformat()})
    seen: list[float] = []

    def wait(seconds: float) -> None:
        seen.append(seconds)
        deployment.table.put_item(Item=row)

    monkeypatch.setattr("recita_cli.web.progress.sleep", wait)
    answer = visitor.get(f"/documents/{document}/events")
    assert answer.content_type == "text/event-stream"
    events = [one for one in answer.text.split("\n\n") if one]
    assert events[0].startswith("event: progress\ndata: ")
    assert all(line.startswith(("event:", "data:")) for line in events[0].split("\n"))
    for step in manifest.steps:
        assert re.search(rf"^data: <span>{step.name} \d+\.\d s</span>$", events[0], re.MULTILINE)
    assert events[-1].startswith("event: ended")
    assert len(seen) == 1


@pytest.mark.parametrize(
    ("body", "media_type", "number", "size"),
    [
        (pdf(["One", "Two"], "0 0 300 600"), "application/pdf", 2, (800, 1600)),
        (picture(two_halves(200, 100), "PNG"), "image/png", 1, (200, 100)),
        (pdf(["One"]), "application/pdf", 2, None),
        (b"%PDF-1.7 nothing", "application/pdf", 1, None),
        (b"no picture", "image/png", 1, None),
    ],
)
def test_pages_are_drawn_in_the_cage(
    tmp_path: Path, body: bytes, media_type: str, number: int, size: tuple[int, int] | None
) -> None:
    path = tmp_path / "upload"
    path.write_bytes(body)
    jpeg = rendering.drawn(path, media_type, number)
    assert (jpeg and Image.open(io.BytesIO(jpeg)).size) == size


def test_what_has_no_look_is_not_drawn(visitor: Visitor, deployment: Deployment) -> None:
    manifest = deployment.finish()
    base = f"/documents/{manifest.document_id}/pages"
    assert not visitor.page(f"{base}/1").css(".stage")
    for path in (f"{base}/1/drawing", f"{base}/2/drawing", f"{base}/0", f"{base}/99"):
        assert visitor.get(path).status_code == 404, path


def test_nothing_is_drawn_of_another_bucket(visitor: Visitor, deployment: Deployment) -> None:
    found = {}
    for bucket in ("uploads-here", "results-here"):
        put = deployment.s3.put_object(Bucket=bucket, Key="a.pdf", Body=pdf(["One"]))
        source = Source(
            bucket=bucket, key="a.pdf", version_id=put.get("VersionId", "null"), bytes=1,
            sha256="a" * 64, media_type="application/pdf",
        )  # fmt: skip
        found[bucket] = visitor.shelf.pages.draw(source, 1)
    assert found.pop("uploads-here")
    assert found == {"results-here": None}


def test_a_server_listens_on_this_machine_alone(visitor: Visitor) -> None:
    with Server(visitor.shelf.target) as server:
        place = urlsplit(server.address)
        assert place.hostname == "127.0.0.1"
        assert server.host == "127.0.0.1"
        with pytest.raises(OSError, match="in use"):
            Server(visitor.shelf.target, place.port or 0)


def test_the_command_says_where_it_is_and_what_went_wrong(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("recita_cli.target.existing", lambda _: visitor.shelf.target)
    monkeypatch.setattr(Server, "serve", lambda _: None)
    answer = CliRunner().invoke(command, ["console", "--json"])
    assert answer.exit_code == 0
    place = urlsplit(json.loads(answer.stdout)["address"])
    assert (place.hostname, place.query[:4]) == ("127.0.0.1", "key=")
    with Server(visitor.shelf.target) as server:
        port = str(urlsplit(server.address).port)
        taken = CliRunner().invoke(command, ["console", "--port", port])
    assert taken.exit_code == 1
    assert f"port {port} can't be listened on" in taken.stderr


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    wide = colour * 2 if len(colour) == 3 else colour
    parts = [int(wide[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(p * weight for p, weight in zip(linear, (0.2126, 0.7152, 0.0722), strict=True))


def test_everything_can_be_read_in_light_and_in_dark(root: Path) -> None:
    css = (root / "cli/recita_cli/web/static/console.css").read_text("utf-8")
    schemes = [
        dict(re.findall(r"--([\w-]+): #(\w+)", one))
        for one in re.findall(r"{[^{}]*--paper:[^}]*}", css)
    ]
    pairs = [
        (text, ground)
        for text in ("ink", "quiet", "accent", "bad")
        for ground in ("paper", "card", "soft")
    ]
    pairs += [(one, f"{one}-bg") for one in ("good", "warn", "bad", "wait", "held")]
    pairs += [("ink", f"{one}-bg") for one in ("warn", "bad", "wait")] + [("on-accent", "accent")]
    assert len(schemes) == 2
    low = {}
    for scheme in schemes:
        for text, ground in pairs:
            dark, light = sorted((luminance(scheme[text]), luminance(scheme[ground])))
            if (light + 0.05) / (dark + 0.05) < 4.5:
                low[text, ground] = scheme[text]
    assert low == {}


def test_watchers_are_counted_and_let_go(
    visitor: Visitor, deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    deployment.begin("e" * 32)
    monkeypatch.setattr(progress, "LOOKS", 1)
    monkeypatch.setattr("recita_cli.web.progress.sleep", lambda _: None)
    for _ in range(shelf.MOST_WATCHED + 2):  # each has ended before the next
        with visitor.get(f"/documents/{'e' * 32}/events") as answer:
            assert answer.status_code == 200
            assert answer.get_data()
    for _ in range(shelf.MOST_WATCHED):
        assert visitor.shelf.watched.acquire(blocking=False)
    assert visitor.get(f"/documents/{'e' * 32}/events").status_code == 503
