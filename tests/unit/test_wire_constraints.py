"""What the wire checks of a request's parameters."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.model import DenormalizedStructureBuilder, Shape
from recita_local.wire.constraints import describe, unknown_members, violations


def shape(**metadata: Any) -> Shape:
    """A structure with one member ``Value`` of the given model."""
    return DenormalizedStructureBuilder().with_members({"Value": metadata}).build_model()


@pytest.mark.parametrize(
    ("model", "good", "bad", "kind"),
    [
        ({"type": "string", "min": 2}, "ab", "a", "min"),
        ({"type": "string", "max": 2}, "éé", "abc", "max"),
        ({"type": "string", "pattern": "[a-z]+"}, "abc", "abc1", "pattern"),
        ({"type": "string", "enum": ["mp3", "pcm"]}, "pcm", "wav", "enum"),
        ({"type": "string"}, "", 3, "type"),
        ({"type": "integer", "min": 0, "max": 9}, 9, 10, "max"),
        ({"type": "integer"}, 1, "1", "type"),
        ({"type": "integer"}, 1, True, "type"),
        ({"type": "float", "min": 0.5}, 1, 0.4, "min"),
        ({"type": "boolean"}, False, 0, "type"),
        ({"type": "blob", "max": 3}, b"abc", b"abcd", "max"),
        ({"type": "timestamp"}, datetime.now(UTC), "today", "type"),
        ({"type": "list", "member": {"type": "string"}, "min": 1}, ["a"], [], "min"),
        ({"type": "list", "member": {"type": "string", "max": 1}}, ["a"], ["a", "bc"], "max"),
        ({"type": "map", "key": {"type": "string", "max": 2}, "value": {"type": "string"}},
         {"ab": "x"}, {"abc": "x"}, "max"),
        ({"type": "structure", "members": {"Inner": {"type": "string"}}, "required": ["Inner"]},
         {"Inner": "x"}, {}, "required"),
    ],
)  # fmt: skip
def test_a_member_is_held_to_its_model(
    model: dict[str, Any], good: Any, bad: Any, kind: str
) -> None:
    assert violations({"Value": good}, shape(**model)) == []
    assert [v.kind for v in violations({"Value": bad}, shape(**model))] == [kind]


def test_a_pattern_that_only_java_reads_is_not_checked() -> None:
    assert violations({"Value": "anything"}, shape(type="string", pattern=r"\p{IsLatin}+")) == []


def test_the_message_is_written_as_aws_writes_it() -> None:
    found = violations({"Value": "x" * 200}, shape(type="string", max=2))
    assert describe(found) == (
        f"1 validation error detected: Value '{'x' * 80}…' at 'value' failed to satisfy "
        "constraint: Member must have length less than or equal to 2"
    )


def test_document_bytes_are_not_repeated() -> None:
    found = violations({"Value": b"secret"}, shape(type="blob", max=2))
    assert "secret" not in describe(found)


def test_what_a_reply_would_lose_is_named() -> None:
    block = {"type": "structure", "members": {"Text": {"type": "string"}}}
    model = shape(type="list", member=block)
    assert unknown_members({"Value": [{"Text": "a"}]}, model) == []
    assert unknown_members({"Value": [{"text": "a"}], "More": 1}, model) == ["More", "Value.text"]
