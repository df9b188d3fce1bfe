"""What IAM asks about a call, and how the laptop notes it."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest
from recita_local.wire.lab import again, whole
from recita_local.wire.needs import needs
from recita_local.wire.permissions import Permissions, plain

if TYPE_CHECKING:
    from pathlib import Path

BUCKET = "arn:aws:s3:::b"
ROLE = "arn:aws:iam::000000000000:role/r"
TOPIC = "arn:aws:sns:us-east-1:000000000000:t"
TABLE = "arn:aws:dynamodb:us-east-1:000000000000:table/t"
OBJECT = {"Bucket": "b", "Key": "k"}
COPY = {**OBJECT, "CopySource": "a/x%20y?versionId=3", "TaggingDirective": "REPLACE"}


@pytest.mark.parametrize(
    ("called", "params", "asked"),
    [
        ("s3.GetObject", OBJECT, [f"GetObject {BUCKET}/k", f"ListBucket {BUCKET}"]),
        ("s3.HeadObject", OBJECT, [f"GetObject {BUCKET}/k", f"ListBucket {BUCKET}"]),
        ("s3.HeadObject", {**OBJECT, "VersionId": "3"},
         [f"GetObjectVersion {BUCKET}/k", f"ListBucket {BUCKET}"]),
        ("s3.PutObject", {**OBJECT, "IfNoneMatch": "*"}, [f"PutObject {BUCKET}/k"]),
        ("s3.PutObject", {**OBJECT, "IfMatch": "e"},
         [f"PutObject {BUCKET}/k", f"GetObject {BUCKET}/k"]),
        ("s3.PutObject", {**OBJECT, "Tagging": "a=b", "ACL": "private"},
         [f"PutObject {BUCKET}/k", f"PutObjectTagging {BUCKET}/k", f"PutObjectAcl {BUCKET}/k"]),
        ("s3.UploadPart", OBJECT, [f"PutObject {BUCKET}/k"]),
        ("s3.ListParts", OBJECT, [f"ListMultipartUploadParts {BUCKET}/k"]),
        ("s3.CopyObject", COPY, [f"PutObject {BUCKET}/k", "GetObjectVersion arn:aws:s3:::a/x%20y"]),
        ("s3.CopyObject", {**OBJECT, "CopySource": "a/x"},
         [f"PutObject {BUCKET}/k", "GetObject arn:aws:s3:::a/x",
          "GetObjectTagging arn:aws:s3:::a/x", f"PutObjectTagging {BUCKET}/k"]),
        ("s3.DeleteObject", {**OBJECT, "VersionId": "3"}, [f"DeleteObjectVersion {BUCKET}/k"]),
        ("s3.DeleteObjects",
         {"Bucket": "b", "Delete": {"Objects": [{"Key": "k", "VersionId": "3"}, {"Key": "l"}]}},
         [f"DeleteObjectVersion {BUCKET}/k", f"DeleteObject {BUCKET}/l"]),
        ("s3.ListObjectsV2", {"Bucket": "b"}, [f"ListBucket {BUCKET}"]),
        ("s3.ListObjectVersions", {"Bucket": "b"}, [f"ListBucketVersions {BUCKET}"]),
        ("s3.GetObjectTagging", OBJECT, [f"GetObjectTagging {BUCKET}/k"]),
        ("dynamodb.Query", {"TableName": "t", "IndexName": "i"}, [f"Query {TABLE}/index/i"]),
        ("dynamodb.BatchGetItem", {"RequestItems": {"t": {"Keys": [{"id": {"S": "1"}}]}}},
         [f"BatchGetItem {TABLE}"]),
        ("stepfunctions.SendTaskSuccess", {"taskToken": "x"}, ["SendTaskSuccess *"]),
        ("textract.StartDocumentAnalysis",
         {"DocumentLocation": {"S3Object": {"Bucket": "b", "Name": "k"}},
          "NotificationChannel": {"RoleArn": ROLE, "SNSTopicArn": TOPIC}},
         ["StartDocumentAnalysis *", f"GetObject {BUCKET}/k", f"ListBucket {BUCKET}",
          f"PassRole {ROLE}"]),
        ("polly.StartSpeechSynthesisTask",
         {"OutputS3BucketName": "b", "OutputS3KeyPrefix": "work/x", "SnsTopicArn": TOPIC},
         ["StartSpeechSynthesisTask *", f"PutObject {BUCKET}/work/x", f"Publish {TOPIC}"]),
        ("translate.TranslateText", {"SourceLanguageCode": "auto"},
         ["TranslateText *", "DetectDominantLanguage *"]),
        ("rekognition.DetectText", {}, ["DetectText *"]),
        ("ssm.GetParameter", {"Name": "x"}, ["GetParameter *"]),
        ("bedrock-runtime.ApplyGuardrail", {"guardrailIdentifier": "g", "guardrailVersion": "1"},
         ["ApplyGuardrail arn:aws:bedrock:us-east-1:000000000000:guardrail/g"]),
        ("bedrock-runtime.ConverseStream", {"modelId": "m"},
         ["InvokeModelWithResponseStream arn:aws:bedrock:us-east-1::foundation-model/m"]),
        ("bedrock-runtime.Converse", {"modelId": "eu.m"},
         ["InvokeModel arn:aws:bedrock:us-east-1:000000000000:inference-profile/eu.m",
          "InvokeModel arn:aws:bedrock:<region>::foundation-model/m"]),
    ],
)  # fmt: skip
def test_an_operation_needs(called: str, params: dict[str, Any], asked: list[str]) -> None:
    service, _, operation = called.partition(".")
    found = list(needs(service, operation, params))

    assert [f"{one.action.partition(':')[2]} {one.resource}" for one in found] == asked


def test_conditions_are_told() -> None:
    update = {"TableName": "t", "Key": {"limit": {"S": "in-flight"}}}
    entry = {"Source": "recita.pipeline", "Detail": "{}"}
    guarded = {"guardrailIdentifier": "g", "guardrailVersion": "2"}
    asked = {"modelId": "m", "guardrailConfig": guarded}

    assert [
        next(needs("dynamodb", "UpdateItem", update)).context,
        next(needs("events", "PutEvents", {"Entries": [entry]})).context,
        next(needs("bedrock-runtime", "Converse", asked)).context,
    ] == [
        {"dynamodb:LeadingKeys": ["in-flight"]},
        {"events:source": ["recita.pipeline"]},
        {"bedrock:GuardrailIdentifier": ["arn:aws:bedrock:us-east-1:000000000000:guardrail/g:2"]},
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "left"),
    [
        (f"{TABLE[:-1]}recita-LimitsTable-4EDD2875C4294", f"{TABLE[:-1]}recita-LimitsTable"),
        (f"{BUCKET}/work/0123456789abcdef0123456789abcdef/x.json",
         f"{BUCKET}/work/<document>/<key>"),
        ("arn:aws:s3:::b/letter.pdf", "arn:aws:s3:::b/<key>"),
        ("arn:aws:states:x:0:execution:m:0123456789abcdef0123456789abcdef.2",
         "arn:aws:states:x:0:execution:m:<document>.2"),
        ("arn:aws:bedrock:x:0:guardrail/4svxmrt0tsl3:7",
         "arn:aws:bedrock:x:0:guardrail/Guardrail:<version>"),
    ],
)  # fmt: skip
def test_what_differs_from_day_to_day_is_left_out(name: str, left: str) -> None:
    assert plain(name) == left


def scope(target: str, agent: str = "Boto3/1 app/admit_document.77") -> dict[str, Any]:
    headers = {"user-agent": agent, "x-amz-target": f"DynamoDB_20120810.{target}",
               "content-type": "application/x-amz-json-1.0", "host": "127.0.0.1"}  # fmt: skip
    return {
        "type": "http",
        "method": "POST",
        "path": "/",
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }


KEY = b'{"TableName": "t", "Key": {"id": {"S": "1"}}}'


def noted(
    folder: Path | None, *asked: dict[str, Any], service: str = "dynamodb", body: bytes = KEY
) -> bytes:
    """Note requests and return the body that is left to read of the last."""
    permissions = Permissions(folder)

    async def all_of_them() -> bytes:
        left = b""
        for one in asked:
            left = await whole(await permissions.note(one, again(body), service))
        return left

    return asyncio.run(all_of_them())


def test_a_permission_is_noted_once_and_the_request_goes_on(tmp_path: Path) -> None:
    left = noted(tmp_path, scope("GetItem"), scope("GetItem"), scope("DeleteItem"))

    (file,) = tmp_path.iterdir()
    lines = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    assert [(line["function"], line["operation"], line["action"]) for line in lines] == [
        ("admit_document", "dynamodb.GetItem", "dynamodb:GetItem"),
        ("admit_document", "dynamodb.DeleteItem", "dynamodb:DeleteItem"),
    ]
    assert json.loads(left)["TableName"] == "t"


@pytest.mark.parametrize(
    ("target", "body"),
    [("NewlyInvented", KEY), ("GetItem", b"not JSON"), ("BatchGetItem", b'{"RequestItems": [1]}')],
)
def test_what_can_not_be_understood_is_noted_too(tmp_path: Path, target: str, body: bytes) -> None:
    noted(tmp_path, scope(target), body=body)

    (file,) = tmp_path.iterdir()
    assert json.loads(file.read_text("utf-8"))["action"] == "dynamodb:POST /"


def test_many_objects_deleted_at_once_are_noted(tmp_path: Path) -> None:
    request = {**scope(""), "path": "/b", "query_string": b"delete"}
    xml = b"<Delete><Object><Key>documents/x</Key></Object><Quiet>true</Quiet></Delete>"

    noted(tmp_path, request, service="s3", body=xml)

    (file,) = tmp_path.iterdir()
    line = json.loads(file.read_text("utf-8"))
    assert line["operation"] == "s3.DeleteObjects"
    assert (line["action"], line["resource"]) == (
        "s3:DeleteObject",
        "arn:aws:s3:::b/documents/<key>",
    )


def test_only_functions_are_noted_and_only_where_asked(tmp_path: Path) -> None:
    noted(tmp_path, scope("GetItem", agent="aws-cli/1"))
    left = noted(None, scope("GetItem"))

    assert list(tmp_path.iterdir()) == []
    assert json.loads(left)["TableName"] == "t"
