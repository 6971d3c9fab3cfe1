"""Processes by name, so that hosts which share a database can tell who did what and who is gone."""

from __future__ import annotations

import os
import re
import secrets
import socket

_START = secrets.token_hex(4)
"""Tells this process from an earlier one with its number, as containers have after a restart."""

_NAME = re.compile(r"(?P<host>.*):(?P<pid>\d+)(?:#(?P<start>[0-9a-f]+))?")


def host_and_pid() -> str:
    """This process as ``host:pid``."""
    return f"{_host()}:{os.getpid()}"


def this_process() -> str:
    """This process as ``host:pid#start``, which no other process ever has."""
    return f"{host_and_pid()}#{_START}"


def is_gone(name: str) -> bool:
    """Whether ``name`` is a process of this machine that no longer runs.

    Says no of every process of another machine and of every name that is not ours: nobody here can know.
    """
    found = _NAME.fullmatch(name)
    if found is None or found["host"] != _host():
        return False
    pid = int(found["pid"])
    if pid == os.getpid():
        return found["start"] not in (None, _START)
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return True
    except PermissionError:
        return False
    return False


def _host() -> str:
    return socket.gethostname()[:100]
