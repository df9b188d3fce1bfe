"""Amazon DynamoDB: bounds that all functions share, one item each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import ClientError

from recita.adapters.clients import CONFIG

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

ROOM = "attribute_not_exists(holders) OR contains(holders, :name) OR size(holders) < :most"
REFUSED = "ConditionalCheckFailedException"


class DynamoPlaces:
    """Places as a string set: one conditional write takes one, one write gives it back.

    An item holds 400 KB, some 10,000 names; a write costs a unit for each kilobyte of them.
    """

    def __init__(self, table: str, limit: str, most: int) -> None:
        self._table: Table = boto3.resource("dynamodb", config=CONFIG).Table(table)
        self._key = {"limit": limit}
        self._most = most

    def take(self, name: str) -> bool:
        """Take a place, or keep the one held already; False when all are held by others."""
        try:
            self._table.update_item(
                Key=self._key,
                UpdateExpression="ADD holders :names",
                ConditionExpression=ROOM,
                ExpressionAttributeValues={
                    ":names": {name},
                    ":name": name,
                    ":most": self._most,
                },
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != REFUSED:
                raise
            return False
        return True

    def give_back(self, name: str) -> None:
        """Give the place back, if ``name`` holds one."""
        self._table.update_item(
            Key=self._key,
            UpdateExpression="DELETE holders :names",
            ExpressionAttributeValues={":names": {name}},
        )

    def holders(self) -> frozenset[str]:
        """Who holds a place at this moment."""
        item = self._table.get_item(Key=self._key, ConsistentRead=True).get("Item", {})
        found = item.get("holders")
        return frozenset(map(str, found)) if isinstance(found, set) else frozenset()


class DynamoBookmark:
    """A place in a walk, as an item."""

    def __init__(self, table: str, limit: str) -> None:
        self._table: Table = boto3.resource("dynamodb", config=CONFIG).Table(table)
        self._key = {"limit": limit}

    def read(self) -> dict[str, str]:
        """Return what was written last; empty at the beginning."""
        item = self._table.get_item(Key=self._key, ConsistentRead=True).get("Item", {})
        return {name: str(value) for name, value in item.items() if name not in self._key}

    def write(self, place: dict[str, str]) -> None:
        """Remember a place; an empty one is the beginning."""
        self._table.put_item(Item={**self._key, **place})
