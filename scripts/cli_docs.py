"""Write ``docs/cli.md`` from ``--help``; with ``--check``, only say whether it is up to date."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from recita_cli.main import app
from typer.main import get_command
from typer.testing import CliRunner

PAGE = Path(__file__).resolve().parent.parent / "docs" / "cli.md"
WIDTH = "96"
HEAD = """\
# The command line

Written by `make docs` from `recita --help`; do not edit.

Data goes to standard output, talk to standard error, and `--json` works everywhere.

| exit code | meaning |
|---|---|
| 0 | done; for `run`: every document is COMPLETED |
| 1 | something could not be done; standard error says what, why and what next |
| 2 | the command was not understood; nothing was done |
| 3 | `run` finished, and not every document is COMPLETED |
| 130 | interrupted |
"""


def page() -> str:
    """The whole page as Markdown."""
    names: list[str] = list(getattr(get_command(app), "commands", {}))
    parts = [HEAD, _section("recita", [])]
    parts += [_section(f"recita {name}", [name]) for name in names]
    return "\n".join(parts)


def _section(title: str, arguments: list[str]) -> str:
    # A person's own settings would show as defaults.
    environment: dict[str, str | None] = {"COLUMNS": WIDTH, "TERMINAL_WIDTH": WIDTH}
    environment |= {name: None for name in os.environ if name.startswith("RECITA_")}
    answer = CliRunner(env=environment).invoke(app, [*arguments, "--help"], prog_name="recita")
    return f"## {title}\n\n```text\n{answer.output.strip()}\n```\n"


def main() -> int:
    """Write or check the page; 1 when the check finds it stale."""
    if "--check" not in sys.argv:
        PAGE.write_text(page(), encoding="utf-8")
        return 0
    if PAGE.exists() and PAGE.read_text(encoding="utf-8") == page():
        return 0
    print("docs/cli.md is not what --help says; run: make docs")
    return 1


if __name__ == "__main__":
    raise SystemExit(main())
