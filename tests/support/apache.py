"""A real Apache of the tests' own with mod_wsgi, on a free port of this machine, gone afterwards."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from support.ports import unused_port
from support.suites import leave_out

MISSING = "Apache with mod_wsgi not found: apt-get install apache2 libapache2-mod-wsgi-py3"
MODULES = Path("/usr/lib/apache2/modules")
LOADED = ("mpm_event", "authz_core", "reqtimeout")
WSGI = f"mod_wsgi.so-{sys.version_info.major}.{sys.version_info.minor}"
START_SECONDS = 60.0
ROOT = Path(__file__).parents[2]

CONFIGURATION = """
ServerRoot {folder}
ServerName localhost
Listen {listen}
PidFile {folder}/pid
ErrorLog {folder}/error.log
User {user}
Group {group}
WSGISocketPrefix {folder}/wsgi
Define HALLOFSHAME_HOME {home}
Define HALLOFSHAME_PROGRAM {root}
Define HALLOFSHAME_PACKAGES {packages}
Define HALLOFSHAME_USER {user}
Define HALLOFSHAME_PROCESSES 1
Define HALLOFSHAME_LISTEN {listen}
Include {root}/deploy/apache/hallofshame-wsgi.conf
"""


@contextmanager
def apache(home: Path, folder: Path) -> Iterator[str]:
    """The address of the site under Apache, as ``deploy/`` configures it; ``home`` holds its ``.env``.

    ``folder`` has to be short, as a unix socket's path must be.
    """
    program = shutil.which("apache2", path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin"]))
    if program is None or not (MODULES / WSGI).exists():
        leave_out(MISSING)
    listen = f"127.0.0.1:{unused_port()}"
    user, prefix = _user(home, folder)
    text = "\n".join(f"LoadModule {name}_module {MODULES}/mod_{name}.so" for name in LOADED)
    text += f"\nLoadModule wsgi_module {MODULES}/{WSGI}" + CONFIGURATION.format(
        folder=folder,
        listen=listen,
        user=user.pw_name,
        group=_group_name(user),
        home=home,
        root=ROOT,
        packages=Path(sys.prefix) / "lib" / f"python3.{sys.version_info.minor}" / "site-packages",
    )
    (folder / "apache.conf").write_text(text, encoding="utf-8")
    process = subprocess.Popen([*prefix, program, "-f", str(folder / "apache.conf"), "-DFOREGROUND"])
    try:
        address = f"http://{listen}"
        _wait(process, address, folder / "error.log")
        yield address
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(START_SECONDS)


def _wait(process: subprocess.Popen[bytes], address: str, log: Path) -> None:
    began = time.monotonic()
    while time.monotonic() - began < START_SECONDS and process.poll() is None:
        try:
            requests.get(f"{address}/robots.txt", timeout=START_SECONDS)
        except requests.ConnectionError:
            time.sleep(0.05)
        else:
            return
    said = log.read_text(encoding="utf-8") if log.exists() else ""
    raise AssertionError(f"Apache did not start:\n{said}")


def _user(home: Path, folder: Path) -> tuple[pwd.struct_passwd, list[str]]:
    """Whom Apache runs as, and what goes before its command. It refuses to run the site as root.

    Started by root it becomes www-data, if that may read this checkout; else nobody, in its own namespace.
    """
    if os.geteuid():
        return pwd.getpwuid(os.geteuid()), []
    user = pwd.getpwnam("www-data")
    needed = (ROOT / "pyproject.toml", Path(sys.prefix) / "pyvenv.cfg")
    if all(
        subprocess.run(["test", "-r", path], user=user.pw_uid, check=False).returncode == 0 for path in needed
    ):
        for path in (home, *home.rglob("*"), folder):
            os.chown(path, user.pw_uid, user.pw_gid)
        return user, []
    nobody = pwd.getpwnam("nobody")
    prefix = ["unshare", "--user", f"--map-user={nobody.pw_uid}", f"--map-group={nobody.pw_gid}"]
    if subprocess.run([*prefix, "true"], check=False, capture_output=True).returncode:
        leave_out(
            "Apache runs the site as another user, who may not read this checkout: chmod o+rx its folders"
        )
    return nobody, prefix


def _group_name(user: pwd.struct_passwd) -> str:
    import grp

    return grp.getgrgid(user.pw_gid).gr_name
