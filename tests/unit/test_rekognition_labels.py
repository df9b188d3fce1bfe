"""Labels are ours to name: models only number classes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from recita_local.services.rekognition.detectors import COCO, OPEN_IMAGES
from recita_local.services.rekognition.labels import Filters, confidence, image_labels
from recita_local.services.rekognition.seeing import Box, Face, Found, Sight, Surface
from recita_local.services.rekognition.taxonomy import ancestors, classes, groups, objects

TABBY, TIGER_CAT, EGYPTIAN_CAT, MALAMUTE, WEB_SITE = 281, 282, 285, 249, 916


BARE = Surface(paper=0.1, letters=0, letter_share=0.0, foliage=0.0)
WRITTEN = Surface(paper=0.9, letters=900, letter_share=0.9, foliage=0.0)
PERSON, BICYCLE, BED, LAPTOP = 0, 1, 59, 63
OPEN_IMAGES_BICYCLE = 1
MIDDLE = (0.4, 0.4, 0.2, 0.2)


def seen(**parts: float) -> Sight:
    """A sight of classes by their numbers, as ``c281=0.4``; the rest is spread evenly."""
    rest = (1 - sum(parts.values())) / (1000 - len(parts))
    probabilities = tuple(parts.get(f"c{number}", rest) for number in range(1000))
    return Sight(probabilities, (), (), BARE, 600)


def coco(kind: int, score: float, box: Box = MIDDLE) -> Found:
    return Found(COCO, kind, score, box)


def by_name(labels: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {label["Name"]: label for label in labels}


def test_every_class_has_a_label_and_a_known_group() -> None:
    assert len(classes()) == 1000
    for name, group in groups().items():
        assert name == name.strip()
        assert group.category
        assert set(group.parents) <= set(groups())


def test_every_class_of_a_detector_has_a_known_label() -> None:
    assert {detector for detector, _ in objects()} == {COCO, OPEN_IMAGES}
    assert sum(detector == COCO for detector, _ in objects()) == 80
    assert objects()[OPEN_IMAGES, 0] == ""
    assert {label for label in objects().values() if label} <= set(groups())


@pytest.mark.parametrize(
    ("detector", "number", "name"),
    [
        (COCO, 0, "Person"),
        (COCO, 19, "Cattle"),
        (COCO, 62, "TV"),
        (COCO, 79, "Toothbrush"),
        (OPEN_IMAGES, 4, "Person"),
        (OPEN_IMAGES, 13, "Coffee Cup"),
        (OPEN_IMAGES, 23, "Car"),
    ],
)
def test_objects_keep_their_places(detector: str, number: int, name: str) -> None:
    assert objects()[detector, number] == name


def test_no_label_stands_above_itself() -> None:
    assert not [name for name in groups() if name in ancestors(name)]


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
    assert classes()[number] == name


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


def test_an_object_comes_with_its_place() -> None:
    labels = by_name(image_labels(replace(seen(), objects=(coco(PERSON, 0.9),)), 55))
    (instance,) = labels["Person"]["Instances"]
    assert instance["BoundingBox"] == {"Left": 0.4, "Top": 0.4, "Width": 0.2, "Height": 0.2}
    assert 90 < instance["Confidence"] <= labels["Person"]["Confidence"] <= 100


def test_two_detectors_see_one_bicycle_and_are_surer_of_it() -> None:
    one = coco(BICYCLE, 0.68)
    other = Found(OPEN_IMAGES, OPEN_IMAGES_BICYCLE, 0.58, (0.41, 0.4, 0.2, 0.2))
    alone = [by_name(image_labels(replace(seen(), objects=(found,)), 55)) for found in (one, other)]
    both = by_name(image_labels(replace(seen(), objects=(one, other)), 55))
    most = max(labels["Bicycle"]["Confidence"] for labels in alone)
    assert both["Bicycle"]["Confidence"] > most + 5
    assert len(both["Bicycle"]["Instances"]) == 1
    assert both["Vehicle"]["Confidence"] >= both["Bicycle"]["Confidence"]


def test_a_doubtful_box_needs_a_second_opinion() -> None:
    doubtful = coco(BED, 0.58)
    assert image_labels(replace(seen(), objects=(doubtful,)), 55) == []
    assert image_labels(seen(c564=0.15), 55) == []  # a four-poster
    assert "Bed" in by_name(image_labels(replace(seen(c564=0.15), objects=(doubtful,)), 55))


def test_a_face_is_a_person_where_no_more_is_seen() -> None:
    face = Face(0.9, (0.1, 0.1, 0.1, 0.1), {})
    inside, outside = (0.0, 0.0, 0.4, 0.9), (0.6, 0.0, 0.4, 0.9)
    for place, people in ((inside, 1), (outside, 2)):
        sight = replace(seen(), objects=(coco(PERSON, 0.9, place),), faces=(face,))
        assert len(by_name(image_labels(sight, 55))["Person"]["Instances"]) == people


def test_a_page_is_a_document_and_not_a_laptop() -> None:
    sight = replace(seen(c922=0.5), objects=(coco(LAPTOP, 0.8),))
    unwritten = by_name(image_labels(sight, 55))
    assert "Laptop" in unwritten
    assert "Menu" in unwritten
    written = by_name(image_labels(replace(sight, surface=WRITTEN), 55))
    assert set(written) == {"Document", "Text"}
    assert written["Document"]["Confidence"] == pytest.approx(100)
    assert [parent["Name"] for parent in written["Document"]["Parents"]] == ["Text"]


def test_a_person_on_a_page_stays_a_person() -> None:
    sight = replace(seen(), objects=(coco(PERSON, 0.9),), surface=WRITTEN)
    assert "Person" in by_name(image_labels(sight, 55))


def test_leaves_make_nature() -> None:
    leafy = replace(BARE, foliage=0.45)
    labels = by_name(image_labels(replace(seen(), surface=leafy), 70))
    assert set(labels) == {"Vegetation", "Nature", "Outdoors", "Plant"}


def test_what_looks_like_several_buildings_is_a_building() -> None:
    sight = seen(c483=0.25, c663=0.32, c425=0.1)  # a castle, a monastery, a barn
    assert set(by_name(image_labels(sight, 55))) == {"Architecture", "Building"}
    assert "Castle" in by_name(image_labels(seen(c483=0.6), 55))


def test_what_follows_a_label_is_no_surer_than_it() -> None:
    labels = by_name(image_labels(seen(c249=0.4, c21=0.2, c60=0.2), 70))  # a dog, a bird, a snake
    assert set(labels) == {"Animal", "Canine", "Dog", "Malamute", "Mammal", "Pet"}
    assert labels["Animal"]["Confidence"] == labels["Canine"]["Confidence"]


def test_small_pictures_are_trusted_less() -> None:
    large, small = (replace(seen(c249=0.6), short_side=side) for side in (600, 90))
    percents = [by_name(image_labels(one, 0))["Dog"]["Confidence"] for one in (large, small)]
    assert percents[0] > 80
    assert percents[1] < 75


def test_a_qr_code_is_no_crossword_puzzle() -> None:
    crossword = classes().index("Crossword Puzzle")
    code = (0.05, 0.05, 0.9, 0.9)
    sight = replace(seen(**{f"c{crossword}": 0.7}), surface=replace(BARE, codes=(code,)))
    labels = by_name(image_labels(sight, 55))
    assert set(labels) == {"QR Code"}
    assert labels["QR Code"]["Confidence"] > 90
    (instance,) = labels["QR Code"]["Instances"]
    assert instance["BoundingBox"]["Width"] == pytest.approx(0.9)
