"""Bounds shared by all functions: the fake keeps the same promises as DynamoDB."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import Any

import pytest
from moto.dynamodb.models import DynamoDBBackend
from recita.adapters.limits import DynamoBookmark, DynamoPlaces
from recita.ports.limits import Bookmark, Places

from tests import tables
from tests.fakes.limits import FakeBookmark, FakePlaces

both = pytest.mark.parametrize("kind", ["fake", "adapter"])


@pytest.fixture(autouse=True)
def limits_table(account: None) -> None:  # noqa: ARG001 - in which the table is made
    tables.create("LimitsTable", "limits")


@pytest.fixture
def places(kind: str) -> Callable[[int], Places]:
    if kind == "fake":
        return FakePlaces
    return lambda most: DynamoPlaces("limits", "in-flight", most)


@pytest.fixture
def bookmark(kind: str) -> Bookmark:
    return FakeBookmark() if kind == "fake" else DynamoBookmark("limits", "sweep")


@both
def test_no_more_places_are_held_than_there_are(places: Callable[[int], Places]) -> None:
    two = places(2)
    assert [two.take(name) for name in "abc"] == [True, True, False]
    assert two.holders() == {"a", "b"}


@both
def test_taking_twice_holds_one_place_even_when_all_are_held(
    places: Callable[[int], Places],
) -> None:
    one = places(1)
    assert [one.take("a"), one.take("a")] == [True, True]
    assert one.holders() == {"a"}


@both
def test_giving_back_twice_frees_one_place(places: Callable[[int], Places]) -> None:
    two = places(2)
    two.take("a")
    two.take("b")
    for name in ("a", "a", "never-held"):
        two.give_back(name)
    assert two.holders() == {"b"}
    assert [two.take("c"), two.take("d")] == [True, False]


@both
def test_the_last_place_given_back_leaves_all_free(places: Callable[[int], Places]) -> None:
    one = places(1)
    assert one.holders() == frozenset()
    one.give_back("a")
    one.take("a")
    one.give_back("a")
    assert one.holders() == frozenset()
    assert one.take("b")


@pytest.fixture
def atomic_updates(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in DynamoDB, nothing comes between a condition and its write; moto lets threads there."""
    one_at_a_time, update = Lock(), DynamoDBBackend.update_item

    def atomic(*args: Any, **kwargs: Any) -> Any:
        with one_at_a_time:
            return update(*args, **kwargs)

    monkeypatch.setattr(DynamoDBBackend, "update_item", atomic)


@pytest.mark.usefixtures("atomic_updates")
def test_a_crowd_takes_exactly_as_many_places_as_there_are() -> None:
    crowd = [f"document-{number}" for number in range(40)]
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda name: DynamoPlaces("limits", "x", 7).take(name), crowd))
    assert sum(taken) == 7
    assert len(DynamoPlaces("limits", "x", 7).holders()) == 7


@both
def test_a_bookmark_is_where_it_was_left(bookmark: Bookmark) -> None:
    assert bookmark.read() == {}
    bookmark.write({"key": "a/ção", "version": "v1"})
    assert bookmark.read() == {"key": "a/ção", "version": "v1"}
    bookmark.write({})
    assert bookmark.read() == {}
