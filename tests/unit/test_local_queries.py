"""The laptop's DynamoDB: a query reads its condition once, however many rows it looks at."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from ministack.services import dynamodb
from recita_local.aws import corrections

ROWS = 30
TABLE = "queried-by-tests"
QUERY = {
    "TableName": TABLE,
    "KeyConditionExpression": "#a = :a AND #b <= :b",
    "ExpressionAttributeNames": {"#a": "a", "#b": "b"},
    "ExpressionAttributeValues": {":a": {"S": "x"}, ":b": {"N": "19"}},
}


def ask(operation: str, **given: Any) -> dict[str, Any]:
    headers = {"x-amz-target": f"DynamoDB_20120810.{operation}"}
    body = json.dumps(given).encode()
    status, _, answer = asyncio.run(dynamodb.handle_request("POST", "/", headers, body, {}))
    assert status == 200, answer
    found: dict[str, Any] = json.loads(answer)
    return found


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Conditions in the order in which ministack checks them."""
    found: list[str] = []
    check = dynamodb._condition_syntax_error

    def counted(text: str, slot: str) -> Any:
        found.append(text)
        return check(text, slot)

    monkeypatch.setattr(dynamodb, "_tables", type(dynamodb._tables)())
    monkeypatch.setattr(dynamodb, "_condition_syntax_error", counted)
    monkeypatch.setattr(dynamodb, "_tokenize", dynamodb._tokenize)  # so that it is put back
    keys = [("a", "HASH", "S"), ("b", "RANGE", "N")]
    ask(
        "CreateTable",
        TableName=TABLE,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind, _ in keys],
        AttributeDefinitions=[{"AttributeName": n, "AttributeType": t} for n, _, t in keys],
    )
    for number in range(ROWS):
        ask("PutItem", TableName=TABLE, Item={"a": {"S": "x"}, "b": {"N": str(number)}})
    return found


def test_it_reads_it_for_every_row_as_it_comes(checks: list[str]) -> None:
    """When this fails, the correction is no longer needed."""
    assert len(ask("Query", **QUERY)["Items"]) == 20
    assert len(checks) == ROWS


def test_corrected_it_reads_it_once_and_finds_the_same(checks: list[str]) -> None:
    corrections._read_conditions_once()

    assert len(ask("Query", **QUERY)["Items"]) == 20
    assert len(ask("Query", **QUERY, ScanIndexForward=False)["Items"]) == 20
    assert len(checks) == 1
    wrong = QUERY | {"KeyConditionExpression": "#a = :a AND #b <="}
    with pytest.raises(AssertionError, match="ValidationException"):
        ask("Query", **wrong)
