"""boto3 against the wire: what a client sees of our services, whatever they answer."""

from __future__ import annotations

import functools
import json
import time
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from recita_local.wire.service import Operations, Params, Reply, RequestContext, ServiceError

if TYPE_CHECKING:
    from collections.abc import Iterator


SIGNATURE = "AWS4-HMAC-SHA256 Credential=a/20261121/us-east-1/textract/aws4_request"


def detect_document_text(params: Params, context: RequestContext) -> Reply:
    if params["Document"].get("Bytes") == b"broken":
        raise ServiceError("UnsupportedDocumentException", "not a document I know")
    if params["Document"].get("Bytes") == b"bug":
        raise ZeroDivisionError("a secret from inside")
    context.engine = "stub/1.0"
    block = {"BlockType": "LINE", "Text": context.region, "Confidence": 99.5, "Id": "1"}
    return {"DocumentMetadata": {"Pages": 1}, "Blocks": [block]}


def translate_text(params: Params, context: RequestContext) -> Reply:
    assert context.service == "translate"
    if params["SourceLanguageCode"] == "auto":
        raise ServiceError(
            "DetectedLanguageLowConfidenceException", "unsure", DetectedLanguageCode="pt"
        )
    return {"TranslatedText": params["Text"][::-1], "SourceLanguageCode": "en",
            "TargetLanguageCode": params["TargetLanguageCode"]}  # fmt: skip


def synthesize_speech(params: Params, _: RequestContext) -> Reply:
    audio = b"ID3\xff\x00" + params["Text"].encode()
    return {"AudioStream": audio, "ContentType": "audio/mpeg", "RequestCharacters": 5}


def converse(params: Params, _: RequestContext) -> Reply:
    message = {"role": "assistant", "content": [{"text": params["modelId"]}]}
    usage = {"inputTokens": 1, "outputTokens": 1, "totalTokens": 2}
    return {"output": {"message": message}, "stopReason": "end_turn", "usage": usage,
            "metrics": {"latencyMs": 1}}  # fmt: skip


def apply_guardrail(params: Params, _: RequestContext) -> Reply:
    text = params["content"][0]["text"]["text"]
    return {"usage": {}, "action": "NONE", "outputs": [{"text": text}], "assessments": []}


def invoke_model(params: Params, _: RequestContext) -> Reply:
    return {"body": b"echo " + params["body"], "contentType": "application/json"}


STUBS: dict[str, Operations] = {
    "textract": {"DetectDocumentText": detect_document_text},
    "translate": {"TranslateText": translate_text},
    "polly": {"SynthesizeSpeech": synthesize_speech},
    "bedrock-runtime": {
        "Converse": converse, "ApplyGuardrail": apply_guardrail, "InvokeModel": invoke_model,
    },
    "rekognition": {},
}  # fmt: skip


@pytest.fixture(scope="module")
def endpoint(serve: Any) -> Iterator[str]:
    with serve(STUBS.__getitem__) as url:
        yield url


@pytest.fixture
def client(endpoint: str, connect: Any) -> Any:
    return functools.partial(connect, endpoint)


def failure(call: Any, **params: Any) -> dict[str, Any]:
    with pytest.raises(ClientError) as caught:
        call(**params)
    return dict(caught.value.response)


def test_a_reply_has_shape_engine_and_request_id(client: Any) -> None:
    reply = client("textract").detect_document_text(Document={"Bytes": b"x"})
    assert reply["Blocks"][0]["Text"] == "eu-west-3"
    metadata = reply["ResponseMetadata"]
    assert metadata["HTTPHeaders"]["x-local-engine"] == "stub/1.0"
    assert metadata["RequestId"]


def test_a_modelled_error_raises_its_class(client: Any) -> None:
    textract = client("textract")
    with pytest.raises(textract.exceptions.UnsupportedDocumentException) as caught:
        textract.detect_document_text(Document={"Bytes": b"broken"})
    assert caught.value.response["Error"]["Message"] == "not a document I know"
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400


def test_a_call_over_the_quota_is_throttled_as_the_service_does(
    serve: Any, connect: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RECITA_LOCAL_TPS", "Textract.*=0.01,Bedrock-Runtime.Converse=0.01")
    with serve(STUBS.__getitem__) as url:
        textract = connect(url, "textract")
        textract.detect_document_text(Document={"Bytes": b"x"})
        with pytest.raises(textract.exceptions.ProvisionedThroughputExceededException):
            textract.detect_document_text(Document={"Bytes": b"x"})
        bedrock = connect(url, "bedrock-runtime")
        bedrock.converse(modelId="m", messages=[])
        found = failure(bedrock.converse, modelId="m", messages=[])
        assert found["Error"]["Code"] == "ThrottlingException"
        assert found["ResponseMetadata"]["HTTPStatusCode"] == 429
        assert connect(url, "translate").translate_text(
            Text="abc", SourceLanguageCode="en", TargetLanguageCode="es"
        )


def test_an_error_carries_its_further_members(client: Any) -> None:
    found = failure(client("translate").translate_text, Text="olá",
                    SourceLanguageCode="auto", TargetLanguageCode="en")  # fmt: skip
    assert found["DetectedLanguageCode"] == "pt"


def test_a_bug_is_an_internal_error_that_tells_nothing(client: Any) -> None:
    found = failure(client("textract").detect_document_text, Document={"Bytes": b"bug"})
    assert found["Error"]["Code"] == "InternalServerError"
    assert found["ResponseMetadata"]["HTTPStatusCode"] == 500
    assert "secret" not in json.dumps(found)


def test_speech_arrives_as_a_stream(client: Any) -> None:
    polly = client("polly")
    reply = polly.synthesize_speech(Text="hello", OutputFormat="mp3", VoiceId="Joanna")
    assert reply["AudioStream"].read() == b"ID3\xff\x00hello"
    assert (reply["ContentType"], reply["RequestCharacters"]) == ("audio/mpeg", 5)


@pytest.mark.parametrize(
    "model",
    [
        "amazon.nova-lite-v1:0",
        "arn:aws:bedrock:us-east-1:123456789012:inference-profile/eu.amazon.nova-lite-v1:0",
    ],
)
def test_a_model_id_survives_its_url(client: Any, model: str) -> None:
    messages = [{"role": "user", "content": [{"text": "hi"}]}]
    reply = client("bedrock-runtime").converse(modelId=model, messages=messages)
    assert reply["output"]["message"]["content"][0]["text"] == model


def test_guardrail_and_raw_model_calls_are_parsed(client: Any) -> None:
    bedrock = client("bedrock-runtime")
    content = [{"text": {"text": "olá"}}]
    guarded = bedrock.apply_guardrail(
        guardrailIdentifier="abc", guardrailVersion="1", source="INPUT", content=content
    )
    assert guarded["outputs"] == [{"text": "olá"}]
    raw = bedrock.invoke_model(modelId="m", body=b'{"a": 1}')
    assert raw["body"].read() == b'echo {"a": 1}'


def test_an_operation_we_lack_names_those_we_have(client: Any) -> None:
    found = failure(client("textract").analyze_id, DocumentPages=[{"Bytes": b"x"}])
    assert found["Error"]["Code"] == "UnknownOperationException"
    assert "DetectDocumentText" in found["Error"]["Message"]
    assert found["ResponseMetadata"]["HTTPStatusCode"] == 501


@pytest.mark.parametrize(
    ("service", "operation", "params", "code"),
    [
        ("polly", "synthesize_speech",
         {"Text": "a", "OutputFormat": "mp3", "VoiceId": "Nobody"}, "ValidationException"),
        ("polly", "synthesize_speech", {"OutputFormat": "mp3", "VoiceId": "Joanna"},
         "ValidationException"),
        ("textract", "detect_document_text",
         {"Document": {"S3Object": {"Bucket": "no spaces!", "Name": "x"}}},
         "InvalidParameterException"),
        ("textract", "detect_document_text", {"Document": {"Bytes": b"x" * 10485761}},
         "DocumentTooLargeException"),
        ("translate", "translate_text",
         {"Text": "x" * 10001, "SourceLanguageCode": "en", "TargetLanguageCode": "pt"},
         "TextSizeLimitExceededException"),
        ("bedrock-runtime", "converse", {"modelId": "m", "inferenceConfig": {"temperature": 2}},
         "ValidationException"),
        ("bedrock-runtime", "apply_guardrail",
         {"guardrailIdentifier": "a", "guardrailVersion": "1", "source": "INPUT", "content": [{}]},
         "ValidationException"),
    ],
)  # fmt: skip
def test_parameters_outside_the_model_are_refused(
    client: Any, service: str, operation: str, params: dict[str, Any], code: str
) -> None:
    found = failure(getattr(client(service, validate=False), operation), **params)
    assert found["Error"]["Code"] == code
    assert "1 validation error detected: Value" in found["Error"]["Message"]


def slowly(calls: list[float]) -> Operations:
    def translate_slowly(params: Params, _: RequestContext) -> Reply:
        calls.append(time.monotonic())
        time.sleep(1.5)
        return {"TranslatedText": params["Text"], "SourceLanguageCode": "en",
                "TargetLanguageCode": "pt"}  # fmt: skip

    return {"TranslateText": translate_slowly}


def test_a_retry_joins_the_call_it_repeats(serve: Any, connect: Any) -> None:
    calls: list[float] = []
    operations = slowly(calls)
    languages = {"SourceLanguageCode": "en", "TargetLanguageCode": "pt"}
    with serve(lambda _: operations) as endpoint:
        patient = Config(read_timeout=1, retries={"max_attempts": 3})
        translate = connect(endpoint, "translate", config=patient)
        assert translate.translate_text(Text="once", **languages)["TranslatedText"] == "once"
        assert len(calls) == 1
        assert translate.translate_text(Text="once", **languages)["TranslatedText"] == "once"
        assert len(calls) == 2, "another call with the same words is another call"


def post(endpoint: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, Any]]:
    request = urllib.request.Request(endpoint, body, headers)  # noqa: S310
    try:
        with urllib.request.urlopen(request) as reply:  # noqa: S310
            return reply.status, json.load(reply)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def test_cbor_is_refused_with_its_reason(endpoint: str) -> None:
    headers = {"authorization": SIGNATURE, "smithy-protocol": "rpc-v2-cbor"}
    status, body = post(endpoint, headers, b"\xa0")
    assert (status, body["__type"]) == (415, "UnsupportedMediaTypeException")
    assert "JSON" in body["message"]


def test_a_body_that_is_not_json_is_refused(endpoint: str) -> None:
    headers = {"authorization": SIGNATURE, "content-type": "application/x-amz-json-1.1",
               "x-amz-target": "Textract.DetectDocumentText"}  # fmt: skip
    status, body = post(endpoint, headers, b"{nope")
    assert (status, body["__type"]) == (400, "SerializationException")


def test_a_request_beyond_the_limit_is_refused(endpoint: str) -> None:
    headers = {"authorization": SIGNATURE, "content-type": "application/x-amz-json-1.1",
               "x-amz-target": "Textract.DetectDocumentText"}  # fmt: skip
    status, body = post(endpoint, headers, b" " * (32 * 1024 * 1024 + 1))
    assert (status, body["__type"]) == (413, "RequestEntityTooLargeException")
