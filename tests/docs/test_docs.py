"""The docs name every setting, command, table and column; the README's commands exist."""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path

import pytest

from hallofshame import settings
from hallofshame.domain.counters import PARK_WEIGHTED, RIDE_COUNTERS
from hallofshame.store.models import Base
from support.commands import commands

ROOT = Path(__file__).parents[2]
COUNTERS = {*RIDE_COUNTERS, *PARK_WEIGHTED, "metrics_version"}
"""Columns of all statistics tables, documented once for all."""

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def read(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def sections(text: str) -> dict[str, str]:
    """The second-level sections of a page: heading without backquotes → body."""
    parts = re.split(r"^#{1,2} (.+)$", text, flags=re.MULTILINE)
    return {parts[at].strip("` "): parts[at + 1] for at in range(1, len(parts), 2)}


def first_cells(text: str) -> list[str]:
    """The first cell of every row of the tables in ``text``, where it is in backquotes."""
    return re.findall(r"^\| `([^`]+)` \|", text, flags=re.MULTILINE)


def settings_table() -> str:
    rows = [
        f"| `{row.variable}` | {row.default} | {row.accepts} | {row.meaning} |"
        for row in settings.documented()
    ]
    return "\n".join(("| variable | default | accepts | meaning |", "| --- | --- | --- | --- |", *rows))


def test_every_setting_is_documented_as_it_is() -> None:
    assert settings_table() in read("docs/settings.md"), f"put this table there:\n{settings_table()}"


def test_the_example_of_an_env_file_holds_every_setting_and_is_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    example = settings.env_example()
    assert read(".env.example") == example, "write it anew: settings.env_example()"
    for name in [name for name in os.environ if name.startswith(settings.PREFIX)]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    plain = settings.load()
    # With every line in force nothing changes: what it shows are the defaults.
    Path(".env").write_text(re.sub(r"^#(?=HALLOFSHAME_)", "", example, flags=re.MULTILINE), encoding="utf-8")
    assert settings.load() == plain
    assert example.count("\n#HALLOFSHAME_") == len(settings.Settings.model_fields)


def test_every_command_is_documented_and_no_other() -> None:
    documented = first_cells(read("docs/commands.md"))
    assert sorted(documented) == sorted(" ".join(("hallofshame", *path)) for path, _ in commands())


DICTIONARY = sections(read("docs/data-dictionary.md"))


@pytest.mark.parametrize("table", sorted(Base.metadata.tables))
def test_every_column_of_every_table_is_documented_and_no_other(table: str) -> None:
    columns = {column.name for column in Base.metadata.tables[table].columns}
    documented = first_cells(DICTIONARY[table])
    assert len(documented) == len(set(documented))
    shared = COUNTERS if "[counters](#counters)" in DICTIONARY[table] else set()
    assert set(documented) == columns - shared


def test_every_counter_is_documented() -> None:
    assert set(first_cells(DICTIONARY["Counters"])) == COUNTERS


def test_no_table_is_documented_that_does_not_exist() -> None:
    headings = set(re.findall(r"^## `(\w+)`$", read("docs/data-dictionary.md"), flags=re.MULTILINE))
    assert headings == set(Base.metadata.tables)


def test_the_makefile_has_every_target_that_the_readme_names() -> None:
    named = set(re.findall(r"(?:^|`)make ([a-z]+)", read("README.md"), flags=re.MULTILINE))
    targets = set(re.findall(r"^([a-z]+):", read("Makefile"), flags=re.MULTILINE))
    assert {"demo", "run", "test", "bench", "lint"} <= named <= targets


def test_ci_runs_what_the_readme_tells_people_to_run() -> None:
    script = read(".ci/run")
    assert re.search(r"^make lint$", script, flags=re.MULTILINE)
    assert script.rstrip().endswith("make test")


def test_ci_measures_lines_and_branches_with_a_floor_and_prints_the_slowest_tests() -> None:
    assert re.search(r"^COVERAGE=yes make test$", read(".ci/run"), flags=re.MULTILINE)
    [command] = re.findall(r"pytest -m \"not speed and not cluster\".*", read("Makefile"))
    assert "${COVERAGE:+--cov}" in command
    assert "--durations=25" in command
    settings = tomllib.loads(read("pyproject.toml"))["tool"]["coverage"]
    assert settings["run"] == {"source": ["hallofshame"], "branch": True}
    assert settings["report"]["fail_under"] >= 90


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_no_file_names_a_package_registry() -> None:
    suspects = [ROOT / "pyproject.toml", ROOT / "Makefile", ROOT / ".ci" / "run", *PAGES]
    for file in suspects:
        text = file.read_text(encoding="utf-8").lower()
        assert not re.search(r"index.url|pypi\.", text), file
