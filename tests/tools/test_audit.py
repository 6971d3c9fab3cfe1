"""The audit of dependencies: what is found fails it, what could not be asked is said and does not."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "tools"))

import audit

HOLE = {"id": "PYSEC-1", "aliases": ["CVE-1"], "fix_versions": ["2.11.3"], "description": ""}


def of_python(*packages: dict[str, Any]) -> str:
    return json.dumps({"dependencies": packages, "fixes": []})


def package(name: str, *holes: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "version": "1.0", "vulns": list(holes)}


def of_npm(**vulnerable: str) -> str:
    packages = {
        name: {"range": "<1", "via": ["another", {"title": title, "severity": "high", "url": "x/GHSA-1"}]}
        for name, title in vulnerable.items()
    }
    return json.dumps({"vulnerabilities": packages, "metadata": {"dependencies": {"total": 7}}})


def answering(*answers: str | Exception) -> Callable[[Sequence[str], Path], str]:
    """A service that gives these answers, the first to the canary."""
    left = list(answers)

    def run(command: Sequence[str], folder: Path) -> str:
        answer = left.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return run


CANARY = of_python(package("jinja2", HOLE))
NPM_CANARY = of_npm(minimist="Prototype pollution")


def test_a_vulnerable_package_is_named_with_the_release_that_mends_it() -> None:
    found = audit.audit_python(
        ["flask==1.0"], answering(CANARY, of_python(package("flask", HOLE), package("x")))
    )
    assert found.lines() == [
        "Python: 2 packages audited, 1 vulnerable",
        "  flask 1.0: PYSEC-1, mended by 2.11.3",
    ]
    assert audit.audit_npm(answering(NPM_CANARY, of_npm(vite="Path traversal"))).lines() == [
        "npm: 7 packages audited, 1 vulnerable",
        "  vite <1: high, Path traversal",
    ]


def test_without_a_vulnerability_it_says_how_many_were_looked_at_and_which_were_not() -> None:
    skipped = {"name": "ours", "skip_reason": "not found"}
    found = audit.audit_python([], answering(CANARY, of_python(package("flask"), skipped)))
    assert (found.vulnerable, found.audited) == ([], 1)
    assert found.lines()[-1] == "  not known to the service: ours"


@pytest.mark.parametrize(
    "answer",
    [
        of_python({"name": "jinja2", "skip_reason": "not found"}),
        of_python(package("jinja2")),
        "<html>",
        audit.UnansweredError("no answer within 60 s"),
    ],
)
def test_a_service_that_knows_nothing_of_an_old_hole_has_audited_nothing(answer: str | Exception) -> None:
    [line] = audit.audit_python(["flask==1.0"], answering(answer)).lines()
    assert line.startswith("Python: NOT AUDITED, ")


def test_a_service_of_npm_that_refuses_is_said_without_its_address() -> None:
    refused = json.dumps({"message": "405 Method Not Allowed - POST https://example.org/audit"})
    [line] = audit.audit_npm(answering(refused)).lines()
    assert line == "npm: NOT AUDITED, the service refuses: 405 Method Not Allowed"
    [line] = audit.audit_npm(answering(of_npm())).lines()
    assert line == "npm: NOT AUDITED, the service that answers knows no vulnerabilities"


def test_what_was_accepted_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "ACCEPTED", {"CVE-1": "not used by us", "GHSA-1": "not used by us"})
    found = audit._python(["flask==1.0"], answering(of_python(package("flask", HOLE))))
    assert (found.audited, found.vulnerable) == (1, [])
    assert audit._npm(Path(), answering(of_npm(vite="x"))).vulnerable == []


@pytest.mark.parametrize(
    ("python", "npm", "code"),
    [
        (audit.Report("Python"), audit.Report("npm"), 0),
        (audit.Report("Python", unanswered="no network"), audit.Report("npm", unanswered="no network"), 0),
        (audit.Report("Python", vulnerable=["x"]), audit.Report("npm", unanswered="no network"), 1),
        (audit.Report("Python"), audit.Report("npm", vulnerable=["x"]), 1),
    ],
)
def test_only_a_vulnerability_fails_the_run(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    python: audit.Report,
    npm: audit.Report,
    code: int,
) -> None:
    monkeypatch.setattr(audit, "installed", list)
    monkeypatch.setattr(audit, "audit_python", lambda _installed: python)
    monkeypatch.setattr(audit, "audit_npm", lambda: npm)
    assert audit.main() == code
    said = capsys.readouterr().out
    assert ("NOT AUDITED" in said) is any(report.unanswered for report in (python, npm))
