"""`recita backfill --list`: what each line means, and what becomes of a bad one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from recita_cli import backfilling, listing
from recita_cli.console import CliError
from recita_cli.listing import Named, Wanted

from tests.operated import INPUT, RESULTS

if TYPE_CHECKING:
    from pathlib import Path

    from tests.operated import OperatedStack

ALLOWED = {"archive", INPUT}
FRENCH = {"recita-languages": "fr"}


def read(stack: OperatedStack, folder: Path, text: str, name: str = "list.csv") -> Wanted:
    (folder / name).write_text(text, "utf-8")
    return listing.read(stack.target, str(folder / name), ALLOWED)


def test_csv_names_documents_with_their_options(operated: OperatedStack, tmp_path: Path) -> None:
    found = read(
        operated,
        tmp_path,
        "\ufeffdocument,languages,speak\r\n"
        's3://archive/a.pdf,"es, fr",full\r\n'
        '"s3://archive/nota nº 7, (v2).pdf",,\r\n'
        f"s3://{INPUT}/in/b.pdf,,\r\n",
    )

    assert found.refused == []
    assert found.documents == [
        Named("archive", "a.pdf", {"recita-languages": "es, fr", "recita-speak": "full"}),
        Named("archive", "nota nº 7, (v2).pdf"),
        Named(INPUT, "in/b.pdf"),
    ]


def test_lines_of_json_do_too(operated: OperatedStack, tmp_path: Path) -> None:
    lines = [
        {"document": "s3://archive/a\nb.pdf", "languages": "fr"},
        {"document": "s3://archive/c.pdf"},
    ]
    found = read(operated, tmp_path, "\n".join(map(json.dumps, lines)) + "\n\n")

    assert found.documents == [Named("archive", "a\nb.pdf", FRENCH), Named("archive", "c.pdf")]


def test_a_bad_line_is_told_and_costs_itself(operated: OperatedStack, tmp_path: Path) -> None:
    lines = [
        "document,languages,colour",
        "s3://archive/a.pdf,fr,",
        "archive/b.pdf,,",
        "s3://secrets/c.pdf,,",
        "s3://archive/d.pdf,all!,",
        "s3://archive/e.pdf,,red",
        f"s3://{INPUT}/f.pdf,fr,",
        "s3://archive/g.pdf,,,more",
        "s3://archive/,fr,",
        "s3://archive/a.pdf,fr,",
        "s3://archive/a.pdf,es,",
        "s3://archive/h.pdf,,",
    ]
    found = read(operated, tmp_path, "\n".join(lines))

    assert found.documents == [Named("archive", "a.pdf", FRENCH), Named("archive", "h.pdf")]
    reasons = {one["line"]: one["reason"] for one in found.refused}
    assert sorted(reasons) == [3, 4, 5, 6, 7, 8, 9, 11]
    for line, said in {
        3: "no address",
        4: "may not read secrets",
        5: "languages:",
        6: "'colour' is no option",
        7: "its own options",
        8: "more fields",
        9: "no address",
        11: "other options",
    }.items():
        assert said in reasons[line]


def test_bad_json_is_told_by_its_line(operated: OperatedStack, tmp_path: Path) -> None:
    good = '{"document": "s3://archive/a.pdf"}'
    bad = ['{"document": 7}', "{]", "[]", '"x"', '{"document": "s3://archive/b", "languages": []}']
    found = read(operated, tmp_path, "\n".join([good, *bad]))

    assert found.documents == [Named("archive", "a.pdf")]
    assert [one["line"] for one in found.refused] == [2, 3, 4, 5, 6]


@pytest.mark.parametrize("text", ["", "key,languages\na,b\n", "s3://archive/a.pdf\n"])
def test_what_is_no_list_is_not_begun(operated: OperatedStack, tmp_path: Path, text: str) -> None:
    with pytest.raises(CliError, match="no column `document`"):
        read(operated, tmp_path, text)


def test_a_list_has_a_bound(
    operated: OperatedStack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "MOST_LINES", 2)
    with pytest.raises(CliError, match="more than 2 lines"):
        read(operated, tmp_path, "document\ns3://archive/a\ns3://archive/b\n")
    monkeypatch.setattr(listing, "MOST_BYTES", 20)
    with pytest.raises(CliError, match="larger than"):
        read(operated, tmp_path, "document\ns3://archive/a\n")


def test_a_list_may_lie_in_s3(operated: OperatedStack) -> None:
    operated.s3.create_bucket(Bucket="lists")
    operated.s3.put_object(Bucket="lists", Key="l.csv", Body=b"document\ns3://archive/a\n")

    found = listing.read(operated.target, "s3://lists/l.csv", ALLOWED)

    assert found.documents == [Named("archive", "a")]
    with pytest.raises(CliError, match="can not be read"):
        listing.read(operated.target, "s3://lists/other.csv", ALLOWED)


def test_the_state_machine_is_given_the_lines_that_are_good(operated: OperatedStack) -> None:
    named = [Named("archive", "ção\u2028.pdf", FRENCH), Named(INPUT, "b.pdf")]
    order = backfilling.Order(Wanted(documents=named), 10, 5)

    given = order.given(operated.target, "run")

    assert given == {"concurrency": 10, "tolerated_percent": 5, "list": "backfill/run/list.jsonl"}
    body = operated.s3.get_object(Bucket=RESULTS, Key=given["list"])["Body"].read().decode()
    assert [json.loads(line) for line in body.splitlines()] == [
        {"bucket": "archive", "key": "ção\u2028.pdf", "wishes": FRENCH},
        {"bucket": INPUT, "key": "b.pdf", "wishes": {}},
    ]


def test_a_dry_run_estimates_what_the_list_names(operated: OperatedStack, tmp_path: Path) -> None:
    operated.s3.create_bucket(Bucket="archive")
    operated.s3.put_object(Bucket="archive", Key="a.pdf", Body=b"x" * 250_000)
    path = tmp_path / "list.csv"
    path.write_text("document\ns3://archive/a.pdf\ns3://archive/gone.pdf\nx\n", "utf-8")

    told = operated.recita("backfill", "--list", str(path), "--dry-run", "--json")

    found: dict[str, Any] = json.loads(told.stdout)
    kinds = {name: (one["objects"], one["pages"]) for name, one in found["kinds"].items()}
    assert kinds == {"pages": (1, 3), "gone": (1, 0)}
    assert [one["line"] for one in found["refused"]] == [4]
    people = operated.recita("backfill", "--list", str(path), "--dry-run")
    assert "line 4 is left out" in people.stderr


def test_a_list_of_bad_lines_starts_nothing(operated: OperatedStack, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("document\nx\n", "utf-8")
    operated.outputs["BackfillStateMachineArn"] = "arn:that:nobody:asks"

    told = operated.recita("backfill", "--list", str(path))

    assert told.exit_code == 3
    assert "line 2 is left out" in told.stderr


@pytest.mark.parametrize("arguments", [[], ["s3://archive/", "--list", "x.csv"]])
def test_one_of_the_two_is_named(operated: OperatedStack, arguments: list[str]) -> None:
    assert operated.recita("backfill", *arguments).exit_code == 2
