"""What a newcomer sees of the set-up: what it does, that it lives, and one line where it fails."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from support.waiting import PATIENCE_SECONDS, until

TOOLS = Path(__file__).parents[2] / "tools"
sys.path.insert(0, str(TOOLS))

import stages  # noqa: E402
from stages import SetUpError, Stage, activity_of_pip  # noqa: E402


def stage(tmp_path: Path, tool: str = "pip", **given: object) -> Stage:
    return Stage("Installing things (5 MB)", tool, tmp_path / "log" / "pip.txt", **given)  # type: ignore[arg-type]


def python(program: str) -> list[str]:
    return [sys.executable, "-c", textwrap.dedent(program)]


def test_a_stage_says_what_it_is_and_how_long_it_took_and_keeps_the_rest_in_its_log(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stage(tmp_path).run(python("print('a table nobody asked for')"))
    shown = capsys.readouterr().out
    assert re.fullmatch(r"Installing things \(5 MB\)\n  done in \d+ s\n", shown)
    assert (tmp_path / "log" / "pip.txt").read_text() == "a table nobody asked for\n"


def test_a_long_stage_shows_signs_of_life_and_what_it_is_at(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stages, "LINE_SECONDS", 0.2)
    quick = stage(tmp_path, activity=activity_of_pip)
    quick.run(python("import time; print('Collecting polars', flush=True); time.sleep(2)"))
    lines = capsys.readouterr().out.splitlines()
    # The first ones may come before pip has said anything.
    assert [line for line in lines if re.fullmatch(r"  … \d+ s, looking at polars", line)]
    assert "\r" not in "".join(lines)


@pytest.mark.parametrize(
    ("tool", "said"),
    [
        ("pip", "WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError(...)'"),
        ("npm", "npm error code EAI_AGAIN"),
        (
            "npm",
            "npm error request to https://host.invalid/react failed, reason: connect ECONNREFUSED",
        ),
    ],
)
def test_no_network_is_told_in_one_line_that_names_the_log(tmp_path: Path, tool: str, said: str) -> None:
    with pytest.raises(SetUpError) as raised:
        stage(tmp_path, tool).run(python(f"import sys; print({said!r}); print('more'); sys.exit(1)"))
    message = str(raised.value)
    assert message.startswith(f"no network: {tool} reaches no server")
    assert "run make again" in message
    assert str(tmp_path / "log" / "pip.txt") in message
    assert "\n" not in message


def test_a_network_that_came_back_is_not_blamed(tmp_path: Path) -> None:
    program = """
        import sys
        print("WARNING: Retrying (Retry(total=4)) after connection broken")
        print("Collecting polars")
        print("ERROR: No space left on device")
        sys.exit(1)
    """
    with pytest.raises(SetUpError, match=r"^pip failed \(exit 1\): ERROR: No space left on device") as raised:
        stage(tmp_path, activity=activity_of_pip).run(python(program))
    assert "\n" not in str(raised.value)


def test_a_breached_budget_is_named(tmp_path: Path) -> None:
    program = "import sys; print('fine'); print('budget: style weighs 30 KiB'); sys.exit(1)"
    with pytest.raises(SetUpError, match="budget: style weighs 30 KiB"):
        stage(tmp_path, "the build of the pages").run(python(program))


@pytest.mark.parametrize(
    ("line", "activity"),
    [
        ("Collecting flask<4,>=3.1", "looking at flask"),
        ("  Downloading typing_extensions-4.16-py3-none.whl (45 kB)", "fetching typing-extensions (45 kB)"),
        ("Installing collected packages: a, b, c", "unpacking 3 packages"),
        ("Requirement already satisfied: flask", None),
    ],
)
def test_what_pip_is_at_is_read_from_its_lines(line: str, activity: str | None) -> None:
    assert activity_of_pip(line) == activity


def test_a_stopped_stage_takes_its_command_along(tmp_path: Path) -> None:
    mark = tmp_path / "pid"
    program = f"""
        import sys
        sys.path.insert(0, {str(TOOLS)!r})
        from pathlib import Path
        from stages import Stage, finish
        inner = "import os, time; open({str(mark)!r}, 'w').write(str(os.getpid())); time.sleep(600)"
        stage = Stage("Waiting", "pip", Path({str(tmp_path / "log.txt")!r}))
        sys.exit(finish("set-up", lambda: stage.run([sys.executable, "-c", inner])))
    """
    process = subprocess.Popen(python(program), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    until("the command runs", lambda: mark.exists() and mark.read_text())
    process.send_signal(signal.SIGTERM)
    _out, err = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 130
    assert err == "set-up: stopped; make goes on from here the next time\n"
    with pytest.raises(ProcessLookupError):
        os.kill(int(mark.read_text()), 0)
