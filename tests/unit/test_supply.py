"""What is shipped can be accounted for: licences, SBOM, the same bytes twice, no secret ever."""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path

import pytest
from recita_local import artifacts

from scripts import build_twice, scan_history, supply

ROOT = Path(__file__).resolve().parents[2]
COPYLEFT = re.compile(r"\bA?GPL\b|GNU (?:Affero )?General Public")


def test_every_locked_package_has_a_row_with_its_licence() -> None:
    licences = supply.licences()

    names = dict.fromkeys(one.name for one in supply.locked(supply.LOCK))
    assert list(licences) == list(names), "python -m scripts.supply licences"
    assert [name for name, said in licences.items() if said.strip() in {"", "UNKNOWN"}] == []


def test_nothing_shipped_is_copyleft() -> None:
    licences = supply.licences()
    shipped = {one.name: licences[one.name] for one in supply.locked(supply.SHIPPED)}

    assert len(shipped) >= 25
    assert {name: said for name, said in shipped.items() if COPYLEFT.search(said)} == {}


@pytest.mark.parametrize("path", supply.SBOMS.values(), ids=supply.SBOMS)
def test_the_sbom_has_every_package_with_its_hashes(path: Path) -> None:
    made = supply.sbom(path, supply.licences())
    pins = re.findall(r"^[^\s#]+==", path.read_text("utf-8"), re.MULTILINE)

    assert len(made["components"]) == len(pins)
    assert made["specVersion"] == "1.5"
    assert len({one["bom-ref"] for one in made["components"]}) == len(pins)
    for one in made["components"]:
        assert re.fullmatch(r"pkg:pypi/[a-z0-9._-]+@\S+", one["purl"]), one["name"]
        assert one["hashes"], one["name"]
        assert all(len(each["content"]) == 64 for each in one["hashes"])
    assert json.dumps(made) == json.dumps(supply.sbom(path, supply.licences()))


def test_the_laptops_zip_is_the_same_twice(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    for folder in (one, other):
        shutil.copytree(ROOT / "functions" / "inspect_document", folder)
    os.utime(other / "app.py", (0, 1_000_000_000))

    assert artifacts.packed(one) == artifacts.packed(other)
    (other / "app.py").write_text("# another", "utf-8")
    assert artifacts.packed(one) != artifacts.packed(other)


def test_builds_that_differ_are_told_apart(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    for folder in (one, other):
        (folder / "a").mkdir(parents=True)
        for name in ("same.py", "changed.py", "run"):
            (folder / "a" / name).write_text(name, "utf-8")
    assert build_twice.differences(one, other) == []

    (other / "a" / "changed.py").write_text("x", "utf-8")
    (other / "a" / "run").chmod(0o755)
    (other / "more.pyc").touch()
    assert build_twice.differences(one, other) == ["a/changed.py", "a/run", "more.pyc"]


@pytest.mark.parametrize(
    "secret",
    [
        "AKIA" + "QYLPMN5HHH4OTHER",
        'aws_secret_access_key = "' + "wJalrXUtnFEMI/K7" + 'MDENG/bPxRfiCYzzzzzzzzzz"',
        "-----BEGIN RSA " + "PRIVATE KEY-----",
        "ghp_" + "a1B2" * 9,
        "github_pat_" + "a1B2" * 16,
        "sk-ant-" + "a1B2c3D4" * 5,
    ],
)
def test_a_credential_in_a_commit_is_named_and_not_quoted(secret: str) -> None:
    log = ["commit 0123456789abcdef", "+++ b/conf/app.py", f"+key = {secret}", "+harmless"]
    (place,) = scan_history.found(log)

    assert place.startswith("0123456789 conf/app.py: ")
    assert secret not in place


def test_what_only_looks_like_a_credential_is_none() -> None:
    log = ["commit 0", "+++ b/a", "+AKIAIOSFODNN7EXAMPLE", "+sk-based", f"+{'a' * 64}", "-AKIA0"]

    assert list(scan_history.found(log)) == []
