"""Labels are ours to name: the model only numbers a thousand classes."""

from __future__ import annotations

from typing import Any

import pytest
from recita_local.services.rekognition.labels import (
    Filters,
    _classes,
    _groups,
    ancestors,
    confidence,
    image_labels,
)

TABBY, TIGER_CAT, EGYPTIAN_CAT, MALAMUTE, WEB_SITE = 281, 282, 285, 249, 916


def seen(**parts: float) -> list[float]:
    """Probabilities by class number, as ``c281=0.4``; the rest is spread evenly."""
    rest = (1 - sum(parts.values())) / (1000 - len(parts))
    return [parts.get(f"c{number}", rest) for number in range(1000)]


def by_name(labels: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {label["Name"]: label for label in labels}


def test_every_class_has_a_label_and_a_known_group() -> None:
    assert len(_classes()) == 1000
    for name, group in _groups().items():
        assert name == name.strip()
        assert group.category
        assert set(group.parents) <= set(_groups())


def test_no_label_stands_above_itself() -> None:
    assert not [name for name in _groups() if name in ancestors(name)]


@pytest.mark.parametrize(
    ("number", "name"),
    [
        (TABBY, "Cat"),
        (EGYPTIAN_CAT, "Cat"),
        (MALAMUTE, "Malamute"),
        (WEB_SITE, "Page"),
        (21, "Kite Bird"),
        (340, "Zebra"),
        (698, "Palace"),
        (967, "Coffee"),
        (978, "Beach"),
        (999, "Toilet Tissue"),
    ],
)
def test_classes_keep_their_places(number: int, name: str) -> None:
    assert _classes()[number] == name


def test_kinds_of_one_thing_add_up() -> None:
    labels = by_name(image_labels(seen(c281=0.3, c282=0.3, c285=0.3), 55))
    assert labels["Cat"]["Confidence"] == pytest.approx(confidence(0.9), abs=0.5)
    assert [parent["Name"] for parent in labels["Cat"]["Parents"]] == ["Animal", "Mammal", "Pet"]
    assert labels["Cat"]["Categories"] == [{"Name": "Animals and Pets"}]
    assert labels["Cat"]["Instances"] == []


def test_ancestors_are_labels_too_and_as_sure() -> None:
    labels = by_name(image_labels(seen(c249=0.6), 55))
    assert {"Malamute", "Dog", "Canine", "Pet", "Mammal", "Animal"} == set(labels)
    assert labels["Animal"]["Confidence"] >= labels["Dog"]["Confidence"]


def test_the_surest_label_comes_first() -> None:
    percents = [label["Confidence"] for label in image_labels(seen(c249=0.5, c978=0.3), 0)]
    assert percents == sorted(percents, reverse=True)


def test_an_image_of_nothing_has_no_labels() -> None:
    assert image_labels(seen(), 55) == []


def test_what_is_next_to_nothing_is_never_a_label() -> None:
    assert "Zebra" not in by_name(image_labels(seen(c249=0.6), 0))


def test_what_cannot_stand_alone_needs_a_label_below_it() -> None:
    many_animals = seen(**{f"c{number}": 0.002 for number in range(398)})
    assert image_labels(many_animals, 80) == []


def test_least_confidence_is_kept_to() -> None:
    assert not by_name(image_labels(seen(c249=0.3), 90)).get("Malamute")
    assert by_name(image_labels(seen(c249=0.3), 60))["Malamute"]


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        (Filters(labels=frozenset({"Dog"})), {"Dog"}),
        (Filters(no_labels=frozenset({"Animal", "Mammal", "Pet", "Canine"})), {"Dog", "Malamute"}),
        (Filters(categories=frozenset({"Food and Beverage"})), set()),
        (Filters(no_categories=frozenset({"Animals and Pets"})), set()),
    ],
)
def test_filters_keep_and_drop(filters: Filters, names: set[str]) -> None:
    assert set(by_name(image_labels(seen(c249=0.6), 55, filters))) == names


@pytest.mark.parametrize(
    ("probability", "percent"), [(0.0, 0), (0.2, 55), (0.6, 85), (1.0, 100), (1.000001, 100)]
)
def test_confidence_is_on_the_scale_of_the_service(probability: float, percent: float) -> None:
    assert confidence(probability) == pytest.approx(percent)
