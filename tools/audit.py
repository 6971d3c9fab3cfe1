"""Look the installed packages up among known vulnerabilities: those of Python, and those of the pages.

    python tools/audit.py

Asks with pip-audit and npm audit. A vulnerability that is found ends it with code 1. Where no service answers
that knows any, it says so plainly and ends with 0: that is a matter of the network, not of the packages. So
that silence is not taken for health, each service is first asked about an old release that is known to be
vulnerable.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import build_pages
from stages import ROOT, SetUpError

SECONDS = 60
"""How long one look-up may take before it counts as unanswered."""

ACCEPTED: Mapping[str, str] = {}
"""Vulnerabilities that do not concern us or that nothing mends yet, each with why and until when."""

PYTHON_CANARY = "jinja2==2.11.2"
NPM_CANARY = ("minimist", "0.0.8")
"""Releases with vulnerabilities that every such service knows; nothing is installed of them."""


@dataclass
class Report:
    """What came of one audit. ``unanswered`` is why it could not be made, empty where it was."""

    subject: str
    vulnerable: list[str] = field(default_factory=list)
    audited: int = 0
    skipped: list[str] = field(default_factory=list)
    unanswered: str = ""

    def lines(self) -> list[str]:
        """The report as people read it."""
        if self.unanswered:
            return [f"{self.subject}: NOT AUDITED, {self.unanswered}"]
        found = [f"{self.subject}: {self.audited} packages audited, {len(self.vulnerable)} vulnerable"]
        found += [f"  {each}" for each in self.vulnerable]
        if self.skipped:
            found.append(f"  not known to the service: {', '.join(sorted(self.skipped))}")
        return found


class UnansweredError(Exception):
    """No service that knows vulnerabilities answered."""


Run = Callable[[Sequence[str], Path], str]
"""Runs a command in a folder and returns what it printed."""


def run(command: Sequence[str], folder: Path) -> str:
    """Run a command; its exit code says nothing that its output does not.

    :raises UnansweredError: where it takes too long.
    """
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env=build_pages.environment(),
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS,
        )
    except subprocess.TimeoutExpired:
        raise UnansweredError(f"no answer within {SECONDS} s") from None
    if not done.stdout.strip():
        raise UnansweredError((done.stderr.strip().splitlines() or ["it says nothing"])[-1][:200])
    return done.stdout


def audit_python(installed: Sequence[str], run: Run = run) -> Report:
    """Audit releases as ``name==version``."""
    report = Report("Python")
    try:
        _require_knowledge(_python([PYTHON_CANARY], run))
        found = _python(installed, run)
    except UnansweredError as error:
        report.unanswered = str(error)
        return report
    return found


def _python(releases: Sequence[str], run: Run) -> Report:
    with tempfile.TemporaryDirectory() as folder:
        asked = Path(folder) / "releases.txt"
        asked.write_text("\n".join(releases) + "\n", encoding="utf-8")
        options = [
            "--no-deps",
            "--disable-pip",
            "--format",
            "json",
            "--progress-spinner",
            "off",
            "--timeout",
            "5",
        ]
        answer = _json(run([sys.executable, "-m", "pip_audit", "-r", str(asked), *options], ROOT))
    report = Report("Python")
    for package in answer["dependencies"]:
        if "skip_reason" in package:
            report.skipped.append(package["name"])
            continue
        report.audited += 1
        for one in package["vulns"]:
            known = {one["id"], *one.get("aliases", ())}
            if not known & ACCEPTED.keys():
                fixed = ", ".join(one["fix_versions"]) or "no release yet"
                report.vulnerable.append(
                    f"{package['name']} {package['version']}: {one['id']}, mended by {fixed}"
                )
    return report


def audit_npm(run: Run = run) -> Report:
    """Audit what the lock file of the pages names."""
    report = Report("npm")
    try:
        with tempfile.TemporaryDirectory() as folder:
            _write_canary(Path(folder))
            _require_knowledge(_npm(Path(folder), run))
        return _npm(build_pages.FRONTEND, run)
    except UnansweredError as error:
        report.unanswered = str(error)
        return report


def _npm(folder: Path, run: Run) -> Report:
    answer = _json(run(build_pages.npm_command("audit", "--json", "--package-lock-only"), folder))
    if "vulnerabilities" not in answer:
        said = str(answer.get("message") or answer.get("error") or "no answer that can be read")
        # Without the address, which names whose network this is.
        raise UnansweredError(f"the service refuses: {said.partition(' - ')[0][:100]}")
    report = Report("npm", audited=answer["metadata"]["dependencies"]["total"])
    for name, package in sorted(answer["vulnerabilities"].items()):
        advisories = [via for via in package["via"] if isinstance(via, dict)]
        for one in advisories:
            if one["url"].rpartition("/")[2] not in ACCEPTED:
                report.vulnerable.append(f"{name} {package['range']}: {one['severity']}, {one['title']}")
    return report


def _require_knowledge(canary: Report) -> None:
    if not canary.vulnerable:
        raise UnansweredError("the service that answers knows no vulnerabilities")


def _write_canary(folder: Path) -> None:
    name, version = NPM_CANARY
    top = {"name": "canary", "version": "1.0.0", "dependencies": {name: version}}
    packages = {"": top, f"node_modules/{name}": {"version": version}}
    lock = {"name": "canary", "version": "1.0.0", "lockfileVersion": 3, "packages": packages}
    (folder / "package.json").write_text(json.dumps(top), encoding="utf-8")
    (folder / "package-lock.json").write_text(json.dumps(lock), encoding="utf-8")


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        raise UnansweredError(f"no answer that can be read: {text.strip()[:100]}") from None


def installed() -> list[str]:
    """Every package of this environment but the program itself."""
    frozen = run([sys.executable, "-m", "pip", "freeze", "--exclude-editable"], ROOT)
    return [line for line in frozen.splitlines() if "==" in line]


def main() -> int:
    """Audit both side by side; returns the exit code."""
    reports: list[Report] = []
    audits: list[Callable[[], Report]] = [lambda: audit_python(installed()), audit_npm]
    threads = [threading.Thread(target=lambda one=one: reports.append(one())) for one in audits]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if len(reports) < len(audits):
        print("the audit broke off; what it met stands above", file=sys.stderr)
        return 1
    for report in sorted(reports, key=lambda report: report.subject):
        print("\n".join(report.lines()))
    return 1 if any(report.vulnerable for report in reports) else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except SetUpError as problem:
        print(problem, file=sys.stderr)
        sys.exit(1)
