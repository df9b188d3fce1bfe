"""The customer's own key: what it encrypts, who may use it, and nothing of it by default."""

from __future__ import annotations

from typing import Any

import pytest
from recita_local.wire.needs import Need

from scripts.permissions import Call, Judge, decide
from scripts.policies import NOTHING, Deployed

KEY = "arn:aws:kms:us-east-1:000000000000:key/recita-EncryptionKey"
ENCRYPTED: dict[str, tuple[str, ...]] = {
    "AWS::S3::Bucket": (
        "BucketEncryption",
        "ServerSideEncryptionConfiguration",
        "ServerSideEncryptionByDefault",
        "KMSMasterKeyID",
    ),
    "AWS::DynamoDB::Table": ("SSESpecification", "KMSMasterKeyId"),
    "AWS::SQS::Queue": ("KmsMasterKeyId",),
    "AWS::SNS::Topic": ("KmsMasterKeyId",),
    "AWS::Logs::LogGroup": ("KmsKeyId",),
    "AWS::Lambda::Function": ("KmsKeyArn",),
    "AWS::Events::Connection": ("KmsKeyIdentifier",),
}
"""Where each type names the key that encrypts it."""
USES = {
    "s3:GetObject": ("s3", "kms:Decrypt"),
    "s3:GetObjectVersion": ("s3", "kms:Decrypt"),
    "s3:PutObject": ("s3", "kms:GenerateDataKey"),
    "dynamodb:GetItem": ("dynamodb", "kms:Decrypt"),
    "dynamodb:BatchGetItem": ("dynamodb", "kms:Decrypt"),
    "dynamodb:Query": ("dynamodb", "kms:Decrypt"),
    "dynamodb:PutItem": ("dynamodb", "kms:Decrypt"),
    "dynamodb:UpdateItem": ("dynamodb", "kms:Decrypt"),
    "sqs:ReceiveMessage": ("sqs", "kms:Decrypt"),
    "sqs:SendMessage": ("sqs", "kms:GenerateDataKey"),
    "sns:Publish": ("sns", "kms:GenerateDataKey"),
}
"""Through which service an action takes what from the key."""


@pytest.fixture(scope="module")
def keyed() -> Deployed:
    return Deployed(
        {"CustomerKey": "true", "ApiAuth": "IAM", "WebhookUrl": "https://hooks.example.org"}
    )


@pytest.fixture(scope="module")
def plain() -> Deployed:
    return Deployed()


def _at(stack: Deployed, properties: Any, path: tuple[str, ...]) -> Any:
    found = stack.value(properties)
    for name in path:
        found = found[0] if isinstance(found, list) else found
        found = found.get(name, NOTHING)
    return found


def test_nothing_is_there_by_default(plain: Deployed) -> None:
    made = [kind for kind in ("Key", "Alias") if plain.of_type(f"AWS::KMS::{kind}")]

    assert made == []
    for role in plain.roles().values():
        assert "encryption" not in " ".join(one.policy for one in role.statements).lower()


@pytest.mark.parametrize("kind", ENCRYPTED)
def test_all_that_can_be_is_encrypted_with_the_key(keyed: Deployed, kind: str) -> None:
    own = {
        name: _at(keyed, properties, ENCRYPTED[kind])
        for name, properties in keyed.of_type(kind).items()
        if name != "AccessLogsBucket"
    }

    assert own
    assert {name for name, key in own.items() if key not in {KEY, "recita-EncryptionKey"}} == set()


def test_access_logs_keep_the_one_encryption_that_their_delivery_takes(keyed: Deployed) -> None:
    """S3 writes server access logs to no bucket whose default encryption is SSE-KMS."""
    bucket = keyed.value(keyed.of_type("AWS::S3::Bucket")["AccessLogsBucket"])
    (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]

    assert rule == {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}


def test_without_it_everything_is_encrypted_by_aws(plain: Deployed) -> None:
    def values(kind: str, *path: str) -> set[Any]:
        return {str(_at(plain, one, path)) for one in plain.of_type(kind).values()}

    rule = ENCRYPTED["AWS::S3::Bucket"][:3]
    assert values("AWS::S3::Bucket", *rule, "SSEAlgorithm") == {"AES256"}
    assert values("AWS::DynamoDB::Table", "SSESpecification", "SSEEnabled") == {"True"}
    assert values("AWS::SQS::Queue", "SqsManagedSseEnabled") == {"True"}
    assert values("AWS::SNS::Topic", "KmsMasterKeyId") == {"alias/aws/sns"}
    for kind in set(ENCRYPTED) - {"AWS::SNS::Topic", "AWS::Events::Connection"}:
        assert values(kind, *ENCRYPTED[kind]) == {str(NOTHING)}, kind


def test_a_queue_has_one_kind_of_encryption(keyed: Deployed) -> None:
    queues = keyed.value(keyed.of_type("AWS::SQS::Queue"))

    assert {queue["SqsManagedSseEnabled"] for queue in queues.values()} == {False}


def test_the_key_turns_and_outlives_the_stack(keyed: Deployed) -> None:
    resource = keyed.resources["EncryptionKey"]
    (alias,) = keyed.value(list(keyed.of_type("AWS::KMS::Alias").values()))

    assert resource["DeletionPolicy"] == resource["UpdateReplacePolicy"] == "Retain"
    assert resource["Properties"]["EnableKeyRotation"] is True
    assert resource["Properties"]["PendingWindowInDays"] == 30
    # Without the tag EventBridge uses it for no connection (user guide, "Encrypting connections").
    tag = {"Key": "EventBridgeApiDestinations", "Value": "true"}
    assert resource["Properties"]["Tags"] == [tag]
    assert alias == {"AliasName": "alias/recita", "TargetKeyId": "recita-EncryptionKey"}


def test_services_use_the_key_for_what_is_ours_only(keyed: Deployed) -> None:
    (key,) = keyed.value(list(keyed.of_type("AWS::KMS::Key").values()))
    admin, *services = key["KeyPolicy"]["Statement"]

    assert admin["Principal"] == {"AWS": "arn:aws:iam::000000000000:root"}
    assert {one["Principal"]["Service"]: one["Condition"] for one in services} == {
        "logs.us-east-1.amazonaws.com": {
            "ArnEquals": {
                "kms:EncryptionContext:aws:logs:arn": [
                    str(keyed.value({"Fn::GetAtt": [name, "Arn"]})).removesuffix(":*")
                    for name in keyed.of_type("AWS::Logs::LogGroup")
                ]
            }
        },
        "events.amazonaws.com": {"StringEquals": {"aws:SourceAccount": "000000000000"}},
        "sns.amazonaws.com": {
            "ArnLike": {"aws:SourceArn": "arn:aws:sns:us-east-1:000000000000:recita-*"}
        },
    }


def test_whoever_sends_to_a_queue_may_encrypt_for_it(keyed: Deployed) -> None:
    """A service that a queue's policy admits stands in the key's, too."""
    (key,) = keyed.of_type("AWS::KMS::Key").values()
    users = {str(one["Principal"].get("Service")) for one in key["KeyPolicy"]["Statement"]}
    senders = {
        statement["Principal"]["Service"]
        for kind in ("AWS::SQS::QueuePolicy", "AWS::SNS::TopicPolicy")
        for policy in keyed.of_type(kind).values()
        for statement in keyed.value(policy["PolicyDocument"])["Statement"]
        if "Service" in statement["Principal"]
    }

    assert senders
    assert senders <= users


def test_roles_use_the_key_through_the_services_they_may_use(keyed: Deployed) -> None:
    judge = Judge(keyed)
    asked = {(grant.role, *USES[grant.action]) for grant in judge.grants() if grant.action in USES}

    assert {service for _, service, _ in asked} == {"s3", "dynamodb", "sqs", "sns"}
    refused = [ask for ask in asked if not judge.allows(_through(*ask))]
    assert refused == [], "name the role in EncryptionKeyAccessPolicy"


def test_every_action_that_reads_or_writes_is_known_above(keyed: Deployed) -> None:
    kinds = tuple(f"{service}:" for service in ("s3", "dynamodb", "sqs", "sns"))
    actions = {one.action for one in Judge(keyed).grants() if one.action.startswith(kinds)}

    assert {a for a in actions - set(USES) if ":Delete" not in a and ":List" not in a} <= {
        "s3:AbortMultipartUpload",
        "sqs:GetQueueAttributes",
    }


def test_no_role_uses_the_key_by_itself(keyed: Deployed) -> None:
    judge = Judge(keyed)
    for role in judge.roles:
        assert not judge.allows(Call(role, "", Need("kms:Decrypt", KEY)))
        assert not judge.allows(_through(role, "secretsmanager", "kms:Decrypt"))


def _through(role: str, service: str, action: str) -> Call:
    through = {"kms:ViaService": [f"{service}.us-east-1.amazonaws.com"]}
    return Call(role, "", Need(action, KEY, through))


SSE = "s3:x-amz-server-side-encryption"


@pytest.mark.parametrize(
    ("headers", "decision"),
    [
        ({}, "Allow"),
        ({SSE: "aws:kms", f"{SSE}-aws-kms-key-id": KEY}, "Allow"),
        ({SSE: "aws:kms"}, "Deny"),
        ({SSE: "AES256"}, "Deny"),
        ({SSE: "aws:kms", f"{SSE}-aws-kms-key-id": KEY.replace("recita-", "x")}, "Deny"),
        ({f"{SSE}-customer-algorithm": "AES256"}, "Deny"),
    ],
)
@pytest.mark.parametrize(
    ("policy", "place"),
    [
        ("InputBucketPolicy", "recita-input-000000000000-us-east-1/a.pdf"),
        ("ResultsBucketPolicy", "recita-results-000000000000-us-east-1/documents/a/text.md"),
    ],
)
def test_nothing_is_put_under_another_key(
    keyed: Deployed, policy: str, place: str, headers: dict[str, str], decision: str
) -> None:
    document = keyed.value(keyed.of_type("AWS::S3::BucketPolicy")[policy]["PolicyDocument"])
    anybody = [
        {key: value for key, value in one.items() if key != "Principal"}
        for one in document["Statement"]
        if one["Sid"] != "DenyPlainHttp"
    ]
    put = Need("s3:PutObject", f"arn:aws:s3:::{place}", {k: [v] for k, v in headers.items()})

    allow = {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "*"}
    assert decide(put, [allow, *anybody]) == decision
