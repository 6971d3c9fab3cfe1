"""What ``docs/operations.md`` tells somebody at night to type exists; every cause of an alert is in it."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest

from hallofshame.cli import cli
from hallofshame.domain.jobs import JobType
from hallofshame.web import metrics

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
NIGHT = PAGE.partition("## Paged at night")[2].partition("\n## ")[0]
SIGNS = PAGE.partition("## A machine of its own")[2].partition("\n## ")[0]


def written() -> list[str]:
    """Every command of the program that the page shows: lines of shell blocks, and words in backquotes."""
    blocks = re.findall(r"^```sh\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    lines += re.findall(r"`(hallofshame [^`]+)`", PAGE)
    found = (re.search(r"(?:^|bin/|&& )hallofshame ([a-z][^#&|]*)", line) for line in lines)
    return sorted({match[1].strip() for match in found if match is not None})


@pytest.mark.parametrize("line", written())
def test_every_command_of_the_page_is_one_with_its_options(line: str) -> None:
    words = ["seal" if word == "NAME" and "jobs run" in line else word for word in shlex.split(line)]
    group: click.Command | None = cli
    context = click.Context(cli, info_name="hallofshame")
    while isinstance(group, click.Group):
        name, group, words = group.resolve_command(context, words)
        assert group is not None
        if isinstance(group, click.Group):
            context = click.Context(group, info_name=name, parent=context)
        else:
            group.make_context(name, list(words), parent=context)


def test_there_are_enough_of_them() -> None:
    assert {"doctor", "alerts test", "db upgrade", "rebuild --days 7", "run --no-web"} <= set(written())


def test_every_cause_of_a_problem_has_a_line_for_the_night() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py"))
    causes = set(re.findall(r"\bSystemProblem\(\s*f?\"([a-z_]+)", source))
    assert {"collection", "feed", "job", "storage", "schema"} <= causes
    first = [line.split("|")[1] for line in NIGHT.splitlines() if line.startswith("| `")]
    rows = "".join(first)
    assert sorted(cause for cause in causes if f"`{cause}" not in rows) == []


def test_jobs_and_metrics_that_the_page_names_exist() -> None:
    named = set(re.findall(r"`job:([a-z]+)`", PAGE))
    assert named <= {job.value for job in JobType}
    source = Path(metrics.__file__).read_text(encoding="utf-8")
    source += "".join(
        (ROOT / "src" / "hallofshame" / name).read_text(encoding="utf-8")
        for name in ("metering.py", "web/measuring.py")
    )
    for name in set(re.findall(r"`(?:hallofshame_)(\w+?)(?:_total)?[`{]", NIGHT + SIGNS)):
        assert f'"{name}"' in source or f'"hallofshame_{name}"' in source, name


def test_the_options_of_the_deploy_script_that_the_page_names_exist() -> None:
    manage = ROOT / "deploy" / "manage.py"
    texts = [
        subprocess.run([sys.executable, manage, *words], capture_output=True, text=True, check=True).stdout
        for words in (["--help"], ["rollback", "--help"], ["install", "--help"])
    ]
    section = PAGE.partition("### Install")[2].partition("\n## ")[0]
    for option in set(re.findall(r"`(--[a-z-]+)", section)):
        assert option in "".join(texts), option
    for command in re.findall(r"deploy/manage\.py ([a-z]+)", PAGE):
        assert command in texts[0]
