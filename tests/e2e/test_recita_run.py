"""``recita run`` as a person or a script uses it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator
from recita_local import samples

if TYPE_CHECKING:
    from tests.laptop import DocumentLaptop

pytestmark = [pytest.mark.stack, pytest.mark.engines]

RECITA = Path(sys.executable).with_name("recita")


def run(recita: DocumentLaptop, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "RECITA_HOME": str(recita.stack.home)}
    return subprocess.run(  # noqa: S603 - our own command
        [str(RECITA), "run", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def lines(answer: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in answer.stdout.splitlines()]


def test_run_prints_a_line_with_a_valid_manifest(
    recita: DocumentLaptop, tmp_path: Path, root: Path
) -> None:
    file = tmp_path / "contrato.pdf"
    file.write_bytes(samples.contract_pdf())
    answer = run(recita, str(file), "--languages", "en", "--out", str(tmp_path / "out"), "--json")
    assert answer.returncode == 0, answer.stderr
    (line,) = lines(answer)
    schema = json.loads((root / "contracts/v1/manifest.schema.json").read_text("utf-8"))
    Draft202012Validator(schema).validate(line["manifest"])
    folder = Path(line["directory"])
    assert json.loads((folder / "manifest.json").read_bytes()) == line["manifest"]
    for artifact in line["manifest"]["artifacts"]:
        assert (folder / artifact["key"]).stat().st_size == artifact["bytes"]
    assert (folder / "audio/en.mp3").exists()


def test_bad_files_are_rejected_and_harm_no_other(recita: DocumentLaptop, tmp_path: Path) -> None:
    bodies = {
        "empty.pdf": b"",
        "corrupt.pdf": samples.contract_pdf()[:900],
        "picture.pdf": b"\x89PNG\r\n\x1a\n" + bytes(64),
        "archive.zip": b"PK\x03\x04" + bytes(64),
        "good.txt": b"The committee met on Monday. It approved the budget of 900 euros.",
    }
    for name, body in bodies.items():
        (tmp_path / name).write_bytes(body)
    files = [str(tmp_path / name) for name in bodies]
    answer = run(recita, *files, "--languages", "none", "--out", str(tmp_path / "out"), "--json")
    assert answer.returncode == 3, answer.stderr
    outcome = {Path(line["file"]).name: line["manifest"] for line in lines(answer)}
    codes = {name: (m["reason"] or {}).get("code") for name, m in outcome.items()}
    assert codes == {
        "empty.pdf": "empty",
        "corrupt.pdf": "corrupt",
        "picture.pdf": "type-mismatch",
        "archive.zip": "unsupported-type",
        "good.txt": None,
    }
    assert outcome["good.txt"]["status"] == "COMPLETED"
    assert all(m["reason"]["hint"] for n, m in outcome.items() if n != "good.txt")


@pytest.mark.parametrize(
    "key",
    [
        "in/nota fiscal nº 7 + anexos (v2)/ção.txt",
        "../../outside.txt",
        "a" * 990 + "/é+%2F.txt",
    ],
)
def test_hostile_keys_stay_inside_their_prefix(
    recita: DocumentLaptop, tmp_path: Path, key: str
) -> None:
    file = tmp_path / "note.txt"
    file.write_text("The parcel arrives on Tuesday. It weighs four kilograms.", encoding="utf-8")
    out = tmp_path / "out"
    answer = run(
        recita, str(file), "--languages", "none", "--key", key, "--out", str(out), "--json"
    )
    (line,) = lines(answer)
    assert line["manifest"]["status"] == "COMPLETED", answer.stderr
    assert line["manifest"]["source"]["key"] == key
    written = {path for path in tmp_path.rglob("*") if path.is_file()} - {file}
    assert written
    assert all(path.is_relative_to(Path(line["directory"]).resolve()) for path in written)


def test_a_noisy_scan_comes_back_to_the_letter(
    recita: DocumentLaptop, tmp_path: Path, corpus: Path
) -> None:
    scans = sorted((corpus / "pages").glob("*_noisy.jpg"))
    assert scans
    arguments = ["--languages", "none", "--speak", "none", "--out", str(tmp_path), "--json"]
    answer = run(recita, *map(str, scans), *arguments)
    assert answer.returncode == 0, answer.stderr
    found = lines(answer)
    assert len(found) == len(scans)
    for line in found:
        text = (Path(line["directory"]) / "text.md").read_text("utf-8")
        truth = Path(line["file"].replace("_noisy.jpg", ".txt")).read_text("utf-8")
        read = " ".join(text.partition("-->")[2].split())
        wanted = " ".join(truth.split())
        assert distance(read, wanted) / len(wanted) <= 0.01, line["file"]


def distance(one: str, other: str) -> int:
    """Levenshtein distance."""
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, start=1):
        previous, row[0] = row[0], i
        for j, b in enumerate(other, start=1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (a != b))
    return row[-1]
