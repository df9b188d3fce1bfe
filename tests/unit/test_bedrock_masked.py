from __future__ import annotations

import json

from recita_local.services.bedrock.masked import checkable

REPLY = json.dumps({"title": "A", "n": 1, "facts": [{"name": "E-mail", "value": 'a"@b.c'}]})


def test_a_json_reply_is_checked_by_its_strings() -> None:
    assert checkable(["plain", REPLY]).parts == ["plain", "A", "E-mail", 'a"@b.c']


def test_masking_leaves_json_valid() -> None:
    reading = checkable([REPLY, "plain"])

    rebuilt = reading.rebuilt(["A", "E-mail", "{EMAIL}", "masked"])

    assert json.loads(rebuilt[0])["facts"] == [{"name": "E-mail", "value": "{EMAIL}"}]
    assert rebuilt[1] == "masked"


def test_numbers_stay_numbers() -> None:
    reading = checkable([REPLY])

    assert json.loads(reading.rebuilt(reading.parts)[0]) == json.loads(REPLY)


def test_a_json_list_is_plain_text() -> None:
    assert checkable(["[1, 2]"]).parts == ["[1, 2]"]
