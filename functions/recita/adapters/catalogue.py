"""Amazon DynamoDB: lists of documents by status, day, class and source key, newest first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
from boto3.dynamodb.conditions import ConditionBase, Key

from recita.adapters.clients import CONFIG
from recita.models.listing import LIVING, Listed, Page, Position, Wanted

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.service_resource import DynamoDBServiceResource

MOST_QUERIES = 10
"""Queries for one page of one list: rows that another filter leaves out must not take minutes."""
LAST = "~"
"""Sorts behind every time and every document id."""


@dataclass
class _Found:
    """What a list held, newest first, and where the search for more would go on."""

    documents: list[Listed]
    following: Position | None


class DynamoCatalogue:
    """The table's indexes; each has ``updated_at`` as its range."""

    def __init__(self, table: str, database: DynamoDBServiceResource | None = None) -> None:
        database = database or boto3.resource("dynamodb", config=CONFIG)
        self._table = table
        # Reads and writes Python's types like its resource, and threads may share it.
        self._client: DynamoDBClient = database.meta.client

    def page(self, wanted: Wanted, limit: int, after: Position | None = None) -> Page:
        """Return up to ``limit`` of the wanted documents, newest first, from ``after`` on.

        Without any filter but the day, the lists of all statuses are merged: a partition for all
        documents would be one that all writes go to.
        """
        lists = _lists(wanted)
        with ThreadPoolExecutor(len(lists)) as pool:  # else one waits for the other, seven times
            asked = [pool.submit(self._found, *one, wanted, limit, after) for one in lists]
        return _merged([one.result() for one in asked], limit)

    def _found(
        self, index: str, key: ConditionBase, wanted: Wanted, limit: int, after: Position | None
    ) -> _Found:
        """Read one list until it has a page, with all of the time its last one is of."""
        asked: dict[str, Any] = {
            "IndexName": index,
            "KeyConditionExpression": _since_and_until(key, wanted, after),
            "ScanIndexForward": False,
            "Limit": limit + 1,
        }
        kept: list[Listed] = []
        last = None
        for _ in range(MOST_QUERIES):
            reply = self._client.query(TableName=self._table, **asked)
            for item in reply["Items"]:
                last = _listed(item)
                if _is_wanted(last, wanted) and _follows(last, after):
                    kept.append(last)
            if "LastEvaluatedKey" not in reply:
                return _Found(_newest_first(kept), None)
            if len(kept) > limit and kept[limit - 1].updated_at != kept[-1].updated_at:
                break
            asked["ExclusiveStartKey"] = reply["LastEvaluatedKey"]
        return _Found(_newest_first(kept), _before(last) if last else after)


def _lists(wanted: Wanted) -> Sequence[tuple[str, ConditionBase]]:
    """The index that leaves least to look at, and its key: of a status, one list for each."""
    if wanted.source_key is not None:
        return [("by-source-key", Key("source_key").eq(wanted.source_key))]
    if wanted.document_type is not None:
        return [("by-class", Key("document_type").eq(wanted.document_type))]
    statuses = [wanted.status] if wanted.status else LIVING
    return [("by-status", Key("status").eq(one)) for one in statuses]


def _since_and_until(key: ConditionBase, wanted: Wanted, after: Position | None) -> ConditionBase:
    end = after.updated_at if after else LAST
    if wanted.day is not None:
        # An end before the day begins leaves nothing, and DynamoDB refuses a range that ends first.
        until = max(wanted.day, min(end, wanted.day + LAST))
        return key & Key("updated_at").between(wanted.day, until)
    return key & Key("updated_at").lte(end) if after else key


def _is_wanted(listed: Listed, wanted: Wanted) -> bool:
    statuses = (wanted.status,) if wanted.status else LIVING
    return listed.status in statuses and wanted.document_type in (None, listed.document_type)


def _follows(listed: Listed, after: Position | None) -> bool:
    if after is None:
        return True
    return _age(listed.position) < _age(after)


def _before(listed: Listed) -> Position:
    """The place before all documents of that time, of which some may not have been met."""
    return Position(updated_at=listed.updated_at, document_id=LAST)


def _age(position: Position) -> tuple[str, str]:
    return position.updated_at, position.document_id


def _newest_first(documents: Iterable[Listed]) -> list[Listed]:
    return sorted(documents, key=lambda one: _age(one.position), reverse=True)


def _merged(lists: Sequence[_Found], limit: int) -> Page:
    """One page of several lists; nothing behind the end of one that has more is taken."""
    ends = [one.following for one in lists if one.following]
    horizon = max(ends, key=_age) if ends else None
    every = _newest_first(document for one in lists for document in one.documents)
    if horizon:
        every = [one for one in every if _age(one.position) > _age(horizon)]
    taken = tuple(every[:limit])
    if len(every) > limit:
        return Page(documents=taken, following=taken[-1].position)
    return Page(documents=taken, following=horizon)


def _listed(item: Mapping[str, Any]) -> Listed:
    return Listed.model_validate({name: value for name, value in item.items() if value != ""})
