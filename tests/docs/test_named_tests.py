"""A test that the documentation names has to exist, or the promise is empty."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NAMED = re.compile(r"(tests/[\w/]+\.py)::(\w+)")
DOCUMENTS = sorted((ROOT / "docs").glob("*.md"))


@pytest.mark.slow
@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_test_named_in_a_document_exists(document: Path) -> None:
    named = sorted(set(NAMED.findall(document.read_text(encoding="utf-8"))))
    missing = [f"{file}::{name}" for file, name in named if name not in _tests_in(ROOT / file)]
    assert not missing


def test_the_quirks_table_names_tests() -> None:
    text = (ROOT / "docs" / "upstream-quirks.md").read_text(encoding="utf-8")
    assert len(set(NAMED.findall(text))) > 30


def _tests_in(file: Path) -> set[str]:
    if not file.is_file():
        return set()
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
