"""Look for credentials in everything that was ever committed; exit code 1 and the places if any.

The patterns are of keys whose shape their issuers publish; a password has none. A key in a commit
stays readable after a later commit has removed it: revoke it.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ROOT = Path(__file__).resolve().parent.parent
SHAPES = {
    "AWS access key id": r"\b(?:AKIA|ASIA|AROA|AIDA)[A-Z2-7]{16}\b",
    "AWS secret access key": r"(?i)aws_?secret_?access_?key\W{1,6}[A-Za-z0-9/+]{40}\b",
    "private key": r"-----BEGIN [A-Z ]*PRIVATE KEY-----",
    "GitHub token": r"\bgh[pousr]_[A-Za-z0-9]{36}\b|\bgithub_pat_[A-Za-z0-9_]{60,}",
    "PyPI token": r"\bpypi-AgEI[A-Za-z0-9_-]{50,}",
    "npm token": r"\bnpm_[A-Za-z0-9]{36}\b",
    "Slack token": r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}",
    "Google API key": r"\bAIza[A-Za-z0-9_-]{35}\b",
    "Anthropic or OpenAI key": r"\bsk-(?:ant-|proj-)?[A-Za-z0-9_-]{32,}",
    "Stripe key": r"\b[rs]k_live_[A-Za-z0-9]{20,}",
}
EXAMPLES = {"AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"}
"""AWS's own, of its documentation."""

_SHAPES = [(kind, re.compile(pattern)) for kind, pattern in SHAPES.items()]


def found(lines: Iterable[str]) -> Iterator[str]:
    """Name each line of ``git log -p`` that adds a credential, without quoting it."""
    commit = file = ""
    for line in lines:
        if line.startswith("commit "):
            commit = line.split()[1][:10]
        elif line.startswith("+++ "):
            file = line[6:].strip()
        elif line.startswith("+"):
            for kind, shape in _SHAPES:
                for match in shape.finditer(line):
                    if not any(example in match[0] for example in EXAMPLES):
                        yield f"{commit} {file}: {kind}"


def main() -> int:
    """Scan every commit that HEAD is made of."""
    git = shutil.which("git")
    if not git or not (ROOT / ".git").exists():
        print("no history to scan: this is no checkout", file=sys.stderr)
        return 0
    command = [git, "-C", str(ROOT), "log", "-p", "--no-color", "--no-ext-diff", "-U0", "HEAD"]
    log = subprocess.run(command, capture_output=True, check=True)  # noqa: S603 - no input in it
    places = sorted(set(found(log.stdout.decode("utf-8", "replace").splitlines())))
    for place in places:
        print(place, file=sys.stderr)
    return 1 if places else 0


if __name__ == "__main__":
    sys.exit(main())
