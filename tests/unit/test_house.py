"""The house's limits on length, over everything that ships."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

FOLDERS = ("functions", "local", "cli", "client")
MODULE_LINES = 300
FUNCTION_LINES = 40
FUNCTION_LINES_P95 = 25

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


def modules(root: Path) -> Iterator[Path]:
    for folder in FOLDERS:
        yield from sorted((root / folder).rglob("*.py"))


def functions(root: Path) -> dict[str, int]:
    """Lengths by place, docstring and decorators included."""
    lengths = {}
    for module in modules(root):
        for node in ast.walk(ast.parse(module.read_text("utf-8"))):
            if isinstance(node, FunctionNode):
                place = f"{module.relative_to(root)}:{node.lineno} {node.name}"
                lengths[place] = (node.end_lineno or node.lineno) - node.lineno + 1
    return lengths


def too_long(lengths: dict[str, int], limit: int) -> str:
    longest = sorted(lengths.items(), key=lambda item: -item[1])
    return "\n".join(f"{length} lines: {place}" for place, length in longest if length > limit)


def test_modules_fit_on_a_few_screens(root: Path) -> None:
    lengths = {
        str(m.relative_to(root)): len(m.read_text("utf-8").splitlines()) for m in modules(root)
    }
    assert lengths
    offenders = too_long(lengths, MODULE_LINES)
    assert not offenders, f"over {MODULE_LINES} lines:\n{offenders}"


def test_no_function_is_longer_than_a_screen(root: Path) -> None:
    offenders = too_long(functions(root), FUNCTION_LINES)
    assert not offenders, f"over {FUNCTION_LINES} lines:\n{offenders}"


def test_most_functions_are_short(root: Path) -> None:
    lengths = functions(root)
    ordered = sorted(lengths.values())
    p95 = ordered[int(len(ordered) * 0.95)]
    assert p95 <= FUNCTION_LINES_P95, too_long(lengths, FUNCTION_LINES_P95)


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_module_says_what_it_is_for(root: Path, folder: str) -> None:
    silent = [
        str(module.relative_to(root))
        for module in sorted((root / folder).rglob("*.py"))
        if not ast.get_docstring(ast.parse(module.read_text("utf-8")))
    ]
    assert not silent
