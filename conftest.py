"""What a test run says of the suites it left out, and that in CI none may be left out."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Generator

import pytest

# The tests run side by side in processes; threads of their own would only get into each other's way.
os.environ.setdefault("POLARS_MAX_THREADS", "1")

REQUIRE_ALL = "HALLOFSHAME_REQUIRE_ALL_SUITES"
ALL_REQUIRED = os.environ.get(REQUIRE_ALL) == "1"

Report = pytest.TestReport | pytest.CollectReport


def pytest_xdist_auto_num_workers() -> int:
    """One more than cores: tests of the browser, of databases and of processes often wait for those."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return cores + 1


def _reason(report: Report) -> str:
    where = report.longrepr
    text = where[2] if isinstance(where, tuple) else str(where)
    return text.removeprefix("Skipped: ")


def _refuse_skip(report: Report) -> None:
    """Turn a skip into a failure where every suite is required; an expected failure is no skip."""
    if ALL_REQUIRED and report.skipped and not hasattr(report, "wasxfail"):
        reason = _reason(report)
        report.outcome = "failed"
        report.longrepr = f"left out, but {REQUIRE_ALL}=1 requires every suite: {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A skipped test fails where every suite is required."""
    report = yield
    _refuse_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """A skipped module fails where every suite is required."""
    report = yield
    _refuse_skip(report)
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say which tests were left out and how to have them run."""
    reasons = Counter(_reason(report) for report in terminalreporter.stats.get("skipped", []))
    if not reasons:
        return
    terminalreporter.section("left out on this machine")
    for reason, count in sorted(reasons.items()):
        terminalreporter.line(f"{count} test{'s' if count > 1 else ''}: {reason}")
    terminalreporter.line(f"Everything else ran. With {REQUIRE_ALL}=1, as in CI, these are failures.")
