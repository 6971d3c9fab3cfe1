"""Progress bars for people at a terminal, and a log that does not tear them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

Progress = Callable[[int, int], None]
"""Takes how much is done and how much there is in all; the total may grow while the job runs."""

_QUIET = "hallofshame.quiet"
"""Key of ``click.Context.meta`` under which a command keeps that no bar is to be drawn."""

_FORMAT = "{l_bar}{bar}| {n_fmt}/{total_fmt} [{elapsed}<{remaining}]"


def be_quiet(context: click.Context, _option: click.Parameter | None, value: bool) -> bool:
    """Callback of an option that excludes progress bars, such as ``--quiet`` and ``--json``."""
    if value:
        context.meta[_QUIET] = True
    return value


quiet_option = click.option(
    "-q", "--quiet", is_flag=True, expose_value=False, callback=be_quiet, help="Draw no progress bar."
)


@contextmanager
def progress_bar(label: str) -> Iterator[Progress]:
    """A progress bar on standard error while the block lasts; log lines are written above it.

    Draws nothing where standard output or standard error is no terminal, or after ``--quiet`` or ``--json``.
    """
    context = click.get_current_context(silent=True)
    is_quiet = context is not None and context.meta.get(_QUIET, False)
    if is_quiet or not (sys.stdout.isatty() and sys.stderr.isatty()):
        yield _ignore
        return
    # Here, because a command that draws no bar need not wait for the library.
    from tqdm import tqdm
    from tqdm.contrib.logging import logging_redirect_tqdm

    tqdm.monitor_interval = 0  # a thread of its own that no bar of ours needs
    with (
        logging_redirect_tqdm(),
        tqdm(desc=label, file=sys.stderr, bar_format=_FORMAT, dynamic_ncols=True, miniters=1) as bar,
    ):

        def move(done: int, total: int) -> None:
            bar.total = max(total, 1)
            bar.update(done - bar.n)

        try:
            yield move
        finally:
            # A job that had nothing to do leaves no empty bar behind.
            bar.leave = bar.total is not None


def _ignore(_done: int, _total: int) -> None:
    """Nobody watches."""
