"""Build what ``sam deploy`` uploads twice, and say whether the bytes are the same.

``sam deploy`` names an upload by a digest over names and contents of the folder it zips: where the
folders are equal, nothing is uploaded and no function changes. Needs Python 3.13, as ``sam build``.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def digests(folder: Path) -> dict[str, str]:
    """SHA-256 of every file below a folder with its executable bit, by name."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            sha = hashlib.sha256(path.read_bytes()).hexdigest()
            found[path.relative_to(folder).as_posix()] = f"{sha} {path.stat().st_mode & 0o111:o}"
    return found


def differences(one: Path, other: Path) -> list[str]:
    """Names of files that only one folder has, or that differ."""
    first, second = digests(one), digests(other)
    return sorted(name for name in first | second if first.get(name) != second.get(name))


def main() -> int:
    """Exit with 1 where the builds differ."""
    sam = shutil.which("sam", path=f"{ROOT / '.venv' / 'bin'}{os.pathsep}{os.environ['PATH']}")
    if not sam:
        print("sam is missing: make setup", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as folder:
        builds = [Path(folder, name) for name in ("one", "other")]
        for build in builds:
            subprocess.run(  # noqa: S603 - no input in it
                [sam, "build", "--no-cached", "--build-dir", str(build)],
                cwd=ROOT,
                env=os.environ | {"SAM_CLI_BETA_BUILD_PERFORMANCE": "1"},
                check=True,
            )
        found = differences(*builds)
        count = len(digests(builds[0]))
    print("\n".join(found) or f"{count} files, the same twice")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
