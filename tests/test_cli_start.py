"""A command starts fast: it imports what it works with and no more. Times are in benchmarks/startup.py."""

from __future__ import annotations

import os
import pkgutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

import hallofshame.cli
from hallofshame.cli import cli
from hallofshame.cli.listing import first_line
from hallofshame.settings import PREFIX
from support.commands import commands
from support.installations import gardaland

HEAVY = {
    "PIL",
    "alembic",
    "apscheduler",
    "flask",
    "jinja2",
    "polars",
    "pydantic",
    "pymysql",
    "rapidfuzz",
    "requests",
    "sqlalchemy",
    "tenacity",
    "granian",
}
"""Libraries that take a tenth of a second and more, or bring one along that does."""

IMPORTED = """
import sys
from hallofshame.cli import cli
try:
    cli(sys.argv[1:], prog_name="hallofshame")
except SystemExit:
    pass
print("imported", *{name.partition(".")[0] for name in sys.modules})
"""


def imported(folder: Path, *arguments: str) -> set[str]:
    """The heavy libraries that a command has imported by its end, in a process of its own."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    done = subprocess.run(
        [sys.executable, "-c", IMPORTED, *arguments],
        cwd=folder,
        env=clean,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    last = done.stdout.splitlines()[-1].split()
    assert last[0] == "imported", done.stdout
    return HEAVY & set(last[1:])


@pytest.mark.parametrize("name", ["", "run", "rebuild", "export", "quality", "db"])
def test_help_imports_nothing_heavy(name: str, tmp_path: Path) -> None:
    assert imported(tmp_path, *name.split(), "--help") == set()


def make_ready(folder: Path) -> None:
    """An installation where commands in ``folder`` look for theirs."""
    with gardaland(folder / "data"):
        pass


@pytest.mark.slow
def test_commands_that_only_look_import_neither_frames_nor_web(tmp_path: Path) -> None:
    looking = {"pydantic", "pymysql", "sqlalchemy", "tenacity"}
    assert imported(tmp_path, "doctor", "--offline") <= looking
    make_ready(tmp_path)
    assert imported(tmp_path, "db", "current") <= looking
    assert imported(tmp_path, "doctor", "--offline") <= looking


def test_the_description_of_the_api_is_printed_without_the_web(tmp_path: Path) -> None:
    assert imported(tmp_path, "openapi") == set()


@pytest.mark.slow
def test_jobs_import_nothing_of_the_web_and_of_the_scheduler(tmp_path: Path) -> None:
    web = {"PIL", "alembic", "apscheduler", "flask", "granian", "jinja2"}
    make_ready(tmp_path)
    assert not imported(tmp_path, "rollup") & web
    assert not imported(tmp_path, "quality") & web


def test_every_command_of_every_module_is_listed_once() -> None:
    found = pkgutil.iter_modules(hallofshame.cli.__path__, "hallofshame.cli.")
    modules = [import_module(module.name) for module in found]
    there = [command.name for module in modules for command in getattr(module, "COMMANDS", ())]
    assert sorted(there) == sorted(cli.list_commands(click.Context(cli)))


def test_the_list_shows_the_first_sentence_of_each_command_in_full() -> None:
    listed = " ".join(CliRunner().invoke(cli, ["--help"], terminal_width=80).output.split())
    for path, command in commands():
        sentence = first_line(command)
        assert sentence.endswith("."), path
        if len(path) == 1:
            assert f"{path[0]} {sentence}" in listed
    assert "..." not in listed.split("Commands:")[1]


def test_the_list_of_a_group_has_whole_sentences_too() -> None:
    listed = " ".join(CliRunner().invoke(cli, ["db", "--help"], terminal_width=80).output.split())
    for path, command in commands():
        if path[0] == "db":
            assert f"{path[1]} {first_line(command)}" in listed
