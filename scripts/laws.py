"""The laws of the design, and the tests that hold each: those marked ``@pytest.mark.law(n)``."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

LAWS = {
    1: "Complete or not COMPLETED: what is counted and missing has a reason.",
    2: "Exactly once, paid once: events may come twice or in any order, and anything may crash.",
    3: "Nothing unguarded leaves: text, summary and translations are checked, or held back.",
    4: "Document text is data: nothing a document says changes what is done.",
    5: "Parsers are caged: bytes are decoded in a child process; its death costs one document.",
    6: "The manifest is the truth: written last, by one conditional write; the table follows it.",
    7: "One bad part costs that part: the rest is delivered, and the document is PARTIAL.",
    8: "No second list: what is written twice is generated, or compared by a test.",
    9: "Local engines own up: the manifest names what answered wherever it was not AWS.",
}


def held_by() -> dict[int, list[str]]:
    """Return the tests of each law, as pytest names them."""
    found: dict[int, list[str]] = {law: [] for law in LAWS}
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef):
                for law in _marked(node):
                    found[law].append(f"{path.relative_to(ROOT)}::{node.name}")
    return found


def table() -> str:
    """The laws as a Markdown table."""
    rows = ["| | law | held by |", "|---|---|---|"]
    for law, tests in held_by().items():
        rows.append(f"| {law} | {LAWS[law]} | {'<br>'.join(f'`{test}`' for test in tests)} |")
    return "\n".join(rows) + "\n"


def _marked(node: ast.FunctionDef) -> list[int]:
    calls = (mark for mark in node.decorator_list if isinstance(mark, ast.Call))
    return [
        argument.value
        for call in calls
        if ast.unparse(call.func) == "pytest.mark.law"
        for argument in call.args
        if isinstance(argument, ast.Constant) and isinstance(argument.value, int)
    ]
