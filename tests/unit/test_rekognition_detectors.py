"""Boxes from what the models put out, on outputs made by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PIL import Image
from recita_local.services.rekognition import detectors, faces
from recita_local.services.rekognition.frames import Fitted, box, corners, kept, overlap_of

NEVER = -20.0
"""A logit that is a score of next to nothing."""


class Model:
    """Stands in for a session; puts out what it was given, in turn, and keeps what it saw."""

    def __init__(self, *outputs: list[Any]) -> None:
        self.outputs = list(outputs)
        self.seen: list[Any] = []

    def run(self, _names: None, inputs: dict[str, Any]) -> list[Any]:
        self.seen.append(inputs["image"])
        return self.outputs[min(len(self.seen), len(self.outputs)) - 1]


def picture(width: int = 400, height: int = 200) -> Image.Image:
    return Image.new("RGB", (width, height), (200, 100, 50))


def logit(score: float) -> float:
    return float(np.log(score / (1 - score)))


def nanodet_heads(kind: int, score: float, column: int) -> list[Any]:
    """One object in the coarsest head, three strides to every side of a cell in row 6."""
    heads = [np.full((1, 124, cells, cells), NEVER, np.float32) for cells in (52, 26, 13)]
    heads[2][0, kind, 6, column] = logit(score)
    for side in range(4):
        heads[2][0, 80 + 11 * side + 3, 6, column] = 20.0
    return heads


def test_a_picture_is_fitted_into_the_middle_of_a_square() -> None:
    fitted = Fitted.of(picture(), 100)
    assert fitted.pixels.shape == (100, 100, 3)
    assert (fitted.pixels[24] == 0).all()
    assert (fitted.pixels[50] == (200, 100, 50)).all()
    places = fitted.shares(np.array([[0.0, 25.0], [100.0, 75.0], [50.0, 50.0]]))
    assert places.tolist() == [[0, 0], [1, 1], [0.5, 0.5]]


def test_a_mirrored_picture_keeps_its_place_in_the_square() -> None:
    image = Image.new("RGB", (102, 200), "white")
    image.paste((200, 100, 50), (0, 0, 10, 200))
    fitted = Fitted.of(image, 100)
    mirrored = fitted.mirrored()
    assert (fitted.left, mirrored.left) == (24, 25)
    for one in (fitted, mirrored):
        assert (one.pixels[:, : one.left] == 0).all()
        assert (one.pixels[:, one.left + one.width :] == 0).all()
    row = mirrored.pixels[50]
    assert row[mirrored.left + mirrored.width - 1].tolist() == [200, 100, 50]
    assert row[mirrored.left].tolist() == [255, 255, 255]


def test_boxes_stay_within_the_picture() -> None:
    assert box(np.array([-0.5, 0.25, 0.5, 1.5])) == (0.0, 0.25, 0.5, 0.75)
    assert corners((0.25, 0.5, 0.5, 0.25)).tolist() == [0.25, 0.5, 0.75, 0.75]


def test_overlap_is_shared_by_joint_area() -> None:
    one = np.array([0.0, 0.0, 2.0, 1.0])
    assert overlap_of(one, one) == 1
    assert overlap_of(one, np.array([1.0, 0.0, 3.0, 1.0])) == pytest.approx(1 / 3)
    assert overlap_of(one, np.array([2.0, 0.0, 3.0, 1.0])) == 0
    assert overlap_of(np.zeros(4), np.zeros(4)) == 0


def test_of_boxes_in_one_place_the_surest_of_each_kind_remains() -> None:
    places = np.array([[0, 0, 1, 1], [0, 0, 1, 0.9], [0, 0, 1, 0.95], [0.9, 0.9, 2, 2]])
    scores, kinds = np.array([0.5, 0.8, 0.6, 0.4]), np.array([7, 7, 8, 7])
    assert kept(places, scores, kinds) == [1, 2, 3]


def test_nanodet_finds_an_object_where_it_is() -> None:
    session = Model(nanodet_heads(16, 0.9, column=3), nanodet_heads(16, 0.7, column=9))
    (found,) = detectors.find_coco(session, picture(416, 416))
    assert (found.detector, found.kind) == (detectors.COCO, 16)
    assert found.score == pytest.approx(0.8, abs=0.01)  # of the picture and of its mirror image
    middle, reach = ((3 + 0.5) * 32 / 416, (6 + 0.5) * 32 / 416), 3 * 32 / 416
    expected = (middle[0] - reach, middle[1] - reach, 2 * reach, 2 * reach)
    assert found.box == pytest.approx(expected, abs=1e-3)


def test_nanodet_sees_blue_first_and_normalised() -> None:
    session = Model(nanodet_heads(0, 0.1, column=0))
    detectors.find_coco(session, picture(416, 416))
    blue, green, red = session.seen[0][0, :, 200, 200]
    assert blue == pytest.approx((50 - 103.53) / 57.375)
    assert green == pytest.approx((100 - 116.28) / 57.12)
    assert red == pytest.approx((200 - 123.675) / 58.395)


@pytest.mark.parametrize(
    ("score", "looks"),
    [(0.4, 1), (0.6, 2)],
)
def test_the_mirror_is_looked_into_when_it_may_matter(score: float, looks: int) -> None:
    session = Model(nanodet_heads(16, score, column=3))
    detectors.find_coco(session, picture(416, 416))
    assert len(session.seen) == looks


def test_what_the_mirror_does_not_show_is_dropped() -> None:
    session = Model(nanodet_heads(16, 0.65, column=3), nanodet_heads(17, 0.9, column=9))
    assert detectors.find_coco(session, picture(416, 416)) == []


def test_ssd_starts_from_1917_boxes() -> None:
    anchors = detectors.ssd_anchors()
    assert anchors.shape == (1917, 4)
    assert anchors[0] == pytest.approx([0.5 / 19, 0.5 / 19, 0.1, 0.1])
    assert anchors[-1] == pytest.approx([0.5, 0.5, (0.95 * 1.0) ** 0.5, (0.95 * 1.0) ** 0.5])
    assert ((anchors[:, :2] > 0) & (anchors[:, :2] < 1)).all()


def test_ssd_moves_and_stretches_an_anchor() -> None:
    anchor = np.array([[0.5, 0.4, 0.2, 0.1]])
    still = detectors.ssd_boxes(np.zeros((1, 4)), anchor)[0]
    assert still == pytest.approx([0.35, 0.4, 0.45, 0.6])
    offsets = np.array([[10.0, 0.0, 0.0, 5 * np.log(2)]])  # down by a height, twice as wide
    moved = detectors.ssd_boxes(offsets, anchor)[0]
    assert moved == pytest.approx([0.3, 0.6, 0.5, 0.8])


def test_ssd_finds_an_object_and_no_background() -> None:
    offsets = np.zeros((1, 1917, 4), np.float32)
    logits = np.full((1, 1917, 24), NEVER, np.float32)
    logits[0, 500, 0], logits[0, 700, 8] = logit(0.99), logit(0.8)
    session = Model([offsets, logits])
    (found,) = detectors.find_open_images(session, picture())
    assert (found.detector, found.kind) == (detectors.OPEN_IMAGES, 8)
    assert found.score == pytest.approx(0.8, abs=1e-3)
    assert session.seen[0].shape == (1, 300, 300, 3)
    assert session.seen[0].max() == pytest.approx(200 / 127.5 - 1)


def blazeface(anchors: int, side: int, score: float, place: tuple[float, float]) -> list[Any]:
    """One face of a fifth of the square; the nearest anchor speaks."""
    layers = faces.FULL_CELLS if side == faces.FULL_SIDE else faces.SHORT_CELLS
    centres = faces.centres(layers)
    assert len(centres) == anchors
    nearest = int(np.abs(centres - place).sum(axis=1).argmin())
    offsets = np.zeros((1, anchors, 16), np.float32)
    offsets[0, nearest, :2] = (np.array(place) - centres[nearest]) * side
    offsets[0, nearest, 2:4] = side / 5
    for point, (x, y) in enumerate([(-0.05, -0.05), (0.05, -0.05), (0.0, 0.0)]):
        shift = (np.add(place, (x, y)) - centres[nearest]) * side
        offsets[0, nearest, 4 + 2 * point : 6 + 2 * point] = shift
    logits = np.full((1, anchors, 1), NEVER, np.float32)
    logits[0, nearest, 0] = logit(score)
    return [offsets, logits]


def full(score: float, place: tuple[float, float] = (0.3, 0.5)) -> Model:
    return Model(blazeface(2304, faces.FULL_SIDE, score, place))


def short(score: float, place: tuple[float, float] = (0.3, 0.5)) -> Model:
    return Model(blazeface(896, faces.SHORT_SIDE, score, place))


def test_a_face_has_its_place_eyes_and_nose() -> None:
    (face,) = faces.find_faces(full(0.9), short(0.1), picture(300, 300), [])
    assert face.score == pytest.approx(0.9, abs=1e-3)
    assert face.box == pytest.approx((0.2, 0.4, 0.2, 0.2), abs=1e-3)
    assert face.points["eyeLeft"] == pytest.approx((0.25, 0.45), abs=1e-3)
    assert face.points["eyeRight"] == pytest.approx((0.35, 0.45), abs=1e-3)
    assert face.points["nose"] == pytest.approx((0.3, 0.5), abs=1e-3)


@pytest.mark.parametrize(
    ("far", "near", "found"),
    [(0.7, 0.1, 0), (0.1, 0.7, 0), (0.7, 0.7, 1), (0.8, 0.1, 1), (0.1, 0.8, 1)],
)
def test_one_sure_model_or_two_that_agree_make_a_face(far: float, near: float, found: int) -> None:
    assert len(faces.find_faces(full(far), short(near), picture(), [])) == found


def test_two_models_that_see_different_things_do_not_agree() -> None:
    assert faces.find_faces(full(0.7), short(0.7, (0.7, 0.5)), picture(), []) == []


def test_a_person_without_a_face_is_looked_at_from_nearby() -> None:
    nothing, seen = blazeface(2304, 192, 0.01, (0.5, 0.5)), blazeface(2304, 192, 0.9, (0.5, 0.5))
    person = (0.5, 0.0, 0.5, 1.0)
    (face,) = faces.find_faces(Model(nothing, seen), short(0.1), picture(800, 400), [person])
    assert face.box == pytest.approx((0.7, 0.4, 0.1, 0.2), abs=1e-2)
    assert face.points["nose"] == pytest.approx((0.75, 0.5), abs=1e-2)


def test_a_person_with_a_face_or_too_small_is_not_looked_at_again() -> None:
    model = full(0.9)
    people = [(0.0, 0.0, 0.6, 1.0), (0.9, 0.9, 0.05, 0.05)]
    faces.find_faces(model, short(0.1), picture(800, 400), people)
    assert len(model.seen) == 1
