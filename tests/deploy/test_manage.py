"""``deploy/manage.py``: installs, upgrades, goes back by itself and on demand; each step may be repeated.

Wheels, environments, links, folders and the web are real; the program in the wheels is a stand-in, and so is
systemctl. ``HALLOFSHAME_TEST_DEPLOY=1`` goes the same way with the program itself, in some minutes.
"""

from __future__ import annotations

import getpass
import hashlib
import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from support.ports import unused_port

ROOT = Path(__file__).parents[2]
MANAGE = ROOT / "deploy" / "manage.py"
KINDS = ["stub", "real"] if os.environ.get("HALLOFSHAME_TEST_DEPLOY") == "1" else ["stub"]
TREE = [str(ROOT / "src"), *(path for path in sys.path if path.endswith("site-packages"))]

SYSTEMCTL = """#!/bin/sh
# systemctl of this test: one service, the program that `current` leads to.
cd "{prefix}" || exit 1
echo "$*" >> systemctl.log
alive() {{ [ -f pid ] && kill -0 "$(cat pid)" 2>/dev/null; }}
case "$1" in
stop)
  alive && kill "$(cat pid)"
  while alive; do sleep 0.02; done
  rm -f pid ;;
start)
  alive && exit 0
  setsid current/.venv/bin/hallofshame run >service.log 2>&1 </dev/null &
  echo $! > pid ;;
esac
exit 0
"""


@dataclass
class Machine:
    """A folder that is a machine, and the script that works on it."""

    folder: Path
    prefix: Path
    kind: str
    port: int

    def run(self, *arguments: str, fails: bool = False) -> str:
        """Run the script; returns all it said."""
        options = [
            "--prefix",
            str(self.prefix),
            "--user",
            getpass.getuser(),
            "--units",
            str(self.folder / "units"),
        ]
        # A broken program never answers; the real one before it needs a while to answer again.
        seconds = "2" if fails and self.kind == "stub" else "60"
        done = subprocess.run(
            [sys.executable, MANAGE, *options, "--health-seconds", seconds, *arguments],
            env=os.environ
            | {
                "PATH": f"{self.folder}:{os.environ['PATH']}",
                "PIP_NO_INDEX": "1",
                "PIP_CONFIG_FILE": os.devnull,
            },
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == int(fails), done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done.stdout + done.stderr

    def wheel(self, number: str, schema: str, *, is_broken: bool = False) -> str:
        """A wheel of the program in one version."""
        file = self.folder / f"hallofshame-{number}-py3-none-any.whl"
        info = f"hallofshame-{number}.dist-info"
        is_real = self.kind == "real"
        content = {
            "stub_program.py": (ROOT / "tests" / "support" / "stub_program.py").read_text(encoding="utf-8"),
            "stub_version.py": f"SCHEMA, IS_BROKEN, IS_REAL = {schema!r}, {is_broken}, {is_real}\n",
            f"{info}/METADATA": f"Metadata-Version: 2.1\nName: hallofshame\nVersion: {number}\n",
            f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
            f"{info}/entry_points.txt": "[console_scripts]\nhallofshame = stub_program:main\n",
        }
        if is_real:
            content["tree.pth"] = "\n".join(TREE)
        content[f"{info}/RECORD"] = "".join(f"{name},,\n" for name in content) + f"{info}/RECORD,,\n"
        with zipfile.ZipFile(file, "w") as packed:
            for name, text in content.items():
                packed.writestr(zipfile.ZipInfo(name), text)
        return file.name

    @property
    def current(self) -> str:
        """The version in force."""
        return (self.prefix / "current").resolve().name.partition("-")[0]

    def state(self) -> str:
        """Everything that is kept, in a form to compare."""
        if self.kind == "stub":
            return (self.prefix / "data" / "state.json").read_text(encoding="utf-8")
        query = "SELECT group_concat(name) FROM sqlite_master; SELECT * FROM alembic_version;"
        file = self.prefix / "data" / "hallofshame.sqlite"
        return subprocess.run(["sqlite3", file, query], capture_output=True, text=True, check=True).stdout


@pytest.fixture(params=KINDS)
def machine(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Machine]:
    prefix = tmp_path / "srv"
    prefix.mkdir()
    (tmp_path / "units").mkdir()
    port = unused_port()
    (prefix / ".env").write_text(f"HALLOFSHAME_PORT={port}\nHALLOFSHAME_SCHEDULER=false\n", encoding="utf-8")
    systemctl = tmp_path / "systemctl"
    systemctl.write_text(SYSTEMCTL.format(prefix=prefix), encoding="utf-8")
    systemctl.chmod(0o755)
    found = Machine(tmp_path, prefix, request.param, port)
    try:
        yield found
    finally:
        subprocess.run([systemctl, "stop"], check=False)


@pytest.mark.enable_socket
def test_install_upgrade_failed_upgrade_and_rollback(machine: Machine) -> None:
    first = machine.wheel("1.0.0", "0001")
    said = machine.run("install", first)
    assert "1.0.0" in said
    assert re.search(rf"http://127\.0\.0\.1:{machine.port}/api/health says (ok|degraded)", said)
    assert machine.current == "1.0.0"
    for folder in ("data", "backups"):
        assert (machine.prefix / folder).stat().st_mode & 0o777 == 0o700
    unit = (machine.folder / "units" / "hallofshame.service").read_text(encoding="utf-8")
    assert f"ExecStart={machine.prefix}/current/.venv/bin/hallofshame run" in unit
    assert f"User={getpass.getuser()}\n" in unit
    assert (machine.prefix / "current" / "deploy" / "apache" / "site.wsgi").exists()

    # The same again: nothing is made, stopped or backed up.
    (machine.prefix / "systemctl.log").unlink()
    said = machine.run("install", first)
    assert "Making" not in said
    assert (machine.prefix / "systemctl.log").read_text(encoding="utf-8").split() == [
        *("enable", "hallofshame.service"),
        *("start", "hallofshame.service"),
    ]
    assert list((machine.prefix / "backups").iterdir()) == []

    # A folder that a killed run left is made anew.
    upgrade = machine.wheel("1.1.0", "0002")
    digest = hashlib.sha256((machine.folder / upgrade).read_bytes()).hexdigest()
    half = machine.prefix / "releases" / f"1.1.0-{digest[:8]}"
    (half / ".venv").mkdir(parents=True)
    (half / "left").touch()
    machine.run("upgrade", upgrade)
    assert not (half / "left").exists()
    assert machine.current == "1.1.0"
    assert len(list((machine.prefix / "backups").glob("*Z"))) == 1
    before = machine.state()

    said = machine.run("upgrade", machine.wheel("1.2.0", "0003", is_broken=True), fails=True)
    assert "Going back to 1.1.0" in said
    assert re.search(r"Error: 1\.2\.0-\w+ is not in force; 1\.1\.0-\w+ is again", said)
    assert machine.current == "1.1.0"
    assert machine.state() == before
    listed = machine.run("status")
    assert re.search(r"1\.1\.0-\w+  in force\n", listed)

    said = machine.run("rollback")
    assert machine.current == "1.0.0"
    if machine.kind == "stub":
        assert json.loads(machine.state())["schema"] == "0001"
        assert "schema at 0001" in said
    assert len(list((machine.prefix / "backups").glob("*Z"))) == 3
    assert "there is no such release" in machine.run("rollback", fails=True)
    machine.run("rollback", "--to", (machine.prefix / "releases").glob("1.1.0*").__next__().name)
    assert machine.current == "1.1.0"
