#!/usr/bin/env python3
"""Install, upgrade and roll back an installation on a Debian machine. Needs Python 3.11 and nothing else.

    deploy/manage.py install dist/hallofshame-1.2.0-py3-none-any.whl
    deploy/manage.py upgrade dist/hallofshame-1.3.0-py3-none-any.whl
    deploy/manage.py rollback
    deploy/manage.py status

Each version is a folder of its own below PREFIX/releases, with its environment in ``.venv``; PREFIX/current
is a link to the one in force, exchanged in one step. An upgrade makes a backup with the old version before
anything changes, and goes back by itself, database included, where the new one does not answer /api/health in
time, or answers worse than the old one did. Every step may be repeated: the same wheel again changes nothing
that is as it should be.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import json
import os
import pwd
import re
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
DEFAULT_PREFIX = Path("/srv/hallofshame")
COMPLETE = ".complete"
"""In a release's folder when it is whole; one without it was killed half way and is made anew."""
WELL = ("ok", "degraded")
"""Conditions in which a site may be left."""
POLL_SECONDS = 0.5
_WHEEL = re.compile(r"hallofshame-([0-9][^-]*)-py3-none-any\.whl")


class DeployError(Exception):
    """What went wrong, in one line with its remedy."""


@dataclass(frozen=True)
class Place:
    """Where an installation is, whose it is and how it is run."""

    prefix: Path
    user: str
    services: tuple[str, ...]
    units: Path
    extras: str
    secrets: Path | None
    health_url: str | None
    health_seconds: float
    keep: int

    @property
    def releases(self) -> Path:
        """One folder per version."""
        return self.prefix / "releases"

    @property
    def link(self) -> Path:
        """The version in force."""
        return self.prefix / "current"

    @property
    def backups(self) -> Path:
        """Where backups before an upgrade go, as those of the timer do."""
        return self.prefix / "backups"

    @property
    def current(self) -> Path | None:
        """The folder of the version in force; null before the first installation."""
        return self.link.resolve() if self.link.is_symlink() and self.link.exists() else None


def say(text: str) -> None:
    """Tell what is being done."""
    print(text, flush=True)


# Making a release


def install(place: Place, wheel: Path) -> None:
    """Bring the version of ``wheel`` into force: the first one, another, or the same again.

    :raises DeployError: when it could not be; the version before is in force again then.
    """
    release = place.releases / release_name(wheel)
    make_user(place)
    make_folders(place)
    if not (release / COMPLETE).exists():
        build(place, release, wheel)
    make_settings(place)
    install_units(place, release)
    switch(place, release)
    prune(place)


def release_name(wheel: Path) -> str:
    """The version, and what tells two builds of one version apart.

    :raises DeployError: for what is no wheel of this program.
    """
    found = _WHEEL.fullmatch(wheel.name)
    if found is None or not wheel.is_file():
        raise DeployError(f"{wheel} is no wheel of this program; make one: make wheel")
    return f"{found[1]}-{hashlib.sha256(wheel.read_bytes()).hexdigest()[:8]}"


def make_user(place: Place) -> None:
    """Make the system user, where it is missing."""
    try:
        pwd.getpwnam(place.user)
    except KeyError:
        say(f"Making the user {place.user}")
        command = ["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", str(place.prefix)]
        run([*command, "--shell", "/usr/sbin/nologin", place.user])


def make_folders(place: Place) -> None:
    """Folders of the program belong to root, those of data to the user alone."""
    place.releases.mkdir(parents=True, exist_ok=True)
    for folder in (place.prefix / "data", place.backups):
        if not folder.exists():
            folder.mkdir(mode=0o700)
            _give(folder, place)


def build(place: Place, release: Path, wheel: Path) -> None:
    """Make the environment of a release, with the files of ``deploy/`` beside it."""
    say(f"Making {release}")
    if release.exists():
        shutil.rmtree(release)
    release.mkdir()
    asked = str(wheel.resolve()) + (f"[{place.extras}]" if place.extras else "")
    environment = release / ".venv"
    # Debian's python3-venv is not needed where this Python has a pip of its own.
    has_pip = not subprocess.run(
        [sys.executable, "-m", "pip", "--version"], capture_output=True, check=False
    ).returncode
    run([sys.executable, "-m", "venv", *(["--without-pip"] if has_pip else []), str(environment)])
    python = environment / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", str(python)] if has_pip else [str(python), "-m", "pip"]
    run([*pip, "install", "--quiet", "--disable-pip-version-check", asked])
    shutil.copytree(HERE, release / "deploy", ignore=shutil.ignore_patterns("__pycache__"))
    (release / COMPLETE).touch()


def make_settings(place: Place) -> None:
    """A first ``.env``, readable by the user alone; one that is there is never changed."""
    file = place.prefix / ".env"
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(
            "# Settings, one NAME=value a line: docs/settings.md, .env.example.\n", encoding="utf-8"
        )
        _give(file, place)


def install_units(place: Place, release: Path) -> None:
    """Bring the units of systemd up to date, with this prefix and user. What runs is chosen by systemctl."""
    if not place.units.is_dir():
        say(f"There is no {place.units}, so no units are installed")
        return
    changed = False
    for source in sorted((release / "deploy" / "systemd").iterdir()):
        text = source.read_text(encoding="utf-8").replace(str(DEFAULT_PREFIX), str(place.prefix))
        text = text.replace(
            "User=hallofshame\nGroup=hallofshame", f"User={place.user}\nGroup={_group(place)}"
        )
        target = place.units / source.name
        if not target.exists() or target.read_text(encoding="utf-8") != text:
            target.write_text(text, encoding="utf-8")
            changed = True
    if changed:
        systemctl("daemon-reload")


def prune(place: Place) -> None:
    """Remove all but the last releases. The one in force and the one before stay in any case."""
    kept = {place.current, previous(place)}
    whole = sorted(place.releases.glob(f"*/{COMPLETE}"), key=lambda path: path.stat().st_mtime)
    for mark in whole[: max(0, len(whole) - place.keep)]:
        if mark.parent.resolve() not in kept:
            say(f"Removing {mark.parent}")
            shutil.rmtree(mark.parent)


# Switching between releases


def switch(place: Place, release: Path) -> None:
    """Put a release into force: backup, stop, schema, link, start, health. Back again where one fails.

    :raises DeployError: when the release is not in force at the end.
    """
    before = place.current
    if before is None or before == release.resolve():
        bring_up(place, release, WELL)
        return
    accepted = acceptable(place)
    schema = revisions(place, before)[0]
    saved = back_up(place, before)
    services("stop", place)
    try:
        bring_up(place, release, accepted)
    except DeployError as error:
        say(f"{error}\nGoing back to {before.name}")
        go_back(place, before, saved, schema, accepted)
        raise DeployError(f"{release.name} is not in force; {before.name} is again: {error}") from error
    (release / ".before").write_text(before.name, encoding="utf-8")


def bring_up(place: Place, release: Path, accepted: Sequence[str]) -> None:
    """Bring the schema up, exchange the link, start, and wait for health.

    :raises DeployError: where a step fails. What runs is left to run, so that its log can be read.
    """
    say(program(place, release, "db", "upgrade").strip())
    point(place, release)
    services("enable", place)
    services("start", place)
    wait_for_health(place, accepted)
    say(f"{release.name} is in force")


def go_back(place: Place, before: Path, saved: Path, schema: str, accepted: Sequence[str]) -> None:
    """Put the release ``before`` into force again, with the database as it was.

    :raises DeployError: when that fails, too; a person has to look.
    """
    services("stop", place)
    try:
        is_untouched = revisions(place, before)[0] == schema
    except DeployError:
        is_untouched = False
    if not is_untouched:
        say(program(place, before, "restore", "--replace", str(saved), "--quiet").strip())
    point(place, before)
    services("start", place)
    wait_for_health(place, accepted)


def roll_back(place: Place, name: str | None, backup: Path | None) -> None:
    """Put an older release into force again, by default the one before.

    The record is kept: the release in force takes the schema back. With ``backup`` it becomes that instead.

    :raises DeployError: when there is none, or the older release does not run.
    """
    now = place.current
    if now is None:
        raise DeployError("nothing is installed; use install")
    target = place.releases / name if name is not None else previous(place)
    if target is None or not (target / COMPLETE).exists():
        there = ", ".join(sorted(mark.parent.name for mark in place.releases.glob(f"*/{COMPLETE}")))
        raise DeployError(f"there is no such release to go back to; there are: {there}")
    schema, _ = revisions(place, now)
    needed = revisions(place, target)[1]
    accepted = acceptable(place)
    back_up(place, now)
    services("stop", place)
    if backup is not None:
        say(program(place, target, "restore", "--replace", str(backup.resolve()), "--quiet").strip())
    elif schema != needed:
        say(program(place, now, "db", "downgrade", needed, "--yes").strip())
    point(place, target)
    services("start", place)
    wait_for_health(place, accepted)
    say(f"{target.name} is in force")


def previous(place: Place) -> Path | None:
    """The release that was in force before the present one."""
    now = place.current
    note = None if now is None else now / ".before"
    if note is None or not note.exists():
        return None
    return (place.releases / note.read_text(encoding="utf-8").strip()).resolve()


def point(place: Place, release: Path) -> None:
    """Exchange the link in one step: there is no moment without a version in force."""
    new = place.prefix / ".current.new"
    new.unlink(missing_ok=True)
    new.symlink_to(release.relative_to(place.prefix) if release.is_relative_to(place.prefix) else release)
    new.replace(place.link)


def back_up(place: Place, release: Path) -> Path:
    """A backup by a release; returns its folder."""
    said = program(place, release, "backup", str(place.backups), "--quiet").strip()
    say(said)
    return Path(said.partition(": ")[0])


def revisions(place: Place, release: Path) -> tuple[str, str]:
    """The schema of the database, and the one that a release needs."""
    said = program(place, release, "db", "current").strip()
    found = re.fullmatch(r"(\S+) \(this program: (\S+)\)", said)
    if found is None:
        raise DeployError(f"'hallofshame db current' of {release.name} says {said!r}, which names no schema")
    return found[1], found[2]


def acceptable(place: Place) -> tuple[str, ...]:
    """What the site may say after a change: that it is well, or failing where it was so before."""
    return (*WELL, "failing") if health(place) == "failing" else WELL


def wait_for_health(place: Place, accepted: Sequence[str]) -> None:
    """Wait until the site answers with one of the ``accepted`` conditions.

    :raises DeployError: when it does not in time.
    """
    if not _is_asked(place):
        return
    until, said = time.monotonic() + place.health_seconds, ""
    while time.monotonic() < until:
        said = health(place)
        if said in accepted:
            say(f"{_health_url(place)} says {said}")
            return
        time.sleep(POLL_SECONDS)
    raise DeployError(
        f"{_health_url(place)} says {said} after {place.health_seconds:.0f} s; see: "
        f"journalctl --unit {place.services[0]}"
    )


def health(place: Place) -> str:
    """The condition that the site tells of itself, or why it tells none."""
    if not _is_asked(place):
        return "not asked"
    try:
        with urllib.request.urlopen(_health_url(place), timeout=5) as answer:  # noqa: S310 - of our own
            return str(json.load(answer)["data"]["status"])
    except urllib.error.HTTPError as error:
        try:
            # 503 is what a site says that is failing, with a body all the same.
            return str(json.load(error)["data"]["status"])
        except (OSError, ValueError, KeyError, TypeError):
            return f"status {error.code}"
    except (OSError, ValueError, KeyError, TypeError) as error:
        return f"nothing ({error})"


def _is_asked(place: Place) -> bool:
    return bool(place.services) and place.health_url != "none"


def _health_url(place: Place) -> str:
    return place.health_url or f"http://127.0.0.1:{_port(place)}/api/health"


# Running things


def program(place: Place, release: Path, *arguments: str) -> str:
    """What the command of a release says, run as the user in the folder of the settings.

    :raises DeployError: with its last line, when it fails.
    """
    secrets = {} if place.secrets is None else {"HALLOFSHAME_SECRETS_FOLDER": str(place.secrets)}
    command = [str(release / ".venv" / "bin" / "hallofshame"), *arguments]
    return run(command, place=place, environment=secrets)


def run(
    command: Sequence[str], *, place: Place | None = None, environment: dict[str, str] | None = None
) -> str:
    """Run a command, as the user of a place where one is given; returns what it printed.

    :raises DeployError: when it is missing or fails.
    """
    is_other = place is not None and os.geteuid() == 0 and place.user != "root"
    as_user = {"user": place.user, "group": _group(place), "extra_groups": []} if place and is_other else {}
    try:
        done = subprocess.run(  # type: ignore[call-overload]
            command,
            cwd=None if place is None else place.prefix,
            env=os.environ | (environment or {}),
            capture_output=True,
            text=True,
            check=False,
            umask=0o077 if place is not None else 0o022,
            **as_user,
        )
    except OSError as error:
        raise DeployError(f"{command[0]} cannot be run ({error.strerror})") from error
    if done.returncode:
        last = (done.stderr.strip() or done.stdout.strip() or "it says nothing").splitlines()[-1]
        raise DeployError(f"{' '.join(command[:3])} ended with code {done.returncode}: {last}")
    return str(done.stdout)


def systemctl(*arguments: str) -> None:
    """Ask systemd."""
    run(["systemctl", *arguments])


def services(verb: str, place: Place) -> None:
    """Stop, start or enable the units of this installation."""
    if place.services:
        systemctl(verb, *place.services)


def _port(place: Place) -> str:
    """The port as ``.env`` has it; the environment of the units comes from there."""
    found = re.findall(
        r"^\s*(?:export\s+)?HALLOFSHAME_PORT\s*=\s*['\"]?(\d+)",
        (place.prefix / ".env").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    return found[-1] if found else "8000"


def _group(place: Place) -> str:
    import grp

    return grp.getgrgid(pwd.getpwnam(place.user).pw_gid).gr_name


def _give(path: Path, place: Place) -> None:
    if os.geteuid() == 0:
        shutil.chown(path, place.user, _group(place))


@contextmanager
def alone(place: Place) -> Iterator[None]:
    """Refuse a second run beside this one."""
    place.prefix.mkdir(parents=True, exist_ok=True)
    with (place.prefix / ".deploy.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise DeployError(f"another run is at work in {place.prefix}; wait for it") from None
        yield


def status(place: Place) -> None:
    """Say what is installed and in force."""
    for mark in sorted(place.releases.glob(f"*/{COMPLETE}")):
        marked = "in force" if mark.parent.resolve() == place.current else ""
        marked = marked or ("before" if mark.parent.resolve() == previous(place) else "")
        say(f"{mark.parent.name}  {marked}".rstrip())
    if place.current is not None:
        schema, needed = revisions(place, place.current)
        say(f"schema {schema}, needed {needed}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line asks; returns the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--prefix", type=Path, default=DEFAULT_PREFIX, help="folder of the installation")
    parser.add_argument(
        "--user", default="hallofshame", help="system user that it runs as; made when missing"
    )
    parser.add_argument(
        "--service", action="append", help="unit to restart; repeatable (default: hallofshame.service)"
    )
    parser.add_argument(
        "--no-service", action="store_true", help="stop and start nothing, and ask nobody's health"
    )
    parser.add_argument("--units", type=Path, default=Path("/etc/systemd/system"), help="folder of the units")
    parser.add_argument("--extras", default="", help="extras of the program, such as redis,aws")
    parser.add_argument("--secrets-folder", type=Path, help="folder of secrets for the commands run here")
    parser.add_argument("--health-url", help="address to ask (default: by .env); 'none' asks nobody")
    parser.add_argument(
        "--health-seconds", type=float, default=90.0, help="how long it may take (default: 90)"
    )
    parser.add_argument("--keep", type=int, default=3, help="releases to keep (default: 3)")
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("install", "upgrade"):
        commands.add_parser(name, help=f"{name} the version of a wheel").add_argument("wheel", type=Path)
    back = commands.add_parser("rollback", help="put the release before into force again")
    back.add_argument("--to", help="name of another release; status lists them")
    back.add_argument(
        "--restore", type=Path, metavar="BACKUP", help="restore this backup, too: what came since is lost"
    )
    commands.add_parser("status", help="list the releases")
    given = parser.parse_args(arguments)
    # What root makes here is the program, which the user has to read.
    os.umask(0o022)
    chosen = tuple(given.service or ["hallofshame.service"])
    place = Place(
        given.prefix.resolve(),
        given.user,
        () if given.no_service else chosen,
        given.units,
        given.extras,
        given.secrets_folder,
        given.health_url,
        given.health_seconds,
        given.keep,
    )
    try:
        with alone(place):
            if given.command in ("install", "upgrade"):
                install(place, given.wheel)
            elif given.command == "rollback":
                roll_back(place, given.to, given.restore)
            else:
                status(place)
    except DeployError as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1
    except PermissionError as error:
        print(f"Error: {error}; run this as root", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
