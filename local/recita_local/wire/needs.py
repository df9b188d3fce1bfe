"""What IAM asks about an AWS call: the actions and resources behind an operation.

Sources: the Service Authorization Reference of each service; of S3's user guide "Required
permissions for S3 API operations" and "How to prevent object overwrites with conditional writes";
of Bedrock's "Enforce the use of specific guardrails in model inference requests". A service that
does a part of the work in another one (Textract reads S3, Polly writes it) does so with the
caller's rights.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from recita_local.wire.app import ACCOUNT_ID, DEFAULT_REGION

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Params = dict[str, Any]

ANY_REGION = "<region>"
"""Of an inference profile: it may choose any of several, so a policy must allow all."""

_INVOKED = {"Converse": "InvokeModel", "ConverseStream": "InvokeModelWithResponseStream"}
_PROFILE = re.compile(r"(?:us|eu|apac|au|ca|jp|us-gov|global)\.(.+)")


@dataclass(frozen=True)
class Need:
    """One question to IAM: whether this action may be done to this resource."""

    action: str
    resource: str = "*"
    """An ARN; ``*`` for actions without resource types."""
    context: dict[str, list[str]] = field(default_factory=dict)
    """Values of the condition keys that our policies use."""


def needs(service: str, operation: str, params: Params) -> Iterator[Need]:
    """Yield what one call needs, ``service`` and ``operation`` by their botocore names."""
    yield from _SERVICES.get(service, _same_name(service))(operation, params)


def _arn(service: str, rest: str) -> str:
    return f"arn:aws:{service}:{DEFAULT_REGION}:{ACCOUNT_ID}:{rest}"


def _same_name(prefix: str) -> Callable[[str, Params], Iterator[Need]]:
    """Most actions are called as their operation is."""

    def same(operation: str, _params: Params) -> Iterator[Need]:
        yield Need(f"{prefix}:{operation}")

    return same


# ------------------------------------------------------------------------------- S3

_PUTS = {"PutObject", "CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload"}
_COPIES = {"CopyObject", "UploadPartCopy"}
_LISTS = {
    "ListObjects": "s3:ListBucket",
    "ListObjectsV2": "s3:ListBucket",
    "HeadBucket": "s3:ListBucket",
    "ListObjectVersions": "s3:ListBucketVersions",
    "ListMultipartUploads": "s3:ListBucketMultipartUploads",
}


def _s3(operation: str, params: Params) -> Iterator[Need]:
    bucket = f"arn:aws:s3:::{params.get('Bucket', '')}"
    here = f"{bucket}/{params['Key']}" if "Key" in params else bucket
    if operation in {"GetObject", "HeadObject"}:
        yield from _reading(bucket, params["Key"], params.get("VersionId"))
    elif operation in _PUTS:
        yield from _writing(here, params)
    elif operation in _COPIES:
        yield from _copying(here, params)
    elif operation == "DeleteObject":
        yield _deleting(here, params)
    elif operation == "DeleteObjects":
        for one in params["Delete"]["Objects"]:
            yield _deleting(f"{bucket}/{one['Key']}", one)
    elif operation == "ListParts":
        yield Need("s3:ListMultipartUploadParts", here)
    else:
        yield Need(_LISTS.get(operation, f"s3:{operation}"), here)


def _reading(bucket: str, key: str, version: str | None) -> Iterator[Need]:
    yield Need("s3:GetObjectVersion" if version else "s3:GetObject", f"{bucket}/{key}")
    yield Need("s3:ListBucket", bucket)  # without it a key that is not there is 403, not 404


def _writing(here: str, params: Params) -> Iterator[Need]:
    yield Need("s3:PutObject", here)
    if "IfMatch" in params:  # the caller learns the ETag of what is there
        yield Need("s3:GetObject", here)
    if params.get("Tagging"):
        yield Need("s3:PutObjectTagging", here)
    if params.get("ACL"):
        yield Need("s3:PutObjectAcl", here)


def _copying(here: str, params: Params) -> Iterator[Need]:
    yield from _writing(here, params)
    bucket, _, rest = str(params["CopySource"]).lstrip("/").partition("/")
    key, _, version = rest.partition("?versionId=")
    source = f"arn:aws:s3:::{bucket}/{key}"
    yield Need("s3:GetObjectVersion" if version else "s3:GetObject", source)
    if params.get("TaggingDirective") != "REPLACE":  # tags are copied too, where there are any
        yield Need("s3:GetObjectVersionTagging" if version else "s3:GetObjectTagging", source)
        yield Need("s3:PutObjectTagging", here)


def _deleting(here: str, named: Params) -> Need:
    return Need("s3:DeleteObjectVersion" if named.get("VersionId") else "s3:DeleteObject", here)


# --------------------------------------------------------- DynamoDB, events, executions


def _dynamodb(operation: str, params: Params) -> Iterator[Need]:
    tables = params.get("RequestItems") or {params.get("TableName"): params}
    for table, asked in tables.items():
        index = f"/index/{params['IndexName']}" if "IndexName" in params else ""
        resource = _arn("dynamodb", f"table/{table}{index}")
        yield Need(f"dynamodb:{operation}", resource, _leading_keys(asked))


def _leading_keys(asked: Params | list[Any]) -> dict[str, list[str]]:
    """Partition keys, of tables that have no sort key as ours."""
    if isinstance(asked, list):
        return {}
    keys = asked.get("Keys") or [asked.get("Key", {})]
    found = [str(next(iter(value.values()))) for key in keys for value in key.values()]
    return {"dynamodb:LeadingKeys": found} if found else {}


def _sqs(operation: str, params: Params) -> Iterator[Need]:
    action = operation.removesuffix("Batch")
    yield Need(f"sqs:{action}", _arn("sqs", str(params["QueueUrl"]).rpartition("/")[2]))


def _sns(operation: str, params: Params) -> Iterator[Need]:
    yield Need(f"sns:{operation.removesuffix('Batch')}", params.get("TopicArn", "*"))


def _stepfunctions(operation: str, params: Params) -> Iterator[Need]:
    named = params.get("stateMachineArn") or params.get("executionArn")
    yield Need(f"states:{operation}", named or "*")  # a task token names no resource


def _events(operation: str, params: Params) -> Iterator[Need]:
    for entry in params.get("Entries", ()):
        bus = entry.get("EventBusName") or "default"
        arn = bus if bus.startswith("arn:") else _arn("events", f"event-bus/{bus}")
        yield Need(f"events:{operation}", arn, {"events:source": [entry["Source"]]})


# ------------------------------------------------------------------------ AI services


def _textract(operation: str, params: Params) -> Iterator[Need]:
    yield Need(f"textract:{operation}")
    place = params.get("DocumentLocation") or params.get("Document") or {}
    if found := place.get("S3Object"):
        yield from _reading(f"arn:aws:s3:::{found['Bucket']}", found["Name"], found.get("Version"))
    if role := params.get("NotificationChannel", {}).get("RoleArn"):
        yield Need("iam:PassRole", role, {"iam:PassedToService": ["textract.amazonaws.com"]})


def _polly(operation: str, params: Params) -> Iterator[Need]:
    yield Need(f"polly:{operation}")
    if bucket := params.get("OutputS3BucketName"):
        prefix = params.get("OutputS3KeyPrefix", "")
        yield Need("s3:PutObject", f"arn:aws:s3:::{bucket}/{prefix}")
    if topic := params.get("SnsTopicArn"):
        yield Need("sns:Publish", topic)


def _translate(operation: str, params: Params) -> Iterator[Need]:
    yield Need(f"translate:{operation}")
    if params.get("SourceLanguageCode") == "auto":
        yield Need("comprehend:DetectDominantLanguage")


def _bedrock(operation: str, params: Params) -> Iterator[Need]:
    guardrail = params.get("guardrailConfig") or params
    identifier = str(guardrail.get("guardrailIdentifier") or "")
    arn = (
        identifier if identifier.startswith("arn:") else _arn("bedrock", f"guardrail/{identifier}")
    )
    if operation != "ApplyGuardrail":
        context = {}
        if identifier:
            version = guardrail.get("guardrailVersion")
            pinned = arn if version == "DRAFT" else f"{arn}:{version}"
            context = {"bedrock:GuardrailIdentifier": [pinned]}
        for model in _models(params["modelId"]):
            yield Need(f"bedrock:{_INVOKED.get(operation, operation)}", model, context)
    if identifier:
        yield Need("bedrock:ApplyGuardrail", arn)


def _models(model: str) -> Iterator[str]:
    """ARNs that a model's id stands for: a profile's are its own and its model's anywhere."""
    if model.startswith("arn:"):
        yield model
    elif found := _PROFILE.fullmatch(model):
        yield _arn("bedrock", f"inference-profile/{model}")
        yield f"arn:aws:bedrock:{ANY_REGION}::foundation-model/{found[1]}"
    else:
        yield f"arn:aws:bedrock:{DEFAULT_REGION}::foundation-model/{model}"


_SERVICES: dict[str, Callable[[str, Params], Iterator[Need]]] = {
    "s3": _s3,
    "dynamodb": _dynamodb,
    "sqs": _sqs,
    "sns": _sns,
    "stepfunctions": _stepfunctions,
    "events": _events,
    "textract": _textract,
    "polly": _polly,
    "translate": _translate,
    "bedrock-runtime": _bedrock,
}
