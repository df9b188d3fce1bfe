from __future__ import annotations

import json
import socket
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, cast

import pytest
from recita_local.services.bedrock import forward
from recita_local.services.bedrock.converse import converse
from recita_local.services.bedrock.gguf import GgufEngine, GgufError
from recita_local.services.bedrock.guardrails import Guardrails
from recita_local.services.bedrock.prompts import Image, Prompt, Text
from recita_local.wire.service import RequestContext, ServiceError

COMPLETION = {
    "model": "tiny",
    "choices": [{"message": {"role": "assistant", "content": "Done."}, "finish_reason": "length"}],
    "usage": {"prompt_tokens": 7, "completion_tokens": 2},
}
PROMPT = Prompt(
    texts=(Text("user", "one"), Text("user", "two"), Text("assistant", "three")),
    system=("Be brief.",),
    parameters={"maxTokens": 50, "temperature": 0.1, "topP": 0.9, "stopSequences": ["END"]},
)


class Stub:
    """An OpenAI-compatible server that remembers what it was asked."""

    def __init__(self) -> None:
        self.status, self.reply = 200, json.dumps(COMPLETION)
        self.refuses: tuple[str, ...] = ()
        """Words of a request that it answers with 400."""
        self.count = 0
        self.path, self.authorization = "", ""
        self.asked: dict[str, Any] = {}
        stub = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["content-length"])
                stub.path, stub.asked = self.path, json.loads(self.rfile.read(length))
                stub.authorization = self.headers.get("authorization", "")
                stub.count += 1
                refused = any(word in json.dumps(stub.asked) for word in stub.refuses)
                self.send_response(400 if refused else stub.status)
                self.end_headers()
                self.wfile.write(b"not taken" if refused else stub.reply.encode())

            def log_message(self, *_: Any) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1"


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stub]:
    stub = Stub()
    thread = threading.Thread(target=stub.server.serve_forever, daemon=True)
    thread.start()
    monkeypatch.setenv("LOCAL_LLM_URL", stub.url)
    monkeypatch.setenv("LOCAL_LLM_MODEL", "tiny")
    yield stub
    stub.server.shutdown()
    stub.server.server_close()


def refusal() -> ServiceError:
    model = forward.chosen()
    assert model
    with pytest.raises(ServiceError) as caught:
        model(PROMPT)
    return caught.value


def test_the_request_in_openai_names(stub: Stub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOCAL_LLM_API_KEY", "k")

    forward.ask(PROMPT, forward.server(stub.url))

    assert stub.path == "/v1/chat/completions"
    assert stub.authorization == "Bearer k"
    assert stub.asked == {
        "model": "tiny",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "one\ntwo"},
            {"role": "assistant", "content": "three"},
        ],
        "max_tokens": 50,
        "temperature": 0.1,
        "top_p": 0.9,
        "stop": ["END"],
    }


def test_the_answer_in_bedrock_names(stub: Stub) -> None:
    answer = forward.ask(PROMPT, forward.server(stub.url))

    assert (answer.text, answer.stop_reason) == ("Done.", "max_tokens")
    assert (answer.input_tokens, answer.output_tokens) == (7, 2)
    assert answer.engine == "openai-compatible (tiny)"


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, "ValidationException"),
        (401, "AccessDeniedException"),
        (404, "ResourceNotFoundException"),
        (429, "ThrottlingException"),
        (500, "ServiceUnavailableException"),
    ],
)
def test_errors_become_bedrocks(stub: Stub, status: int, code: str) -> None:
    stub.status, stub.reply = status, "no"

    assert refusal().code == code


def test_an_answer_that_is_none_is_an_error(stub: Stub) -> None:
    stub.reply = "<html>"

    assert refusal().code == "ServiceUnavailableException"


def test_a_server_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    monkeypatch.setenv("LOCAL_LLM_URL", f"http://127.0.0.1:{port}")

    assert "Start it, or unset LOCAL_LLM_URL" in refusal().message


def test_a_server_that_is_too_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forward, "SECONDS", 0.05)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        monkeypatch.setenv("LOCAL_LLM_URL", f"http://127.0.0.1:{silent.getsockname()[1]}")

        assert refusal().code == "ModelTimeoutException"


SEEN = Prompt(
    texts=(Text("user", "What is it?"),),
    images=(Image("png", b"picture"),),
    metadata={"task": "describe"},
)
SHOWN = {"type": "image_url", "image_url": {"url": "data:image/png;base64,cGljdHVyZQ=="}}


def test_pictures_and_the_form_of_the_answer_are_sent(stub: Stub) -> None:
    forward.ask(SEEN, forward.server(stub.url))

    assert stub.asked["response_format"] == {"type": "json_object"}
    assert stub.asked["messages"] == [
        {"role": "user", "content": [{"type": "text", "text": "What is it?"}, SHOWN]}
    ]


@pytest.mark.parametrize(
    ("refuses", "posts", "pictured"),
    [(("response_format",), 2, True), (("image_url", "response_format"), 3, False)],
)
def test_what_a_server_refuses_is_left_out(
    stub: Stub, refuses: tuple[str, ...], posts: int, *, pictured: bool
) -> None:
    stub.refuses = refuses

    assert forward.ask(SEEN, forward.server(stub.url)).text == "Done."
    assert stub.count == posts
    assert "response_format" not in stub.asked
    assert ("image_url" in json.dumps(stub.asked)) is pictured


def test_a_whole_document_goes_there_and_a_summary_comes_back(stub: Stub) -> None:
    summary = {"title": "Rent", "sentences": [{"text": "The rent is due.", "pages": [1]}]}
    stub.reply = json.dumps(
        {
            "model": "tiny",
            "choices": [{"message": {"content": json.dumps(summary)}, "finish_reason": "stop"}],
        }
    )
    page = '<page number="1">\nThe rent is due on the fifth.\n</page>'
    document = f"<document-0a1b2c3d>\n{page}\n</document-0a1b2c3d>"
    context = RequestContext("bedrock-runtime", "Converse", "us-east-1", "000000000000", "")

    reply = converse(
        {
            "modelId": "amazon.nova-lite-v1:0",
            "system": [{"text": "Rules."}, {"cachePoint": {"type": "default"}}, {"text": "Tags."}],
            "messages": [
                {
                    "role": "user",
                    "content": [
                        {"text": document},
                        {"image": {"format": "jpeg", "source": {"bytes": b"picture"}}},
                        {"guardContent": {"text": {"text": "Summarise the document."}}},
                    ],
                }
            ],
            "requestMetadata": {"task": "summarise"},
        },
        context,
        Guardrails(),
    )

    system, asked = stub.asked["messages"]
    assert system == {"role": "system", "content": "Rules.\nTags."}
    assert asked["content"][0]["text"] == f"{document}\nSummarise the document."
    assert asked["content"][1]["image_url"]["url"].startswith("data:image/jpeg;base64,")
    assert json.loads(reply["output"]["message"]["content"][0]["text"]) == summary
    assert (reply["stopReason"], context.engine) == ("end_turn", "openai-compatible (tiny)")


def test_too_much_text_is_said_as_bedrock_says_it(stub: Stub) -> None:
    stub.status, stub.reply = 400, "request (9031 tokens) exceeds the available context size"

    assert refusal().message.startswith("Input is too long for requested model")
    assert stub.count == 1


class FakeLlama:
    """What the package ``xllamacpp`` offers, as far as it is used."""

    class CommonParams:
        def __init__(self) -> None:
            self.model, self.cpuparams = SimpleNamespace(), SimpleNamespace()

    class Server:
        def __init__(self, parameters: Any) -> None:
            self.parameters = parameters

        def handle_chat_completions(self, body: dict[str, Any]) -> dict[str, Any]:
            if "image_url" in json.dumps(body):
                raise RuntimeError("image input is not supported")
            return COMPLETION


def in_process(monkeypatch: pytest.MonkeyPatch, gguf: GgufEngine) -> None:
    host = SimpleNamespace(call=lambda method, *args: getattr(gguf, method)(*args))
    monkeypatch.setattr(forward, "engine", lambda _: host)


def test_a_model_in_a_file_answers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "tiny.gguf"
    file.write_bytes(b"GGUF")
    monkeypatch.delenv("LOCAL_LLM_URL", raising=False)
    monkeypatch.setenv("LOCAL_GGUF", str(file))
    monkeypatch.setitem(sys.modules, "xllamacpp", cast("ModuleType", FakeLlama))
    in_process(monkeypatch, GgufEngine())

    model = forward.chosen()

    assert model
    assert (model(SEEN).text, model(SEEN).engine) == ("Done.", "llama.cpp (tiny.gguf)")


def test_a_model_in_a_file_needs_its_package(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "tiny.gguf"
    file.write_bytes(b"GGUF")
    monkeypatch.setenv("LOCAL_GGUF", str(file))
    monkeypatch.setitem(sys.modules, "xllamacpp", None)

    with pytest.raises(GgufError, match="uv pip install xllamacpp"):
        GgufEngine()


def test_a_file_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOCAL_GGUF", "/nowhere/tiny.gguf")

    with pytest.raises(GgufError, match=r"names no file: /nowhere/tiny\.gguf"):
        GgufEngine()


def test_without_a_server_nothing_is_forwarded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LOCAL_LLM_URL", raising=False)

    assert forward.chosen() is None
    assert forward.name() == ""
