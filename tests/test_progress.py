"""Progress bars: drawn for people at a terminal only, and never torn by a line of the log."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path

import click
import pytest

from hallofshame import logs
from hallofshame.cli import cli
from hallofshame.cli.progress import progress_bar, quiet_option
from hallofshame.domain.words import Feed
from hallofshame.installation import Installation
from support.installations import MemoryFeed

LOG = logging.getLogger("hallofshame.test")


class Terminal(io.StringIO):
    """Takes text as a terminal does; :meth:`lines` is what a person sees in the end."""

    def isatty(self) -> bool:
        return True

    def lines(self) -> list[str]:
        shown = []
        for written in self.getvalue().split("\n"):
            line = ""
            for part in written.split("\r"):
                line = part + line[len(part) :]
            shown.append(line.rstrip())
        return [line for line in shown if line]


@contextmanager
def at_a_terminal(stdout: io.StringIO | None = None, stderr: io.StringIO | None = None) -> Iterator[Terminal]:
    """Both outputs are a terminal, unless given, and the log goes to standard error."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    made = Terminal()
    try:
        with redirect_stdout(stdout or made), redirect_stderr(stderr or made):
            logs.configure("info", "text")
            yield made
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)


def work(steps: int = 5) -> None:
    with progress_bar("Roll-up") as progress:
        for step in range(steps):
            LOG.info("step %d", step)
            progress(step + 1, steps)


def test_log_lines_stand_above_the_bar_each_on_a_line_of_its_own() -> None:
    with at_a_terminal() as terminal:
        work()
    *lines, bar = terminal.lines()
    assert [line.rpartition(": ")[2] for line in lines] == [f"step {step}" for step in range(5)]
    assert all(re.fullmatch(r"\d{4}-\S+Z INFO    hallofshame\.test: step \d", line) for line in lines)
    assert re.fullmatch(r"Roll-up: 100%\|.*\| 5/5 \[.*\]", bar)


def test_the_log_is_as_before_once_the_bar_is_gone() -> None:
    with at_a_terminal() as terminal:
        before = list(logging.getLogger().handlers)
        with pytest.raises(RuntimeError), progress_bar("Roll-up"):
            raise RuntimeError
        assert logging.getLogger().handlers == before
        LOG.info("after")
    assert terminal.lines()[-1].endswith("hallofshame.test: after")


def test_a_job_with_nothing_to_do_leaves_no_bar() -> None:
    with at_a_terminal() as terminal:
        work(0)
    assert "Roll-up" in terminal.getvalue(), "it was drawn while the job looked"
    assert terminal.lines() == []


def test_the_total_may_grow() -> None:
    with at_a_terminal() as terminal, progress_bar("Roll-up") as progress:
        progress(1, 1)
        progress(2, 4)
    assert "2/4" in terminal.lines()[-1]


@pytest.mark.parametrize("output", ["stdout", "stderr"])
def test_no_bar_where_an_output_is_no_terminal(output: str) -> None:
    file = io.StringIO()
    with at_a_terminal(**{output: file}) as terminal:
        work()
    written = terminal.getvalue() + file.getvalue()
    assert "step 4" in written
    assert "Roll-up" not in written


def test_no_bar_after_quiet() -> None:
    @click.command()
    @quiet_option
    def command() -> None:
        work()

    with at_a_terminal() as terminal:
        command.main([], standalone_mode=False)
        shown = terminal.getvalue()
        command.main(["--quiet"], standalone_mode=False)
    assert "Roll-up" in shown
    after = terminal.getvalue()[len(shown) :]
    assert "step 4" in after
    assert "Roll-up" not in after


@pytest.mark.slow
@pytest.mark.parametrize(
    ("command", "bars"),
    [
        (["collect"], ["Cycle"]),
        (["backfill"], ["Gap repair", "Roll-up"]),
        (["sync"], ["Sync", "Roll-up", "Quality check"]),
        (["quality"], ["Quality check"]),
        (
            ["export", "park-days", "--start", "2020-01-01", "--end", "2030-01-01", "-o", "days.csv"],
            ["Export"],
        ),
    ],
    ids=lambda given: given[0],
)
def test_long_commands_draw_their_bars(
    command: list[str], bars: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HALLOFSHAME_PARKS", "gardaland")
    monkeypatch.setenv("HALLOFSHAME_DATA", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    feeds = {feed: MemoryFeed(feed) for feed in (Feed.QUEUE_TIMES, Feed.THEMEPARKS_WIKI)}
    monkeypatch.setattr(Installation, "feeds", feeds)
    with at_a_terminal() as terminal:
        cli.main(command, standalone_mode=False)
    drawn = terminal.getvalue()
    assert [bar for bar in bars if f"\r{bar}: " not in drawn] == []
    with at_a_terminal() as terminal:
        cli.main([*command, "--quiet"], standalone_mode=False)
    assert [bar for bar in bars if f"\r{bar}: " in terminal.getvalue()] == []


def test_rows_on_the_terminal_are_not_torn_by_a_bar(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HALLOFSHAME_PARKS", "gardaland")
    monkeypatch.setenv("HALLOFSHAME_DATA", str(tmp_path))
    monkeypatch.chdir(tmp_path)

    class Both(Terminal):
        buffer = io.BytesIO()

    output = Both()
    with at_a_terminal(stdout=output) as terminal:
        days = ["--start", "2026-01-01", "--end", "2026-01-02"]
        cli.main(["export", "park-days", *days], standalone_mode=False)
    assert output.buffer.getvalue().startswith(b"park_id,")
    assert "Export" not in terminal.getvalue()
